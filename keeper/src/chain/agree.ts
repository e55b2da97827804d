import type { EIP1193RequestFn } from 'viem';
import { isVerdict } from './endpoints.ts';
import type { Endpoint, EndpointPool } from './endpoints.ts';

/** Too few endpoints say the same. */
export class NoQuorumError extends Error {
  override readonly name = 'NoQuorumError';

  constructor(what: string, agreed: number, wanted: number, causes: readonly unknown[]) {
    super(
      `${agreed} of the ${wanted} endpoints that are needed agree on ${what}; check the endpoints, or lower rpcQuorum`,
      causes.length === 0 ? undefined : { cause: causes[0] },
    );
  }
}

/** What is asked of several endpoints. */
export interface Question<T> {
  /** For the message where they do not agree. */
  readonly what: string;
  readonly quorum: number;
  /** The best first. */
  readonly endpoints: readonly Endpoint[];
  readonly ask: (endpoint: Endpoint) => Promise<T>;
  /** Answers are alike where this is. */
  readonly digest: (answer: T) => string;
}

/** What `quorum` of the endpoints say alike. @throws NoQuorumError */
export async function agree<T>({ what, quorum, endpoints, ask, digest }: Question<T>): Promise<T> {
  const votes = new Map<string, number>();
  const causes: unknown[] = [];
  const waiting = [...endpoints];
  while (waiting.length > 0) {
    const most = Math.max(0, ...votes.values());
    // no more than are needed are asked
    const asked = waiting.splice(0, Math.max(1, quorum - most));
    const answers = await Promise.allSettled(
      asked.map(async (endpoint) => {
        const value = await ask(endpoint);
        return { value, name: digest(value) };
      }),
    );
    for (const answer of answers) {
      if (answer.status === 'rejected') {
        causes.push(answer.reason);
        continue;
      }
      const { value, name } = answer.value;
      votes.set(name, (votes.get(name) ?? 0) + 1);
      if (votes.get(name) === quorum) return value;
    }
  }
  throw new NoQuorumError(what, Math.max(0, ...votes.values()), quorum, causes);
}

const ESTIMATE = 'eth_estimateGas';
const AGREED: ReadonlySet<string> = new Set(['eth_call', ESTIMATE]);

/** What a call returned, or that it reverts: both are the chain's word, and both can be agreed on. */
type Word = { readonly result: unknown } | { readonly verdict: unknown };

/**
 * Requests where calls count once `quorum` endpoints return the same, and estimates of gas once as many say that it works, for
 * these differ between kinds of nodes; everything else goes to the best endpoint.
 */
export function agreeingRequest(pool: EndpointPool, quorum: number): EIP1193RequestFn {
  return async (args, options) => {
    const method = String(methodOf(args));
    if (quorum === 1 || !AGREED.has(method)) return pool.request(args, options);
    const word = await agree<Word>({
      what: method === ESTIMATE ? 'an estimate of gas' : 'a call',
      quorum,
      endpoints: pool.ranked(),
      digest: (each) => {
        if (!('result' in each)) return 'reverts';
        return method === ESTIMATE ? 'works' : JSON.stringify(each.result);
      },
      async ask({ request }) {
        try {
          return { result: await request(args as never, options) };
        } catch (error) {
          if (!isVerdict(error)) throw error;
          return { verdict: error };
        }
      },
    });
    if ('verdict' in word) throw word.verdict;
    return word.result as never;
  };
}

const methodOf = (args: unknown): unknown =>
  typeof args === 'object' && args !== null ? Reflect.get(args, 'method') : undefined;
