import { decodeAccountId, formatWad, toMarginOutput } from '@novate/sdk';
import type { Leg, MarginOutput, Scenario } from '@novate/sdk';
import { getAddress } from 'viem';
import { UNDERLYINGS } from '../local/underlyings.ts';
import type { AccountFacts } from './explainAccount.ts';

const WAD = 10n ** 18n;
const MIN_SHOCK = -(99n * WAD) / 100n;

/** One thing the account holds. Numbers are decimal strings: units and USD. */
export interface Holding {
  readonly kind: 'cash' | 'spot' | 'perp' | 'future' | 'call' | 'put';
  readonly name: string;
  readonly size: string;
  readonly mark: string;
  /** What it adds to equity. */
  readonly value: string;
  /** What it gains in the worst scenario, before that scenario's weight; null for options, whose volatility moves too. */
  readonly inWorstScenario: string | null;
}

export interface UnderlyingExplanation {
  readonly name: string;
  readonly index: string;
  readonly priceStatus: string;
  readonly netDelta: string;
  /** By how much the worst scenario moves it. */
  readonly shock: string;
  readonly scan: string;
  readonly roll: string;
  readonly haircut: string;
  readonly initialExtra: string;
  readonly floor: string;
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
  readonly worstScenarioPnl: string;
  readonly worstScenarioWeight: string;
  readonly rho: string;
  readonly mmFactor: string;
  readonly holdings: readonly Holding[];
  readonly underlyings: readonly UnderlyingExplanation[];
}

export function toExplanation(facts: AccountFacts): Explanation {
  const { account, blockNumber, holdings, report, profile } = facts;
  const names = new Map(UNDERLYINGS.map(({ id, symbol }) => [id, symbol]));
  const { owner, subId } = decodeAccountId(account);
  const scenario = profile.scenarios[report.worstScenario.index];
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
    holdings: [
      cashHolding(holdings.portfolio.cash),
      ...holdings.portfolio.spot.map((spot) => spotHolding(facts, spot, names, scenario)),
      ...holdings.portfolio.legs.map((leg, i) => legHolding(facts, leg, facts.marks[i], names, scenario)),
    ],
    underlyings: report.underlyings.map((share) => ({
      name: names.get(share.underlying) ?? String(share.underlying),
      index: formatWad(share.index),
      priceStatus: marketOf(facts, share.underlying)?.price?.status ?? 'unavailable',
      netDelta: formatWad(share.netDelta),
      shock: formatWad(shockOf(facts, share.underlying, scenario)),
      scan: formatWad(share.scan),
      roll: formatWad(share.roll),
      haircut: formatWad(share.haircut),
      initialExtra: formatWad(share.initialExtra),
      floor: formatWad(share.floor),
    })),
  };
}

function cashHolding(cash: bigint): Holding {
  const usd = formatWad(cash);
  return { kind: 'cash', name: 'USD', size: usd, mark: '1', value: usd, inWorstScenario: '0' };
}

function spotHolding(
  facts: AccountFacts,
  { underlying, amount }: { underlying: number; amount: bigint },
  names: ReadonlyMap<number, string>,
  scenario: Scenario | undefined,
): Holding {
  const mark = indexOf(facts, underlying);
  const value = (amount * mark) / WAD;
  return {
    kind: 'spot',
    name: names.get(underlying) ?? String(underlying),
    size: formatWad(amount),
    mark: formatWad(mark),
    value: formatWad(value),
    inWorstScenario: formatWad(floorMul(value, shockOf(facts, underlying, scenario))),
  };
}

function legHolding(
  facts: AccountFacts,
  leg: Leg,
  mark: bigint = 0n,
  names: ReadonlyMap<number, string>,
  scenario: Scenario | undefined,
): Holding {
  const notional = floorMul(leg.size, mark);
  const isOption = leg.kind === 'call' || leg.kind === 'put';
  const gain = (): string => formatWad(floorMul(notional, shockOf(facts, leg.underlying, scenario)));
  return {
    kind: leg.kind,
    name: nameOfLeg(leg, names),
    size: formatWad(leg.size),
    mark: formatWad(mark),
    value: formatWad(notional + ('cost' in leg ? leg.cost : 0n)),
    inWorstScenario: isOption ? null : gain(),
  };
}

/** Such as "ETH", "ETH 2026-03-27" and "ETH 2026-03-27 4200". */
function nameOfLeg(leg: Leg, names: ReadonlyMap<number, string>): string {
  const name = names.get(leg.underlying) ?? String(leg.underlying);
  if (leg.kind === 'perp') return name;
  const date = new Date(Number(leg.expirySec) * 1_000).toISOString().slice(0, 10);
  return leg.kind === 'future' ? `${name} ${date}` : `${name} ${date} ${formatWad(leg.strike)}`;
}

function marketOf({ markets }: AccountFacts, underlying: number) {
  return markets.find((market) => market.underlying === underlying);
}

function indexOf({ report }: AccountFacts, underlying: number): bigint {
  return report.underlyings.find((share) => share.underlying === underlying)?.index ?? 0n;
}

/** SPEC-M3: `max(x_j * r_u, -0.99)`, x_j itself where the scenario is absolute. */
function shockOf({ profile }: AccountFacts, underlying: number, scenario: Scenario | undefined): bigint {
  const own = profile.underlyings.find((one) => one.underlying === underlying);
  const move = scenario?.move ?? 0n;
  const shock =
    scenario?.absolute === true ? move : floorMul(move, own?.scanRange ?? profile.defaultScanRange);
  return shock < MIN_SHOCK ? MIN_SHOCK : shock;
}

function floorMul(a: bigint, b: bigint): bigint {
  const product = a * b;
  const quotient = product / WAD;
  return product < 0n && quotient * WAD !== product ? quotient - 1n : quotient;
}
