import { getAccountMarket, getMarkets, profileFromStruct, riskEngineAbi } from '@novate/sdk';
import type { AccountMarket, MarketView, RiskProfile } from '@novate/sdk';
import { readContract } from 'viem/actions';
import { openDeployment } from '../chain/openDeployment.ts';
import type { DeploymentOptions, OpenDeployment } from '../chain/openDeployment.ts';
import { formatExplanation } from './formatExplanation.ts';
import { parseAccount } from './parseAccount.ts';
import { toExplanation } from './toExplanation.ts';

export interface ExplainOptions extends DeploymentOptions {
  readonly account: string;
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
  const facts = await readFacts(await openDeployment(options), account);
  const explanation = toExplanation(facts);
  return options.json ? JSON.stringify(explanation, undefined, 2) : formatExplanation(explanation);
}

/** The account and its surroundings at the latest block. @throws NovateContractError */
export async function readFacts(
  { client, addresses, reached }: OpenDeployment,
  account: bigint,
): Promise<AccountFacts> {
  const found = await reached(getAccountMarket(client, addresses, { account }));
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
