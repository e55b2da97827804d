// The real keeper on a real chain through endpoints that misbehave. Minutes, so apart from the other tests: npm run test:faults
import { expect } from 'chai';
import { Arena } from './arena.ts';
import { CASES } from './catalogue.ts';
import { chainFaults } from './chainFaults.ts';
import { crowdFaults } from './crowdFaults.ts';
import { endpointFaults } from './endpointFaults.ts';
import { processFaults } from './processFaults.ts';
import { rivalFaults } from './rivalFaults.ts';

describe('faults', function () {
  this.timeout(300_000);
  const arena = new Arena();
  before(() => arena.open());
  after(() => arena.close());
  afterEach(() => arena.all({}));

  endpointFaults(arena);
  chainFaults(arena);
  rivalFaults(arena);
  processFaults(arena);
  crowdFaults(arena);

  // after all others: mocha runs what is nested last
  describe('in the table', () => {
    it('are all of those that docs/keeper.md tells of', () => {
      expect([...arena.done].sort()).to.deep.equal(Object.keys(CASES).sort());
    });
  });
});
