import { z } from 'zod';
import { TestDeploymentError } from './errors.ts';

const FILE = new URL('./recording.json', import.meta.url);

/** Contracts of the recording, by name. */
export const RECORDED_CONTRACTS = [
  'accessManager',
  'priceRouter',
  'volSurface',
  'settlementTwap',
  'riskEngine',
  'clearinghouse',
  'insuranceFund',
  'orderMatcher',
  'liquidator',
  'marginLens',
  'usdc',
  'weth',
  'wbtc',
  'btcFeed',
  'ethFeed',
  'solFeed',
] as const;

export type RecordedContract = (typeof RECORDED_CONTRACTS)[number];

const index = z.number().int().nonnegative();
const contracts = z.record(z.enum(RECORDED_CONTRACTS), index);

const schema = z.object({
  steps: z.array(
    z.object({
      /** The contract called, by the step that creates it; absent where this step creates one. */
      to: index.optional(),
      /** Hex after `0x`, in which `[3]` stands for the contract that step 3 creates and `[d]` for who deploys. */
      data: z.string(),
      /** What it used when it was recorded. */
      gas: z.number().int().positive(),
    }),
  ),
  contracts,
});

/**
 * The transactions that deploy the protocol with tokens that anyone may mint and feeds whose deployer sets the prices, as
 * Ignition sent them when the package was built. Replayed rather than compiled in: it needs no compiler, no artifacts and no
 * Ignition, and works from any sender and nonce.
 */
export type Recording = z.infer<typeof schema>;

/** Reads the recording that comes with the package. @throws TestDeploymentError where it is missing or damaged */
export async function loadRecording(): Promise<Recording> {
  // imported here, so that a bundler that meets this file finds no file system in it
  const { readFile } = await import('node:fs/promises');
  let text: string;
  try {
    text = await readFile(FILE, 'utf8');
  } catch (cause) {
    throw new TestDeploymentError(
      `${FILE.pathname} cannot be read; in Novate's own repository run "npm run sdk:build" first`,
      cause,
    );
  }
  const parsed = schema.safeParse(JSON.parse(text));
  if (!parsed.success)
    throw new TestDeploymentError(`${FILE.pathname} is damaged; install the package again`);
  return parsed.data;
}
