import { expect } from 'chai';
import { BTC, createLedgerState, ETH, PRESETS } from '@novate/sdk';
import type { AccountState } from '@novate/sdk';
import { AccountWatch } from '../../src/bands/accountWatch.ts';
import type { Watched } from '../../src/bands/accountWatch.ts';
import { cashAt } from '../../src/decide/decide.ts';
import { createAccountBook } from '../../src/mirror/accountBook.ts';
import type { PriceBoard, PricedMarket } from '../../src/mirror/prices.ts';
import { account, board, inDays, market, NOW, references, surface, usd } from '../helpers/world.ts';
import { walkBands } from '../../../scripts/fuzz/bandWalk.ts';

const MONTH = inDays(30);
const call = { kind: 'call', underlying: ETH, expirySec: MONTH, strike: usd(3_000) } as const;
const cash = cashAt(createLedgerState().cash, NOW);

/** A watch over these accounts, whose first tick was at 3,000 and has made bands for all. */
function open(accounts: Readonly<Record<number, AccountState>>) {
  const book = createAccountBook();
  for (const [id, state] of Object.entries(accounts)) book.set(BigInt(id), state);
  const watch = new AccountWatch(book, { bandBudgetMs: 1_000, ticksPerSweep: 1_000_000 });
  const tick = (prices: PriceBoard, refs = references): Watched =>
    watch.tick({ board: prices, cash, references: refs });
  return { book, watch, tick };
}

const eth = (price: number, more: Partial<PricedMarket> = {}): PriceBoard => ({
  ...board({
    [ETH]: market(price, { terms: new Map([[MONTH, surface(0.6, MONTH)]]), ...more }),
    [BTC]: market(90_000),
  }),
});
const later = (prices: PriceBoard, seconds: number): PriceBoard => ({
  ...prices,
  timestamp: prices.timestamp + BigInt(seconds),
});
const long = (cashUsd: number): AccountState => account({ cash: cashUsd, perps: { [ETH]: [10, 3_000] } });
const seller = (cashUsd: number): AccountState => account({ cash: cashUsd, dated: [[call, -5]] });

