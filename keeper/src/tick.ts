import { decodeInstrumentId, getPortfolio, mulDivDown } from '@novate/sdk';
import type { AccountId, CashIndex } from '@novate/sdk';
import type { MarginCalls } from './alerts/marginCalls.ts';
import type { BlockHead, Receipt } from './chain/types.ts';
import type { KeeperClient } from './chain/viemChain.ts';
import type { KeeperConfig } from './config/index.ts';
import type { Candidate } from './decide/candidate.ts';
import { createCapacity } from './decide/capacity.ts';
import type { Capacity } from './decide/capacity.ts';
import type { AccountWatch } from './bands/accountWatch.ts';
import { cashAt, decide } from './decide/decide.ts';
import type { Decision } from './decide/decide.ts';
import { findExpired } from './decide/expired.ts';
import type { ExpiredAccount } from './decide/expired.ts';
import { plainMarket, settledHoldings } from './decide/holdings.ts';
import type { Holdings } from './decide/holdings.ts';
import type { PlanTerms } from './decide/plan.ts';
import { countSkip } from './decide/skip.ts';
import type { SkipCounts } from './decide/skip.ts';
import type { DutyRunner } from './duties/index.ts';
import type { Attempts } from './execute/attempts.ts';
import { classifySimulationError, failureInBatch } from './execute/classify.ts';
import { execute } from './execute/execute.ts';
import type { Execution } from './execute/execute.ts';
import { gasCostWei } from './execute/fees.ts';
import type { FeePolicy } from './execute/fees.ts';
import { aloneGasOf } from './execute/batches.ts';
import { roomFor } from './execute/gasMemory.ts';
import type { GasMemory } from './execute/gasMemory.ts';
import { partsOf } from './execute/journal.ts';
import type { InFlight, LiquidationPart } from './execute/journal.ts';
import type { Lane, Outcome } from './execute/lane.ts';
import type { LiquidationPort } from './execute/liquidationPort.ts';
import { SETTLED_TOGETHER } from './execute/settleExpired.ts';
import type { SettlementDuty } from './execute/settleExpired.ts';
import type { Offer, SharedWork } from './execute/sharedWork.ts';
import type { GasToken } from './openWallets.ts';
import { expiriesOf, isPriced, withExpiries } from './mirror/expiries.ts';
import type { ExpirySet } from './mirror/expiries.ts';
import type { Mirror } from './mirror/mirror.ts';
import type { PriceBoard } from './mirror/prices.ts';
import type { References } from './mirror/references.ts';
import { failuresOf } from './report/outcomes.ts';
import type { Reporter } from './report/reporter.ts';
import type { Triggers } from './triggers/index.ts';
import type { Follower } from './watch/follower.ts';
import { readExpiries } from './watch/readExpiries.ts';
import { readPrices } from './watch/readPrices.ts';
import { readReferences } from './watch/readReferences.ts';

const WAD = 10n ** 18n;
const NOTHING: Execution = { executed: [], skipped: new Map(), details: [] };
/** Failures that will not be over by the next block. */
const WORTH_RESTING = new Set(['wouldRevert', 'healthyOnChain', 'notAssessable', 'gasLimit', 'sendFailed']);

/** Everything a tick works with. */
export interface Rooms {
  /** Its calls are agreed on, where a quorum is wanted: prices, surfaces, references and the keeper's own account. */
  readonly client: KeeperClient;
  readonly config: KeeperConfig;
  readonly own: AccountId;
  readonly policy: FeePolicy;
  readonly follower: Follower;
  readonly mirror: Mirror;
  readonly watch: AccountWatch;
  readonly lane: Lane;
  readonly port: LiquidationPort;
  readonly settlement: SettlementDuty;
  /** Everything else that comes up by itself. */
  readonly duties: DutyRunner;
  /** Undefined where nobody is to be alerted. */
  readonly marginCalls: MarginCalls | undefined;
  /** Names the state of an account, the same for every keeper. */
  readonly versionOf: (account: AccountId) => string | undefined;
  /** Undefined where the deployment has no vault. */
  readonly triggers: Triggers | undefined;
  /** Who does what, where several keepers share the work. */
  readonly work: SharedWork;
  readonly attempts: Attempts;
  readonly reporter: Reporter;
  /** What was read of the contracts last, and at which version of the mirror. */
  references: { readonly value: References; readonly version: number } | undefined;
  readonly gas: GasMemory;
  readonly gasToken: GasToken;
}

