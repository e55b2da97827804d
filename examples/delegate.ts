// Delegating: an operator may trade for an account until a time, and may not withdraw.
import { NovateContractError } from '@novate/sdk';
import { setUp, usdc } from './setup.ts';

const { bot, fundAccount, maria } = await setUp();
await fundAccount({ owner: maria.client, amountRaw: usdc(1_000) });
if (bot.client.account === undefined) throw new Error('the bot has no key');
const operator = bot.client.account.address;

const { timestamp } = await maria.client.getBlock();
const grant = {
  account: maria.account,
  operator,
  scopes: ['trade'],
  expirySec: Number(timestamp) + 86_400,
} as const;
const hash = await maria.client.novate.sendSetOperator(grant);
await maria.client.waitForTransactionReceipt({ hash });
const { scopes } = await bot.client.novate.getApproval({ account: maria.account, operator });
console.log('the bot may', scopes.join(' and '));

try {
  const withdrawal = { account: maria.account, assetId: 0, amountRaw: usdc(1), to: operator };
  await bot.client.novate.prepareWithdraw(withdrawal);
} catch (error) {
  if (!(error instanceof NovateContractError)) throw error;
  console.log(`${error.errorName}: ${error.sentence}`);
}
