import { readFileSync } from 'node:fs';
import { InputFormatError, parseMarketFile, parsePortfolioFile } from '@novate/sdk';
import type { MarketFile, Portfolio } from '@novate/sdk';
import { UsageError } from '../usageError.ts';
import { parseJson } from './parseJson.ts';

export interface MarginPaths {
  readonly portfolioPath: string;
  readonly marketPath: string;
}

/** What a margin is computed from: the two files, read and checked. */
export interface MarginInputs extends MarketFile {
  readonly portfolio: Portfolio;
}

/**
 * Reads a portfolio and a market file.
 * @throws UsageError in one line: the file, the field or line, and what was expected
 */
export function readMarginInputs({ portfolioPath, marketPath }: MarginPaths): MarginInputs {
  const marketFile = parse(marketPath, parseMarketFile);
  const portfolio = parse(portfolioPath, (input) => parsePortfolioFile(input, marketFile));
  return { ...marketFile, portfolio };
}

function parse<Parsed>(path: string, parser: (input: unknown) => Parsed): Parsed {
  const input = parseJson(path, read(path));
  try {
    return parser(input);
  } catch (error) {
    if (error instanceof InputFormatError) throw new UsageError(`${path}: ${error.message}`);
    throw error;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new UsageError(`${path}: expected a readable JSON file, found ${READ_FAULTS[code] ?? code}`);
  }
}

const READ_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'a directory',
  EACCES: 'one that may not be read',
};
