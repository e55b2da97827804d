import { getBlock, simulateContract } from 'viem/actions';
import type { Account, Hash } from 'viem';
import { liquidatorAbi } from '../../abi/liquidator.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { decodeNovateError } from '../../errors/index.ts';
import { abs, mulDivUp } from '../../units/index.ts';
import { UnexpectedValueError } from '../errors.ts';
import { rewardOf, toLiquidationQuote } from '../liquidation.ts';
import type { LiquidationQuote, LiquidationSelection } from '../liquidation.ts';
import { prepare } from '../prepare.ts';
import type { ReadyWrite } from '../prepare.ts';
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
const MAX_INT256 = 2n ** 255n - 1n;

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
  /** What the liquidator's cash would change by now: the reward less what the collateral costs, wad USD. */
  readonly cash: bigint;
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
 * Perps are taken at mark and move no cash, unless they close an opposite position of the liquidator: its gain or loss is
 * part of `cash` then, and moves with the mark by more than the slippage may allow.
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
  const [block, selection] = await Promise.all([
    getBlock(client),
    parameters.selection ??
      proRataLiquidation(client, addresses, { account }).then((proRata) => proRata.selection),
  ]);
  const deadlineSec = parameters.deadlineSec ?? Number(block.timestamp) + DEFAULT_DEADLINE_SEC;
  const call = { account, liquidator, selection, deadlineSec };
  const [quote, cash] = await Promise.all([
    quoteLiquidation(client, addresses, { account, selection }),
    probeCash(client, addresses, { ...call, minReward: parameters.minReward ?? 0n }, sender),
  ]);
  const reward = rewardOf(quote);
  const minReward = parameters.minReward ?? reward - mulDivUp(reward, slippageBps, BPS);
  // on what is earned and on what is paid apart, which may cancel each other
  const minCash = parameters.minCash ?? cash - mulDivUp(reward + abs(cash - reward), slippageBps, BPS);

  const request = {
    address: addresses.liquidator,
    abi: liquidatorAbi,
    functionName: 'liquidate',
    args: [{ ...call, minReward, minCash }],
    account: sender,
  } as const;
  const prepared = await prepare(client, request, async () => {
    const { result } = await simulateContract(client, request);
    return { result: toLiquidationQuote(result) };
  });
  return { ...prepared, quote, cash, selection, minReward, minCash, deadlineSec };
}

/** Liquidates with the bounds of `prepareLiquidate`. @returns The transaction's hash. */
export async function sendLiquidate(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: LiquidateParameters,
): Promise<Hash> {
  return send(client, () => prepareLiquidate(client, addresses, parameters));
}

interface UnboundedCall {
  readonly account: AccountId;
  readonly liquidator: AccountId;
  readonly selection: LiquidationSelection;
  readonly deadlineSec: number;
  readonly minReward: bigint;
}

/**
 * What the liquidator's cash would change by now, exactly: asks for more than there can be, and reads the amount from the
 * refusal, which is the call's last check.
 */
async function probeCash(
  client: NovateClient,
  addresses: NovateAddresses,
  call: UnboundedCall,
  sender: Account,
): Promise<bigint> {
  try {
    await simulateContract(client, {
      address: addresses.liquidator,
      abi: liquidatorAbi,
      functionName: 'liquidate',
      args: [{ ...call, minCash: MAX_INT256 }],
      account: sender,
    });
  } catch (error) {
    const decoded = decodeNovateError(error);
    const cash = decoded?.errorName === 'CashTooLow' ? decoded.args['cash'] : undefined;
    if (typeof cash === 'bigint') return cash;
    throw decoded ?? error;
  }
  throw new UnexpectedValueError('cash of a liquidation', 'at least 2^255 - 1');
}
