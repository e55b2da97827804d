import { createContext, useCallback, useContext, useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { ConnectionProblem, discover } from './discover.ts';
import type { Deployment } from './discover.ts';
import { EMPTY, loadSettings, storeSettings, validate } from './settings.ts';
import type { Settings } from './settings.ts';

const RETRY_MS = 2_000;

export interface Connection {
  readonly phase: 'loading' | 'empty' | 'checking' | 'ready' | 'failed';
  /** What was entered last, kept whatever comes of it. */
  readonly settings: Settings;
  readonly deployment: Deployment | undefined;
  readonly problem: ConnectionProblem | undefined;
  readonly connect: (settings: Settings) => void;
}

const ConnectionContext = createContext<Connection | undefined>(undefined);

interface Progress {
  readonly phase: Connection['phase'];
  readonly settings: Settings;
  readonly deployment?: Deployment | undefined;
  readonly problem?: ConnectionProblem | undefined;
}

/** Finds the deployment that the settings name, and tries again by itself where the reason may pass. */
export function ConnectionProvider({ children }: { children: ReactNode }) {
  const [progress, setProgress] = useState<Progress>({ phase: 'loading', settings: EMPTY });
  const attempt = useRef(0);

  const connect = useCallback((settings: Settings) => {
    const mine = ++attempt.current;
    // what was found before stays on the page until there is something else
    setProgress((now) => ({ phase: 'checking', settings, deployment: now.deployment }));
    void tryUntilFound(settings, setProgress, () => attempt.current !== mine);
  }, []);

  useEffect(() => {
    void loadSettings().then((settings) => {
      if (settings === undefined) setProgress({ phase: 'empty', settings: EMPTY });
      else connect(settings);
    });
  }, [connect]);

  const { phase, settings, deployment, problem } = progress;
  return (
    <ConnectionContext value={{ phase, settings, deployment, problem, connect }}>
      {children}
    </ConnectionContext>
  );
}

async function tryUntilFound(
  settings: Settings,
  report: (progress: Progress) => void,
  isOutdated: () => boolean,
): Promise<void> {
  const [invalid] = Object.entries(validate(settings));
  if (invalid !== undefined) {
    const problem = new ConnectionProblem(
      invalid[0] as keyof Settings,
      invalid[1],
      'Correct it and connect again.',
    );
    report({ phase: 'failed', settings, problem });
    return;
  }
  for (;;) {
    const { deployment, problem } = await tryOnce(settings);
    if (isOutdated()) return;
    if (deployment !== undefined) storeSettings(settings);
    report({ phase: deployment === undefined ? 'failed' : 'ready', settings, deployment, problem });
    if (problem?.passing !== true) return;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    if (isOutdated()) return;
  }
}

async function tryOnce(
  settings: Settings,
): Promise<{ deployment?: Deployment; problem?: ConnectionProblem }> {
  try {
    return { deployment: await discover(settings) };
  } catch (error) {
    if (error instanceof ConnectionProblem) return { problem: error };
    const reason = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
    return { problem: new ConnectionProblem('rpcUrl', reason, 'Check the node, then connect again.', true) };
  }
}

export function useConnection(): Connection {
  const connection = useContext(ConnectionContext);
  if (connection === undefined) throw new Error('there is no ConnectionProvider above this component');
  return connection;
}
