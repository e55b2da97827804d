import type { ReactNode } from 'react';
import { Term } from './Term.tsx';
import type { TermName } from './terms.ts';

export interface StatProps {
  readonly label: string;
  readonly term?: TermName;
  /** Undefined while it is not known: room is kept. */
  readonly value: ReactNode;
  /** Room for it is kept while it is undefined; null keeps none. */
  readonly note?: ReactNode;
  readonly tone?: 'good' | 'warn' | 'bad' | undefined;
}

/** A figure with its label. */
export function Stat({ label, term, value, note, tone }: StatProps) {
  return (
    <div className="stat">
      <dt>{term === undefined ? label : <Term name={term}>{label}</Term>}</dt>
      <dd className="stat-value" data-tone={tone}>
        {value ?? <span className="pending" role="img" aria-label="loading" />}
      </dd>
      {note !== null && <dd className="stat-note">{note ?? '\u00a0'}</dd>}
    </div>
  );
}

export function Stats({ children, label }: { children: ReactNode; label: string }) {
  return (
    <dl className="stats" aria-label={label}>
      {children}
    </dl>
  );
}
