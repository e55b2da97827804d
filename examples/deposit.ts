// Depositing: prepare says what must come first (a permit to sign, or an approval of tokens that know none), what it would
// cost, and why it would fail; send does it all.
import { formatWad, NovateContractError } from '@novate/sdk';
import { setUp, usdc } from './setup.ts';

const { maria, mint } = await setUp();
const { client, account } = maria;
const [cash] = await client.novate.getAssets();
if (cash === undefined || client.account === undefined) throw new Error('no cash, or nobody to deposit it');
await mint({ token: 'usdc', to: client.account.address, amountRaw: usdc(10_000) });

const deposit = { account, assetId: cash.assetId, amountRaw: usdc(10_000) };
const prepared = await client.novate.prepareDeposit(deposit);
if (!prepared.ready) for (const { description } of prepared.requirements) console.log('first:', description);

// has the permit signed, or approves and waits, then deposits
const hash = await client.novate.sendDeposit(deposit);
await client.waitForTransactionReceipt({ hash });
const { portfolio } = await client.novate.getPortfolio({ account });
console.log('cash:', formatWad(portfolio.cash), 'USD');

// what would fail is explained before anything is sent
try {
  const to = client.account.address;
  await client.novate.prepareWithdraw({ account, assetId: cash.assetId, amountRaw: usdc(20_000), to });
} catch (error) {
  if (!(error instanceof NovateContractError)) throw error;
  console.log(`${error.errorName}: ${error.sentence} ${error.remedy}`);
}
