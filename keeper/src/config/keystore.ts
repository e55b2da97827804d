import { createDecipheriv, pbkdf2Sync, scryptSync } from 'node:crypto';
import { bytesToHex, concatBytes, hexToBytes, keccak256 } from 'viem';
import type { Hex } from 'viem';
import { z } from 'zod';
import { ConfigError } from './errors.ts';

const hex = z.string().regex(/^[0-9a-fA-F]+$/);
const scrypt = z.object({
  n: z
    .number()
    .int()
    .min(2)
    .max(2 ** 20),
  r: z.number().int().min(1).max(64),
  p: z.number().int().min(1).max(16),
  dklen: z.number().int().min(32).max(64),
  salt: hex,
});
const pbkdf2 = z.object({
  c: z.number().int().min(1).max(10_000_000),
  dklen: z.number().int().min(32).max(64),
  prf: z.literal('hmac-sha256'),
  salt: hex,
});
const common = {
  cipher: z.literal('aes-128-ctr'),
  cipherparams: z.object({ iv: hex }),
  ciphertext: hex,
  mac: hex,
};
const cryptoSchema = z.discriminatedUnion('kdf', [
  z.object({ kdf: z.literal('scrypt'), kdfparams: scrypt, ...common }),
  z.object({ kdf: z.literal('pbkdf2'), kdfparams: pbkdf2, ...common }),
]);
// some write "Crypto"
const keystoreSchema = z
  .object({ version: z.literal(3), crypto: cryptoSchema.optional(), Crypto: cryptoSchema.optional() })
  .transform(({ crypto, Crypto }) => crypto ?? Crypto);

type Crypto = z.output<typeof cryptoSchema>;

/** Whether a key file is a keystore rather than a bare key. */
export const isKeystore = (text: string): boolean => text.trimStart().startsWith('{');

/**
 * The key in an encrypted keystore (version 3, as geth and others write it).
 * @param file Its name, for messages.
 * @throws ConfigError where it is none, or the password is another
 */
export function openKeystore(text: string, password: string | undefined, file: string): Hex {
  const parsed = keystoreSchema.safeParse(parseJson(text));
  if (!parsed.success || parsed.data === undefined) {
    throw new ConfigError(`key file ${file} is no keystore of version 3 with scrypt or pbkdf2`);
  }
  if (password === undefined) {
    throw new ConfigError(
      `key file ${file} is a keystore; give its password by NOVATE_KEEPER_KEY_PASSWORD or --key-password-file`,
    );
  }
  const crypto = parsed.data;
  const derived = derive(crypto, password, file);
  const sealed = fromHex(crypto.ciphertext);
  const mac = keccak256(concatBytes([derived.subarray(16, 32), sealed]));
  if (mac.slice(2) !== crypto.mac.toLowerCase()) {
    throw new ConfigError(`key file ${file}: the password is another, or the file is damaged`);
  }
  const decipher = createDecipheriv(crypto.cipher, derived.subarray(0, 16), fromHex(crypto.cipherparams.iv));
  return bytesToHex(concatBytes([decipher.update(sealed), decipher.final()]));
}

function derive(crypto: Crypto, password: string, file: string): Uint8Array {
  const salt = fromHex(crypto.kdfparams.salt);
  if (crypto.kdf === 'pbkdf2') {
    const { c, dklen } = crypto.kdfparams;
    return pbkdf2Sync(password, salt, c, dklen, 'sha256');
  }
  const { n, r, p, dklen } = crypto.kdfparams;
  try {
    return scryptSync(password, salt, dklen, { N: n, r, p, maxmem: 256 * n * r + 2 ** 20 });
  } catch (cause) {
    throw new ConfigError(
      `key file ${file}: its scrypt parameters n ${n}, r ${r}, p ${p} cannot be used`,
      cause,
    );
  }
}

const fromHex = (text: string): Uint8Array => hexToBytes(`0x${text}`);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
