import { readContract, simulateContract } from 'viem/actions';
import type { Hash } from 'viem';
import { clearinghouseAbi } from '../protocolAbi.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { readAllowance, requiredApprovals } from '../approvals.ts';
import type { ApprovalNeed } from '../approvals.ts';
import { explained } from '../explained.ts';
import { permitArguments, permitFor } from '../permits.ts';
import type { SignedPermit } from '../permits.ts';
import { prepare } from '../prepare.ts';
import type { Prepared, Requirement } from '../prepare.ts';
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
  /**
   * The permit that the requirement of an earlier `prepareDeposit` asked to sign. `false` asks for an approval, a
   * transaction, though the token takes permits.
   */
  readonly permit?: SignedPermit | false | undefined;
}

/**
 * Prepares a deposit of the sender's tokens into an account. Where the allowance is smaller than the amount it requires a
 * permit for exactly the amount, which is signed and goes with the deposit, or of tokens and senders that cannot do that
 * an approval.
 * @throws NovateContractError such as UnknownAsset, AssetDisabled, DepositCapExceeded, NotAuthorised
 * @throws TokenBalanceTooLowError, MissingSenderError
 */
export async function prepareDeposit(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, assetId, amountRaw, permit, sender }: DepositParameters,
): Promise<Prepared<void>> {
  const at = {
    address: addresses.clearinghouse,
    abi: clearinghouseAbi,
    account: senderOf(client, sender),
  } as const;
  const { token } = await explained(
    readContract(client, { ...at, functionName: 'assetInfo', args: [assetId] }),
  );
  const need = { token, owner: at.account, spender: addresses.clearinghouse, amountRaw };
  if (permit !== undefined && permit !== false) {
    await readAllowance(client, need);
    const args = [account, assetId, amountRaw, ...permitArguments(permit)] as const;
    const request = { ...at, functionName: 'depositWithPermit', args } as const;
    return prepare(client, request, () => simulateContract(client, request));
  }
  const request = { ...at, functionName: 'deposit', args: [account, assetId, amountRaw] } as const;
  const [first, ...more] = await requirementsOf(client, need, permit !== false);
  if (first !== undefined) return { ready: false, requirements: [first, ...more], request };
  return prepare(client, request, () => simulateContract(client, request));
}

async function requirementsOf(
  client: NovateClient,
  need: ApprovalNeed,
  mayPermit: boolean,
): Promise<readonly Requirement[]> {
  if (mayPermit && (await readAllowance(client, need)) < need.amountRaw) {
    const permit = await permitFor(client, need);
    if (permit !== undefined) return [permit];
  }
  return requiredApprovals(client, need);
}

/** Deposits, with the permit or after the approval that `prepareDeposit` lists where one is needed. @returns The hash of the deposit. */
export async function sendDeposit(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: DepositParameters,
): Promise<Hash> {
  return send(client, (permit) => prepareDeposit(client, addresses, { permit, ...parameters }));
}
