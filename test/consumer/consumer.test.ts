// The SDK as somebody outside of this repository has it: packed, unpacked in an empty project, type-checked there under both
// ways of resolving modules, and every example run against one local node.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { network } from 'hardhat';
import { run } from '../../scripts/process.ts';
import type { Outcome } from '../../scripts/process.ts';
import { buildSdk } from '../../scripts/sdk/buildSdk.ts';
import { installSdk } from '../../scripts/sdk/installSdk.ts';
import type { Consumer } from '../../scripts/sdk/installSdk.ts';
import { CORE_LIMIT_KB, measureSdk } from '../../scripts/sdk/measureSdk.ts';

const RESOLUTIONS = {
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
} as const;

/** What each example must print, at least. */
const PRINTS: Readonly<Record<string, readonly RegExp[]>> = {
  'delegate.ts': [/the bot may trade$/, /^NotAuthorised: 0x\w+ may not withdraw/],
  'deposit.ts': [
    /^first: sign a permit for 0x/,
    /^cash: 10000 USD$/,
    /^\w+: .* (Withdraw less|Ask for at most)/,
  ],
  'liquidate.ts': [/^liquidatable: true/, /^reward now \d/, /^afterwards (atRisk|healthy)/],
  'matchOrders.ts': [/its account: true$/, /^would fill 3 ETH$/, /^position: 3 ETH; partial fill/],
  'readAccount.ts': [/^healthy equity 49/, /^healthy, healthy$/, /^assets cover claims: true bad debt 0$/],
  'streamEvents.ts': [/^applied block \d+ OrderFilled/, /^\d+ events/],
  'stress.ts': [/^prices -40%, vol \+0%: .*: insolvent$/, /^prices 0%, vol \+0%: .*: healthy$/, /^delta /],
  'vault.ts': [
    /^worth 1000\d\d\.\d+ USDC, a share 1\.\d{6}$/,
    /^holds -5 ETH, -0\.\d+% of its cap$/,
    /^sells at 40\d\d\.\d\d and buys at 39\d\d\.\d\d$/,
    /^RequestNotReady: /,
    /^pays \d{5,6}\.?\d* USDC$/,
    /^still in it: \d{1,5}\.?\d* USDC, request (none|due)$/,
  ],
  'whatIf.ts': [/^twin equals engine: true$/, /^liquidatable at ETH 3\d{3}/, /^could buy at most \d/],
};
const HELPERS = new Set(['figure.ts', 'positions.ts', 'setup.ts']);

/** Compiles the examples without emitting. */
function typeCheck(folder: string, name: string, resolution: object): Promise<Outcome> {
  const compilerOptions = {
    ...resolution,
    target: 'es2023',
    // what viem's own declarations speak of
    lib: ['es2023', 'dom'],
    types: ['node'],
    typeRoots: [join(import.meta.dirname, '../../node_modules/@types')],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    // checking viem's takes half a minute; what of ours cannot be found is looked for apart
    skipLibCheck: true,
  };
  const config = join(folder, `tsconfig.${name}.json`);
  writeFileSync(config, JSON.stringify({ compilerOptions, include: ['examples'] }));
  return run('tsc', ['--project', config], true);
}

describe('the published SDK', () => {
  let consumer: Consumer;
  let server: Awaited<ReturnType<typeof network.createServer>>;
  const checks = new Map<string, Promise<Outcome>>();

  before(async () => {
    await buildSdk();
    consumer = installSdk();
    // on the other core meanwhile
    for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
      checks.set(name, typeCheck(consumer.folder, name, resolution));
    }
    server = await network.createServer('default', '127.0.0.1');
    const { port } = await server.listen();
    process.env['RPC_URL'] = `http://127.0.0.1:${port}`;
  });

  after(async () => {
    delete process.env['RPC_URL'];
    await server.close();
    rmSync(consumer.folder, { recursive: true, force: true });
  });

  it('holds JavaScript with declarations, and no source, test or double', () => {
    const wrong = consumer.files.filter((path) => /(?<!\.d)\.ts$|\.test\.|mocks?\//.test(path));
    expect(wrong).to.deep.equal([]);
    expect(consumer.files).to.include.members([
      'index.js',
      'index.d.ts',
      'testing/recording.json',
      'README.md',
    ]);
  });

  it('finds everything that its modules and declarations import', () => {
    const root = join(consumer.folder, 'node_modules/@novate/sdk');
    const missing = consumer.files
      .filter((path) => path.endsWith('.js') || path.endsWith('.d.ts'))
      .flatMap((path) => importsOf(join(root, path)).filter((target) => !isFound(root, path, target)));
    expect(missing).to.deep.equal([]);
  });

  it(`adds at most ${CORE_LIMIT_KB} kB to a page, without viem`, async () => {
    const sizes = await measureSdk();
    for (const [use, size] of Object.entries(sizes)) console.log(`      ${size.toFixed(1)} kB ${use}`);
    expect(sizes.core).to.be.at.most(CORE_LIMIT_KB);
    // nothing but what is used
    expect(sizes['codec and units']).to.be.at.most(5);
  });

  it('has an expectation for each example', () => {
    const examples = readdirSync(join(consumer.folder, 'examples')).filter((name) => !HELPERS.has(name));
    expect(examples.sort()).to.deep.equal(Object.keys(PRINTS));
  });

  for (const [name, expected] of Object.entries(PRINTS)) {
    it(`runs examples/${name}`, async () => {
      const lines = await printedBy(
        () => import(pathToFileURL(join(consumer.folder, 'examples', name)).href),
      );
      for (const pattern of expected) {
        expect(
          lines.some((line) => pattern.test(line)),
          `${String(pattern)} in:\n${lines.join('\n')}`,
        ).to.equal(true);
      }
    });
  }

  for (const name of Object.keys(RESOLUTIONS)) {
    it(`type-checks with moduleResolution ${name}`, async () => {
      const checked = await checks.get(name);
      expect(checked?.code, checked?.output).to.equal(0);
    });
  }
});

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:\bfrom |\bimport\()\s*['"]([^'"]+)['"]/g)].map((match) => match[1] ?? '');
}

function isFound(root: string, from: string, target: string): boolean {
  if (!target.startsWith('.')) return /^(viem|zod)(\/|$)|^node:/.test(target);
  const file = join(root, dirname(from), target);
  return existsSync(file) && existsSync(file.replace(/\.js$/, '.d.ts'));
}

/** What something prints on the console while it runs. */
async function printedBy(act: () => Promise<unknown>): Promise<readonly string[]> {
  const lines: string[] = [];
  const { log } = console;
  console.log = (...words: readonly unknown[]) => void lines.push(words.map(String).join(' '));
  try {
    await act();
  } finally {
    console.log = log;
  }
  return lines;
}
