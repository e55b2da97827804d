import { deploy, DeploymentResultType } from '@nomicfoundation/ignition-core';
import type { DeploymentParameters, IgnitionModule } from '@nomicfoundation/ignition-core';
import { buildModule } from '@nomicfoundation/hardhat-ignition/modules';
import { encodeAccountId } from '@novate/sdk';
import { network } from 'hardhat';
import { encodeFunctionData, getAddress, numberToHex, parseAbi } from 'viem';
import type { Address, Hex } from 'viem';
import { createArtifactResolver } from '../../cli/src/local/artifacts.ts';
import Novate from '../../deploy/modules/Novate.ts';
import { ADMIN_DELAY_SEC } from '../../deploy/stack/defaults.ts';

type Provider = Awaited<ReturnType<typeof network.create>>['provider'];

/** A contract that the deployment put on the chain. */
export interface Deployed {
  readonly name: string;
  readonly address: Address;
}

/** People; contracts of the deployment act too. */
export const PEOPLE = [
  'stranger',
  'keeper',
  'owner',
  'tradeOperator',
  'withdrawOperator',
  'depositOperator',
  'liquidateOperator',
  'staker',
  'spender',
  'surfaceSigner',
  'feeRecipient',
  'guardian',
  'governor',
] as const;
export type Person = (typeof PEOPLE)[number];

/** A chain with tokens, feeds and the protocol as its deployment module leaves it. */
export interface World {
  readonly delaySec: number;
  readonly deployer: Address;
  readonly people: Readonly<Record<Person, Address>>;
  readonly fixtures: Readonly<Record<'usdc' | 'weth' | 'wbtc' | 'btcFeed' | 'ethFeed', Address>>;
  /** Every contract that the module deployed. */
  readonly deployed: readonly Deployed[];
  /** Every address at which a transaction of the deployment created a contract. */
  readonly created: readonly Address[];
  addressOf(name: string): Address;
  /** Answer of a call that changes nothing; throws what the node does. */
  call(from: Address, to: Address, data: Hex): Promise<Hex>;
  /** A transaction of anybody's, contracts too; throws where it reverts. */
  send(from: Address, to: Address, data: Hex): Promise<void>;
  /** Unix seconds of the latest block. */
  now(): Promise<bigint>;
  /** Lets time pass; the feeds answer anew. */
  wait(seconds: number): Promise<void>;
  /** Takes back everything that `run` does to the chain. */
  undone(run: () => Promise<void>): Promise<void>;
}

const FixturesModule = buildModule('Fixtures', (m) => ({
  usdc: m.contract('MockERC20', ['USD Coin', 'USDC', 6], { id: 'usdc' }),
  weth: m.contract('MockERC20', ['Wrapped Ether', 'WETH', 18], { id: 'weth' }),
  wbtc: m.contract('MockERC20', ['Wrapped Bitcoin', 'WBTC', 8], { id: 'wbtc' }),
  btcFeed: m.contract('MockAggregator', ['BTC / USD', 8, 10_000_000_000_000n], { id: 'btcFeed' }),
  ethFeed: m.contract('MockAggregator', ['ETH / USD', 8, 400_000_000_000n], { id: 'ethFeed' }),
}));

const feedAbi = parseAbi([
  'function setAnswer(int256 answer)',
  'function latestRoundData() view returns (uint80, int256, uint256, uint256, uint80)',
]);
const PLENTY = numberToHex(10n ** 24n);

/** A person's address: not one that has a key. */
function addressOfPerson(i: number): Address {
  return getAddress(numberToHex(0xa11ce000n + BigInt(i), { size: 20 }));
}

