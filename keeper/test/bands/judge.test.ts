import { expect } from 'chai';
import fc from 'fast-check';
import type { AccountState } from '@novate/sdk';
import { BandBuilder } from '../../src/bands/band.ts';
import { CellPricer } from '../../src/bands/cellPricer.ts';
import { LOADED } from '../../src/bands/loadStatus.ts';
import { viewMarket } from '../../src/bands/marketView.ts';
import { createRiskTable } from '../../src/bands/riskTable.ts';
import { createAccountBook } from '../../src/mirror/accountBook.ts';
import type { PriceBoard } from '../../src/mirror/prices.ts';
import { references, usd } from '../helpers/world.ts';
import { aBoard, aSketch, cashNow, exactHealth, number, placedAt } from './cases.ts';

const RUNS = 1_500;

function judge(state: AccountState, prices: PriceBoard): { health: number; gross: number } {
  const book = createAccountBook();
  book.setAssets(references.assetUnderlyings);
  book.set(7n, state);
  const view = viewMarket(prices, cashNow, book.universe);
  const profile = references.profiles.get(state.profileId);
  const risk = profile === undefined ? undefined : createRiskTable(profile);
  const standing = new BandBuilder(book, new CellPricer(book)).judge(0, view, risk);
  expect(standing.status).to.equal(LOADED);
  return standing;
}

describe('judging by bounds', () => {
  it('is never above the exact health, and not far below', () => {
    let worst = 0;
    fc.assert(
      fc.property(aSketch, aBoard, number(-50_000, 50_000), (sketch, prices, wanted) => {
        const empty = Object.keys(sketch.perps ?? {}).length + Object.keys(sketch.spot ?? {}).length === 0;
        fc.pre(!empty || (sketch.dated ?? []).length > 0);
        const state = placedAt(sketch, prices, usd(wanted));
        const exact = Number(exactHealth(state, prices)) / 1e18;
        const { health, gross } = judge(state, prices);
        expect(health).to.be.at.most(exact);
        worst = Math.max(worst, (exact - health - 1e-5) / (gross + Math.abs(wanted) + 1));
      }),
      { numRuns: RUNS },
    );
    expect(worst).to.be.lessThan(1e-6);
  });
});
