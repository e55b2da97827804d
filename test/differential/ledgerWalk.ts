import {
  abs,
  assess,
  calculatePerpMark,
  calculateRamp,
  clearinghouseAbi,
  encodeInstrumentId,
  liquidatorAbi,
  liquidationReward,
  liquidationTerms,
  max,
  mulDown,
  portfolioToWords,
  PRESETS,
  selectProRata,
  WAD,
} from '@novate/sdk';
import type { Assessment } from '@novate/sdk';
import { expect } from 'chai';
import { decodeErrorResult, decodeFunctionResult, encodeFunctionData, parseAbi } from 'viem';
import type { Hex } from 'viem';
import type { Request } from './chain.ts';
import {
  accountIdOf,
  ACCOUNTS,
  BTC,
  CASH,
  COLLATERAL,
  DUST_MARGIN,
  ETH,
  INSURANCE,
  KEEPER,
  MIN_REWARD,
  TRADERS,
  unitOf,
  VENUE,
} from './ledgerStage.ts';
import type { LedgerStage } from './ledgerStage.ts';
import type { LedgerTwin, TwinBasket } from './ledgerTwin.ts';
import type { Random } from './random.ts';

const FLAG_LIFETIME_SEC = 3_600n;
const RATE_UNIT = 10n ** 10n;
const INT256_MIN = -(2n ** 255n);
const BASE_PRICES: ReadonlyMap<number, bigint> = new Map([
  [BTC, 100_000n * WAD],
  [ETH, 4_000n * WAD],
]);
/** Why the ledger may refuse an action that the walk tries. Anything else fails the test. */
const REFUSALS = ['BelowInitialMargin', 'WithdrawalTooLarge', 'InsufficientLiquidity', 'NotLiquidatable'];

const feedAbi = parseAbi(['function setAnswer(int256 answer)']);
const errorsAbi = [...clearinghouseAbi, ...liquidatorAbi].filter(({ type }) => type === 'error');

/** A random walk through the ledger's actions, after each of which ledger and twin have to be equal to the wei. */
export class LedgerWalk {
  /** How often each action went through, and how often the ledger refused it. */
  readonly done = new Map<string, number>();
  readonly refused = new Map<string, number>();
  private readonly indexes = new Map(BASE_PRICES);
  private readonly stage: LedgerStage;
  private readonly twin: LedgerTwin;
  private readonly random: Random;

  constructor(stage: LedgerStage, twin: LedgerTwin, random: Random) {
    this.stage = stage;
    this.twin = twin;
    this.random = random;
  }

  /** Prices, and balances for everybody. */
  async start(): Promise<void> {
    await this.setPrices();
    for (const trader of TRADERS) {
      await this.deposit(trader, CASH, 15_000n * WAD);
      await this.deposit(trader, 1, this.random.between(WAD, 5n * WAD));
    }
    await this.deposit(0, 2, WAD / 2n);
    await this.deposit(KEEPER, CASH, 50_000_000n * WAD);
    await this.deposit(INSURANCE, CASH, 1_000n * WAD);
    await this.check();
  }

  async step(): Promise<void> {
    const roll = this.random.below(100);
    if (roll < 45) await this.trade();
    else if (roll < 57) await this.pass();
    else if (roll < 65) await this.move(90n, 110n);
    else if (roll < 73) await this.withdraw();
    else if (roll < 79) await this.deposit(this.random.pick(TRADERS), CASH, this.random.magnitude(60, 76));
    else if (roll < 84) await this.accrue();
    else if (roll < 87) await this.sweep();
    else await this.liquidate();
    await this.check();
  }

  // ---------------------------------------------------------------------------------------------- actions

  private async trade(): Promise<void> {
    const { random, twin } = this;
    const now = await this.next();
    const underlying = random.pick([BTC, ETH]);
    const index = this.indexOf(underlying);
    const mark = calculatePerpMark(index, twin.perp(underlying, now).premium);
    const price = (mark * random.between(9_600n, 10_400n)) / 10_000n;
    const [one = 0, two = 1] = random.shuffle([...TRADERS, KEEPER]);
    const held = twin.accounts[one]?.legs.find((leg) => leg.underlying === underlying)?.size ?? 0n;
    let size = (random.magnitude(58, 77) * WAD) / index;
    // all of a position, part of it, or through zero
    if (held !== 0n && random.chance(60))
      size = random.pick([abs(held), (abs(held) * random.between(1n, 99n)) / 100n, abs(held) + size]);
    if (size === 0n) size = 1n;
    const [buyer, seller] = held > 0n ? [two, one] : [one, two];
    const maxFee = mulDown(size, price) / 100n;
    const fee = (): bigint => (random.chance(50) ? 0n : random.between(0n, maxFee));
    const params = { buyer, seller, underlying, size, price, buyerFee: fee(), sellerFee: fee() };
    const { house } = this.stage;
    const args = [
      {
        ...params,
        buyer: this.id(buyer),
        seller: this.id(seller),
        instrument: encodeInstrumentId({ kind: 'perp', underlying }),
      },
    ] as const;
    const data = encodeFunctionData({ abi: clearinghouseAbi, functionName: 'trade', args });
    if (await this.attempt('trade', { to: house, data })) twin.trade(params, index, now);
  }

