import { hardhatCli } from './hardhatNode.ts';
import { ROOT, startChild } from './children.ts';

/** Compiles what has changed since the last build; takes a minute on a fresh clone and two seconds after. */
export async function ensureBuilt(): Promise<void> {
  const lines: string[] = [];
  const child = startChild({
    name: 'hardhat build',
    args: [hardhatCli(), 'build', '--no-tests', '--quiet'],
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: '1' },
    onLine: (line) => lines.push(line),
  });
  if ((await child.ended) !== 0)
    throw new Error(`the contracts do not build:\n${[...lines, child.tail()].join('\n')}`);
}
