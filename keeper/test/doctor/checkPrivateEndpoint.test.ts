import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { checkPrivateEndpoint } from '../../src/doctor/checkPrivateEndpoint.ts';
import type { Check } from '../../src/startupChecks.ts';
import { freePort } from '../../../cli/src/local/freePort.ts';
import { configOf } from '../helpers/keeperRun.ts';

const at = (digit: string): string => `0x${digit.repeat(40)}`;
const addresses = {
  clearinghouse: at('1'),
  liquidator: at('2'),
  orderMatcher: at('3'),
  riskEngine: at('4'),
  priceRouter: at('5'),
  marginLens: at('6'),
};
const KEY = 'relay-key-1234';

type Answer = (response: ServerResponse) => void;

const says =
  (answer: object, status = 200): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, ...answer }));
  };
const onChain = (id: number): Answer => says({ result: `0x${id.toString(16)}` });

describe("the doctor's look at a private endpoint", () => {
  const servers: Server[] = [];
  after(() => {
    for (const server of servers) server.closeAllConnections();
    for (const server of servers) server.close();
  });

  async function serve(answer: Answer): Promise<string> {
    const server = createServer(
      (request, response) => void request.resume().on('end', () => answer(response)),
    );
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** @returns one line each: how bad it is, and what is said. */
  async function look(settings: object): Promise<string[]> {
    const common = { addresses, privateKey: `0x${'77'.repeat(32)}`, rpcTimeoutMs: 300 };
    const checks = await checkPrivateEndpoint(await configOf({ ...common, ...settings }));
    const mark = ({ ok, warning }: Check): string => (!ok ? 'fail' : warning === true ? 'warn' : 'ok');
    return checks.map((check) => {
      expect(check.name).to.equal('private');
      expect(check.message).not.to.contain(KEY);
      return `${mark(check)}: ${check.message}`;
    });
  }

  /** What is said of an endpoint that answers so, beside a public one on chain 10. */
  async function lookAt(answer: Answer): Promise<string> {
    const [rpcUrl, hidden] = [await serve(onChain(10)), await serve(answer)];
    const lines = await look({ rpcUrl, privateRpcUrl: `${hidden}/v1/${KEY}` });
    expect(lines).to.have.length(1);
    expect(lines[0]).to.contain(hidden);
    return lines[0] ?? '';
  }

  it('says nothing where there is none', async () => {
    expect(await look({ rpcUrl: await serve(onChain(10)) })).to.deep.equal([]);
  });

  it('is content with the chain of rpcUrl, and with no other', async () => {
    expect(await lookAt(onChain(10))).to.match(/^ok: .* is on chain 10$/);
    expect(await lookAt(onChain(11))).to.match(
      /^fail: .* is on chain 11, rpcUrl on 10; check privateRpcUrl$/,
    );
  });

  it('warns of one that answers, but not to this question', async () => {
    const error = { code: -32601, message: `${KEY} may not ask this` };
    expect(await lookAt(says({ error }))).to.match(/^warn: .*\(error -32601\)/);
    expect(await lookAt(says({ error: { code: -32000, message: KEY } }))).to.match(
      /^warn: .*\(error -32000\)/,
    );
    expect(await lookAt(says({ error }, 403))).to.match(/^warn: .*\((HTTP status 403|error -32601)\)/);
    expect(await lookAt((response) => void response.writeHead(404).end(KEY))).to.match(
      /^warn: .*\(HTTP status 404\)/,
    );
    expect(await lookAt(says({ result: null }))).to.match(/^warn: .*\(no chain id\)/);
    expect(await lookAt(says({ result: 'ten' }))).to.match(/^warn: .*\(no chain id\)/);
    // takes connections, and is silent
    expect(await lookAt(() => undefined)).to.match(/^warn: .*\(no answer in time\)/);
  });

  it('fails where nothing is there, or nothing that speaks JSON-RPC', async () => {
    const rpcUrl = await serve(onChain(10));
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    const [line] = await look({ rpcUrl, privateRpcUrl: `${nowhere}/${KEY}` });
    expect(line).to.match(/^fail: .* cannot be reached/);
    expect(line).to.contain(nowhere);
    expect(await lookAt((response) => response.destroy())).to.match(/^fail: .* cannot be reached/);
    expect(await lookAt((response) => void response.end(`${KEY} is unknown`))).to.match(/^fail: /);
  });

  it('fails where connections are not even taken in time', async () => {
    const full = await startFull();
    try {
      const [line] = await look({
        rpcUrl: await serve(onChain(10)),
        privateRpcUrl: `http://127.0.0.1:${full.port}/${KEY}`,
      });
      expect(line).to.match(/^fail: .* cannot be reached/);
    } finally {
      full.stop();
    }
  });

  it('goes by chainId where rpcUrl does not answer, and warns where nothing says what is right', async () => {
    const rpcUrl = `http://127.0.0.1:${await freePort()}`;
    const privateRpcUrl = `${await serve(onChain(10))}/${KEY}`;
    expect((await look({ rpcUrl, privateRpcUrl, chainId: 10 }))[0]).to.match(/^ok: /);
    expect((await look({ rpcUrl, privateRpcUrl, chainId: 11 }))[0]).to.match(/^fail: .*on 11/);
    expect((await look({ rpcUrl, privateRpcUrl }))[0]).to.match(/^warn: .*does not say which is right/);
  });

  it('warns where it is public too: nothing is hidden', async () => {
    const [rpcUrl, other] = [await serve(onChain(10)), await serve(onChain(10))];
    const first = await look({ rpcUrl, privateRpcUrl: `${rpcUrl}/` });
    expect(first.map((line) => line.slice(0, 4))).to.deep.equal(['ok: ', 'warn']);
    expect(first[1]).to.contain('nothing is hidden');
    const rest = { rpcUrl, rpcFallbackUrls: [`${other}/${KEY}`] };
    expect(await look({ ...rest, privateRpcUrl: `${other}/${KEY}` })).to.have.length(2);
    // another key is another endpoint
    expect(await look({ ...rest, privateRpcUrl: `${other}/${KEY}-2` })).to.have.length(1);
  });
});

/** A port that answers nothing, not even that it is there, as behind a firewall: its queue of connections is full. */
async function startFull(): Promise<{ port: number; stop(): void }> {
  const script = `const server = require('node:net').createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () =>
      process.stdout.write(server.address().port + '\\n', () => { for (;;); }));`;
  const child: ChildProcess = spawn(process.execPath, ['-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const sockets: Socket[] = [];
  const stop = (): void => {
    for (const socket of sockets) socket.destroy();
    child.kill('SIGKILL');
  };
  const [data] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  const port = Number(data.toString());
  for (let i = 0; i < 16; ++i) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    const taken = await Promise.race([
      once(socket, 'connect').then(() => true),
      sleep(200).then(() => false),
    ]);
    if (!taken) return { port, stop };
  }
  stop();
  throw new Error('the queue takes every connection');
}
