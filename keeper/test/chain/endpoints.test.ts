import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { EIP1193RequestFn } from 'viem';
import { classifySendError } from '../../src/execute/classify.ts';
import { agreeingRequest } from '../../src/chain/agree.ts';
import { createEndpointPool, httpEndpoints } from '../../src/chain/endpoints.ts';
import type { Endpoint, EndpointPool } from '../../src/chain/endpoints.ts';
import { createQuorumReader } from '../../src/chain/quorumReader.ts';
import type { ChainReader } from '../../src/chain/types.ts';
import { fakeChain } from '../helpers/fakeChain.ts';
import type { FakeChain } from '../helpers/fakeChain.ts';
import { nodeError } from '../helpers/fakeNode.ts';
import { cashUpdated } from '../helpers/logs.ts';

type Answer = () => unknown;

describe('an endpoint', () => {
  it('that answers byte by byte is given up in time, and may have taken what was sent', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const [endpoint] = httpEndpoints([url], 200);
    const started = performance.now();
    const error = await endpoint
      ?.request({ method: 'eth_sendRawTransaction', params: ['0x00'] })
      .catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(Error);
    expect(performance.now() - started).to.be.lessThan(5_000);
    expect(classifySendError(error)).to.equal('unsure');
    server.closeAllConnections();
    server.close();
  });
});

function endpointOf(name: string, answer: Answer): Endpoint & { asked: number } {
  const endpoint = {
    name,
    asked: 0,
    request: (() => {
      endpoint.asked++;
      return Promise.resolve().then(answer);
    }) as EIP1193RequestFn,
  };
  return endpoint;
}

const fail =
  (error: Error): Answer =>
  () => {
    throw error;
  };

async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    (value) => `no failure but ${String(value)}`,
    (error: unknown) => String(error),
  );
}

describe('several endpoints', () => {
  let now: number;
  const poolOf = (...endpoints: readonly Endpoint[]): EndpointPool =>
    createEndpointPool(endpoints, { maxHeadLag: 3n, nowMs: () => now });
  beforeEach(() => {
    now = 0;
  });

  it('asks the next one where the first does not answer, and for a while the first one last', async () => {
    let up = false;
    const first = endpointOf('a', () => (up ? '0xa' : fail(new Error('socket hang up'))()));
    const second = endpointOf('b', () => '0xb');
    const pool = poolOf(first, second);
    const ask = (): Promise<unknown> => pool.request({ method: 'eth_chainId' });
    for (let i = 0; i < 5; ++i) expect(await ask()).to.equal('0xb');
    expect(first.asked).to.equal(2);
    up = true;
    now = 15_001;
    expect(await ask()).to.equal('0xa');
  });

  it('takes a revert for a verdict, and offers a transaction to one node only', async () => {
    const reverting = endpointOf('a', fail(nodeError('execution reverted', 3)));
    const second = endpointOf('b', () => '0xb');
    const pool = poolOf(reverting, second);
    expect(await messageOf(pool.request({ method: 'eth_chainId' }))).to.contain('reverted');
    const silent = endpointOf('c', fail(new Error('timeout')));
    const sending = poolOf(silent, second).request({ method: 'eth_sendRawTransaction', params: ['0x00'] });
    expect(await messageOf(sending)).to.contain('timeout');
    expect(second.asked).to.equal(0);
  });

  it('asks an endpoint last whose head stands still while others go on', async () => {
    const [a, b] = [endpointOf('a', () => 'a'), endpointOf('b', () => 'b')];
    const pool = poolOf(a, b);
    pool.sawHead(a, 10n);
    pool.sawHead(b, 13n);
    expect(await pool.request({ method: 'eth_chainId' })).to.equal('a');
    pool.sawHead(b, 14n);
    expect(pool.stale().map(({ name }) => name)).to.deep.equal(['a']);
    expect(await pool.request({ method: 'eth_chainId' })).to.equal('b');
    pool.sawHead(a, 14n);
    expect(await pool.request({ method: 'eth_chainId' })).to.equal('a');
  });
});

