import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assessFloat, PRESETS, sviTotalVariance, toFloatProfile, yearsTo } from '@novate/sdk';
import type { FloatLeg, FloatPortfolio } from '@novate/sdk';
import { expect } from 'chai';
import { historyFacts } from '../src/backtest/moveFacts.ts';
import { PORTFOLIO_TYPES, randomPortfolio } from '../src/backtest/randomPortfolio.ts';
import type { PortfolioType } from '../src/backtest/randomPortfolio.ts';
import { ageBooks, pnlOf } from '../src/backtest/revalue.ts';
import { runBacktest } from '../src/backtest/runBacktest.ts';
import type { BacktestResult } from '../src/backtest/runBacktest.ts';
import { addLoss, createTally, toCoverage } from '../src/backtest/tally.ts';
import { toVenue } from '../src/backtest/venue.ts';
import type { Venue } from '../src/backtest/venue.ts';
import { measureBetas, measureTenors, responseScale, volFactor } from '../src/backtest/volResponse.ts';
import { historicWindows } from '../src/backtest/windows.ts';
import { createRandom } from '../src/random.ts';
import { parseChain } from '../src/svi/index.ts';
import type { Quote } from '../src/svi/index.ts';
import { UsageError } from '../src/usageError.ts';
import { syntheticCandles, syntheticChain } from './syntheticChain.ts';

const DAY = 86_400;
const PROFILE = toFloatProfile(PRESETS.portfolio);
const CHAIN = parseChain(syntheticChain(), 'chain.csv');

function venueOf(): Venue {
  return toVenue(CHAIN, new Map([[3, 150]]), 'chain.csv');
}

describe('random portfolios', () => {
  const venue = venueOf();
  const draw = (type: PortfolioType, seed: number): FloatPortfolio =>
    randomPortfolio(type, venue, createRandom(seed));
  const seeds = Array.from({ length: 40 }, (_, i) => i);
  const optionsOf = (portfolio: FloatPortfolio) =>
    portfolio.legs.flatMap((leg) => (leg.kind === 'call' || leg.kind === 'put' ? [leg] : []));

  it('hold what their type says', () => {
    for (const seed of seeds) {
      expect(draw('nakedShort', seed).legs.every(({ size }) => size < 0)).to.be.true;
      expect(draw('longOptions', seed).legs.every(({ size }) => size > 0)).to.be.true;
      expect(draw('perps', seed).legs.every(({ kind }) => kind === 'perp')).to.be.true;
      const [one, other] = optionsOf(draw('verticalSpread', seed));
      expect([one?.expirySec, one?.kind, one?.size]).to.deep.equal([
        other?.expirySec,
        other?.kind,
        -(other?.size ?? 0),
      ]);
      expect(one?.strike).not.to.equal(other?.strike);
      const [near, far] = optionsOf(draw('calendarSpread', seed));
      expect([near?.kind, near?.size]).to.deep.equal([far?.kind, -(far?.size ?? 0)]);
      // the strike itself, or the nearest of an expiry that does not list it
      expect((near?.strike ?? 0) / (far?.strike ?? 0)).to.be.within(0.75, 1.34);
      expect(near?.expirySec).not.to.equal(far?.expirySec);
      const covered = draw('coveredSpot', seed);
      expect(-(covered.legs[0]?.size ?? 0)).to.be.at.most(covered.spot[0]?.amount ?? 0);
    }
  });

  it('are hedged to no delta where they say so', () => {
    for (const seed of seeds) {
      const { underlyings } = assessFloat(draw('hedged', seed), venue.market, PROFILE);
      expect(underlyings[0]?.netDelta).to.be.closeTo(0, 1e-9);
    }
  });

  it('set one asset against another with opposite deltas', () => {
    for (const seed of seeds) {
      const { underlyings } = assessFloat(draw('crossAsset', seed), venue.market, PROFILE);
      expect((underlyings[0]?.netDelta ?? 0) * (underlyings[1]?.netDelta ?? 0)).to.be.below(0);
    }
  });

  it('are the same for the same seed', () => {
    for (const type of PORTFOLIO_TYPES) expect(draw(type, 7)).to.deep.equal(draw(type, 7));
    expect(draw('hedged', 7)).not.to.deep.equal(draw('hedged', 8));
  });
});

