import { Alert } from '@mantine/core';
import type { ActionState } from './useAction.ts';

/** Where an action stands; spoken as it changes, with room kept for it. */
export function ActionResult({ state }: { state: ActionState }) {
  return (
    <div className="result" role="status" aria-live="polite">
      {state.phase === 'working' && <span className="note">{state.text}</span>}
      {state.phase === 'done' && <span data-tone="good">{state.text}</span>}
      {state.phase === 'failed' && (
        <Alert color="red" variant="light" title={state.text}>
          {state.remedy}
        </Alert>
      )}
    </div>
  );
}
