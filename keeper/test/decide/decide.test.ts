import { expect } from 'chai';
import { BTC, encodeInstrumentId, ETH, WAD } from '@novate/sdk';
import { decide } from '../../src/decide/decide.ts';
import { toSelection } from '../../src/decide/basket.ts';
import { account, board, inputsOf, KEEPER, market, NOW, perp, usd } from '../helpers/world.ts';

/** Long 10 ETH from 3000: MM is 0.8 * 18% + 0.5% of notional, 4470 USD at 3000. */
const long = (cash: number) => account({ cash, perps: { [ETH]: [10, 3_000] } });
const at = (price: number) => board({ [ETH]: market(price), [BTC]: market(90_000) });

describe('decide', () => {
  it('takes what is below maintenance margin, the worst shortfall first', () => {
    const inputs = inputsOf({ 11: long(5_000), 12: long(3_000), 13: long(100), 14: long(4_000) }, at(3_000));
    const decision = decide(inputs);
    expect(decision.candidates.map(({ account: id }) => id)).to.deep.equal([13n, 12n, 14n]);
    expect(decision.liquidatable).to.equal(3);
    expect(decision.screened).to.equal(5);
    const [worst] = decision.candidates;
    expect(worst?.equity).to.equal(usd(100));
    expect(worst?.maintenanceMargin).to.equal(usd(4_470));
    expect(worst?.shortfall).to.equal(usd(4_370));
  });

  it('orders by dollars missing, not by health', () => {
    const large = account({ cash: 40_000, perps: { [ETH]: [100, 3_000] } });
    const decision = decide(inputsOf({ 11: long(100), 12: large }, at(3_000)));
    expect(decision.candidates.map(({ account: id }) => id)).to.deep.equal([12n, 11n]);
  });

  it('takes a little less than brings the account to 1.2 times its margin, of every leg and balance', () => {
    const mixed = account({ cash: -26_000, perps: { [BTC]: [-0.01, 90_000] }, spot: { 1: 10 } });
    const [candidate] = decide(inputsOf({ 11: mixed }, at(3_000))).candidates;
    if (candidate === undefined) throw new Error('not liquidatable');
    const { fraction } = candidate.basket;
    expect(fraction > 0n && fraction < WAD).to.equal(true);
    const selection = toSelection(candidate.basket);
    expect(selection.instruments).to.deep.equal([encodeInstrumentId({ kind: 'perp', underlying: BTC })]);
    expect(selection.sizes).to.deep.equal([(usd(0.01) * fraction) / WAD]);
    expect(selection.assetIds).to.deep.equal([1]);
    expect(selection.amounts).to.deep.equal([(usd(10) * fraction) / WAD]);
    expect(candidate.basket.legs[0]?.size).to.equal(-(usd(0.01) * fraction) / WAD);
    expect(candidate.emptied).to.equal(false);
  });

  it('takes all of what has no equity left, and of dust', () => {
    const dust = account({ cash: 10, perps: { [ETH]: [0.1, 3_000] } });
    const { candidates } = decide(inputsOf({ 11: long(-50), 12: dust }, at(3_000)));
    expect(candidates.map(({ basket, emptied }) => [basket.fraction, emptied])).to.deep.equal([
      [WAD, true],
      [WAD, true],
    ]);
    // 5% of the relief from insurance, where the account has nothing; the minimum for dust
    expect(candidates[0]?.reward).to.equal(usd(4_470 * 0.05));
    expect(candidates[1]?.reward).to.equal(usd(5));
  });

  it('leaves to the counterparties what the insurance fund cannot pay for, at whatever cost', () => {
    // more is missing than the fund has
    const deep = account({ cash: -3_000_000_000, perps: { [ETH]: [10, 3_000] } });
    const inputs = { ...inputsOf({ 11: deep, 12: long(-50) }, at(3_000)), minProfit: usd(1) };
    const { candidates } = decide(inputs);
    expect(candidates.map(({ account: id, deleverage }) => [id, deleverage])).to.deep.equal([
      [11n, true],
      [12n, false],
    ]);
    expect(candidates[0]?.reward).to.equal(0n);
  });

  it('expects more the longer the flag stands, until it lapses', () => {
    const flagged = (sec: bigint) => ({ ...long(4_400), flaggedAt: sec === 0n ? 0 : Number(NOW - sec) });
    const phiOf = (sec: bigint): number => {
      const [candidate] = decide(inputsOf({ 11: flagged(sec) }, at(3_000))).candidates;
      if (candidate === undefined) throw new Error('not liquidatable');
      return Number(candidate.reward) / (Number(candidate.basket.fraction) / 1e18) / 4_470e18;
    };
    expect(phiOf(0n)).to.be.closeTo(0.05, 1e-9);
    expect(phiOf(450n)).to.be.closeTo(0.275, 1e-9);
    expect(phiOf(3_600n)).to.be.closeTo(0.5, 1e-9);
    expect(phiOf(3_601n)).to.be.closeTo(0.05, 1e-9);
  });

  it('says why each account is left alone', () => {
    const sick = long(100);
    const accounts = {
      [Number(KEEPER)]: sick,
      11: sick,
      12: sick,
      13: account({ cash: 10, perps: { [ETH]: [0.1, 3_000] } }),
      14: long(200),
      15: long(300),
      16: account({ cash: 1, perps: { 3: [1, 1] } }),
      17: { ...sick, profileId: 9 },
      18: account({ cash: -5 }),
      19: { ...sick, positions: new Map([[UNKNOWN_KIND, { size: WAD, cost: 0n }]]) },
    };
    const prices = { ...at(3_000), unpriced: new Map([[3, 'no source answers']]) };
    const decision = decide(
      inputsOf(accounts, prices, {
        inFlight: new Set([11n]),
        coolingDown: new Set([12n]),
        gasCost: usd(20),
        limit: 1,
      }),
    );
    expect(decision.candidates.map(({ account: id }) => id)).to.deep.equal([14n]);
    expect(Object.fromEntries(decision.skipped)).to.deep.equal({
      priceUnavailable: 1,
      profileUnknown: 1,
      nothingToTake: 1,
      unsupportedInstrument: 1,
      ownAccount: 1,
      inFlight: 1,
      coolingDown: 1,
      unprofitable: 1,
      beyondTickLimit: 1,
    });
  });

  it('takes no more than the next blocks have gas for, the worst of them', () => {
    const prices = at(3_000);
    const accounts = { 11: long(300), 12: long(100), 13: long(200) };
    const decided = (room: number) => {
      const { candidates, skipped } = decide(inputsOf(accounts, prices, { room }));
      return [candidates.map(({ account: id }) => id), Object.fromEntries(skipped)];
    };
    expect(decided(2)).to.deep.equal([[12n, 13n], { blocksFull: 1 }]);
    expect(decided(0)).to.deep.equal([[], { blocksFull: 3 }]);
    expect(decided(3)).to.deep.equal([[12n, 13n, 11n], {}]);
  });

  it('judges guarded prices by the end that favours the account, as the contract does', () => {
    const guarded = market(3_000, { low: usd(2_900), high: usd(3_100), status: 'guarded' });
    const inputs = inputsOf({ 11: long(4_000) }, board({ [ETH]: guarded }));
    expect(decide(inputs).candidates).to.have.length(0);
    expect(decide(inputs).suspects).to.equal(1);
    const short = account({ cash: 4_000, perps: { [ETH]: [-10, 3_000] } });
    const down = market(3_000, { low: usd(2_999), high: usd(3_100), status: 'guarded' });
    const [candidate] = decide(inputsOf({ 11: short }, board({ [ETH]: down }))).candidates;
    expect(candidate?.market.underlyings.get(ETH)?.index).to.equal(usd(2_999));
  });

  it('leaves its inputs as they were', () => {
    const inputs = inputsOf({ 11: long(100) }, at(3_000));
    const before = inputs.ledger.accounts.get(11n)?.positions.get(perp(ETH));
    decide(inputs);
    expect(inputs.ledger.accounts.get(11n)?.positions.get(perp(ETH))).to.deep.equal(before);
  });
});

const UNKNOWN_KIND = 7n << 92n;
