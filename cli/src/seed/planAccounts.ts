import { parseWad } from '@novate/sdk';
import { createRandom } from '../random.ts';
import type { Random } from '../random.ts';
import type { Underlying } from '../local/underlyings.ts';
import { assignStyles } from './styles.ts';
import type { Style } from './styles.ts';

/** What one trader will do before prices move. Amounts and sizes are wad. */
export interface AccountPlan {
  readonly style: Style;
  /** USD to deposit. */
  cash: bigint;
  /** Units of each underlying's token to deposit. */
  readonly spot: Readonly<Record<string, bigint>>;
  /** Units of each underlying's perp to trade, + buys and - sells. */
  readonly perps: Record<string, bigint>;
  /** USD to withdraw after the deposits: borrowed where it is more than the cash. */
  readonly withdraw: bigint;
  /** 0 portfolio, 1 standard. */
  readonly profileId: number;
}

/** An underlying that has prices, and its price when the accounts are opened. */
export interface OpenMarket extends Underlying {
  readonly price: number;
}

/** Initial margin of a perp per USD of notional: scan range, roll and perp charges; doubled scan in profile 1 halfway. */
const SCAN_RANGE: Readonly<Record<string, number>> = { BTC: 0.15, ETH: 0.18, SOL: 0.25 };
const PERP_CHARGES = 0.015;
const SPOT_CHARGES = 0.05;
const STANDARD_WIDENING = 1.5;
const SIZE_STEP = 1e4;
/** How much of what makers must hold they have in cash. */
const MAKER_CASH = 0.7;
const MAKER_FLOOR_USD = 250_000;

/** Accounts of all styles whose perps net to zero. The same seed gives the same accounts. */
export function planAccounts(count: number, markets: readonly OpenMarket[], seed: number): AccountPlan[] {
  const random = createRandom(seed ^ 0xacc0);
  const plans = assignStyles(count).map((style) => planOne(style, markets, random));
  balance(plans, markets);
  return plans;
}

function planOne(style: Style, markets: readonly OpenMarket[], random: Random): AccountPlan {
  // between 2,000 and 200,000 USD, small ones as frequent as large ones
  const equity = 2_000 * 100 ** random.next();
  const market = pick(markets, random);
  const plan = (parts: Partial<AccountPlan>): AccountPlan => ({
    style,
    cash: usd(equity),
    spot: {},
    perps: {},
    withdraw: 0n,
    profileId: 0,
    ...parts,
  });
  switch (style) {
    case 'long':
    case 'short': {
      const notional = (equity * random.between(0.45, 0.95)) / perpMargin(market);
      return plan({ perps: { [market.symbol]: units(style === 'long' ? notional : -notional, market) } });
    }
    case 'cross':
      return plan({ perps: crossPerps(equity, market, markets, random) });
    case 'cautious': {
      const notional =
        (equity * random.between(0.1, 0.3) * sign(random)) / (perpMargin(market) * STANDARD_WIDENING);
      return plan({ perps: { [market.symbol]: units(notional, market) }, profileId: 1 });
    }
    case 'hedged':
    case 'borrower':
      return planWithSpot(style, equity, markets, random, plan);
    case 'maker':
      return plan({});
  }
}

function planWithSpot(
  style: 'hedged' | 'borrower',
  equity: number,
  markets: readonly OpenMarket[],
  random: Random,
  plan: (parts: Partial<AccountPlan>) => AccountPlan,
): AccountPlan {
  const collateral = markets.filter(({ assetId }) => assetId !== undefined);
  if (collateral.length === 0) return plan({});
  const market = pick(collateral, random);
  const amount = units(equity, market);
  const spot = { [market.symbol]: amount };
  if (style === 'hedged') {
    // nearly all of it hedged, beside a little cash
    return plan({
      cash: usd(equity * 0.1),
      spot,
      perps: { [market.symbol]: scale(-amount, random.between(0.8, 1)) },
    });
  }
  const needed = (scanRangeOf(market) + SPOT_CHARGES) / random.between(0.6, 0.95);
  return plan({ cash: 0n, spot, withdraw: usd(equity * (1 - needed)) });
}

function crossPerps(
  equity: number,
  market: OpenMarket,
  markets: readonly OpenMarket[],
  random: Random,
): Record<string, bigint> {
  const rest = markets.filter(({ id }) => id !== market.id);
  const side = sign(random);
  // half of the scenario risk nets across underlyings, so that both legs together afford more than each alone
  const notional = (equity * random.between(0.4, 0.85)) / (perpMargin(market) * 1.35);
  const perps = { [market.symbol]: units(side * notional, market) };
  if (rest.length > 0) {
    const other = pick(rest, random);
    perps[other.symbol] = units(-side * notional * random.between(0.7, 1), other);
  }
  return perps;
}

/** Makers take the other side of what is left over, with cash in proportion. */
function balance(plans: readonly AccountPlan[], markets: readonly OpenMarket[]): void {
  const makers = plans.filter(({ style }) => style === 'maker');
  const first = makers[0];
  if (first === undefined) throw new Error('no makers');
  for (const maker of makers) maker.cash = usd(MAKER_FLOOR_USD);
  for (const market of markets) {
    const net = plans.reduce((sum, { perps }) => sum + (perps[market.symbol] ?? 0n), 0n);
    const share = net / BigInt(makers.length);
    for (const maker of makers) {
      const size = maker === first ? net - share * BigInt(makers.length - 1) : share;
      if (size === 0n) continue;
      maker.perps[market.symbol] = -size;
      maker.cash += scale(size < 0n ? -size : size, market.price * MAKER_CASH);
    }
  }
}

function scanRangeOf({ symbol }: OpenMarket): number {
  return SCAN_RANGE[symbol] ?? 0.25;
}

function perpMargin(market: OpenMarket): number {
  return scanRangeOf(market) + PERP_CHARGES;
}

function pick<T>(items: readonly T[], random: Random): T {
  const item = items[random.index(items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

function sign(random: Random): number {
  return random.next() < 0.5 ? -1 : 1;
}

/** Units of an underlying worth `notional` USD, to four digits after the point, never zero. */
function units(notional: number, { price }: OpenMarket): bigint {
  const steps = Math.trunc((notional / price) * SIZE_STEP);
  return (BigInt(steps === 0 ? Math.sign(notional) : steps) * 10n ** 18n) / BigInt(SIZE_STEP);
}

function usd(amount: number): bigint {
  return parseWad(amount.toFixed(2));
}

function scale(amount: bigint, factor: number): bigint {
  return (amount * BigInt(Math.round(factor * 1e6))) / 1_000_000n;
}