/** What a tick saw, decided and sent. */
interface Urgent {
  readonly references: References;
  readonly board: PriceBoard;
  readonly cash: CashIndex;
  readonly gasTokenPrice: bigint | undefined;
  readonly decision: Decision;
  readonly execution: Execution;
}

/** Deals with one block: watch, mirror, decide, execute. Rejects where a part of it could not be done. */
export async function runTick(rooms: Rooms, head: BlockHead, signal: AbortSignal): Promise<void> {
  const { config, follower, lane, reporter, attempts } = rooms;
  const startedAt = performance.now();
  const behind = BigInt(config.confirmations);
  // what events say of accounts and what the lens says of prices do not depend on each other
  const prices = readPrices(rooms.client, config.addresses, head);
  prices.catch(() => undefined);
  const target = behind === 0n ? head : await readBehind(rooms, head, behind);
  if (target !== undefined) await follower.follow(target, signal);
  if (signal.aborted) return;

  const failed: SkipCounts = new Map();
  for (const outcome of await lane.settle(head)) {
    rooms.triggers?.settled(outcome, head);
    await settle(rooms, outcome, head, failed);
  }
  let urgent: Urgent;
  try {
    urgent = await liquidate(rooms, head, prices, signal);
  } finally {
    // after what is urgent, whatever became of that
    if (!config.dryRun) reporter.upkeep(await lane.maintain(head));
  }
  const { board, cash, references, decision, execution, gasTokenPrice } = urgent;
  reporter.execution(execution);
  for (const { account, reason } of execution.details) {
    if (WORTH_RESTING.has(reason)) attempts.failed(account, head.number);
  }
  if (!signal.aborted) await rooms.triggers?.run({ head, board, gasTokenPrice });
  if (config.settleExpired && !signal.aborted) await settleExpired(rooms, board, head);
  if (!signal.aborted) await doDuties(rooms, head, board, references, decision);
  await rooms.marginCalls?.check({ board, cash, references });
  reporter.ticked(
    {
      block: head.number,
      timestamp: head.timestamp,
      accounts: decision.screened,
      suspects: decision.suspects,
      liquidatable: decision.liquidatable,
      inFlight: lane.inFlight().length,
      skipped: together(together(decision.skipped, execution.skipped), failed),
      tickMs: Math.round(performance.now() - startedAt),
    },
    execution,
  );
}

/** All that stands between a price and the transactions that it calls for. */
async function liquidate(
  rooms: Rooms,
  head: BlockHead,
  prices: Promise<PriceBoard>,
  signal: AbortSignal,
): Promise<Urgent> {
  const { config, mirror, lane, reporter, attempts } = rooms;
  const references = await refreshReferences(rooms, head);
  const board = await readBoard(rooms, references, head, prices);
  reporter.unpriced(board.unpriced);

  const gasTokenPrice = gasTokenPriceOf(config, board);
  rooms.gasToken.price = gasTokenPrice;
  reporter.gasPriced(gasTokenPrice);
  const inFlight = lane.inFlight();
  const cash = cashAt(mirror.ledger.cash, board.timestamp);
  const decision = decide({
    ledger: mirror.ledger,
    watched: rooms.watch.look({ board, cash, references }),
    board,
    references,
    own: rooms.own,
    inFlight: accountsOf(inFlight),
    coolingDown: attempts.resting(head.number, mirror.versionOf),
    gasCost:
      gasTokenPrice && mulDivDown(gasCostWei(rooms.gas.least(), head, rooms.policy), gasTokenPrice, WAD),
    ...planOf(config),
    basketChoice: config.basket,
    limit: config.maxAccountsPerTick,
    room: roomFor(rooms.gas, head, config.queueBlocks, inFlight),
  });
  const execution =
    decision.candidates.length === 0 || signal.aborted
      ? NOTHING
      : await carryOut(rooms, head, board, references, decision, inFlight, gasTokenPrice);
  return { references, board, cash, gasTokenPrice, decision, execution };
}

