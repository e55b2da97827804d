import { decodeEventLog, isAddressEqual, isAddress, toEventSelector } from 'viem';
import type { Abi, Address, DecodeEventLogReturnType, Hex } from 'viem';
import { clearinghouseAbi } from '../client/protocolAbi.ts';
import { insuranceFundAbi } from '../abi/insuranceFund.ts';
import { liquidatorAbi } from '../abi/liquidator.ts';
import { liquidityVaultAbi } from '../abi/liquidityVault.ts';
import { orderMatcherAbi } from '../abi/orderMatcher.ts';
import { priceRouterAbi } from '../abi/priceRouter.ts';
import { riskEngineAbi } from '../abi/riskEngine.ts';
import { MalformedLogError } from './errors.ts';
import type { LogLike } from './log.ts';

const abis = {
  clearinghouse: clearinghouseAbi,
  liquidator: liquidatorAbi,
  orderMatcher: orderMatcherAbi,
  riskEngine: riskEngineAbi,
  priceRouter: priceRouterAbi,
  insuranceFund: insuranceFundAbi,
  liquidityVault: liquidityVaultAbi,
} as const;

type Abis = typeof abis;

/** The contracts that emit events. */
export type EventContract = keyof Abis;

/** A decoded event: `contract` and `eventName` tell which, `args` are typed by them. */
export type NovateLog = {
  [C in EventContract]: { readonly contract: C } & DecodeEventLogReturnType<Abis[C]>;
}[EventContract];

const contracts: readonly EventContract[] = [
  'clearinghouse',
  'liquidator',
  'orderMatcher',
  'riskEngine',
  'priceRouter',
  'insuranceFund',
  'liquidityVault',
];

interface Emitter {
  readonly contract: EventContract;
  readonly eventName: string;
}

const emittersByTopic = new Map<Hex, Emitter[]>();
for (const contract of contracts) {
  const abi: Abi = abis[contract];
  for (const item of abi) {
    if (item.type !== 'event') continue;
    const topic = toEventSelector(item);
    const emitters = emittersByTopic.get(topic) ?? [];
    emitters.push({ contract, eventName: item.name });
    emittersByTopic.set(topic, emitters);
  }
}

/** Where to find each contract; a `NovateAddresses` fits. */
export type EventAddresses = Readonly<Partial<Record<EventContract, Address | undefined>>>;

/**
 * Decodes a log of any Novate contract; undefined for any other log.
 *
 * With `addresses` only logs that the right contract emitted are decoded. Warning: without it, and for logs without an
 * address, whoever emitted the topic is believed.
 * @throws MalformedLogError where the topic is known and the shape is not
 */
export function decodeNovateLog(log: LogLike, addresses?: EventAddresses): NovateLog | undefined {
  const [topic, ...rest] = log.topics;
  if (topic === undefined) return undefined;
  const emitters = emittersByTopic.get(topic) ?? [];
  const emitter =
    addresses === undefined ? emitters[0] : emitters.find(({ contract }) => isFrom(log, addresses[contract]));
  if (emitter === undefined) return undefined;
  try {
    return decode(emitter.contract, [topic, ...rest], log.data);
  } catch (cause) {
    throw new MalformedLogError(emitter.eventName, cause);
  }
}

function isFrom(log: LogLike, address: Address | undefined): boolean {
  if (address === undefined || log.address === undefined) return address !== undefined;
  return isAddress(log.address, { strict: false }) && isAddressEqual(log.address, address);
}

// one call per contract, so that each result keeps the type its ABI gives it
function decode(contract: EventContract, topics: [Hex, ...Hex[]], data: Hex): NovateLog {
  switch (contract) {
    case 'clearinghouse':
      return { contract, ...decodeEventLog({ abi: clearinghouseAbi, topics, data }) };
    case 'liquidator':
      return { contract, ...decodeEventLog({ abi: liquidatorAbi, topics, data }) };
    case 'orderMatcher':
      return { contract, ...decodeEventLog({ abi: orderMatcherAbi, topics, data }) };
    case 'riskEngine':
      return { contract, ...decodeEventLog({ abi: riskEngineAbi, topics, data }) };
    case 'priceRouter':
      return { contract, ...decodeEventLog({ abi: priceRouterAbi, topics, data }) };
    case 'insuranceFund':
      return { contract, ...decodeEventLog({ abi: insuranceFundAbi, topics, data }) };
    case 'liquidityVault':
      return { contract, ...decodeEventLog({ abi: liquidityVaultAbi, topics, data }) };
  }
}
