import { ETH, liquidityVaultAbi, parseWad } from '@novate/sdk';
import type { Person } from '../../../cli/src/seed/traders.ts';
import { encodeFunctionData } from 'viem';
import type { Hex } from 'viem';
import type { Stack } from './stack.ts';

const GAS = 2_000_000n;
const LATE_SEC = 3_600;

/** The first trader whose margin has room for it sells one ETH to the liquidity vault, whatever it pays. */
export async function sellToVault(stack: Stack): Promise<void> {
  const { chain, addresses, seeded } = stack;
  const deadline = (await chain.latest()).timestamp + LATE_SEC;
  const dataOf = ({ account }: Person): Hex => {
    const args = [account, ETH, -parseWad('1'), 0n, deadline] as const;
    return encodeFunctionData({ abi: liquidityVaultAbi, functionName: 'trade', args });
  };
  for (const trader of seeded.traders) {
    const data = dataOf(trader);
    const to = addresses.liquidityVault;
    const may = await chain.client.call({ account: trader.key.address, to, data }).then(
      () => true,
      () => false,
    );
    if (!may) continue;
    await chain.execute([{ from: trader.key, to, data, gas: GAS, label: 'sell to the vault' }]);
    return;
  }
  throw new Error('no trader has room to sell to the vault');
}
