// A protocol of one's own on a local node, and people to use it. Each example begins with `setUp()`; an application begins
// with the addresses of a deployment instead: `parseDeployedAddresses(text)`.
import { createNovateClient, encodeAccountId } from '@novate/sdk';
import type { AccountId, NovateViemClient } from '@novate/sdk';
import { deployNovate } from '@novate/sdk/testing';
import type { TestNovate } from '@novate/sdk/testing';
import { createTestClient, createWalletClient, http } from 'viem';
import { hardhat } from 'viem/chains';

/** Any Hardhat or Anvil node: `npx hardhat node` in another terminal. */
const RPC_URL = process.env['RPC_URL'] ?? 'http://127.0.0.1:8545';

/** Somebody with a key at the node, and the account of theirs that trades. */
export interface Person {
  readonly client: NovateViemClient<typeof hardhat>;
  readonly account: AccountId;
}

export interface Stage extends TestNovate {
  readonly maria: Person;
  readonly noor: Person;
  readonly bot: Person;
  /** Lets time pass on the node. Prices age with it. */
  readonly wait: (seconds: number) => Promise<void>;
}

export async function setUp(): Promise<Stage> {
  const transport = http(RPC_URL);
  const node = createWalletClient({ chain: hardhat, transport, pollingInterval: 50 });
  const [deployer, ...people] = await node.getAddresses();
  const protocol = await deployNovate(node, { deployer });
  const person = (i: number): Person => {
    const address = people[i];
    if (address === undefined) throw new Error(`${RPC_URL} has too few accounts`);
    const { addresses } = protocol;
    const client = createNovateClient({
      addresses,
      chain: hardhat,
      transport,
      account: address,
      pollingInterval: 50,
    });
    return { client, account: encodeAccountId(address) };
  };
  const clock = createTestClient({ mode: 'hardhat', chain: hardhat, transport });
  const wait = async (seconds: number): Promise<void> => {
    await clock.increaseTime({ seconds });
  };
  return { ...protocol, maria: person(0), noor: person(1), bot: person(2), wait };
}

/** USDC in its own six decimals. */
export const usdc = (dollars: number): bigint => BigInt(Math.round(dollars * 1e6));
