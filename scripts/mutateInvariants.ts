// `npm run mutate:invariants`: breaks the contracts in memory, one line at a time, and shows that each of the thirty invariants fails on
// the break that is meant for it (docs/invariants.md). No file is written. Exits 1 where one does not.
//   --only N     the breaks of this invariant; may be given again
//   --markdown   prints the table of docs/invariants.md
import { parseArgs } from 'node:util';
import { keccak256, toHex } from 'viem';
import { BREAKS, type Break } from './invariants/breaks.ts';
import { Compiler, type Artifacts } from './mutate/compiler.ts';
import { TestRunner } from './mutate/edr.ts';
import { closureOf, readSources } from './mutate/sources.ts';

const FOLDER = 'test/solidity/invariant/';
const WORLDS = `${FOLDER}TwoWorlds.t.sol:TwoWorldsTest`;
const DYNAMIC = `${FOLDER}Dynamic.t.sol:DynamicInvariantsTest`;
const TESTS = [
  WORLDS,
  `${FOLDER}TwoWorlds.t.sol:WorldsHandler`,
  DYNAMIC,
  `${FOLDER}Dynamic.t.sol:DynamicHandler`,
];
/** What the suites deploy by its artifact. */
const PROTOCOL = [
  'contracts/Clearinghouse.sol:Clearinghouse',
  'contracts/ClearinghouseExt.sol:ClearinghouseExt',
  'contracts/liquidation/ClearinghouseDeleveraging.sol:ClearinghouseDeleveraging',
  'contracts/liquidation/ClearinghouseLiquidation.sol:ClearinghouseLiquidation',
  'contracts/liquidation/InsuranceFund.sol:InsuranceFund',
  'contracts/liquidation/Liquidator.sol:Liquidator',
  'contracts/oracle/PriceRouter.sol:PriceRouter',
  'contracts/oracle/SettlementTwap.sol:SettlementTwap',
  'contracts/risk/ProfileCodec.sol:ProfileCodec',
  'contracts/risk/RiskEngine.sol:RiskEngine',
  'contracts/risk/RiskEngineExt.sol:RiskEngineExt',
  'contracts/venues/OrderMatcher.sol:OrderMatcher',
];
const EFFORT = { fuzzRuns: 16, invariantRuns: 32 };
/** A break may show first on another invariant, or need an act that some draws have not: then others are drawn. */
const SEEDS = 32;

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, markdown: { type: 'boolean', default: false } },
});
const sources = readSources();
const compiler = new Compiler();
const runner = new TestRunner();

function broken({ file, from, to }: Break): Artifacts {
  const text = sources.get(file) ?? '';
  if (text.split(from).length !== 2) throw new Error(`"${from}" does not stand once in ${file}`);
  const changed = new Map(sources).set(
    file,
    text.replace(from, () => to),
  );
  const concerned = PROTOCOL.filter((name) => closureOf(sources, [name.split(':')[0] ?? '']).has(file));
  return compiler.build(changed, concerned);
}

/** How the suites fail: on the invariant that is meant, if on that; on others, if on some. */
async function failureOf(it: Break, whole: Artifacts): Promise<string | undefined> {
  process.env.INVARIANT_LOOSE = it.strict === true ? 'false' : 'true';
  const artifacts = { ...whole, ...broken(it) };
  const effort = it.tests === undefined ? EFFORT : { ...EFFORT, tests: it.tests };
  const others = new Set<string>();
  for (let i = 0; i < SEEDS; ++i) {
    const seed = keccak256(toHex(`${it.what} ${i}`));
    const suites = [it.tests === undefined ? DYNAMIC : WORLDS];
    const [outcome] = await runner.run(artifacts, suites, { ...effort, seed });
    const reasons = (outcome?.reasons ?? []).map((reason) => reason.replace(/^.*environment: /, ''));
    const meant = reasons.find((reason) => reason.startsWith(`${it.invariant}: `));
    if (meant !== undefined) return meant;
    for (const reason of reasons) others.add(reason);
  }
  return [...others].join('; ') || undefined;
}

const wanted = BREAKS.filter(({ invariant }) => values.only?.includes(String(invariant)) !== false);
const whole = compiler.build(sources, [...PROTOCOL, ...TESTS]);
const rows: string[] = [];
let missed = 0;
for (const it of wanted) {
  const failure = await failureOf(it, whole);
  const shown = failure?.startsWith(`${it.invariant}: `) === true;
  if (!shown) missed += 1;
  console.error(`${shown ? 'shown ' : 'MISSED'} ${it.invariant}. ${it.what}: ${failure ?? 'nothing failed'}`);
  rows.push(`| ${it.invariant} | ${it.what} | ${failure?.replace(/^\d+: |: [-\d].*$/g, '') ?? ''} |`);
}
if (values.markdown)
  console.log(['| invariant | what was broken | how it failed |', '|---|---|---|', ...rows].join('\n'));
console.log(`${wanted.length} breaks, ${missed} missed`);
process.exit(missed === 0 ? 0 : 1);
