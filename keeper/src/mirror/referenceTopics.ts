import { clearinghouseAbi, liquidatorAbi, riskEngineAbi } from '@novate/sdk';
import { toEventSelector } from 'viem';
import type { AbiEvent, Hex } from 'viem';

interface AbiItem {
  readonly type: string;
  readonly name?: string;
}

/** Events after which profiles, assets or parameters must be read again. */
export const referenceTopics: readonly Hex[] = [
  ...topicsOf(clearinghouseAbi, ['RiskEngineSet', 'AssetSet', 'InsuranceAccountSet']),
  ...topicsOf(riskEngineAbi, ['ProfileSet']),
  ...topicsOf(liquidatorAbi, ['ParametersSet']),
];

/** Events whose statement moves on from the time of their block. */
export const timedTopics: ReadonlySet<Hex> = new Set(
  topicsOf(clearinghouseAbi, ['PerpUpdated', 'InterestAccrued']),
);

function topicsOf(abi: readonly AbiItem[], names: readonly string[]): Hex[] {
  return names.map((name) => {
    const event = abi.find((item): item is AbiEvent => item.type === 'event' && item.name === name);
    if (event === undefined) throw new Error(`no event ${name} in the ABI: generate the bindings again`);
    return toEventSelector(event);
  });
}
