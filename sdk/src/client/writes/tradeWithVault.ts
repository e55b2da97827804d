import { getBlock, simulateContract } from 'viem/actions';
import type { Hash } from 'viem';
import { liquidityVaultAbi } from '../../abi/liquidityVault.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { prepare } from '../prepare.ts';
import type { Prepared } from '../prepare.ts';
import { quoteVault } from '../reads/quoteVault.ts';
import { requireVault } from '../requireVault.ts';
import { send } from '../send.ts';
import { senderOf } from '../sender.ts';
import type { Sender } from '../sender.ts';
import type { NovateClient } from '../types.ts';
import { DEFAULT_SLIPPAGE_BPS } from './liquidate.ts';

const BPS = 10_000n;
/** The limit price bounds what a late trade may cost. */
const DEADLINE_SEC = 1_200;

export interface TradeWithVaultParameters extends Sender {
  /** Whose trade; the sender must be its owner or an operator with the trade scope. */
  readonly account: AccountId;
  readonly underlying: number;
  /** Units, wad; + buys and - sells. */
  readonly size: bigint;
  /** The worst price, wad USD; the quote and `slippageBps` unless given. */
  readonly limitPrice?: bigint | undefined;
  /** How much worse than the quote of now the price may be. */
  readonly slippageBps?: bigint | undefined;
  /** Unix seconds; 20 minutes after the latest block unless given. */
  readonly deadlineSec?: number | undefined;
}

/**
 * Prepares a trade of a perp with the liquidity vault. The result is the price per unit, wad, fee aside.
 * @throws NovateContractError such as UnknownMarket, PriceBeyondLimit, PriceNotFresh, PositionCapExceeded, SpreadTooWide,
 * BelowInitialMargin
 * @throws MissingSenderError, MissingVaultError
 */
export async function prepareTradeWithVault(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, underlying, size, limitPrice, slippageBps, deadlineSec, sender }: TradeWithVaultParameters,
): Promise<Prepared<bigint>> {
  const from = senderOf(client, sender);
  const address = requireVault(addresses);
  const limit = limitPrice ?? (await worstPrice(client, addresses, underlying, size, slippageBps));
  const deadline = deadlineSec ?? Number((await getBlock(client)).timestamp) + DEADLINE_SEC;
  const request = {
    address,
    abi: liquidityVaultAbi,
    functionName: 'trade',
    args: [account, underlying, size, limit, deadline],
    account: from,
  } as const;
  return prepare(client, request, () => simulateContract(client, request));
}

async function worstPrice(
  client: NovateClient,
  addresses: NovateAddresses,
  underlying: number,
  size: bigint,
  slippageBps = DEFAULT_SLIPPAGE_BPS,
): Promise<bigint> {
  const { price } = await quoteVault(client, addresses, { underlying, size });
  const slippage = (price * slippageBps) / BPS;
  return size > 0n ? price + slippage : price - slippage;
}

/** Trades with the vault. @returns The transaction's hash. */
export async function sendTradeWithVault(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: TradeWithVaultParameters,
): Promise<Hash> {
  return send(client, () => prepareTradeWithVault(client, addresses, parameters));
}
