import { clearinghouseAbi } from '@novate/sdk';
import { encodeAbiParameters, encodeEventTopics, isHex } from 'viem';
import type { Hex } from 'viem';
import type { FakeLog } from './fakeChain.ts';

/** `CashUpdated` of an account. */
export function cashUpdated(account: bigint, principal: bigint): FakeLog {
  return {
    topics: flat(encodeEventTopics({ abi: clearinghouseAbi, eventName: 'CashUpdated', args: { account } })),
    data: encodeAbiParameters([{ type: 'int256' }], [principal]),
  };
}

export function positionUpdated(account: bigint, instrument: bigint, size: bigint, cost: bigint): FakeLog {
  const args = { account, instrument };
  return {
    topics: flat(encodeEventTopics({ abi: clearinghouseAbi, eventName: 'PositionUpdated', args })),
    data: encodeAbiParameters([{ type: 'int256' }, { type: 'int256' }], [size, cost]),
  };
}

export function interestAccrued(supplyIndex: bigint, borrowIndex: bigint): FakeLog {
  const words = [{ type: 'uint256' }, { type: 'uint256' }, { type: 'uint256' }, { type: 'uint256' }] as const;
  return {
    topics: flat(encodeEventTopics({ abi: clearinghouseAbi, eventName: 'InterestAccrued' })),
    data: encodeAbiParameters(words, [supplyIndex, borrowIndex, 0n, 0n]),
  };
}

export function riskEngineSet(riskEngine: Hex): FakeLog {
  const topics = encodeEventTopics({
    abi: clearinghouseAbi,
    eventName: 'RiskEngineSet',
    args: { riskEngine },
  });
  return { topics: flat(topics), data: '0x' };
}

function flat(topics: readonly (Hex | readonly Hex[] | null)[]): Hex[] {
  return topics.filter((topic): topic is Hex => isHex(topic));
}
