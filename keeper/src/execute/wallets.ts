import type { Address } from 'viem';
import type { Leases } from '../store/lease.ts';
import { walletLease } from '../store/storeJournal.ts';
import type { StoreJournal } from '../store/storeJournal.ts';
import { createLanes } from './lanes.ts';
import type { Lane } from './lane.ts';

export interface Wallet {
  readonly address: Address;
  readonly journal: StoreJournal;
  readonly lane: Lane;
}

/** The keeper's wallets, each under a lease: only one process at a time sends from a wallet. */
export interface Wallets {
  /** All that are owned at the moment, as one lane. */
  readonly lane: Lane;
  /** Takes the wallets that nobody owns, with what their former owners left in flight. */
  claim(): Promise<void>;
  /** Addresses owned at the moment. */
  owned(): readonly Address[];
  /** Puts what was mined after a block back in flight. */
  reopen(after: bigint): Promise<void>;
}

export function createWallets(wallets: readonly Wallet[], leases: Leases): Wallets {
  /** The tokens under which journals were loaded: under any other, memory may be out of date. */
  const loaded = new Map<Address, bigint>();
  const isOwned = ({ address }: Wallet): boolean => {
    const token = leases.held(walletLease(address))?.token;
    return token !== undefined && loaded.get(address) === token;
  };
  return {
    lane: createLanes(wallets.map((wallet) => ({ lane: wallet.lane, owned: () => isOwned(wallet) }))),
    owned: () => wallets.filter(isOwned).map(({ address }) => address),
    async claim() {
      for (const wallet of wallets.filter((each) => !isOwned(each))) {
        const name = walletLease(wallet.address);
        const lease = leases.held(name) ?? (await leases.acquire(name));
        if (lease === undefined) continue;
        await wallet.journal.load();
        loaded.set(wallet.address, lease.token);
      }
    },
    async reopen(after) {
      for (const wallet of wallets.filter(isOwned)) await wallet.journal.reopen(after);
    },
  };
}
