// Gas of the protocol's actions, each measured as one transaction on a fresh Hardhat node. Absolute, so repeatable.
import { clearinghouseAbi, liquidatorAbi } from '@novate/sdk';
import { encodeFunctionData } from 'viem';
import type { Hex } from 'viem';
import { createPerson } from '../../cli/src/seed/traders.ts';
import {
  BTC,
  ETH,
  depositData,
  giveGasMoney,
  matchData,
  measure,
  measureView,
  measureWarmView,
  openStage,
  setPrices,
} from './stage.ts';
import type { Stage } from './stage.ts';
import type { Measurement } from './measurement.ts';

const WAD = 10n ** 18n;
const MIN_CASH = -(2n ** 255n);

export async function benchGas(): Promise<Measurement[]> {
  const stage = await openStage();
  try {
    return await measureAll(stage);
  } finally {
    await stage.stop();
  }
}

async function measureAll(stage: Stage): Promise<Measurement[]> {
  const { stack, chain, alice, bob, carol, dave, keeper } = stage;
  const rows: Measurement[] = [];
  const add = (
    name: string,
    value: bigint,
    goal: number | null,
    peer: Measurement['peer'],
    note?: string,
  ): void => {
    rows.push({
      name,
      value: Number(value),
      unit: 'gas',
      goal,
      peer,
      ...(note === undefined ? {} : { note }),
    });
  };

  const eve = createPerson('eve');
  await giveGasMoney(stage, eve);
  const first = await depositData(stage, eve, 1_000_000_000n);
  const opening = await measure(stage, eve, stack.clearinghouse, first, 'first deposit');
  const again = await measure(stage, eve, stack.clearinghouse, first, 'second deposit');
  add(
    'deposit',
    opening,
    85_000,
    { name: 'Derive v2 DepositModule', value: 271_000 },
    'first deposit of a new account',
  );
  add('depositAgain', again, null, null, 'the same account once more');

  const open = await matchData(stage, ETH, carol, dave, 10n * WAD);
  const tradePeer = { name: 'Derive v2 StandardManager', value: 339_531 };
  add(
    'trade2SidesOpening',
    await measure(stage, bob, stack.orderMatcher, open, 'opening trade'),
    220_000,
    tradePeer,
    'both accounts open their first position',
  );
  await measure(stage, bob, stack.orderMatcher, await matchData(stage, ETH, alice, bob, 10n * WAD), 'trade');
  await measure(stage, bob, stack.orderMatcher, await matchData(stage, BTC, alice, bob, WAD), 'trade');
  const more = await matchData(stage, ETH, carol, dave, WAD);
  add(
    'trade2Sides',
    await measure(stage, bob, stack.orderMatcher, more, 'trade'),
    220_000,
    tradePeer,
    'both accounts add to a position; fresh order nonces',
  );
  const both = await matchData(stage, ETH, alice, bob, WAD / 100n);
  add(
    'trade2SidesOf2Perps',
    await measure(stage, bob, stack.orderMatcher, both, 'trade'),
    null,
    null,
    'both accounts hold two perps',
  );

  await chain.mine();
  const marginOf = encodeFunctionData({
    abi: clearinghouseAbi,
    functionName: 'marginOf',
    args: [alice.account],
  });
  add(
    'margin2PerpsCold',
    await measureView(stage, stack.clearinghouse, marginOf, 'marginOf'),
    null,
    { name: 'Derive v2 StandardManager', value: 114_613 },
    'storage, oracle and contracts cold; execution only',
  );

  add(
    'margin2Perps',
    await measureWarmView(stage, stack.clearinghouse, marginOf),
    45_000,
    { name: 'Derive v2 StandardManager', value: 114_613 },
    'the check inside an action: the second of two in one transaction',
  );

  const solvency = encodeFunctionData({ abi: clearinghouseAbi, functionName: 'solvency' });
  add(
    'solvency',
    await measureView(stage, stack.clearinghouse, solvency, 'solvency'),
    60_000,
    null,
    'everything cold; three perps and four assets',
  );

  await setPrices(stage, 90_000n, 3_200n);
  add(
    'liquidate2Perps',
    await measure(stage, keeper, stack.liquidator, await liquidateData(stage), 'liquidate'),
    300_000,
    { name: 'Derive v2, start + bid of 1 perp', value: 1_116_000 },
    'pro-rata basket; the liquidator opens both positions',
  );
  await setPrices(stage, 86_000n, 3_000n);
  add(
    'liquidate2PerpsHolding',
    await measure(stage, keeper, stack.liquidator, await liquidateData(stage), 'liquidate again'),
    null,
    { name: 'Derive v2, start + bid of 1 perp', value: 1_116_000 },
    'the liquidator already holds both positions',
  );
  return rows;
}

/** The calldata that takes the pro-rata basket of alice's account over to the keeper's. */
async function liquidateData({ chain, stack, alice, keeper }: Stage): Promise<Hex> {
  const [selection] = await chain.client.readContract({
    address: stack.liquidator,
    abi: liquidatorAbi,
    functionName: 'proRata',
    args: [alice.account],
  });
  const { timestamp } = await chain.latest();
  return encodeFunctionData({
    abi: liquidatorAbi,
    functionName: 'liquidate',
    args: [
      {
        account: alice.account,
        liquidator: keeper.account,
        selection,
        minReward: 0n,
        minCash: MIN_CASH,
        deadlineSec: timestamp + 3_600,
      },
    ],
  });
}
