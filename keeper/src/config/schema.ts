import { ETH, novateAddressesSchema, parseWad } from '@novate/sdk';
import type { NovateAddresses } from '@novate/sdk';
import { isHex } from 'viem';
import type { Hex } from 'viem';
import { z } from 'zod';
import { BASKET_CHOICES } from '../decide/candidate.ts';
import { PLAN_MODES } from '../decide/plan.ts';

/** What stands in logs in place of a secret. */
export const REDACTED = '[redacted]';

const GWEI = 10n ** 9n;
const MAX_SUB_ACCOUNT = (1n << 96n) - 1n;
const LOOPBACK_POLL_MS = 50;
const REMOTE_POLL_MS = 1_000;

const isKey = (text: string): boolean => isHex(text, { strict: true }) && text.length === 66;

const whole = (least: number, most: number) =>
  z.coerce
    .number(`must be a whole number from ${least} to ${most}`)
    .int('must be a whole number')
    .min(least)
    .max(most);

const gwei = z.coerce
  .number('must be a number of gwei')
  .min(0)
  .max(1_000_000)
  .transform((value): bigint => BigInt(Math.round(value * 1e9)) * (GWEI / 10n ** 9n));

const usd = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine((text) => /^-?\d+(\.\d{1,18})?$/.test(text), 'must be a decimal number of USD such as "2.5"')
  .transform((text): bigint => parseWad(text));

const flag = z.union([
  z.boolean(),
  z.enum(['true', 'false', '1', '0', '']).transform((text) => text !== 'false' && text !== '0'),
]);

/** A list in one text: what is between commas. */
const list = z
  .union([z.array(z.string()), z.string()])
  .transform((value) => (typeof value === 'string' ? value.split(',') : value).map((part) => part.trim()))
  .transform((parts) => parts.filter((part) => part !== ''));

const url = z.string().refine(isHttpUrl, 'must be an http:// or https:// address');

