import type { TypedDataDomain } from 'viem';
import type { SurfaceDomain, SurfaceReport } from './types.ts';

/** EIP-712 types of a batch of reports, in the order of the Solidity struct. */
export const surfaceTypes = {
  SurfaceBatch: [{ name: 'reports', type: 'SurfaceReport[]' }],
  SurfaceReport: [
    { name: 'underlying', type: 'uint16' },
    { name: 'expirySec', type: 'uint40' },
    { name: 'a', type: 'int256' },
    { name: 'b', type: 'uint256' },
    { name: 'rho', type: 'int256' },
    { name: 'm', type: 'int256' },
    { name: 'sigma', type: 'uint256' },
    { name: 'basis', type: 'int256' },
    { name: 'timestamp', type: 'uint40' },
  ],
} as const;

export interface SurfaceTypedData {
  readonly domain: TypedDataDomain;
  readonly types: typeof surfaceTypes;
  readonly primaryType: 'SurfaceBatch';
  readonly message: { readonly reports: readonly SurfaceReport[] };
}

/** What a signer is asked to sign for a batch of reports. */
export function surfaceTypedData(
  reports: readonly SurfaceReport[],
  { chainId, volSurface }: SurfaceDomain,
): SurfaceTypedData {
  return {
    domain: { name: 'Novate VolSurface', version: '1', chainId, verifyingContract: volSurface },
    types: surfaceTypes,
    primaryType: 'SurfaceBatch',
    message: { reports },
  };
}
