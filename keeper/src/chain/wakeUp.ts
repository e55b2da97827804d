const LONGEST_PAUSE_MS = 30_000;

/** Tells early that there may be a new block. It says nothing about the block: that is asked for elsewhere. */
export interface WakeUp {
  /** Ends with the next sign of a block, after `ms`, or with the signal. */
  next(ms: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** Without a WebSocket: only the time. */
export function createTimer(): WakeUp {
  return { next: (ms, signal) => waitFor(ms, signal, () => () => undefined), close: () => undefined };
}

/** Over a WebSocket that is opened again whenever it breaks. While it is broken, time goes on by itself. */
export function createWebSocketWakeUp(url: string, onTrouble: (message: string) => void): WakeUp {
  const waiting = new Set<() => void>();
  let [socket, closed, failures]: [WebSocket | undefined, boolean, number] = [undefined, false, 0];
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** A block that came while nobody waited. */
  let missed = false;

  function wake(): void {
    missed = waiting.size === 0;
    for (const each of [...waiting]) each();
  }

  function open(): void {
    const next = new WebSocket(url);
    socket = next;
    next.addEventListener('open', () => {
      next.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params: ['newHeads'] }));
    });
    next.addEventListener('message', ({ data }) => {
      failures = 0;
      if (typeof data === 'string' && data.includes('eth_subscription')) wake();
    });
    next.addEventListener('error', () => onTrouble('the WebSocket cannot be reached'));
    next.addEventListener('close', () => {
      if (closed) return;
      const pause = Math.min(100 * 2 ** Math.min(failures++, 10), LONGEST_PAUSE_MS);
      timer = setTimeout(open, pause);
      timer.unref();
      // blocks may have come in the meantime
      wake();
    });
  }
  open();

  return {
    next(ms, signal) {
      if (missed) {
        missed = false;
        return Promise.resolve();
      }
      return waitFor(ms, signal, (end) => {
        waiting.add(end);
        return () => void waiting.delete(end);
      });
    },
    close() {
      closed = true;
      clearTimeout(timer);
      socket?.close();
    },
  };
}

/** @param enlist Called with what ends the wait. @returns what takes that back */
function waitFor(ms: number, signal: AbortSignal, enlist: (end: () => void) => () => void): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      leave();
      resolve();
    };
    const timer = setTimeout(end, ms);
    const leave = enlist(end);
    signal.addEventListener('abort', end, { once: true });
  });
}
