import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { DIST } from './paths.ts';

export interface DashboardOptions {
  /** What the page connects to when its address says nothing else; the fields of the page's settings. */
  readonly config: {
    readonly rpcUrl: string;
    readonly lens: string;
    readonly chainId: string;
    readonly metricsUrl?: string;
  };
  /** A keeper's `/metrics`, passed on at this server's own `/metrics`: browsers may not ask the keeper itself. */
  readonly keeperMetrics?: string | undefined;
  /** Taken if it is free, else any. */
  readonly port?: number;
}

export interface DashboardServer {
  readonly url: string;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const HEADERS = {
  // the page may ask any node; everything else is its own
  'content-security-policy':
    "default-src 'self'; connect-src * data:; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Serves the built page to this machine only. */
export async function serveDashboard(options: DashboardOptions): Promise<DashboardServer> {
  const server = createServer((request, response) => {
    answer(request, response, options).catch(() => send(response, 500, 'text/plain', 'cannot be read\n'));
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject).listen(port, HOST, () => {
        server.off('error', reject);
        resolve();
      });
    });
  await listen(options.port ?? 0).catch(() => listen(0));
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return {
    url: `http://${HOST}:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { config, keeperMetrics }: DashboardOptions,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return send(response, 405, 'text/plain', 'only GET is served\n');
  const { pathname } = new URL(request.url ?? '/', `http://${HOST}`);
  if (pathname === '/config.json') return send(response, 200, TYPES['.json'], JSON.stringify(config));
  if (pathname === '/metrics') return sendMetrics(response, keeperMetrics);
  const path = fileOf(pathname);
  const body = path === undefined ? undefined : await readFile(path).catch(() => undefined);
  if (path === undefined || body === undefined)
    return send(response, 404, 'text/plain', 'there is no such page\n');
  // names in assets/ hold a hash of what is in them
  const cache = pathname.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
  send(response, 200, TYPES[extname(path)], body, cache);
}

/** The file of a path; undefined for one outside the built page. */
function fileOf(pathname: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  const path = normalize(join(DIST, decoded === '/' ? 'index.html' : decoded));
  return path.startsWith(DIST + sep) && !path.includes('\0') ? path : undefined;
}

async function sendMetrics(response: ServerResponse, url: string | undefined): Promise<void> {
  if (url === undefined) return send(response, 404, 'text/plain', 'there is no keeper\n');
  try {
    const metrics = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    send(response, metrics.status, 'text/plain; charset=utf-8', await metrics.text());
  } catch {
    send(response, 502, 'text/plain', 'the keeper does not answer\n');
  }
}

function send(
  response: ServerResponse,
  status: number,
  type: string | undefined,
  body: string | Buffer,
  cache = 'no-store',
): void {
  response
    .writeHead(status, {
      ...HEADERS,
      'content-type': type ?? 'application/octet-stream',
      'cache-control': cache,
    })
    .end(body);
}
