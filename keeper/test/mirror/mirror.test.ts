import { expect } from 'chai';
import { ETH, WAD } from '@novate/sdk';
import { createMirror } from '../../src/mirror/mirror.ts';
import type { Mirror } from '../../src/mirror/mirror.ts';
import type { TimedLog } from '../../src/watch/follower.ts';
import { CLEARINGHOUSE } from '../helpers/fakeChain.ts';
import type { FakeLog } from '../helpers/fakeChain.ts';
import { cashUpdated, interestAccrued, positionUpdated, riskEngineSet } from '../helpers/logs.ts';
import { perp } from '../helpers/world.ts';

const OTHER = '0x2222222222222222222222222222222222222222';

const logs = (...of: readonly FakeLog[]): TimedLog[] =>
  of.map((log, logIndex) => ({
    ...log,
    address: CLEARINGHOUSE,
    blockNumber: 1n,
    blockHash: `0x${'0'.repeat(64)}`,
    logIndex,
    timestamp: 500n,
  }));

/** Account 9 in floating point: its legs as underlying and size. */
function held({ book }: Mirror): { principal?: number; costs?: number; legs: (number | undefined)[][] } {
  const place = book.placeOf(9n);
  if (place === undefined) return { legs: [] };
  const { universe, legSlots, legSizes, principals, costs } = book;
  const start = book.legStarts[place] ?? 0;
  const legs = Array.from({ length: book.legCounts[place] ?? 0 }, (_, i) => [
    universe.underlyings[universe.slotUnderlyings[legSlots[start + i] ?? -1] ?? -1],
    legSizes[start + i],
  ]);
  return { principal: principals[place] ?? NaN, costs: costs[place] ?? NaN, legs };
}

describe('mirror', () => {
  it('rebuilds accounts, exact and in floating point', () => {
    const mirror = createMirror(CLEARINGHOUSE);
    mirror.append(logs(cashUpdated(9n, 3n * WAD), positionUpdated(9n, perp(ETH), -2n * WAD, 8_000n * WAD)));
    expect(mirror.ledger.accounts.get(9n)?.principal).to.equal(3n * WAD);
    expect(held(mirror)).to.deep.equal({ principal: 3, costs: 8_000, legs: [[ETH, -2]] });
    mirror.append(logs(positionUpdated(9n, perp(ETH), 0n, 0n)));
    expect(held(mirror)).to.deep.equal({ principal: 3, costs: 0, legs: [] });
    expect(mirror.ledger.accounts.get(9n)?.positions.size).to.equal(0);
  });

  it('undoes ranges: changed, new and removed state, several events per range', () => {
    const mirror = createMirror(CLEARINGHOUSE);
    mirror.append(logs(cashUpdated(9n, 1n * WAD), positionUpdated(9n, perp(ETH), WAD, -WAD)));
    const before = held(mirror);
    mirror.append(
      logs(cashUpdated(9n, 2n * WAD), cashUpdated(9n, 3n * WAD), positionUpdated(9n, perp(ETH), 0n, 0n)),
    );
    mirror.append(logs(cashUpdated(10n, 5n), interestAccrued(2n * WAD, 3n * WAD)));
    expect(mirror.ledger.cash.updatedAt).to.equal(500n);
    mirror.undo(2);
    expect(mirror.ledger.accounts.get(9n)?.principal).to.equal(1n * WAD);
    expect(mirror.ledger.accounts.get(9n)?.positions.get(perp(ETH))).to.deep.equal({ size: WAD, cost: -WAD });
    expect(held(mirror)).to.deep.equal(before);
    expect(mirror.ledger.accounts.has(10n)).to.equal(false);
    expect(mirror.book.placeOf(10n)).to.equal(undefined);
    expect(mirror.ledger.cash.supplyIndex).to.equal(WAD);
    expect(() => mirror.undo(2)).to.throw(RangeError);
  });

  it('lets the floating-point book follow final ranges when all is caught up, at the latest with the next range', () => {
    const mirror = createMirror(CLEARINGHOUSE);
    const final = { final: true };
    mirror.append(
      logs(cashUpdated(9n, 3n * WAD), positionUpdated(9n, perp(ETH), -2n * WAD, 8_000n * WAD)),
      final,
    );
    mirror.append(logs(positionUpdated(9n, perp(ETH), -1n * WAD, 4_000n * WAD)), final);
    expect(mirror.ledger.accounts.get(9n)?.positions.get(perp(ETH))?.size).to.equal(-WAD);
    mirror.caughtUp();
    expect(held(mirror)).to.deep.equal({ principal: 3, costs: 4_000, legs: [[ETH, -1]] });
    mirror.append(logs(cashUpdated(9n, 5n * WAD)), final);
    mirror.append(logs(cashUpdated(10n, 1n * WAD)));
    expect(held(mirror).principal).to.equal(5);
    mirror.undo(1);
    expect(held(mirror).principal, 'not undone').to.equal(5);
    expect(() => mirror.undo(1)).to.throw(RangeError);
  });

  it('gives an account another version with each change, undone or not', () => {
    const mirror = createMirror(CLEARINGHOUSE);
    const versions: number[] = [mirror.versionOf(9n)];
    mirror.append(logs(cashUpdated(9n, 1n)));
    versions.push(mirror.versionOf(9n));
    mirror.append(logs(cashUpdated(9n, 2n)));
    versions.push(mirror.versionOf(9n));
    mirror.undo(1);
    versions.push(mirror.versionOf(9n));
    mirror.append(logs(cashUpdated(10n, 2n)));
    versions.push(mirror.versionOf(9n));
    expect(new Set(versions).size).to.equal(4);
    expect(versions[3]).to.equal(versions[4]);
  });

  it('changes nothing by a range with a log that it cannot understand', () => {
    const mirror = createMirror(CLEARINGHOUSE);
    const [good, bad] = logs(cashUpdated(9n, 1n), { ...cashUpdated(9n, 2n), data: '0x12' });
    if (good === undefined || bad === undefined) throw new Error('no logs');
    expect(() => mirror.append([good, bad])).to.throw('CashUpdated');
    expect(mirror.book.size).to.equal(0);
  });

  it('believes the clearinghouse only', () => {
    const mirror = createMirror(CLEARINGHOUSE);
    mirror.append(logs(cashUpdated(9n, 1n)).map((log) => ({ ...log, address: OTHER })));
    expect(mirror.book.size).to.equal(0);
  });

  it('tells when profiles and assets must be read again', () => {
    const mirror = createMirror(CLEARINGHOUSE);
    const before = mirror.referenceVersion;
    mirror.append(logs(cashUpdated(9n, 1n)));
    expect(mirror.referenceVersion).to.equal(before);
    mirror.append(logs(riskEngineSet(OTHER)));
    expect(mirror.referenceVersion).to.be.greaterThan(before);
    const changed = mirror.referenceVersion;
    mirror.undo(1);
    expect(mirror.referenceVersion).to.be.greaterThan(changed);
  });
});