describe('a quorum for calls', () => {
  const call = { method: 'eth_call', params: [{}, '0x1'] } as const;
  const revert = (): Answer => fail(nodeError('execution reverted', 3));
  const down = (): Answer => fail(new Error('socket hang up'));

  function requestOf(...answers: readonly Answer[]): { request: EIP1193RequestFn; asked: () => number[] } {
    const endpoints = answers.map((answer, i) => endpointOf(String(i), answer));
    const pool = createEndpointPool(endpoints, { maxHeadLag: 3n });
    return { request: agreeingRequest(pool, 2), asked: () => endpoints.map(({ asked }) => asked) };
  }

  it('outvotes the one that says something else, and asks no more than are needed', async () => {
    const lies = requestOf(
      () => '0xbad',
      () => '0x01',
      () => '0x01',
    );
    expect(await lies.request(call)).to.equal('0x01');
    const alike = requestOf(
      () => '0x01',
      () => '0x01',
      () => '0xbad',
    );
    expect(await alike.request(call)).to.equal('0x01');
    expect(alike.asked()).to.deep.equal([1, 1, 0]);
  });

  it('does without one that is down, not without two', async () => {
    expect(
      await requestOf(
        down(),
        () => '0x01',
        () => '0x01',
      ).request(call),
    ).to.equal('0x01');
    const error = await messageOf(requestOf(down(), () => '0x01', down()).request(call));
    expect(error).to.contain('1 of the 2 endpoints');
  });

  it('agrees that an estimate of gas works, for nodes differ in the number', async () => {
    const estimate = { method: 'eth_estimateGas', params: [{}, '0x1'] } as const;
    const old = requestOf(
      revert(),
      () => '0x5208',
      () => '0x5300',
    );
    expect(await old.request(estimate)).to.equal('0x5300');
    const gone = requestOf(revert(), () => '0x5208', revert());
    expect(await messageOf(gone.request(estimate))).to.contain('execution reverted');
  });

  it('agrees on reverts, too, and believes no single one', async () => {
    const both = requestOf(revert(), revert(), () => '0x01');
    expect(await messageOf(both.request(call))).to.contain('reverted');
    const one = requestOf(
      revert(),
      () => '0x01',
      () => '0x01',
    );
    expect(await one.request(call)).to.equal('0x01');
  });

  it('asks the best one alone for what is no call', async () => {
    const { request, asked } = requestOf(
      () => '0x7a69',
      () => '0x1',
      () => '0x1',
    );
    expect(await request({ method: 'eth_chainId' })).to.equal('0x7a69');
    expect(asked()).to.deep.equal([1, 0, 0]);
  });
});

describe('a quorum of endpoints', () => {
  let chains: FakeChain[];
  beforeEach(() => {
    chains = [fakeChain(), fakeChain(), fakeChain()];
    for (const chain of chains)
      chain.mine([cashUpdated(1n, 1n)], [cashUpdated(2n, 2n)], [cashUpdated(3n, 3n)]);
  });

  function readerOf(quorum: number): ChainReader {
    const endpoints = chains.map((_, i) => endpointOf(String(i), () => 'unused'));
    const pool = createEndpointPool(endpoints, { maxHeadLag: 3n });
    return createQuorumReader(pool, ({ name }) => chains[Number(name)] ?? fakeChain(), quorum);
  }
  const all = { addresses: [], topics: [], range: { fromBlock: 0n, toBlock: 3n } };

  it('believes a head that enough endpoints have, however far one runs ahead', async () => {
    chains[0]?.mine([], [], []);
    expect((await readerOf(1).getHead()).number).to.equal(6n);
    expect((await readerOf(2).getHead()).number).to.equal(3n);
    expect((await readerOf(3).getHead()).number).to.equal(3n);
  });

  it('does not believe one that lies about a block, as long as enough others agree', async () => {
    chains[0]?.reorg(2n, [cashUpdated(9n, 9n)]);
    const truth = chains[1]?.head();
    expect((await readerOf(2).getHead()).hash).to.equal(truth?.hash);
    expect((await readerOf(2).getBlock(3n)).hash).to.equal(truth?.hash);
    expect(await messageOf(readerOf(3).getBlock(3n))).to.contain('2 of the 3 endpoints');
  });

  it('finds missing logs, and takes doubled ones from nobody', async () => {
    const [liar] = chains;
    if (liar === undefined) throw new Error('no chain');
    const honest = liar.getLogs.bind(liar);
    liar.getLogs = async (query) => (await honest(query)).slice(1);
    expect(await readerOf(1).getLogs(all)).to.have.length(2);
    expect(await readerOf(2).getLogs(all)).to.have.length(3);
    liar.getLogs = async (query) => {
      const logs = await honest(query);
      return [...logs, ...logs];
    };
    expect(await readerOf(2).getLogs(all)).to.have.length(3);
  });

  it('goes on while enough endpoints answer, and says so when they do not', async () => {
    const down = (): never => {
      throw new Error('down');
    };
    if (chains[0] !== undefined) chains[0].hook = down;
    expect(await readerOf(2).getLogs(all)).to.have.length(3);
    expect((await readerOf(2).getHead()).number).to.equal(3n);
    if (chains[1] !== undefined) chains[1].hook = down;
    expect(await messageOf(readerOf(2).getLogs(all)))
      .to.contain('NoQuorumError')
      .and.to.contain('lower rpcQuorum');
    expect(await messageOf(readerOf(2).getHead())).to.contain('NoQuorumError');
  });
});
