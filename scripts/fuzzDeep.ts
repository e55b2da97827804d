// `npm run fuzz:deep`: the dynamic invariant suite, deep. Exits 1 on a failure and prints the sequence as a test.
//   --minutes N   how long, 10 unless --runs is given
//   --runs N      how many sequences
//   --depth N     how many calls each, 200 unless given
//   --seed HEX    the same seed makes the same calls; random unless given
//   --false       with an invariant that is false on purpose, to see what a failure looks like
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isHex } from 'viem';
import { findError } from '../sdk/src/errors/allErrorsAbi.ts';
import { callsOf, replayOf } from './invariants/replay.ts';
import { printTally, tallyOf } from './invariants/tally.ts';
import { ROOT, run } from './process.ts';

const SUITE = 'test/solidity/invariant/Dynamic.t.sol';
const REPLAYS = 'test/solidity/invariant/Replays.t.sol';
const REPORT = 'cache/invariants/report.txt';
const DEFAULT_DEPTH = 200;
const DEFAULT_MINUTES = 10;
const ENDLESS_RUNS = 10_000_000;
const SEED_BYTES = 8;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    runs: { type: 'string' },
    depth: { type: 'string' },
    seed: { type: 'string' },
    false: { type: 'boolean', default: false },
  },
});

function numberOf(name: 'minutes' | 'runs' | 'depth', otherwise: number): number {
  const number = Number(values[name] ?? otherwise);
  if (number > 0 && (name === 'minutes' || Number.isSafeInteger(number))) return number;
  console.error(
    `fuzz:deep: --${name} ${values[name]} must be a ${name === 'minutes' ? '' : 'whole '}number above 0`,
  );
  process.exit(2);
}

const runs = numberOf('runs', ENDLESS_RUNS);
const depth = numberOf('depth', DEFAULT_DEPTH);
const seconds =
  values.minutes === undefined && values.runs !== undefined
    ? undefined
    : Math.ceil(numberOf('minutes', DEFAULT_MINUTES) * 60);
const seed = values.seed ?? `0x${randomBytes(SEED_BYTES).toString('hex')}`;
if (!/^0x[\da-f]{1,64}$/i.test(seed)) {
  console.error(`fuzz:deep: --seed ${seed} must be a hexadecimal number, 0x...`);
  process.exit(2);
}

mkdirSync(join(ROOT, 'cache/invariants'), { recursive: true });
rmSync(join(ROOT, REPORT), { force: true });
writeFileSync(join(ROOT, REPORT), '');
Object.assign(process.env, {
  INVARIANT_RUNS: String(runs),
  INVARIANT_DEPTH: String(depth),
  INVARIANT_REPORT: REPORT,
  FUZZ_SEED: seed,
  ...(seconds === undefined ? {} : { INVARIANT_SECONDS: String(seconds) }),
  ...(values.false ? { INVARIANT_FALSE: 'true' } : {}),
});

const nameOf = (selector: string): string =>
  (isHex(selector) ? findError(selector)?.name : undefined) ?? selector;

const until = seconds === undefined ? `${runs} runs` : `${seconds} s`;
console.log(`fuzz:deep: ${until}, depth ${depth}, seed ${seed}`);
const started = Date.now();
const { code, output } = await run('hardhat', ['test', 'solidity', SUITE]);
const elapsed = ((Date.now() - started) / 1000).toFixed(0);

const report = readFileSync(join(ROOT, REPORT), 'utf8');
console.log(printTally(tallyOf(report), nameOf));
if (code === 0) {
  // a run's lines end with an empty one
  const finished = report.split('\n\n').length - 1;
  const calls = (finished * depth).toLocaleString('en-US');
  console.log(
    `\n${calls} calls in ${finished} runs of depth ${depth}, ${elapsed} s with the build, seed ${seed}`,
  );
} else {
  console.error(`\nFAILED after ${elapsed} s with --seed ${seed} --depth ${depth}`);
  const replay = replayOf(callsOf(output));
  if (replay !== undefined) console.error(`\nThe sequence, for ${REPLAYS}:\n\n${replay}`);
  process.exitCode = 1;
}
