import {
  AddressFileError,
  getAccountMarket,
  getMarkets,
  loadDeployedAddresses,
  profileFromStruct,
  riskEngineAbi,
} from '@novate/sdk';
import type { AccountMarket, MarketView, NovateAddresses, NovateClient, RiskProfile } from '@novate/sdk';
import { createPublicClient, http, HttpRequestError, TimeoutError } from 'viem';
import { readContract } from 'viem/actions';
import { UsageError } from '../usageError.ts';
import { formatExplanation } from './formatExplanation.ts';
import { parseAccount } from './parseAccount.ts';
import { toExplanation } from './toExplanation.ts';

export interface ExplainOptions {
  readonly account: string;
  readonly rpcUrl: string;
  readonly addressesPath: string;
  readonly json: boolean;
}

/** Everything that one account's margin comes from, read at one block. */
export interface AccountFacts extends AccountMarket {
  readonly account: bigint;
  readonly profile: RiskProfile;
  readonly markets: readonly MarketView[];
}

/** `novate account explain`: the text to print. @throws UsageError, NovateContractError */
export async function explainAccount(options: ExplainOptions): Promise<string> {
  const account = parseAccount(options.account);
  const addresses = await loadAddresses(options.addressesPath);
  if (!/^https?:\/\//.test(options.rpcUrl)) {
    throw new UsageError(`--rpc: expected a URL such as http://127.0.0.1:8545, found "${options.rpcUrl}"`);
  }
  const client = createPublicClient({ transport: http(options.rpcUrl) });
  const facts = await readFacts(client, options.rpcUrl, addresses, account);
  const explanation = toExplanation(facts);
  return options.json ? JSON.stringify(explanation, undefined, 2) : formatExplanation(explanation);
}

async function loadAddresses(path: string): Promise<NovateAddresses> {
  try {
    return await loadDeployedAddresses(path);
  } catch (error) {
    throw error instanceof AddressFileError ? new UsageError(error.message) : error;
  }
}

async function readFacts(
  client: NovateClient,
  rpcUrl: string,
  addresses: NovateAddresses,
  account: bigint,
): Promise<AccountFacts> {
  const found = await reached(rpcUrl, getAccountMarket(client, addresses, { account }));
  const { blockNumber } = found;
  const [markets, profile] = await Promise.all([
    getMarkets(client, addresses, { blockNumber }),
    readContract(client, {
      address: addresses.riskEngine,
      abi: riskEngineAbi,
      functionName: 'profile',
      args: [BigInt(found.holdings.profileId)],
      blockNumber,
    }),
  ]);
  return { account, ...found, markets, profile: profileFromStruct(profile) };
}

async function reached<Answer>(rpcUrl: string, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof HttpRequestError || error instanceof TimeoutError)) throw error;
    throw new Error(`${rpcUrl}: no node answers there; start it, or check --rpc`, { cause: error });
  }
}
