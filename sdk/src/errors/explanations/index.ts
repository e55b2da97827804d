import type { Explanation } from '../explanation.ts';
import { clearinghouseExplanations } from './clearinghouse.ts';
import { externalExplanations } from './external.ts';
import { insuranceExplanations } from './insurance.ts';
import { liquidatorExplanations } from './liquidator.ts';
import { orderExplanations } from './orders.ts';
import { priceExplanations } from './prices.ts';
import { riskExplanations } from './risk.ts';
import { surfaceExplanations } from './surfaces.ts';
import { vaultExplanations } from './vault.ts';

const explanations = {
  ...clearinghouseExplanations,
  ...insuranceExplanations,
  ...liquidatorExplanations,
  ...orderExplanations,
  ...priceExplanations,
  ...riskExplanations,
  ...surfaceExplanations,
  ...vaultExplanations,
  ...externalExplanations,
} satisfies Record<string, Explanation>;

/** Names of the contract errors that `decodeNovateError` explains. */
export type NovateErrorName = keyof typeof explanations extends infer Key
  ? Key extends `${infer Name}(${string}`
    ? Name
    : Key
  : never;

const byKey = new Map<string, Explanation>(Object.entries(explanations));

/**
 * The explanation of an error, undefined where there is none. Names that stand for several errors are kept by signature,
 * such as `NotAuthorised(uint256,address)`.
 */
export function explanationOf(name: string, signature: string): Explanation | undefined {
  return byKey.get(signature) ?? byKey.get(name);
}
