// Run after each `npm install` that changes package-lock.json: `node scripts/fix-lock.mjs`.
//
// A package built per platform lists all its builds as optional dependencies. Where a registry cannot list some of
// them, npm leaves those out of the lock file, and `npm ci` then refuses it ("Missing: ... from lock file"). This adds
// a version-only entry for each; npm skips it by `os` and `cpu` wherever it does not apply.
import { readFileSync, writeFileSync } from 'node:fs';

const OS = Object.fromEntries(
  ['android', 'darwin', 'freebsd', 'linux', 'openbsd', 'openharmony', 'win32'].map((name) => [name, name]),
);
const CPU = {
  amd64: 'x64',
  ...Object.fromEntries(
    ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'].map((name) => [name, name]),
  ),
};

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));

for (const [path, entry] of Object.entries(lock.packages)) {
  if (path === '') continue;
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (lock.packages[`node_modules/${name}`] || lock.packages[`${path}/node_modules/${name}`]) continue;
    const words = name.split('-');
    const os = words.find((word) => word in OS);
    const cpu = words.find((word) => word in CPU);
    if (os === undefined || cpu === undefined || !/^\d/.test(version)) {
      console.warn(`fix-lock: left out ${name}@${version} (wanted by ${path})`);
      continue;
    }
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu: [CPU[cpu]],
      dev: true,
      optional: true,
      os: [OS[os]],
    };
  }
}

lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