describe('watching accounts', () => {
  it('looks at nobody while prices stay inside bands, and at those whose band was left', () => {
    const { tick } = open({ 11: long(6_000), 12: long(20_000), 13: seller(20_000) });
    expect(tick(eth(3_000)).figures).to.include({ judged: 3, built: 3, banded: 3, pending: 0 });
    expect(tick(eth(3_001)).figures).to.include({ judged: 0, built: 0, banded: 3 });
    // 11 is at its line near 2,820
    const lower = tick(eth(2_800));
    expect(lower.suspects).to.deep.equal([11n]);
    expect(lower.figures.judged).to.be.at.most(2);
    expect(tick(eth(3_000)).suspects).to.deep.equal([]);
  });

  it('looks again at an account that changed, and forgets one that is gone', () => {
    const { book, tick } = open({ 11: long(6_000) });
    tick(eth(3_000));
    book.set(11n, long(4_000));
    expect(tick(eth(3_000)).suspects).to.deep.equal([11n]);
    book.set(11n, undefined);
    expect(tick(eth(2_000)).suspects).to.deep.equal([]);
    book.set(12n, long(4_000));
    expect(tick(eth(3_000)).suspects).to.deep.equal([12n]);
  });

  it('notices what moves without the price: volatility, premium, funding, interest, time, profiles', () => {
    const steady = { 11: seller(3_600), 12: long(4_560), 13: account({ cash: -4_950, spot: { 1: 2 } }) };
    const quiet = (): ReturnType<typeof open> => {
      const opened = open(steady);
      expect(opened.tick(eth(3_000)).suspects).to.deep.equal([]);
      expect(opened.tick(eth(3_000)).figures.judged).to.equal(0);
      return opened;
    };
    const risen = { terms: new Map([[MONTH, surface(1.2, MONTH)]]) };
    expect(quiet().tick(eth(3_000, risen)).suspects).to.deep.equal([11n]);
    expect(quiet().tick(eth(3_000, { premium: usd(-14) })).suspects).to.deep.equal([12n]);
    expect(quiet().tick(eth(3_000, { fundingIndex: usd(20) })).suspects).to.deep.equal([12n]);
    const dearer = { ...cash, borrowIndex: (cash.borrowIndex * 11n) / 10n };
    expect(quiet().watch.tick({ board: eth(3_000), cash: dearer, references }).suspects).to.deep.equal([13n]);
    // a surface of a day ago is scanned up to 200%
    expect(quiet().tick(later(eth(3_000), 90_000)).suspects).to.deep.equal([11n]);
    const profiles = new Map([[0, PRESETS.standard]]);
    expect(quiet().tick(eth(3_000), { ...references, profiles }).suspects).to.deep.equal([11n, 12n, 13n]);
  });

  it('takes both ends of a guarded price for possible', () => {
    const { tick } = open({ 11: long(6_000) });
    tick(eth(3_000));
    const guarded = { low: usd(2_700), high: usd(3_010), status: 'guarded' as const };
    expect(tick(eth(3_000, guarded)).suspects).to.deep.equal([11n]);
  });

  it('says of how many accounts it knows nothing, inside their band or not', () => {
    const { tick } = open({
      11: long(6_000),
      12: seller(20_000),
      13: account({ cash: 1, perps: { [BTC]: [1, 1] } }),
    });
    tick(eth(3_000));
    const [missing, stale] = [board({ [BTC]: market(90_000) }, [ETH]), eth(3_000, { status: 'stale' })];
    expect(tick(missing).skipped.get('priceUnavailable')).to.equal(2);
    expect(tick(missing).skipped.get('priceUnavailable')).to.equal(2);
    expect(tick(stale).skipped.get('priceStale')).to.equal(2);
    expect(tick(eth(3_000, { terms: new Map() })).skipped.get('priceUnavailable')).to.equal(1);
    expect(tick(eth(3_000)).skipped.size).to.equal(0);
    // a crash that nobody could see is seen once the price is back
    tick(missing);
    expect(tick(eth(2_000)).suspects).to.include(11n);
  });

  it('starts over when the chain is set back in time', () => {
    const { tick } = open({ 11: long(6_000), 12: seller(20_000) });
    tick(later(eth(3_000), 100));
    expect(tick(later(eth(3_000), 50)).figures.judged).to.equal(2);
  });

  it('sweeps through everybody, bands or not', () => {
    const book = createAccountBook();
    for (let id = 0n; id < 10n; ++id) book.set(id, long(20_000));
    const watch = new AccountWatch(book, { bandBudgetMs: 1_000, ticksPerSweep: 5 });
    let swept = 0;
    for (let i = 0; i < 6; ++i) swept += watch.tick({ board: eth(3_000), cash, references }).figures.swept;
    expect(swept).to.be.at.least(10);
  });

  it('computes no bands while somebody waits for the answer, and all of them afterwards', () => {
    const book = createAccountBook();
    for (let id = 0n; id < 100n; ++id) book.set(id, long(20_000));
    let beats = 0;
    const watch = new AccountWatch(book, { bandBudgetMs: 0, clock: () => beats++ });
    expect(watch.mend(1_000), 'before the first look').to.equal(0);
    const inputs = { board: eth(3_000), cash, references };
    expect(watch.look(inputs).figures).to.include({ judged: 100, built: 0, banded: 0, pending: 100 });
    const some = watch.mend(3);
    expect(some).to.be.within(1, 99);
    expect(watch.waiting).to.equal(100 - some);
    book.set(99n, undefined);
    expect(watch.mend(1_000)).to.equal(100 - some);
    expect(watch.look(inputs).figures).to.include({ judged: 0, banded: 99, pending: 0 });
    expect(watch.look({ ...inputs, board: eth(1_000) }).suspects).to.have.length(99);
  });

  it('misses nobody without any time for bands: then everybody is judged', () => {
    const book = createAccountBook();
    for (let id = 0n; id < 10n; ++id) book.set(id, long(id === 3n ? 6_000 : 20_000));
    const watch = new AccountWatch(book, { bandBudgetMs: 0, clock: () => 0 });
    watch.tick({ board: eth(3_000), cash, references });
    const { suspects, figures } = watch.tick({ board: eth(2_800), cash, references });
    expect(figures).to.include({ judged: 10, built: 0 });
    expect(suspects).to.deep.equal([3n]);
  });
});

describe('a walk with the exact twin as judge', function () {
  this.timeout(120_000);
  const walk = (stretch: number) =>
    walkBands({ accounts: 100, ticks: 120, tickSec: 300, seed: 20_261_121, stretch });

  it('finds nobody liquidatable that the watch did not name', () => {
    const { missed, strays, liquidatable, banded, accountTicks, firstMiss } = walk(1);
    expect(missed, firstMiss).to.equal(0);
    expect(strays).to.equal(0);
    expect(liquidatable, 'the walk must not hold for want of cases').to.be.greaterThan(20);
    expect(banded / accountTicks).to.be.greaterThan(0.4);
  });

  it('would notice bands that are too wide', () => {
    expect(walk(1.5).missed).to.be.greaterThan(0);
  });
});