  private async deposit(account: number, assetId: number, amount: bigint): Promise<void> {
    const unit = unitOf(assetId);
    const raw = max(1n, amount / unit);
    const now = await this.next();
    const args = [this.id(account), assetId, raw] as const;
    const data = encodeFunctionData({ abi: clearinghouseAbi, functionName: 'deposit', args });
    if (!(await this.attempt('deposit', { to: this.stage.house, data }))) return;
    if (assetId === CASH) this.twin.addCash(account, raw * unit, now);
    else this.twin.addSpot(account, assetId, raw * unit);
  }

  /** Of cash, into debt as a rule; the keeper's too, so that utilisation is high now and then. */
  private async withdraw(): Promise<void> {
    const { random } = this;
    const account = random.pick([...TRADERS, ...TRADERS, KEEPER]);
    const now = await this.next();
    const cash = this.twin.cash(account, now);
    const most = account === KEEPER ? cash - 1_000_000n * WAD : max(cash, 0n) + 8_000n * WAD;
    const unit = unitOf(CASH);
    const raw = random.between(1n, max(1n, most / unit));
    const args = [this.id(account), CASH, raw, this.stage.liquidator] as const;
    const data = encodeFunctionData({ abi: clearinghouseAbi, functionName: 'withdraw', args });
    if (await this.attempt('withdraw', { to: this.stage.house, data }))
      this.twin.addCash(account, -raw * unit, now);
  }

  private async accrue(): Promise<void> {
    const now = await this.next();
    const underlying = this.random.pick([BTC, ETH]);
    const interest = encodeFunctionData({ abi: clearinghouseAbi, functionName: 'accrueInterest' });
    const funding = encodeFunctionData({
      abi: clearinghouseAbi,
      functionName: 'accrueFunding',
      args: [underlying],
    });
    const to = this.stage.house;
    if (this.random.chance(50)) {
      if (await this.attempt('accrueInterest', { to, data: interest })) this.twin.accrueInterest(now);
    } else if (await this.attempt('accrueFunding', { to, data: funding })) {
      this.twin.accrueFunding(underlying, now);
    }
  }

  private async sweep(): Promise<void> {
    const now = await this.next();
    const args = [this.stage.chain.batch] as const;
    const data = encodeFunctionData({ abi: clearinghouseAbi, functionName: 'sweepFees', args });
    if (await this.attempt('sweepFees', { to: this.stage.house, data })) this.twin.sweepFees(VENUE, now);
  }

  /** Time, from a second to two days. */
  private async pass(): Promise<void> {
    await this.stage.chain.wait(this.random.magnitude(1, 17));
    await this.check();
    await this.setPrices();
  }

  /** Prices to so many percent of where they began. */
  private async move(low: bigint, high: bigint): Promise<void> {
    for (const [underlying, base] of BASE_PRICES) {
      this.indexes.set(
        underlying,
        (base * this.random.between(low * 10n ** 9n, high * 10n ** 9n)) / 10n ** 11n,
      );
    }
    await this.setPrices();
  }

  /** Prices that bring somebody below maintenance margin; then a flag, time and a pro-rata basket. */
  private async liquidate(): Promise<void> {
    const { random, stage } = this;
    let victim: number | undefined;
    // little by little, so that it is not all gone at once
    for (let percent = 5n; percent < 80n && victim === undefined; percent += 6n) {
      await this.move(100n - percent, 100n + percent);
      const now = await stage.chain.now();
      const held = random.shuffle(TRADERS).filter((trader) => !this.twin.isEmpty(trader));
      victim = held.find((trader) => isBelow(this.judge(trader, now)));
    }
    if (victim === undefined) return;
    await this.check();
    if (random.chance(60)) {
      const args = [this.id(victim)] as const;
      const data = encodeFunctionData({ abi: liquidatorAbi, functionName: 'flag', args });
      await this.attempt('flag', { to: stage.liquidator, data });
      await stage.chain.wait(random.pick([1n, 60n, random.between(1n, 1_000n), 3_700n]));
      await this.setPrices();
      await this.check();
    }
    await this.takeOver(victim);
    await this.check();
    await this.move(90n, 110n);
    // so that the walk goes on
    const cash = this.twin.cash(victim, await this.next());
    if (cash < 0n) await this.deposit(victim, CASH, 20_000n * WAD - cash);
    if (this.twin.cash(INSURANCE, await this.next()) < WAD) await this.deposit(INSURANCE, CASH, 1_000n * WAD);
  }

