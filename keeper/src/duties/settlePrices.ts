import { priceRouterAbi, settlementTwapAbi } from '@novate/sdk';
import { encodeFunctionData, parseAbi } from 'viem';
import type { Address } from 'viem';
import type { KeeperClient } from '../chain/viemChain.ts';
import { heldExpiries } from './expiries.ts';
import type { HeldExpiry } from './expiries.ts';
import type { Duty, DutyCall, DutyItem, DutyView } from './types.ts';

/** As in ISettlementTwap. */
const WINDOW_SEC = 1_800n;
const MIN_OBSERVATIONS = 2;
const MAX_EDGE_SEC = 300;
const MAX_GAP_SEC = 600;
const LATE_AFTER_SEC = 86_400n;
const CHAINLINK = 1;
/** Chainlink's round numbers: the aggregator's phase above, its own count below. */
const PHASE_MASK = (1n << 64n) - 1n;
/** More rounds than this in half an hour and a bit are not looked through. */
const MAX_ROUNDS = 240n;
/** What cannot be settled yet is tried again after this long. */
const RETRY_SEC = 600n;

const aggregatorAbi = parseAbi([
  'function latestRoundData() view returns (uint80, int256, uint256, uint256, uint80)',
  'function getRoundData(uint80 roundId) view returns (uint80, int256, uint256, uint256, uint80)',
]);

interface Unsettled extends DutyItem, HeldExpiry {}

/**
 * Gives an expiry that accounts hold its price as soon as it has passed: out of the observations where they suffice, else out of the
 * rounds of the Chainlink feed, else, after a day, out of whatever there is.
 */
export function settlePriceDuty(client: KeeperClient, router: Address): Duty<Unsettled> {
  return {
    name: 'settlePrice',
    kind: 'expiry',
    together: 1,
    due(view) {
      const now = view.head.timestamp;
      return heldExpiries(view).flatMap((expiry) => {
        if (now <= expiry.expirySec || expiry.isSettled) return [];
        const epoch = (now - expiry.expirySec) / RETRY_SEC;
        return [{ key: `settlePrice/${expiry.id}/${epoch}`, urgency: 2, ...expiry }];
      });
    },
    encode: async ([expiry], view) => expiry && settlementCall(client, router, expiry, view),
  };
}

/** The first way that the contract would take now; undefined where it would take none yet. */
async function settlementCall(
  client: KeeperClient,
  router: Address,
  { underlying, expirySec, isPriceOk }: HeldExpiry,
  { head, references }: DutyView,
): Promise<DutyCall | undefined> {
  const to = references.settlementTwap;
  const expiry = Number(expirySec);
  const twap = { address: to, abi: settlementTwapAbi, blockNumber: head.number } as const;
  const record = await client.readContract({
    ...twap,
    functionName: 'recordOf',
    args: [underlying, expiry],
  });
  const suffices =
    record.count >= MIN_OBSERVATIONS &&
    record.firstSec <= MAX_EDGE_SEC &&
    record.lastSec + MAX_EDGE_SEC >= Number(WINDOW_SEC) &&
    record.longestGapSec <= MAX_GAP_SEC;
  const encode = (functionName: 'settle' | 'settleLate'): DutyCall => ({
    to,
    data: encodeFunctionData({ abi: settlementTwapAbi, functionName, args: [underlying, expiry] }),
  });
  if (suffices) return encode('settle');
  const roundIds = await findRounds(client, router, underlying, expirySec, head.number);
  if (roundIds !== undefined) {
    const args = [underlying, expiry, roundIds] as const;
    return {
      to,
      data: encodeFunctionData({ abi: settlementTwapAbi, functionName: 'settleByRounds', args }),
    };
  }
  if (head.timestamp < expirySec + LATE_AFTER_SEC) return undefined;
  return record.count > 0 || isPriceOk ? encode('settleLate') : undefined;
}

/**
 * Rounds of one phase from the last dated at or before the window's start to the first after the expiry. Undefined where there is no
 * Chainlink feed, it has not moved on yet, or its history does not reach back that far in this phase.
 */
async function findRounds(
  client: KeeperClient,
  router: Address,
  underlying: number,
  expirySec: bigint,
  blockNumber: bigint,
): Promise<readonly bigint[] | undefined> {
  const inspected = await client.readContract({
    address: router,
    abi: priceRouterAbi,
    functionName: 'inspect',
    args: [underlying],
    blockNumber,
  });
  const feed = inspected.slice(0, 2).find((source) => isChainlink(source));
  if (!isChainlink(feed)) return undefined;
  const aggregator = { address: feed.feed, abi: aggregatorAbi, blockNumber } as const;
  const roundOf = async (id: bigint): Promise<bigint | undefined> => {
    try {
      const round = await client.readContract({ ...aggregator, functionName: 'getRoundData', args: [id] });
      return round[3] === 0n ? undefined : round[3];
    } catch {
      // the feed keeps no history
      return undefined;
    }
  };
  const [latest, , , latestAt] = await client.readContract({
    ...aggregator,
    functionName: 'latestRoundData',
  });
  if (latestAt <= expirySec) return undefined;
  const found: bigint[] = [];
  let at: bigint | undefined = latestAt;
  for (let id = latest; at !== undefined && latest - id < MAX_ROUNDS; at = await roundOf(--id)) {
    // of those after the expiry only the first belongs to the proof
    if (at > expirySec) found.length = 0;
    found.unshift(id);
    if (at <= expirySec - WINDOW_SEC) return found;
    if ((id & PHASE_MASK) <= 1n) return undefined;
  }
  return undefined;
}

interface ChainlinkSource {
  readonly kind: number;
  readonly feed: Address;
}

function isChainlink(source: unknown): source is ChainlinkSource {
  return typeof source === 'object' && source !== null && 'kind' in source && source.kind === CHAINLINK;
}
