import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { checkParameters, deployedParameters } from '../src/deploy/parameters.ts';
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
  btcDeviationBps: 10,
  ethDeviationBps: 10,
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
    [
      'no deviation of a feed in public',
      { ethDeviationBps: undefined },
      /ethDeviationBps is missing: write at/,
    ],
    [
      'a base spread below it',
      { btcDeviationBps: 50, btcVault: { baseSpreadBps: 49 } },
      /btcVault\.baseSpreadBps is 49, less than the 50 of btcDeviationBps/,
    ],
    [
      'the default spread below it',
      { ethDeviationBps: 11 },
      /ethVault\.baseSpreadBps is 10, less than the 11/,
    ],
    ['a fee above 1%', { takerFeeBps: 101 }, /takerFeeBps/],
  ];
  for (const [what, changes, message] of bad) {
    it(`with ${what} are refused in one line`, () => {
      expect(() => checkParameters({ ...GOOD, ...changes }, 'file', true)).to.throw(UsageError, message);
    });
  }

  for (const network of ['sepolia', 'arbitrumSepolia', 'baseSepolia']) {
    it(`of ${network} quote no closer than its feeds deviate`, async () => {
      const text = await readFile(
        new URL(`../../deploy/parameters/${network}.json5`, import.meta.url),
        'utf8',
      );
      for (const name of ['btc', 'eth']) {
        const deviation = Number(new RegExp(`^ *${name}DeviationBps: (\\d+),`, 'm').exec(text)?.[1]);
        const spread = Number(new RegExp(`^ *${name}Vault: .*baseSpreadBps: (\\d+),`, 'm').exec(text)?.[1]);
        expect(deviation, name).to.be.at.least(50);
        expect(spread, name).to.be.at.least(deviation);
      }
    });
  }

  it('do not hand to the deployment what only the check needs', () => {
    const parameters = checkParameters(GOOD, 'file', true);
    expect(Object.keys(deployedParameters(parameters))).to.deep.equal(
      Object.keys(GOOD).filter((name) => !name.endsWith('DeviationBps')),
    );
  });

  it('may do without a delay on a local chain', () => {
    expect(checkParameters({ ...GOOD, adminDelaySec: 0 }, 'file', false)).to.include({ adminDelaySec: 0 });
  });
});
