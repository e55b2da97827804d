import type { EIP1193RequestFn } from 'viem';
import { custom, http } from 'viem';
import type { CustomTransport } from 'viem';

/** An endpoint that failed so often in a row is asked last for a while. */
const FAILURES_ALLOWED = 2;
const REST_MS = 15_000;
/** What a node says of itself is believed for so long. */
const RETRIES = 1;

/** One node of several. */
export interface Endpoint {
  /** Without credentials. */
  readonly name: string;
  readonly request: EIP1193RequestFn;
}

/** What is known of the endpoints. */
export interface EndpointPool {
  /** The best first: those that answer and are not behind. */
  ranked(): readonly Endpoint[];
  /** An endpoint told its head. */
  sawHead(endpoint: Endpoint, number: bigint): void;
  /** Endpoints whose head is too far behind the best one. */
  stale(): readonly Endpoint[];
  /** Asks the best endpoint, and the next where one does not answer. */
  readonly request: EIP1193RequestFn;
}

interface Health {
  failures: number;
  restUntil: number;
  head: bigint;
}

export interface PoolOptions {
  readonly maxHeadLag: bigint;
  readonly nowMs?: () => number;
  /** After an endpoint did not answer. */
  readonly onFailover?: (endpoint: string) => void;
}

export function createEndpointPool(endpoints: readonly Endpoint[], options: PoolOptions): EndpointPool {
  const { maxHeadLag, nowMs = () => performance.now(), onFailover } = options;
  const health = new Map<Endpoint, Health>(
    endpoints.map((endpoint) => [endpoint, { failures: 0, restUntil: 0, head: 0n }]),
  );
  const best = (): bigint => [...health.values()].reduce((most, { head }) => (head > most ? head : most), 0n);
  const isStale = (endpoint: Endpoint): boolean => {
    const head = health.get(endpoint)?.head ?? 0n;
    return head > 0n && best() - head > maxHeadLag;
  };
  const rank = (endpoint: Endpoint): number =>
    (isStale(endpoint) ? 1 : 0) + ((health.get(endpoint)?.restUntil ?? 0) > nowMs() ? 2 : 0);

  function failed(endpoint: Endpoint): void {
    const known = health.get(endpoint);
    if (known === undefined) return;
    known.failures++;
    if (known.failures >= FAILURES_ALLOWED) known.restUntil = nowMs() + REST_MS;
    onFailover?.(endpoint.name);
  }

  function answered(endpoint: Endpoint): void {
    const known = health.get(endpoint);
    if (known !== undefined) [known.failures, known.restUntil] = [0, 0];
  }

  // sort keeps the given order among equals
  const ranked = (): Endpoint[] => [...endpoints].sort((a, b) => rank(a) - rank(b));

  const request: EIP1193RequestFn = async (args, requestOptions) => {
    let last: unknown;
    for (const endpoint of ranked()) {
      try {
        const result = await endpoint.request(args as never, requestOptions);
        answered(endpoint);
        return result as never;
      } catch (error) {
        // a verdict of the chain is the same everywhere; a transaction is offered to one node, which may have taken it
        if (isVerdict(error) || isSend(args)) throw error;
        failed(endpoint);
        last = error;
      }
    }
    throw last;
  };

  return {
    ranked,
    sawHead(endpoint, number) {
      const known = health.get(endpoint);
      if (known !== undefined) known.head = number;
      answered(endpoint);
    },
    stale: () => endpoints.filter(isStale),
    request,
  };
}

/** Endpoints over HTTP. */
export function httpEndpoints(urls: readonly string[], timeoutMs: number): Endpoint[] {
  return urls.map((url) => {
    const transport = http(url, {
      timeout: timeoutMs,
      retryCount: RETRIES,
      retryDelay: 100,
      fetchFn: (input, init) => fetchWithin(timeoutMs, input, init),
    })({});
    return { name: new URL(url).host, request: transport.request };
  });
}

/** viem's own timeout ends with the head of an answer: a body that comes byte by byte would keep the keeper for as long as it likes. */
function fetchWithin(
  timeoutMs: number,
  input: string | URL | Request,
  init: RequestInit = {},
): Promise<Response> {
  const signals = [init.signal, AbortSignal.timeout(timeoutMs)].filter((signal) => signal != null);
  return fetch(input, { ...init, signal: AbortSignal.any(signals) });
}

/** A viem transport over all endpoints. */
export function poolTransport(pool: EndpointPool): CustomTransport {
  return custom({ request: pool.request }, { retryCount: 0 });
}

const isSend = (args: unknown): boolean =>
  typeof args === 'object' && args !== null && Reflect.get(args, 'method') === 'eth_sendRawTransaction';

/** Whether an error says that a call reverts: another node would say the same. */
export function isVerdict(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, ++depth) {
    if (Reflect.get(at, 'code') === 3 || /revert/i.test(at.message)) return true;
  }
  return false;
}
