import { clearinghouseAbi, marginLensAbi, riskEngineAbi } from '@novate/sdk';
import type { NovateAddresses } from '@novate/sdk';
import {
  createPublicClient,
  getAddress,
  http,
  isAddressEqual,
  parseAbi,
  toEventSelector,
  zeroAddress,
} from 'viem';
import type { Address, PublicClient } from 'viem';
import type { SettingName, Settings } from './settings.ts';

/** Why there is no connection: which field is to blame, what is wrong and what to do. */
export class ConnectionProblem extends Error {
  override readonly name = 'ConnectionProblem';
  readonly field: SettingName;
  readonly remedy: string;
  /** Whether it may be over by itself, so that trying again makes sense. */
  readonly passing: boolean;

  constructor(field: SettingName, problem: string, remedy: string, passing = false) {
    super(problem);
    this.field = field;
    this.remedy = remedy;
    this.passing = passing;
  }
}

/** A deployment that was found to be there. */
export interface Deployment {
  readonly settings: Settings;
  readonly chainId: number;
  readonly fromBlock: bigint;
  readonly addresses: NovateAddresses;
  /** Modules that liquidate or trade, for their fees. */
  readonly modules: readonly Address[];
  readonly client: PublicClient;
}

const MODULE_SET = 'ModuleSet(address,uint8,uint16,uint256)';
const VENUE = 1;
const LIQUIDATOR = 2;
const RPC_TIMEOUT_MS = 15_000;
/** A page of logs may be large. */
const RPC_BODY_BYTES = 100_000_000;
const vaultAbi = parseAbi(['function orderMatcher() view returns (address)']);
const matcherAbi = parseAbi(['function fees() view returns (uint16, uint16)']);

export function createClient(rpcUrl: string): PublicClient {
  return createPublicClient({
    transport: http(rpcUrl, {
      batch: { wait: 4 },
      retryCount: 0,
      timeout: RPC_TIMEOUT_MS,
      maxResponseBodySize: RPC_BODY_BYTES,
    }),
    cacheTime: 0,
  });
}

/** Finds the whole protocol from the lens's address. @throws ConnectionProblem */
export async function discover(settings: Settings): Promise<Deployment> {
  const client = createClient(settings.rpcUrl);
  const chainId = await readChainId(client, settings);
  const lens = getAddress(settings.lens);
  await requireCode(client, lens, chainId);
  const core = await readCore(client, lens);
  const fromBlock = BigInt(settings.fromBlock);
  const found = await findModules(client, core.clearinghouse, fromBlock);
  return {
    settings,
    chainId,
    fromBlock,
    addresses: {
      ...core,
      marginLens: lens,
      orderMatcher: found.venue,
      liquidator: found.liquidator,
      ...(found.vault === undefined ? {} : { liquidityVault: found.vault }),
    },
    modules: found.modules,
    client,
  };
}

async function readChainId(client: PublicClient, { rpcUrl, chainId }: Settings): Promise<number> {
  let actual: number;
  try {
    actual = await client.getChainId();
  } catch {
    throw new ConnectionProblem(
      'rpcUrl',
      `No node answers at ${rpcUrl}.`,
      'Start the node, check the URL, or use a node that allows requests from web pages (CORS). Trying again by itself.',
      true,
    );
  }
  if (chainId !== '' && Number(chainId) !== actual) {
    throw new ConnectionProblem(
      'chainId',
      `Wrong chain: the node is on chain ${actual}, not ${chainId}.`,
      `Enter a node of chain ${chainId}, or change the expected chain.`,
    );
  }
  return actual;
}

async function requireCode(client: PublicClient, lens: Address, chainId: number): Promise<void> {
  const code = await client.getCode({ address: lens }).catch(() => undefined);
  if (code !== undefined && code !== '0x') return;
  throw new ConnectionProblem(
    'lens',
    `There is no contract at ${lens} on chain ${chainId}.`,
    'Take the MarginLens address of this chain from deployed_addresses.json, or enter a node of the chain it is on.',
  );
}

async function readCore(client: PublicClient, lens: Address) {
  try {
    const clearinghouse = await client.readContract({
      address: lens,
      abi: marginLensAbi,
      functionName: 'clearinghouse',
    });
    const riskEngine = await client.readContract({
      address: clearinghouse,
      abi: clearinghouseAbi,
      functionName: 'riskEngine',
    });
    const priceRouter = await client.readContract({
      address: riskEngine,
      abi: riskEngineAbi,
      functionName: 'router',
    });
    return { clearinghouse, riskEngine, priceRouter };
  } catch {
    throw new ConnectionProblem(
      'lens',
      `The contract at ${lens} is not a Novate MarginLens.`,
      'Enter the entry that ends in #MarginLens of deployed_addresses.json.',
    );
  }
}

/** Venues and liquidators are named by events only. */
async function findModules(client: PublicClient, clearinghouse: Address, fromBlock: bigint) {
  const selector = toEventSelector(MODULE_SET);
  let roles: ReadonlyMap<Address, number>;
  try {
    const logs = await client.request({
      method: 'eth_getLogs',
      params: [
        {
          address: clearinghouse,
          topics: [selector],
          fromBlock: `0x${fromBlock.toString(16)}`,
          toBlock: 'latest',
        },
      ],
    });
    roles = new Map(
      logs.map((log) => [getAddress(`0x${log.topics[1]?.slice(26) ?? ''}`), Number(log.data.slice(0, 66))]),
    );
  } catch {
    throw new ConnectionProblem(
      'fromBlock',
      'The node refuses to list the deployment’s events.',
      'Enter the block of the deployment, or a node that serves logs over more blocks.',
    );
  }
  const modules = [...roles].filter(([, role]) => role !== 0).map(([module]) => module);
  const having = (role: number) => modules.filter((module) => ((roles.get(module) ?? 0) & role) !== 0);
  const [venue, vault] = await Promise.all([
    firstMatcher(client, having(VENUE)),
    firstVault(client, having(VENUE)),
  ]);
  return { modules, venue, vault, liquidator: having(LIQUIDATOR).at(-1) ?? zeroAddress };
}

/** The newest venue that answers as an order matcher does. */
async function firstMatcher(client: PublicClient, venues: readonly Address[]): Promise<Address> {
  const ask = (address: Address) => client.readContract({ address, abi: matcherAbi, functionName: 'fees' });
  return (await firstThatAnswers(venues, ask)) ?? zeroAddress;
}

/** The newest venue that answers as a liquidity vault does. */
async function firstVault(client: PublicClient, venues: readonly Address[]): Promise<Address | undefined> {
  const ask = (address: Address) =>
    client.readContract({ address, abi: vaultAbi, functionName: 'orderMatcher' });
  return firstThatAnswers(venues, ask);
}

async function firstThatAnswers(
  venues: readonly Address[],
  ask: (address: Address) => Promise<unknown>,
): Promise<Address | undefined> {
  for (const address of [...venues].reverse()) {
    try {
      await ask(address);
      return address;
    } catch {
      // a venue of another kind
    }
  }
  return undefined;
}

export function hasTrading({ addresses }: Deployment): boolean {
  return !isAddressEqual(addresses.orderMatcher, zeroAddress);
}