  private async takeOver(victim: number): Promise<void> {
    const { stage, twin } = this;
    const now = await this.next();
    const before = this.judge(victim, now);
    if (!isBelow(before)) return;
    const { basket, selection, phi } = await this.proRata(victim, now, before);
    if (basket.legs.length + basket.spot.length === 0) return;

    const trial = twin.clone();
    const given = trial.moveBasket(victim, KEEPER, basket, { penalty: 0n, incentive: 0n }, now);
    const after = { ...trial.portfolio(victim, now), cash: twin.cash(victim, now) + given };
    const next = assess(after, twin.market(this.indexes, now), PRESETS.portfolio);
    const relief = before.maintenanceMargin - next.maintenanceMargin;
    if (relief <= 0n) return;
    const { equity, maintenanceMargin } = before;
    const emptied = trial.isEmpty(victim);
    const insuranceCash = twin.cash(INSURANCE, now);
    // its positions then go to their counterparties, which has tests of its own
    if (equity < 0n && insuranceCash < -equity && basket.legs.length !== 0) return;
    const bounds = { dustMargin: DUST_MARGIN, minReward: MIN_REWARD, insuranceCash };
    const reward = liquidationReward({ relief, phi, equity, maintenanceMargin, emptied, ...bounds });

    const call = { selection, minReward: 0n, minCash: INT256_MIN, deadlineSec: Number(now) };
    const args = [{ ...call, account: this.id(victim), liquidator: this.id(KEEPER) }] as const;
    const data = encodeFunctionData({ abi: liquidatorAbi, functionName: 'liquidate', args });
    const answer = await this.attempt('liquidate', { to: stage.liquidator, data });
    if (answer === undefined) return;
    const quote = decodeFunctionResult({ abi: liquidatorAbi, functionName: 'liquidate', data: answer });
    const equityAfter = next.equity - reward.penalty;
    expect(quote, `quote for account ${victim} at ${now}`).to.deep.equal({
      before: marginOf(before),
      next: { ...marginOf(next), equity: equityAfter },
      relief,
      phi,
      ...reward,
      cashToAccount: given,
    });
    twin.moveBasket(victim, KEEPER, basket, reward, now);
    if (!emptied || equityAfter >= 0n) return;
    twin.coverBadDebt(victim, now);
    count(this.done, 'coverBadDebt');
  }

  private async setPrices(): Promise<void> {
    const requests = [...this.indexes].map(([underlying, index]) => ({
      to: this.stage.feeds.get(underlying) ?? this.stage.house,
      data: encodeFunctionData({ abi: feedAbi, functionName: 'setAnswer', args: [index] }),
    }));
    await this.stage.chain.act(requests);
  }

  // ---------------------------------------------------------------------------------------------- checks

  /** Everything that the ledger tells, at the latest block's time. */
  private async check(): Promise<void> {
    const { stage } = this;
    const now = await stage.chain.now();
    await this.checkMarkets(now);
    for (let account = 0; account < ACCOUNTS; ++account) await this.checkAccount(account, now);
    for (const trader of TRADERS) {
      const margin = this.judge(trader, now);
      if (isBelow(margin)) await this.checkProRata(trader, now, margin);
    }
    const elapsed = this.random.between(0n, 1_100n);
    const ramp = encodeFunctionData({ abi: liquidatorAbi, functionName: 'ramp', args: [elapsed] });
    const [answer = '0x'] = await stage.chain.ask([{ to: stage.liquidator, data: ramp }]);
    expect(decodeFunctionResult({ abi: liquidatorAbi, functionName: 'ramp', data: answer })).to.equal(
      calculateRamp(elapsed),
    );
  }

