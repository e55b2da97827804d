import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Hex } from 'viem';
import { useMemo } from 'react';
import { useChain, useDeployment } from '../../chain/ChainContext.tsx';
import type { LiquidationEntry } from '../../chain/follower.ts';
import { toNumber } from '../../format/format.ts';

/** A transaction that liquidated, and what it cost. */
export interface KeeperTransaction {
  readonly hash: Hex;
  readonly block: number;
  readonly liquidator: bigint;
  readonly accounts: number;
  /** USD. */
  readonly reward: number;
  /** Undefined while the receipt has not been read. */
  readonly gasUsed: number | undefined;
  /** In the chain's own coin. */
  readonly cost: number | undefined;
}

interface Cost {
  readonly gasUsed: number;
  readonly cost: number;
}

/** Receipts are read for this many of the newest. */
export const PRICED = 100;

/** Liquidations grouped by transaction, newest first, with the gas of the newest. */
export function useKeeperTransactions(liquidator: bigint | undefined): readonly KeeperTransaction[] {
  const { liquidations } = useChain();
  const grouped = useMemo(() => {
    const wanted =
      liquidator === undefined ? liquidations : liquidations.filter((one) => one.liquidator === liquidator);
    return groupByTransaction(wanted);
  }, [liquidations, liquidator]);
  const costs = useCosts(grouped.slice(0, PRICED).map(({ hash }) => hash));
  return grouped.map((transaction) => ({
    ...transaction,
    gasUsed: costs.get(transaction.hash)?.gasUsed,
    cost: costs.get(transaction.hash)?.cost,
  }));
}

type Group = Omit<KeeperTransaction, 'gasUsed' | 'cost'>;

function groupByTransaction(liquidations: readonly LiquidationEntry[]): Group[] {
  const groups = new Map<Hex, Group>();
  for (const { transaction, block, liquidator, penalty, incentive } of liquidations) {
    const known = groups.get(transaction) ?? { hash: transaction, block, liquidator, accounts: 0, reward: 0 };
    groups.set(transaction, {
      ...known,
      accounts: known.accounts + 1,
      reward: known.reward + toNumber(penalty + incentive),
    });
  }
  return [...groups.values()];
}

function useCosts(hashes: readonly Hex[]): ReadonlyMap<Hex, Cost> {
  const { client, settings } = useDeployment();
  const { data } = useQuery({
    queryKey: ['receipts', settings, hashes],
    enabled: hashes.length > 0,
    staleTime: Infinity,
    placeholderData: keepPreviousData,
    queryFn: async () => {
      const receipts = await Promise.all(hashes.map((hash) => client.getTransactionReceipt({ hash })));
      return new Map(
        receipts.map(({ transactionHash, gasUsed, effectiveGasPrice }): [Hex, Cost] => [
          transactionHash,
          { gasUsed: Number(gasUsed), cost: toNumber(gasUsed * effectiveGasPrice) },
        ]),
      );
    },
  });
  return data ?? new Map<Hex, Cost>();
}
