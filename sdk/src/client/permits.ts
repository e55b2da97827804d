import { domainSeparator, parseAbi, parseSignature, size } from 'viem';
import type { Account, Address, Hex, TypedDataDomain } from 'viem';
import { getBlock, getChainId, getCode, readContract, signTypedData } from 'viem/actions';
import type { ApprovalNeed } from './approvals.ts';
import { explained } from './explained.ts';
import type { PermitRequirement } from './prepare.ts';
import type { NovateClient } from './types.ts';

const PERMIT_TYPES = {
  Permit: [
    { name: 'owner', type: 'address' },
    { name: 'spender', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
} as const;
/** Of `PERMIT_TYPES`. Tokens that state another one, such as DAI, take permits of another kind. */
const PERMIT_TYPEHASH = '0x6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9';
/** How long after the latest block a permit can be shown. */
const VALID_SEC = 1_200;
/** What the code of an account with a key begins with that acts as a contract too (EIP-7702). */
const DELEGATION = '0xef0100';

const permitAbi = parseAbi([
  'function DOMAIN_SEPARATOR() view returns (bytes32)',
  'function PERMIT_TYPEHASH() view returns (bytes32)',
  'function nonces(address owner) view returns (uint256)',
  'function name() view returns (string)',
  'function version() view returns (string)',
  'function eip712Domain() view returns (bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)',
]);

/** What a wallet signs to let a spender take tokens, as EIP-2612 has it. */
export interface PermitTypedData {
  readonly domain: TypedDataDomain;
  readonly types: typeof PERMIT_TYPES;
  readonly primaryType: 'Permit';
  readonly message: {
    readonly owner: Address;
    readonly spender: Address;
    readonly value: bigint;
    readonly nonce: bigint;
    readonly deadline: bigint;
  };
}

/** A permit that was signed: of which requirement is known by what it is used for. */
export interface SignedPermit {
  readonly deadlineSec: number;
  readonly signature: Hex;
}

/**
 * The permit that lets `spender` take exactly `amountRaw`.
 * @returns undefined where the token takes none (EIP-2612), or the owner is a contract, which has no key to sign with
 */
export async function permitFor(
  client: NovateClient,
  { token, owner, spender, amountRaw }: ApprovalNeed,
): Promise<PermitRequirement | undefined> {
  const domain = await readDomain(client, token);
  if (domain === undefined || !(await isKey(client, owner.address))) return undefined;
  const nonce = await attempt(
    readContract(client, { address: token, abi: permitAbi, functionName: 'nonces', args: [owner.address] }),
  );
  if (nonce === undefined) return undefined;
  const { timestamp } = await explained(getBlock(client));
  const deadline = timestamp + BigInt(VALID_SEC);
  return {
    type: 'permit',
    description: `sign a permit for ${spender} to take ${amountRaw} raw units of token ${token}`,
    token,
    spender,
    amountRaw,
    deadlineSec: Number(deadline),
    owner,
    typedData: {
      domain,
      types: PERMIT_TYPES,
      primaryType: 'Permit',
      message: { owner: owner.address, spender, value: amountRaw, nonce, deadline },
    },
  };
}

/** Has the wallet sign what `permitFor` asks for. Nothing is sent. */
export async function signPermit(
  client: NovateClient,
  { owner, typedData, deadlineSec }: PermitRequirement,
): Promise<SignedPermit> {
  const signature = await signTypedData(client, { account: owner, ...typedData });
  return { deadlineSec, signature };
}

/** A permit as contracts take it: deadline, v, r, s. */
export function permitArguments({
  deadlineSec,
  signature,
}: SignedPermit): readonly [bigint, number, Hex, Hex] {
  if (size(signature) !== 65) throw new Error(`a permit's signature has 65 bytes, not ${size(signature)}`);
  const { r, s, yParity } = parseSignature(signature);
  return [BigInt(deadlineSec), 27 + yParity, r, s];
}

/** The token's EIP-712 domain: of those that its name and version allow, the one that it hashes to its own separator. */
async function readDomain(client: NovateClient, token: Address): Promise<TypedDataDomain | undefined> {
  const at = { address: token, abi: permitAbi } as const;
  const [separator, typehash, stated, name, version, chainId] = await Promise.all([
    attempt(readContract(client, { ...at, functionName: 'DOMAIN_SEPARATOR' })),
    attempt(readContract(client, { ...at, functionName: 'PERMIT_TYPEHASH' })),
    attempt(readContract(client, { ...at, functionName: 'eip712Domain' })),
    attempt(readContract(client, { ...at, functionName: 'name' })),
    attempt(readContract(client, { ...at, functionName: 'version' })),
    getChainId(client),
  ]);
  if (separator === undefined || (typehash !== undefined && typehash !== PERMIT_TYPEHASH)) return undefined;
  const names = new Set([stated?.[1], name]);
  const versions = new Set([stated?.[2], version, '1', undefined]);
  for (const one of names)
    for (const other of versions) {
      const domain: TypedDataDomain = {
        ...(one === undefined ? {} : { name: one }),
        ...(other === undefined ? {} : { version: other }),
        chainId,
        verifyingContract: token,
      };
      if (domainSeparator({ domain }) === separator) return domain;
    }
  return undefined;
}

async function isKey(client: NovateClient, address: Account['address']): Promise<boolean> {
  const code = await explained(getCode(client, { address }));
  return code === undefined || code === '0x' || code.startsWith(DELEGATION);
}

/** A token that does not know a function may refuse it in any way. */
async function attempt<Value>(call: Promise<Value>): Promise<Value | undefined> {
  try {
    return await call;
  } catch {
    return undefined;
  }
}
