import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import type { Deployment } from '../connection/discover.ts';
import { followChain } from './follower.ts';
import type { ChainState, Follower } from './follower.ts';

interface Chain {
  readonly deployment: Deployment;
  readonly follower: Follower;
}

const ChainContext = createContext<Chain | undefined>(undefined);

/** Follows a deployment's chain for as long as it is shown. */
export function ChainProvider({ deployment, children }: { deployment: Deployment; children: ReactNode }) {
  const [chain, setChain] = useState<Chain>();
  useEffect(() => {
    const follower = followChain(deployment);
    setChain({ deployment, follower });
    return () => follower.stop();
  }, [deployment]);
  return chain === undefined ? null : <ChainContext value={chain}>{children}</ChainContext>;
}

function useChainContext(): Chain {
  const chain = useContext(ChainContext);
  if (chain === undefined) throw new Error('there is no connection above this component');
  return chain;
}

export function useDeployment(): Deployment {
  return useChainContext().deployment;
}

export function useFollower(): Follower {
  return useChainContext().follower;
}

/** Everything known of the chain; changes once per block. */
export function useChain(): ChainState {
  const { follower } = useChainContext();
  return useSyncExternalStore(follower.subscribe, follower.getState);
}

/** The name of an underlying: its feed's symbol. */
export function useSymbols(): (underlying: number) => string {
  const { reference } = useChain();
  return (underlying) => reference?.symbols.get(underlying) ?? `#${underlying}`;
}
