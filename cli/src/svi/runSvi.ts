import { formatTable } from '../margin/formatTable.ts';
import { fitChain } from './fitChain.ts';
import type { FittedChain } from './fitChain.ts';
import { readChain } from './readChain.ts';

export interface SviOptions {
  readonly chainPath: string;
  readonly json: boolean;
  /** Where the output goes; standard output unless given. */
  readonly print?: (text: string) => void;
}

/**
 * `novate svi`: fits a volatility surface to an option chain and reproduces its marks.
 * @throws UsageError where the file cannot be used
 */
export async function runSvi({ chainPath, json, print = toStandardOutput }: SviOptions): Promise<void> {
  const fitted = fitChain(await readChain(chainPath));
  print(json ? JSON.stringify(fitted, undefined, 2) : formatFit(fitted));
}

function formatFit({ timestampSec, expiries, leftOut, marks }: FittedChain): string {
  const skipped = leftOut.map(
    ({ symbol, expirySec, options }) => `left out: ${symbol} ${toDate(expirySec)}, ${options} options`,
  );
  return [
    `chain of ${new Date(timestampSec * 1000).toISOString()}`,
    '',
    expiryTable(expiries),
    ...skipped,
    '',
    'RMSE and max in vol points, over the strikes from 10 to 90 delta.',
    '',
    markTable(marks),
    '',
    'Distance from the stated mark, in coin, of Black-76 on the stated volatility. The forward is one for each expiry: the',
    'median of those that call and put of a strike imply by parity. For comparison: each strike by its own, and the futures',
    'price that the file has on the same line.',
  ].join('\n');
}

function expiryTable(expiries: FittedChain['expiries']): string {
  return formatTable([
    ['expiry', 'days', 'options', 'strikes', 'RMSE', 'max', 'least g', 'a', 'b', 'rho', 'm', 'sigma'],
    ...expiries.map(({ symbol, expirySec, days, options, strikes, rmse, max, leastG, svi }) => [
      `${symbol} ${toDate(expirySec)}`,
      days.toFixed(1),
      String(options),
      String(strikes),
      rmse.toFixed(2),
      max.toFixed(2),
      leastG.toFixed(3),
      ...[svi.a, svi.b, svi.rho, svi.m, svi.sigma].map((value) => value.toFixed(5)),
    ]),
  ]);
}

function markTable(marks: FittedChain['marks']): string {
  return formatTable([
    ['marks by Black-76', 'forward', 'options', 'median', '95%', 'max'],
    ...marks.flatMap(({ symbol, options, expiry, strike, stated }) =>
      (
        [
          ['of the expiry', expiry],
          ['of the strike', strike],
          ['on the line', stated],
        ] as const
      ).map(([forward, { median, p95, max }]) => [
        symbol,
        forward,
        String(options),
        ...[median, p95, max].map((x) => x.toFixed(7)),
      ]),
    ),
  ]);
}

function toDate(expirySec: number): string {
  return new Date(expirySec * 1000).toISOString().slice(0, 10);
}

function toStandardOutput(text: string): void {
  process.stdout.write(`${text}\n`);
}
