import { readContract, simulateContract } from 'viem/actions';
import type { Hash } from 'viem';
import { clearinghouseAbi } from '../protocolAbi.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { requiredApprovals } from '../approvals.ts';
import { explained } from '../explained.ts';
import { prepare } from '../prepare.ts';
import type { Prepared } from '../prepare.ts';
import { send } from '../send.ts';
import { senderOf } from '../sender.ts';
import type { Sender } from '../sender.ts';
import type { NovateClient } from '../types.ts';

export interface DepositParameters extends Sender {
  readonly account: AccountId;
  /** 0 is cash; see getAssets. */
  readonly assetId: number;
  /** In the token's own decimals. */
  readonly amountRaw: bigint;
}

/**
 * Prepares a deposit of the sender's tokens into an account. Requires an approval of exactly the amount where the
 * allowance is smaller.
 * @throws NovateContractError such as UnknownAsset, AssetDisabled, DepositCapExceeded, NotAuthorised
 * @throws TokenBalanceTooLowError, MissingSenderError
 */
export async function prepareDeposit(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, assetId, amountRaw, sender }: DepositParameters,
): Promise<Prepared<void>> {
  const request = {
    address: addresses.clearinghouse,
    abi: clearinghouseAbi,
    functionName: 'deposit',
    args: [account, assetId, amountRaw],
    account: senderOf(client, sender),
  } as const;
  const { token } = await explained(
    readContract(client, {
      address: addresses.clearinghouse,
      abi: clearinghouseAbi,
      functionName: 'assetInfo',
      args: [assetId],
    }),
  );
  const [first, ...more] = await requiredApprovals(client, {
    token,
    owner: request.account,
    spender: addresses.clearinghouse,
    amountRaw,
  });
  if (first !== undefined) return { ready: false, requirements: [first, ...more], request };
  return prepare(client, request, () => simulateContract(client, request));
}

/** Deposits, after the approval that `prepareDeposit` lists where one is needed. @returns The hash of the deposit. */
export async function sendDeposit(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: DepositParameters,
): Promise<Hash> {
  return send(client, () => prepareDeposit(client, addresses, parameters));
}
