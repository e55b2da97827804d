import type { Account, Hash } from 'viem';
import { waitForTransactionReceipt } from 'viem/actions';
import type { NovateClient } from '../client/types.ts';
import { senderOf } from '../client/sender.ts';
import { sendDeposit } from '../client/writes/deposit.ts';
import { encodeAccountId } from '../codec/index.ts';
import type { AccountId } from '../codec/index.ts';
import type { TestContracts } from './deployNovate.ts';
import { TestDeploymentError } from './errors.ts';
import { mint, TEST_TOKENS } from './mint.ts';
import type { TestToken } from './mint.ts';

export interface FundAccountParameters {
  /** A client that signs as the account's owner, who alone may deposit without an operator's leave. */
  readonly owner: NovateClient;
  /** The owner's account 0 unless given. */
  readonly account?: AccountId | undefined;
  /** usdc unless given. */
  readonly token?: TestToken | undefined;
  /** In the token's own decimals: 6 of usdc, 18 of weth, 8 of wbtc. */
  readonly amountRaw: bigint;
}

/** Mints tokens to the owner of an account, who deposits them. @returns The deposit's hash, which is mined. */
export async function fundAccount(
  client: NovateClient,
  contracts: TestContracts,
  {
    owner,
    account,
    token = 'usdc',
    amountRaw,
    deployer,
  }: FundAccountParameters & { readonly deployer: Account },
): Promise<Hash> {
  const { address } = senderOf(owner);
  await mint(client, contracts, { token, to: address, amountRaw, deployer });
  const hash = await sendDeposit(owner, contracts, {
    account: account ?? encodeAccountId(address),
    assetId: TEST_TOKENS.indexOf(token),
    amountRaw,
  });
  const { status } = await waitForTransactionReceipt(owner, { hash });
  if (status !== 'success') throw new TestDeploymentError(`the deposit reverted: ${hash}`);
  return hash;
}
