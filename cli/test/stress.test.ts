import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStress } from '../src/stress/runStress.ts';
import { runMargin } from '../src/margin/index.ts';

const market = {
  timestamp: 1_770_267_600,
  profile: 'portfolio',
  underlyings: {
    ETH: {
      index: '3000',
      expiries: {
        '1772784000': {
          forward: '3010',
          svi: { a: '0.012', b: '0.05', rho: '-0.2', m: '0.0', sigma: '0.1' },
        },
      },
    },
  },
};
const portfolio = {
  cash: '600',
  options: [{ underlying: 'ETH', expiry: 1_772_784_000, strike: '3200', type: 'call', size: '-1' }],
};

describe('novate stress', () => {
  const folder = mkdtempSync(join(tmpdir(), 'novate-stress-'));
  const [portfolioPath, marketPath] = [join(folder, 'p.json'), join(folder, 'm.json')];

  before(() => {
    writeFileSync(portfolioPath, JSON.stringify(portfolio));
    writeFileSync(marketPath, JSON.stringify(market));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const run = (json: boolean): string => {
    let text = '';
    const moves = [-(10n ** 17n), 0n, 10n ** 17n];
    runStress({ portfolioPath, marketPath, json, moves, vols: [0n], print: (line) => (text = line) });
    return text;
  };

  it('prints the margin of each move; unmoved it is the margin itself', () => {
    const report = JSON.parse(run(true)) as {
      rows: { move: string; equity: string; maintenanceMargin: string; state: string }[];
      liquidation: { underlyings: { ETH: { lower: string | null; upper: string | null } } };
      greeks: {
        holdings: { kind: string; name: string; delta: string; theta: string }[];
        underlyings: { ETH: { delta: string } };
        totalUsd: { delta: string };
      };
    };
    let margin = '';
    runMargin({ portfolioPath, marketPath, json: true, print: (line) => (margin = line) });
    const still = JSON.parse(margin) as { equity: string; maintenanceMargin: string };
    expect(report.rows.map(({ move }) => move)).to.deep.equal(['-0.1', '0', '0.1']);
    expect(report.rows[1]?.equity).to.equal(still.equity);
    expect(report.rows[1]?.maintenanceMargin).to.equal(still.maintenanceMargin);
    expect(report.liquidation.underlyings.ETH.lower).to.equal(null);
    expect(Number(report.liquidation.underlyings.ETH.upper)).to.be.greaterThan(3_000);
    const { holdings, underlyings, totalUsd } = report.greeks;
    expect(holdings.map(({ kind, name }) => `${kind} ${name}`)).to.deep.equal(['call ETH 2026-03-06 3200']);
    expect(holdings[0]?.delta)
      .to.equal(underlyings.ETH.delta)
      .and.to.match(/^-0\.\d+$/);
    expect(Number(holdings[0]?.delta)).to.be.within(-0.5, -0.2);
    expect(Number(holdings[0]?.theta)).to.be.greaterThan(0);
    expect(Number(totalUsd.delta)).to.be.closeTo(Number(underlyings.ETH.delta) * 3_000, 1e-6);
  });

  it('prints tables for people', () => {
    expect(run(false)).to.match(/maintenance margin[\s\S]*liquidation[\s\S]*up to ten times[\s\S]*Greeks/);
    expect(run(false)).to.match(/^call ETH 2026-03-06 3200 +-0\.\d{4} /m);
  });
});
