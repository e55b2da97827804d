import { readContract } from 'viem/actions';
import { marginLensAbi } from '../../abi/marginLens.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import { decodeNovateError } from '../../errors/index.ts';
import type { NovateContractError } from '../../errors/index.ts';
import { atBlock } from '../atBlock.ts';
import { explained } from '../explained.ts';
import type { AtBlock, NovateClient } from '../types.ts';
import { toMargin, toState } from '../values.ts';
import type { HealthAt, HealthQuery } from './getHealthAt.ts';

export interface GetHealthAtManyParameters extends AtBlock {
  /** Neighbours of the same account share the reading of its portfolio. */
  readonly queries: readonly HealthQuery[];
}

/** The answer to one query, or why there is none. */
export type HealthAtResult =
  | (HealthAt & { readonly ok: true })
  | {
      readonly ok: false;
      /** Undefined where the query ran out of gas: ask fewer at a time. */
      readonly error: NovateContractError | undefined;
    };

/** `getHealthAt` for many accounts and shocks in one call, in their order; one that fails does not stop the rest. */
export async function getHealthAtMany(
  client: NovateClient,
  addresses: NovateAddresses,
  { queries, ...block }: GetHealthAtManyParameters,
): Promise<readonly HealthAtResult[]> {
  const call = readContract(client, {
    address: addresses.marginLens,
    abi: marginLensAbi,
    functionName: 'healthAtMany',
    args: [queries.map(({ account, underlying = 0, shock }) => ({ account, underlying, shock }))],
    ...atBlock(block),
  });
  const results = await explained(call);
  return results.map(({ ok, margin, state, reason }) =>
    ok ? { ok, margin: toMargin(margin), state: toState(state) } : { ok, error: decodeNovateError(reason) },
  );
}
