import { getVaultHolding, getVaultStatus, toNovateError } from '@novate/sdk';
import type { VaultHolding, VaultStatus } from '@novate/sdk';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Address } from 'viem';
import { useChain, useDeployment } from '../../chain/ChainContext.tsx';

/** The vault with its cash token. */
export interface Vault extends VaultStatus {
  readonly symbol: string;
  readonly tokenDecimals: number;
}

export interface VaultReading {
  /** The last that was read. */
  readonly vault: Vault | undefined;
  /** Why it could not be read now, such as a price that nobody has. */
  readonly problem: string | undefined;
}

/** The vault at the block that the rest of the page shows. */
export function useVault(): VaultReading {
  const { client, addresses, settings } = useDeployment();
  const { snapshot } = useChain();
  const { data, error } = useQuery({
    queryKey: ['vault', settings, snapshot?.block],
    enabled: snapshot !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: () => getVaultStatus(client, addresses, { blockNumber: BigInt(snapshot?.block ?? 0) }),
  });
  const cash = snapshot?.assets[0];
  return {
    vault: data && cash && { ...data, symbol: cash.symbol, tokenDecimals: cash.decimals },
    problem: error === null ? undefined : messageOf(error),
  };
}

function messageOf(error: Error): string {
  const known = toNovateError(error);
  return known instanceof Error ? (known.message.split('\n', 1)[0] ?? '') : String(known);
}

/** What a wallet holds of the vault; undefined until it is known. */
export function useHolding(owner: Address, block: number | undefined): VaultHolding | undefined {
  const { client, addresses, settings } = useDeployment();
  const { data } = useQuery({
    queryKey: ['vault holding', settings, owner, block],
    enabled: block !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: () => getVaultHolding(client, addresses, { owner, blockNumber: BigInt(block ?? 0) }),
  });
  return data;
}

/** Raw units as units. */
export function scale(raw: bigint, decimals: number): number {
  return Number(raw) / 10 ** decimals;
}
