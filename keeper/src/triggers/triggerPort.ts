import {
  clearinghouseAbi,
  getApproval,
  getEpoch,
  getOrderFill,
  decodeInstrumentId,
  liquidityVaultAbi,
  orderMatcherAbi,
  verifyTriggerOrder,
} from '@novate/sdk';
import type { AccountId, NovateAddresses, SignedTriggerOrder } from '@novate/sdk';
import { encodeFunctionData, getAddress, isAddressEqual, numberToHex } from 'viem';
import type { Address } from 'viem';
import type { TransactionBody } from '../chain/types.ts';
import type { KeeperClient } from '../chain/viemChain.ts';
import type { OrderFacts } from './checkOrder.ts';

/** A block that reads are about. */
export interface AtHead {
  readonly number: bigint;
  readonly timestamp: bigint;
}

/** One execution of an order against the vault. */
export interface TriggerCall {
  readonly signed: SignedTriggerOrder;
  /** Most units to fill, wad. */
  readonly maxSize: bigint;
  /** The account that the tip goes to. */
  readonly executor: AccountId;
}

/** What trigger orders need of the chain. */
export interface TriggerPort {
  readonly domain: { readonly chainId: number; readonly orderMatcher: Address };
  head(): Promise<AtHead>;
  readFacts(signed: SignedTriggerOrder, head: AtHead): Promise<OrderFacts>;
  isSignedBySigner(signed: SignedTriggerOrder): Promise<boolean>;
  /** Units that would be filled, wad. Rejects as the call would revert. */
  simulate(call: TriggerCall, blockNumber: bigint): Promise<bigint>;
  encode(call: TriggerCall): Omit<TransactionBody, 'gas'>;
  estimateGas(body: Omit<TransactionBody, 'gas'>, blockNumber: bigint): Promise<bigint>;
}

/** A deployment that has a vault. */
export type VaultAddresses = NovateAddresses & { readonly liquidityVault: Address };

export function hasVault(addresses: NovateAddresses): addresses is VaultAddresses {
  return addresses.liquidityVault !== undefined;
}

export function createTriggerPort(
  client: KeeperClient,
  addresses: VaultAddresses,
  sender: Address,
  chainId: number,
): TriggerPort {
  const domain = { chainId, orderMatcher: addresses.orderMatcher };
  const vault = { address: addresses.liquidityVault, abi: liquidityVaultAbi } as const;
  const argsOf = ({ signed, maxSize, executor }: TriggerCall) => [signed, maxSize, executor] as const;
  return {
    domain,
    async head() {
      const { number, timestamp } = await client.getBlock();
      return { number, timestamp };
    },
    readFacts: (signed, head) => readFacts(client, addresses, signed, head),
    isSignedBySigner: (signedOrder) => verifyTriggerOrder(client, { signedOrder, ...domain }),
    async simulate(call, blockNumber) {
      const request = { ...vault, functionName: 'fillTriggered', args: argsOf(call) } as const;
      const { result } = await client.simulateContract({ ...request, account: sender, blockNumber });
      return result;
    },
    encode: (call) => ({
      to: vault.address,
      data: encodeFunctionData({ abi: vault.abi, functionName: 'fillTriggered', args: argsOf(call) }),
    }),
    estimateGas: (body, blockNumber) => client.estimateGas({ account: sender, ...body, blockNumber }),
  };
}

async function readFacts(
  client: KeeperClient,
  addresses: VaultAddresses,
  { triggerOrder: { order }, signer }: SignedTriggerOrder,
  { number: blockNumber, timestamp: nowSec }: AtHead,
): Promise<OrderFacts> {
  const { account, nonce } = order;
  const { underlying } = decodeInstrumentId(order.instrument);
  const house = { address: addresses.clearinghouse, abi: clearinghouseAbi, blockNumber } as const;
  const [fill, epoch, approval, info, cash, fees, market] = await Promise.all([
    getOrderFill(client, addresses, { account, nonce, blockNumber }),
    getEpoch(client, addresses, { account, blockNumber }),
    getApproval(client, addresses, { account, operator: signer, blockNumber }),
    client.readContract({ ...house, functionName: 'accountInfo', args: [account] }),
    client.readContract({ ...house, functionName: 'cashOf', args: [account] }),
    client.readContract({
      address: addresses.orderMatcher,
      abi: orderMatcherAbi,
      functionName: 'fees',
      blockNumber,
    }),
    client.readContract({
      address: addresses.liquidityVault,
      abi: liquidityVaultAbi,
      functionName: 'marketOf',
      args: [underlying],
      blockNumber,
    }),
  ]);
  const [, positionCount, , collateralMask] = info;
  const [makerFeeBps, takerFeeBps] = fees;
  const isApproved = approval.scopes.includes('trade') && BigInt(approval.expirySec) >= nowSec;
  return {
    nowSec,
    ...fill,
    epoch,
    isAuthorised: isAddressEqual(signer, ownerOf(account)) || isApproved,
    isEmpty: positionCount === 0 && collateralMask === 0n && cash <= 0n,
    makerFeeBps,
    takerFeeBps,
    baseSpreadBps: market.maxPriceAgeSec === 0 ? undefined : market.baseSpreadBps,
  };
}

function ownerOf(account: AccountId): Address {
  return getAddress(numberToHex(account >> 96n, { size: 20 }));
}
