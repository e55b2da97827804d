import { DuplicateSignatureError } from './errors.ts';
import type { SurfaceSignature } from './types.ts';

/**
 * Signatures in the order that `post` demands: by ascending address of their signers.
 * @throws DuplicateSignatureError where two are by one signer
 */
export function sortSignatures(signatures: readonly SurfaceSignature[]): SurfaceSignature[] {
  const sorted = signatures
    .map((signed) => ({ signed, address: BigInt(signed.signer) }))
    .sort((x, y) => (x.address < y.address ? -1 : 1));
  sorted.forEach(({ signed, address }, i) => {
    if (sorted[i + 1]?.address === address) throw new DuplicateSignatureError(signed.signer);
  });
  return sorted.map(({ signed }) => signed);
}
