import accessManager from '@openzeppelin/contracts/build/contracts/AccessManager.json' with { type: 'json' };
import { toFunctionSelector } from 'viem';
import type { Abi, AbiFunction } from 'viem';
import { createArtifactResolver } from '../../cli/src/local/artifacts.ts';

/** What a contract may be asked to change. */
export interface Surface {
  /** Its state-changing functions, inherited ones too, by name. */
  readonly functions: ReadonlyMap<string, AbiFunction>;
  readonly hasFallback: boolean;
  readonly hasReceive: boolean;
}

/** @throws Error where two functions share a name, as the table tells them apart by it */
export async function surfaceOf(contract: string): Promise<Surface> {
  const abi = await abiOf(contract);
  const functions = new Map<string, AbiFunction>();
  for (const item of abi) {
    if (item.type !== 'function') continue;
    if (item.stateMutability === 'view' || item.stateMutability === 'pure') continue;
    if (functions.has(item.name)) throw new Error(`${contract} has two functions named ${item.name}`);
    functions.set(item.name, item);
  }
  return {
    functions,
    hasFallback: abi.some(({ type }) => type === 'fallback'),
    hasReceive: abi.some(({ type }) => type === 'receive'),
  };
}

/** The functions that one address answers to: its own, and those of the contracts that it delegates to. */
export function mergeSurfaces(surfaces: readonly Surface[]): ReadonlyMap<string, AbiFunction> {
  const merged = new Map<string, AbiFunction>();
  for (const { functions } of surfaces) {
    for (const [name, item] of functions) {
      const known = merged.get(name);
      if (known !== undefined && toFunctionSelector(known) !== toFunctionSelector(item)) {
        throw new Error(`two functions named ${name} answer at one address`);
      }
      merged.set(name, item);
    }
  }
  return merged;
}

async function abiOf(contract: string): Promise<Abi> {
  if (contract === accessManager.contractName) return accessManager.abi as Abi;
  const { abi } = await (await createArtifactResolver()).loadArtifact(contract);
  return abi as Abi;
}
