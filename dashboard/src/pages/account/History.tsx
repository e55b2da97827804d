import { numberToHex } from 'viem';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { RpcLog } from 'viem';
import { useChain, useDeployment, useSymbols } from '../../chain/ChainContext.tsx';
import { createLogReader } from '../../chain/logs.ts';
import type { Deployment } from '../../connection/discover.ts';
import { count, shortHex } from '../../format/format.ts';
import { Panel } from '../../ui/Panel.tsx';
import { toHistory } from './describeEvent.ts';

const SHOWN = 200;

/** What happened to the account, newest first, from events. */
export function History({ account }: { account: bigint }) {
  const { snapshot } = useChain();
  const { addresses } = useDeployment();
  const symbolOf = useSymbols();
  const { logs, reading } = useAccountLogs(account);
  const assets = snapshot?.assets;
  const entries = useMemo(() => {
    const assetOf = (assetId: number) => assets?.[assetId] ?? { symbol: `asset ${assetId}`, decimals: 18 };
    return logs.flatMap((log) => toHistory(log, account, addresses, { symbolOf, assetOf }) ?? []).reverse();
    // assets change with every block, their names do not
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [logs, account, addresses, assets?.length]);
  return (
    <Panel title={`History (${count(entries.length)})`} note="From the chain’s events, newest first.">
      {entries.length === 0 ? (
        <p className="empty">{reading ? 'Reading events …' : 'Nothing has happened to this account.'}</p>
      ) : (
        <ol className="event-list" tabIndex={0} aria-label="History">
          {entries.slice(0, SHOWN).map(({ key, block, text, transaction }) => (
            <li key={key}>
              <span>{count(block)}</span>
              <span>{text}</span>
              <span className="mono" title={transaction}>
                {shortHex(transaction)}
              </span>
            </li>
          ))}
        </ol>
      )}
      {entries.length > SHOWN && <p className="note">The latest {SHOWN} are shown.</p>}
    </Panel>
  );
}

/** The account's logs, in the order of the chain; those of new blocks are added as they come. */
function useAccountLogs(account: bigint): { logs: readonly RpcLog[]; reading: boolean } {
  const deployment = useDeployment();
  const { snapshot } = useChain();
  const head = snapshot?.block;
  const [logs, setLogs] = useState<readonly RpcLog[]>([]);
  const [reading, setReading] = useState(true);
  const next = useRef(deployment.fromBlock);
  const busy = useRef(false);
  useEffect(() => {
    if (head === undefined || busy.current || BigInt(head) < next.current) return;
    busy.current = true;
    readLogs(deployment, account, next.current, BigInt(head))
      .then((found) => {
        next.current = BigInt(head) + 1n;
        if (found.length > 0) setLogs((known) => [...known, ...found]);
        setReading(false);
      })
      // the next block brings another try
      .catch(() => undefined)
      .finally(() => (busy.current = false));
  }, [deployment, account, head]);
  return { logs, reading };
}

/** An account is the first indexed field of most events, and the second of those between two accounts. */
async function readLogs(
  { client, addresses }: Deployment,
  account: bigint,
  from: bigint,
  to: bigint,
): Promise<RpcLog[]> {
  const id = numberToHex(account, { size: 32 });
  const address = [addresses.clearinghouse, addresses.liquidator, addresses.orderMatcher];
  const found = new Map<string, RpcLog>();
  const reader = createLogReader(client);
  for (const topics of [
    [null, id],
    [null, null, id],
  ]) {
    await reader.read({ address, topics }, from, to, (logs) =>
      logs.forEach((log) => found.set(`${log.blockNumber ?? ''}-${log.logIndex ?? ''}`, log)),
    );
  }
  return [...found.values()].sort(
    (a, b) => Number(a.blockNumber) - Number(b.blockNumber) || Number(a.logIndex) - Number(b.logIndex),
  );
}
