import { useEffect, useRef, useState } from 'react';
import { useChain } from '../chain/ChainContext.tsx';
import { shortAccount, usd } from '../format/format.ts';

const EVERY_MS = 4_000;

/** Tells screen readers of liquidations: at most one sentence every few seconds, however many there are. */
export function Announcer() {
  const { liquidations, status } = useChain();
  const [text, setText] = useState('');
  const told = useRef<number>(undefined);
  const total = liquidations.length;
  const newest = liquidations[0];
  useEffect(() => {
    if (status !== 'live') return;
    const before = (told.current ??= total);
    if (total <= before || newest === undefined) return;
    const timer = setTimeout(() => {
      told.current = total;
      const last = `${shortAccount(newest.account)} with equity ${usd(newest.equityBefore)}`;
      setText(
        total - before === 1 ? `Liquidated: ${last}.` : `${total - before} liquidations, last ${last}.`,
      );
    }, EVERY_MS / 4);
    return () => clearTimeout(timer);
  }, [total, newest, status]);
  return (
    <div className="sr-only" aria-live="polite">
      {text}
    </div>
  );
}
