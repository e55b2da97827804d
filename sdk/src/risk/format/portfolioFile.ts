import { z } from 'zod';
import {
  encodeInstrumentId,
  MAX_COST,
  MAX_SIZE,
  MAX_SPOT_AMOUNT,
  StrikeNotRepresentableError,
} from '../../codec/index.ts';
import { abs, formatWad } from '../../units/index.ts';
import type { Leg, Market, OptionLeg, Portfolio, Spot, Term } from '../types.ts';
import {
  decimal,
  isExpiry,
  isUnderlyingName,
  list,
  oneOf,
  record,
  show,
  strict,
  unixSeconds,
} from './fields.ts';
import { InputFormatError, parseInput } from './InputFormatError.ts';
import type { MarketFile } from './marketFile.ts';

const MAX_CASH = 1n << 127n;

const size = decimal(`within +-${formatWad(MAX_SIZE)}`, (value) => abs(value) <= MAX_SIZE);
const cost = decimal(`within +-${formatWad(MAX_COST)}`, (value) => abs(value) <= MAX_COST);
const underlying = z
  .string({ error: (issue) => `expected an underlying such as "ETH", found ${show(issue.input)}` })
  .refine(isUnderlyingName, {
    error: (issue) => `expected an underlying such as "ETH", found ${show(issue.input)}`,
  });
const expiry = unixSeconds('Unix seconds of a whole hour as a number', isExpiry);

const option = strict({
  underlying,
  expiry,
  strike: decimal('above 0 and below 2^128 with at most 16 significant digits', isStrike),
  type: oneOf('call', 'put'),
  size,
});
const future = strict({ underlying, expiry, size, cost });

const portfolioSchema = strict({
  cash: decimal(`within +-${formatWad(MAX_CASH)}`, (value) => abs(value) <= MAX_CASH).optional(),
  spot: perUnderlying(
    decimal(`from 0 to ${formatWad(MAX_SPOT_AMOUNT)}`, (value) => value >= 0n && value <= MAX_SPOT_AMOUNT),
  ).optional(),
  perps: perUnderlying(strict({ size, cost })).optional(),
  futures: list(future, 'an array of futures').optional(),
  options: list(option, 'an array of options').optional(),
});

/**
 * A portfolio file (P.json). Absent fields are empty, sizes of 0 are no legs. Legs come in the order perps, futures,
 * options, each as in the file.
 * @param marketFile Gives the underlyings that the portfolio may name.
 * @throws InputFormatError
 */
export function parsePortfolioFile(
  input: unknown,
  marketFile: Pick<MarketFile, 'ids' | 'market'>,
): Portfolio {
  const file = parseInput(portfolioSchema, input);
  const idOf = (name: string, field: string): number => {
    const id = marketFile.ids.get(name);
    if (id !== undefined) return id;
    const known = [...marketFile.ids.keys()].join(', ');
    throw new InputFormatError(field, `the market has no underlying "${name}"; expected one of ${known}`);
  };

  const spot: Spot[] = Object.entries(file.spot ?? {}).map(([name, amount]) => ({
    underlying: idOf(name, `spot.${name}`),
    amount,
  }));
  const legs: Leg[] = [];
  for (const [name, amounts] of Object.entries(file.perps ?? {})) {
    const field = `perps.${name}`;
    const id = idOf(name, field);
    if (isHeld(amounts, field)) legs.push({ kind: 'perp', underlying: id, ...amounts });
  }
  for (const [i, leg] of (file.futures ?? []).entries()) {
    const id = idOf(leg.underlying, `futures[${i}].underlying`);
    termOf(marketFile.market, id, leg, `futures[${i}].expiry`);
    if (!isHeld(leg, `futures[${i}]`)) continue;
    legs.push({ kind: 'future', underlying: id, expirySec: leg.expiry, size: leg.size, cost: leg.cost });
  }
  for (const [i, leg] of (file.options ?? []).entries()) {
    const id = idOf(leg.underlying, `options[${i}].underlying`);
    const term = termOf(marketFile.market, id, leg, `options[${i}].expiry`);
    if ('sigma' in term && term.sigma === 0n) {
      const reason = `the market has no "svi" for ${leg.underlying} at ${leg.expiry}, which options need`;
      throw new InputFormatError(`options[${i}].expiry`, reason);
    }
    if (leg.size !== 0n) legs.push(toOption(id, leg));
  }
  return { cash: file.cash ?? 0n, legs, spot };
}

/** The market's expiry that a leg needs. */
function termOf(
  market: Market,
  id: number,
  { underlying: name, expiry: at }: { underlying: string; expiry: bigint },
  field: string,
): Term {
  if (at <= market.timestamp) {
    const reason = `expected an expiry after the market's timestamp, ${market.timestamp}, found ${at}`;
    throw new InputFormatError(field, reason);
  }
  const terms = market.underlyings.get(id)?.terms;
  const term = terms?.get(at);
  if (term !== undefined && term !== null) return term;
  const known = [...(terms?.keys() ?? [])].join(', ');
  const found = known === '' ? 'it has none' : `expected one of ${known}`;
  const reason = `the market has no expiry ${at} of ${name}; ${found}`;
  throw new InputFormatError(field, reason);
}

/** Whether anything is: a closed position is no leg, and has realised its cost into cash. */
function isHeld({ size: held, cost: basis }: { size: bigint; cost: bigint }, field: string): boolean {
  if (held !== 0n) return true;
  if (basis === 0n) return false;
  const reason = `expected "0" for a position of size 0 (add what it realised to cash), found "${formatWad(basis)}"`;
  throw new InputFormatError(`${field}.cost`, reason);
}

function toOption(id: number, leg: z.output<typeof option>): OptionLeg {
  return { kind: leg.type, underlying: id, expirySec: leg.expiry, strike: leg.strike, size: leg.size };
}

function isStrike(strike: bigint): boolean {
  if (strike >= 1n << 128n) return false;
  try {
    encodeInstrumentId({ kind: 'call', underlying: 1, expirySec: 3600n, strike });
    return true;
  } catch (error) {
    if (error instanceof StrikeNotRepresentableError) return false;
    throw error;
  }
}

function perUnderlying<Value extends z.ZodType>(value: Value): z.ZodType<Record<string, z.output<Value>>> {
  return record(value, 'an underlying such as "ETH"', isUnderlyingName);
}
