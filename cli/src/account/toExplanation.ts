import { decodeAccountId, formatWad, scanRangeOf, shockOf, toMarginOutput } from '@novate/sdk';
import type { MarginOutput, PortfolioGreeks, Scenario, UnderlyingReport } from '@novate/sdk';
import { getAddress } from 'viem';
import { UNDERLYINGS } from '../local/underlyings.ts';
import { toGreekStrings } from '../report/greeks.ts';
import type { GreekStrings } from '../report/greeks.ts';
import type { AccountFacts } from './explainAccount.ts';
import { toHoldings } from './toHoldings.ts';
import type { Holding } from './toHoldings.ts';

const WAD = 10n ** 18n;

export interface UnderlyingExplanation {
  readonly name: string;
  readonly index: string;
  readonly priceStatus: string;
  readonly netDelta: string;
  /** By how much the worst scenario moves it. */
  readonly shock: string;
  readonly scan: string;
  readonly roll: string;
  readonly shortOption: string;
  readonly haircut: string;
  readonly initialExtra: string;
  readonly floor: string;
  readonly greeks: GreekStrings;
}

/** What `novate account explain --json` prints: the margin's own object, and where it comes from. */
export interface Explanation extends MarginOutput {
  readonly account: string;
  readonly owner: string;
  readonly subAccount: string;
  readonly block: string;
  readonly profile: string;
  readonly scenarios: number;
  readonly priceStatus: string;
  readonly unrealised: string;
  /** What the worst scenario comes to, its weight included; the holdings' own figures add up to it but for some wei. */
  readonly worstScenarioPnl: string;
  readonly worstScenarioWeight: string;
  readonly rho: string;
  readonly mmFactor: string;
  /** Of all of it, in USD (the SDK's `GreeksUsd`). */
  readonly greeksUsd: GreekStrings;
  readonly holdings: readonly Holding[];
  readonly underlyings: readonly UnderlyingExplanation[];
}

export function toExplanation(facts: AccountFacts): Explanation {
  const { account, blockNumber, report, profile } = facts;
  const names = new Map(UNDERLYINGS.map(({ id, symbol }) => [id, symbol]));
  const { owner, subId } = decodeAccountId(account);
  const scenario = profile.scenarios[report.worstScenario.index];
  const holdings = toHoldings(facts, names, scenario);
  return {
    account: account.toString(),
    owner: getAddress(owner),
    subAccount: subId.toString(),
    block: blockNumber.toString(),
    profile: profile.name,
    scenarios: profile.scenarios.length,
    priceStatus: report.status,
    ...toMarginOutput(report, names),
    unrealised: formatWad(report.unrealised),
    worstScenarioPnl: formatWad(report.scenarioPnl[report.worstScenario.index] ?? 0n),
    worstScenarioWeight: formatWad(scenario?.weight ?? WAD),
    rho: formatWad(profile.rho),
    mmFactor: formatWad(profile.mmFactor),
    greeksUsd: toGreekStrings(holdings.greeks.total),
    holdings: holdings.list,
    underlyings: report.underlyings.map((share) =>
      toUnderlying(facts, share, names, scenario, holdings.greeks),
    ),
  };
}

function toUnderlying(
  { markets, profile }: AccountFacts,
  share: UnderlyingReport,
  names: ReadonlyMap<number, string>,
  scenario: Scenario | undefined,
  greeks: PortfolioGreeks,
): UnderlyingExplanation {
  const { underlying } = share;
  const market = markets.find((one) => one.underlying === underlying);
  const shock = scenario === undefined ? 0n : shockOf(scenario, scanRangeOf(profile, underlying));
  const none = { delta: 0, gamma: 0, vega: 0, theta: 0 };
  return {
    name: names.get(underlying) ?? String(underlying),
    index: formatWad(share.index),
    priceStatus: market?.price?.status ?? 'unavailable',
    netDelta: formatWad(share.netDelta),
    shock: formatWad(shock),
    scan: formatWad(share.scan),
    roll: formatWad(share.roll),
    shortOption: formatWad(share.shortOption),
    haircut: formatWad(share.haircut),
    initialExtra: formatWad(share.initialExtra),
    floor: formatWad(share.floor),
    greeks: toGreekStrings(greeks.underlyings.get(underlying) ?? none),
  };
}
