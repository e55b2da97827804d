// Every static check, two at a time; prints the output of those that fail. `node scripts/lint.ts eslint tsc` runs some.
import { run } from './process.ts';

const SOLHINT = ['--noPoster', '--disc', '--max-warnings', '0'];
const CHECKS: Record<string, readonly [program: string, ...args: string[]]> = {
  eslint: ['eslint', '.'],
  tsc: ['tsc', '--noEmit'],
  'tsc-dashboard': ['tsc', '--noEmit', '--project', 'dashboard'],
  solhint: ['solhint', ...SOLHINT, 'contracts/*.sol', 'contracts/!(mocks)/**/*.sol'],
  'solhint-tests': [
    'solhint',
    ...SOLHINT,
    '--config',
    'test/.solhint.json',
    'contracts/mocks/**/*.sol',
    'test/**/*.sol',
  ],
  prettier: ['prettier', '--check', '--log-level', 'warn', '**/*.{ts,tsx,js,mjs,sol,json}'],
  imports: ['node', 'scripts/check-imports.ts'],
  reference: ['node', 'scripts/reference.ts', '--check'],
  incidents: ['node', 'scripts/check-incidents.ts'],
};
const AT_A_TIME = 2;

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in CHECKS));
if (unknown.length > 0) {
  console.error(`lint: no check named ${unknown.join(', ')}; there are ${Object.keys(CHECKS).join(', ')}`);
  process.exit(2);
}

const queue = Object.entries(CHECKS).filter(([name]) => wanted.length === 0 || wanted.includes(name));
const failed: string[] = [];

async function work(): Promise<void> {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const [name, [program, ...args]] = next;
    const started = Date.now();
    const { code, output } = await run(program, args, true);
    console.log(
      `${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`,
    );
    if (code === 0) continue;
    failed.push(name);
    console.log(output.trimEnd());
  }
}

await Promise.all(Array.from({ length: AT_A_TIME }, work));
if (failed.length > 0) {
  console.error(`lint: ${failed.join(', ')} failed`);
  process.exit(1);
}
