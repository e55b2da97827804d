import { createServer, request as forward } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a proxy does wrong. Nothing unless given; all of it may change at any time. */
export interface Faults {
  /** Each answer comes so much later. */
  readonly latencyMs?: number;
  /** Connections are closed before there is an answer. */
  readonly reset?: boolean;
  /** Connections are closed in the middle of the answer. */
  readonly cut?: boolean;
  /** Answers come in pieces of so many bytes, one each 50 ms. */
  readonly dripBytes?: number;
  /** The head stays at this block; what is asked of later ones is not there. */
  readonly frozenHead?: bigint;
  /** The head is said to be so many blocks further on, with a hash that nobody else has. */
  readonly lyingHead?: bigint;
  /** Calls are answered as of this block, whichever is asked for. */
  readonly oldCalls?: bigint;
  readonly missingLogs?: boolean;
  readonly doubledLogs?: boolean;
  /** Methods that are answered by an error, and not passed on. */
  readonly errors?: Readonly<Record<string, { readonly code: number; readonly message: string }>>;
  /** Methods that are passed on, but whose answer gets lost. */
  readonly lost?: readonly string[];
  /** Methods that are answered by this, and not passed on. */
  readonly canned?: Readonly<Record<string, unknown>>;
  /** Called as a request comes in, before the node has it; the answer gets lost. */
  readonly before?: Readonly<Record<string, () => void>>;
  /** Called once the node has answered; the answer gets lost. */
  readonly after?: Readonly<Record<string, () => void>>;
  /** Requests by WebSocket get no answer. */
  readonly deafSocket?: boolean;
}

/** A JSON-RPC endpoint before a real node, HTTP and WebSocket on one port. */
export interface FaultProxy {
  readonly url: string;
  readonly wsUrl: string;
  faults: Faults;
  /** How often each method was asked for. */
  readonly asked: ReadonlyMap<string, number>;
  /** How many WebSockets were opened. */
  readonly sockets: number;
  dropSockets(): void;
  close(): Promise<void>;
}

interface Call {
  readonly id: unknown;
  readonly method: string;
  readonly params?: readonly unknown[];
}

type Answer = Record<string, unknown>;

/**
 * @param node Address of the real node.
 * @param onCall Told of each request by HTTP as soon as it has arrived.
 */
export async function startFaultProxy(
  node: string,
  onCall: (method: string) => void = () => undefined,
): Promise<FaultProxy> {
  const asked = new Map<string, number>();
  const open = new Set<Socket>();
  const tunnels = new Set<Socket>();
  let count = 0;
  const target = new URL(node);

  const proxy = {
    url: '',
    wsUrl: '',
    faults: {} as Faults,
    asked,
    get sockets() {
      return count;
    },
    dropSockets: () => tunnels.forEach((socket) => socket.destroy()),
    close: () =>
      new Promise<void>((resolve) => {
        open.forEach((socket) => socket.destroy());
        server.close(() => resolve());
      }),
  };

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(incoming);
    const call = JSON.parse(body) as Call;
    asked.set(call.method, (asked.get(call.method) ?? 0) + 1);
    onCall(call.method);
    const { faults } = proxy;
    if (faults.reset === true) return void incoming.socket.destroy();
    const before = faults.before?.[call.method];
    if (before !== undefined) {
      before();
      return void incoming.socket.destroy();
    }
    if (faults.latencyMs !== undefined) await sleep(faults.latencyMs);
    const error = faults.errors?.[call.method];
    if (error !== undefined) return send(response, { jsonrpc: '2.0', id: call.id, error }, faults);
    const canned = faults.canned?.[call.method];
    if (canned !== undefined) return send(response, { jsonrpc: '2.0', id: call.id, result: canned }, faults);
    const result = await behave(call, faults, (next) => ask(target, next));
    const after = faults.after?.[call.method];
    after?.();
    if (after !== undefined || faults.lost?.includes(call.method) === true)
      return void incoming.socket.destroy();
    await send(response, result, faults);
  }

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch(() => incoming.socket.destroy());
  });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
  });
  server.on('upgrade', ({ headers, url = '/' }: IncomingMessage, client: Socket) => {
    count++;
    tunnels.add(client);
    const upstream = connect(Number(target.port), target.hostname, () => {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
      upstream.write(`GET ${url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      client.on('data', (data) => void (proxy.faults.deafSocket !== true && upstream.write(data)));
      upstream.on('data', (data) => void (proxy.faults.deafSocket !== true && client.write(data)));
    });
    const end = (): void => {
      tunnels.delete(client);
      client.destroy();
      upstream.destroy();
    };
    client.on('close', end).on('error', end);
    upstream.on('close', end).on('error', end);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  proxy.url = `http://127.0.0.1:${port}`;
  proxy.wsUrl = `ws://127.0.0.1:${port}`;
  return proxy;
}

const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** The node's answer, as the faults would have it. */
async function behave(call: Call, faults: Faults, pass: (call: Call) => Promise<Answer>): Promise<Answer> {
  const { frozenHead, lyingHead } = faults;
  const [first] = call.params ?? [];
  const ofHead = call.method === 'eth_getBlockByNumber' && first === 'latest';
  if (frozenHead !== undefined) {
    if (ofHead) return pass({ ...call, params: [hex(frozenHead), false] });
    if (call.method === 'eth_blockNumber') return { jsonrpc: '2.0', id: call.id, result: hex(frozenHead) };
  }
  const old = faults.oldCalls !== undefined && call.method === 'eth_call';
  const answer = await pass(old ? { ...call, params: [first, hex(faults.oldCalls ?? 0n)] } : call);
  const { result } = answer;
  if (lyingHead !== undefined && ofHead && isRecord(result)) {
    const number = hex(BigInt(String(result['number'])) + lyingHead);
    const hash = `0x${'1e'.repeat(32)}`;
    return { ...answer, result: { ...result, number, hash, parentHash: `0x${'1d'.repeat(32)}` } };
  }
  if (call.method !== 'eth_getLogs' || !Array.isArray(result)) return answer;
  if (faults.missingLogs === true) return { ...answer, result: [] };
  if (faults.doubledLogs === true)
    return { ...answer, result: [...(result as unknown[]), ...(result as unknown[])] };
  return answer;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

async function send(response: ServerResponse, answer: Answer, { cut, dripBytes }: Faults): Promise<void> {
  const body = Buffer.from(JSON.stringify(answer));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  if (cut === true) {
    response.write(body.subarray(0, body.length >> 1), () => response.destroy());
    return;
  }
  if (dripBytes === undefined) return void response.end(body);
  for (let i = 0; i < body.length && !response.destroyed; i += dripBytes) {
    response.write(body.subarray(i, i + dripBytes));
    await sleep(50);
  }
  response.end();
}

async function ask(target: URL, call: Call): Promise<Answer> {
  const body = JSON.stringify({ jsonrpc: '2.0', ...call });
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const text = await new Promise<string>((resolve, reject) => {
    const outgoing = forward(target, { method: 'POST', headers }, (incoming) => {
      textOf(incoming).then(resolve, reject);
    });
    outgoing.on('error', reject).end(body);
  });
  return JSON.parse(text) as Answer;
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
