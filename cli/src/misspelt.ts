import type { CommandNode, OptionNode } from './completion/commandTree.ts';

/** A flag that no command on the way to it has, and the flags that are there. */
export interface Misspelt {
  readonly flag: string;
  readonly known: readonly string[];
}

/**
 * The first flag that the command does not know. Commander would tell of a required option that is missing first, which a
 * misspelt one is too.
 */
export function findMisspelt(root: CommandNode, args: readonly string[]): Misspelt | undefined {
  let node = root;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--') return undefined;
    if (!/^--[a-z]/.test(arg)) {
      node = node.commands.find(({ path }) => path.at(-1) === arg) ?? node;
      continue;
    }
    // what follows is another program's
    if (node.args.some((name) => name.includes('...'))) return undefined;
    const [flag = ''] = arg.split('=');
    const option = node.options.find(({ names }) => names.includes(flag));
    if (option === undefined) return { flag, known: node.options.flatMap(longNames) };
    if (option.takesValue && !arg.includes('=')) i += 1;
  }
  return undefined;
}

const longNames = ({ names }: OptionNode): string[] => names.filter((name) => name.startsWith('--'));
