import type { Address } from 'viem';
import { isAddressEqual, getAddress } from 'viem';
import { StoreSetupError } from './errors.ts';
import type { Database } from './open.ts';
import { deployment } from './schema.ts';

export interface Deployment {
  readonly chainId: number;
  readonly clearinghouse: Address;
  readonly fromBlock: bigint;
}

/**
 * Ties a new store to a deployment.
 * @throws StoreSetupError where it belongs to another one
 */
export async function bindDeployment(db: Database, wanted: Deployment): Promise<void> {
  await db.insert(deployment).values(wanted).onConflictDoNothing();
  const [found] = await db.select().from(deployment);
  if (
    found?.chainId === wanted.chainId &&
    found.fromBlock === wanted.fromBlock &&
    isAddressEqual(getAddress(found.clearinghouse), wanted.clearinghouse)
  )
    return;
  const { chainId, clearinghouse, fromBlock } = found ?? wanted;
  throw new StoreSetupError(
    `the store is of the clearinghouse ${clearinghouse} on chain ${chainId}, read from block ${fromBlock}; ` +
      'give this deployment a database of its own (databaseUrl or dataDir)',
  );
}
