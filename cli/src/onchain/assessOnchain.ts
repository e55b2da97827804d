import { join } from 'node:path';
import { portfolioToWords, profileToStruct, riskEngineAbi, toMarketInput, toNovateError } from '@novate/sdk';
import type { Assessment, MarginState, RiskProfile, VolMove } from '@novate/sdk';
import accessManagerArtifact from '@openzeppelin/contracts/build/contracts/AccessManager.json' with { type: 'json' };
import { createPublicClient, createWalletClient, custom, isHex, zeroAddress } from 'viem';
import type { Abi, Address, Hex, PublicClient, WalletClient } from 'viem';
import { hardhat } from 'viem/chains';
import { createArtifactResolver } from '../local/artifacts.ts';
import { ROOT } from '../local/children.ts';
import type { MarginInputs } from '../margin/index.ts';

const PROFILE_ID = 0n;
const STATES: readonly MarginState[] = ['healthy', 'atRisk', 'liquidatable', 'insolvent'];
const VOL_MOVES: readonly VolMove[] = ['none', 'up', 'down'];

/** Asks a freshly deployed RiskEngine to explain the portfolio at the market's prices. @throws NovateContractError */
export async function assessOnchain({ portfolio, market, profile }: MarginInputs): Promise<Assessment> {
  // Hardhat looks for its configuration when it is imported
  process.env.HARDHAT_CONFIG ??= join(ROOT, 'hardhat.config.ts');
  const { network } = await import('hardhat');
  const connection = await network.create();
  try {
    const transport = custom(connection.provider);
    const client = createPublicClient({ chain: hardhat, transport, pollingInterval: 10 });
    const wallet = createWalletClient({ chain: hardhat, transport });
    const address = await explained(deployEngine(client, wallet, profile));
    const words = portfolioToWords(portfolio, market, PROFILE_ID);
    const report = await explained(
      client.readContract({
        address,
        abi: riskEngineAbi,
        functionName: 'explainAt',
        args: [words, toMarketInput(portfolio, market)],
      }),
    );
    const { margin, state, worstScenario, worstShock, worstVol, ...rest } = report;
    return {
      equity: margin.equity,
      initialMargin: margin.initialMargin,
      maintenanceMargin: margin.maintenanceMargin,
      unrealised: margin.unrealised,
      ...rest,
      state: pick(STATES, state),
      worstScenario: { index: Number(worstScenario), shock: worstShock, vol: pick(VOL_MOVES, worstVol) },
    };
  } finally {
    await connection.close();
  }
}

async function deployEngine(
  client: PublicClient,
  wallet: WalletClient,
  profile: RiskProfile,
): Promise<Address> {
  const [account] = await wallet.getAddresses();
  if (account === undefined) throw new Error('the chain has no accounts');
  const artifacts = await createArtifactResolver();
  const deploy = async (abi: Abi, bytecode: string, args: readonly unknown[]): Promise<Address> => {
    const hash = await wallet.deployContract({
      abi,
      bytecode: toHex(bytecode),
      args,
      account,
      chain: hardhat,
    });
    const { contractAddress } = await client.waitForTransactionReceipt({ hash });
    if (contractAddress === null || contractAddress === undefined) throw new Error('a deployment failed');
    return contractAddress;
  };
  const deployNamed = async (name: string, args: readonly unknown[]): Promise<Address> => {
    const { abi, bytecode } = await artifacts.loadArtifact(name);
    return deploy(abi, bytecode, args);
  };
  const manager = await deploy(accessManagerArtifact.abi as Abi, accessManagerArtifact.bytecode, [account]);
  const router = await deployNamed('PriceRouter', [manager, zeroAddress, 0]);
  const codec = await deployNamed('ProfileCodec', []);
  // explainAt asks neither for surfaces nor for settlement prices
  const sources = [manager, router, zeroAddress, zeroAddress] as const;
  const extension = await deployNamed('RiskEngineExt', [...sources, codec]);
  const address = await deployNamed('RiskEngine', [...sources, extension]);
  const { request } = await client.simulateContract({
    address,
    abi: riskEngineAbi,
    functionName: 'setProfile',
    args: [PROFILE_ID, profileToStruct(profile)],
    account,
  });
  await client.waitForTransactionReceipt({ hash: await wallet.writeContract(request) });
  return address;
}

async function explained<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw toNovateError(error);
  }
}

function toHex(text: string): Hex {
  if (!isHex(text)) throw new Error('bytecode is not hex');
  return text;
}

function pick<T>(values: readonly T[], index: number): T {
  const value = values[index];
  if (value === undefined) throw new Error(`the contract returned the unknown value ${index}`);
  return value;
}
