import { expect } from 'chai';
import fc from 'fast-check';
import {
  CostOutOfBoundsError,
  decodeAccountId,
  decodeInstrumentId,
  decodePositionWord,
  decodeSpotWord,
  encodeAccountId,
  encodeInstrumentId,
  encodePositionWord,
  encodeSpotWord,
  ExpiryNotRepresentableError,
  expiryOf,
  InvalidAddressError,
  InvalidInstrumentIdError,
  InvalidPositionWordError,
  kindOf,
  MAX_COST,
  MAX_SIZE,
  MAX_SPOT_AMOUNT,
  OutOfBitsError,
  SizeOutOfBoundsError,
  StrikeNotRepresentableError,
  strikeOf,
  UnderlyingNotRepresentableError,
  underlyingOf,
} from '../../src/codec/index.ts';
import type { Instrument, Position } from '../../src/codec/index.ts';
import { portfolioFromWords, portfolioToWords } from '../../src/risk/index.ts';
import { parseWad } from '../../src/units/index.ts';

const EXPIRY = 1_772_784_000n;

const underlying = fc.integer({ min: 1, max: 4095 });
const expirySec = fc.integer({ min: 1, max: 2 ** 20 - 1 }).map((hours) => BigInt(hours) * 3600n);
const strike = fc
  .tuple(fc.bigInt({ min: 1n, max: 2n ** 53n }), fc.integer({ min: 0, max: 20 }))
  .map(([mantissa, exponent]) => mantissa * 10n ** BigInt(exponent));
const instrument: fc.Arbitrary<Instrument> = fc.oneof(
  fc.record({ kind: fc.constant('perp' as const), underlying }),
  fc.record({ kind: fc.constant('future' as const), underlying, expirySec }),
  fc.record({ kind: fc.constantFrom('call' as const, 'put' as const), underlying, expirySec, strike }),
);
const size = fc.bigInt({ min: -MAX_SIZE, max: MAX_SIZE });
const cost = fc.bigInt({ min: -MAX_COST, max: MAX_COST });
const epoch = fc.bigInt({ min: 0n, max: 2n ** 20n - 1n });
const position: fc.Arbitrary<Position> = fc
  .tuple(instrument, size, cost, epoch)
  .map(([held, units, basis, at]) =>
    held.kind === 'perp' || held.kind === 'future'
      ? { instrument: held, size: units, cost: basis, epoch: at }
      : { instrument: held, size: units, epoch: at },
  );

describe('AccountId', () => {
  const owner = '0x00000000000000000000000000000000DeaDBeef';

  it('is the owner above 96 bits of sub-account', () => {
    expect(encodeAccountId(owner, 7n)).to.equal((0xdeadbeefn << 96n) | 7n);
    expect(decodeAccountId((0xdeadbeefn << 96n) | 7n)).to.deep.equal({
      owner: owner.toLowerCase(),
      subId: 7n,
    });
  });

  it('comes back from any number', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (account) => {
        const parts = decodeAccountId(account);
        return encodeAccountId(parts.owner, parts.subId) === account;
      }),
    );
  });

  it('refuses bad input', () => {
    expect(() => encodeAccountId('0x12')).to.throw(InvalidAddressError, '"0x12"');
    expect(() => encodeAccountId(owner, 2n ** 96n)).to.throw(OutOfBitsError, 'sub-account');
    expect(() => encodeAccountId(owner, -1n)).to.throw(OutOfBitsError);
    expect(() => decodeAccountId(2n ** 256n)).to.throw(OutOfBitsError);
  });
});

describe('InstrumentId', () => {
  it('has the layout of the contract', () => {
    expect(encodeInstrumentId({ kind: 'perp', underlying: 2 })).to.equal((1n << 92n) | (2n << 80n));
    expect(encodeInstrumentId({ kind: 'future', underlying: 1, expirySec: 7200n })).to.equal(
      (2n << 92n) | (1n << 80n) | (2n << 60n),
    );
    const put = encodeInstrumentId({
      kind: 'put',
      underlying: 2,
      expirySec: EXPIRY,
      strike: parseWad('3200'),
    });
    expect(put).to.equal((4n << 92n) | (2n << 80n) | ((EXPIRY / 3600n) << 60n) | (32n << 6n) | 20n);
    expect([kindOf(put), underlyingOf(put), expiryOf(put), strikeOf(put)]).to.deep.equal([
      'put',
      2,
      EXPIRY,
      parseWad('3200'),
    ]);
  });

  it('comes back', () => {
    fc.assert(
      fc.property(instrument, (value) => {
        expect(decodeInstrumentId(encodeInstrumentId(value))).to.deep.equal(value);
      }),
    );
  });

  it('refuses what does not fit, with the value', () => {
    const option = { kind: 'call', underlying: 1, expirySec: EXPIRY } as const;
    for (const strikeWad of [0n, -1n, 2n ** 54n, 18014398509481985n, 10n ** 64n]) {
      expect(() => encodeInstrumentId({ ...option, strike: strikeWad }), String(strikeWad))
        .to.throw(StrikeNotRepresentableError)
        .with.property('strike', strikeWad);
    }
    expect(encodeInstrumentId({ ...option, strike: 2n ** 54n - 1n })).to.be.a('bigint');
    for (const expiry of [0n, 3601n, -3600n, 3600n << 20n]) {
      expect(() => encodeInstrumentId({ kind: 'future', underlying: 1, expirySec: expiry }))
        .to.throw(ExpiryNotRepresentableError)
        .with.property('expirySec', expiry);
    }
    for (const id of [0, 4096, -1, 1.5]) {
      expect(() => encodeInstrumentId({ kind: 'perp', underlying: id }))
        .to.throw(UnderlyingNotRepresentableError)
        .with.property('underlying', id);
    }
  });

  it('refuses a second encoding of the same contract', () => {
    const call = (3n << 92n) | (2n << 80n) | (5n << 60n);
    expect(decodeInstrumentId(call | (32n << 6n) | 20n)).to.include({
      kind: 'call',
      strike: parseWad('3200'),
    });
    for (const id of [
      call | (320n << 6n) | 19n,
      call,
      (1n << 92n) | (2n << 80n) | 1n,
      0n,
      5n << 92n,
      -1n,
      1n << 96n,
    ]) {
      expect(() => decodeInstrumentId(id), String(id))
        .to.throw(InvalidInstrumentIdError)
        .with.property('id', id);
    }
  });
});