  private async checkMarkets(now: bigint): Promise<void> {
    const { twin, stage } = this;
    const to = stage.house;
    const perps = [...BASE_PRICES.keys()];
    const perpData = perps.map((underlying) =>
      encodeFunctionData({ abi: clearinghouseAbi, functionName: 'perpState', args: [underlying] }),
    );
    const cashData = encodeFunctionData({ abi: clearinghouseAbi, functionName: 'cashState' });
    const moduleArgs = [stage.chain.batch] as const;
    const moduleData = encodeFunctionData({
      abi: clearinghouseAbi,
      functionName: 'moduleInfo',
      args: moduleArgs,
    });
    const answers = await stage.chain.ask([...perpData, cashData, moduleData].map((data) => ({ to, data })));
    for (const [i, underlying] of perps.entries()) {
      const data = answers[i] ?? '0x';
      const state = decodeFunctionResult({ abi: clearinghouseAbi, functionName: 'perpState', data });
      const { fundingIndex, premium } = twin.perp(underlying, now);
      const { units, costSum } = twin.openInterest(underlying);
      expect(state, `perp ${underlying} at ${now}`).to.deep.equal({
        fundingIndex,
        premium,
        openInterest: units,
        costSum,
      });
    }
    const data = answers[perps.length] ?? '0x';
    const state = decodeFunctionResult({ abi: clearinghouseAbi, functionName: 'cashState', data });
    const { supplyIndex, borrowIndex, supplyRate, borrowRate } = twin.cashAt(now);
    expect(state, `cash at ${now}`).to.deep.equal({
      supplyIndex,
      borrowIndex,
      supplyRate: supplyRate * RATE_UNIT,
      borrowRate: borrowRate * RATE_UNIT,
      ...twin.totalCash(now),
    });
    const moduleAnswer = answers[perps.length + 1] ?? '0x';
    const module = decodeFunctionResult({
      abi: clearinghouseAbi,
      functionName: 'moduleInfo',
      data: moduleAnswer,
    });
    expect([module[2], module[3]], `fees at ${now}`).to.deep.equal([twin.fees.insurance, twin.fees.venue]);
  }

  private async checkAccount(account: number, now: bigint): Promise<void> {
    const { twin, stage } = this;
    const args = [this.id(account)] as const;
    const positions = [...BASE_PRICES.keys()];
    const requests: Hex[] = [
      encodeFunctionData({ abi: clearinghouseAbi, functionName: 'portfolioOf', args }),
      encodeFunctionData({ abi: clearinghouseAbi, functionName: 'marginOf', args }),
      encodeFunctionData({ abi: clearinghouseAbi, functionName: 'cashPrincipalOf', args }),
      encodeFunctionData({ abi: clearinghouseAbi, functionName: 'cashOf', args }),
      ...positions.map((underlying) =>
        encodeFunctionData({
          abi: clearinghouseAbi,
          functionName: 'positionOf',
          args: [...args, encodeInstrumentId({ kind: 'perp', underlying })],
        }),
      ),
    ];
    const answers = await stage.chain.ask(requests.map((data) => ({ to: stage.house, data })));
    const [portfolio = '0x', margin = '0x', principal = '0x', cash = '0x', ...held] = answers;
    const label = `account ${account} at ${now}`;
    const abi = clearinghouseAbi;

    expect(
      decodeFunctionResult({ abi, functionName: 'cashPrincipalOf', data: principal }),
      `${label}: principal`,
    ).to.equal(twin.accounts[account]?.principal);
    expect(decodeFunctionResult({ abi, functionName: 'cashOf', data: cash }), `${label}: cash`).to.equal(
      twin.cash(account, now),
    );
    for (const [i, underlying] of positions.entries()) {
      const leg = twin.accounts[account]?.legs.find((one) => one.underlying === underlying);
      const expected = [leg?.size ?? 0n, leg?.cost ?? 0n];
      expect(
        decodeFunctionResult({ abi, functionName: 'positionOf', data: held[i] ?? '0x' }),
        `${label}: perp ${underlying}`,
      ).to.deep.equal(expected);
    }
    const words = portfolioToWords(twin.portfolio(account, now), twin.market(this.indexes, now), 0n);
    // the twin numbers balances from 1 in their order, the ledger by asset
    const assetIds = [...(twin.accounts[account]?.spot.keys() ?? [])];
    const spot = words.spot.map((word, i) => BigInt.asUintN(144, word) | (BigInt(assetIds[i] ?? 0) << 144n));
    expect(
      decodeFunctionResult({ abi, functionName: 'portfolioOf', data: portfolio }),
      `${label}: portfolio`,
    ).to.deep.equal({ ...words, spot });
    expect(
      decodeFunctionResult({ abi, functionName: 'marginOf', data: margin }),
      `${label}: margin`,
    ).to.deep.equal(marginOf(this.judge(account, now)));
  }

