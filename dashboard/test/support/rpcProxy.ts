import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** Stands between the page and the node: it can die and return, and tell of accounts that are not there. */
export interface RpcProxy {
  readonly url: string;
  /** Refuses connections, as a node that has ended does. */
  die(): Promise<void>;
  revive(): Promise<void>;
  /** When calls of contracts were answered, milliseconds since 1970, oldest first. */
  readonly callsAnsweredAt: readonly number[];
  close(): Promise<void>;
}

const CORS = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };

/** @param invented JSON of logs, comma-separated, that the first answer about the oldest blocks begins with */
export async function startRpcProxy(target: string, invented?: string): Promise<RpcProxy> {
  const callsAnsweredAt: number[] = [];
  const handler = (request: IncomingMessage, response: ServerResponse): void => {
    pass(request, response, target, invented, callsAnsweredAt).catch(() =>
      response.writeHead(502, CORS).end(),
    );
  };
  let server: Server | undefined = createServer(handler);
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => server?.once('error', reject).listen(port, '127.0.0.1', resolve));
  await listen(0);
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  const die = (): Promise<void> =>
    new Promise((resolve) => {
      if (server === undefined) return resolve();
      server.closeAllConnections();
      server.close(() => resolve());
      server = undefined;
    });
  return {
    url: `http://127.0.0.1:${port}`,
    callsAnsweredAt,
    die,
    async revive() {
      server = createServer(handler);
      await listen(port);
    },
    close: die,
  };
}

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  target: string,
  invented: string | undefined,
  callsAnsweredAt: number[],
): Promise<void> {
  if (request.method === 'OPTIONS') return void response.writeHead(204, CORS).end();
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  const answer = await fetch(target, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const text = await answer.text();
  if (body.includes('"eth_call"')) response.once('finish', () => callsAnsweredAt.push(now()));
  response.writeHead(200, { ...CORS, 'content-type': 'application/json' });
  response.end(
    invented === undefined || !asksForAllLogs(body)
      ? text
      : text.replace('"result":[', `"result":[${invented},`),
  );
}

/** Milliseconds since 1970, finer than Date.now. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

/** The follower's first question: every event from the first block on. */
function asksForAllLogs(body: string): boolean {
  return (
    body.includes('eth_getLogs') && body.includes('"fromBlock":"0x0"') && !body.includes('"topics":["0x')
  );
}
