import { getBlock, readContract } from 'viem/actions';
import { riskEngineAbi } from '../../abi/riskEngine.ts';
import { settlementTwapAbi } from '../../abi/settlementTwap.ts';
import { volSurfaceAbi } from '../../abi/volSurface.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import type { Market, PostedTerm, Term, UnderlyingMarket } from '../../risk/index.ts';
import { decodeSurfaceWord, encodeExpiryKey } from '../../surfaces/index.ts';
import { atBlock } from '../atBlock.ts';
import { explained } from '../explained.ts';
import type { AtBlock, NovateClient } from '../types.ts';
import type { MarginReport } from '../values.ts';
import { getPortfolio } from './getPortfolio.ts';
import type { AccountPortfolio } from './getPortfolio.ts';
import { getReport } from './getReport.ts';

export interface GetAccountMarketParameters extends AtBlock {
  readonly account: AccountId;
}

/** An account and the prices that the contracts judge it by, all of one block: what the twin assesses to the wei. */
export interface AccountMarket {
  readonly blockNumber: bigint;
  readonly holdings: AccountPortfolio;
  readonly report: MarginReport;
  readonly market: Market;
}

interface Expiry {
  readonly underlying: number;
  readonly expirySec: bigint;
}

interface PricedExpiry extends Expiry {
  readonly term: Term | null;
  /** Undefined while there is none. */
  readonly settlement: bigint | undefined;
}

/**
 * Everything that `assess` and the what-if functions need to say of an account what the chain says: its holdings, the index
 * prices (adverse to it while guarded), premiums, surfaces and settlement prices.
 * @throws NovateContractError such as PriceUnavailable
 */
export async function getAccountMarket(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, ...block }: GetAccountMarketParameters,
): Promise<AccountMarket> {
  // one block for all reads, so that the parts add up
  const { number, timestamp } = await getBlock(client, atBlock(block));
  const at = { account, blockNumber: number };
  const [holdings, report] = await Promise.all([
    getPortfolio(client, addresses, at),
    getReport(client, addresses, at),
  ]);
  const expiries = await readExpiries(client, addresses, expiriesOf(holdings), timestamp, number);
  const underlyings = new Map(
    report.underlyings.map(({ underlying, index }): [number, UnderlyingMarket] => [
      underlying,
      marketOf(underlying, index, holdings, expiries),
    ]),
  );
  return { blockNumber: number, holdings, report, market: { timestamp, underlyings } };
}

function marketOf(
  underlying: number,
  index: bigint,
  { premiums, scales }: AccountPortfolio,
  expiries: readonly PricedExpiry[],
): UnderlyingMarket {
  const own = expiries.filter((expiry) => expiry.underlying === underlying);
  return {
    index,
    premium: premiums.get(underlying) ?? 0n,
    scale: scales.get(underlying) ?? 0n,
    terms: new Map(own.map(({ expirySec, term }) => [expirySec, term])),
    settlements: new Map(
      own.flatMap(({ expirySec, settlement }) =>
        settlement === undefined ? [] : [[expirySec, settlement] as const],
      ),
    ),
  };
}

function expiriesOf({ portfolio }: AccountPortfolio): Expiry[] {
  const found = new Map<bigint, Expiry>();
  for (const leg of portfolio.legs) {
    if (leg.kind === 'perp') continue;
    const { underlying, expirySec } = leg;
    found.set(encodeExpiryKey(underlying, expirySec), { underlying, expirySec });
  }
  return [...found.values()];
}

async function readExpiries(
  client: NovateClient,
  { riskEngine }: NovateAddresses,
  expiries: readonly Expiry[],
  nowSec: bigint,
  blockNumber: bigint,
): Promise<PricedExpiry[]> {
  if (expiries.length === 0) return [];
  const keys = expiries.map(({ underlying, expirySec }) => encodeExpiryKey(underlying, expirySec));
  const engine = { address: riskEngine, abi: riskEngineAbi, blockNumber } as const;
  const [volSurface, settlementTwap] = await Promise.all([
    explained(readContract(client, { ...engine, functionName: 'volSurface' })),
    explained(readContract(client, { ...engine, functionName: 'settlementTwap' })),
  ]);
  const [words, settlements] = await Promise.all([
    explained(
      readContract(client, {
        address: volSurface,
        abi: volSurfaceAbi,
        functionName: 'wordsOf',
        args: [keys],
        blockNumber,
      }),
    ),
    explained(
      readContract(client, {
        address: settlementTwap,
        abi: settlementTwapAbi,
        functionName: 'pricesOf',
        args: [keys],
        blockNumber,
      }),
    ),
  ]);
  return expiries.map((expiry, i) => {
    const settlement = expiry.expirySec <= nowSec ? settlements[i] : undefined;
    return { ...expiry, term: toTerm(words[i] ?? 0n), settlement: settlement || undefined };
  });
}

/** Null where no surface was posted. */
function toTerm(word: bigint): PostedTerm | null {
  if (word === 0n) return null;
  const { timestamp, ...surface } = decodeSurfaceWord(word);
  return { ...surface, timestamp: BigInt(timestamp) };
}
