import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const WHAT_IF = fileURLToPath(new URL('../../src/pages/account/whatIf.ts', import.meta.url));

/** What is measured: sixteen options on two expiries, posted surfaces, a price moved and a trade added. */
const SOURCE = `
import { ETH, parseWad, PRESETS } from '@novate/sdk';
import { computeWhatIf } from ${JSON.stringify(WHAT_IF)};

const now = 1_770_267_600n;
const expiries = [now + 15n * 86_400n, now + 60n * 86_400n];
const surface = (days) => ({
  a: parseWad(String(0.0006 * days)), b: parseWad('0.05'), rho: parseWad('-0.2'), m: 0n, sigma: parseWad('0.1'),
  basis: 0n, timestamp: now - 60n,
});
const legs = Array.from({ length: 16 }, (_, i) => ({
  kind: i % 2 === 0 ? 'call' : 'put', underlying: ETH, expirySec: expiries[i % 2],
  strike: parseWad(String(3_000 + 130 * i)), size: parseWad(i % 3 === 0 ? '1.5' : '-2'),
}));
const market = {
  timestamp: now,
  underlyings: new Map([[ETH, {
    index: parseWad('4000'), premium: parseWad('2'),
    terms: new Map([[expiries[0], surface(15)], [expiries[1], surface(60)]]),
  }]]),
};
const portfolio = { cash: parseWad('60000'), spot: [], legs };

export function measure(times) {
  const took = [];
  for (let i = 0; i < times; i++) {
    const inputs = { moves: new Map([[ETH, (i % 20) / 100]]), underlying: ETH, size: parseWad('1'), takerFeeBps: 5 };
    const { result, curve, milliseconds } = computeWhatIf(portfolio, market, PRESETS.portfolio, inputs);
    if (result === undefined || curve.equity.includes(null)) throw new Error('the twin cannot value it');
    took.push({ milliseconds, drift: Math.abs(curve.equity[20] - Number(result.equity) / 1e18) });
  }
  return took;
}
`;

/** A script for the page that defines `whatIf.measure(times)`, with the code that the account page runs. */
export async function bundleWhatIf(): Promise<string> {
  const bundle = await rolldown({
    input: 'virtual:what-if',
    external: [/^node:/],
    logLevel: 'silent',
    platform: 'browser',
    plugins: [
      {
        name: 'what-if',
        resolveId: (id) => (id === 'virtual:what-if' ? id : null),
        load: (id) => (id === 'virtual:what-if' ? SOURCE : null),
      },
    ],
    resolve: {
      alias: { '@novate/sdk': fileURLToPath(new URL('../../../sdk/src/index.ts', import.meta.url)) },
    },
  });
  const { output } = await bundle.generate({ format: 'iife', name: 'whatIf', minify: true });
  await bundle.close();
  return output[0].code;
}