/** Prices, and the expiries that accounts hold or that are on their way to the keeper, all of one block. */
async function readBoard(
  { client, mirror, lane }: Rooms,
  references: References,
  head: BlockHead,
  prices: Promise<PriceBoard>,
): Promise<PriceBoard> {
  const expiries: ExpirySet = new Map();
  const add = (found: ExpirySet): void => found.forEach((expiry, key) => expiries.set(key, expiry));
  const { terms, underlyings } = mirror.book.universe;
  for (const { underlying: u, expirySec, holders } of terms) {
    const underlying = underlyings[u];
    if (holders > 0 && underlying !== undefined)
      add(expiriesOf([{ underlying, expirySec: BigInt(expirySec) }]));
  }
  for (const { purpose } of lane.inFlight()) {
    const legs = partsOf(purpose).flatMap(({ basket }) => basket.legs);
    add(expiriesOf(legs.map(({ instrument }) => decodeInstrumentId(instrument))));
  }
  const [board, states] = await Promise.all([prices, readExpiries(client, references, expiries, head)]);
  return withExpiries(board, states);
}

async function doDuties(
  { own, duties, mirror, lane, reporter, versionOf }: Rooms,
  head: BlockHead,
  board: PriceBoard,
  references: References,
  decision: Decision,
): Promise<void> {
  // whoever needs its own flag has other troubles
  const unhealthy = decision.unhealthy.filter((account) => account !== own);
  const inFlight = accountsOf(lane.inFlight());
  const view = { head, board, references, mirror, unhealthy, inFlight, versionOf };
  for (const report of await duties.run(view)) reporter.duty(report);
}

/** Costs gas and earns nothing, so it comes last; what fails is tried again later. */
async function settleExpired(
  { mirror, settlement, reporter, lane, work }: Rooms,
  board: PriceBoard,
  head: BlockHead,
): Promise<void> {
  if (lane.inFlight().length > 0) return;
  const expired = settlement.due(findExpired(mirror.book, board), head).slice(0, SETTLED_TOGETHER);
  if (expired.length === 0) return;
  const describe = ({ account }: ExpiredAccount): Offer => ({ account, urgency: 0 });
  await work.share('settlement', expired, describe, async (mine) => {
    const result = await settlement.run(mine, head);
    if (result !== undefined) reporter.settling(result);
    const sent = new Set(result?.failure === undefined ? result?.accounts : []);
    return { result, done: ({ account }) => sent.has(account) };
  });
}

/** The worst shortfall first, in whole USD. */
function urgencyOf({ account, equity, maintenanceMargin }: Candidate): Offer {
  return { account, urgency: Number((maintenanceMargin - equity) / WAD) };
}

async function readBehind(
  { client }: Rooms,
  head: BlockHead,
  behind: bigint,
): Promise<BlockHead | undefined> {
  if (head.number < behind) return undefined;
  const block = await client.getBlock({ blockNumber: head.number - behind });
  return { ...block, baseFeePerGas: block.baseFeePerGas ?? 0n };
}

async function carryOut(
  rooms: Rooms,
  head: BlockHead,
  board: PriceBoard,
  references: References,
  { candidates }: Decision,
  inFlight: readonly InFlight[],
  gasTokenPrice: bigint | undefined,
): Promise<Execution> {
  const { config, mirror, own } = rooms;
  const capacity = capacityOf(rooms, head, board, references, inFlight);
  // where there is nothing to do after all, nobody waits for it
  capacity.catch(() => undefined);
  const { slippageBps, deadlineSec, maxGasPerTransaction: maxGas, batchGas, dryRun } = config;
  const privateBlocks = config.privateRpcUrl === undefined ? undefined : BigInt(config.privateBlocks);
  const limits = { maxGas, batchGas, privateBlocks };
  const options = {
    own,
    slippageBps,
    deadlineSec,
    ...planOf(config),
    ...limits,
    dryRun,
    policy: rooms.policy,
  };
  return rooms.work.share('liquidation', candidates, urgencyOf, async (mine) => {
    const inputs = { head, candidates: mine, capacity, gasTokenPrice, versionOf: mirror.versionOf };
    const result = await execute(rooms.port, rooms.lane, options, inputs);
    const sent = new Set(result.executed.map(({ candidate }) => candidate.account));
    return { result, done: ({ account }) => sent.has(account) };
  });
}

