import { readContract, simulateContract } from 'viem/actions';
import type { Address, Hash } from 'viem';
import { liquidityVaultAbi } from '../../abi/liquidityVault.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import { requiredApprovals } from '../approvals.ts';
import { explained } from '../explained.ts';
import { prepare } from '../prepare.ts';
import type { Prepared } from '../prepare.ts';
import { requireVault } from '../requireVault.ts';
import { send } from '../send.ts';
import { senderOf } from '../sender.ts';
import type { Sender } from '../sender.ts';
import type { NovateClient } from '../types.ts';

export interface DepositToVaultParameters extends Sender {
  /** Cash, in the token's own decimals. */
  readonly amountRaw: bigint;
  /** Who gets the shares; the sender unless given. */
  readonly receiver?: Address | undefined;
}

/**
 * Prepares a deposit of the sender's tokens into the liquidity vault. The result is the shares that it gives. Requires an
 * approval of exactly the amount where the allowance is smaller. Shares are priced at the index, which nobody trades
 * against, so that there is no slippage to bound; leaving takes a request and a delay (`prepareRequestVaultRedemption`).
 * @throws NovateContractError such as ERC4626ExceededMaxDeposit (a price is not fresh, or a cap is reached), DepositTooSmall
 * @throws TokenBalanceTooLowError, MissingSenderError, MissingVaultError
 */
export async function prepareDepositToVault(
  client: NovateClient,
  addresses: NovateAddresses,
  { amountRaw, receiver, sender }: DepositToVaultParameters,
): Promise<Prepared<bigint>> {
  const account = senderOf(client, sender);
  const address = requireVault(addresses);
  const request = {
    address,
    abi: liquidityVaultAbi,
    functionName: 'deposit',
    args: [amountRaw, receiver ?? account.address],
    account,
  } as const;
  const token = await explained(
    readContract(client, { address, abi: liquidityVaultAbi, functionName: 'asset' }),
  );
  const need = { token, owner: account, spender: address, amountRaw };
  const [first, ...more] = await requiredApprovals(client, need);
  if (first !== undefined) return { ready: false, requirements: [first, ...more], request };
  return prepare(client, request, () => simulateContract(client, request));
}

/** Deposits, after the approval that `prepareDepositToVault` lists where one is needed. @returns The hash of the deposit. */
export async function sendDepositToVault(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: DepositToVaultParameters,
): Promise<Hash> {
  return send(client, () => prepareDepositToVault(client, addresses, parameters));
}
