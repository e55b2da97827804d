// Fails on an import against the flow of values (docs/architecture.md), and on an impure `decide`.
//
// In contracts/ a file may import from its own room and from those to its left. Any room may use `types`, `libraries`
// and `interfaces`, which use only each other. Mocks may use anything; only mocks and tests may use mocks.
import { readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { filesUnder } from './files.ts';
import { ROOT } from './process.ts';

const FLOW = ['oracle', 'pricing', 'risk', 'markets', 'clearinghouse', 'liquidation', 'venues', 'periphery'];
const COMMON = ['types', 'libraries', 'interfaces'];

/** What a pure file may not mention, and why. */
const IMPURE: readonly (readonly [RegExp, string])[] = [
  [/\bfrom\s+['"]node:|\bimport\s*\(?\s*['"]node:/, 'imports from node:'],
  [
    /\bfrom\s+['"]viem\/(actions|accounts|chains|node|nonce)/,
    'imports a part of viem that talks to a network',
  ],
  [/\bcreate(Public|Wallet|Test)?Client\b|\b(PublicClient|WalletClient|TestClient)\b/, 'uses a viem client'],
  [/\bprocess\b\s*[.[]/, 'reads the process or its environment'],
  [/\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)|\bperformance\s*\./, 'reads the clock'],
  [/\bMath\s*\.\s*random\b|\bcrypto\s*\./, 'draws random numbers'],
  [/\bfetch\s*\(|\bset(Timeout|Interval|Immediate)\s*\(/, 'uses the network or a timer'],
];

export interface Problem {
  file: string;
  line: number;
  message: string;
}

/** Blanks out comments and keeps every line where it was. */
function withoutComments(source: string): string {
  return source.replace(
    /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (match, text?: string) => (text === undefined ? match.replace(/[^\n]/g, ' ') : match),
  );
}

function lineAt(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length;
}

/** The room of a path relative to contracts/; a file at the root belongs to the clearinghouse. */
function roomOf(path: string): string {
  const parts = path.split('/');
  return parts.length === 1 ? 'clearinghouse' : (parts[0] ?? '');
}

function refusal(from: string, to: string): string | undefined {
  if (from === 'mocks') return undefined;
  if (to === 'mocks') return 'only mocks and tests may import mocks';
  if (COMMON.includes(to)) return undefined;
  if (COMMON.includes(from)) return `\`${from}\` may import only ${COMMON.join(', ')}`;
  const [position, target] = [FLOW.indexOf(from), FLOW.indexOf(to)];
  if (position < 0 || target < 0) return `unknown room \`${position < 0 ? from : to}\`: add it to the flow`;
  if (target > position) return `backward import: \`${to}\` is to the right of \`${from}\``;
  return undefined;
}

export function checkContract(path: string, text: string): Problem[] {
  const file = `contracts/${path}`;
  const source = withoutComments(text);
  const problems: Problem[] = [];
  for (const match of source.matchAll(/^[ \t]*import\b([^;]*?)["']([^"']+)["']([^;]*);/gm)) {
    const [, clause = '', target = ''] = match;
    const line = lineAt(source, match.index + match[0].indexOf('import'));
    if (!/^\s*\{[^}]*\}\s*from\s*$/.test(clause)) {
      problems.push({ file, line, message: `name what is imported: import {X} from "${target}"` });
    }
    if (!target.startsWith('.')) continue;
    const resolved = normalize(join(dirname(path), target));
    if (resolved.startsWith('..')) {
      problems.push({ file, line, message: `imports from outside contracts/: ${target}` });
      continue;
    }
    const message = refusal(roomOf(path), roomOf(resolved));
    if (message !== undefined) problems.push({ file, line, message: `${message} (${target})` });
  }
  return problems;
}

export function checkPure(file: string, text: string): Problem[] {
  const source = withoutComments(text);
  return IMPURE.flatMap(([pattern, why]) => {
    const match = pattern.exec(source);
    return match === null
      ? []
      : [{ file, line: lineAt(source, match.index), message: `decide/ is pure, but ${why}` }];
  });
}

if (import.meta.main) {
  const contracts = join(ROOT, 'contracts');
  const decide = join(ROOT, 'keeper/src/decide');
  const solidity = filesUnder(contracts, '.sol');
  const pure = filesUnder(decide, '.ts');
  const problems = [
    ...solidity.flatMap((path) => checkContract(path, readFileSync(join(contracts, path), 'utf8'))),
    ...pure.flatMap((path) =>
      checkPure(relative(ROOT, join(decide, path)), readFileSync(join(decide, path), 'utf8')),
    ),
  ];
  for (const { file, line, message } of problems) console.error(`${file}:${line}: ${message}`);
  console.log(
    `check-imports: ${solidity.length} contracts, ${pure.length} pure files, ${problems.length} problems`,
  );
  if (problems.length > 0) process.exit(1);
}
