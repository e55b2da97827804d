import { clearinghouseAbi, getAssets, liquidatorAbi, profileFromStruct, riskEngineAbi } from '@novate/sdk';
import type { NovateAddresses, RiskProfile } from '@novate/sdk';
import type { Address } from 'viem';
import type { KeeperClient } from '../chain/viemChain.ts';
import type { References } from '../mirror/references.ts';

/** Reads what events do not carry, as of a block. @param profileIds The profiles that accounts use. */
export async function readReferences(
  client: KeeperClient,
  addresses: NovateAddresses,
  profileIds: Iterable<number>,
  blockNumber: bigint,
): Promise<References> {
  const clearinghouse = { address: addresses.clearinghouse, abi: clearinghouseAbi, blockNumber } as const;
  const riskEngine = await client.readContract({ ...clearinghouse, functionName: 'riskEngine' });
  const engine = { address: riskEngine, abi: riskEngineAbi, blockNumber } as const;
  const [insuranceAccount, parameters, assets, profiles, volSurface, settlementTwap] = await Promise.all([
    client.readContract({ ...clearinghouse, functionName: 'insuranceAccount' }),
    client.readContract({
      address: addresses.liquidator,
      abi: liquidatorAbi,
      functionName: 'parameters',
      blockNumber,
    }),
    getAssets(client, addresses, { blockNumber }),
    readProfiles(client, riskEngine, [...profileIds], blockNumber),
    client.readContract({ ...engine, functionName: 'volSurface' }),
    client.readContract({ ...engine, functionName: 'settlementTwap' }),
  ]);
  const [dustMargin, minReward] = parameters;
  return {
    riskEngine,
    volSurface,
    settlementTwap,
    profiles,
    assetUnderlyings: new Map(assets.map(({ assetId, underlying }) => [assetId, underlying])),
    insuranceAccount,
    dustMargin,
    minReward,
  };
}

async function readProfiles(
  client: KeeperClient,
  address: Address,
  ids: readonly number[],
  blockNumber: bigint,
): Promise<Map<number, RiskProfile>> {
  const structs = await Promise.all(
    ids.map((id) =>
      client.readContract({
        address,
        abi: riskEngineAbi,
        blockNumber,
        functionName: 'profile',
        args: [BigInt(id)],
      }),
    ),
  );
  return new Map(
    ids.flatMap((id, i) => {
      const struct = structs[i];
      return struct === undefined ? [] : [[id, profileFromStruct(struct)]];
    }),
  );
}
