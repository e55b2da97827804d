import { decodeAbiParameters, slice } from 'viem';
import type { Hex } from 'viem';
import type { AbiError } from './allErrorsAbi.ts';
import { errorsOf, findError, selectorOf, signatureOf } from './allErrorsAbi.ts';
import { explanationOf } from './explanations/index.ts';
import { fillSentence } from './format.ts';
import type { NamedArgument, NameContext } from './format.ts';
import { NovateContractError } from './NovateContractError.ts';
import { findRevertData } from './revertData.ts';

const REASON: AbiError = { type: 'error', name: 'Error', inputs: [{ name: 'reason', type: 'string' }] };
const PANIC: AbiError = { type: 'error', name: 'Panic', inputs: [{ name: 'code', type: 'uint256' }] };
const builtIns = new Map([REASON, PANIC].map((item) => [selectorOf(item), item]));

const GENERIC_REMEDY = 'Check the arguments against the documentation of the call, and read the state again.';
const PANICS: Readonly<Record<number, string>> = {
  0x01: 'an assertion failed',
  0x11: 'a number overflowed',
  0x12: 'a division by zero',
  0x21: 'an enum value out of range',
  0x32: 'an index out of bounds',
  0x41: 'out of memory',
};

/**
 * Explains a revert: takes whatever viem, a provider or a node threw (or the revert data as hex) and returns the decoded
 * custom error with a sentence and a remedy. Undefined where the error holds no revert data: a network failure, say.
 * A `NovateContractError` comes back as it is.
 */
export function decodeNovateError(error: unknown, names: NameContext = {}): NovateContractError | undefined {
  if (error instanceof NovateContractError) return error;
  const data = findRevertData(error);
  if (data === undefined) return undefined;
  const cause = error === data ? undefined : error;
  const selector = slice(data, 0, 4);
  const item = findInOwnAbi(error, selector) ?? findError(selector) ?? builtIns.get(selector);
  const values = item === undefined ? undefined : tryDecode(item, data);
  if (item === undefined || values === undefined) return unknownError(data, selector, cause);

  const args = item.inputs.map((input, i): NamedArgument => ({
    name: input.name ?? String(i),
    value: values[i],
  }));
  const signature = signatureOf(item);
  return new NovateContractError(
    {
      errorName: item.name,
      signature,
      args: Object.fromEntries(args.map(({ name, value }) => [name, value])),
      ...explain(item, signature, args, names),
      data,
    },
    cause,
  );
}

/** What `decodeNovateError` returns, or the error itself where it explains nothing: `catch (e) { throw toNovateError(e) }`. */
export function toNovateError(error: unknown, names: NameContext = {}): unknown {
  return decodeNovateError(error, names) ?? error;
}

function explain(
  item: AbiError,
  signature: string,
  args: readonly NamedArgument[],
  names: NameContext,
): { readonly sentence: string; readonly remedy: string } {
  const explanation = explanationOf(item.name, signature);
  if (explanation !== undefined) {
    return { sentence: fillSentence(explanation, args, names), remedy: explanation.remedy };
  }
  const value = args[0]?.value;
  if (item === REASON) return { sentence: `The call reverted: ${String(value)}.`, remedy: GENERIC_REMEDY };
  if (item === PANIC) {
    const reason = PANICS[Number(value)] ?? `panic 0x${Number(value).toString(16)}`;
    return { sentence: `The call reverted on an internal check: ${reason}.`, remedy: GENERIC_REMEDY };
  }
  const listed = args.map(({ name, value: shown }) => `${name} = ${String(shown)}`).join(', ');
  return { sentence: `The call reverted with ${item.name}(${listed}).`, remedy: GENERIC_REMEDY };
}

function unknownError(data: Hex, selector: Hex, cause: unknown): NovateContractError {
  return new NovateContractError(
    {
      errorName: 'Unknown',
      signature: selector,
      args: { selector },
      sentence: `The call reverted with data that no Novate ABI explains, selector ${selector}.`,
      remedy: 'Check that the addresses belong to this release of Novate and to this chain.',
      data,
    },
    cause,
  );
}

function tryDecode(item: AbiError, data: Hex): readonly unknown[] | undefined {
  if (item.inputs.length === 0) return [];
  try {
    return decodeAbiParameters(item.inputs, `0x${data.slice(10)}`);
  } catch {
    return undefined;
  }
}

// two contracts may declare one error under different argument names: those of the called contract are the right ones
function findInOwnAbi(error: unknown, selector: Hex): AbiError | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const abi: unknown = Reflect.get(error, 'abi');
  if (!Array.isArray(abi)) return undefined;
  return errorsOf(abi.filter(isAbiItem)).find((item) => selectorOf(item) === selector);
}

function isAbiItem(item: unknown): item is { readonly type: string } {
  return typeof item === 'object' && item !== null && typeof Reflect.get(item, 'type') === 'string';
}
