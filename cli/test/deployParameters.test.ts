import { expect } from 'chai';
import { checkParameters } from '../src/deploy/parameters.ts';
import { UsageError } from '../src/usageError.ts';

const address = (digit: string): string => `0x${digit.repeat(40)}`;
const GOOD = {
  usdc: address('1'),
  weth: address('2'),
  wbtc: address('3'),
  btcFeed: address('4'),
  ethFeed: address('5'),
  surfaceSigners: [address('6'), address('7')],
  surfaceThreshold: 2,
  feeAccount: `0x${'8'.repeat(64)}`,
  adminDelaySec: 86_400,
};

describe('parameters of a deployment', () => {
  it('are taken where they are complete', () => {
    expect(checkParameters(GOOD, 'file', true)).to.deep.equal(GOOD);
    expect(checkParameters({ ...GOOD, wethCap: 5n, ethMaxAgeSec: 3_900 }, 'file', true)).to.include({
      wethCap: 5n,
    });
  });

  const bad: [what: string, changes: Record<string, unknown>, message: RegExp][] = [
    ['a misspelt one', { wehtCap: 1n }, /^file: unknown parameter "wehtCap"; did you mean "wethCap"\?$/],
    ['one that is missing', { usdc: undefined }, /^file: usdc is missing: write 0x and 40 hex digits$/],
    ['what is no address', { btcFeed: '0x12' }, /btcFeed is not an address/],
    ['the zero address', { ethFeed: address('0') }, /ethFeed is the zero address/],
    ['a number for an amount', { wethCap: 5 }, /wethCap must be a whole number with an n/],
    ['a short account', { feeAccount: address('8') }, /feeAccount must be 0x and 64 hex digits/],
    ['more signatures than signers', { surfaceThreshold: 3 }, /surfaceThreshold is 3, but there are 2/],
    ['a signer twice', { surfaceSigners: [address('6'), address('6')] }, /names somebody twice/],
    ['no delay in public', { adminDelaySec: 60 }, /adminDelaySec is 60; on a public network at least 3600/],
    ['a fee above 1%', { takerFeeBps: 101 }, /takerFeeBps/],
  ];
  for (const [what, changes, message] of bad) {
    it(`with ${what} are refused in one line`, () => {
      expect(() => checkParameters({ ...GOOD, ...changes }, 'file', true)).to.throw(UsageError, message);
    });
  }

  it('may do without a delay on a local chain', () => {
    expect(checkParameters({ ...GOOD, adminDelaySec: 0 }, 'file', false)).to.include({ adminDelaySec: 0 });
  });
});
