// Prints how large the dashboard is when compressed, file by file, and fails where all of it is more than it may be.
import { BUNDLE_LIMIT_KB as LIMIT_KB, bundleFiles, bundleKb } from './bundleSize.ts';

const sizes = bundleFiles();
for (const { path, bytes } of sizes) console.log(`${(bytes / 1000).toFixed(1).padStart(7)} kB  ${path}`);
const total = bundleKb(sizes);
console.log(`${total.toFixed(1).padStart(7)} kB  compressed in all, at most ${LIMIT_KB} kB`);
if (sizes.length === 0) {
  console.error('check-bundle: dashboard/dist is empty; run "npm run build -w dashboard"');
  process.exit(1);
}
if (total > LIMIT_KB) {
  console.error(
    `check-bundle: ${(total - LIMIT_KB).toFixed(1)} kB too much; load less, or load it from fewer packages`,
  );
  process.exit(1);
}
