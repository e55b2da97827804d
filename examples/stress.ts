// Stress: a portfolio with an option, without any chain. Prices and volatility move together; Greeks; liquidation prices.
import { BTC, ETH, greeks, liquidationPrices, parseWad, PRESETS, stressTable } from '@novate/sdk';
import type { Market, Portfolio } from '@novate/sdk';
import { figure } from './figure.ts';

const now = 1_770_267_600n;
const expirySec = now + 30n * 86_400n;
const smile = { a: '0.012', b: '0.05', rho: '-0.2', m: '0', sigma: '0.1', forward: '4010' };
const term = {
  a: parseWad(smile.a),
  b: parseWad(smile.b),
  rho: parseWad(smile.rho),
  m: parseWad(smile.m),
  sigma: parseWad(smile.sigma),
  forward: parseWad(smile.forward),
};
const market: Market = {
  timestamp: now,
  underlyings: new Map([
    [ETH, { index: parseWad('4000'), premium: 0n, terms: new Map([[expirySec, term]]) }],
    [BTC, { index: parseWad('100000'), premium: 0n }],
  ]),
};
// a covered strangle: two ETH, in part bought with borrowed cash, and two options sold on each side
const portfolio: Portfolio = {
  cash: parseWad('-3000'),
  spot: [{ underlying: ETH, amount: parseWad('2') }],
  legs: [
    { kind: 'call', underlying: ETH, expirySec, strike: parseWad('4600'), size: parseWad('-2') },
    { kind: 'put', underlying: ETH, expirySec, strike: parseWad('3400'), size: parseWad('-2') },
  ],
};

const profile = PRESETS.portfolio;
const moves = ['-0.4', '-0.2', '0', '0.2', '0.4'].map((move) => parseWad(move));
const rows = stressTable(portfolio, market, profile, moves, { vols: [0n, parseWad('0.5')] });
for (const { shock, vol, equity, maintenanceMargin, state } of rows) {
  const [move, change] = [Number(shock) / 1e16, Number(vol) / 1e16];
  console.log(
    `prices ${move}%, vol +${change}%: equity ${figure(equity, 0)}, MM ${figure(maintenanceMargin, 0)}: ${state}`,
  );
}
const { total } = greeks(portfolio, market, profile);
console.log(`delta ${total.delta.toFixed(0)} USD, vega ${total.vega.toFixed(0)} USD`);
const { lower, upper } = liquidationPrices(portfolio, market, profile, ETH);
console.log(
  'liquidatable below',
  lower === undefined ? '-' : figure(lower),
  'above',
  upper === undefined ? '-' : figure(upper),
);
