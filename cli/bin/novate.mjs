#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `novate runs on Node 22.18 or newer, and this is ${process.versions.node}. In the repository use \`npx novate\`.`,
  );
  process.exit(1);
}
await import('../src/main.ts');
