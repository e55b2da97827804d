import { parseAbi } from 'viem';
import type { Account, Address, Hash } from 'viem';
import type { NovateClient } from '../client/types.ts';
import type { TestContracts } from './deployNovate.ts';
import { sendMined } from './sendMined.ts';

const tokenAbi = parseAbi(['function mint(address to, uint256 amount)']);

/** Tokens of a test deployment, in the order of their asset numbers. */
export const TEST_TOKENS = ['usdc', 'weth', 'wbtc'] as const;

export type TestToken = (typeof TEST_TOKENS)[number];

export interface MintParameters {
  readonly token: TestToken;
  readonly to: Address;
  /** In the token's own decimals: 6 of usdc, 18 of weth, 8 of wbtc. */
  readonly amountRaw: bigint;
}

/** Makes tokens out of nothing. Resolves when it is mined. */
export async function mint(
  client: NovateClient,
  contracts: TestContracts,
  { token, to, amountRaw, deployer }: MintParameters & { readonly deployer: Account },
): Promise<Hash> {
  return sendMined(client, {
    address: contracts[token],
    abi: tokenAbi,
    functionName: 'mint',
    args: [to, amountRaw],
    account: deployer,
  });
}
