import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The workspace's folder. */
export const DASHBOARD = dirname(dirname(fileURLToPath(import.meta.url)));
/** Where the built page is. */
export const DIST = join(DASHBOARD, 'dist');