describe('a day on', () => {
  it('is worth what the margin model says then', () => {
    const venue = venueOf();
    for (const type of PORTFOLIO_TYPES) {
      const portfolio = randomPortfolio(type, venue, createRandom(3));
      for (const [move, change] of [
        [0, 0],
        [-0.2, 0.7],
        [0.15, -0.1],
      ] as const) {
        const expected = valueLater(portfolio, venue, move, change) - valueOf(portfolio, venue);
        const got = ageBooks(portfolio, venue.market).reduce(
          (sum, book) => sum + pnlOf(book, move, change),
          0,
        );
        expect(got, type).to.be.closeTo(expected, 1e-6 + 1e-9 * Math.abs(expected));
      }
    }
  });

  function valueOf(portfolio: FloatPortfolio, { market }: Venue): number {
    return assessFloat(portfolio, market, PROFILE).equity;
  }

  /** By the model itself: every index moved, a day passed, each option at its own shocked volatility. */
  function valueLater(portfolio: FloatPortfolio, { market }: Venue, move: number, change: number): number {
    const underlyings = new Map(
      [...market.underlyings].map(([id, prices]) => [id, { ...prices, index: prices.index * (1 + move) }]),
    );
    const legs = portfolio.legs.map((leg): FloatLeg => {
      if (leg.kind !== 'call' && leg.kind !== 'put') return leg;
      const prices = market.underlyings.get(leg.underlying);
      const expiry = prices?.expiries?.get(leg.expirySec);
      if (prices === undefined || expiry?.svi === undefined) throw new Error('expected a surface');
      const tau = yearsTo(leg.expirySec, market.timestampSec);
      const forward = prices.index * (1 + (expiry.basis ?? 0) * tau);
      const vol = Math.sqrt(sviTotalVariance(expiry.svi, Math.log(leg.strike / forward)) / tau);
      return { ...leg, vol: vol * volFactor(change, responseScale(tau)) };
    });
    const later = { timestampSec: market.timestampSec + DAY, underlyings };
    return assessFloat({ ...portfolio, legs }, later, PROFILE).equity;
  }
});

describe('historical windows', () => {
  const HOURS_2 = 7_200_000;
  const candle = (i: number, close: number) => ({
    openTimeMs: i * HOURS_2,
    open: 1n,
    high: 1n,
    low: 1n,
    close: BigInt(Math.round(close * 1e8)),
  });
  const count = 12 * 40;

  it('are the moves over 24 hours of the same dates', () => {
    const prices = Array.from({ length: count }, (_, i) => 100 + (i % 17));
    const btc = { symbol: 'BTC', candles: prices.map((price, i) => candle(i, price)) };
    const eth = { symbol: 'ETH', candles: btc.candles.filter((_, i) => i !== 12 * 35) };
    const { startsSec, moves } = historicWindows([btc, eth], 1);
    expect(startsSec[0]).to.equal(30 * DAY);
    expect(startsSec.length).to.equal(count - 12 * 30 - 12);
    const at = startsSec.indexOf(34 * DAY);
    const start = prices[12 * 34] ?? NaN;
    expect(moves.get('BTC')?.price[at]).to.be.closeTo((prices[12 * 35] ?? NaN) / start - 1, 1e-12);
    expect(moves.get('ETH')?.price[at]).to.deep.equal(NaN);
    expect(moves.get('ETH')?.price[at + 1]).to.equal(moves.get('BTC')?.price[at + 1]);
    expect(historicWindows([btc, eth], 5).startsSec.length).to.equal(Math.ceil(startsSec.length / 5));
  });

  it('see realised volatility rise with a fall, and decay by half in six days', () => {
    const quiet = Array.from({ length: count }, (_, i) => 100 * (1 + (i % 2) * 1e-5));
    const crash = quiet.map((price, i) => (i >= 12 * 32 ? 0.8 * price : price));
    const { startsSec, moves } = historicWindows(
      [{ symbol: 'BTC', candles: crash.map((p, i) => candle(i, p)) }],
      1,
    );
    const realised = moves.get('BTC')?.realised;
    expect(realised?.[startsSec.indexOf(31.5 * DAY)]).to.be.above(10);
    expect(realised?.[startsSec.indexOf(33 * DAY)]).to.be.closeTo(2 ** (-1 / 12) - 1, 1e-4);
  });

  it('are refused where there is too little history', () => {
    const candles = [candle(0, 1), candle(12, 1)];
    expect(() => historicWindows([{ symbol: 'BTC', candles }], 1)).to.throw(UsageError, 'more than 31 days');
  });
});

