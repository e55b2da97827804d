// Gas of margin checks and liquidations of portfolios with options, on a stage of their own.
import {
  buildOrder,
  buildReport,
  clearinghouseAbi,
  encodeInstrumentId,
  liquidatorAbi,
  orderMatcherAbi,
  orderTypedData,
  PRESETS,
  profileToStruct,
  readPositionWord,
  riskEngineAbi,
  surfaceTypedData,
  volSurfaceAbi,
} from '@novate/sdk';
import type { Instrument, SignedOrder } from '@novate/sdk';
import { encodeFunctionData } from 'viem';
import type { Hex } from 'viem';
import { hardhat } from 'viem/chains';
import { depositCash } from '../../cli/src/seed/openAccounts.ts';
import { createPerson } from '../../cli/src/seed/traders.ts';
import type { Person } from '../../cli/src/seed/traders.ts';
import { BTC, depositToken, ETH, giveGasMoney, measure, measureView, openStage, setPrices } from './stage.ts';
import type { Stage } from './stage.ts';
import type { Measurement } from './measurement.ts';

const WAD = 10n ** 18n;
const SOL = 3;
const HOUR = 3_600;
const DAY = 24 * HOUR;
/** How long the liquidation penalty rises. */
const RAMP_SEC = 15 * 60;
const GAS = 8_000_000n;
const HALF_PROFILE = 100n;
const INDEX = { [BTC]: 100_000n, [ETH]: 4_000n, [SOL]: 200n } as const;
type Underlying = keyof typeof INDEX;

interface Deal {
  readonly instrument: Instrument;
  /** Units that the account buys; negative sells. Wad. */
  readonly size: bigint;
}

export async function benchOptions(): Promise<Measurement[]> {
  const stage = await openStage();
  try {
    const expiries = await postSurfaces(stage);
    return [
      ...(await measureMargins(stage, expiries)),
      await measureScenario(stage, expiries),
      ...(await measureLiquidations(stage, expiries)),
    ];
  } finally {
    await stage.stop();
  }
}

export async function benchLiquidations(): Promise<Measurement[]> {
  const stage = await openStage();
  try {
    return await measureLiquidations(stage, await postSurfaces(stage));
  } finally {
    await stage.stop();
  }
}

async function measureMargins(stage: Stage, expiries: readonly bigint[]): Promise<Measurement[]> {
  const pmrm = (value: number) => ({ name: 'Derive v2 PMRM', value });
  const one = expiries.slice(0, 1);
  const cases = [
    [
      'margin16Options',
      smile(BTC, one, 2),
      250_000,
      pmrm(3_510_000),
      'calls and puts of 8 strikes, one expiry',
    ],
    ['margin16Strikes', smile(BTC, one, 1), null, pmrm(3_510_000), '16 options of 16 strikes, one expiry'],
    [
      'margin16Mixed',
      mixed(one),
      250_000,
      null,
      'calls and puts of 4 strikes, 4 futures, 2 perps, 2 spot; 3 underlyings',
    ],
    [
      'margin64Options',
      smile(BTC, expiries, 2),
      1_000_000,
      pmrm(14_000_000),
      'calls and puts of 8 strikes, 4 expiries',
    ],
    [
      'margin64Strikes',
      smile(BTC, expiries, 1),
      null,
      pmrm(14_000_000),
      '64 options of 16 strikes, 4 expiries',
    ],
  ] as const;
  const rows: Measurement[] = [];
  for (const [name, deals, goal, peer, note] of cases) {
    const trader = await openTrader(stage, name, 1_000_000n);
    if (name === 'margin16Mixed') {
      await depositToken(stage, trader, stage.stack.weth, 1, 2n * WAD);
      await depositToken(stage, trader, stage.stack.wbtc, 2, 10n ** 7n);
    }
    await trade(stage, trader, deals);
    await stage.chain.mine();
    const data = encodeFunctionData({
      abi: clearinghouseAbi,
      functionName: 'marginOf',
      args: [trader.account],
    });
    const value = Number(await measureView(stage, stage.stack.clearinghouse, data, name));
    rows.push({ name, value, unit: 'gas', goal, peer, note: `${note}; storage, oracle and contracts cold` });
  }
  return rows;
}

