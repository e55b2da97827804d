import { useEffect, useState } from 'react';
import { useChain, useDeployment } from '../chain/ChainContext.tsx';
import type { ChainState } from '../chain/follower.ts';
import { count, duration } from '../format/format.ts';

/** Where the figures come from and how fresh they are; what is wrong while the node does not answer. */
export function StatusBar() {
  const chain = useChain();
  const { chainId, settings } = useDeployment();
  return (
    <div className="status" data-status={chain.status}>
      <div className="status-row">
        <span className="dot" aria-hidden="true" />
        <span role="status">{describe(chain, settings.rpcUrl)}</span>
        <span className="status-end">
          {chain.status === 'live' && <Freshness seenAtMs={chain.seenAtMs} />}
          <span>chain {chainId}</span>
        </span>
      </div>
    </div>
  );
}

function describe({ status, snapshot, progress, problem }: ChainState, rpcUrl: string): string {
  if (status === 'lost') {
    const kept = snapshot === undefined ? '' : ` Figures are those of block ${count(snapshot.block)}.`;
    const what = problem === undefined ? 'does not answer' : `answers with an error (${problem})`;
    return `The node at ${rpcUrl} ${what}.${kept} Trying again every second; start the node or enter another under Connection.`;
  }
  if (snapshot === undefined) {
    return progress === undefined
      ? 'Connecting …'
      : `Reading events: block ${count(progress.at)} of ${count(progress.of)}`;
  }
  // the number changes with every block: kept out of the live region, which would speak all the time
  return 'Live';
}

function Freshness({ seenAtMs }: { seenAtMs: number }) {
  const { snapshot } = useChain();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const age = Math.max(0, (now - seenAtMs) / 1000);
  return (
    <span>
      block <b data-testid="block">{count(snapshot?.block ?? 0)}</b>, {duration(age)} ago
    </span>
  );
}
