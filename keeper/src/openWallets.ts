import type { AccountId } from '@novate/sdk';
import { privateKeyToAccount } from 'viem/accounts';
import type { Hex } from 'viem';
import { createChainWriter, createKeeperClient } from './chain/viemChain.ts';
import type { KeeperClient } from './chain/viemChain.ts';
import type { KeeperConfig } from './config/index.ts';
import { mostForGas } from './decide/plan.ts';
import { classifySimulationError } from './execute/classify.ts';
import { bidPerGas } from './execute/fees.ts';
import type { FeePolicy } from './execute/fees.ts';
import { partsOf } from './execute/journal.ts';
import type { InFlight, Purpose } from './execute/journal.ts';
import { createLane } from './execute/lane.ts';
import type { LiquidationPort } from './execute/liquidationPort.ts';
import { keysOf, workOn } from './execute/sharedWork.ts';
import { createWallets } from './execute/wallets.ts';
import type { Wallet, Wallets } from './execute/wallets.ts';
import { failuresOf } from './report/outcomes.ts';
import type { KeeperStore } from './store/index.ts';
import { createStoreJournal } from './store/storeJournal.ts';
import { planOf } from './tick.ts';

/** The gas token as the last tick saw it. */
export interface GasToken {
  /** Wad USD; undefined where it is not known. */
  price: bigint | undefined;
}

export interface WalletParts {
  readonly client: KeeperClient;
  readonly chainId: number;
  readonly store: KeeperStore;
  readonly port: LiquidationPort;
  readonly gasToken: GasToken;
}

/** Every wallet of a configuration, each with its journal in the store. */
export function openWallets(
  config: KeeperConfig,
  { client, chainId, store, port, gasToken }: WalletParts,
): Wallets {
  const { db, leases, sink } = store;
  const { privateRpcUrl, rpcTimeoutMs } = config;
  const hidden = privateRpcUrl === undefined ? client : createKeeperClient(privateRpcUrl, rpcTimeoutMs);
  const walletOf = (privateKey: Hex): Wallet => {
    const key = privateKeyToAccount(privateKey);
    const journal = createStoreJournal({
      db,
      leases,
      wallet: key.address,
      keysOf: (purpose) => keysOf(purpose, (account) => sink.versionOf(account)),
    });
    const lane = createLane({
      writer: createChainWriter(client, key, chainId, hidden),
      journal,
      policy: feePolicy(config),
      replaceAfterBlocks: config.replaceAfterBlocks,
      mostPerGas: (entry) => mostPerGas(entry, config, gasToken.price),
      undoneOf: ({ purpose }, receipt) => undoneOf(purpose, failuresOf(receipt, config.addresses.liquidator)),
      async stillWanted({ body }, head) {
        try {
          await port.replay(body, head.number);
          return true;
        } catch (error) {
          // no answer is no verdict
          return classifySimulationError(error).kind === 'rpc';
        }
      },
    });
    return { address: key.address, journal, lane };
  };
  return createWallets([config.privateKey, ...config.walletKeys].map(walletOf), leases);
}

export function feePolicy(config: KeeperConfig): FeePolicy {
  return {
    maxFeePerGas: config.maxFeePerGasGwei,
    priorityFee: config.priorityFeeGwei,
    bumpPercent: config.feeBumpPercent,
  };
}

/** Only liquidations earn something; what else is sent is bound by the fee cap. */
function mostPerGas(
  { purpose, body }: InFlight,
  config: KeeperConfig,
  gasTokenPrice: bigint | undefined,
): bigint | undefined {
  const earning = partsOf(purpose).filter(({ reward }) => reward > 0n);
  if (earning.length === 0 || gasTokenPrice === undefined) return undefined;
  let most = 0n;
  for (const { reward } of earning) {
    const share = mostForGas(reward, planOf(config));
    if (share === undefined) return undefined;
    most += share;
  }
  return bidPerGas(most, body.gas, gasTokenPrice);
}

/** The work of a batch on accounts whose liquidation failed in it. */
function undoneOf(
  purpose: Purpose,
  failed: ReadonlyMap<AccountId, Hex>,
): ((key: string) => boolean) | undefined {
  if (purpose.kind !== 'liquidation' || failed.size === 0) return undefined;
  const starts = [...failed.keys()].map((account) => workOn('liquidation', account));
  return (key) => starts.some((start) => key.startsWith(start));
}