/** What one scenario more costs one option: the engine asked with sixteen scenarios, and with eight of them. */
async function measureScenario(stage: Stage, expiries: readonly bigint[]): Promise<Measurement> {
  const { chain, stack } = stage;
  const half = { ...PRESETS.portfolio, scenarios: PRESETS.portfolio.scenarios.slice(0, 8) };
  const args = [HALF_PROFILE, profileToStruct(half)] as const;
  const setProfile = encodeFunctionData({ abi: riskEngineAbi, functionName: 'setProfile', args });
  await chain.execute([
    { from: chain.deployer, to: stack.riskEngine, data: setProfile, gas: GAS, label: 'half' },
  ]);
  const trader = await openTrader(stage, 'scenarios', 1_000_000n);
  const deals = smile(BTC, expiries.slice(0, 1), 1);
  await trade(stage, trader, deals);
  const portfolio = await chain.client.readContract({
    address: stack.clearinghouse,
    abi: clearinghouseAbi,
    functionName: 'portfolioOf',
    args: [trader.account],
  });
  const gasOf = (profileId: bigint): Promise<bigint> => {
    const assess = [[{ ...portfolio, profileId }], 0] as const;
    const data = encodeFunctionData({ abi: riskEngineAbi, functionName: 'assess', args: assess });
    return measureView(stage, stack.riskEngine, data, 'assess');
  };
  const difference = Number((await gasOf(0n)) - (await gasOf(HALF_PROFILE)));
  const value = Math.round(difference / (8 * deals.length));
  const note = 'the engine with 16 scenarios less with 8, over 8 scenarios and 16 strikes';
  return {
    name: 'optionScenario',
    value,
    unit: 'gas',
    goal: 700,
    peer: { name: 'Derive v2', value: 8_400 },
    note,
  };
}

async function measureLiquidations(stage: Stage, expiries: readonly bigint[]): Promise<Measurement[]> {
  const one = expiries.slice(0, 1);
  const rows: Measurement[] = [];
  for (const [name, deals, what, goal] of [
    ['liquidate16Options', straddles(one), 'short calls and puts of 8 strikes', 700_000],
    ['liquidate16Strikes', strangles(one), '16 short options of 16 strikes', null],
  ] as const) {
    rows.push(...(await measureLiquidation(stage, name, deals, what, goal)));
  }
  return rows;
}

/** Of an account that falls twice, pro rata; and of a like one that fell further, whole. */
async function measureLiquidation(
  stage: Stage,
  name: string,
  deals: readonly Deal[],
  what: string,
  goal: number | null,
): Promise<Measurement[]> {
  const peer = { name: 'Derive v2 PMRM, start + bid', value: 5_100_000 };
  const rows: Measurement[] = [];
  const take = async (suffix: string, how: string, account: Person, taker: Person): Promise<void> => {
    const data = await liquidateData(stage, account, taker, suffix === 'Whole');
    const value = Number(await measure(stage, taker, stage.stack.liquidator, data, `${name}${suffix}`));
    rows.push({ name: `${name}${suffix}`, value, unit: 'gas', goal, peer, note: `${what}; ${how}` });
  };
  const [account, taker] = await openPair(stage, name, deals);
  await setPrices(stage, 119_000n, INDEX[ETH]);
  await take('', 'pro rata; the liquidator opens all 16 positions', account, taker);
  await setPrices(stage, 126_000n, INDEX[ETH]);
  await take('Holding', 'pro rata; the liquidator already holds the positions', account, taker);

  const [next, ready] = await openPair(stage, `${name} next`, deals);
  await reserve(stage, ready);
  await setPrices(stage, 119_000n, INDEX[ETH]);
  await take('Reserved', 'pro rata; the liquidator opens all 16 in reserved slots', next, ready);

  const opens = 'all of it, 15 minutes after the flag; the liquidator opens all 16';
  await take('Whole', opens, ...(await openFallen(stage, `${name} low`, deals)));
  const [low, prepared] = await openFallen(stage, `${name} last`, deals);
  await reserve(stage, prepared);
  await take('WholeReserved', `${opens} in reserved slots`, low, prepared);
  return rows;
}

/** Of whom so much is left, 15 minutes after the flag, that all of it may be taken. */
async function openFallen(stage: Stage, name: string, deals: readonly Deal[]): Promise<[Person, Person]> {
  const [account, taker] = await openPair(stage, name, deals);
  await setPrices(stage, 119_000n, INDEX[ETH]);
  const flag = encodeFunctionData({ abi: liquidatorAbi, functionName: 'flag', args: [account.account] });
  await measure(stage, taker, stage.stack.liquidator, flag, 'flag');
  await stage.chain.mine((await stage.chain.latest()).timestamp + RAMP_SEC);
  await setPrices(stage, 128_000n, INDEX[ETH]);
  return [account, taker];
}

