import { expect } from 'chai';
import { assess, BTC, ETH, overshoots, WAD } from '@novate/sdk';
import { withoutBasket } from '../../src/decide/basket.ts';
import { decide } from '../../src/decide/decide.ts';
import type { DecideInputs } from '../../src/decide/decide.ts';
import { mostForGas, refusalOf } from '../../src/decide/plan.ts';
import { gasTokenPriceOf } from '../../src/tick.ts';
import { account, board, inputsOf, market, references, usd } from '../helpers/world.ts';

const prices = board({ [ETH]: market(3_000), [BTC]: market(90_000) });
/** MM 4470 USD, so a reward of about 200. */
const sick = account({ cash: 3_000, perps: { [ETH]: [10, 3_000] } });

const skipsOf = (more: Partial<DecideInputs>): Record<string, number> =>
  Object.fromEntries(decide(inputsOf({ 11: sick }, prices, more)).skipped);

describe('plan', () => {
  it('asks for profit, for its gas, or for nothing', () => {
    const terms = (mode: 'profit' | 'break-even' | 'protocol') => ({ mode, minProfit: 10n });
    expect(refusalOf(15n, 6n, terms('profit'))).to.equal('unprofitable');
    expect(refusalOf(16n, 6n, terms('profit'))).to.equal(undefined);
    expect(refusalOf(5n, 6n, terms('break-even'))).to.equal('unprofitable');
    expect(refusalOf(6n, 6n, terms('break-even'))).to.equal(undefined);
    expect(refusalOf(0n, 6n, terms('protocol'))).to.equal(undefined);
  });

  it('assumes nothing about a gas token without a price: skips, and says so', () => {
    expect(skipsOf({ gasCost: undefined })).to.deep.equal({ gasPriceUnknown: 1 });
    expect(skipsOf({ gasCost: undefined, mode: 'break-even' })).to.deep.equal({ gasPriceUnknown: 1 });
    expect(skipsOf({ gasCost: undefined, mode: 'protocol' })).to.deep.equal({});
    expect(skipsOf({ gasCost: usd(10_000), mode: 'protocol' })).to.deep.equal({});
    expect(skipsOf({ gasCost: usd(10_000) })).to.deep.equal({ unprofitable: 1 });
  });

  it('takes a guarded gas price at its highest, and a stale one as none', () => {
    const eth = (more: object) => board({ [ETH]: market(3_000, more) });
    const at = { gasTokenUnderlying: ETH, gasTokenPriceUsd: undefined };
    expect(gasTokenPriceOf(at, eth({}))).to.equal(usd(3_000));
    expect(gasTokenPriceOf(at, eth({ high: usd(3_100), status: 'guarded' }))).to.equal(usd(3_100));
    expect(gasTokenPriceOf(at, eth({ status: 'stale' }))).to.equal(undefined);
    expect(gasTokenPriceOf({ ...at, gasTokenPriceUsd: 5n }, board({}))).to.equal(5n);
  });

  it('bids for gas what the mode leaves of the reward', () => {
    expect(mostForGas(100n, { mode: 'profit', minProfit: 30n })).to.equal(70n);
    expect(mostForGas(10n, { mode: 'profit', minProfit: 30n })).to.equal(0n);
    expect(mostForGas(100n, { mode: 'break-even', minProfit: 30n })).to.equal(100n);
    expect(mostForGas(100n, { mode: 'protocol', minProfit: 30n })).to.equal(undefined);
  });
});

describe('legs that free most margin', () => {
  /** One leg carries nearly all of the risk. */
  const lopsided = account({
    cash: 2_000,
    perps: { [ETH]: [10, 3_000], [BTC]: [0.02, 90_000], 3: [1, 200] },
  });
  const three = board({ [ETH]: market(3_000), [BTC]: market(90_000), 3: market(200) });

  function chosen(state: ReturnType<typeof account>) {
    const inputs = inputsOf({ 11: state }, three, { basketChoice: 'most-margin' });
    const [candidate] = decide(inputs).candidates;
    if (candidate === undefined) throw new Error('not liquidatable');
    const { holdings, basket, market: at, reward } = candidate;
    const profile = references.profiles.get(0);
    if (profile === undefined) throw new Error('no profile');
    const after = assess(withoutBasket(holdings, basket, at), at, profile);
    const restored = { ...after, equity: after.equity - reward };
    return { candidate, after: restored };
  }

  it('restore the account with fewer legs, without overshooting', () => {
    const { candidate, after } = chosen(lopsided);
    expect(candidate.basket.legs).to.have.length(1);
    expect(overshoots(after, candidate.maintenanceMargin)).to.equal(false);
    expect(Number(after.equity) / Number(after.maintenanceMargin)).to.be.within(1.19, 1.2);
    const [proRata] = decide(inputsOf({ 11: lopsided }, three)).candidates;
    expect(proRata?.basket.legs).to.have.length(3);
  });

  it('are not taken where one side of a hedge alone makes it worse', () => {
    const hedged = account({ cash: -29_800, perps: { [ETH]: [-10, 3_000] }, spot: { 1: 10 } });
    const inputs = inputsOf({ 11: hedged }, three, { basketChoice: 'most-margin' });
    const [candidate] = decide(inputs).candidates;
    expect(candidate?.basket.legs).to.have.length(1);
    expect(candidate?.basket.spot).to.have.length(1);
    expect(candidate !== undefined && candidate.basket.fraction < WAD).to.equal(true);
  });
});
