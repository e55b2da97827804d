import { connect } from 'node:net';
import { createKeeperClient } from '../chain/viemChain.ts';
import type { KeeperConfig } from '../config/index.ts';
import { messageOf } from '../execute/classify.ts';
import type { Check } from '../startupChecks.ts';

type Verdict = Pick<Check, 'ok' | 'warning' | 'message'>;

/**
 * The private endpoint, if there is one: whether it can be reached, is on the chain of `rpcUrl`, and hides anything at all. Relays may
 * answer nothing but eth_sendRawTransaction, and a transaction is not sent to try: what answers and does not say its chain is a warning.
 */
export async function checkPrivateEndpoint(config: KeeperConfig): Promise<Check[]> {
  const { rpcUrl, rpcFallbackUrls, privateRpcUrl, rpcTimeoutMs } = config;
  if (privateRpcUrl === undefined) return [];
  const url = new URL(privateRpcUrl);
  const isPublic = [rpcUrl, ...rpcFallbackUrls].some((other) => new URL(other).href === url.href);
  const shared: Verdict = {
    ok: true,
    warning: true,
    message: `${url.origin} is privateRpcUrl and a public endpoint too: nothing is hidden; give the address of a private relay`,
  };
  const [found, wanted] = await Promise.all([
    askChain(privateRpcUrl, rpcTimeoutMs),
    askChain(rpcUrl, rpcTimeoutMs),
  ]);
  const verdict =
    'error' in found
      ? await verdictOnError(url, found.error, rpcTimeoutMs)
      : verdictOnChain(url.origin, found.chainId, 'error' in wanted ? config.chainId : wanted.chainId);
  return [verdict, ...(isPublic ? [shared] : [])].map((one) => ({ name: 'private', ...one }));
}

/** @property chainId Undefined where the answer is no number. */
type Asked = { readonly chainId: number | undefined } | { readonly error: unknown };

async function askChain(url: string, timeoutMs: number): Promise<Asked> {
  try {
    const answer: unknown = await createKeeperClient(url, timeoutMs).request({ method: 'eth_chainId' });
    return {
      chainId: typeof answer === 'string' && /^0x[0-9a-f]+$/i.test(answer) ? Number(answer) : undefined,
    };
  } catch (error) {
    return { error };
  }
}

function verdictOnChain(name: string, found: number | undefined, wanted: number | undefined): Verdict {
  if (found === undefined) return silent(name, 'no chain id');
  if (wanted === undefined) {
    const message = `${name}: the private endpoint is on chain ${found}; rpcUrl does not say which is right`;
    return { ok: true, warning: true, message };
  }
  const ok = found === wanted;
  const message = ok
    ? `${name}: the private endpoint is on chain ${found}`
    : `${name}: the private endpoint is on chain ${found}, rpcUrl on ${wanted}; check privateRpcUrl`;
  return { ok, message };
}

async function verdictOnError(url: URL, error: unknown, timeoutMs: number): Promise<Verdict> {
  const { origin } = url;
  const answered = answerIn(error);
  if (answered !== undefined) return silent(origin, answered);
  if (isTimeout(error) && (await takesConnections(url, timeoutMs)))
    return silent(origin, 'no answer in time');
  const message = `${origin}, the private endpoint, cannot be reached (${messageOf(error)}); check privateRpcUrl`;
  return { ok: false, message };
}

/** Something is there, and may or may not be on the right chain. */
function silent(name: string, why: string): Verdict {
  const message =
    `${name}: the private endpoint does not tell its chain (${why}); many relays take only transactions: ` +
    'see that its address and key are right, and that it is for this chain';
  return { ok: true, warning: true, message };
}

/** What the endpoint itself said: a JSON-RPC error, or an HTTP status. Undefined where the network failed. */
function answerIn(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 12; at = at.cause, ++depth) {
    const status: unknown = Reflect.get(at, 'status');
    if (typeof status === 'number') return `HTTP status ${status}`;
    // not the class that wraps whatever is not known, and says -1
    if (at.name === 'RpcRequestError') return `error ${String(Reflect.get(at, 'code'))}`;
  }
  return undefined;
}

function isTimeout(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 12; at = at.cause, ++depth) {
    if (at.name === 'TimeoutError') return true;
  }
  return false;
}

/** Tells a relay that is silent from a machine that is not there: a firewall lets both time out. */
function takesConnections({ protocol, hostname, port }: URL, timeoutMs: number): Promise<boolean> {
  const usual = protocol === 'https:' ? 443 : 80;
  return new Promise((resolve) => {
    const socket = connect(port === '' ? usual : Number(port), hostname.replace(/^\[|\]$/g, ''));
    const end = (taken: boolean): void => {
      socket.destroy();
      resolve(taken);
    };
    socket.setTimeout(timeoutMs, () => end(false));
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}
