// Liquidating: no role, no bond. The account must be below maintenance margin, the liquidator above its own initial margin.
import { parseWad, rewardOf } from '@novate/sdk';
import { figure } from './figure.ts';
import { openPositions } from './positions.ts';
import { setUp, usdc } from './setup.ts';

const stage = await setUp();
await openPositions(stage, 5_000);
const { bot, fundAccount, maria, setPrice } = stage;
await fundAccount({ owner: bot.client, amountRaw: usdc(50_000) });
await setPrice({ underlying: 'ETH', price: parseWad('3250') });

const { novate } = bot.client;
const { liquidatable, margin } = await novate.isLiquidatable({ account: maria.account });
console.log('liquidatable:', liquidatable, 'equity', figure(margin.equity));

// by default the same share of everything, bounded: reward and cash may fall at most 1% behind this quote
const prepared = await novate.prepareLiquidate({ account: maria.account, liquidator: bot.account });
console.log('reward now', figure(rewardOf(prepared.quote)), 'at least', figure(prepared.minReward));

const hash = await novate.sendLiquidate({ account: maria.account, liquidator: bot.account });
await bot.client.waitForTransactionReceipt({ hash });
const after = await novate.getReport({ account: maria.account });
console.log('afterwards', after.state, 'maintenance margin', figure(after.maintenanceMargin));
