import { readContract } from 'viem/actions';
import type { Address } from 'viem';
import { marginLensAbi } from '../../abi/marginLens.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import { atBlock } from '../atBlock.ts';
import { explained } from '../explained.ts';
import type { AtBlock, NovateClient } from '../types.ts';

export interface Asset {
  /** 0 is cash. */
  readonly assetId: number;
  readonly token: Address;
  readonly decimals: number;
  /** The underlying whose index values it; 0 for cash. */
  readonly underlying: number;
  /** Whether deposits are open. */
  readonly enabled: boolean;
  /** What accounts own together, wad; for cash, tokens taken in less tokens paid out. */
  readonly recorded: bigint;
  /** The most `recorded` may grow to by deposits, wad. */
  readonly cap: bigint;
}

/** Every listed asset, in the order of their numbers. */
export async function getAssets(
  client: NovateClient,
  addresses: NovateAddresses,
  block: AtBlock = {},
): Promise<readonly Asset[]> {
  const call = readContract(client, {
    address: addresses.marginLens,
    abi: marginLensAbi,
    functionName: 'assets',
    ...atBlock(block),
  });
  const assets = await explained(call);
  return assets.map((asset, assetId) => ({ assetId, ...asset }));
}
