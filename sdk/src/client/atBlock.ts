import type { AtBlock } from './types.ts';

/** viem's block parameters: nothing at all where no block was asked for. */
export function atBlock({ blockNumber }: AtBlock): { readonly blockNumber?: bigint } {
  return blockNumber === undefined ? {} : { blockNumber };
}
