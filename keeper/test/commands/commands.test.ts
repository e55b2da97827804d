import { expect } from 'chai';
import { ETH, BTC, parseWad } from '@novate/sdk';
import { takeFlags } from '../../src/commands/ownFlags.ts';
import { formatStatus, parseMetrics, readStatus, toStatus } from '../../src/commands/status.ts';
import { formatStress, stress } from '../../src/commands/stress.ts';
import { runCommand } from '../../src/commands/run.ts';
import { ConfigError } from '../../src/config/index.ts';
import { explainAccount, redecide } from '../../src/lookback/redecide.ts';
import type { Terms } from '../../src/lookback/redecide.ts';
import { syntheticBook } from '../../src/lookback/syntheticBook.ts';
import { createMirror } from '../../src/mirror/mirror.ts';
import { createMetrics } from '../../src/report/metrics.ts';
import { startStatusServer } from '../../src/report/server.ts';
import { account, board, INSURANCE, ledgerOf, market, references, usd } from '../helpers/world.ts';

const terms: Terms = {
  own: 1n,
  gasCost: usd(20),
  mode: 'profit',
  minProfit: 0n,
  limit: 1,
  basketChoice: 'pro-rata',
};
const sum = (rows: readonly { liquidatable: number }[]): number =>
  rows.reduce((all, { liquidatable }) => all + liquidatable, 0);

describe('commands', () => {
  it('take their own flags, and leave settings alone', () => {
    const taken = takeFlags(
      ['--json', '--block=7', '--rpc-url', 'http://x', '--account', '0x1'],
      ['block', 'account'],
    );
    expect(taken).to.deep.equal({
      json: true,
      values: { block: '7', account: '0x1' },
      rest: ['--rpc-url', 'http://x'],
    });
    expect(() => takeFlags(['--block'], ['block'])).to.throw(ConfigError);
  });

  it('stress: what a crash would ask for grows with the crash, and rests on the seed alone', () => {
    const moves = ['-0.4', '-0.2', '-0.05'].map((move) => parseWad(move));
    const rows = stress(syntheticBook(300, 7), { ...terms, limit: Infinity }, moves);
    expect(rows).to.deep.equal(stress(syntheticBook(300, 7), { ...terms, limit: Infinity }, moves));
    const [deep, some, none] = rows;
    expect(deep?.liquidatable).to.be.greaterThan(some?.liquidatable ?? 0);
    expect(none?.liquidatable).to.equal(0);
    expect(Number(deep?.capital)).to.be.greaterThan(Number(some?.capital));
    expect(Number(deep?.gas)).to.equal(20 * (deep?.liquidatable ?? 0));
    expect(sum(rows)).to.be.greaterThan(50);
    expect(formatStress(rows, false).text.split('\n')).to.have.length(4);
  });

  it('replay: say why each account would have been liquidated or not', () => {
    const ledger = ledgerOf({
      [Number(INSURANCE)]: account({ cash: 1_000_000 }),
      11: account({ cash: 100, perps: { [ETH]: [10, 3_000] } }),
      12: account({ cash: 900, perps: { [ETH]: [10, 3_000] } }),
      13: account({ cash: 9_000, perps: { [ETH]: [10, 3_000] } }),
      14: account({ cash: 10, perps: { [ETH]: [0.1, 3_000] } }),
      15: account({ cash: 10, perps: { 3: [1, 10] } }),
    });
    const mirror = createMirror('0x1111111111111111111111111111111111111111');
    mirror.load(ledger);
    const book = { mirror, board: board({ [ETH]: market(3_000), [BTC]: market(90_000) }, [3]), references };
    const decision = redecide(book, terms);
    const verdicts = [11n, 12n, 13n, 14n, 15n, 16n].map((id) => {
      const { verdict, reason } = explainAccount(
        id,
        book,
        terms,
        Math.max(0, decision.unhealthy.indexOf(id)),
      );
      return [verdict, reason.split(':', 1)[0]];
    });
    expect(verdicts).to.deep.equal([
      ['liquidate', 'below its margin by 4370 USD'],
      ['skip', 'beyondTickLimit'],
      ['healthy', 'equity was at or above its maintenance margin'],
      ['skip', 'unprofitable'],
      ['unknown', 'no price of underlying 3'],
      ['unknown', 'it did not exist at that block'],
    ]);
    // as the decision itself says
    expect(decision.candidates.map(({ account: id }) => id)).to.deep.equal([11n]);
  });

  it('status: a table and an exit code out of what the keeper serves', async () => {
    const metrics = createMetrics();
    metrics.headLag.set(2);
    metrics.setSkipped(new Map([['unprofitable', 3]]));
    metrics.tickSeconds.observe(0.02);
    metrics.duties.inc({ duty: 'flag' }, 4);
    metrics.nonceGap.set(1);
    let problem: string | undefined = 'no block dealt with for 60 s';
    const server = await startStatusServer({
      host: '127.0.0.1',
      port: 0,
      registry: metrics.registry,
      problem: () => problem,
    });
    try {
      const base = `http://127.0.0.1:${server.port}`;
      const status = await readStatus(base);
      expect(status).to.deep.include({ ready: false, problem, headLagBlocks: 2, journal: null });
      expect(status.funnel.skipped).to.deep.equal({ unprofitable: 3 });
      expect(status.transactions).to.deep.include({ nonceGap: 1, duties: { flag: 4 } });
      expect(status.tick).to.deep.equal({ count: 1, meanMs: 20, p99BelowMs: 25 });
      expect(formatStatus(status, false).code).to.equal(1);
      expect(formatStatus(status, false).text).to.match(/unprofitable +3/);
      problem = undefined;
      const { text, code } = await runCommand('status', ['--json', '--url', base], {});
      expect([code, (JSON.parse(text) as { ready: boolean }).ready]).to.deep.equal([0, true]);
    } finally {
      await server.close();
    }
    const refused = await runCommand('status', ['--url', 'http://127.0.0.1:1'], {}).catch((e: unknown) => e);
    expect(refused).to.be.instanceOf(ConfigError);
  });

  it('status: reads every sample of the registry', async () => {
    const samples = parseMetrics(await createMetrics().registry.metrics());
    expect(samples.length).to.be.greaterThan(30);
    expect(toStatus(samples, null).tick.p99BelowMs).to.equal(null);
  });
});
