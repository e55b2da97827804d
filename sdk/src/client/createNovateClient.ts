import { createWalletClient, publicActions } from 'viem';
import type { Account, Address, Chain, PublicActions, Transport, WalletClient } from 'viem';
import { parseAccount } from 'viem/accounts';
import type { NovateAddresses } from '../addresses/index.ts';
import { novateActions } from './novateActions.ts';
import type { NovateActions } from './novateActions.ts';

export interface CreateNovateClientParameters<ChainOf extends Chain> {
  readonly addresses: NovateAddresses;
  readonly chain: ChainOf;
  readonly transport: Transport;
  /** Who sends and signs: an address that the node or the wallet has the key of, or a local account. Reads need none. */
  readonly account?: Account | Address | undefined;
  /** Milliseconds between looks at the chain while waiting; viem's default unless given. */
  readonly pollingInterval?: number | undefined;
}

/** What `createNovateClient` returns. */
export type NovateViemClient<ChainOf extends Chain = Chain> = WalletClient<
  Transport,
  ChainOf,
  Account | undefined
> &
  PublicActions<Transport, ChainOf, Account | undefined> & { readonly novate: NovateActions };

/**
 * A viem client with viem's own actions, public and wallet's, and the protocol under `novate`. To add the protocol to a
 * client that exists, use `client.extend(novateActions(addresses))`.
 */
export function createNovateClient<ChainOf extends Chain>({
  addresses,
  chain,
  transport,
  account,
  pollingInterval,
}: CreateNovateClientParameters<ChainOf>): NovateViemClient<ChainOf> {
  const client = createWalletClient<Transport, ChainOf, Account | undefined>({
    chain,
    transport,
    account: account === undefined ? undefined : parseAccount(account),
    ...(pollingInterval === undefined ? {} : { pollingInterval }),
  });
  return client.extend(publicActions).extend(novateActions(addresses));
}
