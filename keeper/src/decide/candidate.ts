import { assess, liquidationReward, liquidationTerms, mulDown, WAD } from '@novate/sdk';
import type { AccountId, AccountState, CashIndex, LiquidationTerms, Market, RiskProfile } from '@novate/sdk';
import type { PriceBoard } from '../mirror/prices.ts';
import type { References } from '../mirror/references.ts';
import { isEmpty, scaleBasket, sliceBasket, withoutBasket } from './basket.ts';
import type { Basket } from './basket.ts';
import { chooseLegs } from './chosenLegs.ts';
import { holdingsOf, marketFor } from './holdings.ts';
import type { Holdings } from './holdings.ts';

/** Flags older than this have lapsed (SPEC-L2). */
const FLAG_LIFETIME_SEC = 3_600n;
/** Share of the exact pro-rata basket that is taken: room for interest and funding until the block, so as not to overshoot. */
const SAFE_SHARE = (WAD * 999n) / 1_000n;
/** The same where the account pays all its health per relief: then no basket changes its health, but rounding may. */
const NEARLY_ALL = WAD - WAD / 100_000n;

/**
 * Which part of an account is taken.
 * - pro-rata: the same share of everything, so that its hedges stay whole.
 * - most-margin: the legs that free most margin each; pro rata where those alone do not restore the account.
 */
export const BASKET_CHOICES = ['pro-rata', 'most-margin'] as const;
export type BasketChoice = (typeof BASKET_CHOICES)[number];

/** An account to liquidate, and how. Wad USD. */
export interface Candidate {
  readonly account: AccountId;
  readonly equity: bigint;
  readonly maintenanceMargin: bigint;
  /** MM - E: the worst come first. */
  readonly shortfall: bigint;
  readonly holdings: Holdings;
  /** The prices that the liquidator contract would use. */
  readonly market: Market;
  readonly basket: Basket;
  /** Penalty and incentive, as the twin computes them. */
  readonly reward: bigint;
  /** Whether the account has nothing but cash left afterwards. */
  readonly emptied: boolean;
  /** It lacks more than the insurance fund has: its positions go to their counterparties, not to a liquidator (SPEC-D1). */
  readonly deleverage: boolean;
}

export interface CandidateInputs {
  readonly board: PriceBoard;
  readonly cash: CashIndex;
  readonly references: References;
  /** Cash of the insurance fund, wad USD. */
  readonly insuranceCash: bigint;
  readonly basketChoice: BasketChoice;
}

/** The exact twin on one account. Undefined where it is not below its maintenance margin, or cannot be valued. */
export function toCandidate(
  account: AccountId,
  state: AccountState,
  profile: RiskProfile,
  { board, cash, references, insuranceCash, basketChoice }: CandidateInputs,
): Candidate | undefined {
  const holdings = holdingsOf(state, cash, board, references);
  if (holdings === undefined) return undefined;
  const market = marketFor(holdings, board, 'favourable');
  const margin = assess(holdings, market, profile);
  const { equity, maintenanceMargin } = margin;
  if (equity >= maintenanceMargin) return undefined;

  const terms = liquidationTerms(
    margin,
    elapsedSince(state.flaggedAt, board.timestamp),
    references.dustMargin,
  );
  const proRata = sliceBasket(holdings, safeFraction(terms));
  const chosen =
    basketChoice === 'most-margin' && proRata.fraction < WAD
      ? chooseLegs({ holdings, market, profile, margin, phi: terms.phi })
      : undefined;
  const basket = chosen ?? proRata;
  const after = withoutBasket(holdings, basket, market);
  const emptied = after.legs.length === 0 && after.spot.length === 0;
  const relief = maintenanceMargin - assess(after, market, profile).maintenanceMargin;
  const { dustMargin, minReward } = references;
  const { penalty, incentive } =
    relief <= 0n || isEmpty(basket)
      ? { penalty: 0n, incentive: 0n }
      : liquidationReward({
          relief,
          phi: terms.phi,
          equity,
          maintenanceMargin,
          emptied,
          dustMargin,
          minReward,
          insuranceCash,
        });
  return {
    account,
    equity,
    maintenanceMargin,
    shortfall: maintenanceMargin - equity,
    holdings,
    market,
    basket,
    reward: penalty + incentive,
    emptied,
    deleverage: equity < 0n && insuranceCash < -equity && holdings.legs.length !== 0,
  };
}

/** The same candidate with a smaller basket: `share` (wad) of the present one, and about that share of its reward. */
export function shrinkCandidate(candidate: Candidate, share: bigint): Candidate {
  const basket = scaleBasket(candidate.basket, share);
  return { ...candidate, basket, reward: (candidate.reward * share) / WAD, emptied: false };
}

function elapsedSince(flaggedAt: number, now: bigint): bigint {
  const elapsed = now - BigInt(flaggedAt);
  return flaggedAt === 0 || elapsed > FLAG_LIFETIME_SEC || elapsed < 0n ? 0n : elapsed;
}

/** Everything stays everything: an account that must be emptied is emptied whole. */
function safeFraction({ fraction, phi, ramp }: LiquidationTerms): bigint {
  if (fraction >= WAD) return WAD;
  return mulDown(fraction, phi < ramp ? NEARLY_ALL : SAFE_SHARE);
}
