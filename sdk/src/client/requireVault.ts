import type { Address } from 'viem';
import type { NovateAddresses } from '../addresses/index.ts';
import { MissingVaultError } from './errors.ts';

/** The vault that makes markets. @throws MissingVaultError */
export function requireVault({ liquidityVault }: NovateAddresses): Address {
  if (liquidityVault === undefined) throw new MissingVaultError();
  return liquidityVault;
}
