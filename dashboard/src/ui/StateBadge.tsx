import type { MarginState } from '@novate/sdk';

export const STATE_NAMES: Readonly<Record<MarginState, string>> = {
  healthy: 'Healthy',
  atRisk: 'At risk',
  liquidatable: 'Liquidatable',
  insolvent: 'Insolvent',
};

/** Where an account stands, in words and colour. */
export function StateBadge({ state }: { state: MarginState }) {
  return (
    <span className="badge" data-state={state}>
      {STATE_NAMES[state]}
    </span>
  );
}
