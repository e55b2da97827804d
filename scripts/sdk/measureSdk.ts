// What the SDK adds to a page: bundles of a few uses, minified and compressed, viem not counted. Fails where the core is
// larger than it may be. `sdk/dist` must be built.
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { buildSdk, DIST } from './buildSdk.ts';

/** The core: every action, decoded errors with remedies, orders and their signatures, addresses. */
export const CORE_LIMIT_KB = 60;

const USES = {
  'one read': "export { getReport } from '@novate/sdk';",
  'codec and units':
    "export { encodeAccountId, encodeInstrumentId, parseWad, formatWad } from '@novate/sdk';",
  'risk twin, what-if': "export { assess, marginAfterTrade, liquidationPrices, PRESETS } from '@novate/sdk';",
  'orders and their signatures': "export { buildOrder, signOrder, hashOrder } from '@novate/sdk';",
  core: "export { novateActions, signOrder, verifyOrder, NovateContractError, encodeAccountId } from '@novate/sdk';",
  everything: "export * from '@novate/sdk';",
} as const;

export type Use = keyof typeof USES;

/** Compressed size of each use, kB (1000 bytes). */
export async function measureSdk(): Promise<Record<Use, number>> {
  const sizes = await Promise.all(
    Object.entries(USES).map(async ([use, source]) => [use, await compressed(source)] as const),
  );
  return Object.fromEntries(sizes) as Record<Use, number>;
}

async function compressed(source: string): Promise<number> {
  const bundle = await rolldown({
    input: 'virtual:use',
    platform: 'browser',
    external: [/^viem($|\/)/, /^node:/],
    plugins: [
      {
        name: 'use',
        resolveId: (id) => {
          if (id === 'virtual:use') return id;
          return id === '@novate/sdk' ? join(DIST, 'index.js') : null;
        },
        load: (id) => (id === 'virtual:use' ? source : null),
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'es', minify: true });
  await bundle.close();
  const bytes = output.map((chunk) =>
    chunk.type === 'chunk' ? gzipSync(chunk.code, { level: 9 }).length : 0,
  );
  return bytes.reduce((sum, size) => sum + size, 0) / 1000;
}

if (import.meta.main) {
  await buildSdk();
  const sizes = await measureSdk();
  for (const [use, size] of Object.entries(sizes)) console.log(`${size.toFixed(1).padStart(7)} kB  ${use}`);
  console.log(`compressed, without viem; the core may have ${CORE_LIMIT_KB} kB`);
  if (sizes.core > CORE_LIMIT_KB) {
    console.error('sdk: the core is too large; see what it imports that it does not need');
    process.exitCode = 1;
  }
}
