import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandTree } from '../../cli/src/completion/commandTree.ts';
import { findMisspelt } from '../../cli/src/misspelt.ts';
import { createProgram } from '../../cli/src/program.ts';
import { ROOT } from '../process.ts';
import type { Snippet } from './snippets.ts';

const tree = commandTree(createProgram(() => undefined));

/** Whether a package of the repository has a script. @param folder Empty for the repository's own. */
function hasScript(folder: string, script: string): boolean {
  const manifest = readFileSync(join(ROOT, folder, 'package.json'), 'utf8');
  return script in (JSON.parse(manifest) as { scripts: object }).scripts;
}

/** Commands of a snippet, one line each; continued lines joined, comments left out. */
export function commandsOf({ text }: Snippet): string[] {
  return text
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s+)#.*$/, '').trim())
    .filter((line) => /^(npm|npx|node|novate) /.test(line));
}

/** What is wrong with a command: a script, a program, a command or an option that there is not. Undefined where nothing is. */
export function faultOf(command: string): string | undefined {
  const words = command.split(/\s+/);
  const [program, second = '', third = ''] = words;
  if (program === 'novate') return faultOfNovate(words.slice(1));
  if (program === 'npx') return second === 'novate' ? faultOfNovate(words.slice(2)) : faultOfBinary(second);
  if (program === 'node') return existsSync(join(ROOT, second)) ? undefined : `there is no ${second}`;
  const script = second === 'run' || second === '--silent' ? third : second;
  if (script === 'ci' || script === 'install') return undefined;
  const workspace = words.indexOf('-w');
  const folder = workspace < 0 ? '' : (words[workspace + 1] ?? '');
  if (!hasScript(folder, script)) return `${join(folder, 'package.json')} has no script ${script}`;
  const dashes = words.indexOf('--');
  return script === 'novate' && dashes > 0 ? faultOfNovate(words.slice(dashes + 1)) : undefined;
}

function faultOfBinary(name: string): string | undefined {
  return existsSync(join(ROOT, 'node_modules/.bin', name)) ? undefined : `no package brings ${name}`;
}

function faultOfNovate(args: readonly string[]): string | undefined {
  let node = tree;
  for (const arg of args) {
    const next = node.commands.find(({ path }) => path.at(-1) === arg);
    if (next === undefined) break;
    node = next;
  }
  if (node.commands.length > 0 && node.path.length === 0 && !(args[0] ?? '').startsWith('-')) {
    return `novate has no command ${args[0] ?? ''}`;
  }
  if (node.commands.length > 0 && node.path.length > 0)
    return `novate ${node.path.join(' ')} needs a command`;
  const misspelt = findMisspelt(tree, args);
  return misspelt === undefined ? undefined : `novate ${node.path.join(' ')} has no option ${misspelt.flag}`;
}
