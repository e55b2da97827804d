import type { Greeks } from '@novate/sdk';

/** `Greeks` as decimal strings, twelve digits each. */
export type GreekStrings = { readonly [Name in keyof Greeks]: string };

export const GREEK_HEADS: readonly string[] = [
  'delta (units)',
  'gamma (per USD)',
  'vega (USD per 1%)',
  'theta (USD a day)',
];

const PLAIN = new Intl.NumberFormat('en', {
  maximumSignificantDigits: 12,
  useGrouping: false,
  signDisplay: 'negative',
});

export function toGreekStrings({ delta, gamma, vega, theta }: Greeks): GreekStrings {
  return {
    delta: PLAIN.format(delta),
    gamma: PLAIN.format(gamma),
    vega: PLAIN.format(vega),
    theta: PLAIN.format(theta),
  };
}

/** Cells of a table, in the order of `GREEK_HEADS`. */
export function greekCells({ delta, gamma, vega, theta }: GreekStrings): string[] {
  const short = Number(gamma) === 0 ? '0' : Number(gamma).toPrecision(4);
  return [Number(delta).toFixed(4), short, Number(vega).toFixed(2), Number(theta).toFixed(2)];
}

/** One line for a whole portfolio, whose underlyings add up in USD only (`GreeksUsd`). */
export function formatGreeksUsd({ delta, gamma, vega, theta }: GreekStrings): string {
  const [deltaUsd, gammaUsd, vegaUsd, thetaUsd] = [delta, gamma, vega, theta].map((text) =>
    Number(text).toFixed(2),
  );
  return (
    `All together, in USD: delta ${deltaUsd}, gamma ${gammaUsd} (change of that delta for 1% of all prices), ` +
    `vega ${vegaUsd}, theta ${thetaUsd}.`
  );
}
