import { simulateContract } from 'viem/actions';
import type { Hash } from 'viem';
import { liquidityVaultAbi } from '../../abi/liquidityVault.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import { prepare } from '../prepare.ts';
import type { Prepared } from '../prepare.ts';
import { requireVault } from '../requireVault.ts';
import { send } from '../send.ts';
import { senderOf } from '../sender.ts';
import type { Sender } from '../sender.ts';
import type { NovateClient } from '../types.ts';

export interface RequestVaultRedemptionParameters extends Sender {
  /** Shares in their own decimals, added to those in escrow already; 0 renews a request. */
  readonly shares: bigint;
}

/**
 * Prepares the first step out of the liquidity vault: shares go in escrow, where they gain and lose like all others. After
 * the delay, and before the window closes, `prepareRedeemFromVault` pays them. The delay starts anew for all in escrow.
 * @throws NovateContractError such as ERC20InsufficientBalance, NothingRequested
 * @throws MissingSenderError, MissingVaultError
 */
export async function prepareRequestVaultRedemption(
  client: NovateClient,
  addresses: NovateAddresses,
  { shares, sender }: RequestVaultRedemptionParameters,
): Promise<Prepared<void>> {
  const request = {
    address: requireVault(addresses),
    abi: liquidityVaultAbi,
    functionName: 'requestRedeem',
    args: [shares],
    account: senderOf(client, sender),
  } as const;
  return prepare(client, request, () => simulateContract(client, request));
}

/** Puts shares in escrow. @returns The transaction's hash. */
export async function sendRequestVaultRedemption(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: RequestVaultRedemptionParameters,
): Promise<Hash> {
  return send(client, () => prepareRequestVaultRedemption(client, addresses, parameters));
}
