import { network } from 'hardhat';
import {
  assessMany,
  buildOrder,
  encodeInstrumentId,
  ETH,
  novateAddressesSchema,
  orderMatcherAbi,
  orderTypedData,
} from '@novate/sdk';
import type { AccountId, Instrument, NovateAddresses } from '@novate/sdk';
import { encodeFunctionData, parseAbi, parseUnits } from 'viem';
import type { Abi, Address } from 'viem';
import { hardhat } from 'viem/chains';
import { startAnvil as startNode } from '../../../cli/src/local/anvil.ts';
import { connectChain } from '../../../cli/src/local/chain.ts';
import type { LocalChain } from '../../../cli/src/local/chain.ts';
import { deployLocal } from '../../../cli/src/local/deployLocal.ts';
import type { StackAddresses } from '../../../cli/src/local/deployLocal.ts';
import { depositCash, fundInsurance, giveEther } from '../../../cli/src/seed/openAccounts.ts';
import { createPerson } from '../../../cli/src/seed/traders.ts';
import type { Person } from '../../../cli/src/seed/traders.ts';

const WAD = 10n ** 18n;
const FAR_SEC = 4_000_000_000;
export const FIRST_PRICE = 4_000;
const feedAbi = parseAbi(['function setAnswer(int256 answer)']);

/** A node that a test starts and stops. */
export interface TestNode {
  readonly url: string;
  stop(): Promise<void>;
}

export async function startHardhat(): Promise<TestNode> {
  const server = await network.createServer('default', '127.0.0.1');
  const { port } = await server.listen();
  return { url: `http://127.0.0.1:${port}`, stop: () => server.close() };
}

/** Anvil, for what Hardhat's node cannot do: reorganisations and dropped transactions. Also speaks WebSocket. */
export const startAnvil = (): Promise<TestNode> => startNode(['--code-size-limit', '200000']);

/** A market with people in it, on a real node, whose blocks are mined by hand. */
export interface Stage {
  readonly chain: LocalChain;
  readonly stack: StackAddresses;
  readonly addresses: NovateAddresses;
  readonly traders: readonly Person[];
  readonly buyer: Person;
  readonly keepers: readonly Person[];
  run(to: Address, abi: Abi, functionName: string, args: readonly unknown[]): Promise<void>;
  setPrice(price: number): Promise<void>;
  /** The seller sells to the buyer, both at IM. */
  trade(seller: Person, instrument: Instrument, size: string, price: string): Promise<void>;
  /** Counts nonces anew: after a reorganisation, or where somebody else sent by the deployer's key. */
  recount(): Promise<void>;
  /** Accounts below their maintenance margin, as the chain sees them. */
  unhealthy(): Promise<AccountId[]>;
}

export interface StageOptions {
  readonly traders: number;
  readonly keepers?: number;
  /** Units of ETH that each trader is short of, against 1,200 USD of cash each; 10 unless given. */
  readonly size?: number;
  /** Cash of each keeper, wad USD. */
  readonly keeperCash?: bigint;
}

/** Deploys, and opens an ETH short for each trader, liquidatable above about 4,600 USD. */
export async function openStage(
  url: string,
  { traders: count, keepers: keeperCount = 1, size = 10, keeperCash = 2_000_000n * WAD }: StageOptions,
): Promise<Stage> {
  let chain = await connectChain(url);
  const stack = await deployLocal(chain, {});
  await chain.request('evm_setAutomine', [false]);
  const people = (what: string, n: number): Person[] =>
    Array.from({ length: n }, (_, i) => createPerson(`${what} ${i}`));
  const [traders, keepers] = [people('short', count), people('keeper', keeperCount)];
  const buyer = createPerson('buyer');
  let nonce = 0n;

  async function run(to: Address, abi: Abi, functionName: string, args: readonly unknown[]): Promise<void> {
    const data = encodeFunctionData({ abi, functionName, args });
    await chain.execute([{ from: chain.deployer, to, data, gas: 5_000_000n, label: functionName }]);
  }

  async function trade(seller: Person, instrument: Instrument, size: string, price: string): Promise<void> {
    const sign = async (person: Person, sold: boolean) => {
      const order = buildOrder({
        account: person.account,
        instrument: encodeInstrumentId(instrument),
        size: parseUnits(size, 18) * (sold ? -1n : 1n),
        limitPrice: parseUnits(price, 18),
        nonce: nonce++,
        expirySec: FAR_SEC,
      });
      const domain = { chainId: hardhat.id, orderMatcher: stack.orderMatcher };
      const signature = await person.key.signTypedData(orderTypedData(order, domain));
      return { order, signer: person.key.address, signature };
    };
    const orders = [await sign(seller, true), await sign(buyer, false)];
    await run(stack.orderMatcher, orderMatcherAbi, 'matchOrders', [...orders, parseUnits(size, 18)]);
  }

  await giveEther(chain, [...traders, ...keepers, buyer]);
  for (const trader of traders) await depositCash(chain, stack, trader, 1_200n * BigInt(size) * WAD);
  await depositCash(chain, stack, buyer, 10_000n * BigInt(size) * WAD * BigInt(Math.max(count, 1)));
  for (const keeper of keepers) await depositCash(chain, stack, keeper, keeperCash);
  await fundInsurance(chain, stack, buyer, 10_000n * WAD);
  for (const trader of traders) {
    await trade(trader, { kind: 'perp', underlying: ETH }, String(size), String(FIRST_PRICE));
  }
  const accounts = [...traders, buyer].map(({ account }) => account);
  const addresses = novateAddressesSchema.parse(stack);
  return {
    get chain() {
      return chain;
    },
    async recount() {
      chain = await connectChain(url);
    },
    stack,
    addresses,
    traders,
    buyer,
    keepers,
    run,
    trade,
    setPrice: (price) => run(stack.ethFeed, feedAbi, 'setAnswer', [BigInt(Math.round(price * 1e8))]),
    async unhealthy() {
      const assessed = await assessMany(chain.client, addresses, { accounts });
      return assessed.flatMap((entry) => {
        if (!entry.ok) throw new Error(entry.error?.message ?? 'not assessable');
        const { equity, maintenanceMargin } = entry.margin;
        return maintenanceMargin > 0n && equity < maintenanceMargin ? [entry.account] : [];
      });
    },
  };
}
