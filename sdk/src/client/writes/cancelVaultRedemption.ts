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

export type CancelVaultRedemptionParameters = Sender;

/**
 * Prepares to take all shares in escrow back.
 * @throws NovateContractError such as NothingRequested
 * @throws MissingSenderError, MissingVaultError
 */
export async function prepareCancelVaultRedemption(
  client: NovateClient,
  addresses: NovateAddresses,
  { sender }: CancelVaultRedemptionParameters = {},
): Promise<Prepared<void>> {
  const request = {
    address: requireVault(addresses),
    abi: liquidityVaultAbi,
    functionName: 'cancelRequest',
    args: [],
    account: senderOf(client, sender),
  } as const;
  return prepare(client, request, () => simulateContract(client, request));
}

/** Takes shares in escrow back. @returns The transaction's hash. */
export async function sendCancelVaultRedemption(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters?: CancelVaultRedemptionParameters,
): Promise<Hash> {
  return send(client, () => prepareCancelVaultRedemption(client, addresses, parameters));
}
