// The pictures of docs/concepts: margins of a few portfolios as the risk engine's twin computes them.
import { assess, BTC, ETH, PRESETS, withIndex, withVol } from '@novate/sdk';
import type { Assessment, Leg, Market, Portfolio } from '@novate/sdk';
import { drawLines, drawSurface } from './surfacePlot.ts';

const NOW = 1_770_267_600n;
const PROFILE = PRESETS.portfolio;
const [ETH_PRICE, BTC_PRICE] = [4_000, 100_000];

const wad = (value: number): bigint => BigInt(Math.round(value * 1e9)) * 10n ** 9n;
const usd = (value: number): string => Math.round(value).toLocaleString('en');
const percent = (value: number): string => `${value > 0 ? '+' : ''}${Math.round(value * 100)}%`;
const inUsd = (amount: bigint): number => Number(amount) / 1e18;

/** ETH at 4,000 and BTC at 100,000, with a smile of about 60% for each expiry named. */
function marketOf(days: readonly number[]): Market {
  const terms = new Map(
    days.map((day) => {
      const years = day / 365;
      const smile = { a: wad(0.3 * years), b: wad(0.12 * years), rho: wad(-0.2), m: 0n, sigma: wad(0.5) };
      return [expiryOf(day), { ...smile, forward: wad(ETH_PRICE) }];
    }),
  );
  return {
    timestamp: NOW,
    underlyings: new Map([
      [ETH, { index: wad(ETH_PRICE), premium: 0n, terms }],
      [BTC, { index: wad(BTC_PRICE), premium: 0n }],
    ]),
  };
}

const expiryOf = (day: number): bigint => NOW + BigInt(Math.round(day * 24)) * 3_600n;
const option = (kind: 'call' | 'put', size: number, strike: number, day: number): Leg => ({
  kind,
  underlying: ETH,
  expirySec: expiryOf(day),
  strike: wad(strike),
  size: wad(size),
});
const perp = (underlying: number, size: number, price: number): Leg => ({
  kind: 'perp',
  underlying,
  size: wad(size),
  cost: wad(-size * price),
});
const portfolio = (cash: number, ...legs: readonly Leg[]): Portfolio => ({
  cash: wad(cash),
  spot: [],
  legs: legs.filter(({ size }) => size !== 0n),
});

function shortCall(): string {
  return drawSurface({
    title: 'Maintenance margin of one short call on ETH at 4,000',
    x: { label: 'strike, USD', from: 2_800, to: 5_600, show: usd },
    y: { label: 'days to expiry', from: 2, to: 90, show: (day) => day.toFixed(0) },
    columns: 40,
    rows: 32,
    label: 'USD',
    show: usd,
    value(strike, day) {
      const held = portfolio(0, option('call', -1, Math.round(strike), day));
      return inUsd(assess(held, marketOf([day]), PROFILE).maintenanceMargin);
    },
  });
}

function hedgedCalls(): string {
  const day = 30;
  const market = marketOf([day]);
  return drawSurface({
    title: 'Ten short calls (4,400, 30 days) and a long perp: maintenance margin',
    x: { label: 'ETH held long by perp', from: 0, to: 10, show: (size) => size.toFixed(1) },
    y: { label: 'move of the price', from: -0.4, to: 0.4, show: percent },
    columns: 40,
    rows: 32,
    label: 'USD',
    show: usd,
    value(size, move) {
      const held = portfolio(0, option('call', -10, 4_400, day), perp(ETH, size, ETH_PRICE));
      const moved = withIndex(market, ETH, wad(ETH_PRICE * (1 + move)));
      return inUsd(assess(held, moved, PROFILE).maintenanceMargin);
    },
  });
}

function strangle(): string {
  const day = 30;
  const market = marketOf([day]);
  const held = portfolio(6_000, option('call', -5, 4_600, day), option('put', -5, 3_400, day));
  const figure = (pick: (assessment: Assessment) => bigint) => (move: number) =>
    inUsd(pick(assess(held, withIndex(market, ETH, wad(ETH_PRICE * (1 + move))), PROFILE)));
  return drawLines({
    title: 'Five short strangles (3,400 / 4,600, 30 days) and 6,000 USD of cash',
    x: { label: 'move of the price', from: -0.3, to: 0.3, show: percent },
    y: { label: 'USD', show: usd },
    points: 121,
    lines: [
      { name: 'equity', value: figure(({ equity }) => equity) },
      { name: 'initial', value: figure(({ initialMargin }) => initialMargin) },
      { name: 'maintenance', value: figure(({ maintenanceMargin }) => maintenanceMargin) },
    ],
  });
}

function strangleHealth(): string {
  const day = 30;
  const market = marketOf([day]);
  const held = portfolio(6_000, option('call', -5, 4_600, day), option('put', -5, 3_400, day));
  return drawSurface({
    title: 'Five short strangles and 6,000 USD: equity less maintenance margin',
    x: { label: 'move of the price', from: -0.2, to: 0.2, show: percent },
    y: { label: 'change of volatility', from: -0.5, to: 1, show: percent },
    columns: 40,
    rows: 32,
    label: 'USD',
    show: usd,
    value(move, vol) {
      const moved = withVol(withIndex(market, ETH, wad(ETH_PRICE * (1 + move))), wad(vol));
      const { equity, maintenanceMargin } = assess(held, moved, PROFILE);
      return inUsd(equity - maintenanceMargin);
    },
  });
}

function crossAsset(): string {
  const market = marketOf([]);
  return drawSurface({
    title: 'Perps on ETH and BTC, up to 100,000 USD each way: maintenance margin',
    x: { label: 'ETH, USD of notional', from: -100_000, to: 100_000, show: usd },
    y: { label: 'BTC, USD of notional', from: -100_000, to: 100_000, show: usd },
    columns: 40,
    rows: 32,
    label: 'USD',
    show: usd,
    value(eth, btc) {
      const legs = [perp(ETH, eth / ETH_PRICE, ETH_PRICE), perp(BTC, btc / BTC_PRICE, BTC_PRICE)];
      return inUsd(assess(portfolio(0, ...legs), market, PROFILE).maintenanceMargin);
    },
  });
}

/** Every picture, by the name of its file. */
export const MARGIN_PLOTS: Readonly<Record<string, () => string>> = {
  'margin-short-call.svg': shortCall,
  'margin-hedged-calls.svg': hedgedCalls,
  'margin-strangle.svg': strangle,
  'margin-strangle-health.svg': strangleHealth,
  'margin-cross-asset.svg': crossAsset,
};
