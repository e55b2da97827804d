import { getBlockNumber, readContract } from 'viem/actions';
import type { Address } from 'viem';
import { liquidityVaultAbi } from '../../abi/liquidityVault.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import { encodeAccountId, encodeInstrumentId } from '../../codec/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { NovateContractError } from '../../errors/index.ts';
import { explained } from '../explained.ts';
import { requireVault } from '../requireVault.ts';
import type { AtBlock, NovateClient } from '../types.ts';
import type { MarginAtPrices } from '../values.ts';
import { getMargin } from './getMargin.ts';
import { getMarkets } from './getMarkets.ts';
import { getPosition } from './getPosition.ts';
import { quoteVault } from './quoteVault.ts';
import type { VaultQuote } from './quoteVault.ts';

const WAD = 10n ** 18n;
/** Virtual shares, and shares that a raw unit of the token bought at first. */
const SHARES_PER_UNIT = 10n ** 6n;
/** Without a size, quotes are for this fraction of the cap. */
const QUOTED_PART = 100n;
/** Anybody: what may come in depends on the vault, not on who brings it. */
const DEPOSITOR: Address = '0x0000000000000000000000000000000000000001';

export interface GetVaultStatusParameters extends AtBlock {
  /** For how many units quotes are, wad; a hundredth of each market's cap unless given. */
  readonly quoteSize?: bigint | undefined;
}

/** One side of a market: what a trade would cost, or why the vault would not trade. */
export interface VaultSide {
  readonly quote: VaultQuote | undefined;
  readonly error: NovateContractError | undefined;
}

/** One perp in which the vault trades. */
export interface VaultMarket {
  readonly underlying: number;
  /** Whether the vault may add to its position; if not it only reduces it. */
  readonly enabled: boolean;
  readonly baseSpreadBps: number;
  readonly skewSpreadBps: number;
  readonly maxSpreadBps: number;
  readonly volMultiplierBps: number;
  readonly maxPriceAgeSec: number;
  /** The most that the vault may be long or short, units wad. */
  readonly positionCap: bigint;
  /** The vault's position, units wad; + long. */
  readonly inventory: bigint;
  /** Its position as a fraction of the cap, wad, with the position's sign: what of the cap is used, and the skew. */
  readonly skew: bigint;
  /** For how many units both quotes are, wad. */
  readonly quoteSize: bigint;
  /** What somebody pays who buys from the vault. */
  readonly buy: VaultSide;
  /** What somebody gets who sells to it. */
  readonly sell: VaultSide;
}

/** The liquidity vault at one block. Amounts of the token and of shares are in their own decimals. */
export interface VaultStatus {
  readonly blockNumber: bigint;
  readonly address: Address;
  readonly account: AccountId;
  /** What is paid in and out: the clearinghouse's cash. */
  readonly token: Address;
  /** Of the shares: six more than the token's. */
  readonly decimals: number;
  /** Net asset value at the index. */
  readonly worthRaw: bigint;
  /** What a comer's and a leaver's price count instead: the positions at the vault's own spread. */
  readonly worthToEnterRaw: bigint;
  readonly worthToLeaveRaw: bigint;
  readonly shares: bigint;
  /** Of a whole share at the index, wad of the token; 1 before anybody held one. */
  readonly sharePrice: bigint;
  /** The most that may come in now; 0 while a price is not fresh. */
  readonly maxDepositRaw: bigint;
  readonly redemption: { readonly delaySec: bigint; readonly windowSec: bigint };
  /** What traders pay on `trade`. */
  readonly takerFeeBps: number;
  /** Equity that the vault keeps, in multiples of its initial margin. */
  readonly cushionBps: number;
  readonly margin: MarginAtPrices;
  /** Every listed underlying in which the vault trades. */
  readonly markets: readonly VaultMarket[];
}

/**
 * What the vault is worth, what it holds in each market and what it quotes there, all at one block.
 * @throws NovateContractError such as PriceUnavailable, where a position has no price at all
 * @throws MissingVaultError
 */
