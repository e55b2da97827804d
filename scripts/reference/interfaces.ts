import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder } from '../files.ts';
import { ROOT } from '../process.ts';
import { parseInterface } from './solidity.ts';
import type { Interface } from './solidity.ts';

const FOLDER = 'contracts/interfaces';

/** What is somebody else's. */
const FOREIGN = new Set(['IAggregatorV3']);

/** Every interface of the protocol, in the order of their names. */
export function readInterfaces(): Interface[] {
  return filesUnder(join(ROOT, FOLDER), '.sol').flatMap((path) => {
    const found = parseInterface(readFileSync(join(ROOT, FOLDER, path), 'utf8'));
    return found === undefined || FOREIGN.has(found.name) ? [] : [found];
  });
}
