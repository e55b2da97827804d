import type { Address, Hex } from 'viem';

/** A slice of raw SVI in total variance and its forward's basis, all wad: `IVolSurface.Surface`. */
export interface Surface {
  /** Level of total variance; may be negative. */
  readonly a: bigint;
  /** Slope of the wings, 0 or more. */
  readonly b: bigint;
  /** Skew, between -1 and 1. */
  readonly rho: bigint;
  /** Where along log-moneyness the slice is centred. */
  readonly m: bigint;
  /** Roundness at the centre, above 0. */
  readonly sigma: bigint;
  /** Yearly basis of the forward. */
  readonly basis: bigint;
  /** What time it is of, Unix seconds. */
  readonly timestamp: number;
}

/** `IVolSurface.Report`: a surface, and whose it is. */
export interface SurfaceReport extends Surface {
  /** The number under which the price router lists it. */
  readonly underlying: number;
  /** Unix seconds, on a whole hour. */
  readonly expirySec: number;
}

/** `IVolSurface.Signature`. */
export interface SurfaceSignature {
  readonly signer: Address;
  readonly signature: Hex;
}

/** Which contract on which chain a batch is for; part of what is signed. */
export interface SurfaceDomain {
  readonly chainId: number;
  readonly volSurface: Address;
}