describe('PositionWord', () => {
  it('has the layout of the contract', () => {
    const word = encodePositionWord({
      instrument: { kind: 'perp', underlying: 2 },
      size: -1n,
      cost: -2n,
      epoch: 3n,
    });
    const expected =
      (1n << 252n) | (2n << 240n) | ((2n ** 96n - 1n) << 124n) | ((2n ** 104n - 2n) << 20n) | 3n;
    expect(word).to.equal(expected);
  });

  it('comes back', () => {
    fc.assert(
      fc.property(position, (value) => {
        expect(decodePositionWord(encodePositionWord(value))).to.deep.equal(value);
      }),
    );
  });

  it('refuses what does not fit, with the value', () => {
    const perp = { instrument: { kind: 'perp', underlying: 1 }, size: 0n, cost: 0n, epoch: 0n } as const;
    expect(() => encodePositionWord({ ...perp, size: MAX_SIZE + 1n }))
      .to.throw(SizeOutOfBoundsError)
      .with.property('size', MAX_SIZE + 1n);
    expect(() => encodePositionWord({ ...perp, size: -MAX_SIZE - 1n })).to.throw(SizeOutOfBoundsError);
    expect(() => encodePositionWord({ ...perp, cost: MAX_COST + 1n }))
      .to.throw(CostOutOfBoundsError)
      .with.property('cost', MAX_COST + 1n);
    expect(() => encodePositionWord({ ...perp, cost: -MAX_COST - 1n })).to.throw(CostOutOfBoundsError);
    expect(() => encodePositionWord({ ...perp, epoch: 2n ** 20n })).to.throw(OutOfBitsError, 'epoch');
    expect(() => decodePositionWord(0n)).to.throw(InvalidInstrumentIdError);
    expect(() => decodePositionWord(2n ** 256n)).to.throw(InvalidPositionWordError);
    expect(() => decodePositionWord((1n << 252n) | (2n << 240n) | (1n << 219n))).to.throw(
      InvalidPositionWordError,
    );
  });
});

describe('SpotWord', () => {
  it('has the layout of the contract', () => {
    const word = encodeSpotWord({ assetId: 3, underlying: 2, amount: 5n });
    expect(word).to.equal((3n << 144n) | (2n << 128n) | 5n);
    expect(decodeSpotWord(word)).to.deep.equal({ assetId: 3, underlying: 2, amount: 5n });
  });

  it('refuses what does not fit', () => {
    const balance = { assetId: 1, underlying: 1, amount: MAX_SPOT_AMOUNT };
    expect(decodeSpotWord(encodeSpotWord(balance))).to.deep.equal(balance);
    expect(() => encodeSpotWord({ ...balance, amount: MAX_SPOT_AMOUNT + 1n })).to.throw(
      OutOfBitsError,
      'amount',
    );
    expect(() => encodeSpotWord({ ...balance, amount: -1n })).to.throw(OutOfBitsError);
    expect(() => encodeSpotWord({ ...balance, assetId: 256 })).to.throw(OutOfBitsError, 'asset');
    expect(() => encodeSpotWord({ ...balance, underlying: 0.5 })).to.throw(RangeError, '0.5');
    expect(() => decodeSpotWord(1n << 152n)).to.throw(OutOfBitsError);
  });
});

describe('portfolio words', () => {
  it('come back with the premiums of the perps', () => {
    const portfolio = {
      cash: -5n,
      legs: [
        { kind: 'future', underlying: 1, expirySec: EXPIRY, size: 4n, cost: -9n },
        { kind: 'perp', underlying: 2, size: -3n, cost: 8n },
        { kind: 'put', underlying: 2, expirySec: EXPIRY, strike: parseWad('3200'), size: 1n },
      ],
      spot: [{ underlying: 2, amount: 7n }],
    } as const;
    const market = { timestamp: 1n, underlyings: new Map([[2, { index: 1n, premium: -11n }]]) };
    const words = portfolioToWords(portfolio, market, 1n);
    expect(words.premiums).to.deep.equal([-11n]);
    expect(portfolioFromWords(words)).to.deep.equal({
      portfolio,
      premiums: new Map([[2, -11n]]),
      scales: new Map([[2, 0n]]),
    });
  });
});
