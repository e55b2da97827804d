import { existsSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

/** The files below a folder whose names end so, as sorted paths relative to it; none where the folder is absent. */
export function filesUnder(folder: string, ending: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll(sep, '/'),
    )
    .filter((path) => !path.split('/').includes('node_modules'))
    .sort();
}
