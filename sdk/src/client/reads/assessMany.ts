import { readContract } from 'viem/actions';
import { marginLensAbi } from '../../abi/marginLens.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { decodeNovateError } from '../../errors/index.ts';
import type { NovateContractError } from '../../errors/index.ts';
import type { MarginState } from '../../risk/index.ts';
import { atBlock } from '../atBlock.ts';
import { explained } from '../explained.ts';
import type { AtBlock, NovateClient } from '../types.ts';
import { toMargin, toState } from '../values.ts';
import type { MarginAtPrices } from '../values.ts';

export interface AssessManyParameters extends AtBlock {
  readonly accounts: readonly AccountId[];
}

interface AssessedBase {
  readonly account: AccountId;
  /** Unix seconds; 0 means not flagged. */
  readonly flaggedAt: number;
}

/** One account's margin, or why it has none now. */
export type AccountAssessment =
  | (AssessedBase & { readonly ok: true; readonly margin: MarginAtPrices; readonly state: MarginState })
  | (AssessedBase & {
      readonly ok: false;
      /** Undefined where the account ran out of gas: ask for fewer at a time. */
      readonly error: NovateContractError | undefined;
    });

/** Margins of many accounts in one call, in their order; one that fails does not stop the rest. */
export async function assessMany(
  client: NovateClient,
  addresses: NovateAddresses,
  { accounts, ...block }: AssessManyParameters,
): Promise<readonly AccountAssessment[]> {
  const call = readContract(client, {
    address: addresses.marginLens,
    abi: marginLensAbi,
    functionName: 'assessMany',
    args: [accounts],
    ...atBlock(block),
  });
  const assessments = await explained(call);
  return assessments.map(({ account, flaggedAt, ok, margin, state, reason }) =>
    ok
      ? { account, flaggedAt, ok, margin: toMargin(margin), state: toState(state) }
      : { account, flaggedAt, ok, error: decodeNovateError(reason) },
  );
}