async function reserve(stage: Stage, person: Person): Promise<void> {
  const args = [person.account, 16n] as const;
  const data = encodeFunctionData({ abi: clearinghouseAbi, functionName: 'reservePositions', args });
  await measure(stage, person, stage.stack.clearinghouse, data, 'reservePositions');
}

/** A trader with the deals, at the first prices, and somebody who may take them over. */
async function openPair(stage: Stage, name: string, deals: readonly Deal[]): Promise<[Person, Person]> {
  const pair: [Person, Person] = [
    await openTrader(stage, name, 36_000n),
    await openTrader(stage, `${name} taker`, 1_000_000n),
  ];
  await setPrices(stage, INDEX[BTC], INDEX[ETH]);
  await trade(stage, pair[0], deals);
  return pair;
}

/** The calldata that takes an account's pro-rata basket over to the taker's, or all of its positions. */
async function liquidateData(stage: Stage, account: Person, taker: Person, whole: boolean): Promise<Hex> {
  const { chain } = stage;
  const selection = whole ? await allOf(stage, account) : await proRataOf(stage, account);
  const deadlineSec = (await chain.latest()).timestamp + HOUR;
  const params = { account: account.account, liquidator: taker.account, selection, deadlineSec };
  const args = [{ ...params, minReward: 0n, minCash: -(2n ** 255n) }] as const;
  return encodeFunctionData({ abi: liquidatorAbi, functionName: 'liquidate', args });
}

async function proRataOf({ chain, stack }: Stage, { account }: Person) {
  const [exact] = await chain.client.readContract({
    address: stack.liquidator,
    abi: liquidatorAbi,
    functionName: 'proRata',
    args: [account],
  });
  // as the keeper does: a second later the exact basket may be a hair too large
  return { ...exact, sizes: exact.sizes.map((size) => (size * 999n) / 1_000n) };
}

async function allOf({ chain, stack }: Stage, { account }: Person) {
  const words = await chain.client.readContract({
    address: stack.clearinghouse,
    abi: clearinghouseAbi,
    functionName: 'positionsOf',
    args: [account],
  });
  const positions = words.map(readPositionWord);
  return {
    instruments: positions.map(({ instrument }) => instrument),
    sizes: positions.map(({ size }) => (size < 0n ? -size : size)),
    assetIds: [],
    amounts: [],
  };
}

// ------------------------------------------------------------------------------------------------ portfolios

/** @param perStrike 2: a call and a put of each strike; 1: one of the two. Eight or sixteen strikes an expiry. */
function smile(underlying: Underlying, expiries: readonly bigint[], perStrike: 1 | 2): Deal[] {
  const strikes = 16 / perStrike;
  return expiries.flatMap((expirySec) =>
    Array.from({ length: 16 }, (_, i): Deal => {
      const k = Math.floor(i / perStrike);
      const strike = (INDEX[underlying] * WAD * BigInt(800 + Math.round((400 * k) / strikes))) / 1_000n;
      const kind = i % 2 === 0 ? 'call' : 'put';
      // never so that a call and a put of one strike cancel
      const size = i % 3 === 0 ? -WAD / 10n : WAD / 5n;
      return { instrument: { kind, underlying, expirySec, strike }, size };
    }),
  );
}

function mixed(expiries: readonly bigint[]): Deal[] {
  const [expirySec = 0n] = expiries;
  const underlyings = [BTC, ETH, SOL] as const;
  const at = (i: number): Underlying => underlyings[i % 3] ?? BTC;
  const unit = (underlying: Underlying): bigint => (1_000n * WAD) / INDEX[underlying];
  const options = Array.from({ length: 8 }, (_, i): Deal => {
    const underlying = at(Math.floor(i / 2));
    const strike = (INDEX[underlying] * WAD * BigInt(90 + 6 * Math.floor(i / 2))) / 100n;
    const kind = i % 2 === 0 ? 'call' : 'put';
    const size = i % 3 === 0 ? -unit(underlying) : 2n * unit(underlying);
    return { instrument: { kind, underlying, expirySec, strike }, size };
  });
  const futures = Array.from({ length: 4 }, (_, i): Deal => {
    const underlying = at(i);
    return {
      instrument: { kind: 'future', underlying, expirySec },
      size: i % 2 === 0 ? unit(underlying) : -unit(underlying),
    };
  });
  const later = futures
    .slice(3)
    .map(({ instrument, size }) => ({ instrument: { ...instrument, underlying: ETH }, size }));
  const perps = ([BTC, ETH] as const).map((underlying, i): Deal => ({
    instrument: { kind: 'perp', underlying },
    size: i === 0 ? unit(underlying) : -unit(underlying),
  }));
  return [...options, ...futures.slice(0, 3), ...later, ...perps];
}

