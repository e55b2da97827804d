import { getAddress, isAddress } from 'viem';
import type { Address } from 'viem';
import { z } from 'zod';

const address = z
  .string()
  .refine((text) => isAddress(text, { strict: false }), 'is not an address: write 0x and 40 hex digits')
  .transform((text): Address => getAddress(text));

/** Where a deployment's contracts are. Addresses come out checksummed. */
export const novateAddressesSchema = z.object({
  clearinghouse: address,
  liquidator: address,
  orderMatcher: address,
  riskEngine: address,
  priceRouter: address,
  marginLens: address,
  /** Absent where a deployment has no insurance fund contract of its own. */
  insuranceFund: address.optional(),
  /** Absent where a deployment has no vault that makes markets. */
  liquidityVault: address.optional(),
  /** The AccessManager that governs the others. */
  accessManager: address.optional(),
});

/** Where a deployment's contracts are. */
export interface NovateAddresses {
  readonly clearinghouse: Address;
  readonly liquidator: Address;
  readonly orderMatcher: Address;
  readonly riskEngine: Address;
  readonly priceRouter: Address;
  readonly marginLens: Address;
  readonly insuranceFund?: Address | undefined;
  readonly liquidityVault?: Address | undefined;
  readonly accessManager?: Address | undefined;
}
