import { black76CallFloat, black76PutFloat, sviTotalVariance } from '@novate/sdk';
import { CANDLE_COLUMNS } from '../src/prices/parseCandles.ts';
import { createRandom } from '../src/random.ts';
import { CHAIN_COLUMNS } from '../src/svi/parseChain.ts';

const START_MS = Date.UTC(2026, 0, 15);
const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

/** The text of a chain file: two expiries of BTC and ETH, on SVI slices. */
export function syntheticChain(): string {
  const lines = [CHAIN_COLUMNS];
  for (const [symbol, index] of [
    ['BTC', 90_000],
    ['ETH', 3000],
  ] as const) {
    for (const days of [10, 60]) lines.push(...expiryLines(symbol, index, days));
  }
  return `${lines.join('\n')}\n`;
}

function expiryLines(symbol: string, index: number, days: number): string[] {
  const expiryMs = START_MS + days * DAY_MS;
  const tau = (days * DAY_MS) / YEAR_MS;
  const forward = index * (1 + 0.04 * tau);
  const scale = 0.5 * Math.sqrt(tau);
  const svi = { a: 0.4 * scale ** 2, b: 0.4 * scale, rho: -0.2, m: 0, sigma: 1.2 * scale };
  return [0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.2, 1.35, 1.5].flatMap((ratio) =>
    (['call', 'put'] as const).map((type) => {
      const strike = Math.round(index * ratio);
      const s = Math.sqrt(sviTotalVariance(svi, Math.log(strike / forward)));
      const mark = (type === 'call' ? black76CallFloat : black76PutFloat)(forward, strike, s) / forward;
      const cells = [
        iso(START_MS),
        `${symbol}-${days}-${strike}-${type === 'call' ? 'C' : 'P'}`,
        type,
        strike,
        iso(expiryMs),
        tau,
        '',
        '',
        mark,
        forward,
        s / Math.sqrt(tau),
        0,
        0,
        0,
        index,
      ];
      return cells.join(',');
    }),
  );
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('.000Z', '+00:00');
}

/** The text of a candle file: 2-hour candles of a random walk. The same seed gives the same text. */
export function syntheticCandles(seed: number, start: number, count: number, noise = 0.012): string {
  const random = createRandom(seed);
  let price = start;
  const lines = [CANDLE_COLUMNS];
  for (let i = 0; i < count; i++) {
    const open = price;
    price = open * (1 + noise * random.normal());
    const [low, high] = [Math.min(open, price), Math.max(open, price)];
    const prices = [open, high, low, price].map((value) => value.toFixed(6));
    lines.push([START_MS - (count - i) * 7_200_000, ...prices, 1].join(','));
  }
  return `${lines.join('\n')}\n`;
}