export async function getVaultStatus(
  client: NovateClient,
  addresses: NovateAddresses,
  { quoteSize, blockNumber: wanted }: GetVaultStatusParameters = {},
): Promise<VaultStatus> {
  const address = requireVault(addresses);
  const blockNumber = wanted ?? (await explained(getBlockNumber(client, { cacheTime: 0 })));
  const [pool, margin, markets] = await Promise.all([
    readPool(client, address, blockNumber),
    readMargin(client, addresses, address, blockNumber),
    readMarkets(client, addresses, quoteSize, blockNumber),
  ]);
  return { blockNumber, address, ...pool, margin, markets };
}

async function readPool(client: NovateClient, address: Address, blockNumber: bigint) {
  const at = { address, abi: liquidityVaultAbi, blockNumber } as const;
  const [account, token, decimals, worth, shares, maxDepositRaw, redemption, terms] = await explained(
    Promise.all([
      readContract(client, { ...at, functionName: 'account' }),
      readContract(client, { ...at, functionName: 'asset' }),
      readContract(client, { ...at, functionName: 'decimals' }),
      readContract(client, { ...at, functionName: 'worth' }),
      readContract(client, { ...at, functionName: 'totalSupply' }),
      readContract(client, { ...at, functionName: 'maxDeposit', args: [DEPOSITOR] }),
      readContract(client, { ...at, functionName: 'redemption' }),
      readContract(client, { ...at, functionName: 'terms' }),
    ]),
  );
  const [worthRaw, worthToEnterRaw, worthToLeaveRaw] = worth;
  return {
    account,
    token,
    decimals,
    worthRaw,
    worthToEnterRaw,
    worthToLeaveRaw,
    shares,
    sharePrice: shares === 0n ? WAD : ((worthRaw + 1n) * SHARES_PER_UNIT * WAD) / (shares + SHARES_PER_UNIT),
    maxDepositRaw,
    redemption: { delaySec: redemption[0], windowSec: redemption[1] },
    takerFeeBps: terms[0],
    cushionBps: terms[1],
  };
}

async function readMargin(
  client: NovateClient,
  addresses: NovateAddresses,
  vault: Address,
  blockNumber: bigint,
): Promise<MarginAtPrices> {
  return getMargin(client, addresses, { account: encodeAccountId(vault), blockNumber });
}

async function readMarkets(
  client: NovateClient,
  addresses: NovateAddresses,
  quoteSize: bigint | undefined,
  blockNumber: bigint,
): Promise<readonly VaultMarket[]> {
  const listed = await getMarkets(client, addresses, { blockNumber });
  const read = await Promise.all(
    listed.map(({ underlying }) => readMarket(client, addresses, { underlying, quoteSize, blockNumber })),
  );
  return read.filter((market) => market !== undefined);
}

/** @returns undefined where the vault makes no market */
async function readMarket(
  client: NovateClient,
  addresses: NovateAddresses,
  {
    underlying,
    quoteSize,
    blockNumber,
  }: { underlying: number; quoteSize: bigint | undefined; blockNumber: bigint },
): Promise<VaultMarket | undefined> {
  const vault = requireVault(addresses);
  const [market, position] = await Promise.all([
    explained(
      readContract(client, {
        address: vault,
        abi: liquidityVaultAbi,
        functionName: 'marketOf',
        args: [underlying],
        blockNumber,
      }),
    ),
    getPosition(client, addresses, {
      account: encodeAccountId(vault),
      instrument: encodeInstrumentId({ kind: 'perp', underlying }),
      blockNumber,
    }),
  ]);
  if (market.maxPriceAgeSec === 0) return undefined;
  const size = quoteSize ?? (market.positionCap / QUOTED_PART || 1n);
  const [buy, sell] = await Promise.all([
    readSide(client, addresses, underlying, size, blockNumber),
    readSide(client, addresses, underlying, -size, blockNumber),
  ]);
  const { positionCap } = market;
  const skew = positionCap === 0n ? 0n : (position.size * WAD) / positionCap;
  return { underlying, ...market, inventory: position.size, skew, quoteSize: size, buy, sell };
}

async function readSide(
  client: NovateClient,
  addresses: NovateAddresses,
  underlying: number,
  size: bigint,
  blockNumber: bigint,
): Promise<VaultSide> {
  try {
    return {
      quote: await quoteVault(client, addresses, { underlying, size, blockNumber }),
      error: undefined,
    };
  } catch (thrown) {
    if (!(thrown instanceof NovateContractError)) throw thrown;
    return { quote: undefined, error: thrown };
  }
}
