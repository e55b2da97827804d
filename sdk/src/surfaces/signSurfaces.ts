import { signTypedData } from 'viem/actions';
import type { Account, Address } from 'viem';
import type { NovateClient } from '../client/types.ts';
import { senderOf } from '../client/sender.ts';
import { surfaceTypedData } from './surfaceTypedData.ts';
import type { SurfaceDomain, SurfaceReport, SurfaceSignature } from './types.ts';

export interface SignSurfacesParameters extends SurfaceDomain {
  readonly reports: readonly SurfaceReport[];
  /** Who signs; the client's account unless given. */
  readonly signer?: Account | Address | undefined;
}

/**
 * Asks a registered signer to sign a batch of reports.
 * @throws MissingSenderError where neither the client nor the call names a signer
 */
export async function signSurfaces(
  client: NovateClient,
  { reports, chainId, volSurface, signer }: SignSurfacesParameters,
): Promise<SurfaceSignature> {
  const account = senderOf(client, signer);
  const signature = await signTypedData(client, {
    account,
    ...surfaceTypedData(reports, { chainId, volSurface }),
  });
  return { signer: account.address, signature };
}
