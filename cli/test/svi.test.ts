import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { black76CallFloat, black76PutFloat, durrleman, sviTotalVariance } from '@novate/sdk';
import type { SviParameters } from '@novate/sdk';
import { expect } from 'chai';
import { expirySlices } from '../src/svi/expirySlices.ts';
import { fitErrors } from '../src/svi/fitErrors.ts';
import { fitSvi } from '../src/svi/fitSvi.ts';
import { fitChain, parseChain, readChain, runSvi } from '../src/svi/index.ts';
import { markErrors } from '../src/svi/markErrors.ts';
import { parityForwards } from '../src/svi/parityForwards.ts';
import { CHAIN_COLUMNS } from '../src/svi/parseChain.ts';
import type { Quote } from '../src/svi/parseChain.ts';
import { UsageError } from '../src/usageError.ts';
import { syntheticChain } from './syntheticChain.ts';

const CALM = fileURLToPath(
  new URL('../../../shared/data/deribit-options-20260115T035850Z.csv', import.meta.url),
);
const LINE =
  '2026-01-15T03:58:50.660247+00:00,BTC-27MAR26-98000-C,call,98000.0,2026-03-27T08:00:00+00:00,0.1948,0.0655,,0.06593985,96920.53,0.4034,0.51,170.6,401.6,95985.31';
const CELLS = LINE.split(',');
const NAMES = CHAIN_COLUMNS.split(',');

/** The line with one cell replaced. */
function withCell(column: string, value: string): string {
  return CELLS.map((cell, i) => (NAMES[i] === column ? value : cell)).join(',');
}

function messageOf(text: string): string {
  try {
    parseChain(text, 'x.csv');
  } catch (error) {
    expect(error).to.be.instanceOf(UsageError).with.property('exitCode', 2);
    const message = error instanceof Error ? error.message : '';
    expect(message).not.to.include('\n');
    return message;
  }
  return 'no error';
}

function quotesOf(svi: SviParameters, tau: number, strikes: readonly number[], forward = 100): Quote[] {
  return strikes.map((strike) => {
    const w = sviTotalVariance(svi, Math.log(strike / forward));
    const isCall = strike >= forward;
    const markPrice = (isCall ? black76CallFloat : black76PutFloat)(forward, strike, Math.sqrt(w)) / forward;
    return {
      symbol: 'BTC',
      timestampSec: 0,
      expirySec: tau * 365 * 86_400,
      strike,
      isCall,
      tau,
      markPrice,
      futuresPrice: forward,
      vol: Math.sqrt(w / tau),
      indexPrice: forward,
    };
  });
}

function fitOf(quotes: readonly Quote[]) {
  const slice = expirySlices(quotes)[0];
  const fit = slice === undefined ? undefined : fitSvi(slice);
  if (slice === undefined || fit === undefined) throw new Error('expected a fit');
  return { ...fit, slice, errors: fitErrors(slice, fit.svi) };
}