describe('the response of volatility', () => {
  it('is measured on the same strikes before and after a fall', () => {
    const fall = 0.05;
    const after = CHAIN.map((quote): Quote => {
      const beta = quote.symbol === 'BTC' ? 2.5 : 1.5;
      const vol = quote.vol * volFactor(beta * fall, responseScale(quote.tau));
      return {
        ...quote,
        timestampSec: quote.timestampSec + 3600,
        indexPrice: quote.indexPrice * (1 - fall),
        vol,
      };
    });
    const betas = measureBetas([after, CHAIN]);
    expect(betas.get('BTC')).to.be.closeTo(2.5, 1e-9);
    expect(betas.get('ETH')).to.be.closeTo(1.5, 1e-9);
    const tenors = measureTenors([CHAIN, after]).filter(({ symbol }) => symbol === 'BTC');
    expect(tenors.map(({ fromDays }) => fromDays)).to.deep.equal([10, 30]);
    expect(tenors[1]?.slope).to.be.closeTo(2.5 * 0.5 ** 0.5, 1e-9);
  });

  it('is not measured on a rise, nor days apart', () => {
    const shifted = (seconds: number, ratio: number): Quote[] =>
      CHAIN.map((one) => ({
        ...one,
        timestampSec: one.timestampSec + seconds,
        indexPrice: one.indexPrice * ratio,
      }));
    expect(measureBetas([CHAIN, shifted(3600, 1.1)]).size).to.equal(0);
    expect(measureBetas([CHAIN, shifted(2 * DAY, 0.9)]).size).to.equal(0);
    expect(measureBetas([CHAIN]).size).to.equal(0);
  });
});

describe('facts of the price history', () => {
  it('are quantiles of the moves, and the offset that pairs support', () => {
    const startsSec = Float64Array.from({ length: 1000 }, (_, i) => i);
    const price = startsSec.map((i) => (i % 2 === 0 ? 1 : -1) * (i / 10_000));
    const half = price.map((move) => move / 2);
    const realised = startsSec;
    const moves = new Map([
      ['BTC', { price, realised }],
      ['ETH', { price: half, realised }],
    ]);
    const facts = historyFacts({ startsSec, moves }, { BTC: 0.08, ETH: 0.04 }, 0);
    expect(facts.moves[0]).to.deep.equal({
      symbol: 'BTC',
      windows: 1000,
      scanRange: 0.08,
      beyondRange: 19.9,
      p99: 0.0989,
      p995: 0.0994,
      p999: 0.0998,
      largestFall: -0.0999,
      largestRise: 0.0998,
    });
    // losses of 0.0497 and 0.0499 against 0.12 without, 0.04 with all of the offset
    expect(facts.pairs).to.deep.equal([
      { pair: 'BTC/ETH', windows: 1000, correlation: 1, rho995: 0.88, rho999: 0.88 },
    ]);
    expect(historyFacts({ startsSec, moves }, { BTC: 0.08, ETH: 0.04 }, 900).moves[1]?.windows).to.equal(100);
    expect(historyFacts({ startsSec, moves }, {}, 9000).moves[0]?.windows).to.equal(0);
  });
});

describe('coverage', () => {
  it('counts what exceeds the margin, and finds the multiple that suffices', () => {
    const tally = createTally();
    for (let i = 1; i <= 1000; i++) addLoss(tally, i, 900);
    expect(toCoverage(tally)).to.deep.equal({ coverage: 90, ratio995: 1.11, worstRatio: 1.111 });
  });
});

