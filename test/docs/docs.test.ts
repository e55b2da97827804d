// What docs say can be done, can be done: TypeScript compiles, commands exist, links lead somewhere, the site builds.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { commandsOf, faultOf } from '../../scripts/docs/commands.ts';
import { snippetsOf, writtenPages } from '../../scripts/docs/snippets.ts';
import { ROOT, run } from '../../scripts/process.ts';

const pages = writtenPages();
const snippets = pages.flatMap(snippetsOf);
/** Inside the repository, so that its packages are found. */
const FOLDER = join(ROOT, 'cache/snippets');

describe('docs', () => {
  it('have TypeScript that compiles', async () => {
    const typescript = snippets.filter(({ language }) => language === 'ts');
    expect(typescript.length).to.be.at.least(4);
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
    for (const { path, line, text } of typescript) {
      // a module, whatever it imports
      writeFileSync(join(FOLDER, `${path.replaceAll(/\W/g, '-')}-${line}.ts`), `${text}\nexport {};\n`);
    }
    const compilerOptions = { lib: ['es2023', 'dom'], types: ['node'] };
    const config = { extends: '../../tsconfig.json', compilerOptions, include: ['*.ts'], exclude: [] };
    writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify(config));
    const { code, output } = await run('tsc', ['--project', FOLDER], true);
    expect(code, output).to.equal(0);
  });

  it('name commands, options and scripts that there are', () => {
    const checked = snippets
      .filter(({ language }) => ['', 'sh', 'bash'].includes(language))
      .flatMap((snippet) => commandsOf(snippet).map((command) => ({ ...snippet, command })));
    expect(checked.length).to.be.at.least(20);
    const faults = checked.flatMap(({ path, line, command }) => {
      const fault = faultOf(command);
      return fault === undefined ? [] : [`${path}:${line}: ${command}: ${fault}`];
    });
    expect(faults).to.deep.equal([]);
  });

  it('would notice a command or an option that there is not', () => {
    expect(faultOf('npm run nonsense')).to.include('no script');
    expect(faultOf('npm run novate -- margni')).to.include('no command');
    expect(faultOf('npm run novate -- margin --portfolo P.json')).to.include('no option --portfolo');
    expect(faultOf('node examples/none.ts')).to.include('there is no');
    expect(faultOf('npm run novate -- margin --portfolio P.json --market M.json')).to.equal(undefined);
  });

  it('link to files that there are', () => {
    const dead = pages.flatMap((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8').replaceAll(/```[\s\S]*?```/g, '');
      return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
        .map((match) => (match[1] ?? '').replace(/#.*$/, ''))
        .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
        .filter((target) => !existsSync(join(ROOT, dirname(path), target)))
        .map((target) => `${path}: ${target}`);
    });
    expect(dead).to.deep.equal([]);
  });

  it('stand in the sidebar of the site', () => {
    const config = readFileSync(join(ROOT, 'docs/.vitepress/config.ts'), 'utf8');
    const absent = readdirSync(join(ROOT, 'docs'))
      .filter((name) => name.endsWith('.md') && name !== 'index.md')
      .filter((name) => !config.includes(`'/${name.replace(/\.md$/, '')}'`));
    expect(absent).to.deep.equal([]);
  });

  it('compare by the gas that the README states', () => {
    const [readme, comparison] = ['README.md', 'docs/comparison.md'].map((path) =>
      readFileSync(join(ROOT, path), 'utf8'),
    );
    const rows = (comparison ?? '').split('## Gas')[1]?.split('## Where')[0] ?? '';
    const figures = [...rows.matchAll(/^\| [^|]+ \| ([\d,]+)/gm)].map((match) => match[1] ?? '');
    expect(figures.length).to.be.at.least(5);
    expect(figures.filter((figure) => readme?.includes(figure) !== true)).to.deep.equal([]);
  });

  it('give a source for whatever they say of others', () => {
    const text = readFileSync(join(ROOT, 'docs/comparison.md'), 'utf8');
    const [table = '', sources = ''] = [text.split('## Gas')[0], text.split('## Sources')[1]];
    const numbers = new Set([...sources.matchAll(/^(\d+)\. /gm)].map((match) => match[1]));
    const rows = table.split('\n').filter((line) => /^\| [a-z]/.test(line));
    expect(rows.length).to.be.at.least(6);
    for (const row of rows)
      for (const cell of row.split('|').slice(3, -1)) {
        const cited = [...cell.matchAll(/\[(\d+)\]/g)].map((match) => match[1]);
        expect(cited, cell).to.not.deep.equal([]);
        for (const number of cited) expect(numbers, cell).to.include(number);
      }
  });

  it('build as a site', async () => {
    const { code, output } = await run(
      'node',
      ['node_modules/vitepress/bin/vitepress.js', 'build', 'docs'],
      true,
    );
    expect(code, output).to.equal(0);
    const built = readdirSync(join(ROOT, 'docs/.vitepress/dist'), { recursive: true }).map(String);
    for (const page of ['index', 'start/trader', 'reference/errors', 'concepts/margin', 'comparison']) {
      expect(built).to.include(`${page}.html`);
    }
    // sources of the repository are no pages of the site
    const incidents = readFileSync(join(ROOT, 'docs/.vitepress/dist/incidents.html'), 'utf8');
    expect(incidents).to.not.include('.t.sol"');
  });
});
