import {
  assessMany,
  buildOrder,
  buildReport,
  encodeInstrumentId,
  ETH,
  getMarkets,
  orderMatcherAbi,
  orderTypedData,
  parseWad,
  surfaceTypedData,
  volSurfaceAbi,
} from '@novate/sdk';
import type { AccountId, InstrumentId, SignedOrder } from '@novate/sdk';
import { encodeFunctionData } from 'viem';
import { hardhat } from 'viem/chains';
import type { Person } from '../../../cli/src/seed/traders.ts';
import type { Stack } from './stack.ts';

const DAY = 86_400;
const GAS = 3_000_000n;
const SIZE = parseWad('0.1');

/**
 * Posts a surface for ETH and lets the wealthiest trader buy a call from the keeper's account.
 * @returns the buyer's account
 */
export async function tradeOption(stack: Stack): Promise<AccountId> {
  const { chain, addresses, seeded } = stack;
  const { timestamp } = await chain.latest();
  const expirySec = Math.ceil((timestamp + 30 * DAY) / 3_600) * 3_600;
  await postSurface(stack, expirySec, timestamp);
  const market = (await getMarkets(chain.client, addresses)).find(({ underlying }) => underlying === ETH);
  const strike = (((market?.price?.price ?? 0n) / parseWad('100')) * 110n) / 100n;
  const instrument = encodeInstrumentId({
    kind: 'call',
    underlying: ETH,
    expirySec: BigInt(expirySec),
    strike: strike * parseWad('100'),
  });
  const buyer = await wealthiest(stack);
  const [maker, taker] = await Promise.all([
    sign(stack, seeded.keeper, instrument, -SIZE, timestamp + DAY),
    sign(stack, buyer, instrument, SIZE, timestamp + DAY),
  ]);
  const args = [maker, taker, SIZE] as const;
  const data = encodeFunctionData({ abi: orderMatcherAbi, functionName: 'matchOrders', args });
  await chain.execute([{ from: chain.deployer, to: addresses.orderMatcher, data, gas: GAS, label: 'match' }]);
  return buyer.account;
}

async function postSurface({ chain, addresses }: Stack, expirySec: number, timestamp: number): Promise<void> {
  const { volSurface } = addresses;
  const smile = {
    a: parseWad('0.03'),
    b: parseWad('0.05'),
    rho: parseWad('-0.2'),
    m: 0n,
    sigma: parseWad('0.1'),
  };
  const reports = [buildReport({ underlying: ETH, expirySec, ...smile, timestamp })];
  const typed = surfaceTypedData(reports, { chainId: hardhat.id, volSurface });
  const signature = await chain.deployer.signTypedData(typed);
  const signatures = [{ signer: chain.deployer.address, signature }];
  const data = encodeFunctionData({ abi: volSurfaceAbi, functionName: 'post', args: [reports, signatures] });
  await chain.execute([{ from: chain.deployer, to: volSurface, data, gas: GAS, label: 'surface' }]);
}

async function wealthiest({ chain, addresses, seeded }: Stack): Promise<Person> {
  const accounts = seeded.traders.map(({ account }) => account);
  const assessed = await assessMany(chain.client, addresses, { accounts });
  const free = assessed.map((one) => (one.ok ? one.margin.equity - one.margin.initialMargin : -1n));
  const best = free.reduce((winner, amount, i) => (amount > (free[winner] ?? -1n) ? i : winner), 0);
  const person = seeded.traders[best];
  if (person === undefined) throw new Error('nobody trades');
  return person;
}

async function sign(
  { addresses }: Stack,
  { account, key }: Person,
  instrument: InstrumentId,
  size: bigint,
  expirySec: number,
): Promise<SignedOrder> {
  const order = buildOrder({ account, instrument, size, limitPrice: parseWad('60'), expirySec });
  const domain = { chainId: hardhat.id, orderMatcher: addresses.orderMatcher };
  const signature = await key.signTypedData(orderTypedData(order, domain));
  return { order, signer: key.address, signature };
}
