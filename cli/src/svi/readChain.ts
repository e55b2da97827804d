import { readFile } from 'node:fs/promises';
import { UsageError } from '../usageError.ts';
import { parseChain } from './parseChain.ts';
import type { Quote } from './parseChain.ts';

/**
 * Reads the CSV file of an option chain.
 * @throws UsageError
 */
export async function readChain(path: string): Promise<Quote[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new UsageError(`${path}: expected a readable CSV file (${code})`);
  }
  return parseChain(text, path);
}
