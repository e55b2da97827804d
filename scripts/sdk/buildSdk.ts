// Builds sdk/dist: JavaScript with declarations, the recorded test deployment, and a manifest for people outside of this
// repository, ready for `npm pack` or `npm publish` there.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder } from '../files.ts';
import { ROOT, run } from '../process.ts';
import { recordDeployment } from './recordDeployment.ts';

const SDK = join(ROOT, 'sdk');
export const DIST = join(SDK, 'dist');
const RECORDING = 'src/testing/recording.json';

interface Manifest {
  exports: Record<string, string>;
  dependencies: Record<string, string>;
  [field: string]: unknown;
}

export async function buildSdk(): Promise<void> {
  rmSync(DIST, { recursive: true, force: true });
  const { code, output } = await run('tsc', ['--project', 'sdk/tsconfig.build.json'], true);
  if (code !== 0) throw new Error(`the SDK does not compile:\n${output}`);
  pointToJavaScript();
  writeFileSync(join(SDK, RECORDING), JSON.stringify(await recordDeployment()));
  cpSync(join(SDK, RECORDING), join(DIST, RECORDING.replace('src/', '')));
  cpSync(join(SDK, 'README.md'), join(DIST, 'README.md'));
  cpSync(join(ROOT, 'LICENSE'), join(DIST, 'LICENSE'));
  const manifest: unknown = JSON.parse(readFileSync(join(SDK, 'package.json'), 'utf8'));
  writeFileSync(
    join(DIST, 'package.json'),
    `${JSON.stringify(publishedManifest(manifest as Manifest), null, 2)}\n`,
  );
}

/** The compiler leaves `.ts` in the imports of declarations, which resolvers other than its own do not follow. */
function pointToJavaScript(): void {
  for (const path of filesUnder(DIST, '.d.ts')) {
    const file = join(DIST, path);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/(from |import\()(['"])(\.{1,2}\/[^'"]+)\.ts\2/g, '$1$2$3.js$2'));
  }
}

/** The repository's manifest with entries into what was built, and viem as the peer that it is. */
export function publishedManifest({ dependencies, exports, ...manifest }: Manifest): object {
  const { viem, ...others } = dependencies;
  const published = Object.entries(exports).map(([entry, source]) => {
    const built = source.replace('./src/', './');
    return [entry, { types: built.replace(/\.ts$/, '.d.ts'), default: built.replace(/\.ts$/, '.js') }];
  });
  return {
    ...manifest,
    private: undefined,
    // what is built runs wherever viem does
    engines: { node: '>=20' },
    exports: Object.fromEntries([...published, ['./package.json', './package.json']]) as object,
    dependencies: others,
    peerDependencies: { viem: `^${viem}` },
  };
}

if (import.meta.main) {
  await buildSdk();
  console.log(`sdk: built ${filesUnder(DIST, '.js').length} modules in sdk/dist`);
}