  private async checkProRata(account: number, now: bigint, margin: Assessment): Promise<void> {
    const { selection, fraction } = await this.proRata(account, now, margin);
    const args = [this.id(account)] as const;
    const data = encodeFunctionData({ abi: liquidatorAbi, functionName: 'proRata', args });
    const [answer = '0x'] = await this.stage.chain.ask([{ to: this.stage.liquidator, data }]);
    const proposed = decodeFunctionResult({ abi: liquidatorAbi, functionName: 'proRata', data: answer });
    expect(proposed, `pro rata of account ${account} at ${now}`).to.deep.equal([selection, fraction]);
    count(this.done, 'proRata');
  }

  // ---------------------------------------------------------------------------------------------- parts

  /** The twin's pro-rata basket. */
  private async proRata(account: number, now: bigint, margin: Assessment) {
    const { twin } = this;
    const portfolio = twin.portfolio(account, now);
    const market = twin.market(this.indexes, now);
    const { phi, fraction } = liquidationTerms(margin, await this.elapsed(account, now), DUST_MARGIN);
    const { legSizes, spotAmounts } = selectProRata(portfolio, fraction);
    const legs = portfolio.legs.flatMap(({ underlying }, i) => {
      const size = legSizes[i] ?? 0n;
      const { index, premium } = market.underlyings.get(underlying) ?? { index: 0n, premium: 0n };
      return size === 0n ? [] : [{ underlying, size, mark: calculatePerpMark(index, premium) }];
    });
    const spot = [...(twin.accounts[account]?.spot.keys() ?? [])].flatMap((assetId, i) => {
      const amount = spotAmounts[i] ?? 0n;
      return amount === 0n ? [] : [{ assetId, amount, price: this.indexOf(COLLATERAL.get(assetId) ?? 0) }];
    });
    const basket: TwinBasket = { legs, spot };
    const selection = {
      instruments: legs.map(({ underlying }) => encodeInstrumentId({ kind: 'perp', underlying })),
      sizes: legs.map(({ size }) => size),
      assetIds: spot.map(({ assetId }) => assetId),
      amounts: spot.map(({ amount }) => amount),
    };
    return { basket, selection, phi, fraction };
  }

  /** Seconds since the flag, 0 without one. When the ledger sets flags is not this test's matter. */
  private async elapsed(account: number, now: bigint): Promise<bigint> {
    const args = [this.id(account)] as const;
    const data = encodeFunctionData({ abi: clearinghouseAbi, functionName: 'accountInfo', args });
    const [answer = '0x'] = await this.stage.chain.ask([{ to: this.stage.house, data }]);
    const info = decodeFunctionResult({ abi: clearinghouseAbi, functionName: 'accountInfo', data: answer });
    const flaggedAt = BigInt(info[2]);
    return flaggedAt === 0n || now > flaggedAt + FLAG_LIFETIME_SEC ? 0n : now - flaggedAt;
  }

  private judge(account: number, now: bigint): Assessment {
    return assess(this.twin.portfolio(account, now), this.twin.market(this.indexes, now), PRESETS.portfolio);
  }

  /** Acts unless the ledger would refuse. @returns What the call returned, nothing where it was refused. */
  private async attempt(name: string, request: Request): Promise<Hex | undefined> {
    const [answer = '0x'] = await this.stage.chain.ask([request], 'pending');
    // a revert's data is a selector before whole words
    if ((answer.length - 2) % 64 === 8) {
      const { errorName } = decodeErrorResult({ abi: errorsAbi, data: answer });
      expect(REFUSALS, `${name} was refused`).to.include(errorName);
      count(this.refused, `${name}: ${errorName}`);
      return undefined;
    }
    await this.stage.chain.act([request]);
    count(this.done, name);
    return answer;
  }

  private async next(): Promise<bigint> {
    return (await this.stage.chain.now()) + 1n;
  }

  private id(account: number): bigint {
    return accountIdOf(this.stage, account);
  }

  private indexOf(underlying: number): bigint {
    return this.indexes.get(underlying) ?? 0n;
  }
}

function isBelow({ equity, maintenanceMargin }: Assessment): boolean {
  return equity < maintenanceMargin;
}

function marginOf({ equity, initialMargin, maintenanceMargin, unrealised }: Assessment) {
  return { equity, initialMargin, maintenanceMargin, unrealised, status: 0 };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
