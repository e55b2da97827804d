import { deploy, DeploymentResultType } from '@nomicfoundation/ignition-core';
import type { DeploymentParameters } from '@nomicfoundation/ignition-core';
import { encodeAccountId } from '@novate/sdk';
import { getAddress } from 'viem';
import type { Address } from 'viem';
import LocalStack from '../../../deploy/modules/LocalStack.ts';
import { createArtifactResolver } from './artifacts.ts';
import type { LocalChain } from './chain.ts';

/** Contracts of a local stack, by the names that `LocalStack` gives them. */
export type StackName = keyof typeof LocalStack.results;
export type StackAddresses = Readonly<Record<StackName, Address>>;

const POLL_MS = 20;

/**
 * Deploys `LocalStack` by Ignition, in memory: nothing about a chain that is gone tomorrow is written to disk.
 * @param parameters Over the module's defaults.
 */
export async function deployLocal(
  chain: LocalChain,
  parameters: DeploymentParameters[string],
): Promise<StackAddresses> {
  const result = await deploy({
    config: { blockPollingInterval: POLL_MS, requiredConfirmations: 1, disableFeeBumping: true },
    artifactResolver: await createArtifactResolver(),
    provider: { request: ({ method, params }) => chain.request(method, Array.isArray(params) ? params : []) },
    ignitionModule: LocalStack,
    deploymentParameters: {
      LocalStack: { feeAccount: encodeAccountId(chain.deployer.address), ...parameters },
    },
    accounts: [chain.deployer.address],
    defaultSender: chain.deployer.address,
  });
  if (result.type !== DeploymentResultType.SUCCESSFUL_DEPLOYMENT) {
    throw new Error(`the deployment failed: ${describe(result)}`);
  }
  const addressOf = (name: StackName): Address => {
    const address = result.contracts[LocalStack.results[name].id]?.address;
    if (address === undefined) throw new Error(`${name} was not deployed`);
    return getAddress(address);
  };
  return mapNames(addressOf);
}

function mapNames(addressOf: (name: StackName) => Address): StackAddresses {
  return {
    accessManager: addressOf('accessManager'),
    priceRouter: addressOf('priceRouter'),
    volSurface: addressOf('volSurface'),
    settlementTwap: addressOf('settlementTwap'),
    riskEngine: addressOf('riskEngine'),
    clearinghouse: addressOf('clearinghouse'),
    insuranceFund: addressOf('insuranceFund'),
    orderMatcher: addressOf('orderMatcher'),
    liquidityVault: addressOf('liquidityVault'),
    liquidator: addressOf('liquidator'),
    marginLens: addressOf('marginLens'),
    usdc: addressOf('usdc'),
    weth: addressOf('weth'),
    wbtc: addressOf('wbtc'),
    btcFeed: addressOf('btcFeed'),
    ethFeed: addressOf('ethFeed'),
    solFeed: addressOf('solFeed'),
  };
}

function describe(result: object): string {
  return JSON.stringify(result, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}