/** @param delaySec How long the admins wait: as the module says unless given. */
export async function createWorld(delaySec?: number): Promise<World> {
  const { provider, viem } = await network.create('default');
  const client = await viem.getPublicClient();
  const deployer = (await viem.getWalletClients())[0]?.account.address;
  if (deployer === undefined) throw new Error('the chain has no accounts');
  const people = Object.fromEntries(PEOPLE.map((name, i) => [name, addressOfPerson(i)])) as Record<
    Person,
    Address
  >;
  const fixtures = await deployFixtures(provider, deployer);
  const from = await client.getBlockNumber();
  const deployed = await deployModule(provider, deployer, Novate, {
    ...fixtures,
    feeAccount: encodeAccountId(people.feeRecipient),
    guardian: people.guardian,
    governor: people.governor,
    surfaceSigners: [people.surfaceSigner, people.keeper],
    surfaceThreshold: 1,
    ...(delaySec === undefined ? {} : { adminDelaySec: delaySec }),
  });

  const created: Address[] = [];
  for (let number = from + 1n; number <= (await client.getBlockNumber()); number++) {
    const block = await client.getBlock({ blockNumber: number });
    for (const hash of block.transactions) {
      const { contractAddress } = await client.getTransactionReceipt({ hash });
      if (contractAddress !== null && contractAddress !== undefined)
        created.push(getAddress(contractAddress));
    }
  }

  const rpc = (method: string, params: unknown[]) => provider.request({ method, params });
  const send = async (sender: Address, to: Address, data: Hex): Promise<void> => {
    await rpc('hardhat_impersonateAccount', [sender]);
    await rpc('hardhat_setBalance', [sender, PLENTY]);
    await rpc('eth_sendTransaction', [{ from: sender, to, data, gas: numberToHex(10_000_000) }]);
  };
  const now = async (): Promise<bigint> => (await client.getBlock()).timestamp;
  const refresh = async (feed: Address): Promise<void> => {
    const [, answer] = await client.readContract({
      abi: feedAbi,
      address: feed,
      functionName: 'latestRoundData',
    });
    await send(
      deployer,
      feed,
      encodeFunctionData({ abi: feedAbi, functionName: 'setAnswer', args: [answer] }),
    );
  };
  return {
    delaySec: delaySec ?? ADMIN_DELAY_SEC,
    deployer,
    people,
    fixtures,
    deployed,
    created,
    addressOf: (name) => {
      const found = deployed.find((one) => one.name === name);
      if (found === undefined) throw new Error(`the deployment has no ${name}`);
      return found.address;
    },
    call: async (sender, to, data) => (await rpc('eth_call', [{ from: sender, to, data }, 'latest'])) as Hex,
    send,
    now,
    wait: async (seconds) => {
      await rpc('evm_increaseTime', [numberToHex(seconds)]);
      await rpc('evm_mine', []);
      for (const feed of [fixtures.btcFeed, fixtures.ethFeed]) await refresh(feed);
    },
    undone: async (run) => {
      const id: unknown = await rpc('evm_snapshot', []);
      try {
        await run();
      } finally {
        await rpc('evm_revert', [id]);
      }
    },
  };
}

async function deployFixtures(provider: Provider, deployer: Address): Promise<World['fixtures']> {
  const deployed = await deployModule(provider, deployer, FixturesModule, {});
  // in the order of the module
  const [usdc, weth, wbtc, btcFeed, ethFeed] = ['usdc', 'weth', 'wbtc', 'btcFeed', 'ethFeed'].map((id) => {
    const found = deployed.find((one) => one.id === `Fixtures#${id}`);
    if (found === undefined) throw new Error(`${id} was not deployed`);
    return found.address;
  }) as [Address, Address, Address, Address, Address];
  return { usdc, weth, wbtc, btcFeed, ethFeed };
}

async function deployModule(
  provider: Provider,
  deployer: Address,
  ignitionModule: IgnitionModule,
  parameters: DeploymentParameters[string],
): Promise<(Deployed & { readonly id: string })[]> {
  const result = await deploy({
    config: { blockPollingInterval: 10, requiredConfirmations: 1, disableFeeBumping: true },
    artifactResolver: await createArtifactResolver(),
    provider: {
      request: ({ method, params }) =>
        provider.request({ method, params: Array.isArray(params) ? params : [] }),
    },
    ignitionModule,
    deploymentParameters: { [ignitionModule.id]: parameters },
    accounts: [deployer],
    defaultSender: deployer,
  });
  if (result.type !== DeploymentResultType.SUCCESSFUL_DEPLOYMENT) {
    throw new Error(`${ignitionModule.id} was not deployed: ${JSON.stringify(result)}`);
  }
  // some stand twice: once deployed, once under the interface that they answer to
  return Object.values(result.contracts)
    .filter(({ contractName }) => !/^I[A-Z]/.test(contractName))
    .map(({ id, contractName, address }) => ({ id, name: contractName, address: getAddress(address) }));
}
