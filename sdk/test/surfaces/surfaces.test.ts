import { expect } from 'chai';
import fc from 'fast-check';
import { concat, createClient, custom, keccak256, pad, recoverAddress, stringToHex, toHex } from 'viem';
import type { Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { encodeInstrumentId, ExpiryNotRepresentableError } from '../../src/codec/index.ts';
import {
  buildReport,
  decodeSurfaceWord,
  DuplicateSignatureError,
  encodeExpiryKey,
  encodeSurfaceWord,
  hashSurfaces,
  InvalidSurfaceError,
  InvalidSurfaceWordError,
  signSurfaces,
  sortSignatures,
} from '../../src/surfaces/index.ts';
import type { Surface, SurfaceReport } from '../../src/surfaces/index.ts';

const WAD = 10n ** 18n;
const signer = privateKeyToAccount(`0x${'11'.repeat(32)}`);
const domain = { chainId: 31337, volSurface: '0x5FbDB2315678afecb367f032d93F642f64180aa3' } as const;
const report: SurfaceReport = {
  underlying: 2,
  expirySec: 1_772_784_000,
  a: -(WAD / 100n),
  b: WAD / 20n,
  rho: -(WAD / 5n),
  m: WAD / 100n,
  sigma: WAD / 4n,
  basis: WAD / 50n,
  timestamp: 1_770_267_600,
};
const nothing: Surface = { a: 0n, b: 0n, rho: 0n, m: 0n, sigma: 0n, basis: 0n, timestamp: 0 };

// EIP-712 by hand: one keccak after the other, 32 bytes per field
function handHash(reports: readonly SurfaceReport[]): Hex {
  const text = (value: string): Hex => keccak256(stringToHex(value));
  const number = (value: bigint | number): Hex => toHex(BigInt.asUintN(256, BigInt(value)), { size: 32 });
  const reportType =
    'SurfaceReport(uint16 underlying,uint40 expirySec,int256 a,uint256 b,int256 rho,int256 m,uint256 sigma,' +
    'int256 basis,uint40 timestamp)';
  const separator = keccak256(
    concat([
      text('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)'),
      text('Novate VolSurface'),
      text('1'),
      number(domain.chainId),
      pad(domain.volSurface, { size: 32 }),
    ]),
  );
  const hashes = reports.map((r) =>
    keccak256(
      concat([
        text(reportType),
        ...[r.underlying, r.expirySec, r.a, r.b, r.rho, r.m, r.sigma, r.basis, r.timestamp].map(number),
      ]),
    ),
  );
  const batch = keccak256(
    concat([text(`SurfaceBatch(SurfaceReport[] reports)${reportType}`), keccak256(concat(hashes))]),
  );
  return keccak256(concat(['0x1901', separator, batch]));
}

describe('surfaces', () => {
  it('put each field where SPEC-V1 puts it', () => {
    const cases: readonly [Partial<Surface>, bigint][] = [
      [{ a: 10n ** 6n }, 1n << 208n],
      [{ a: -(10n ** 6n) }, ((1n << 48n) - 1n) << 208n],
      [{ b: 10n ** 6n }, 1n << 164n],
      [{ rho: -(10n ** 12n) }, ((1n << 21n) - 1n) << 143n],
      [{ m: -(10n ** 9n) }, ((1n << 35n) - 1n) << 108n],
      [{ sigma: 10n ** 9n }, 1n << 73n],
      [{ basis: -(10n ** 9n) }, ((1n << 33n) - 1n) << 40n],
      [{ timestamp: 1 }, 1n << 8n],
    ];
    for (const [change, word] of cases) {
      const surface = { ...nothing, ...change };
      expect(encodeSurfaceWord(surface)).to.equal(word);
      expect(decodeSurfaceWord(word)).to.deep.equal(surface);
    }
  });

  it('survive packing', () => {
    const units = (bits: number, signed: boolean, unit: bigint): fc.Arbitrary<bigint> =>
      fc
        .bigInt(signed ? -(2n ** BigInt(bits - 1)) : 0n, 2n ** BigInt(signed ? bits - 1 : bits) - 1n)
        .map((value) => value * unit);
    const surfaces = fc.record({
      a: units(48, true, 10n ** 6n),
      b: units(44, false, 10n ** 6n),
      rho: units(21, true, 10n ** 12n),
      m: units(35, true, 10n ** 9n),
      sigma: units(35, false, 10n ** 9n),
      basis: units(33, true, 10n ** 9n),
      timestamp: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    });
    fc.assert(
      fc.property(surfaces, (surface) => {
        expect(decodeSurfaceWord(encodeSurfaceWord(surface))).to.deep.equal(surface);
      }),
    );
  });

  it('are refused where a field does not fit', () => {
    const cases: readonly [keyof Surface, Partial<Surface>][] = [
      ['a', { a: 2n ** 47n * 10n ** 6n }],
      ['a', { a: 1n }],
      ['b', { b: -(10n ** 6n) }],
      ['rho', { rho: 2n ** 20n * 10n ** 12n }],
      ['m', { m: -(2n ** 34n) * 10n ** 9n - 10n ** 9n }],
      ['sigma', { sigma: 2n ** 35n * 10n ** 9n }],
      ['basis', { basis: 2n ** 32n * 10n ** 9n }],
      ['timestamp', { timestamp: 2 ** 32 }],
      ['timestamp', { timestamp: 0.5 }],
    ];
    for (const [field, change] of cases) {
      expect(() => encodeSurfaceWord({ ...nothing, ...change }))
        .to.throw(InvalidSurfaceError)
        .with.property('field', field);
    }
    for (const word of [0n, -1n, 1n, 1n << 256n]) {
      expect(() => decodeSurfaceWord(word)).to.throw(InvalidSurfaceWordError);
    }
  });

  it('have the key that stands in an instrument', () => {
    const id = encodeInstrumentId({ kind: 'call', underlying: 2, expirySec: 1_772_784_000n, strike: WAD });
    expect(encodeExpiryKey(2, 1_772_784_000n)).to.equal((id >> 60n) & 0xffff_ffffn);
    expect(encodeExpiryKey(2, 1_772_784_000n)).to.equal((2n << 20n) | (1_772_784_000n / 3600n));
  });
});

describe('buildReport', () => {
  it('rounds to the nearest that can be stored', () => {
    const built = buildReport({
      ...report,
      a: -(10n ** 6n) - 500_000n,
      b: 10n ** 6n + 499_999n,
      rho: -(10n ** 12n) + 1n,
      m: 10n ** 9n - 1n,
      sigma: 5n * 10n ** 8n,
      basis: -(4n * 10n ** 8n),
    });
    expect(built).to.deep.equal({
      ...report,
      a: -2n * 10n ** 6n,
      b: 10n ** 6n,
      rho: -(10n ** 12n),
      m: 10n ** 9n,
      sigma: 10n ** 9n,
      basis: 0n,
    });
    expect(buildReport(report)).to.deep.equal(report);
  });

  it('has defaults, and refuses what no instrument could have', () => {
    const { basis: _basis, timestamp: _timestamp, ...given } = report;
    const before = Math.floor(Date.now() / 1000);
    const built = buildReport(given);
    expect(built.basis).to.equal(0n);
    expect(built.timestamp).to.be.within(before, before + 2);
    expect(() => buildReport({ ...report, expirySec: report.expirySec + 1 })).to.throw(
      ExpiryNotRepresentableError,
    );
    expect(() => buildReport({ ...report, expirySec: 0.5 })).to.throw(InvalidSurfaceError);
    expect(() => buildReport({ ...report, sigma: -WAD })).to.throw(InvalidSurfaceError);
  });
});

describe('signatures of surfaces', () => {
  it('are of a hash that is a keccak chain written out by hand', () => {
    const batches = [[report], [report, { ...report, underlying: 1, rho: WAD / 3n }], []];
    for (const batch of batches) expect(hashSurfaces(batch, domain)).to.equal(handHash(batch));
    const other = { ...domain, chainId: 1 };
    expect(hashSurfaces([report], other)).to.not.equal(hashSurfaces([report], domain));
  });

  it('are by the signer', async () => {
    const client = createClient({
      account: signer,
      transport: custom({ request: () => Promise.reject(new Error('offline')) }),
    });
    const signed = await signSurfaces(client, { ...domain, reports: [report] });
    expect(signed.signer).to.equal(signer.address);
    const hash = hashSurfaces([report], domain);
    expect(await recoverAddress({ hash, signature: signed.signature })).to.equal(signer.address);
  });

  it('are sorted by address, whatever its letters case', () => {
    const addresses = [
      '0xB000000000000000000000000000000000000000',
      '0xa000000000000000000000000000000000000000',
      '0x0900000000000000000000000000000000000000',
    ] as const;
    const signatures = addresses.map((address) => ({ signer: address, signature: '0x' as const }));
    expect(sortSignatures(signatures).map((s) => s.signer)).to.deep.equal([...addresses].reverse());
    const twice = { signer: '0xA000000000000000000000000000000000000000', signature: '0x01' } as const;
    expect(() => sortSignatures([...signatures, twice])).to.throw(DuplicateSignatureError);
  });
});
