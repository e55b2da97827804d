import { marginLensAbi } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import type { Address, PublicClient } from 'viem';

const ACCOUNTS_PER_CALL = 64;

/** Follows which accounts are below maintenance margin, block by block, from the chain alone. */
export interface MarginWatch {
  /** Assesses every account at the end of a block. Returns those that can be liquidated. */
  observe(blockNumber: bigint): Promise<AccountId[]>;
  /** The most blocks in a row at whose ends one account could be liquidated. */
  longest(): number;
}

export function createMarginWatch(
  client: PublicClient,
  marginLens: Address,
  accounts: readonly AccountId[],
): MarginWatch {
  const streaks = new Map<AccountId, { blocks: number; last: bigint }>();
  let longest = 0;
  return {
    async observe(blockNumber) {
      const liquidatable = await findLiquidatable(client, marginLens, accounts, blockNumber);
      for (const account of liquidatable) {
        const before = streaks.get(account);
        if (before?.last === blockNumber) continue;
        const blocks = before?.last === blockNumber - 1n ? before.blocks + 1 : 1;
        streaks.set(account, { blocks, last: blockNumber });
        longest = Math.max(longest, blocks);
      }
      return liquidatable;
    },
    longest: () => longest,
  };
}

/**
 * Accounts with E < MM at the end of a block. An account with nothing but debt left has no maintenance margin and nothing
 * to liquidate: its debt counts as bad debt, not here.
 */
async function findLiquidatable(
  client: PublicClient,
  marginLens: Address,
  accounts: readonly AccountId[],
  blockNumber: bigint,
): Promise<AccountId[]> {
  const chunks: AccountId[][] = [];
  for (let i = 0; i < accounts.length; i += ACCOUNTS_PER_CALL)
    chunks.push(accounts.slice(i, i + ACCOUNTS_PER_CALL));
  const assessed = await Promise.all(
    chunks.map((chunk) =>
      client.readContract({
        abi: marginLensAbi,
        address: marginLens,
        functionName: 'assessMany',
        args: [chunk],
        blockNumber,
      }),
    ),
  );
  return assessed.flat().flatMap(({ account, ok, margin, reason }) => {
    if (!ok) throw new Error(`account ${account} cannot be assessed at block ${blockNumber}: ${reason}`);
    const { equity, maintenanceMargin } = margin;
    return maintenanceMargin > 0n && equity < maintenanceMargin ? [account] : [];
  });
}
