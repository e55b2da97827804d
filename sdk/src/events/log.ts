import type { Hex } from 'viem';

/** The part of a log that decoding needs; viem's `Log` and a raw JSON-RPC log both fit. */
export interface LogLike {
  readonly address?: string | undefined;
  readonly topics: readonly Hex[];
  readonly data: Hex;
}
