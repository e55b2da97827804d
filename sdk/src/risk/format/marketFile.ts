import { z } from 'zod';
import { formatWad, WAD } from '../../units/index.ts';
import type { GivenTerm, Market, RiskProfile, Svi, UnderlyingMarket } from '../types.ts';
import { decimal, isExpiry, isUnderlyingName, record, strict, unixSeconds } from './fields.ts';
import { InputFormatError, parseInput } from './InputFormatError.ts';
import { KNOWN_UNDERLYINGS, parseProfile } from './profileSchema.ts';

/** A parsed market file. */
export interface MarketFile {
  readonly market: Market;
  readonly profile: RiskProfile;
  /** Underlyings' numbers by name. */
  readonly ids: ReadonlyMap<string, number>;
  /** Underlyings' names by number. */
  readonly names: ReadonlyMap<number, string>;
}

const FIRST_FREE_ID = 3;
const MAX_PRICE = 1n << 128n;

const price = decimal('above 0', (value) => value > 0n && value < MAX_PRICE);
// the bounds of RiskEngineExt, so that what passes here passes there
const MOST = 1_000n * WAD;
const number = decimal('within +-1000', (value) => value >= -MOST && value <= MOST);

const svi = strict({
  a: number,
  b: decimal('from 0 to 1000', (value) => value >= 0n && value <= MOST),
  rho: decimal('between -1 and 1', (value) => value > -WAD && value < WAD),
  m: number,
  sigma: decimal('above 0, at most 1000', (value) => value > 0n && value <= MOST),
});

/** How far a forward may lie above the index, as for RiskEngineExt. */
const MAX_FORWARD_RATIO = 1_000_000_000n;

/** Of an expiry that only futures are priced by. */
const NO_SMILE: Svi = { a: 0n, b: 0n, rho: 0n, m: 0n, sigma: 0n };

const expiries = record(
  strict({ forward: price.optional(), svi: svi.optional() }),
  'an expiry in Unix seconds, a whole hour,',
  (key) => /^[1-9]\d*$/.test(key) && isExpiry(Number(key)),
);

const marketSchema = strict({
  timestamp: unixSeconds('Unix seconds as a number', () => true),
  profile: z.unknown(),
  underlyings: record(
    strict({ index: price, perpMark: price.optional(), expiries: expiries.optional() }),
    'an underlying such as "ETH"',
    isUnderlyingName,
  ),
});

/**
 * A market file (M.json). BTC is underlying 1, ETH is 2, others are numbered from 3 in the order of their appearance.
 *
 * `perpMark` gives the perp's premium, `perpMark - index`, and without it the premium is 0. As on chain a premium counts
 * for at most 0.5% of the index (SPEC-F5): a `perpMark` further away is taken for the end of that band.
 *
 * An expiry's `forward` is the index where it is not given; options need its `svi`.
 * @throws InputFormatError
 */
export function parseMarketFile(input: unknown): MarketFile {
  const file = parseInput(marketSchema, input);
  const ids = new Map<string, number>();
  const names = new Map<number, string>();
  const underlyings = new Map<number, UnderlyingMarket>();
  let free = FIRST_FREE_ID;
  for (const [name, { index, perpMark, expiries: dated = {} }] of Object.entries(file.underlyings)) {
    const id = KNOWN_UNDERLYINGS.get(name) ?? free++;
    ids.set(name, id);
    names.set(id, name);
    const terms = new Map<bigint, GivenTerm>();
    for (const [expiry, term] of Object.entries(dated)) {
      const forward = term.forward ?? index;
      if (forward > index * MAX_FORWARD_RATIO) {
        const reason = `expected at most ${MAX_FORWARD_RATIO} times the index, found "${formatWad(forward)}"`;
        throw new InputFormatError(`underlyings.${name}.expiries.${expiry}.forward`, reason);
      }
      terms.set(BigInt(expiry), { forward, ...(term.svi ?? NO_SMILE) });
    }
    underlyings.set(id, { index, premium: perpMark === undefined ? 0n : perpMark - index, terms });
  }
  if (ids.size === 0)
    throw new InputFormatError('underlyings', 'expected at least one underlying, found none');
  return {
    market: { timestamp: file.timestamp, underlyings },
    profile: parseProfile(file.profile, ids),
    ids,
    names,
  };
}