describe('novate backtest', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'backtest-'));
    writeFileSync(join(folder, 'chain.csv'), syntheticChain());
    for (const [i, name] of ['btc', 'eth', 'sol'].entries()) {
      writeFileSync(join(folder, `${name}.csv`), syntheticCandles(i + 1, 100, 12 * 50));
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  const path = (name: string): string => join(folder, name);
  async function run(more: Partial<Parameters<typeof runBacktest>[0]> = {}): Promise<string> {
    const printed: string[] = [];
    await runBacktest({
      chains: path('chain.csv'),
      candles: ['btc', 'eth', 'sol'].map((name) => `${name}=${path(`${name}.csv`)}`).join(','),
      portfolios: 24,
      seed: 5,
      every: 3,
      profile: 'portfolio',
      json: true,
      print: (text) => printed.push(text),
      ...more,
    });
    return printed.join('\n');
  }
  const messageOf = async (more: Parameters<typeof run>[0]): Promise<string> => {
    const error: unknown = await run(more).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(UsageError);
    return error instanceof Error ? error.message : '';
  };

  it('prints one object, the same for the same seed', async () => {
    const text = await run();
    expect(await run()).to.equal(text);
    expect(await run({ seed: 6 })).not.to.equal(text);
    const result = JSON.parse(text) as BacktestResult;
    expect(result).to.have.all.keys(
      ...['profile', 'scanRanges', 'seed', 'portfolios', 'windows', 'from', 'to'],
      ...['betas', 'tenors', 'history', 'recentHistory', 'results'],
    );
    expect(result).to.deep.include({ portfolios: 24, scanRanges: { BTC: 0.15, ETH: 0.18, SOL: 0.25 } });
    expect(result.results.map(({ type }) => type)).to.deep.equal([...PORTFOLIO_TYPES, 'all']);
    for (const one of result.results) {
      expect(one).to.have.all.keys('type', 'portfolios', 'trials', 'coverage', 'recent', 'saved');
      expect(one.coverage).to.have.all.keys('sticky', 'regressed', 'realised');
      for (const { maintenance, initial } of Object.values(one.coverage)) {
        expect(maintenance).to.have.all.keys('coverage', 'ratio995', 'worstRatio');
        expect(initial.coverage).to.be.at.least(maintenance.coverage).and.at.most(100);
      }
      expect(one.saved.initial).to.be.within(0, 100);
      expect(one.trials).to.equal(one.portfolios * result.windows);
    }
  });

  it('covers more by a wider scan range', async () => {
    const narrow = '{ "rho": "0", "scanRange": { "BTC": "0.02", "ETH": "0.02", "SOL": "0.02" } }';
    const coverageOf = async (profile: string): Promise<number> => {
      const { results } = JSON.parse(await run({ profile })) as BacktestResult;
      return results.at(-1)?.coverage.sticky.maintenance.coverage ?? NaN;
    };
    expect(await coverageOf(narrow)).to.be.below(await coverageOf('standard'));
  });

  it('prints tables, and draws', async () => {
    const text = await run({ json: false, picturePath: path('picture.svg') });
    expect(text)
      .to.match(/^naked short options( +\d+\.\d\d){6}$/m)
      .and.to.include('IM saved');
    const picture = readFileSync(path('picture.svg'), 'utf8');
    expect(picture)
      .to.match(/^<svg [^>]*>/)
      .and.to.include('vertical spreads')
      .and.to.match(/<\/svg>\n$/);
    expect(picture).not.to.include('NaN');
  });

  it('says in one line what it cannot use', async () => {
    const chain = path('chain.csv');
    expect(await messageOf({ candles: 'doge=x.csv' })).to.equal(
      '--candles: expected btc=FILE.csv, eth=FILE.csv, sol=FILE.csv, found "doge=x.csv"',
    );
    expect(await messageOf({ candles: `btc=${chain}` })).to.include(`${chain}:1: expected the header`);
    expect(await messageOf({ candles: `btc=${path('btc.csv')}` })).to.include('expected eth=FILE.csv');
    expect(await messageOf({ chains: ' ' })).to.include('--chains: expected one or more');
    expect(await messageOf({ chains: path('btc.csv') })).to.include('btc.csv:1: expected the header');
    expect(await messageOf({ profile: 'none' })).to.include('--profile: profile: expected "portfolio"');
    expect(await messageOf({ profile: '{ "rho": "2" }' })).to.include('--profile: profile.rho: expected');
    expect(await messageOf({ picturePath: path('no/where.svg') })).to.include('--picture: expected a path');
  });
});
