import { ETH, liquidityVaultAbi, parseWad } from '@novate/sdk';
import { encodeFunctionData } from 'viem';
import type { Stack } from './stack.ts';

const GAS = 2_000_000n;
const LATE_SEC = 3_600;

/** The keeper's account sells one ETH to the liquidity vault, whatever it pays. */
export async function sellToVault({ chain, addresses, seeded }: Stack): Promise<void> {
  const { account, key } = seeded.keeper;
  const deadline = (await chain.latest()).timestamp + LATE_SEC;
  const args = [account, ETH, -parseWad('1'), 0n, deadline] as const;
  const data = encodeFunctionData({ abi: liquidityVaultAbi, functionName: 'trade', args });
  await chain.execute([
    { from: key, to: addresses.liquidityVault, data, gas: GAS, label: 'sell to the vault' },
  ]);
}
