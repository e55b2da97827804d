import { encodeInstrumentId } from '../codec/index.ts';

/**
 * The number of one underlying's expiry, as `wordsOf` and `pricesOf` take it: `underlying << 20 | hours since the epoch`.
 * @throws UnderlyingNotRepresentableError, ExpiryNotRepresentableError
 */
export function encodeExpiryKey(underlying: number, expirySec: bigint): bigint {
  return BigInt.asUintN(32, encodeInstrumentId({ kind: 'future', underlying, expirySec }) >> 60n);
}
