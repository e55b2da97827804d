import { parseAbi } from 'viem';
import { readContract, simulateContract } from 'viem/actions';
import type { Account, Address } from 'viem';
import { TokenBalanceTooLowError } from './errors.ts';
import { explained } from './explained.ts';
import type { ApprovalRequirement, WriteRequest } from './prepare.ts';
import type { NovateClient } from './types.ts';

// without a return value, so that tokens which return none are understood too
const tokenAbi = parseAbi([
  'function approve(address spender, uint256 amount)',
  'function allowance(address owner, address spender) view returns (uint256)',
  'function balanceOf(address account) view returns (uint256)',
]);

export interface ApprovalNeed {
  readonly token: Address;
  readonly owner: Account;
  readonly spender: Address;
  /** In the token's own decimals. */
  readonly amountRaw: bigint;
}

/**
 * The approvals that let `spender` take exactly `amountRaw`: none, one, or two for tokens that refuse to change an
 * allowance that is not zero.
 * @throws TokenBalanceTooLowError
 */
export async function requiredApprovals(
  client: NovateClient,
  need: ApprovalNeed,
): Promise<readonly ApprovalRequirement[]> {
  const { amountRaw } = need;
  const allowanceRaw = await readAllowance(client, need);
  if (allowanceRaw >= amountRaw) return [];
  const approval = approvalOf(need, amountRaw);
  if (allowanceRaw === 0n || (await wouldSucceed(client, need))) return [approval];
  return [approvalOf(need, 0n), approval];
}

/**
 * What the spender may take already, raw units.
 * @throws TokenBalanceTooLowError where the owner does not have what is needed
 */
export async function readAllowance(
  client: NovateClient,
  { token, owner, spender, amountRaw }: ApprovalNeed,
): Promise<bigint> {
  const [balanceRaw, allowanceRaw] = await Promise.all([
    explained(
      readContract(client, {
        address: token,
        abi: tokenAbi,
        functionName: 'balanceOf',
        args: [owner.address],
      }),
    ),
    explained(
      readContract(client, {
        address: token,
        abi: tokenAbi,
        functionName: 'allowance',
        args: [owner.address, spender],
      }),
    ),
  ]);
  if (balanceRaw < amountRaw) throw new TokenBalanceTooLowError(token, owner.address, balanceRaw, amountRaw);
  return allowanceRaw;
}

function approvalOf({ token, owner, spender }: ApprovalNeed, amountRaw: bigint): ApprovalRequirement {
  const request: WriteRequest = {
    address: token,
    abi: tokenAbi,
    functionName: 'approve',
    args: [spender, amountRaw],
    account: owner,
  };
  const description = `approve ${spender} to take ${amountRaw} raw units of token ${token}`;
  return { type: 'approval', description, token, spender, amountRaw, request };
}

async function wouldSucceed(
  client: NovateClient,
  { token, owner, spender, amountRaw }: ApprovalNeed,
): Promise<boolean> {
  try {
    await simulateContract(client, {
      address: token,
      abi: tokenAbi,
      functionName: 'approve',
      args: [spender, amountRaw],
      account: owner,
    });
    return true;
  } catch {
    return false;
  }
}
