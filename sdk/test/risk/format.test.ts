import { expect } from 'chai';
import {
  assess,
  BTC,
  ETH,
  InputFormatError,
  parseMarketFile,
  parsePortfolioFile,
  PRESETS,
  toMarginOutput,
} from '../../src/risk/index.ts';
import { parseWad, WAD } from '../../src/units/index.ts';

type Json = Record<string, unknown>;

const MARKET: Json = {
  timestamp: 1770267600,
  profile: 'portfolio',
  underlyings: {
    ETH: {
      index: '3000',
      perpMark: '3001.5',
      expiries: {
        '1772784000': {
          forward: '3010',
          svi: { a: '0.012', b: '0.05', rho: '-0.2', m: '0.0', sigma: '0.1' },
        },
      },
    },
  },
};
const PORTFOLIO: Json = {
  cash: '10000',
  spot: { ETH: '2' },
  perps: { ETH: { size: '-2', cost: '6000' } },
  futures: [{ underlying: 'ETH', expiry: 1772784000, size: '1', cost: '-3005' }],
  options: [{ underlying: 'ETH', expiry: 1772784000, strike: '3200', type: 'call', size: '-1' }],
};

describe('market file', () => {
  it('gives prices, premiums and the profile', () => {
    const { market, profile, ids, names } = parseMarketFile(MARKET);
    const svi = {
      a: parseWad('0.012'),
      b: parseWad('0.05'),
      rho: parseWad('-0.2'),
      m: 0n,
      sigma: parseWad('0.1'),
    };
    const terms = new Map([[1772784000n, { forward: parseWad('3010'), ...svi }]]);
    expect(market).to.deep.equal({
      timestamp: 1770267600n,
      underlyings: new Map([[ETH, { index: parseWad('3000'), premium: parseWad('1.5'), terms }]]),
    });
    expect(profile).to.equal(PRESETS.portfolio);
    expect([...ids, ...names]).to.deep.equal([
      ['ETH', ETH],
      [ETH, 'ETH'],
    ]);
  });

  it('numbers underlyings: BTC 1, ETH 2, others from 3 as they come', () => {
    const underlyings = {
      SOL: { index: '1' },
      ETH: { index: '1' },
      DOGE: { index: '1' },
      BTC: { index: '1' },
    };
    const { ids } = parseMarketFile({ ...MARKET, underlyings });
    expect([...ids]).to.deep.equal([
      ['SOL', 3],
      ['ETH', 2],
      ['DOGE', 4],
      ['BTC', 1],
    ]);
  });

  it('takes a profile as fields over a base', () => {
    const { profile } = parseMarketFile({
      ...MARKET,
      profile: {
        base: 'standard',
        rho: '0.25',
        volUp: '0.6',
        scanRange: { ETH: '0.3', BTC: '0.2' },
        haircutSlope: { ETH: '0.00000001' },
        scenarios: [
          { move: '-1', vol: 'none' },
          { move: '0.5', vol: 'up', weight: '0.5' },
        ],
      },
    });
    expect(profile).to.deep.equal({
      ...PRESETS.standard,
      rho: WAD / 4n,
      volUp: parseWad('0.6'),
      underlyings: [
        { underlying: BTC, scanRange: parseWad('0.2'), haircutSlope: 0n, haircutCap: 0n },
        { underlying: ETH, scanRange: parseWad('0.3'), haircutSlope: 10n ** 10n, haircutCap: WAD },
      ],
      scenarios: [
        { move: -WAD, vol: 'none', weight: WAD },
        { move: WAD / 2n, vol: 'up', weight: WAD / 2n },
      ],
    });
  });

  const bad: readonly [string, Json, string][] = [
    [
      'misspelt field',
      { ...MARKET, timestmp: 1 },
      'timestmp: unknown field; expected one of timestamp, profile, underlyings',
    ],
    [
      'misspelt price',
      under({ indx: '3000' }),
      'underlyings.ETH.indx: unknown field; expected one of index, perpMark, expiries',
    ],
    [
      'number for a decimal',
      under({ index: 3000 }),
      'underlyings.ETH.index: expected a decimal string above 0, found the number 3000',
    ],
    [
      'price of zero',
      under({ index: '0' }),
      'underlyings.ETH.index: expected a decimal string above 0, found "0"',
    ],
    [
      'forward out of reach',
      under({ index: '0.000002', expiries: { '1772784000': { forward: '2000.000000000000000001' } } }),
      'underlyings.ETH.expiries.1772784000.forward: expected at most 1000000000 times the index, found "2000.000000000000000001"',
    ],
    [
      'exponent',
      under({ index: '3e3' }),
      'underlyings.ETH.index: expected a decimal string above 0, found "3e3"',
    ],
    [
      'missing price',
      under({ perpMark: '1' }),
      'underlyings.ETH.index: expected a decimal string above 0, found nothing',
    ],
    [
      'negative mark',
      under({ index: '1', perpMark: '-1' }),
      'underlyings.ETH.perpMark: expected a decimal string above 0, found "-1"',
    ],
    [
      'odd expiry',
      under({ index: '1', expiries: { '1772784001': {} } }),
      'underlyings.ETH.expiries.1772784001: expected an expiry in Unix seconds, a whole hour, as the name',
    ],
    [
      'odd smile',
      under({
        index: '1',
        expiries: { '1772784000': { svi: { a: '1', b: '1', rho: '1', m: '0', sigma: '1' } } },
      }),
      'underlyings.ETH.expiries.1772784000.svi.rho: expected a decimal string between -1 and 1, found "1"',
    ],
    [
      'no underlyings',
      { ...MARKET, underlyings: {} },
      'underlyings: expected at least one underlying, found none',
    ],
    [
      'list of underlyings',
      { ...MARKET, underlyings: [] },
      'underlyings: expected an object, found an array',
    ],
    [
      'blank name',
      { ...MARKET, underlyings: { ' ': { index: '1' } } },
      'underlyings." ": expected an underlying such as "ETH" as the name',
    ],
    [
      'timestamp as text',
      { ...MARKET, timestamp: '1' },
      'timestamp: expected Unix seconds as a number, found "1"',
    ],
    [
      'unknown preset',
      { ...MARKET, profile: 'portfolo' },
      'profile: expected "portfolio", "standard", "span16", "paradex24", "deribit35" or an object, found "portfolo"',
    ],
    [
      'no profile',
      { ...MARKET, profile: undefined },
      'profile: expected "portfolio", "standard", "span16", "paradex24", "deribit35" or an object, found nothing',
    ],
    ['profile list', { ...MARKET, profile: [] }, 'profile: expected an object, found an array'],
    [
      'unknown base',
      { ...MARKET, profile: { base: 'x' } },
      'profile.base: expected "portfolio" or "standard" or "span16" or "paradex24" or "deribit35", found "x"',
    ],
    [
      'rho of one',
      { ...MARKET, profile: { rho: '1' } },
      'profile.rho: expected a decimal string from 0 to below 1 with at most 6 decimals, found "1"',
    ],
    [
      'mmFactor below a half',
      { ...MARKET, profile: { mmFactor: '0.4' } },
      'profile.mmFactor: expected a decimal string from 0.5 to 1 with at most 6 decimals, found "0.4"',
    ],
    [
      'empty name',
      { ...MARKET, profile: { name: '' } },
      'profile.name: expected a name of 1 to 32 printable ASCII characters, found ""',
    ],
    [
      'too fine a rate',
      { ...MARKET, profile: { rho: '0.1234567' } },
      'profile.rho: expected a decimal string from 0 to below 1 with at most 6 decimals, found "0.1234567"',
    ],
    [
      'range of a stranger',
      { ...MARKET, profile: { scanRange: { EHT: '0.1' } } },
      'profile.scanRange.EHT: unknown underlying; expected one of ETH, BTC',
    ],
    [
      'no scenarios',
      { ...MARKET, profile: { scenarios: [] } },
      'profile.scenarios: expected an array of 1 to 64 scenarios, found 0',
    ],
    [
      'odd scenario',
      { ...MARKET, profile: { scenarios: [{ move: '1', vol: 'side' }] } },
      'profile.scenarios[0].vol: expected "none" or "up" or "down", found "side"',
    ],
    [
      'low cap',
      { ...MARKET, profile: { haircutSlope: { ETH: '1' }, haircutCap: { ETH: '0.01' } } },
      'profile.haircutCap: expected at least the haircut, 0.02, found 0.01',
    ],
  ];
  for (const [name, input, message] of bad) {
    it(`refuses: ${name}`, () =>
      expect(() => parseMarketFile(input))
        .to.throw(InputFormatError)
        .with.property('message', message));
  }

  it('refuses what is no object', () => {
    for (const [input, found] of [
      [null, 'null'],
      [[], 'an array'],
      [3, 'the number 3'],
      ['x', '"x"'],
      [true, 'the boolean true'],
    ]) {
      expect(() => parseMarketFile(input)).to.throw(
        InputFormatError,
        `expected an object, found ${String(found)}`,
      );
    }
  });
});

