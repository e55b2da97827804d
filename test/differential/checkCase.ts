import {
  assess,
  encodeExpiryKey,
  encodeSurfaceWord,
  portfolioToWords,
  riskEngineAbi,
  toMarketInput,
} from '@novate/sdk';
import type { Assessment, Market, MarginState } from '@novate/sdk';
import { encodeFunctionData, parseAbi } from 'viem';
import type { Hex } from 'viem';
import { encodeMargins, encodeMarks, encodeReport } from './answers.ts';
import { toGivenMarket, toPostedMarket } from './markets.ts';
import { marginStatus, markStatus, marketsFor } from './quotes.ts';
import type { Request } from './chain.ts';
import type { Stage } from './stage.ts';
import { STANCES } from './types.ts';
import type { Account, Answer, Case, QuotedMarket } from './types.ts';

const LONG_AGO_SEC = 1_000n;
const feedAbi = parseAbi([
  'function setAnswer(int256 answer)',
  'function setAnswerAt(int256 answer, uint64 updatedAt)',
]);
const surfacesAbi = parseAbi([
  'function set(uint256 key, uint256 word)',
  'function settle(uint256 key, uint256 price)',
]);

export type Question = 'explainAt' | 'explain' | 'assess' | 'marksOf';

/** A request and what the twin says the engine answers. @property accounts Positions of the accounts asked about. */
export interface Check {
  readonly question: Question;
  readonly accounts: readonly number[];
  readonly request: Request;
  readonly expected: Hex;
}

export interface Plan {
  /** Makes the case's prices the router's. */
  readonly setUp: readonly Request[];
  readonly checks: readonly Check[];
  /** Where the twin finds each account at the prices of `explainAt`. */
  readonly states: readonly MarginState[];
}

/** What to ask about a case. @param firstProfile The engine's number of the case's first profile. */
export function planCase(subject: Case, stage: Stage, firstProfile = 0): Plan {
  const { accounts, markets, routed, timestamp } = subject;
  const market = toGivenMarket(markets, timestamp);
  const words = accounts.map(({ portfolio, profile }) =>
    portfolioToWords(portfolio, market, BigInt(firstProfile + profile)),
  );
  const assessments = accounts.map((account) => judge(subject, account, market));
  const states = assessments.map(({ state }) => state);
  const checks: Check[] = assessments.map((assessment, i) => {
    const data = encodeFunctionData({
      abi: riskEngineAbi,
      functionName: 'explainAt',
      args: [at(words, i), toMarketInput(at(accounts, i).portfolio, market)],
    });
    const expected = encodeReport(assessment, 0n);
    return { question: 'explainAt', accounts: [i], request: { to: stage.engine, data }, expected };
  });
  if (!routed || accounts.length === 0) return { setUp: [], checks, states };
  return {
    setUp: [...setPrices(subject, stage), ...setSurfaces(subject, stage)],
    checks: [...checks, ...planRouted(subject, stage, words)],
    states,
  };
}

type Words = ReturnType<typeof portfolioToWords>;

function planRouted(subject: Case, stage: Stage, words: readonly Words[]): Check[] {
  const { accounts, markets, stance, timestamp } = subject;
  const portfolios = accounts.map(({ portfolio }) => portfolio);
  const everyone = accounts.map((_, i) => i);
  const stanceNumber = STANCES.indexOf(stance);
  const to = stage.engine;

  const judgedAt = marketsFor(portfolios, markets, subject);
  const margins = accounts.map((account, i) => ({
    assessment: judge(subject, account, toPostedMarket(at(judgedAt, i), timestamp)),
    status: marginStatus(account.portfolio, markets, timestamp),
  }));
  const assessData = encodeFunctionData({
    abi: riskEngineAbi,
    functionName: 'assess',
    args: [words, stanceNumber],
  });

  // the last account's, whose prices in `assess` another one has chosen where the stance is favourable
  const last = accounts.length - 1;
  const { portfolio } = at(accounts, last);
  const [alone = []] = marketsFor([portfolio], markets, { stance: 'adverse', timestamp });
  const [marked = []] = stance === 'adverse' ? [alone] : marketsFor([portfolio], markets, subject);
  const explainData = encodeFunctionData({
    abi: riskEngineAbi,
    functionName: 'explain',
    args: [at(words, last)],
  });
  const marksData = encodeFunctionData({
    abi: riskEngineAbi,
    functionName: 'marksOf',
    args: [at(words, last), stanceNumber],
  });
  const assessment = judge(subject, at(accounts, last), toPostedMarket(alone, timestamp));
  const report = encodeReport(assessment, marginStatus(portfolio, markets, timestamp));
  const status = markStatus(portfolio, markets, timestamp);
  const marks = encodeMarks(portfolio, toPostedMarket(marked, timestamp), status);
  return [
    {
      question: 'assess',
      accounts: everyone,
      request: { to, data: assessData },
      expected: encodeMargins(margins),
    },
    { question: 'explain', accounts: [last], request: { to, data: explainData }, expected: report },
    { question: 'marksOf', accounts: [last], request: { to, data: marksData }, expected: marks },
  ];
}

function judge({ profiles }: Case, { portfolio, profile }: Account, market: Market): Assessment {
  return assess(portfolio, market, at(profiles, profile));
}

/** The markets of which any account holds something. */
function heldMarkets({ accounts, markets }: Case): QuotedMarket[] {
  const held = new Set<number>();
  for (const { portfolio } of accounts) {
    for (const { underlying } of [...portfolio.spot, ...portfolio.legs]) held.add(underlying);
  }
  return markets.filter(({ underlying }) => held.has(underlying));
}

function setPrices(subject: Case, stage: Stage): Request[] {
  return heldMarkets(subject).flatMap(({ underlying, quote }) => {
    const feeds = stage.feeds.get(underlying);
    if (feeds === undefined) throw new RangeError(`the stage lists no underlying ${underlying}`);
    return [
      { to: feeds.primary, data: answerData(quote.primary) },
      { to: feeds.secondary, data: answerData(quote.secondary) },
    ];
  });
}

/** Sets every expiry, for an earlier case of the batch may have set it too. */
function setSurfaces(subject: Case, stage: Stage): Request[] {
  return heldMarkets(subject).flatMap(({ underlying, expiries }) =>
    expiries.flatMap(({ expirySec, posted, settlement }) => {
      const key = encodeExpiryKey(underlying, expirySec);
      const word =
        posted === null ? 0n : encodeSurfaceWord({ ...posted, timestamp: Number(posted.timestamp) });
      return [
        encodeFunctionData({ abi: surfacesAbi, functionName: 'set', args: [key, word] }),
        encodeFunctionData({ abi: surfacesAbi, functionName: 'settle', args: [key, settlement] }),
      ].map((data) => ({ to: stage.surfaces, data }));
    }),
  );
}

function answerData({ price, fresh }: Answer): Hex {
  return fresh
    ? encodeFunctionData({ abi: feedAbi, functionName: 'setAnswer', args: [price] })
    : encodeFunctionData({ abi: feedAbi, functionName: 'setAnswerAt', args: [price, LONG_AGO_SEC] });
}

function at<T>(list: readonly T[], i: number): T {
  const item = list[i];
  if (item === undefined) throw new RangeError(`nothing at ${i}`);
  return item;
}