/** Every setting, once: flags, environment and file are read by it. Descriptions are the help text. */
export const settingsSchema = z.strictObject({
  rpcUrl: url.describe('JSON-RPC endpoint of the node, http(s)'),
  rpcFallbackUrls: list
    .refine((urls) => urls.every(isHttpUrl), 'must be http:// or https:// addresses, with commas between')
    .default([])
    .describe('more endpoints of the same chain, tried in this order when the first fails or is behind'),
  rpcQuorum: whole(1, 9)
    .default(1)
    .describe('how many endpoints must agree on heads and logs; needs as many endpoints'),
  maxHeadLagBlocks: whole(0, 1_000)
    .default(3)
    .describe('an endpoint further behind the best one is asked last'),
  privateRpcUrl: url
    .optional()
    .describe('endpoint that liquidations are sent to instead, so that rivals do not see them; never a flag'),
  privateBlocks: whole(1, 1_000)
    .default(5)
    .describe('blocks without inclusion until what went to privateRpcUrl is sent to everybody'),
  wsUrl: z
    .string()
    .refine((text) => /^wss?:\/\//.test(text), 'must be a ws:// or wss:// address')
    .optional()
    .describe('WebSocket endpoint that says when there is a new block; nothing else is taken from it'),
  chainId: whole(1, 2 ** 52)
    .optional()
    .describe("the chain's id; the keeper stops where the node has another"),
  addresses: z
    .union([z.string().min(1), novateAddressesSchema])
    .describe('path of deployed_addresses.json, or (in a file) an object of addresses'),
  privateKey: z
    .string()
    .refine(isKey, 'must be 0x and 64 hex digits')
    .optional()
    .describe('key that sends and owns the liquidator account; never a flag'),
  privateKeyFile: z
    .string()
    .min(1)
    .optional()
    .describe('file that holds the key, bare or as an encrypted keystore'),
  keyPassword: z
    .string()
    .min(1)
    .optional()
    .describe('password of key files that are keystores; never a flag'),
  keyPasswordFile: z.string().min(1).optional().describe('file that holds that password instead'),
  walletKeyFiles: list
    .default([])
    .describe('files with the keys of more wallets to send from; the owner must let them liquidate'),
  databaseUrl: z
    .string()
    .refine((text) => /^postgres(ql)?:\/\//.test(text), 'must be a postgres:// address')
    .optional()
    .describe('PostgreSQL that keepers of one deployment share; never a flag'),
  dataDir: z
    .string()
    .min(1)
    .default('keeper-data')
    .describe('without databaseUrl: folder of the embedded database; "memory" keeps nothing over a restart'),
  keeperId: z
    .string()
    .min(1)
    .optional()
    .describe('name that stays over a restart, so that it need not wait for its own lease; one per keeper'),
  leaseMs: whole(2_000, 600_000)
    .default(15_000)
    .describe('after so long without a sign of life another keeper takes over wallets and accounts'),
  finalityBlocks: whole(1, 10_000)
    .default(64)
    .describe('deepest reorganisation that is undone; a deeper one rebuilds everything'),
  liquidatorSubAccount: z.coerce
    .bigint('must be a whole number')
    .min(0n)
    .max(MAX_SUB_ACCOUNT)
    .default(0n)
    .describe("number of the key's sub-account that takes liquidated positions"),
  fromBlock: z.coerce
    .bigint('must be a block number')
    .min(0n)
    .default(0n)
    .describe('block of the deployment: events are read from here'),
  confirmations: whole(0, 64)
    .default(0)
    .describe('how many blocks behind the head events are read; reorgs are followed in any case'),
  pollIntervalMs: whole(10, 60_000)
    .optional()
    .describe(`how often the head is asked for; ${LOOPBACK_POLL_MS} on this machine, else ${REMOTE_POLL_MS}`),
  rpcTimeoutMs: whole(100, 120_000).default(10_000).describe('how long one request may take'),
  maxBlockRange: whole(1, 1_000_000).default(5_000).describe('most blocks asked for in one eth_getLogs'),
  stallAfterMs: whole(1_000, 3_600_000)
    .default(60_000)
    .describe('without progress for so long the keeper is not ready'),
  maxAccountsPerTick: whole(1, 10_000).default(64).describe('most accounts liquidated per block'),
  planMode: z
    .enum(PLAN_MODES, `must be one of ${PLAN_MODES.join(', ')}`)
    .default('profit')
    .describe('what a liquidation must bring: minProfitUsd after gas, its gas, or (protocol) nothing'),
  basket: z
    .enum(BASKET_CHOICES, `must be one of ${BASKET_CHOICES.join(', ')}`)
    .default('pro-rata')
    .describe('what is taken: a share of everything, or the legs that free most margin each'),
  minProfitUsd: usd.default(0n).describe('in the mode profit: least reward less gas cost; may be negative'),
  gasTokenUnderlying: whole(0, 4_095)
    .default(ETH)
    .describe("underlying whose index prices the chain's gas token; 0: use gasTokenPriceUsd"),
  gasTokenPriceUsd: usd
    .optional()
    .describe(
      "gas token's price where gasTokenUnderlying has none; without both, only the mode protocol goes on",
    ),
  slippageBps: whole(0, 5_000)
    .default(200)
    .describe('how far reward and cash may fall behind the quote, of the reward and of the notional moved'),
  marginBufferBps: whole(0, 10_000)
    .default(200)
    .describe("how far above its initial margin the keeper's own account is kept"),
  maxFeePerGasGwei: gwei
    .default(200n * GWEI)
    .describe('most that is ever bid per gas, replacements included'),
  priorityFeeGwei: gwei.default(GWEI / 10n).describe('tip per gas'),
  maxGasPerTransaction: z.coerce
    .bigint('must be a whole number')
    .min(100_000n)
    .max(100_000_000n)
    .default(15_000_000n)
    .describe('most gas one liquidation may take'),
  batchGas: z.coerce
    .bigint('must be a whole number')
    .min(0n)
    .max(100_000_000n)
    .default(10_000_000n)
    .describe('most gas of one transaction that liquidates several accounts; 0: each has its own'),
  queueBlocks: whole(1, 64)
    .default(2)
    .describe(
      'liquidations are sent while what waits fills fewer blocks than this; the rest is decided on again',
    ),
  deadlineSec: whole(5, 3_600)
    .default(120)
    .describe('a liquidation that is mined later than so many seconds after its prices reverts'),
  feeBumpPercent: whole(10, 200).default(15).describe('what a replacement bids more'),
  replaceAfterBlocks: whole(1, 1_000).default(3).describe('blocks without inclusion until a replacement'),
  reservePositions: whole(0, 64)
    .default(16)
    .describe(
      'positions of its own account that the keeper pays storage for ahead, so that taking over is cheaper; 0: none',
    ),
  settleExpired: flag
    .default(true)
    .describe('turn settled futures and options of any account into cash; costs gas and earns nothing'),
  flagUnhealthy: flag
    .default(true)
    .describe(
      'flag accounts below maintenance margin that nobody liquidates at once, so that their reward rises',
    ),
  clearFlags: flag
    .default(false)
    .describe('clear flags of accounts that are 10% above their margin again; costs gas, serves the account'),
  observeSettlements: flag
    .default(true)
    .describe('record the index before expiries that accounts hold, and settle their price after'),
  observeEverySec: whole(15, 300).default(120).describe('seconds between two observations of an expiry'),
  pokeFundingSec: whole(0, 604_800)
    .default(0)
    .describe('store the funding of each open market once in so many seconds; 0 is off'),
  pythUrl: url
    .optional()
    .describe('service of signed Pyth prices (Hermes) to push from; without it none are pushed'),
  pythDeviationBps: whole(1, 5_000).default(50).describe('a Pyth price is pushed that moved by so much'),
  pythPollSec: whole(1, 3_600).default(5).describe('seconds between two questions to that service'),
  alertWebhooks: list
    .refine((urls) => urls.every(isHttpUrl), 'must be http:// or https:// addresses, with commas between')
    .default([])
    .describe('addresses that margin calls are posted to; never a flag'),
  alertLevels: z
    .preprocess(
      (value) => (typeof value === 'string' ? value.split(',') : value),
      z.array(z.coerce.number('must be numbers such as 1.5,1.2').gt(0).lt(100)).min(1),
    )
    .default([1.5, 1.2, 1.05])
    .describe('equity over maintenance margin below which an alert is raised'),
  alertRearmPercent: whole(1, 100)
    .default(5)
    .describe('how far above a level health must rise before it can be raised again'),
  ordersPort: whole(0, 65_535)
    .default(0)
    .describe('port where people leave stop-loss and take-profit orders (POST /orders); 0 is off'),
  ordersHost: z.string().min(1).default('127.0.0.1').describe('address that port is bound to'),
  maxOrders: whole(1, 1_000_000).default(10_000).describe('most trigger orders that wait'),
  minTipUsd: usd.default(0n).describe('least tip of a trigger order that is taken'),
  dryRun: flag.default(false).describe('decide and simulate, send nothing'),
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('least level logged'),
  events: z
    .enum(['none', 'ndjson'])
    .default('none')
    .describe('ndjson: one JSON line per event on standard output'),
  metricsPort: whole(0, 65_535).default(0).describe('port of /healthz, /readyz and /metrics; 0 is off'),
  metricsHost: z.string().min(1).default('127.0.0.1').describe('address that port is bound to'),
});

export type Settings = z.output<typeof settingsSchema>;
export type SettingName = keyof Settings;

export const settingNames = Object.keys(settingsSchema.shape) as readonly SettingName[];
/** Never flags (any user of the machine sees them) and never logged. */
export const SECRETS: ReadonlySet<string> = new Set<SettingName>([
  'privateKey',
  'keyPassword',
  'databaseUrl',
  'privateRpcUrl',
  'alertWebhooks',
]);

/** Settings with everything looked up that stands in other files. */
export interface KeeperConfig extends Omit<
  Settings,
  | 'addresses'
  | 'privateKey'
  | 'privateKeyFile'
  | 'pollIntervalMs'
  | 'walletKeyFiles'
  | 'keyPassword'
  | 'keyPasswordFile'
> {
  readonly addresses: NovateAddresses;
  readonly privateKey: Hex;
  /** Keys of further wallets. */
  readonly walletKeys: readonly Hex[];
  readonly pollIntervalMs: number;
}

export function defaultPollInterval(rpcUrl: string): number {
  const { hostname } = new URL(rpcUrl);
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname) ? LOOPBACK_POLL_MS : REMOTE_POLL_MS;
}

/** A configuration as it may be shown. Credentials also hide in the path and query of an endpoint. */
export function redactConfig(config: KeeperConfig): Record<string, unknown> {
  const origin = (address: string): string => new URL(address).origin;
  const { rpcUrl, rpcFallbackUrls, privateRpcUrl, wsUrl, databaseUrl, walletKeys, pythUrl, alertWebhooks } =
    config;
  return {
    ...config,
    privateKey: REDACTED,
    walletKeys: walletKeys.map(() => REDACTED),
    rpcUrl: origin(rpcUrl),
    rpcFallbackUrls: rpcFallbackUrls.map(origin),
    ...(privateRpcUrl === undefined ? {} : { privateRpcUrl: origin(privateRpcUrl) }),
    ...(pythUrl === undefined ? {} : { pythUrl: origin(pythUrl) }),
    ...(wsUrl === undefined ? {} : { wsUrl: new URL(wsUrl).host }),
    ...(databaseUrl === undefined ? {} : { databaseUrl: REDACTED }),
    alertWebhooks: alertWebhooks.map(() => REDACTED),
  };
}

export function toPrivateKey(text: string): Hex | undefined {
  return isKey(text) && isHex(text) ? text : undefined;
}

function isHttpUrl(text: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}
