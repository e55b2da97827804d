/// <reference lib="webworker" />
// Rebuilds every account from events and values all of them on each block, away from the page's own thread.
import { createBook } from './book.ts';
import type { FromWorker, Rows, ToWorker, Valuation, View } from './messages.ts';

declare const self: DedicatedWorkerGlobalScope;

const book = createBook();
let valuation: Valuation | undefined;
let view: View = { sort: 'health', descending: false, states: [], search: '', empty: false };
let timer: ReturnType<typeof setTimeout> | undefined;
let revalue = false;

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  switch (data.type) {
    case 'reset':
      book.reset();
      valuation = undefined;
      return;
    case 'logs':
      book.append(data.logs);
      return;
    case 'value':
      valuation = data.valuation;
      revalue = true;
      break;
    case 'view':
      view = data.view;
      break;
  }
  // after what else is waiting: of several blocks only the last is valued
  timer ??= setTimeout(work, 0);
};

function work(): void {
  timer = undefined;
  if (valuation === undefined) return;
  if (revalue) post({ type: 'totals', totals: book.value(valuation) });
  revalue = false;
  const rows = book.select(view);
  post({ type: 'rows', rows }, buffersOf(rows));
}

function post(message: FromWorker, transfer: Transferable[] = []): void {
  self.postMessage(message, transfer);
}

function buffersOf(rows: Rows): Transferable[] {
  const { ids, equity, initialMargin, maintenanceMargin, notional, state, holdings } = rows;
  return [ids, equity, initialMargin, maintenanceMargin, notional, state, holdings].map(
    ({ buffer }) => buffer,
  );
}
