import type { ReplayResult } from './result.ts';

const LABELS: readonly (readonly [keyof ReplayResult, string])[] = [
  ['accounts', 'Accounts'],
  ['liquidatedAccounts', 'Accounts liquidated'],
  ['liquidations', 'Liquidations'],
  ['badDebt', 'Bad debt (USD)'],
  ['insuranceUsed', 'Insurance used (USD)'],
  ['deleveragedNotional', 'Deleveraged notional (USD)'],
  ['socialisedLoss', 'Socialised loss (USD)'],
  ['gasPerLiquidation', 'Gas per liquidation'],
  ['longestLiquidatableBlocks', 'Longest time liquidatable (blocks)'],
  ['leftLiquidatable', 'Left liquidatable'],
  ['conserved', 'Totals conserve'],
  ['residualWei', 'Rounding left to the pool (1e-18 USD)'],
];

/** The result as two aligned columns, figures to the right. */
export function formatTable(result: ReplayResult): string {
  const rows = LABELS.map(([key, label]) => [label, formatValue(key, result[key])] as const);
  const left = Math.max(...rows.map(([label]) => label.length));
  const right = Math.max(...rows.map(([, value]) => value.length));
  return rows.map(([label, value]) => `${label.padEnd(left)}  ${value.padStart(right)}`).join('\n');
}

function formatValue(key: keyof ReplayResult, value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'NO';
  if (typeof value === 'number') return groupThousands(String(value));
  return key === 'residualWei' ? groupThousands(value) : formatUsdUp(value);
}

/** A decimal string to the nearest cent, with thousands apart. */
export function formatUsd(decimal: string): string {
  return formatCents(decimal, (rest) => rest >= '5');
}

/** As `formatUsd`, away from zero: a loss never shows smaller than it is. */
function formatUsdUp(decimal: string): string {
  return formatCents(decimal, (rest) => /[1-9]/.test(rest));
}

function formatCents(decimal: string, roundsUp: (rest: string) => boolean): string {
  const [whole = '0', fraction = ''] = decimal.replace('-', '').split('.');
  const cents = BigInt(whole + fraction.slice(0, 2).padEnd(2, '0')) + (roundsUp(fraction.slice(2)) ? 1n : 0n);
  const text = cents.toString().padStart(3, '0');
  const sign = decimal.startsWith('-') && cents !== 0n ? '-' : '';
  return `${sign}${groupThousands(text.slice(0, -2))}.${text.slice(-2)}`;
}

function groupThousands(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
}
