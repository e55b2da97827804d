import { expect } from 'chai';
import { AccountMap, encodeAccountId } from '@novate/sdk';

const OWNERS = 4_000;
const ownerOf = (i: number): string => `0x${(i + 1).toString(16).padStart(40, 'a')}`;

describe('a map by account', () => {
  it('is a map, at the ends of the range too', () => {
    const ids = [0n, 1n, 2n ** 96n, 2n ** 96n - 1n, 2n ** 192n + 5n, 2n ** 256n - 1n];
    const map = new AccountMap(ids.map((id, i) => [id, i] as const));
    expect([...map]).to.deep.equal(ids.map((id, i) => [id, i]));
    expect([...map.keys()]).to.deep.equal(ids);
    expect(ids.map((id) => map.get(id))).to.deep.equal([0, 1, 2, 3, 4, 5]);
    const seen: bigint[] = [];
    map.forEach((_, id) => seen.push(id));
    expect(seen).to.deep.equal(ids);
    expect([map.delete(1n), map.delete(1n), map.has(1n), map.size]).to.deep.equal([true, false, false, 5]);
  });

  it('does not become a list when everybody uses account 0', () => {
    const ids = Array.from({ length: OWNERS }, (_, i) => encodeAccountId(ownerOf(i)));
    const timed = (map: Map<bigint, number>): number => {
      const started = performance.now();
      ids.forEach((id, i) => map.set(id, i));
      return performance.now() - started;
    };
    const fast = timed(new AccountMap());
    expect(fast * 3).to.be.below(timed(new Map()));
  });
});
