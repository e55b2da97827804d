import { assess, decodeInstrumentId, mulDivUp } from '@novate/sdk';
import type { Market, RiskProfile } from '@novate/sdk';
import { isOption, isSame, withBasket } from './basket.ts';
import type { Basket } from './basket.ts';
import { marketFor } from './holdings.ts';
import type { Holdings } from './holdings.ts';
import type { PriceBoard } from '../mirror/prices.ts';

const BPS = 10_000n;

export interface Taken {
  /** What the keeper's cash would change by, wad USD. */
  readonly cash: bigint;
  /** Whether the basket closes positions of the keeper: then `cash` holds gains or losses that those made before. */
  readonly nets: boolean;
}

/** How much more risk the keeper's own account can take over, basket by basket. */
export interface Capacity {
  /**
   * Reserves room for a basket where there is room.
   * @param market The prices the basket changes hands at.
   * @returns undefined where the keeper's initial margin does not allow it.
   */
  take(basket: Basket, market: Market, reward: bigint): Taken | undefined;
  /** Reserves without asking: for what is on its way already. */
  reserve(basket: Basket, market: Market, reward: bigint): void;
}

/** @param bufferBps How far above its initial margin the account is kept, of that margin. */
export function createCapacity(
  own: Holdings,
  board: PriceBoard,
  profile: RiskProfile,
  bufferBps: bigint,
): Capacity {
  let holdings = own;

  function judge(next: Holdings): { equity: bigint; needed: bigint } {
    const { equity, initialMargin } = assess(next, marketFor(next, board, 'adverse'), profile);
    return { equity, needed: initialMargin + mulDivUp(initialMargin, bufferBps, BPS) };
  }

  return {
    take(basket, market, reward) {
      const next = withBasket(holdings, basket, market, reward);
      const [now, then] = [judge(holdings), judge(next)];
      // what lowers the risk of the account, as a basket opposite to its own positions does, is always welcome
      const lowersRisk = then.needed < now.needed && then.equity >= now.equity;
      if (then.equity < then.needed && !lowersRisk) return undefined;
      const taken = { cash: next.cash - holdings.cash, nets: netsWith(holdings, basket) };
      holdings = next;
      return taken;
    },
    reserve(basket, market, reward) {
      holdings = withBasket(holdings, basket, market, reward);
    },
  };
}

/** Options realise nothing: their premium is cash when they open, and again when they close. */
function netsWith({ legs }: Holdings, basket: Basket): boolean {
  return basket.legs.some(({ instrument: id, size }) => {
    const instrument = decodeInstrumentId(id);
    if (isOption(instrument)) return false;
    return legs.some((leg) => isSame(leg, instrument) && leg.size > 0n !== size > 0n);
  });
}
