import { assess, ETH, formatWad, liquidationPrices, marginAfterTrade, parseWad, PRESETS } from '@novate/sdk';
import type { Market, Portfolio } from '@novate/sdk';
import { paragraphs, table } from '../reference/markdown.ts';

const PROFILE = PRESETS.portfolio;
const EXPIRY = 1_772_859_600n;
const MARKET: Market = {
  timestamp: EXPIRY - 30n * 86_400n,
  underlyings: new Map([
    [
      ETH,
      {
        index: parseWad('4000'),
        premium: 0n,
        terms: new Map([
          [
            EXPIRY,
            {
              a: parseWad('0.012'),
              b: parseWad('0.05'),
              rho: parseWad('-0.2'),
              m: 0n,
              sigma: parseWad('0.1'),
              forward: parseWad('4010'),
            },
          ],
        ]),
      },
    ],
  ]),
};
const PERP: Portfolio = {
  cash: parseWad('5000'),
  spot: [],
  legs: [{ kind: 'perp', underlying: ETH, size: parseWad('5'), cost: parseWad('-20000') }],
};
const CALL = {
  underlying: ETH,
  contract: { kind: 'call', expirySec: EXPIRY, strike: parseWad('4400') },
  size: parseWad('-5'),
  price: parseWad('150'),
} as const;

/** A perp, then a call sold on it: every figure is the twin's. */
export function workedExample(): string {
  const report = assess(PERP, MARKET, PROFILE);
  const worst = PROFILE.scenarios[report.worstScenario.index];
  const { portfolio, after, allowed } = marginAfterTrade(PERP, MARKET, PROFILE, CALL);
  const { lower } = liquidationPrices(PERP, MARKET, PROFILE, ETH);
  const covered = liquidationPrices(portfolio, MARKET, PROFILE, ETH);
  return paragraphs(
    '# A worked example',
    'Every figure on this page is computed by the risk engine’s twin when the page is written, and the twin is held to the contracts to the ' +
      'wei by tests. ETH is at 4,000; the profile is `portfolio`.',
    '## A long perp',
    'An account has 5,000 USD and buys 5 ETH by perp at 4,000: 20,000 USD of notional.',
    marginTable(report),
    `The worst of the sixteen scenarios is number ${report.worstScenario.index}: the price moves by ${share(report.worstScenario.shock)}` +
      `${worst?.weight === 10n ** 18n ? '' : ` and a share of ${Number(formatWad(worst?.weight ?? 0n)).toFixed(2)} of the loss counts`}. ` +
      `Its loss is the risk. The roll charge is what a perp pays for the curve; the initial margin has 1% of the notional on top. ` +
      `The maintenance margin is 0.8 times the risk, plus the charges.`,
    `Liquidation begins when equity is below the maintenance margin, at ETH ${usd(lower)}.`,
    '## A call sold on it',
    'The account sells 5 calls with strike 4,400 that expire in 30 days, for 150 USD each.',
    marginTable(after),
    `The premium of 750 USD is cash; the calls are a debt of what they are worth. Since they gain when the perp loses, ${compare(report.maintenanceMargin, after.maintenanceMargin)}. ` +
      `The trade is ${allowed ? 'allowed' : 'refused'}. The liquidation price is ${usd(covered.lower)} now${covered.upper === undefined ? ', and there is none above: the perp covers the calls' : `, and ${usd(covered.upper)} above`}.`,
    'The same for any portfolio: `novate margin`, `novate stress`, or [the SDK](../reference/sdk.md).',
  );
}

function marginTable(report: ReturnType<typeof assess>): string {
  return table(
    ['', 'USD'],
    [
      ['equity', usd(report.equity)],
      ['scenario risk', usd(report.risk)],
      ['roll', usd(report.roll)],
      ['short options', usd(report.shortOption)],
      ['on top for initial margin', usd(report.initialExtra)],
      ['floor', usd(report.floor)],
      ['**initial margin**', usd(report.initialMargin)],
      ['**maintenance margin**', usd(report.maintenanceMargin)],
    ],
  );
}

function compare(before: bigint, after: bigint): string {
  const [from, to] = [usd(before), usd(after)];
  return after < before
    ? `the maintenance margin falls from ${from} to ${to}`
    : `the maintenance margin rises only from ${from} to ${to}`;
}

function usd(amount: bigint | undefined): string {
  if (amount === undefined) return 'none';
  return Number(formatWad(amount)).toLocaleString('en', {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
}

function share(fraction: bigint): string {
  return `${(Number(fraction) / 1e16).toFixed(0)}%`;
}
