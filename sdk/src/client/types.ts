import type { Account, Chain, Client, Transport } from 'viem';

/**
 * Any viem client: reads need a transport; writes also an account, the client's or one passed as `sender`.
 */
export type NovateClient = Client<Transport, Chain | undefined, Account | undefined>;

/** At which block to read; the latest unless given. */
export interface AtBlock {
  readonly blockNumber?: bigint | undefined;
}
