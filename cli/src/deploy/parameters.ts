import { isAddress, zeroAddress } from 'viem';
import { z } from 'zod';
import { nearest } from '@novate/keeper';
import { VAULT_MARKETS } from '../../../deploy/stack/defaults.ts';
import { UsageError } from '../usageError.ts';

const address = z
  .string({ error: 'is missing: write 0x and 40 hex digits' })
  .refine((text) => isAddress(text, { strict: false }), 'is not an address: write 0x and 40 hex digits')
  .refine((text) => text.toLowerCase() !== zeroAddress, 'is the zero address');
const amount = z
  .bigint({ error: "must be a whole number with an n, such as '1000n'" })
  .positive('must be above 0');
const bps = z.number().int().min(0).max(10_000);
const seconds = z.number().int().min(0);
const DAY = 86_400;

/** Account numbers are 256 bits wide and come as hex or as a bigint. */
const account = z.union([
  z.bigint().positive(),
  z
    .string()
    .regex(/^0x[0-9a-fA-F]{64}$/, 'must be 0x and 64 hex digits: an address and 24 digits of a sub-account'),
]);
const profile = z.record(z.string(), z.unknown());
const source = z.strictObject({
  kind: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  feed: z.string(),
  priceId: z.string().regex(/^0x[0-9a-fA-F]{64}$/),
  maxAgeSec: seconds,
  minPrice: z.bigint(),
  maxPrice: z.bigint(),
  maxConfidenceBps: bps,
});

function market<Name extends string>(name: Name) {
  return {
    [`${name}Feed`]: address,
    [`${name}MaxAgeSec`]: seconds.max(7 * DAY).optional(),
    [`${name}MinPrice`]: amount.optional(),
    [`${name}MaxPrice`]: amount.optional(),
    [`${name}Secondary`]: source.optional(),
    [`${name}MaxDeviationBps`]: bps.optional(),
    [`${name}Perp`]: profile.optional(),
    [`${name}Dated`]: profile.optional(),
    [`${name}Vault`]: profile.optional(),
    [`${name}DeviationBps`]: bps.optional(),
  };
}

const PROFILE_NAMES = ['portfolio', 'standard', 'span16', 'paradex24', 'deribit35'] as const;

/** The parameters of `deploy/modules/Novate.ts`. The contracts check their bounds once more. */
const schema = z.strictObject({
  usdc: address,
  weth: address,
  wbtc: address,
  ...market('btc'),
  ...market('eth'),
  surfaceSigners: z.array(address).min(1, 'needs at least one signer'),
  surfaceThreshold: z.number().int().min(1),
  feeAccount: account,
  guardian: address.optional(),
  governor: address.optional(),
  adminDelaySec: seconds.max(30 * DAY),
  sequencerFeed: z.string().optional(),
  sequencerGraceSec: seconds.max(DAY).optional(),
  insuranceShareBps: bps.optional(),
  makerFeeBps: bps.max(100).optional(),
  takerFeeBps: bps.max(100).optional(),
  dustMargin: amount.optional(),
  minReward: amount.optional(),
  redeemDelaySec: seconds.optional(),
  redeemWindowSec: seconds.optional(),
  vaultDelaySec: seconds.optional(),
  vaultWindowSec: seconds.optional(),
  vaultTakerFeeBps: bps.max(100).optional(),
  vaultCushionBps: z.number().int().min(10_000).max(50_000).optional(),
  usdcCap: amount.optional(),
  wethCap: amount.optional(),
  wbtcCap: amount.optional(),
  rateModel: profile.optional(),
  ...Object.fromEntries(PROFILE_NAMES.map((name) => [`${name}Profile`, profile.optional()])),
});

/** What a deployment is told, checked. Fields that the check of a deployment needs are named; the rest goes to Ignition. */
export interface DeployParameters extends Readonly<Record<string, unknown>> {
  readonly usdc: string;
  readonly weth: string;
  readonly wbtc: string;
  readonly btcFeed: string;
  readonly ethFeed: string;
  readonly surfaceSigners: readonly string[];
  readonly surfaceThreshold: number;
  readonly guardian?: string | undefined;
  readonly governor?: string | undefined;
  readonly adminDelaySec: number;
}

/**
 * Checks a parameter file before anything is sent.
 * @param file Names the file in errors.
 * @param isPublic Whether changes must wait.
 * @throws UsageError one line: the field, what is wrong, what to write
 */
export function checkParameters(value: unknown, file: string, isPublic: boolean): DeployParameters {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new UsageError(`${file}: ${describe(parsed.error)}`);
  const parameters = parsed.data as unknown as DeployParameters;
  const { surfaceSigners, surfaceThreshold, adminDelaySec } = parameters;
  if (surfaceThreshold > surfaceSigners.length) {
    throw new UsageError(
      `${file}: surfaceThreshold is ${surfaceThreshold}, but there are ${surfaceSigners.length} surfaceSigners`,
    );
  }
  if (new Set(surfaceSigners.map((one) => one.toLowerCase())).size !== surfaceSigners.length) {
    throw new UsageError(`${file}: surfaceSigners names somebody twice`);
  }
  if (isPublic && adminDelaySec < 3_600) {
    throw new UsageError(`${file}: adminDelaySec is ${adminDelaySec}; on a public network at least 3600`);
  }
  for (const name of ['btc', 'eth'] as const) requireSpread(parameters, name, file, isPublic);
  return parameters;
}

/** Whoever sees an update of the feed before the vault does profits from a base spread below it. */
function requireSpread(
  parameters: DeployParameters,
  name: 'btc' | 'eth',
  file: string,
  isPublic: boolean,
): void {
  const deviation = parameters[`${name}DeviationBps`];
  const vault = parameters[`${name}Vault`];
  const given: unknown =
    typeof vault === 'object' && vault !== null ? Reflect.get(vault, 'baseSpreadBps') : undefined;
  const spread = Number(given ?? VAULT_MARKETS[name].baseSpreadBps);
  if (deviation === undefined) {
    if (!isPublic) return;
    throw new UsageError(
      `${file}: ${name}DeviationBps is missing: write at which deviation ${name}Feed is updated, as its publisher states`,
    );
  }
  const deviationBps = Number(deviation);
  if (spread < deviationBps) {
    throw new UsageError(
      `${file}: ${name}Vault.baseSpreadBps is ${spread}, less than the ${deviationBps} of ` +
        `${name}DeviationBps at which the feed is updated; raise it`,
    );
  }
}

/** What goes to the deployment: without what only the check needs. */
export function deployedParameters(parameters: DeployParameters): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(parameters).filter(([name]) => !/^(btc|eth)DeviationBps$/.test(name)),
  );
}

function describe({ issues }: z.ZodError): string {
  const [issue] = issues;
  if (issue === undefined) return 'cannot be used';
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const meant = nearest(key, Object.keys(schema.shape));
    return `unknown parameter "${key}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
  }
  return `${issue.path.join('.')} ${issue.message}`;
}
