import { estimateContractGas } from 'viem/actions';
import type { Abi, Account, Address } from 'viem';
import { explained } from './explained.ts';
import type { PermitTypedData } from './permits.ts';
import type { NovateClient } from './types.ts';

/** A contract call ready to send: pass it to viem's `writeContract`. */
export interface WriteRequest {
  readonly address: Address;
  readonly abi: Abi;
  readonly functionName: string;
  readonly args: readonly unknown[];
  readonly account: Account;
  /** A fifth above the estimate; absent while requirements are open, for the call cannot be estimated then. */
  readonly gas?: bigint;
}

/** A transaction that must be mined before a write can succeed. */
export interface ApprovalRequirement {
  readonly type: 'approval';
  /** What the step does, for people. */
  readonly description: string;
  readonly token: Address;
  readonly spender: Address;
  /** The allowance that the step sets, in the token's own decimals. */
  readonly amountRaw: bigint;
  readonly request: WriteRequest;
}

/** A signature that a write can carry in place of an approval (EIP-2612). It costs nothing, and nothing is sent for it. */
export interface PermitRequirement {
  readonly type: 'permit';
  /** What the signature allows, for people. */
  readonly description: string;
  readonly token: Address;
  readonly spender: Address;
  /** What it lets the spender take, in the token's own decimals. */
  readonly amountRaw: bigint;
  /** Unix seconds, the last at which it counts. */
  readonly deadlineSec: number;
  /** Who signs. */
  readonly owner: Account;
  /** For viem's `signTypedData`. */
  readonly typedData: PermitTypedData;
}

/** What a write needs first. */
export type Requirement = ApprovalRequirement | PermitRequirement;

/** A write that was simulated on the latest state: it would succeed, use about `request.gas`, and return `result`. */
export interface ReadyWrite<Result> {
  readonly ready: true;
  readonly requirements: readonly [];
  readonly request: WriteRequest & { readonly gas: bigint };
  readonly result: Result;
}

/**
 * A write that needs other steps first. Send the requests of approvals in order, wait until they are mined, then prepare
 * again; or have a permit signed, and prepare again with it.
 */
export interface BlockedWrite {
  readonly ready: false;
  readonly requirements: readonly [Requirement, ...Requirement[]];
  readonly request: WriteRequest;
}

/** What every `prepare...` returns. */
export type Prepared<Result> = ReadyWrite<Result> | BlockedWrite;

/**
 * Simulates a call and estimates its gas.
 * @throws NovateContractError where the call would revert
 */
export async function prepare<Result>(
  client: NovateClient,
  request: WriteRequest,
  simulate: () => Promise<{ readonly result: Result }>,
): Promise<ReadyWrite<Result>> {
  const { result } = await explained(simulate());
  const estimate = await explained(estimateContractGas(client, request));
  // interest, funding and prices move between now and the block, and with them what is written
  return { ready: true, requirements: [], request: { ...request, gas: estimate + estimate / 5n }, result };
}
