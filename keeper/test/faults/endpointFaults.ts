import type { Arena } from './arena.ts';
import { PATIENCE_MS } from './arena.ts';
import type { Faults } from './faultProxy.ts';

/** Endpoints that misbehave, all or one of three. */
export function endpointFaults(arena: Arena): void {
  const failing = (method: string): Faults => ({
    errors: { [method]: { code: -32005, message: 'limit exceeded' } },
  });

  it('latency', () => arena.round('latency', () => arena.all({ latencyMs: 150 })));
  it('resets', () => arena.round('resets', () => arena.all({ reset: true })));
  it('cuts', () => arena.round('cuts', () => arena.all({ cut: true })));
  it('slow drip', () => arena.round('drip', () => arena.all({ dripBytes: 1 })));
  it('errors of eth_getLogs', () => arena.round('logErrors', () => arena.all(failing('eth_getLogs'))));
  it('errors of eth_call', () => arena.round('callErrors', () => arena.all(failing('eth_call'))));

  it('errors of eth_sendRawTransaction, and lost answers', async () => {
    arena.done.add('sendErrors');
    const from = (await arena.latest()) + 1n;
    arena.all(failing('eth_sendRawTransaction'));
    await arena.raise();
    await arena.keeper.ticked(await arena.latest(), PATIENCE_MS);
    arena.all({ lost: ['eth_sendRawTransaction'] });
    await arena.recover(from);
  });

  it('a head that stands still', () =>
    arena.round('frozenHead', async () => arena.all({ frozenHead: await arena.latest() })));

  it('one endpoint that stands still', () =>
    arena.round('oneFrozen', async () => arena.first({ frozenHead: await arena.latest() })));
  it('one endpoint that makes up a head', () =>
    arena.round('oneLies', () => arena.first({ lyingHead: 50n })));
  it('one endpoint that leaves out logs', () =>
    arena.round('oneMissing', () => arena.first({ missingLogs: true })));
  it('one endpoint that doubles logs', () =>
    arena.round('oneDoubled', () => arena.first({ doubledLogs: true })));

  it('one endpoint that answers calls with former prices', () =>
    arena.round('oneOld', async () => arena.first({ oldCalls: await arena.latest() })));

  it('a WebSocket that is dropped, and one that says nothing', () =>
    arena.round('socket', () => {
      arena.dropSockets();
      arena.first({ deafSocket: true });
    }));
}
