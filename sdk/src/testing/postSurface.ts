import type { Account, Hash } from 'viem';
import { getBlock, getChainId } from 'viem/actions';
import { volSurfaceAbi } from '../abi/volSurface.ts';
import type { NovateClient } from '../client/types.ts';
import { buildReport, signSurfaces } from '../surfaces/index.ts';
import type { BuildReportParameters } from '../surfaces/index.ts';
import type { TestContracts } from './deployNovate.ts';
import { sendMined } from './sendMined.ts';

/** As `buildReport`; the time is the latest block's unless given. */
export type PostSurfaceParameters = BuildReportParameters;

/** Signs a surface as the deployment's only signer, and posts it. Resolves when it is mined. */
export async function postSurface(
  client: NovateClient,
  { volSurface }: TestContracts,
  { deployer, ...surface }: PostSurfaceParameters & { readonly deployer: Account },
): Promise<Hash> {
  const [chainId, block] = await Promise.all([getChainId(client), getBlock(client)]);
  const reports = [buildReport({ ...surface, timestamp: surface.timestamp ?? Number(block.timestamp) })];
  const signature = await signSurfaces(client, { reports, chainId, volSurface, signer: deployer });
  return sendMined(client, {
    address: volSurface,
    abi: volSurfaceAbi,
    functionName: 'post',
    args: [reports, [signature]],
    account: deployer,
  });
}
