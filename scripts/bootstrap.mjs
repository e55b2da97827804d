// Installs the packages where node_modules is absent or does not match package-lock.json. No dependencies, any Node.
//
// Under Node 20 npm silently skips Hardhat's native package (it asks for Node 22), so that `npm ci` itself has to run
// under Node 22. The package `node` then gives every npm script and `npx` that same Node 22.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const turn = join(root, '.bootstrap-lock');
const TURN_EXPIRES_MS = 10 * 60_000;

const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

function runsNode22() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 13);
}

/** Whether node_modules holds what package-lock.json asks for, by npm's own record of what it installed. */
function installed() {
  const record = join(modules, '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const found = JSON.parse(readFileSync(record, 'utf8')).packages;
  for (const [path, { version, link, optional }] of Object.entries(wanted)) {
    if (link || !path.includes('node_modules/')) continue;
    if (found[path] === undefined ? !optional : found[path].version !== version) return false;
  }
  const native = join(modules, '@nomicfoundation');
  return existsSync(native) && readdirSync(native).some((name) => name.startsWith('edr-'));
}

function install() {
  const { node } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies;
  const ci = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const [command, args] = runsNode22()
    ? ['npm', ci]
    : ['npx', ['--yes', `--package=node@${node}`, '--', 'npm', ...ci]];
  console.error(
    `bootstrap: installing packages (npm ci, Node ${runsNode22() ? process.versions.node : node}) ...`,
  );
  const started = Date.now();
  // What npm set for the script that called us must not steer the npm that we call.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/^npm_(lifecycle|package)_/.test(key)),
  );
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    env,
    shell: process.platform === 'win32',
  });
  if (error !== undefined || status !== 0) {
    console.error(stdout ?? '', stderr ?? '', error?.message ?? '');
    console.error(
      `bootstrap: \`${command} ${args.join(' ')}\` failed${status === null ? '' : ` with exit code ${status}`}.`,
    );
    console.error(
      'bootstrap: check that the npm registry can be reached and that the disk has 1 GB free, then retry.',
    );
    process.exit(1);
  }
  if (!installed()) {
    console.error(
      'bootstrap: npm succeeded, yet node_modules does not match package-lock.json. Delete node_modules, retry.',
    );
    process.exit(1);
  }
  console.error(`bootstrap: done in ${((Date.now() - started) / 1000).toFixed(0)} s`);
}

/** One install at a time: a second process waits for the first. */
function takeTurn() {
  for (;;) {
    try {
      mkdirSync(turn);
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const age = Date.now() - (statSync(turn, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > TURN_EXPIRES_MS) rmdirSync(turn);
      else sleep(500);
    }
  }
}

if (!installed()) {
  takeTurn();
  process.on('exit', () => rmdirSync(turn));
  if (!installed()) install();
}
