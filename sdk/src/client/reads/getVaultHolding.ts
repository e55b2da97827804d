import { getBlock, readContract } from 'viem/actions';
import type { Address } from 'viem';
import { liquidityVaultAbi } from '../../abi/liquidityVault.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import { atBlock } from '../atBlock.ts';
import { explained } from '../explained.ts';
import { requireVault } from '../requireVault.ts';
import type { AtBlock, NovateClient } from '../types.ts';

export interface GetVaultHoldingParameters extends AtBlock {
  readonly owner: Address;
}

/**
 * Where somebody stands on the way out: `none` requested, `waiting` for the delay, `due`, or `lapsed` and to be
 * requested again.
 */
export type VaultRequestState = 'none' | 'waiting' | 'due' | 'lapsed';

/** What somebody holds of the vault. Shares and amounts in their own decimals. */
export interface VaultHolding {
  /** Free, without those in escrow. */
  readonly shares: bigint;
  /** What all shares, those in escrow included, would pay to who leaves now. */
  readonly valueRaw: bigint;
  readonly request: {
    readonly state: VaultRequestState;
    /** In escrow. */
    readonly shares: bigint;
    /** Unix seconds: the first at which they may be redeemed, and the first at which they no longer may. */
    readonly readyAtSec: number;
    readonly lapsesAtSec: number;
  };
  /** Shares that may be redeemed now: due, and payable without touching what the vault's margin needs. */
  readonly redeemable: bigint;
}

/**
 * Somebody's shares of the liquidity vault, and their request to leave.
 * @throws MissingVaultError
 */
export async function getVaultHolding(
  client: NovateClient,
  addresses: NovateAddresses,
  { owner, ...block }: GetVaultHoldingParameters,
): Promise<VaultHolding> {
  const at = { address: requireVault(addresses), abi: liquidityVaultAbi, ...atBlock(block) } as const;
  const [shares, request, redeemable, { timestamp }] = await explained(
    Promise.all([
      readContract(client, { ...at, functionName: 'balanceOf', args: [owner] }),
      readContract(client, { ...at, functionName: 'requestOf', args: [owner] }),
      readContract(client, { ...at, functionName: 'maxRedeem', args: [owner] }),
      getBlock(client, atBlock(block)),
    ]),
  );
  const valueRaw = await explained(
    readContract(client, { ...at, functionName: 'previewRedeem', args: [shares + request.shares] }),
  );
  return {
    shares,
    valueRaw,
    request: { ...request, state: stateOf(request, Number(timestamp)) },
    redeemable,
  };
}

function stateOf(
  { shares, readyAtSec, lapsesAtSec }: { shares: bigint; readyAtSec: number; lapsesAtSec: number },
  nowSec: number,
): VaultRequestState {
  if (shares === 0n) return 'none';
  if (nowSec < readyAtSec) return 'waiting';
  return nowSec < lapsesAtSec ? 'due' : 'lapsed';
}
