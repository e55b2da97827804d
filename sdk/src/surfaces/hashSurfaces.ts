import { hashTypedData } from 'viem';
import type { Hex } from 'viem';
import { surfaceTypedData } from './surfaceTypedData.ts';
import type { SurfaceDomain, SurfaceReport } from './types.ts';

/** The batch's EIP-712 hash, the same as `IVolSurface.batchHash`. */
export function hashSurfaces(reports: readonly SurfaceReport[], domain: SurfaceDomain): Hex {
  return hashTypedData(surfaceTypedData(reports, domain));
}
