import { clearinghouseAbi, liquidatorAbi } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import type { Address, Hex, PublicClient } from 'viem';

/** One liquidation as the chain recorded it. Amounts are wad USD. */
export interface Liquidation {
  readonly blockNumber: bigint;
  readonly transaction: Hex;
  readonly account: AccountId;
  readonly equityBefore: bigint;
  readonly maintenanceBefore: bigint;
  readonly penalty: bigint;
  readonly incentive: bigint;
}

/** What an emptied account still owed. */
export interface BadDebt {
  readonly account: AccountId;
  readonly covered: bigint;
  readonly remaining: bigint;
}

/** What a side of a market was closed against. @property notional What the units were closed for, wad USD. */
export interface Deleveraging {
  readonly notional: bigint;
}

/** An insolvent account's shortfall by who bore it, wad USD. */
export interface Loss {
  readonly account: AccountId;
  readonly covered: bigint;
  readonly deleveraged: bigint;
}

export interface LiquidationEvents {
  readonly liquidations: readonly Liquidation[];
  readonly badDebts: readonly BadDebt[];
}

export interface LossEvents {
  readonly deleverages: readonly Deleveraging[];
  readonly losses: readonly Loss[];
  /** What all positive cash bore, wad USD. */
  readonly socialised: readonly bigint[];
}

/** Deleveragings and socialised losses of the blocks from `fromBlock` to `toBlock`. */
export async function readLosses(
  client: PublicClient,
  clearinghouse: Address,
  fromBlock: bigint,
  toBlock: bigint,
): Promise<LossEvents> {
  const range = { abi: clearinghouseAbi, address: clearinghouse, strict: true, fromBlock, toBlock } as const;
  const closed = await client.getContractEvents({ ...range, eventName: 'Deleveraged' });
  const accounts = await client.getContractEvents({ ...range, eventName: 'AccountDeleveraged' });
  const socialised = await client.getContractEvents({ ...range, eventName: 'LossSocialised' });
  return {
    deleverages: closed.map(({ args }) => ({ notional: args.cash < 0n ? -args.cash : args.cash })),
    losses: accounts.map(({ args }) => args),
    socialised: socialised.map(({ args }) => args.amount),
  };
}

/** Liquidations and bad debt of the blocks from `fromBlock` to `toBlock`. */
export async function readLiquidations(
  client: PublicClient,
  liquidator: Address,
  fromBlock: bigint,
  toBlock: bigint,
): Promise<LiquidationEvents> {
  const logs = await client.getContractEvents({
    abi: liquidatorAbi,
    address: liquidator,
    strict: true,
    fromBlock,
    toBlock,
  });
  const liquidations: Liquidation[] = [];
  const badDebts: BadDebt[] = [];
  for (const log of logs) {
    if (log.eventName === 'BadDebt') badDebts.push(log.args);
    if (log.eventName !== 'Liquidated') continue;
    const { account, equityBefore, maintenanceBefore, penalty, incentive } = log.args;
    liquidations.push({
      blockNumber: log.blockNumber,
      transaction: log.transactionHash,
      account,
      equityBefore,
      maintenanceBefore,
      penalty,
      incentive,
    });
  }
  return { liquidations, badDebts };
}

/** Mean gas of the transactions that liquidated, spread over their liquidations; 0 where there were none. */
export async function meanGas(client: PublicClient, liquidations: readonly Liquidation[]): Promise<number> {
  if (liquidations.length === 0) return 0;
  const hashes = [...new Set(liquidations.map(({ transaction }) => transaction))];
  let gas = 0n;
  for (const hash of hashes) gas += (await client.getTransactionReceipt({ hash })).gasUsed;
  return Math.round(Number(gas) / liquidations.length);
}
