import { clearinghouseAbi, formatWad, liquidityVaultAbi, priceRouterAbi } from '@novate/sdk';
import { formatUsd } from '../report/table.ts';
import { getAddress, isAddressEqual, parseAbi, toFunctionSelector } from 'viem';
import type { Address, PublicClient } from 'viem';
import type { DeployParameters } from './parameters.ts';

/** @property ok Whether it is as it must be. @property message What was found and, where it is not ok, what to do. */
export interface DeployCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly message: string;
}

export type DeployedContracts = Readonly<
  Record<
    | 'accessManager'
    | 'priceRouter'
    | 'riskEngine'
    | 'clearinghouse'
    | 'insuranceFund'
    | 'orderMatcher'
    | 'liquidityVault'
    | 'liquidator'
    | 'marginLens',
    Address
  >
>;

const ADMIN_ROLE = 0n;
const GUARDIAN_ROLE = 1n;
const [ROLE_VENUE, ROLE_LIQUIDATOR] = [1, 2];
const OK = 0;
const CODE_LIMIT = 24_576;
/** Least share of the price that the router and the feed may differ by, in basis points. */
const FEED_BAND_BPS = 50n;
const BPS = 10_000n;

const managerAbi = parseAbi([
  'function hasRole(uint64 roleId, address account) view returns (bool isMember, uint32 executionDelay)',
  'function getTargetFunctionRole(address target, bytes4 selector) view returns (uint64)',
]);
const feedAbi = parseAbi([
  'function latestRoundData() view returns (uint80, int256 answer, uint256, uint256 updatedAt, uint80)',
  'function decimals() view returns (uint8)',
]);
const insuranceAbi = parseAbi(['function account() view returns (uint256)']);

/** Before anything is sent: every address has code, every feed answers. */
export async function checkInputs(
  client: PublicClient,
  parameters: DeployParameters,
): Promise<DeployCheck[]> {
  const { usdc, weth, wbtc, btcFeed, ethFeed } = parameters;
  const contracts = { usdc, weth, wbtc, btcFeed, ethFeed };
  return Promise.all(
    Object.entries(contracts).map(async ([name, text]) => {
      const address = getAddress(text);
      const ok = ((await client.getCode({ address })) ?? '0x') !== '0x';
      const message = ok ? `${name} is at ${address}` : `there is no contract at ${address}; correct ${name}`;
      return { name, ok, message };
    }),
  );
}

/** Afterwards: code, wiring, roles and delays, assets and prices. */
export async function checkDeployment(
  client: PublicClient,
  contracts: DeployedContracts,
  parameters: DeployParameters,
  deployer: Address,
): Promise<DeployCheck[]> {
  return [
    ...(await checkCode(client, contracts)),
    ...(await checkWiring(client, contracts)),
    ...(await checkRoles(client, contracts, parameters, deployer)),
    ...(await checkVault(client, contracts, parameters)),
    ...(await checkAssets(client, contracts, parameters)),
    await checkPrice(client, contracts, 'btc', 1, parameters.btcFeed),
    await checkPrice(client, contracts, 'eth', 2, parameters.ethFeed),
  ];
}

async function checkCode(client: PublicClient, contracts: DeployedContracts): Promise<DeployCheck[]> {
  return Promise.all(
    Object.entries(contracts).map(async ([name, address]) => {
      const size = ((await client.getCode({ address })) ?? '0x').length / 2 - 1;
      const ok = size > 0 && size <= CODE_LIMIT;
      return { name: `code of ${name}`, ok, message: `${size} bytes at ${address}` };
    }),
  );
}

async function checkWiring(client: PublicClient, contracts: DeployedContracts): Promise<DeployCheck[]> {
  const house = { abi: clearinghouseAbi, address: contracts.clearinghouse } as const;
  const engine = await client.readContract({ ...house, functionName: 'riskEngine' });
  const insured = await client.readContract({ ...house, functionName: 'insuranceAccount' });
  const fund = { abi: insuranceAbi, address: contracts.insuranceFund } as const;
  const account = await client.readContract({ ...fund, functionName: 'account' });
  const paused = await client.readContract({ ...house, functionName: 'paused' });
  const rolesOf = async (module: Address): Promise<number> =>
    (await client.readContract({ ...house, functionName: 'moduleInfo', args: [module] }))[0];
  const venue = await rolesOf(contracts.orderMatcher);
  const vault = await rolesOf(contracts.liquidityVault);
  const liquidator = await rolesOf(contracts.liquidator);
  return [
    check('risk engine', isAddressEqual(engine, contracts.riskEngine), `the clearinghouse asks ${engine}`),
    check('insurance account', insured === account, `${insured} is set, the fund's is ${account}`),
    check('order matcher', venue === ROLE_VENUE, `has roles ${venue}, needs ${ROLE_VENUE}`),
    check('liquidity vault', vault === ROLE_VENUE, `has roles ${vault}, needs ${ROLE_VENUE}`),
    check('liquidator', liquidator === ROLE_LIQUIDATOR, `has roles ${liquidator}, needs ${ROLE_LIQUIDATOR}`),
    check('not paused', !paused, paused ? 'is paused' : 'is open'),
  ];
}

