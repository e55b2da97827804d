/** What an operator may do for an account; `IClearinghouse.Approval`. */
export type Scope = 'trade' | 'withdraw' | 'deposit' | 'liquidate';

const BITS: Readonly<Record<Scope, number>> = { trade: 1, withdraw: 2, deposit: 4, liquidate: 8 };
const SCOPES: readonly Scope[] = ['trade', 'withdraw', 'deposit', 'liquidate'];

/** The bits that the contract stores. */
export function encodeScopes(scopes: readonly Scope[]): number {
  return scopes.reduce((bits, scope) => bits | BITS[scope], 0);
}

export function decodeScopes(bits: number): readonly Scope[] {
  return SCOPES.filter((scope) => (bits & BITS[scope]) !== 0);
}
