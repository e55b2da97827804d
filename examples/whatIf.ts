// What if: the engine's twin runs on the account that was read, to the wei, without a node.
import { assess, ETH, liquidationPrices, marginAfterTrade, maxTradeSize } from '@novate/sdk';
import { parseWad, PRESETS, withIndex } from '@novate/sdk';
import { figure } from './figure.ts';
import { openPositions } from './positions.ts';
import { setUp } from './setup.ts';

const stage = await setUp();
await openPositions(stage, 5_000);

const { account, client } = stage.maria;
const { holdings, market, report } = await client.novate.getAccountMarket({ account });
const { portfolio } = holdings;
const profile = PRESETS.portfolio;
console.log('twin equals engine:', assess(portfolio, market, profile).initialMargin === report.initialMargin);

const { lower } = liquidationPrices(portfolio, market, profile, ETH);
console.log('liquidatable at ETH', lower === undefined ? 'never' : figure(lower));

const down = assess(portfolio, withIndex(market, ETH, parseWad('3800')), profile);
console.log('at 3800:', down.state, 'with equity', figure(down.equity));

const price = parseWad('4000');
const trade = { underlying: ETH, size: parseWad('5'), price };
const { after, allowed } = marginAfterTrade(portfolio, market, profile, trade);
console.log('5 more: allowed', allowed, 'initial margin', figure(after.initialMargin));
const most = maxTradeSize(portfolio, market, profile, { underlying: ETH, side: 'buy', price });
console.log('could buy at most', figure(most, 4), 'ETH');
