import { decodeNovateError } from '@novate/sdk';
import type { NovateContractError } from '@novate/sdk';
import type { Hex } from 'viem';
import type { SkipReason } from '../decide/skip.ts';

/** Why a node did not take a transaction. */
export type SendFailure =
  | 'alreadyKnown'
  | 'nonceTooLow'
  | 'underpriced'
  | 'insufficientFunds'
  | 'rejected'
  /** No answer, or none that can be trusted: the node may have taken it. */
  | 'unsure';

const PATTERNS: readonly (readonly [RegExp, SendFailure])[] = [
  [/already known|already imported|known transaction|alreadyexists/i, 'alreadyKnown'],
  [/nonce too low|nonce.{0,40}(?:lower|too low)|expected nonce to be|oldnonce/i, 'nonceTooLow'],
  [
    /underpriced|max fee per gas less than block base fee|fee too low|feetoolow|gas price.{0,20}too low/i,
    'underpriced',
  ],
  [/insufficient funds|enough funds|balance too low/i, 'insufficientFunds'],
];

/** Unknown, internal error and limit exceeded: what a proxy says when the node behind it may or may not have answered. */
const PROXY_CODES = new Set([-1, -32603, -32005]);

const NETWORK_CODE = /^[A-Z][A-Z_]{2,39}$/;

/** Sorts what a node threw when a transaction was sent. */
export function classifySendError(error: unknown): SendFailure {
  const { text, answered } = describeError(error);
  for (const [pattern, failure] of PATTERNS) if (pattern.test(text)) return failure;
  return answered ? 'rejected' : 'unsure';
}

/** What a failed simulation means. */
export interface SimulationFailure {
  readonly kind: 'gone' | 'overshoot' | 'keeperMargin' | 'priceUnusable' | 'reverts' | 'rpc';
  readonly skip: SkipReason;
  readonly message: string;
}

/** A rival was first, or the account recovered: what the keeper is there for has happened. */
const GONE = new Set([
  'NotLiquidatable',
  'PositionNotFound',
  'ReducesPastZero',
  'InsufficientBalance',
  'EmptyBasket',
]);

/** Sorts what a simulated liquidation threw. */
export function classifySimulationError(error: unknown): SimulationFailure {
  const decoded = decodeNovateError(error);
  if (decoded === undefined) {
    const { text, answered } = describeError(error);
    const reverted = answered && /revert/i.test(text);
    return {
      kind: reverted ? 'reverts' : 'rpc',
      skip: reverted ? 'wouldRevert' : 'rpcError',
      message: firstLine(text),
    };
  }
  return { ...meaningOf(decoded), message: `${decoded.errorName}: ${decoded.sentence}` };
}

/** Sorts what a part of a batch reverted with. @param reason Revert data; without any it most likely ran out of gas. */
export function failureInBatch(reason: Hex): SimulationFailure {
  const decoded = reason === '0x' ? undefined : decodeNovateError(reason);
  if (decoded !== undefined)
    return { ...meaningOf(decoded), message: `${decoded.errorName}: ${decoded.sentence}` };
  const message =
    reason === '0x' ? 'reverted without a reason: most likely out of gas' : `reverted with ${reason}`;
  return { kind: 'reverts', skip: 'wouldRevert', message };
}

function meaningOf({ errorName }: NovateContractError): Pick<SimulationFailure, 'kind' | 'skip'> {
  if (GONE.has(errorName)) return { kind: 'gone', skip: 'healthyOnChain' };
  switch (errorName) {
    case 'Overshoot':
      return { kind: 'overshoot', skip: 'wouldRevert' };
    case 'BelowInitialMargin':
      return { kind: 'keeperMargin', skip: 'keeperNeedsCollateral' };
    case 'PriceNotUsable':
      return { kind: 'priceUnusable', skip: 'priceStale' };
    case 'PriceUnavailable':
      return { kind: 'priceUnusable', skip: 'priceUnavailable' };
    default:
      return { kind: 'reverts', skip: 'wouldRevert' };
  }
}

/** One line for people. Never the request: an endpoint's address may hold a key. */
export function messageOf(error: unknown): string {
  const decoded = decodeNovateError(error);
  if (decoded !== undefined) return `${decoded.errorName}: ${decoded.sentence}`;
  const { text, reason } = describeError(error);
  const line = firstLine(text);
  return reason === undefined || line.includes(reason) ? line : `${line.replace(/\.$/, '')} (${reason})`;
}

interface Described {
  /** All messages of an error and its causes. */
  readonly text: string;
  /** Whether a node answered at all. */
  readonly answered: boolean;
  /** What the network or the HTTP server says: ECONNREFUSED, HTTP 429. */
  readonly reason: string | undefined;
}

function describeError(error: unknown): Described {
  const texts: string[] = [];
  let answered = false;
  let reason: string | undefined;
  let current: unknown = error;
  for (let depth = 0; depth < 12 && typeof current === 'object' && current !== null; ++depth) {
    for (const key of ['shortMessage', 'details', 'message']) {
      const text: unknown = Reflect.get(current, key);
      if (typeof text === 'string' && text !== '' && !texts.includes(text)) texts.push(text);
    }
    // JSON-RPC errors have a number as code; network errors a string, or a status
    const code: unknown = Reflect.get(current, 'code');
    const status: unknown = Reflect.get(current, 'status');
    if (typeof code === 'string' && NETWORK_CODE.test(code)) reason ??= code;
    else if (typeof status === 'number') reason ??= `HTTP ${status}`;
    // what the platform threw when time was up has numbers of its own
    const isOurs = current instanceof DOMException;
    if (typeof code === 'number' && !isOurs && !PROXY_CODES.has(code)) answered = true;
    current = Reflect.get(current, 'cause');
  }
  return { text: texts.length === 0 ? String(error) : texts.join('\n'), answered, reason };
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').replace(/https?:\/\/\S+/g, '[endpoint]');
}