async function checkRoles(
  client: PublicClient,
  { accessManager }: DeployedContracts,
  { guardian, governor, adminDelaySec }: DeployParameters,
  deployer: Address,
): Promise<DeployCheck[]> {
  const role = async (roleId: bigint, holder: string) => {
    const args = [roleId, getAddress(holder)] as const;
    return client.readContract({ abi: managerAbi, address: accessManager, functionName: 'hasRole', args });
  };
  const admins = governor === undefined ? [deployer] : [governor, deployer];
  const checks: DeployCheck[] = [];
  for (const admin of admins) {
    const [isMember, delay] = await role(ADMIN_ROLE, admin);
    const ok = isMember && delay === adminDelaySec;
    const message = isMember ? `${admin} waits ${delay} s, meant ${adminDelaySec}` : `${admin} is no admin`;
    checks.push(check(admin === deployer ? 'delay of the deployer' : 'delay of the governor', ok, message));
  }
  const holder = guardian ?? deployer;
  const [isGuardian, delay] = await role(GUARDIAN_ROLE, holder);
  checks.push(
    check(
      'guardian',
      isGuardian && delay === 0,
      `${holder} ${isGuardian ? `acts after ${delay} s` : 'is none'}`,
    ),
  );
  return checks;
}

/** The vault fills orders of this matcher, quotes on prices that the feeds keep fresh, and the guardian tightens it. */
async function checkVault(
  client: PublicClient,
  { accessManager, liquidityVault, orderMatcher }: DeployedContracts,
  parameters: DeployParameters,
): Promise<DeployCheck[]> {
  const vault = { abi: liquidityVaultAbi, address: liquidityVault } as const;
  const matcher = await client.readContract({ ...vault, functionName: 'orderMatcher' });
  const role = await client.readContract({
    abi: managerAbi,
    address: accessManager,
    functionName: 'getTargetFunctionRole',
    args: [liquidityVault, toFunctionSelector('function tighten(uint16,bool,uint96)')],
  });
  const markets = Object.entries({ btc: 1, eth: 2 }).map(async ([name, underlying]) => {
    const market = await client.readContract({ ...vault, functionName: 'marketOf', args: [underlying] });
    const { enabled, positionCap, baseSpreadBps } = market;
    const message = `${enabled ? 'open' : 'closed'}, up to ${formatWad(positionCap)}, ${baseSpreadBps} bps at least`;
    const given = parameters[`${name}Vault`];
    const meant = !(typeof given === 'object' && given !== null && Reflect.get(given, 'enabled') === false);
    return check(`vault in ${name}`, enabled === meant && (!meant || positionCap > 0n), message);
  });
  return [
    check("vault's matcher", isAddressEqual(matcher, orderMatcher), `fills orders of ${matcher}`),
    check("vault's guardian", role === GUARDIAN_ROLE, `role ${role} tightens it, meant ${GUARDIAN_ROLE}`),
    ...(await Promise.all(markets)),
  ];
}

async function checkAssets(
  client: PublicClient,
  { clearinghouse }: DeployedContracts,
  { usdc, weth, wbtc }: DeployParameters,
): Promise<DeployCheck[]> {
  return Promise.all(
    [usdc, weth, wbtc].map(async (token, assetId) => {
      const args = [assetId] as const;
      const info = await client.readContract({
        abi: clearinghouseAbi,
        address: clearinghouse,
        functionName: 'assetInfo',
        args,
      });
      const ok = isAddressEqual(info.token, getAddress(token)) && info.enabled && info.cap > 0n;
      const message = `${info.token}, ${info.decimals} decimals, cap ${formatWad(info.cap)}, ${info.enabled ? 'open' : 'closed'}`;
      return check(`asset ${assetId}`, ok, message);
    }),
  );
}

/** The router's price is usable, and what the feed says itself. */
async function checkPrice(
  client: PublicClient,
  { priceRouter }: DeployedContracts,
  name: string,
  underlying: number,
  feed: string,
): Promise<DeployCheck> {
  const router = { abi: priceRouterAbi, address: priceRouter } as const;
  const source = { abi: feedAbi, address: getAddress(feed) } as const;
  try {
    const { price, status } = await client.readContract({
      ...router,
      functionName: 'priceOf',
      args: [underlying],
    });
    const [, answer] = await client.readContract({ ...source, functionName: 'latestRoundData' });
    const decimals = await client.readContract({ ...source, functionName: 'decimals' });
    const wad =
      decimals <= 18 ? answer * 10n ** BigInt(18 - decimals) : answer / 10n ** BigInt(decimals - 18);
    const distance = price > wad ? price - wad : wad - price;
    const ok = status === OK && distance * BPS <= wad * FEED_BAND_BPS;
    return check(
      `price of ${name}`,
      ok,
      `${formatUsd(formatWad(price))}, the feed says ${formatUsd(formatWad(wad))}`,
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return check(`price of ${name}`, false, `cannot be read: ${reason}`);
  }
}

function check(name: string, ok: boolean, message: string): DeployCheck {
  return { name, ok, message };
}