describe('portfolio file', () => {
  const ids = parseMarketFile(MARKET);

  it('gives cash, balances and legs in order', () => {
    expect(parsePortfolioFile(PORTFOLIO, ids)).to.deep.equal({
      cash: parseWad('10000'),
      spot: [{ underlying: ETH, amount: parseWad('2') }],
      legs: [
        { kind: 'perp', underlying: ETH, size: parseWad('-2'), cost: parseWad('6000') },
        { kind: 'future', underlying: ETH, expirySec: 1772784000n, size: WAD, cost: parseWad('-3005') },
        { kind: 'call', underlying: ETH, expirySec: 1772784000n, strike: parseWad('3200'), size: -WAD },
      ],
    });
  });

  it('takes absent fields for empty, and leaves out what is closed', () => {
    expect(parsePortfolioFile({}, ids)).to.deep.equal({ cash: 0n, spot: [], legs: [] });
    expect(parsePortfolioFile({ perps: { ETH: { size: '0', cost: '-0' } } }, ids).legs).to.deep.equal([]);
    const closed = { underlying: 'ETH', expiry: 1772784000, size: '0' };
    const futures = [{ ...closed, cost: '0' }];
    const options = [{ ...closed, strike: '3200', type: 'call' }];
    expect(parsePortfolioFile({ futures, options }, ids).legs).to.deep.equal([]);
  });

  const option = { underlying: 'ETH', expiry: 1772784000, strike: '3200', type: 'call', size: '-1' };
  const bad: readonly [string, Json, string][] = [
    [
      'misspelt field',
      { csh: '1' },
      'csh: unknown field; expected one of cash, spot, perps, futures, options',
    ],
    [
      'misspelt perp field',
      { perps: { ETH: { sise: '1', cost: '0' } } },
      'perps.ETH.sise: unknown field; expected one of size, cost',
    ],
    [
      'missing cost',
      { perps: { ETH: { size: '1' } } },
      'perps.ETH.cost: expected a decimal string within +-10141204801825.835211973625643007, found nothing',
    ],
    [
      'unknown underlying',
      { perps: { BTC: { size: '1', cost: '0' } } },
      'perps.BTC: the market has no underlying "BTC"; expected one of ETH',
    ],
    [
      'unknown spot',
      { spot: { SOL: '1' } },
      'spot.SOL: the market has no underlying "SOL"; expected one of ETH',
    ],
    [
      'negative spot',
      { spot: { ETH: '-1' } },
      'spot.ETH: expected a decimal string from 0 to 340282366920938463463.374607431768211455, found "-1"',
    ],
    [
      'too large',
      { perps: { ETH: { size: '39614081258', cost: '0' } } },
      'perps.ETH.size: expected a decimal string within +-39614081257.132168796771975167, found "39614081258"',
    ],
    [
      'cost of nothing',
      { perps: { ETH: { size: '0', cost: '5' } } },
      'perps.ETH.cost: expected "0" for a position of size 0 (add what it realised to cash), found "5"',
    ],
    [
      'cost of a closed future',
      { futures: [{ underlying: 'ETH', expiry: 1772784000, size: '0', cost: '-5' }] },
      'futures[0].cost: expected "0" for a position of size 0 (add what it realised to cash), found "-5"',
    ],
    [
      'number for cash',
      { cash: 10 },
      'cash: expected a decimal string within +-170141183460469231731.687303715884105728, found the number 10',
    ],
    [
      'strike',
      { options: [{ ...option, strike: '0' }] },
      'options[0].strike: expected a decimal string above 0 and below 2^128 with at most 16 significant digits, found "0"',
    ],
    [
      'type',
      { options: [option, { ...option, type: 'cal' }] },
      'options[1].type: expected "call" or "put", found "cal"',
    ],
    [
      'expiry',
      { options: [{ ...option, expiry: 1772784001 }] },
      'options[0].expiry: expected Unix seconds of a whole hour as a number, found the number 1772784001',
    ],
    [
      'option on a stranger',
      { options: [{ ...option, underlying: 'BTC' }] },
      'options[0].underlying: the market has no underlying "BTC"; expected one of ETH',
    ],
    [
      'expiry of yesterday',
      { futures: [{ underlying: 'ETH', expiry: 1770264000, size: '1', cost: '0' }] },
      "futures[0].expiry: expected an expiry after the market's timestamp, 1770267600, found 1770264000",
    ],
    [
      'expiry that the market lacks',
      { options: [{ ...option, expiry: 1772787600 }] },
      'options[0].expiry: the market has no expiry 1772787600 of ETH; expected one of 1772784000',
    ],
    ['futures as object', { futures: {} }, 'futures: expected an array of futures, found an object'],
  ];
  for (const [name, input, message] of bad) {
    it(`refuses: ${name}`, () =>
      expect(() => parsePortfolioFile(input, ids))
        .to.throw(InputFormatError)
        .with.property('message', message));
  }
});

