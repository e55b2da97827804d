import { getBlock, simulateContract } from 'viem/actions';
import type { Hash } from 'viem';
import { liquidatorAbi } from '../../abi/liquidator.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import { underlyingOf } from '../../codec/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { abs, mulDivDown, mulDivUp, mulUp } from '../../units/index.ts';
import { cashChangeOf, rewardOf, toLiquidationQuote } from '../liquidation.ts';
import type { LiquidationQuote, LiquidationSelection } from '../liquidation.ts';
import { prepare } from '../prepare.ts';
import type { ReadyWrite } from '../prepare.ts';
import { getMarkets } from '../reads/getMarkets.ts';
import { proRataLiquidation } from '../reads/proRataLiquidation.ts';
import { quoteLiquidation } from '../reads/quoteLiquidation.ts';
import { send } from '../send.ts';
import { senderOf } from '../sender.ts';
import type { Sender } from '../sender.ts';
import type { NovateClient } from '../types.ts';

/** 1%. */
export const DEFAULT_SLIPPAGE_BPS = 100n;
/** Two minutes after the latest block. */
export const DEFAULT_DEADLINE_SEC = 120;

const BPS = 10_000n;

export interface LiquidateParameters extends Sender {
  /** The account to liquidate. */
  readonly account: AccountId;
  /** The sender's own account that takes the basket. */
  readonly liquidator: AccountId;
  /** What to take; the pro-rata basket unless given. */
  readonly selection?: LiquidationSelection | undefined;
  /** How far reward and cash may fall behind the quote, basis points; 100 unless given. */
  readonly slippageBps?: bigint | undefined;
  /** The least reward, wad USD; from the quote and the slippage unless given. */
  readonly minReward?: bigint | undefined;
  /** The least change of the liquidator's cash, wad USD, negative where it pays; as `minReward` unless given. */
  readonly minCash?: bigint | undefined;
  /** Last second at which it may execute, Unix; 120 after the latest block unless given. */
  readonly deadlineSec?: number | undefined;
}

/** A liquidation ready to send, with the quote it rests on and the bounds it carries. */
export interface PreparedLiquidation extends ReadyWrite<LiquidationQuote> {
  readonly quote: LiquidationQuote;
  readonly selection: LiquidationSelection;
  /** Wad USD. */
  readonly minReward: bigint;
  /** Wad USD. */
  readonly minCash: bigint;
  /** Unix seconds. */
  readonly deadlineSec: number;
}

/**
 * Prepares a liquidation with slippage bounds and a deadline.
 *
 * The bound on cash gives way by the slippage on the cash that the quote moves and on the notional of the perps taken: a
 * perp's value at mark, which is what moves, is small beside its notional.
 * @throws NovateContractError such as NotLiquidatable, Overshoot, BelowInitialMargin (of the liquidator), NotAuthorised
 * @throws MissingSenderError
 */
export async function prepareLiquidate(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: LiquidateParameters,
): Promise<PreparedLiquidation> {
  const { account, liquidator, slippageBps = DEFAULT_SLIPPAGE_BPS } = parameters;
  const sender = senderOf(client, parameters.sender);
  const selection =
    parameters.selection ?? (await proRataLiquidation(client, addresses, { account })).selection;
  const [quote, notional, block] = await Promise.all([
    quoteLiquidation(client, addresses, { account, selection }),
    notionalOf(client, addresses, selection),
    getBlock(client),
  ]);

  const reward = rewardOf(quote);
  const cash = cashChangeOf(quote);
  const minReward = parameters.minReward ?? reward - mulDivUp(reward, slippageBps, BPS);
  const minCash = parameters.minCash ?? cash - mulDivDown(abs(cash) + notional, slippageBps, BPS);
  const deadlineSec = parameters.deadlineSec ?? Number(block.timestamp) + DEFAULT_DEADLINE_SEC;

  const request = {
    address: addresses.liquidator,
    abi: liquidatorAbi,
    functionName: 'liquidate',
    args: [{ account, liquidator, selection, minReward, minCash, deadlineSec }],
    account: sender,
  } as const;
  const prepared = await prepare(client, request, async () => {
    const { result } = await simulateContract(client, request);
    return { result: toLiquidationQuote(result) };
  });
  return { ...prepared, quote, selection, minReward, minCash, deadlineSec };
}

/** Liquidates with the bounds of `prepareLiquidate`. @returns The transaction's hash. */
export async function sendLiquidate(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: LiquidateParameters,
): Promise<Hash> {
  return send(client, () => prepareLiquidate(client, addresses, parameters));
}

async function notionalOf(
  client: NovateClient,
  addresses: NovateAddresses,
  { instruments, sizes }: LiquidationSelection,
): Promise<bigint> {
  if (instruments.length === 0) return 0n;
  const markets = await getMarkets(client, addresses);
  const marks = new Map(markets.map(({ underlying, perpMark }) => [underlying, perpMark]));
  return instruments.reduce(
    (sum, instrument, i) => sum + mulUp(sizes[i] ?? 0n, marks.get(underlyingOf(instrument)) ?? 0n),
    0n,
  );
}
