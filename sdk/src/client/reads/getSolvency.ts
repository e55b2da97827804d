import { readContract } from 'viem/actions';
import { clearinghouseAbi } from '../protocolAbi.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import { atBlock } from '../atBlock.ts';
import { explained } from '../explained.ts';
import type { AtBlock, NovateClient } from '../types.ts';

/** The pool as a whole, wad USD; what each field is `IClearinghouseTypes.Solvency` says. */
export interface Solvency {
  readonly assets: bigint;
  readonly claims: bigint;
  readonly supplied: bigint;
  readonly borrowed: bigint;
  readonly costs: bigint;
  readonly pending: bigint;
  readonly badDebt: bigint;
  readonly covered: bigint;
  readonly deleveraged: bigint;
  readonly socialised: bigint;
  readonly shortAssets: bigint;
}

/** Whether the pool covers its claims, from the contracts' running totals. */
export async function getSolvency(
  client: NovateClient,
  addresses: NovateAddresses,
  block: AtBlock = {},
): Promise<Solvency> {
  const call = readContract(client, {
    address: addresses.clearinghouse,
    abi: clearinghouseAbi,
    functionName: 'solvency',
    ...atBlock(block),
  });
  return explained(call);
}
