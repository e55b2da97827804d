import { readContract, simulateContract } from 'viem/actions';
import type { Address, Hash } from 'viem';
import { liquidityVaultAbi } from '../../abi/liquidityVault.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import { explained } from '../explained.ts';
import { prepare } from '../prepare.ts';
import type { Prepared } from '../prepare.ts';
import { requireVault } from '../requireVault.ts';
import { send } from '../send.ts';
import { senderOf } from '../sender.ts';
import type { Sender } from '../sender.ts';
import type { NovateClient } from '../types.ts';

export interface RedeemFromVaultParameters extends Sender {
  /** Shares of the sender in escrow, in their own decimals; all that are due and can be paid unless given. */
  readonly shares?: bigint | undefined;
  /** Who gets the tokens; the sender unless given. */
  readonly receiver?: Address | undefined;
}

/**
 * Prepares the last step out of the liquidity vault. The result is what it pays, in the token's own decimals, at the price
 * of now.
 * @throws NovateContractError such as NothingRequested, RequestNotReady, RequestLapsed, ERC4626ExceededMaxRedeem (the vault's
 * margin needs the cash, or a price is not fresh)
 * @throws MissingSenderError, MissingVaultError
 */
export async function prepareRedeemFromVault(
  client: NovateClient,
  addresses: NovateAddresses,
  { shares, receiver, sender }: RedeemFromVaultParameters = {},
): Promise<Prepared<bigint>> {
  const account = senderOf(client, sender);
  const address = requireVault(addresses);
  const request = {
    address,
    abi: liquidityVaultAbi,
    functionName: 'redeem',
    args: [
      shares ?? (await redeemable(client, address, account.address)),
      receiver ?? account.address,
      account.address,
    ],
    account,
  } as const;
  return prepare(client, request, () => simulateContract(client, request));
}

/** What can be paid of what is in escrow; all of it where nothing can, so that the vault says why. */
async function redeemable(client: NovateClient, address: Address, owner: Address): Promise<bigint> {
  const at = { address, abi: liquidityVaultAbi, args: [owner] } as const;
  const [most, { shares }] = await explained(
    Promise.all([
      readContract(client, { ...at, functionName: 'maxRedeem' }),
      readContract(client, { ...at, functionName: 'requestOf' }),
    ]),
  );
  // of nobody's shares the smallest part, which the vault refuses with the reason
  return most || shares || 1n;
}

/** Redeems shares that are due. @returns The transaction's hash. */
export async function sendRedeemFromVault(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters?: RedeemFromVaultParameters,
): Promise<Hash> {
  return send(client, () => prepareRedeemFromVault(client, addresses, parameters));
}
