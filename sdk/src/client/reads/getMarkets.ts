import { readContract } from 'viem/actions';
import { marginLensAbi } from '../../abi/marginLens.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import { decodeNovateError } from '../../errors/index.ts';
import type { NovateContractError } from '../../errors/index.ts';
import { atBlock } from '../atBlock.ts';
import { explained } from '../explained.ts';
import type { AtBlock, NovateClient } from '../types.ts';
import { toStatus } from '../values.ts';
import type { PriceStatus } from '../values.ts';

/** Wad USD per unit; `low` and `high` span the sources while the price is guarded. */
export interface IndexPrice {
  readonly price: bigint;
  readonly low: bigint;
  readonly high: bigint;
  /** Half-width the source states; 0 where it states none. */
  readonly confidence: bigint;
  /** Unix seconds at which the source observed it. */
  readonly timestamp: bigint;
  readonly status: PriceStatus;
}

export interface MarketView {
  readonly underlying: number;
  /** Undefined where no source has a usable price; `error` then says why. */
  readonly price: IndexPrice | undefined;
  readonly error: NovateContractError | undefined;
  /** Wad USD per unit; undefined without a price. */
  readonly perpMark: bigint | undefined;
  readonly config: {
    /** Whether risk may be added. */
    readonly enabled: boolean;
    /** Units, wad. */
    readonly openInterestCap: bigint;
    /** Whole USD. */
    readonly premiumDepthUsd: bigint;
    readonly priceBandBps: bigint;
  };
  readonly state: {
    /** What one unit long has paid since listing, wad USD. */
    readonly fundingIndex: bigint;
    /** Decayed traded premium over the index, wad USD per unit. */
    readonly premium: bigint;
    /** Units held by longs, wad. */
    readonly openInterest: bigint;
    readonly costSum: bigint;
  };
}

/** Every listed underlying with its price, or why there is none, and its perp market. */
export async function getMarkets(
  client: NovateClient,
  addresses: NovateAddresses,
  block: AtBlock = {},
): Promise<readonly MarketView[]> {
  const call = readContract(client, {
    address: addresses.marginLens,
    abi: marginLensAbi,
    functionName: 'markets',
    ...atBlock(block),
  });
  const markets = await explained(call);
  return markets.map(({ underlying, priced, price, reason, perpMark, config, state }) => ({
    underlying,
    price: priced ? { ...price, status: toStatus(price.status) } : undefined,
    error: priced ? undefined : decodeNovateError(reason),
    perpMark: priced ? perpMark : undefined,
    config,
    state,
  }));
}
