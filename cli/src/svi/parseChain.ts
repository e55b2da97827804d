import { UsageError } from '../usageError.ts';

/** The columns that a chain file has. */
export const CHAIN_COLUMNS =
  'timestamp,instrument_name,option_type,strike,expiry_datetime,time_to_maturity,bid_price,ask_price,mark_price,futures_price,implied_volatility,delta,vega,open_interest,index_price';

const YEAR_SEC = 365 * 86_400;
const NAMES = CHAIN_COLUMNS.split(',');
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?\+00:00$/;
const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/** One line of an option chain: one instrument at one time. Prices of options are in coin. */
export interface Quote {
  /** "BTC", "ETH". */
  readonly symbol: string;
  readonly timestampSec: number;
  readonly expirySec: number;
  readonly strike: number;
  readonly isCall: boolean;
  /** Years of 365 days from the timestamp to the expiry, >= 0; the file's own column counts 365.25 days. */
  readonly tau: number;
  readonly markPrice: number;
  readonly futuresPrice: number;
  /** Per year, 0.5 = 50%. */
  readonly vol: number;
  readonly indexPrice: number;
}

/**
 * An option chain out of the text of a CSV file.
 * @param name What the file is called in messages.
 * @throws UsageError naming the file, the line and what was expected
 */
export function parseChain(text: string, name: string): Quote[] {
  const lines = text.split(/\r?\n/);
  if (lines[0] !== CHAIN_COLUMNS) {
    throw new UsageError(
      `${name}:1: expected the header "${CHAIN_COLUMNS}", found "${shorten(lines[0] ?? '')}"`,
    );
  }
  const quotes: Quote[] = [];
  const seen = new Map<string, number>();
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (line === '' && lines.slice(i).every((rest) => rest === '')) break;
    const instrument = line.split(',')[1] ?? '';
    const before = seen.get(instrument);
    if (before !== undefined) {
      throw new UsageError(
        `${name}:${i + 1}: expected each instrument once, found ${instrument} of line ${before} again`,
      );
    }
    quotes.push(parseLine(line, `${name}:${i + 1}`));
    seen.set(instrument, i + 1);
  }
  if (quotes.length === 0)
    throw new UsageError(`${name}:2: expected at least one option, found the end of the file`);
  return quotes;
}

function parseLine(line: string, where: string): Quote {
  const cells = toCells(line, where);
  const cell = (column: string): string => cells[NAMES.indexOf(column)] ?? '';
  const fail = (column: string, expected: string): never => {
    throw new UsageError(`${where}: expected ${column} to be ${expected}, found "${shorten(cell(column))}"`);
  };
  const number = (column: string, expected: string, accepts: (value: number) => boolean): number => {
    const value = NUMBER.test(cell(column)) ? Number(cell(column)) : NaN;
    return Number.isFinite(value) && accepts(value) ? value : fail(column, expected);
  };
  const positive = (column: string): number => number(column, 'a number > 0', (value) => value > 0);
  const time = (column: string): number =>
    TIME.test(cell(column))
      ? Date.parse(cell(column)) / 1000
      : fail(column, 'a UTC time such as 2026-01-15T08:00:00+00:00');
  const [, symbol = '', letter] = /^([A-Z0-9]+)-\S+-([CP])$/.exec(cell('instrument_name')) ?? [];
  if (symbol === '') fail('instrument_name', 'a name such as BTC-27MAR26-98000-C');
  if (cell('option_type') !== (letter === 'C' ? 'call' : 'put')) {
    fail('option_type', `"${letter === 'C' ? 'call' : 'put'}" as the name says`);
  }
  number('time_to_maturity', 'a number of years >= 0', (value) => value >= 0);
  const [timestampSec, expirySec] = [time('timestamp'), time('expiry_datetime')];
  return {
    symbol,
    timestampSec,
    expirySec,
    tau: Math.max(0, expirySec - timestampSec) / YEAR_SEC,
    strike: positive('strike'),
    isCall: letter === 'C',
    markPrice: number('mark_price', 'a price >= 0', (value) => value >= 0),
    futuresPrice: positive('futures_price'),
    vol: number(
      'implied_volatility',
      'a volatility from 0 to 20 (1 = 100%)',
      (value) => value >= 0 && value <= 20,
    ),
    indexPrice: positive('index_price'),
  };
}

function toCells(line: string, where: string): string[] {
  const cells = line.split(',');
  if (cells.length === NAMES.length) return cells;
  throw new UsageError(`${where}: expected ${NAMES.length} columns, found ${cells.length}`);
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
