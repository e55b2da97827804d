import { isHex } from 'viem';
import type { Hex } from 'viem';

const MAX_DEPTH = 16;

/**
 * The revert data inside an error of viem, of a JSON-RPC provider or of a node, or the data itself; undefined where there
 * is none. Looks through `cause`, and at `data` and `raw` on each level, which nodes nest in different ways.
 */
export function findRevertData(error: unknown): Hex | undefined {
  if (isRevertData(error)) return error;
  return search(error, 0);
}

function search(value: unknown, depth: number): Hex | undefined {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return undefined;
  for (const key of ['raw', 'data']) {
    const field = fieldOf(value, key);
    if (isRevertData(field)) return field;
  }
  for (const key of ['data', 'cause', 'error', 'originalError']) {
    const found = search(fieldOf(value, key), depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fieldOf(value: object, key: string): unknown {
  return Reflect.get(value, key);
}

function isRevertData(value: unknown): value is Hex {
  return isHex(value, { strict: true }) && value.length >= 10 && value.length % 2 === 0;
}
