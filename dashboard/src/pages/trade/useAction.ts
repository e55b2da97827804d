import { NovateContractError, toNovateError } from '@novate/sdk';
import { useState } from 'react';
import { UserRejectedRequestError } from 'viem';

export type ActionState =
  | { readonly phase: 'idle' }
  | { readonly phase: 'working'; readonly text: string }
  | { readonly phase: 'done'; readonly text: string }
  | { readonly phase: 'failed'; readonly text: string; readonly remedy: string };

/** Says what is going on. */
export type Say = (text: string) => void;

export interface Action {
  readonly state: ActionState;
  /** @param work returns what has been achieved, in a sentence */
  readonly run: (start: string, work: (say: Say) => Promise<string>) => Promise<void>;
}

/** One thing at a time that takes a while and may fail; what went wrong is said with what to do. */
export function useAction(): Action {
  const [state, setState] = useState<ActionState>({ phase: 'idle' });
  return {
    state,
    async run(start, work) {
      setState({ phase: 'working', text: start });
      try {
        const text = await work((now) => setState({ phase: 'working', text: now }));
        setState({ phase: 'done', text });
      } catch (error) {
        setState({ phase: 'failed', ...explain(error) });
      }
    },
  };
}

function explain(thrown: unknown): { text: string; remedy: string } {
  const error = toNovateError(thrown);
  if (error instanceof NovateContractError) return { text: error.sentence, remedy: error.remedy };
  if (isRejection(error))
    return { text: 'You declined in the wallet.', remedy: 'Nothing was sent; try again when you like.' };
  const text = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
  return { text, remedy: 'Nothing has changed; correct it and try again.' };
}

function isRejection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error instanceof UserRejectedRequestError || isRejection(error.cause);
}
