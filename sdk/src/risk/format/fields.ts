import { z } from 'zod';
import { parseWad } from '../../units/index.ts';

/** A value as an error message shows it: short, on one line. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return `${typeof value === 'string' ? '' : `the ${typeof value} `}${text.length > 48 ? `${text.slice(0, 48)}...` : text}`;
}

/** An object of exactly these fields. */
export function strict<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `unknown field; expected one of ${Object.keys(shape).join(', ')}`
        : `expected an object, found ${show(issue.input)}`,
  });
}

/** An object whose fields are all alike and named as `isKey` allows. */
export function record<Value extends z.ZodType>(
  value: Value,
  expectedKey: string,
  isKey: (key: string) => boolean,
): z.ZodType<Record<string, z.output<Value>>> {
  return z
    .record(z.string(), value, { error: (issue) => `expected an object, found ${show(issue.input)}` })
    .superRefine((fields, context) => {
      for (const key of Object.keys(fields)) {
        if (!isKey(key))
          context.addIssue({ code: 'custom', path: [key], message: `expected ${expectedKey} as the name` });
      }
    });
}

export function list<Item extends z.ZodType>(
  item: Item,
  expected: string,
  most?: number,
): z.ZodType<z.output<Item>[]> {
  return z
    .array(item, { error: (issue) => `expected ${expected}, found ${show(issue.input)}` })
    .superRefine((items, context) => {
      if (most !== undefined && (items.length === 0 || items.length > most)) {
        context.addIssue({ code: 'custom', message: `expected ${expected}, found ${items.length}` });
      }
    });
}

/** A decimal string as wad. `expected` completes "expected a decimal string ...". */
export function decimal(
  expected: string,
  accepts: (value: bigint) => boolean = () => true,
): z.ZodType<bigint, unknown> {
  return z.unknown().transform((input, context): bigint => {
    const value = toWad(input);
    if (value !== undefined && accepts(value)) return value;
    const wanted = `expected a decimal string${expected === '' ? '' : ` ${expected}`}`;
    context.addIssue({ code: 'custom', message: `${wanted}, found ${show(input)}` });
    return z.NEVER;
  });
}

/** Unix seconds as a JSON number. */
export function unixSeconds(
  expected: string,
  accepts: (value: number) => boolean,
): z.ZodType<bigint, unknown> {
  return z.unknown().transform((input, context): bigint => {
    if (typeof input === 'number' && Number.isSafeInteger(input) && input > 0 && accepts(input))
      return BigInt(input);
    context.addIssue({ code: 'custom', message: `expected ${expected}, found ${show(input)}` });
    return z.NEVER;
  });
}

/** One of a few words. */
export function oneOf<const Word extends string>(...words: Word[]): z.ZodType<Word> {
  return z.enum(words, {
    error: (issue) => `expected ${words.map((word) => `"${word}"`).join(' or ')}, found ${show(issue.input)}`,
  });
}

/** An underlying's name, such as "ETH". */
export const isUnderlyingName = (key: string): boolean =>
  /^(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/.test(key);

/** On-chain expiries are whole hours below 2^20 of them. */
export const isExpiry = (seconds: number): boolean => seconds % 3600 === 0 && seconds / 3600 < 2 ** 20;

function toWad(input: unknown): bigint | undefined {
  if (typeof input !== 'string') return undefined;
  try {
    return parseWad(input);
  } catch {
    return undefined;
  }
}
