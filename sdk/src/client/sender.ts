import { parseAccount } from 'viem/accounts';
import type { Account, Address } from 'viem';
import { MissingSenderError } from './errors.ts';
import type { NovateClient } from './types.ts';

/** Who sends: the given account or address, else the client's account. @throws MissingSenderError */
export function senderOf(client: NovateClient, sender?: Account | Address): Account {
  if (sender !== undefined) return parseAccount(sender);
  if (client.account === undefined) throw new MissingSenderError();
  return client.account;
}

/** Who sends a write. */
export interface Sender {
  /** The client's account unless given. */
  readonly sender?: Account | Address | undefined;
}
