import type { LocalChain } from '../local/chain.ts';
import type { StackAddresses } from '../local/deployLocal.ts';
import { depositCash, fundInsurance, giveEther, openAccounts } from './openAccounts.ts';
import { planAccounts } from './planAccounts.ts';
import type { OpenMarket } from './planAccounts.ts';
import { tradeOrders } from './tradeOrders.ts';
import { createPerson } from './traders.ts';
import type { Person } from './traders.ts';

const WAD = 10n ** 18n;
const INSURANCE_PER_ACCOUNT = 2_500n * WAD;
const KEEPER_FLOOR = 5_000_000n * WAD;

/** Who is on the chain once it is seeded. */
export interface SeededMarket {
  readonly traders: readonly Person[];
  readonly keeper: Person;
  readonly orders: number;
  readonly fills: number;
}

/** Opens `count` accounts, lets them trade with each other, funds the insurance fund and the keeper. */
export async function seedMarket(
  chain: LocalChain,
  stack: StackAddresses,
  count: number,
  markets: readonly OpenMarket[],
  seed: number,
): Promise<SeededMarket> {
  const traders = Array.from({ length: count }, (_, i) => createPerson(`trader ${i}`));
  const [keeper, matcher, sponsor] = [
    createPerson('keeper'),
    createPerson('matcher'),
    createPerson('sponsor'),
  ];
  const plans = planAccounts(count, markets, seed);
  await giveEther(chain, [...traders, keeper, matcher, sponsor]);
  // first, so that there is cash to borrow
  await fundInsurance(chain, stack, sponsor, INSURANCE_PER_ACCOUNT * BigInt(count));
  const notional = plans.reduce((sum, { perps }) => sum + grossNotional(perps, markets), 0n);
  await depositCash(chain, stack, keeper, KEEPER_FLOOR + notional / 2n);
  await openAccounts(chain, stack, traders, plans, markets);
  const traded = await tradeOrders(chain, stack, matcher, traders, plans, markets, seed);
  return { traders, keeper, ...traded };
}

function grossNotional(perps: Readonly<Record<string, bigint>>, markets: readonly OpenMarket[]): bigint {
  return markets.reduce((sum, { symbol, price }) => {
    const size = perps[symbol] ?? 0n;
    return sum + ((size < 0n ? -size : size) * BigInt(Math.round(price * 100))) / 100n;
  }, 0n);
}