describe('margin output', () => {
  it('has the agreed keys and decimal strings', () => {
    const file = parseMarketFile(MARKET);
    const portfolio = parsePortfolioFile({ ...PORTFOLIO, futures: [], options: [] }, file);
    expect(toMarginOutput(assess(portfolio, file.market, file.profile), file.names)).to.deep.equal({
      equity: '15997',
      initialMargin: '390.54',
      maintenanceMargin: '150.432',
      state: 'healthy',
      worstScenario: { index: 10, shock: '0.18', vol: 'up' },
      breakdown: {
        risk: '0.54',
        scan: { ETH: '0.54' },
        roll: '30',
        shortOption: '0',
        haircut: '120',
        initialExtra: '240',
        floor: '60',
      },
    });
  });

  it('is the same for a mark beyond the bound as at it', () => {
    const marginAt = (perpMark: string): unknown => {
      const file = parseMarketFile(under({ index: '3000', perpMark }));
      const portfolio = parsePortfolioFile({ perps: { ETH: { size: '1', cost: '-3000' } } }, file);
      return toMarginOutput(assess(portfolio, file.market, file.profile), file.names);
    };
    expect(marginAt('4000')).to.deep.equal(marginAt('3015'));
  });
});

function under(fields: Json): Json {
  return { ...MARKET, underlyings: { ETH: fields } };
}