describe('option chains', () => {
  it('are read, quotes missing on one side or not', () => {
    expect(parseChain(`${CHAIN_COLUMNS}\r\n${LINE}\r\n\r\n`, 'x.csv')).to.deep.equal([
      {
        symbol: 'BTC',
        timestampSec: Date.parse('2026-01-15T03:58:50.660Z') / 1000,
        expirySec: Date.parse('2026-03-27T08:00:00Z') / 1000,
        strike: 98_000,
        isCall: true,
        tau: (1_774_598_400 - 1_768_449_530.66) / 31_536_000,
        markPrice: 0.06593985,
        futuresPrice: 96_920.53,
        vol: 0.4034,
        indexPrice: 95_985.31,
      },
    ]);
  });

  const bad: readonly (readonly [string, string, string])[] = [
    ['an empty file', '', 'x.csv:1: expected the header "timestamp,instrument_name'],
    ['another header', 'strike,vol\n', 'x.csv:1: expected the header'],
    ['no options', `${CHAIN_COLUMNS}\n`, 'x.csv:2: expected at least one option'],
    ['a missing column', `${CHAIN_COLUMNS}\n1,2,3\n`, 'x.csv:2: expected 15 columns, found 3'],
    ['an option twice', `${CHAIN_COLUMNS}\n${LINE}\n${LINE}\n`, 'x.csv:3: expected each instrument once'],
    [
      'a bad time',
      `${CHAIN_COLUMNS}\n${withCell('timestamp', 'noon')}\n`,
      'x.csv:2: expected timestamp to be a UTC time',
    ],
    [
      'no expiry',
      `${CHAIN_COLUMNS}\n${withCell('expiry_datetime', '')}\n`,
      'x.csv:2: expected expiry_datetime',
    ],
    [
      'a name',
      `${CHAIN_COLUMNS}\n${withCell('instrument_name', 'BTC')}\n`,
      'x.csv:2: expected instrument_name',
    ],
    [
      'a put for a call',
      `${CHAIN_COLUMNS}\n${withCell('option_type', 'put')}\n`,
      'x.csv:2: expected option_type to be "call"',
    ],
    [
      'no mark',
      `${CHAIN_COLUMNS}\n${withCell('mark_price', '')}\n`,
      'x.csv:2: expected mark_price to be a price >= 0, found ""',
    ],
    [
      'a strike of 0',
      `${CHAIN_COLUMNS}\n${withCell('strike', '0')}\n`,
      'x.csv:2: expected strike to be a number > 0',
    ],
    [
      'vol in percent',
      `${CHAIN_COLUMNS}\n${withCell('implied_volatility', '40.3')}\n`,
      'x.csv:2: expected implied_volatility',
    ],
    [
      'a hex price',
      `${CHAIN_COLUMNS}\n${withCell('futures_price', '0x10')}\n`,
      'x.csv:2: expected futures_price',
    ],
  ];
  for (const [name, text, expected] of bad) {
    it(`with ${name} are refused in one line that says where`, () => {
      expect(messageOf(text)).to.include(expected);
    });
  }

  it('that cannot be read are refused', async () => {
    const error: unknown = await readChain('none.csv').catch((thrown: unknown) => thrown);
    expect(error)
      .to.be.instanceOf(UsageError)
      .with.property('message', 'none.csv: expected a readable CSV file (ENOENT)');
  });
});

describe('the fit of SVI', () => {
  const strikes = Array.from({ length: 30 }, (_, i) => 55 + 4 * i);

  for (const [name, svi, tau] of [
    ['a smile', { a: 0.01, b: 0.08, rho: -0.3, m: 0.02, sigma: 0.15 }, 0.1],
    ['a steep short one', { a: 0.0005, b: 0.03, rho: 0.1, m: -0.01, sigma: 0.05 }, 0.01],
    ['a flat long one', { a: 0.1, b: 0.15, rho: -0.5, m: 0.1, sigma: 0.6 }, 0.9],
  ] as const) {
    it(`recovers the parameters of ${name}`, () => {
      const { svi: got, errors, leastG } = fitOf(quotesOf(svi, tau, strikes));
      expect(errors.max).to.be.below(0.01);
      expect(leastG).to.be.at.least(0);
      for (const key of ['a', 'b', 'rho', 'm', 'sigma'] as const) {
        expect(got[key], key).to.be.closeTo(svi[key], 0.03 * (Math.abs(svi[key]) + 0.01));
      }
    });
  }

  it('gives a surface without arbitrage where the quotes have one', () => {
    // the steep wings of this slice have a negative density
    const svi = { a: -0.0305, b: 0.3525, rho: -0.8, m: 0.3, sigma: 0.41 };
    const bent = { a: -0.041, b: 0.1331, rho: 0.306, m: 0.3586, sigma: 0.4153 };
    const grid = Array.from({ length: 60 }, (_, i) => -1.5 + i / 20);
    expect(Math.min(...grid.map((k) => durrleman(bent, k)))).to.be.below(0);
    for (const wild of [svi, bent]) {
      const wide = Array.from({ length: 40 }, (_, i) => 22 * 1.07 ** i);
      const { leastG, svi: got } = fitOf(quotesOf(wild, 1, wide));
      expect(leastG).to.be.at.least(0);
      expect(got.b * (1 + Math.abs(got.rho))).to.be.at.most(2);
      expect(got.a + got.b * got.sigma * Math.sqrt(1 - got.rho ** 2)).to.be.above(0);
    }
  });

  it('leaves out what has too few strikes', () => {
    const slice = expirySlices(
      quotesOf({ a: 0.1, b: 0.1, rho: 0, m: 0, sigma: 1 }, 1, [90, 100, 110, 120]),
    )[0];
    expect(slice !== undefined && fitSvi(slice)).to.equal(undefined);
  });
});

