import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isHex } from 'viem';
import { messageOf } from '../execute/classify.ts';
import type { Logger } from '../report/logger.ts';
import type { Inbox } from './inbox.ts';
import { OrderRefusedError } from './refusal.ts';

const MAX_BODY_BYTES = 16_384;
/** What is judged at a time: each order costs the node some reads. */
const MOST_AT_ONCE = 16;
const REQUEST_TIMEOUT_MS = 10_000;

export interface InboxServer {
  readonly port: number;
  close(): Promise<void>;
}

export interface InboxServerOptions {
  readonly host: string;
  readonly port: number;
  readonly inbox: Inbox;
  readonly log: Logger;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

/**
 * `POST /orders` takes a signed trigger order as JSON (the SDK's `orderToJson`): 201 and its hash, 200 where it is there
 * already, 422 and the reason where it is refused. `GET /orders/HASH` says what has become of it.
 */
export async function startInboxServer({ host, port, inbox, log }: InboxServerOptions): Promise<InboxServer> {
  let busy = 0;
  const server = createServer((request, response) => {
    if (busy >= MOST_AT_ONCE)
      return send(response, problem(503, 'busy', 'too many requests at once; try again'));
    busy++;
    answer(request, inbox)
      .catch((error: unknown) => {
        // of the node or the store, not of the order
        log.warn({ message: messageOf(error) }, 'an order could not be judged');
        return problem(503, 'unavailable', 'the order could not be checked against the chain now; try again');
      })
      .then((done) => send(response, done))
      .finally(() => void busy--)
      .catch(() => undefined);
  });
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : port,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function answer(request: IncomingMessage, inbox: Inbox): Promise<Answer> {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  if (path === '/orders' && request.method === 'POST') return take(request, inbox);
  const [, hash] = /^\/orders\/(0x[0-9a-fA-F]{64})$/.exec(path) ?? [];
  if (request.method === 'GET' && isHex(hash)) {
    const found = await inbox.find(lower(hash));
    return found === undefined
      ? problem(404, 'unknown', 'no such order was left here')
      : { status: 200, body: found };
  }
  return problem(404, 'unknown', 'there are POST /orders and GET /orders/HASH');
}

async function take(request: IncomingMessage, inbox: Inbox): Promise<Answer> {
  // another page's form cannot send this type without being allowed to
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    return problem(415, 'malformed', 'send the order as application/json');
  }
  const announced = Number(request.headers['content-length'] ?? 0);
  const text = announced > MAX_BODY_BYTES ? undefined : await readBody(request);
  if (text === undefined) return problem(413, 'malformed', `an order has at most ${MAX_BODY_BYTES} bytes`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return problem(400, 'malformed', 'the body is not valid JSON');
  }
  try {
    const receipt = await inbox.take(json);
    return { status: receipt.known ? 200 : 201, body: receipt };
  } catch (error) {
    if (!(error instanceof OrderRefusedError)) throw error;
    return problem(error.code === 'tooMany' ? 429 : 422, error.code, error.message);
  }
}

/** Undefined where it is too long. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    if (!Buffer.isBuffer(part)) continue;
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function problem(status: number, error: string, message: string): Answer {
  return { status, body: { error, message } };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

const lower = (hash: `0x${string}`): `0x${string}` => `0x${hash.slice(2).toLowerCase()}`;
