import { simulateContract } from 'viem/actions';
import type { Hash } from 'viem';
import { liquidatorAbi } from '../../abi/liquidator.ts';
import type { NovateAddresses } from '../../addresses/index.ts';
import type { AccountId } from '../../codec/index.ts';
import { prepare } from '../prepare.ts';
import type { Prepared } from '../prepare.ts';
import { send } from '../send.ts';
import { senderOf } from '../sender.ts';
import type { Sender } from '../sender.ts';
import type { NovateClient } from '../types.ts';

/** Who paid, wad USD. `remaining` was assigned to nobody. */
export interface Losses {
  readonly covered: bigint;
  readonly deleveraged: bigint;
  readonly socialised: bigint;
  readonly remaining: bigint;
}

export interface DeleverageParameters extends Sender {
  readonly account: AccountId;
}

/**
 * Prepares closing an insolvent account's positions against all who hold their other side, pro rata (SPEC-D). Anyone may
 * send it, where the insurance fund cannot pay what the account lacks, or 15 minutes after its flag.
 * @throws NovateContractError NotInsolvent, InsuranceSuffices, NothingToDeleverage, PriceNotUsable
 * @throws MissingSenderError
 */
export async function prepareDeleverage(
  client: NovateClient,
  addresses: NovateAddresses,
  { account, sender }: DeleverageParameters,
): Promise<Prepared<Losses>> {
  const request = {
    address: addresses.liquidator,
    abi: liquidatorAbi,
    functionName: 'deleverage',
    args: [account],
    account: senderOf(client, sender),
  } as const;
  return prepare(client, request, () => simulateContract(client, request));
}

/** Deleverages an account. @returns The transaction's hash. */
export async function sendDeleverage(
  client: NovateClient,
  addresses: NovateAddresses,
  parameters: DeleverageParameters,
): Promise<Hash> {
  return send(client, () => prepareDeleverage(client, addresses, parameters));
}
