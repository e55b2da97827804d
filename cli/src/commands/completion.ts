import { Argument } from 'commander';
import type { Command } from 'commander';
import { commandTree } from '../completion/commandTree.ts';
import { completionScript, SHELLS } from '../completion/completions.ts';
import type { Shell } from '../completion/completions.ts';

export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description('Prints a script that makes a shell complete commands and options of novate.')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText(
      'after',
      `
Examples:
  source <(novate completion bash)                                  # this bash; in ~/.bashrc: every bash
  source <(novate completion zsh)                                   # the same for zsh, in ~/.zshrc
  novate completion fish > ~/.config/fish/completions/novate.fish   # every fish`,
    )
    .action((shell: Shell) => {
      process.stdout.write(completionScript(shell, commandTree(program)));
    });
}
