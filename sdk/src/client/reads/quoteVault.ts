import { readContract } from 'viem/actions';
import { liquidityVaultAbi } from '../../abi/liquidityVault.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import { atBlock } from '../atBlock.ts';
import { explained } from '../explained.ts';
import { requireVault } from '../requireVault.ts';
import type { AtBlock, NovateClient } from '../types.ts';

export interface QuoteVaultParameters extends AtBlock {
  readonly underlying: number;
  /** Units, wad; + buys from the vault and - sells to it. */
  readonly size: bigint;
}

/** What a trade with the vault would cost. All wad. */
export interface VaultQuote {
  readonly index: bigint;
  /** The recent range of the index: asks lie above `high`, bids below `low`. */
  readonly high: bigint;
  readonly low: bigint;
  /** As a fraction of the range's end. */
  readonly spread: bigint;
  /** Per unit, fee aside. */
  readonly price: bigint;
  /** The vault's position before. */
  readonly inventory: bigint;
  /** Whether the trade brings the vault's position further from zero, or to its other side. */
  readonly adds: boolean;
}

/**
 * The vault's quote now.
 * @throws NovateContractError such as UnknownMarket, MarketClosed, PriceNotFresh, PositionCapExceeded, SpreadTooWide
 * @throws MissingVaultError
 */
export async function quoteVault(
  client: NovateClient,
  addresses: NovateAddresses,
  { underlying, size, ...block }: QuoteVaultParameters,
): Promise<VaultQuote> {
  return explained(
    readContract(client, {
      address: requireVault(addresses),
      abi: liquidityVaultAbi,
      functionName: 'quote',
      args: [underlying, size],
      ...atBlock(block),
    }),
  );
}
