import { privateKeyToAccount } from 'viem/accounts';
import type { Hex } from 'viem';
import { createChainWriter } from './chain/viemChain.ts';
import type { KeeperClient } from './chain/viemChain.ts';
import type { KeeperConfig } from './config/index.ts';
import { mostForGas } from './decide/plan.ts';
import { bidPerGas } from './execute/fees.ts';
import type { FeePolicy } from './execute/fees.ts';
import type { InFlight } from './execute/journal.ts';
import { createLane } from './execute/lane.ts';
import type { LiquidationPort } from './execute/liquidationPort.ts';
import { keysOf } from './execute/sharedWork.ts';
import { createWallets } from './execute/wallets.ts';
import type { Wallet, Wallets } from './execute/wallets.ts';
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
  const walletOf = (privateKey: Hex): Wallet => {
    const key = privateKeyToAccount(privateKey);
    const journal = createStoreJournal({
      db,
      leases,
      wallet: key.address,
      keysOf: (purpose) => keysOf(purpose, (account) => sink.versionOf(account)),
    });
    const lane = createLane({
      writer: createChainWriter(client, key, chainId),
      journal,
      policy: feePolicy(config),
      replaceAfterBlocks: config.replaceAfterBlocks,
      mostPerGas: (entry) => mostPerGas(entry, config, gasToken.price),
      async stillWanted({ body }, head) {
        try {
          await port.replay(body, head.number);
          return true;
        } catch {
          return false;
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
  if (purpose.kind !== 'liquidation' || purpose.reward === 0n || gasTokenPrice === undefined)
    return undefined;
  const most = mostForGas(purpose.reward, planOf(config));
  return most === undefined ? undefined : bidPerGas(most, body.gas, gasTokenPrice);
}
