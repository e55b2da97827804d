import { clearinghouseAbi, formatAccount, formatWad, getMargin } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import type { Address } from 'viem';
import type { KeeperClient } from './chain/viemChain.ts';
import { ConfigError } from './config/index.ts';
import type { KeeperConfig } from './config/index.ts';

const ROLE_LIQUIDATOR = 2;

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** Nothing that keeps the keeper from starting, yet worth a word. */
  readonly warning?: boolean;
  /** What was found and, where it is not ok, what to do. */
  readonly message: string;
}

/** The node's chain id. @throws ConfigError where the configuration names another */
export async function verifyChain(client: KeeperClient, { chainId, rpcUrl }: KeeperConfig): Promise<number> {
  const found = await client.getChainId().catch((cause: unknown) => {
    throw new ConfigError(`the node at ${new URL(rpcUrl).origin} does not answer; check rpcUrl`, cause);
  });
  if (chainId !== undefined && chainId !== found) {
    throw new ConfigError(`chainId is ${chainId}, but the node is on chain ${found}; check rpcUrl`);
  }
  return found;
}

/** Whether the keeper can do its work with this set-up, each answer with a remedy. */
export async function checkSetup(
  client: KeeperClient,
  { addresses }: KeeperConfig,
  sender: Address,
  own: AccountId,
): Promise<readonly Check[]> {
  const contracts = await checkContracts(client, addresses);
  if (contracts.some(({ ok }) => !ok)) return contracts;
  return [
    ...contracts,
    ...(await Promise.all([
      checkModule(client, addresses),
      checkGas(client, sender),
      checkCollateral(client, addresses, own),
    ])),
  ];
}

async function checkContracts(client: KeeperClient, addresses: KeeperConfig['addresses']): Promise<Check[]> {
  const { clearinghouse, liquidator, marginLens, riskEngine } = addresses;
  return Promise.all(
    Object.entries({ clearinghouse, liquidator, marginLens, riskEngine }).map(async ([name, address]) => {
      const ok = (await client.getCode({ address })) !== undefined;
      const message = ok
        ? `${name} is at ${address}`
        : `there is no contract at ${address} (${name}); check addresses and rpcUrl`;
      return { name, ok, message };
    }),
  );
}

async function checkModule(client: KeeperClient, addresses: KeeperConfig['addresses']): Promise<Check> {
  const [roles] = await client.readContract({
    address: addresses.clearinghouse,
    abi: clearinghouseAbi,
    functionName: 'moduleInfo',
    args: [addresses.liquidator],
  });
  const ok = (roles & ROLE_LIQUIDATOR) !== 0;
  const message = ok
    ? 'the clearinghouse takes liquidations from the liquidator'
    : `the clearinghouse does not know ${addresses.liquidator} as a liquidator; check addresses`;
  return { name: 'role', ok, message };
}

async function checkGas(client: KeeperClient, address: Address): Promise<Check> {
  const balance = await client.getBalance({ address });
  const ok = balance > 0n;
  const message = ok
    ? `${address} has ${formatWad(balance)} for gas`
    : `${address} has nothing to pay gas with; send it some of the chain's token`;
  return { name: 'gas', ok, message };
}

async function checkCollateral(
  client: KeeperClient,
  addresses: KeeperConfig['addresses'],
  account: AccountId,
): Promise<Check> {
  const { equity, initialMargin } = await getMargin(client, addresses, { account });
  const ok = equity > initialMargin;
  const amounts = `equity of ${formatWad(equity)} USD, initial margin ${formatWad(initialMargin)} USD`;
  const message = ok
    ? `${formatAccount(account)} has ${amounts}`
    : `${formatAccount(account)} has ${amounts}: liquidated positions pass to this account, so that it needs collateral; ` +
      'deposit cash into it with Clearinghouse.deposit';
  return { name: 'collateral', ok, message };
}
