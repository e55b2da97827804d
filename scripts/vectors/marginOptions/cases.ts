// The portfolios of test/vectors/margin-options.json. Times are such that a year, or a quarter of one, is left: tau is 1 or
// 0.25. Most smiles are flat, so that s = sigma * sqrt(tau) can be seen: 80% for a quarter and 40% for a year are s = 0.4.
import { BTC, ETH, parseWad } from '../../../sdk/src/index.ts';
import type { FutureLeg, Leg, OptionLeg, PerpLeg, PresetName, Spot } from '../../../sdk/src/index.ts';

export interface VectorSurface {
  readonly a: string;
  readonly b: string;
  readonly rho: string;
  readonly m: string;
  readonly sigma: string;
  readonly basis: string;
  readonly ageSec: number;
}

export interface VectorTerm {
  readonly underlying: number;
  readonly expirySec: bigint;
  readonly surface: VectorSurface | null;
  readonly settlement?: string;
}

/** @property status That of the margin: 0 ok, 1 guarded. */
export interface VectorCase {
  readonly name: string;
  readonly about: string;
  readonly profile: PresetName;
  readonly status: number;
  readonly cash: string;
  readonly prices: readonly { underlying: number; index: string; premium?: string; scale?: number }[];
  readonly terms: readonly VectorTerm[];
  readonly spot: readonly Spot[];
  readonly legs: readonly Leg[];
}

export const NOW = 1_769_997_600n;
const QUARTER = NOW + 2_190n * 3_600n;
const YEAR = NOW + 8_760n * 3_600n;

const ETH_3000 = [{ underlying: ETH, index: '3000' }];

function flat(underlying: number, expirySec: bigint, variance: string, basis = '0', ageSec = 60): VectorTerm {
  const surface = { a: variance, b: '0', rho: '0', m: '0', sigma: '0.1', basis, ageSec };
  return { underlying, expirySec, surface };
}

function option(
  kind: 'call' | 'put',
  size: string,
  strike: string,
  expirySec: bigint,
  underlying = ETH,
): OptionLeg {
  return { kind, underlying, expirySec, strike: parseWad(strike), size: parseWad(size) };
}

function future(size: string, cost: string, expirySec: bigint): FutureLeg {
  return { kind: 'future', underlying: ETH, expirySec, size: parseWad(size), cost: parseWad(cost) };
}

function perp(underlying: number, size: string, cost: string): PerpLeg {
  return { kind: 'perp', underlying, size: parseWad(size), cost: parseWad(cost) };
}

const QUARTER_80 = [flat(ETH, QUARTER, '0.16')];
const base = { profile: 'portfolio', status: 0, prices: ETH_3000, terms: QUARTER_80, spot: [] } as const;

