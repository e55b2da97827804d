import { expect } from 'chai';
import { createTimer, createWebSocketWakeUp } from '../../src/chain/wakeUp.ts';
import type { WakeUp } from '../../src/chain/wakeUp.ts';
import { startSocketServer } from '../helpers/socketServer.ts';
import type { SocketServer } from '../helpers/socketServer.ts';

const never = new AbortController().signal;

describe('waking up', () => {
  let server: SocketServer;
  let wakeUp: WakeUp;

  beforeEach(async () => {
    server = await startSocketServer();
    const asked = server.asked();
    wakeUp = createWebSocketWakeUp(server.url, () => undefined);
    await asked;
  });
  afterEach(() => {
    wakeUp.close();
    server.close();
  });

  const announce = (): void => server.send('{"method":"eth_subscription","params":{}}');

  async function took(promise: Promise<void>): Promise<number> {
    const started = performance.now();
    await promise;
    return performance.now() - started;
  }

  it('ends the pause when a block is announced, also one that came while nobody waited', async () => {
    const waiting = took(wakeUp.next(20_000, never));
    announce();
    expect(await waiting).to.be.below(10_000);
    announce();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await took(wakeUp.next(20_000, never))).to.be.below(10_000);
  });

  it('goes on by time alone, and connects again, when the socket breaks', async () => {
    const again = server.asked();
    server.breakAll();
    await wakeUp.next(20_000, never);
    expect(await took(wakeUp.next(50, never))).to.be.below(10_000);
    await again;
    const waiting = took(wakeUp.next(20_000, never));
    announce();
    expect(await waiting).to.be.below(10_000);
  });

  it('ends with the signal, with a socket or without', async () => {
    for (const each of [wakeUp, createTimer()]) {
      const aborter = new AbortController();
      const waiting = took(each.next(20_000, aborter.signal));
      aborter.abort();
      expect(await waiting).to.be.below(10_000);
    }
  });
});
