// What the shells themselves make of the completion scripts. Skipped where a shell is missing.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { commandTree } from '../src/completion/commandTree.ts';
import { completionScript } from '../src/completion/completions.ts';
import type { Shell } from '../src/completion/completions.ts';
import { createProgram } from '../src/program.ts';

const TIMEOUT_MS = 20_000;
const tree = commandTree(createProgram(() => undefined));
const commandNames = tree.commands.map(({ path }) => path[0] ?? '');

const isMissing = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status !== 0;

describe('completion in the shell itself', () => {
  let folder: string;
  const scriptOf = (shell: Shell): string => {
    const path = join(folder, `novate.${shell}`);
    writeFileSync(path, completionScript(shell, tree));
    return path;
  };
  const run = (shell: string, args: readonly string[]): string => {
    const env = { ...process.env, TERM: 'dumb', HOME: folder };
    const { status, stdout, stderr } = spawnSync(shell, args, {
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
      cwd: folder,
      env,
    });
    expect(status, `${stdout}\n${stderr}`).to.equal(0);
    return stdout;
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'novate-shells-'));
    writeFileSync(join(folder, 'portfolio.json'), '{}');
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('fish offers commands, options, files and nothing else', function () {
    if (isMissing('fish')) return this.skip();
    const typed = [
      'novate ',
      'novate mar',
      'novate account e',
      'novate margin --po',
      'novate margin --acc',
      'novate margin --portfolio portf',
      'novate account list --rpc ',
    ];
    const asked = typed.map((words) => `echo '# ${words}'; complete -C '${words}'`).join('; ');
    const out = run('fish', ['--no-config', '-c', `source ${scriptOf('fish')}; ${asked}`]);
    const answers = out.split(/^# .*\n/m).slice(1);
    const offered = answers.map((text) =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.split('\t')[0]),
    );
    expect(offered[0]).to.include.members(commandNames);
    expect(offered.slice(1)).to.deep.equal([
      ['margin'],
      ['explain'],
      ['--portfolio'],
      // not those of another command
      [],
      ['portfolio.json'],
      [],
    ]);
  });

  for (const setUp of ['', 'autoload -Uz compinit; compinit -u']) {
    const when = setUp === '' ? 'with nothing set up' : 'with its own completion set up';
    it(`zsh completes at the prompt, ${when}`, function () {
      if (isMissing('zsh')) return this.skip();
      this.timeout(TIMEOUT_MS + 5_000);
      // each is typed, then the tab key; what is read must come, or the run ends by its time
      const steps = [
        ['novate mar', 'margin '],
        ['novate account e', 'explain '],
        ['novate margin --po', '--portfolio '],
        ['novate margin --portfolio portf', 'portfolio.json '],
      ].map(
        ([typed, expected]) => `zpty -w -n z $'\\x15${typed}\\t'; zpty -r z out '*${expected}*'; print ok`,
      );
      const lines = [
        'zmodload zsh/zpty',
        'zpty z zsh -f -i',
        `zpty -w z ${JSON.stringify(setUp === '' ? 'true' : setUp)}`,
        `zpty -w z "source ${scriptOf('zsh')}; print LOADED\\$?"`,
        "zpty -r z out '*LOADED0*'",
        ...steps,
        'zpty -d z',
      ];
      const out = run('zsh', ['-f', '-c', lines.join('\n')]);
      expect(out).to.equal('ok\n'.repeat(steps.length));
    });
  }
});
