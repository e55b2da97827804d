import { getContractAddress } from 'viem';
import type { Account, Address, Hex } from 'viem';
import { getChainId, getTransactionCount, sendTransaction, waitForTransactionReceipt } from 'viem/actions';
import { senderOf } from '../client/sender.ts';
import type { NovateClient } from '../client/types.ts';
import type { NovateAddresses } from '../addresses/index.ts';
import { TestDeploymentError } from './errors.ts';
import { loadRecording, RECORDED_CONTRACTS } from './recording.ts';
import type { RecordedContract, Recording } from './recording.ts';
import { bindTestActions } from './testActions.ts';
import type { TestActions } from './testActions.ts';

/** Chain ids of Hardhat, Anvil and Ganache. */
const LOCAL_CHAINS: readonly number[] = [31_337, 1_337];

/** Above what a step used when recorded, for calldata of other lengths and a sixty-fourth held back from inner calls. */
const SPARE_GAS_PERCENT = 25;

/** Every contract of a test deployment: the protocol's, three tokens' and three feeds'. */
export type TestContracts = Readonly<Record<RecordedContract, Address>>;

/** A deployed protocol, and what a test does to its world. */
export interface TestNovate extends TestActions {
  /** For `novateActions(addresses)`. */
  readonly addresses: NovateAddresses;
  readonly contracts: TestContracts;
}

export interface DeployNovateParameters {
  /** Who deploys, sets prices and signs surfaces; the client's account unless given. */
  readonly deployer?: Account | Address | undefined;
  /** Deploys to whatever chain the client is on. Its tokens are worthless: anyone may mint them. */
  readonly anyChain?: boolean | undefined;
}

/**
 * Deploys the whole protocol to a local node in one call: cash (USDC, asset 0), WETH and WBTC, perps and dated instruments
 * on BTC at 100,000, ETH at 4,000 and SOL at 200 USD, every risk profile, and no timelock. Takes about a second.
 * @throws TestDeploymentError on a chain that is not local, and where a step reverts
 * @throws MissingSenderError
 */
export async function deployNovate(
  client: NovateClient,
  { deployer, anyChain = false }: DeployNovateParameters = {},
): Promise<TestNovate> {
  const account = senderOf(client, deployer);
  const chainId = await getChainId(client);
  if (!anyChain && !LOCAL_CHAINS.includes(chainId)) {
    throw new TestDeploymentError(
      `the chain id is ${chainId}, which is no local node's; deploy tests to Hardhat or Anvil, or pass anyChain: true`,
    );
  }
  const recording = await loadRecording();
  const created = await replay(client, account, recording);
  const contracts = mapContracts((name) => created[recording.contracts[name]]);
  return { addresses: contracts, contracts, ...bindTestActions(client, contracts, account) };
}

/** Sends every step without waiting in between. @returns What each step created, by its number. */
async function replay(client: NovateClient, account: Account, { steps }: Recording): Promise<Address[]> {
  const firstNonce = await getTransactionCount(client, { address: account.address, blockTag: 'pending' });
  const created = steps.map((_, i) =>
    getContractAddress({ from: account.address, nonce: BigInt(firstNonce + i) }),
  );
  const hashes: Hex[] = [];
  for (const [i, { to, data, gas }] of steps.entries()) {
    const target = to === undefined ? undefined : created[to];
    hashes.push(
      await sendTransaction(client, {
        account,
        chain: client.chain ?? null,
        data: fill(data, account.address, created),
        gas: BigInt(Math.ceil((gas * (100 + SPARE_GAS_PERCENT)) / 100)),
        nonce: firstNonce + i,
        ...(target === undefined ? {} : { to: target }),
      }),
    );
  }
  for (const [i, hash] of hashes.entries()) {
    const { status } = await waitForTransactionReceipt(client, { hash });
    if (status !== 'success') throw new TestDeploymentError(`step ${i} of the deployment reverted: ${hash}`);
  }
  return created;
}

function fill(data: string, deployer: Address, created: readonly Address[]): Hex {
  const filled = data.replace(/\[(d|\d+)\]/g, (_, of: string) =>
    (of === 'd' ? deployer : (created[Number(of)] ?? '')).slice(2).toLowerCase(),
  );
  return `0x${filled}`;
}

function mapContracts(addressOf: (name: RecordedContract) => Address | undefined): TestContracts {
  const entries = RECORDED_CONTRACTS.map((name) => {
    const address = addressOf(name);
    if (address === undefined) throw new TestDeploymentError(`the recording deploys no ${name}`);
    return [name, address] as const;
  });
  return Object.fromEntries(entries) as TestContracts;
}
