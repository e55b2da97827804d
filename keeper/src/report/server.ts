import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

export interface StatusServer {
  readonly port: number;
  close(): Promise<void>;
}

export interface StatusOptions {
  readonly host: string;
  readonly port: number;
  readonly registry: Registry;
  /** Undefined while the keeper makes progress, else why not. */
  readonly problem: () => string | undefined;
  /** Why only a restart helps, if so. */
  readonly stuck?: () => string | undefined;
}

/**
 * `/healthz` says whether ticks come to an end, well or not (503 where only a restart helps), `/readyz` whether it keeps up with the chain (503 and the reason where not),
 * `/metrics` everything measured.
 */
export async function startStatusServer({
  host,
  port,
  registry,
  problem,
  stuck = () => undefined,
}: StatusOptions): Promise<StatusServer> {
  const server = createServer((request, response) => {
    const answer = (status: number, text: string, type = 'text/plain'): void => {
      response.writeHead(status, { 'content-type': type }).end(text);
    };
    switch (request.url) {
      case '/healthz': {
        const reason = stuck();
        return reason === undefined ? answer(200, 'running\n') : answer(503, `${reason}\n`);
      }
      case '/readyz': {
        const reason = problem();
        return reason === undefined ? answer(200, 'ready\n') : answer(503, `${reason}\n`);
      }
      case '/metrics':
        registry.metrics().then(
          (text) => answer(200, text, registry.contentType),
          () => answer(500, 'metrics cannot be read\n'),
        );
        return;
      default:
        return answer(404, 'there are /healthz, /readyz and /metrics\n');
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  const bound = server.address();
  return {
    port: isBound(bound) ? bound.port : port,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function isBound(address: ReturnType<ReturnType<typeof createServer>['address']>): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
