import {
  assess,
  encodeAccountId,
  getAccountMarket,
  getPortfolio,
  NovateContractError,
  withIndex,
} from '@novate/sdk';
import type {
  AccountPortfolio,
  Assessment,
  Leg,
  MarginReport,
  Market,
  Portfolio,
  RiskProfile,
} from '@novate/sdk';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { isAddress } from 'viem';
import { useChain, useDeployment } from '../../chain/ChainContext.tsx';
import type { Snapshot } from '../../chain/snapshot.ts';
import type { Deployment } from '../../connection/discover.ts';

/** One account at one block. */
export interface AccountFacts {
  readonly account: bigint;
  readonly block: number;
  readonly holdings: AccountPortfolio;
  /** What the contracts say; undefined where they cannot value the account, `problem` then says why. */
  readonly report: MarginReport | undefined;
  readonly problem: string | undefined;
  readonly market: Market;
  readonly profile: RiskProfile | undefined;
}

/** The account's number from the address bar: the number itself, or an owner with a sub-account. */
export function parseAccountArgument(text: string): bigint | undefined {
  const clean = text.replaceAll('%2F', '/').trim();
  if (/^\d{1,78}$/.test(clean)) return BigInt(clean);
  const [owner = '', sub = '0'] = clean.split('/');
  if (!isAddress(owner, { strict: false }) || !/^\d{1,28}$/.test(sub)) return undefined;
  return encodeAccountId(owner, BigInt(sub));
}

export function useAccountFacts(account: bigint) {
  const deployment = useDeployment();
  const { snapshot, reference } = useChain();
  return useQuery({
    queryKey: ['account', deployment.settings, account.toString(), snapshot?.block ?? 0],
    enabled: snapshot !== undefined && reference !== undefined,
    // the figures of the last block stay until those of the next are there
    placeholderData: keepPreviousData,
    gcTime: 10_000,
    queryFn: async () => {
      if (snapshot === undefined || reference === undefined) throw new Error('there is no block yet');
      const read = await readAccount(deployment, snapshot, account);
      return { ...read, profile: reference.profiles.get(read.holdings.profileId)?.exact };
    },
  });
}

async function readAccount(
  { client, addresses }: Deployment,
  snapshot: Snapshot,
  account: bigint,
): Promise<Omit<AccountFacts, 'profile'>> {
  const at = { account, blockNumber: BigInt(snapshot.block) };
  try {
    const { holdings, report, market } = await getAccountMarket(client, addresses, at);
    const facts = { account, block: snapshot.block, holdings, report, problem: undefined };
    return { ...facts, market: withOthers(market, snapshot) };
  } catch (error) {
    // a node that does not answer is another matter
    if (!(error instanceof NovateContractError)) throw error;
    const holdings = await getPortfolio(client, addresses, at);
    const facts = { account, block: snapshot.block, holdings, report: undefined, problem: error.message };
    return { ...facts, market: marketOf(snapshot, holdings.premiums) };
  }
}

/** The account's own prices, surfaces and settlements; of underlyings that it does not hold, the protocol's, to trade in. */
function withOthers(market: Market, snapshot: Snapshot): Market {
  const others = marketOf(snapshot, new Map()).underlyings;
  return { ...market, underlyings: new Map([...others, ...market.underlyings]) };
}

function marketOf({ markets, timestamp }: Snapshot, premiums: ReadonlyMap<number, bigint>): Market {
  const priced = markets.flatMap(({ underlying, price, state }) =>
    price === undefined
      ? []
      : [[underlying, { index: price.price, premium: premiums.get(underlying) ?? state.premium }] as const],
  );
  return { timestamp: BigInt(timestamp), underlyings: new Map(priced) };
}

/** What the twin makes of a portfolio; undefined where it cannot price a leg or has no price. */
export function tryAssess(
  portfolio: Portfolio,
  market: Market,
  profile: RiskProfile | undefined,
): Assessment | undefined {
  if (profile === undefined) return undefined;
  try {
    return assess(portfolio, market, profile);
  } catch {
    return undefined;
  }
}

/** Something the account holds beside cash, as a portfolio of its own. */
export interface Part {
  readonly key: string;
  readonly underlying: number;
  readonly leg: Leg | undefined;
  readonly amount: bigint;
  readonly portfolio: Portfolio;
}

export function partsOf({ spot, legs }: Portfolio): Part[] {
  return [
    ...spot.map((balance): Part => ({
      key: `spot ${balance.underlying}`,
      underlying: balance.underlying,
      leg: undefined,
      amount: balance.amount,
      portfolio: { cash: 0n, legs: [], spot: [balance] },
    })),
    ...legs.map((leg, i): Part => ({
      key: `leg ${i}`,
      underlying: leg.underlying,
      leg,
      amount: leg.size,
      portfolio: { cash: 0n, legs: [leg], spot: [] },
    })),
  ];
}

/** The market with every index moved by its own fraction. */
export function shiftMarket(market: Market, moves: ReadonlyMap<number, number>): Market {
  let shifted = market;
  for (const [underlying, move] of moves) {
    const prices = market.underlyings.get(underlying);
    if (prices === undefined || move === 0) continue;
    const index = (prices.index * BigInt(Math.round((1 + move) * 1e6))) / 1_000_000n;
    shifted = withIndex(shifted, underlying, index > 0n ? index : 1n);
  }
  return shifted;
}
