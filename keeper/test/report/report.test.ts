import { expect } from 'chai';
import { toLine } from '../../src/report/events.ts';
import { toPlain } from '../../src/report/logger.ts';
import { createMetrics } from '../../src/report/metrics.ts';
import { startStatusServer } from '../../src/report/server.ts';

describe('reports', () => {
  it('answers readiness by progress, not by being there', async () => {
    const metrics = createMetrics();
    const { registry, liquidations } = metrics;
    let problem: string | undefined = 'no block has been dealt with yet';
    const server = await startStatusServer({ host: '127.0.0.1', port: 0, registry, problem: () => problem });
    const get = async (path: string): Promise<[number, string]> => {
      const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
      return [response.status, await response.text()];
    };
    try {
      expect(await get('/healthz')).to.deep.equal([200, 'running\n']);
      expect(await get('/readyz')).to.deep.equal([503, 'no block has been dealt with yet\n']);
      problem = undefined;
      expect(await get('/readyz')).to.deep.equal([200, 'ready\n']);
      liquidations.inc(2);
      metrics.setSkipped(new Map([['priceStale', 3]]));
      const [, text] = await get('/metrics');
      expect(text).to.contain('novate_keeper_liquidations_total 2');
      expect(text).to.contain('novate_keeper_skipped{reason="priceStale"} 3');
      expect((await get('/else'))[0]).to.equal(404);
    } finally {
      await server.close();
    }
  });

  it('keeps the metrics of two keepers apart', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.liquidations.inc();
    expect(await other.registry.metrics()).to.contain('novate_keeper_liquidations_total 0');
  });

  it('writes one line per event: blocks as numbers, amounts as exact strings', () => {
    const line = toLine({
      event: 'liquidation',
      account: 2n ** 200n,
      block: 5n,
      txHash: '0x12',
      gasUsed: 21_000n,
      penalty: 10n ** 18n + 1n,
      incentive: 0n,
      equityBefore: -3n,
      mmBefore: 4n,
      equityAfter: 0n,
      mmAfter: 0n,
      badDebtCovered: 0n,
      badDebtRemaining: 0n,
    });
    expect(line.endsWith('\n')).to.equal(true);
    expect(JSON.parse(line)).to.include({
      block: 5,
      gasUsed: 21_000,
      penalty: '1000000000000000001',
      equityBefore: '-3',
      account: (2n ** 200n).toString(),
    });
  });

  it('writes plain lines for people', () => {
    const line = JSON.stringify({ level: 40, time: 0, msg: 'outbid', nonce: 3, tx: '0x1' });
    expect(toPlain(line)).to.equal('00:00:00 WARN  outbid  nonce=3 tx=0x1\n');
  });
});
