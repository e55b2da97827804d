import {
  AddressFileError,
  encodeInstrumentId,
  getMarkets,
  getPortfolio,
  getReport,
  loadDeployedAddresses,
  profileFromStruct,
  riskEngineAbi,
} from '@novate/sdk';
import type {
  AccountPortfolio,
  MarginReport,
  MarketView,
  NovateAddresses,
  NovateClient,
  RiskProfile,
} from '@novate/sdk';
import { createPublicClient, http, HttpRequestError, TimeoutError } from 'viem';
import { getBlockNumber, readContract } from 'viem/actions';
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
export interface AccountFacts {
  readonly account: bigint;
  readonly blockNumber: bigint;
  readonly holdings: AccountPortfolio;
  readonly report: MarginReport;
  readonly profile: RiskProfile;
  readonly markets: readonly MarketView[];
  /** Mark of each leg, wad USD per unit, in their order. */
  readonly marks: readonly bigint[];
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

async function headOf(client: NovateClient, rpcUrl: string): Promise<bigint> {
  try {
    return await getBlockNumber(client);
  } catch (error) {
    if (!(error instanceof HttpRequestError || error instanceof TimeoutError)) throw error;
    throw new Error(`${rpcUrl}: no node answers there; start it, or check --rpc`, { cause: error });
  }
}

async function readFacts(
  client: NovateClient,
  rpcUrl: string,
  addresses: NovateAddresses,
  account: bigint,
): Promise<AccountFacts> {
  // one block for all reads, so that the parts add up
  const blockNumber = await headOf(client, rpcUrl);
  const at = { account, blockNumber };
  const holdings = await getPortfolio(client, addresses, at);
  const [report, markets, profile] = await Promise.all([
    getReport(client, addresses, at),
    getMarkets(client, addresses, { blockNumber }),
    readContract(client, {
      address: addresses.riskEngine,
      abi: riskEngineAbi,
      functionName: 'profile',
      args: [BigInt(holdings.profileId)],
      blockNumber,
    }),
  ]);
  const marks = await readMarks(client, addresses, holdings, markets, blockNumber);
  return { account, blockNumber, holdings, report, markets, marks, profile: profileFromStruct(profile) };
}

/** By the prices that trades are judged by. */
function readMarks(
  client: NovateClient,
  { riskEngine }: NovateAddresses,
  { portfolio }: AccountPortfolio,
  markets: readonly MarketView[],
  blockNumber: bigint,
): Promise<bigint[]> {
  return Promise.all(
    portfolio.legs.map(async (leg) => {
      const premium = markets.find(({ underlying }) => underlying === leg.underlying)?.state.premium ?? 0n;
      const [, mark] = await readContract(client, {
        address: riskEngine,
        abi: riskEngineAbi,
        functionName: 'quoteOf',
        args: [encodeInstrumentId(leg), premium],
        blockNumber,
      });
      return mark;
    }),
  );
}
