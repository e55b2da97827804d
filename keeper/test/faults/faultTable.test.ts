import { expect } from 'chai';
import { faultTable, tableInPage } from './catalogue.ts';

describe('table of faults', () => {
  it('in docs/keeper.md is what the fault tests check; else run node keeper/test/faults/catalogue.ts', () => {
    expect(tableInPage()).to.equal(faultTable());
  });
});