/** The keeper's own room, as the chain sees its account, less what is on its way already. */
async function capacityOf(
  { client, config, own }: Rooms,
  head: BlockHead,
  known: PriceBoard,
  references: References,
  inFlight: readonly InFlight[],
): Promise<Capacity> {
  const { addresses, marginBufferBps } = config;
  const found = await getPortfolio(client, addresses, { account: own, blockNumber: head.number });
  const profile = references.profiles.get(found.profileId);
  const { cash, legs } = found.portfolio;
  // it may hold what the mirror, some blocks behind, does not know yet
  const missing = expiriesOf(legs);
  for (const [key, expiry] of missing) if (isPriced(known, expiry)) missing.delete(key);
  const board = withExpiries(known, await readExpiries(client, references, missing, head));
  if (profile === undefined) {
    throw new Error("the profile of the keeper's own account is not known; use another sub-account");
  }
  const holdings: Holdings = settledHoldings({ cash, legs, spot: found.balances }, board);
  const capacity = createCapacity(holdings, board, profile, BigInt(marginBufferBps));
  const market = plainMarket(board);
  for (const { purpose } of inFlight) {
    for (const { basket, reward } of partsOf(purpose)) capacity.reserve(basket, market, reward);
  }
  return capacity;
}

async function settle(rooms: Rooms, outcome: Outcome, head: BlockHead, failed: SkipCounts): Promise<void> {
  const { attempts, reporter, port } = rooms;
  const { entry } = outcome;
  const parts = partsOf(entry.purpose);
  if (outcome.kind === 'lost') {
    reporter.lost(entry);
    for (const { account } of parts) attempts.failed(account, head.number);
    return;
  }
  const { receipt } = outcome;
  if (receipt.succeeded) {
    reporter.minedSuccess(entry, receipt);
    settleParts(rooms, parts, receipt, head, failed);
    return;
  }
  if (parts.length === 0) {
    reporter.minedFailure(entry, receipt);
    return;
  }
  for (const { account } of parts) attempts.failed(account, head.number);
  const accounts = parts.map(({ account }) => account);
  reporter.failed(accounts, receipt, await reasonOf(port, entry, receipt.blockNumber));
}

/** A batch says by events what failed in it; the rest is done. @param failed Counts the former by their reasons. */
function settleParts(
  rooms: Rooms,
  parts: readonly LiquidationPart[],
  receipt: Receipt,
  head: BlockHead,
  failed: SkipCounts,
): void {
  const { attempts, reporter, config } = rooms;
  if (parts.length === 0) return;
  const reasons = failuresOf(receipt, config.addresses.liquidator);
  for (const { account, version } of parts) {
    const reason = reasons.get(account);
    if (reason === undefined) {
      attempts.succeeded(account, version);
      continue;
    }
    attempts.failed(account, head.number);
    const failure = failureInBatch(reason);
    countSkip(failed, failure.skip);
    reporter.failedPart(account, receipt, failure);
  }
  // what failed took next to nothing
  if (!parts.some(({ account }) => reasons.has(account))) {
    rooms.gas.learn(aloneGasOf(receipt.gasUsed, parts.length));
  }
}

/** Why a mined transaction reverted, as far as the state after its block still tells. */
async function reasonOf(port: LiquidationPort, { body }: InFlight, blockNumber: bigint): Promise<string> {
  try {
    await port.replay(body, blockNumber);
    return 'not reproducible after its block: something earlier in the block was in the way';
  } catch (error) {
    return classifySimulationError(error).message;
  }
}

async function refreshReferences(rooms: Rooms, head: BlockHead): Promise<References> {
  const { mirror, client, config } = rooms;
  const used = new Set(mirror.book.usedProfiles()).add(0);
  const { references } = rooms;
  const current = references?.version === mirror.referenceVersion;
  if (references !== undefined && current && [...used].every((id) => references.value.profiles.has(id))) {
    return references.value;
  }
  const version = mirror.referenceVersion;
  const value = await readReferences(client, config.addresses, used, head.number);
  rooms.references = { value, version };
  return value;
}

/** At its highest where the price is guarded. Undefined where it is not known: a stale price is not. */
export function gasTokenPriceOf(
  config: Pick<KeeperConfig, 'gasTokenUnderlying' | 'gasTokenPriceUsd'>,
  board: PriceBoard,
): bigint | undefined {
  const market = board.markets.get(config.gasTokenUnderlying);
  return market === undefined || market.status === 'stale' ? config.gasTokenPriceUsd : market.high;
}

export function planOf({ planMode: mode, minProfitUsd: minProfit }: KeeperConfig): PlanTerms {
  return { mode, minProfit };
}

function accountsOf(inFlight: readonly InFlight[]): Set<AccountId> {
  return new Set(inFlight.flatMap(({ purpose }) => partsOf(purpose).map(({ account }) => account)));
}

function together(a: SkipCounts, b: SkipCounts): SkipCounts {
  const sum: SkipCounts = new Map(a);
  for (const [reason, count] of b) for (let i = 0; i < count; ++i) countSkip(sum, reason);
  return sum;
}