/** Eight short straddles: a call and a put of each of 8 strikes. */
function straddles(expiries: readonly bigint[]): Deal[] {
  return smile(BTC, expiries, 2).map(({ instrument }): Deal => ({ instrument, size: -WAD / 5n }));
}

/** Eight short strangles. */
function strangles(expiries: readonly bigint[]): Deal[] {
  return expiries.flatMap((expirySec) =>
    Array.from({ length: 16 }, (_, i): Deal => {
      const step = BigInt(2 + Math.floor(i / 2));
      const isCall = i % 2 === 0;
      const strike = (INDEX[BTC] * WAD * (isCall ? 100n + 2n * step : 100n - 2n * step)) / 100n;
      return {
        instrument: { kind: isCall ? 'call' : 'put', underlying: BTC, expirySec, strike },
        size: -WAD / 5n,
      };
    }),
  );
}

// ------------------------------------------------------------------------------------------------ the stage

/** Posts a surface for each of four expiries of each underlying. */
async function postSurfaces({ chain, stack }: Stage): Promise<bigint[]> {
  const { timestamp } = await chain.latest();
  const first = Math.ceil((timestamp + 7 * DAY) / HOUR) * HOUR;
  const expiries = [0, 7, 21, 80].map((days) => first + days * DAY);
  const reports = [BTC, ETH, SOL].flatMap((underlying) =>
    expiries.map((expirySec) => {
      const years = (expirySec - timestamp) / (365 * DAY);
      const wad = (value: number): bigint => BigInt(Math.round(value * 1e12)) * 10n ** 6n;
      const [a, b, rho, m, sigma] = [0.3 * years, 0.06 * Math.sqrt(years), -0.2, 0.01, 0.15].map(wad) as [
        bigint,
        bigint,
        bigint,
        bigint,
        bigint,
      ];
      return buildReport({ underlying, expirySec, a, b, rho, m, sigma, basis: wad(0.05), timestamp });
    }),
  );
  const domain = { chainId: hardhat.id, volSurface: stack.volSurface };
  const signature = await chain.deployer.signTypedData(surfaceTypedData(reports, domain));
  const args = [reports, [{ signer: chain.deployer.address, signature }]] as const;
  const data = encodeFunctionData({ abi: volSurfaceAbi, functionName: 'post', args });
  await chain.execute([
    { from: chain.deployer, to: stack.volSurface, data, gas: 15_000_000n, label: 'post' },
  ]);
  return expiries.map(BigInt);
}

async function openTrader(stage: Stage, name: string, usd: bigint): Promise<Person> {
  const trader = createPerson(name);
  await giveGasMoney(stage, trader);
  await depositCash(stage.chain, stage.stack, trader, usd * WAD);
  return trader;
}

let nonce = 1_000_000n;

/** Trades each deal at the mark with somebody who has nothing yet: an account holds 64 positions at most. */
async function trade(stage: Stage, trader: Person, deals: readonly Deal[]): Promise<void> {
  nonce += 1n;
  const other = await openTrader(stage, `the other side ${nonce}`, 10_000_000n);
  for (const { instrument, size } of deals) {
    const data = await dealData(stage, trader, other, instrument, size);
    await measure(stage, other, stage.stack.orderMatcher, data, `trade in ${instrument.kind}`);
  }
}

async function dealData(
  stage: Stage,
  trader: Person,
  other: Person,
  instrument: Instrument,
  size: bigint,
): Promise<Hex> {
  const { chain, stack } = stage;
  const { timestamp } = await chain.latest();
  const id = encodeInstrumentId(instrument);
  const [, limitPrice] = await chain.client.readContract({
    address: stack.riskEngine,
    abi: riskEngineAbi,
    functionName: 'quoteOf',
    args: [id, 0n],
  });
  const sign = async (person: Person, signed: bigint): Promise<SignedOrder> => {
    const terms = { account: person.account, instrument: id, size: signed, limitPrice };
    const order = buildOrder({ ...terms, nonce: (nonce += 1n), expirySec: timestamp + DAY });
    const domain = { chainId: hardhat.id, orderMatcher: stack.orderMatcher };
    const signature = await person.key.signTypedData(orderTypedData(order, domain));
    return { order, signer: person.key.address, signature };
  };
  const units = size < 0n ? -size : size;
  const args = [await sign(other, -size), await sign(trader, size), units] as const;
  return encodeFunctionData({ abi: orderMatcherAbi, functionName: 'matchOrders', args });
}