export const CASES: readonly VectorCase[] = [
  {
    ...base,
    name: 'long call',
    about: 'One call at the money, s = 0.4: worth 3000 * (2 N(0.2) - 1), and no more than that can be lost.',
    cash: '1000',
    legs: [option('call', '1', '3000', QUARTER)],
  },
  {
    ...base,
    name: 'short strangle',
    about:
      'A call 20% above and a put 20% below the index, both sold: the worst is a large move with volatility up.',
    cash: '2000',
    legs: [option('call', '-1', '3600', QUARTER), option('put', '-1', '2400', QUARTER)],
  },
  {
    ...base,
    name: 'short put, standard',
    about: 'The profile without offsets: its scan range of 27% and a charge of 2% on short options.',
    profile: 'standard',
    cash: '1500',
    legs: [option('put', '-1', '3000', QUARTER)],
  },
  {
    ...base,
    name: 'box',
    about:
      'Long call and short put at 2500, short call and long put at 3500: worth 1000 whatever happens, so without risk.',
    cash: '0',
    legs: [
      option('call', '1', '2500', QUARTER),
      option('put', '-1', '2500', QUARTER),
      option('call', '-1', '3500', QUARTER),
      option('put', '1', '3500', QUARTER),
    ],
  },
  {
    ...base,
    name: 'covered call',
    about: 'Two calls sold against two ETH of spot, which they are hedged by from above.',
    cash: '100',
    spot: [{ underlying: ETH, amount: parseWad('2') }],
    legs: [option('call', '-2', '3300', QUARTER)],
  },
  {
    ...base,
    name: 'calendar spread',
    about:
      'A call for a year against one for a quarter, both s = 0.4 at the money: worth nothing net, yet their shocks differ.',
    cash: '500',
    terms: [flat(ETH, QUARTER, '0.16'), flat(ETH, YEAR, '0.16')],
    legs: [option('call', '1', '3000', YEAR), option('call', '-1', '3000', QUARTER)],
  },
  {
    ...base,
    name: 'conversion',
    about:
      'Parity: short call, long put and long future of one strike and expiry are worth 3000 whatever happens, less the 3030 that the future cost.',
    cash: '100',
    terms: [flat(ETH, QUARTER, '0.16', '0.04')],
    legs: [
      option('call', '-1', '3000', QUARTER),
      option('put', '1', '3000', QUARTER),
      future('1', '-3030', QUARTER),
    ],
  },
  {
    ...base,
    name: 'skewed put spread',
    about: 'A smile with skew and wings: the lower strike has the higher volatility.',
    cash: '400',
    terms: [
      {
        underlying: ETH,
        expirySec: QUARTER,
        surface: { a: '0.04', b: '0.3', rho: '-0.5', m: '0.05', sigma: '0.2', basis: '0.02', ageSec: 0 },
      },
    ],
    legs: [option('put', '-1', '2700', QUARTER), option('put', '1', '2400', QUARTER)],
  },
  {
    ...base,
    name: 'expired, unsettled',
    about:
      'From the expiry on and without a settlement price: s = 0, the forward is the index, options are worth what they pay at it.',
    cash: '100',
    terms: [flat(ETH, NOW, '0.16', '0.04', 600)],
    legs: [option('call', '1', '2900', NOW), option('put', '-1', '2800', NOW), future('-1', '3050', NOW)],
  },
  {
    ...base,
    name: 'expired, settled',
    about:
      'Settled at 2750: paid at that whatever the index is, without risk or charge; the perp alone has any.',
    cash: '1000',
    terms: [{ ...flat(ETH, NOW, '0.16', '0.04', 600), settlement: '2750' }],
    legs: [
      option('call', '1', '2900', NOW),
      option('put', '-1', '2800', NOW),
      future('-1', '3050', NOW),
      perp(ETH, '1', '-2990'),
    ],
  },
  {
    ...base,
    name: 'stale surface',
    about:
      'A straddle sold on a surface of 13 hours: g = 0.5, half way from its own shocks to 200% up and none down. Guarded.',
    status: 1,
    cash: '4000',
    terms: [flat(ETH, QUARTER, '0.16', '0', 3_600 + 43_200)],
    legs: [option('call', '-1', '3000', QUARTER), option('put', '-1', '3000', QUARTER)],
  },
  {
    ...base,
    name: 'no surface',
    about: 'Valued at 100%, s = sqrt(0.25) = 0.5, and scanned from none to 200%. Guarded.',
    status: 1,
    cash: '1000',
    terms: [{ underlying: ETH, expirySec: QUARTER, surface: null }],
    legs: [option('call', '1', '3000', QUARTER)],
  },
  {
    ...base,
    name: 'absolute scenarios',
    about:
      'A profile whose tails are fractions of the index, down 66% to up 500%, weighted by scan range over size.',
    profile: 'deribit35',
    cash: '5000',
    legs: [option('call', '-3', '6000', QUARTER), perp(ETH, '1', '-3000')],
  },
  {
    ...base,
    name: 'across assets',
    about:
      'Calls on BTC against a short perp on ETH: each loses where the other gains, and half of the sum of the losses remains.',
    cash: '12000',
    prices: [
      { underlying: BTC, index: '60000' },
      { underlying: ETH, index: '3000' },
    ],
    terms: [flat(BTC, YEAR, '0.16')],
    legs: [option('call', '1', '60000', YEAR, BTC), perp(ETH, '-10', '30000')],
  },
  {
    ...base,
    name: 'crowded perp',
    about:
      'Open interest half way between its bounds: half of the rate of 0.18 + 0.005 + 0.01 comes on top of the initial margin.',
    cash: '3000',
    prices: [{ underlying: ETH, index: '3000', premium: '3', scale: 500_000 }],
    terms: [],
    legs: [perp(ETH, '-4', '12000')],
  },
  {
    ...base,
    name: 'future against perp',
    about:
      'A year long with a basis of 5% against a short perp: the basis alone is exposed; the roll of the future is 0.05 * 1 year.',
    cash: '1000',
    terms: [flat(ETH, YEAR, '0.16', '0.05')],
    legs: [future('2', '-6200', YEAR), perp(ETH, '-2', '6000')],
  },
];
