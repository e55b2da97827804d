import { riskEngineAbi } from '@novate/sdk';
import { decodeErrorResult, decodeFunctionResult } from 'viem';
import type { Hex } from 'viem';
import type { Check } from './checkCase.ts';
import type { Case } from './types.ts';

/** The engine and the twin differ: the fields that do, and the case as JSON that can be replayed. */
export class MismatchError extends Error {
  override readonly name = 'MismatchError';
  readonly replay: string;

  constructor(subject: Case, check: Check, answer: Hex) {
    const replay = serializeCase(narrow(subject, check));
    const where = `seed ${subject.seed}, case ${subject.number}, ${check.question}`;
    const lines = describeDifference(check, answer).map((line) => `  ${line}`);
    super(
      [
        `engine and twin differ (${where}):`,
        ...lines,
        'Save the JSON and replay: npm run fuzz:differential -- --replay FILE',
        replay,
      ].join('\n'),
    );
    this.replay = replay;
  }
}

/** As JSON, with a bigint as a string that ends in `n`. */
export function serializeCase(subject: Case): string {
  return JSON.stringify(subject, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}

export function parseCase(json: string): Case {
  return JSON.parse(json, (_, value: unknown) =>
    typeof value === 'string' && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
  ) as Case;
}

/** Only the accounts and profiles that the check is about. */
function narrow(subject: Case, check: Check): Case {
  const profiles: Case['profiles'][number][] = [];
  const accounts = check.accounts.flatMap((i) => {
    const account = subject.accounts[i];
    const profile = account === undefined ? undefined : subject.profiles[account.profile];
    if (account === undefined || profile === undefined) return [];
    return [{ ...account, profile: profiles.push(profile) - 1 }];
  });
  return { ...subject, routed: check.question !== 'explainAt', profiles, accounts };
}

/** `field: engine ..., twin ...` for each field that differs. */
function describeDifference({ question, expected }: Check, answer: Hex): string[] {
  const decode = (data: Hex): unknown =>
    decodeFunctionResult({ abi: riskEngineAbi, functionName: question, data });
  let engine: unknown;
  try {
    engine = decode(answer);
  } catch {
    return [`the engine reverted: ${describeRevert(answer)}`];
  }
  const [actual, twin] = [flatten(engine), flatten(decode(expected))];
  const fields = [...new Set([...actual.keys(), ...twin.keys()])];
  const differing = fields.filter((field) => actual.get(field) !== twin.get(field));
  if (differing.length === 0) return ['the fields are equal and their encoding is not'];
  return differing.map(
    (field) => `${field}: engine ${actual.get(field) ?? '-'}, twin ${twin.get(field) ?? '-'}`,
  );
}

function describeRevert(data: Hex): string {
  try {
    const { errorName, args = [] } = decodeErrorResult({ abi: riskEngineAbi, data });
    return `${errorName}(${args.map(String).join(', ')})`;
  } catch {
    return data === '0x' ? 'without data' : data;
  }
}

function flatten(value: unknown, path = 'answer', into = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) flatten(part, `${path}.${key}`, into);
  } else {
    into.set(path, String(value));
  }
  return into;
}