describe('novate svi', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'svi-'));
    writeFileSync(join(folder, 'chain.csv'), syntheticChain());
  });
  after(() => rmSync(folder, { recursive: true }));

  async function run(json: boolean): Promise<string> {
    const printed: string[] = [];
    await runSvi({ chainPath: join(folder, 'chain.csv'), json, print: (text) => printed.push(text) });
    return printed.join('\n');
  }

  it('prints one object', async () => {
    const got: unknown = JSON.parse(await run(true));
    expect(got).to.have.all.keys('timestampSec', 'expiries', 'leftOut', 'marks');
    expect(got).to.have.nested.property('expiries.length', 4);
    expect(got)
      .to.have.nested.property('expiries[0]')
      .with.all.keys(
        'symbol',
        'expirySec',
        'days',
        'forward',
        'index',
        'options',
        'svi',
        'leastG',
        'strikes',
        'rmse',
        'max',
      );
    expect(got).to.have.nested.property('expiries[0].rmse').that.is.below(0.05);
    expect(got)
      .to.have.nested.property('marks[0]')
      .with.all.keys('symbol', 'options', 'expiry', 'strike', 'stated');
    for (const forward of ['expiry', 'strike', 'stated'])
      expect(got).to.have.nested.property(`marks[0].${forward}`).with.all.keys('median', 'p95', 'max');
  });

  it('prints tables', async () => {
    const text = await run(false);
    expect(text).to.match(/^expiry +days +options +strikes +RMSE/m);
    expect(text)
      .to.match(/^BTC 2026-\d\d-\d\d /m)
      .and.to.match(/^ETH +of the expiry +\d+ +0\.0/m);
  });
});

describe('forwards by parity', () => {
  const quotes = parseChain(syntheticChain(), 'chain.csv');
  const [first] = quotes;
  if (first === undefined) throw new Error('no quotes');

  it('are those that the marks were computed with, for the strike and for the expiry', () => {
    const { ofExpiry, ofStrike } = parityForwards(quotes);
    for (const quote of quotes) {
      expect(ofStrike(quote)).to.be.closeTo(quote.futuresPrice, 1e-6 * quote.futuresPrice);
      expect(ofExpiry(quote)).to.be.closeTo(quote.futuresPrice, 1e-6 * quote.futuresPrice);
    }
  });

  it('do not follow the futures price of the line, nor one strike that was marked apart', () => {
    const moved = quotes.map((quote) => ({
      ...quote,
      futuresPrice: quote.futuresPrice * 1.01,
      markPrice: quote.strike === first.strike && quote.isCall ? quote.markPrice + 0.001 : quote.markPrice,
    }));
    const { ofExpiry, ofStrike } = parityForwards(moved);
    const [one] = moved;
    if (one === undefined) throw new Error('no quotes');
    expect(ofExpiry(one)).to.be.closeTo(first.futuresPrice, 1e-6 * first.futuresPrice);
    expect(Math.abs((ofStrike(one) ?? 0) / first.futuresPrice - 1)).to.be.greaterThan(5e-4);
    const [btc] = markErrors(moved);
    expect(btc?.stated.median).to.be.greaterThan(1e-3);
    expect(btc?.expiry.median).to.be.below(1e-6);
    expect(btc?.expiry.max).to.be.closeTo(0.001, 1e-6);
  });

  it('are none where a strike has one side only', () => {
    const calls = quotes.filter(({ isCall }) => isCall);
    const { ofExpiry, ofStrike } = parityForwards(calls);
    expect([ofExpiry(first), ofStrike(first)]).to.deep.equal([undefined, undefined]);
    for (const { expiry, strike, stated } of markErrors(calls))
      expect([expiry, strike]).to.deep.equal([stated, stated]);
  });
});

describe('a real chain', () => {
  before(function () {
    if (!existsSync(CALM)) {
      console.log('      skipped: ../shared/data/deribit-options-20260115T035850Z.csv is not there');
      this.skip();
    }
  });

  it('has marks that Black-76 gives from its volatilities and one forward for each expiry, to 1e-4 coin', async () => {
    const { marks, expiries } = fitChain(await readChain(CALM));
    expect(marks.map(({ symbol }) => symbol)).to.deep.equal(['BTC', 'ETH']);
    for (const { expiry, strike } of marks) {
      expect(expiry.p95).to.be.at.most(2e-5);
      expect(expiry.max).to.be.at.most(1.1e-4);
      expect(strike.p95).to.be.at.most(2e-5);
    }
    // ETH's futures prices are up to 3 bp from those its options were marked at
    expect(marks[0]?.stated.p95).to.be.at.most(1e-4);
    expect(marks[1]?.stated.p95).to.be.within(1e-4, 2.5e-4);
    expect(expiries).to.have.lengthOf(22);
    for (const { days, rmse, leastG } of expiries) {
      expect(leastG).to.be.at.least(0);
      expect(rmse).to.be.below(days < 2 ? 0.7 : 0.25);
    }
  });
});
