import { commandTree, flatten } from '../../cli/src/completion/commandTree.ts';
import type { CommandNode } from '../../cli/src/completion/commandTree.ts';
import { createProgram } from '../../cli/src/program.ts';
import { code, escaped, paragraphs, table } from './markdown.ts';

/** Every command with its options and the text below its help. */
export function cliPage(): string {
  const program = createProgram(() => undefined);
  return paragraphs(
    '# Command line',
    'In this repository `npx novate ...` or `npm run novate -- ...`.',
    table(
      ['exit code', 'meaning'],
      [
        ['0', 'done'],
        ['1', 'failed, or a check did not pass'],
        ['2', 'used wrongly, or given bad input; the message says what was expected'],
        ['130', 'interrupted'],
      ],
    ),
    ...flatten(commandTree(program))
      .filter(({ path }) => path.length > 0)
      .map((node) => section(node, helpBelow(program, node.path))),
  );
}

function section({ path, description, args, options, commands }: CommandNode, below: string): string {
  const usage = ['novate', ...path, ...args, commands.length > 0 ? '<command>' : '[options]'].join(' ');
  return paragraphs(
    `${'#'.repeat(path.length + 1)} novate ${path.join(' ')}`,
    escaped(description),
    `\`\`\`\n${usage}\n\`\`\``,
    table(
      ['option', '', 'default'],
      options
        .filter(({ names }) => !names.includes('--help'))
        .map((option) => [
          code(option.flags),
          option.description + (option.required ? ' (required)' : ''),
          option.defaultText === '' ? '' : code(option.defaultText),
        ]),
    ),
    below === '' ? '' : `\`\`\`\n${below}\n\`\`\``,
  );
}

/** What `--help` prints after the options. */
function helpBelow(program: ReturnType<typeof createProgram>, path: readonly string[]): string {
  let command = program;
  for (const name of path) command = command.commands.find((one) => one.name() === name) ?? command;
  let text = '';
  command.configureOutput({ writeOut: (more) => (text += more) });
  command.outputHelp();
  return text.replace(command.helpInformation(), '').trim();
}
