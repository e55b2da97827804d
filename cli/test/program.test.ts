import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import type { Command } from 'commander';
import { commandTree, flatten } from '../src/completion/commandTree.ts';
import { completionScript, SHELLS } from '../src/completion/completions.ts';
import { createProgram } from '../src/program.ts';
import { createProgress } from '../src/report/progress.ts';
import { runCli } from '../src/runCli.ts';

const tree = commandTree(createProgram(() => undefined));
const commands = flatten(tree);

/** Runs the command line in this process. @returns its exit code and what it wrote to standard error */
async function cli(...args: string[]): Promise<{ code: number; error: string; out: string }> {
  const texts = { out: '', error: '' };
  const { stdout, stderr } = process;
  const [write, writeError] = [stdout.write.bind(stdout), stderr.write.bind(stderr)];
  stdout.write = (text: string | Uint8Array) => ((texts.out += String(text)), true);
  stderr.write = (text: string | Uint8Array) => ((texts.error += String(text)), true);
  try {
    const code = await runCli(args);
    return { code, ...texts };
  } finally {
    stdout.write = write;
    stderr.write = writeError;
  }
}

/** The help of a command with what is added after it. */
function helpOf(path: readonly string[]): string {
  let command: Command | undefined = createProgram(() => undefined);
  for (const name of path) command = command?.commands.find((one) => one.name() === name);
  let text = '';
  command?.configureOutput({ writeOut: (more) => (text += more) });
  command?.outputHelp();
  return text;
}

describe('every command', () => {
  for (const { path, description, options } of commands) {
    it(`novate ${path.join(' ')} has help with examples`, () => {
      expect(description).to.not.equal('');
      for (const option of options) expect(option.description, option.flags).to.not.equal('');
      const help = helpOf(path);
      // the keeper prints its own
      if (path.join(' ') === 'keeper run') return;
      const parent = helpOf(path.slice(0, -1));
      expect(help.includes('Examples') || parent.includes(`novate ${path.join(' ')}`), help).to.equal(true);
    });
  }

  it('says what the exit codes mean', () => {
    expect(helpOf([])).to.match(/Exit codes: 0 done; 1 failed.*; 2 used wrongly.*; 130 interrupted/);
  });
});

describe('what is misspelt', () => {
  const cases: [string[], string][] = [
    [['margni'], '(Did you mean margin?)'],
    [['account', 'explian'], '(Did you mean explain?)'],
    [['margin', '--portfolo', 'P.json'], 'unknown option --portfolo; did you mean --portfolio?'],
    [['margin', '--portfolio', 'P.json', '--market', 'M.json', '--jsn'], 'did you mean --json?'],
    [['margin', '--xyzzyxyzzy'], 'there are --portfolio, --market, --onchain, --json, --help'],
    [['completion', 'bsh'], 'Allowed choices are bash, zsh, fish'],
    [['deploy', '--network', 'sepola'], 'did you mean sepolia?'],
    [['account', 'list', '--state', 'health'], 'expected some of healthy, atRisk'],
  ];
  for (const [args, expected] of cases) {
    it(`novate ${args.join(' ')}`, async () => {
      const { code, error } = await cli(...args);
      expect(code).to.equal(2);
      expect(error).to.include(expected);
    });
  }
});

/** What bash offers after these words, the last of which is being typed. */
function completeInBash(...words: string[]): string[] {
  const script = `${completionScript('bash', tree)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_novate; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  expect(stderr).to.equal('');
  expect(status).to.equal(0);
  return stdout.split('\n').filter((word) => word !== '');
}

describe('shell completion', () => {
  it('offers commands, subcommands and their options in bash', () => {
    expect(completeInBash('novate', '')).to.include.members(tree.commands.map(({ path }) => path[0]));
    expect(completeInBash('novate', 'mar')).to.deep.equal(['margin']);
    expect(completeInBash('novate', 'account', 'e')).to.deep.equal(['explain']);
    expect(completeInBash('novate', 'margin', '--po')).to.deep.equal(['--portfolio']);
    expect(completeInBash('novate', 'margin', '--json', '--on')).to.deep.equal(['--onchain']);
    // not those of another command
    expect(completeInBash('novate', 'margin', '--acc')).to.deep.equal([]);
  });

  it('offers files where an option takes one, and nothing for other values', () => {
    expect(completeInBash('novate', 'margin', '--portfolio', 'package.js')).to.deep.equal(['package.json']);
    expect(completeInBash('novate', 'account', 'list', '--rpc', '')).to.deep.equal([]);
  });

  it('names every command and option in each shell', () => {
    for (const shell of SHELLS) {
      const script = completionScript(shell, tree);
      for (const { path, options } of commands) {
        expect(script, shell).to.include(path.join(' '));
        for (const { names } of options) {
          for (const name of names) {
            const flag = shell === 'fish' ? name.replace(/^--/, '-l ').replace(/^-(?!l )/, '-s ') : name;
            expect(script, `${shell} ${flag}`).to.include(flag);
          }
        }
      }
    }
  });

  it('is printed by the command', async () => {
    const { code, out } = await cli('completion', 'fish');
    expect(code).to.equal(0);
    expect(out).to.equal(completionScript('fish', tree));
  });
});

describe('progress', () => {
  async function told(isTTY: boolean, plain: boolean): Promise<string> {
    let text = '';
    const progress = createProgress({ isTTY, write: (more: string) => (text += more) }, plain);
    expect(await progress.task('count', () => Promise.resolve(7))).to.equal(7);
    progress.onPrice({ timeMs: 0, prices: { ETH: 4_000n * 10n ** 8n } }, 0, 2);
    return text;
  }

  it('is silent in pipes', async () => {
    expect(await told(false, false)).to.equal('');
  });

  it('is plain lines where that is asked for', async () => {
    expect(await told(false, true)).to.match(/^✓ count \(\d+\.\d s\)\n$/);
  });

  it('shows steps and prices on a terminal', async () => {
    expect(await told(true, false))
      .to.include('count')
      .and.include('4,000.00');
  });
});
