// Providing liquidity: deposit in the vault that makes markets, see what it is worth and quotes, and leave after the delay.
import { ETH, formatWad, NovateContractError, parseWad } from '@novate/sdk';
import { formatUnits } from 'viem';
import { figure } from './figure.ts';
import { setUp, usdc } from './setup.ts';

const { fundAccount, maria, mint, noor, setPrice, wait } = await setUp();
const { novate } = maria.client;
if (maria.client.account === undefined) throw new Error('Maria has no key');
const owner = maria.client.account.address;
const mined = (hash: `0x${string}`) => maria.client.waitForTransactionReceipt({ hash });

await mint({ token: 'usdc', to: owner, amountRaw: usdc(100_000) });
await mined(await novate.sendDepositToVault({ amountRaw: usdc(100_000) }));

// somebody else buys from the vault: it is short now, and asks more for more of the same
await fundAccount({ owner: noor.client, amountRaw: usdc(20_000) });
const trade = await noor.client.novate.sendTradeWithVault({
  account: noor.account,
  underlying: ETH,
  size: parseWad('5'),
});
await mined(trade);

const { worthRaw, sharePrice, markets } = await novate.getVaultStatus();
console.log('worth', formatUnits(worthRaw, 6), 'USDC, a share', figure(sharePrice, 6));
for (const { underlying, inventory, skew, buy, sell } of markets) {
  if (underlying !== ETH || buy.quote === undefined || sell.quote === undefined) continue;
  console.log('holds', formatWad(inventory), 'ETH,', figure(skew * 100n, 3) + '% of its cap');
  console.log('sells at', figure(buy.quote.price), 'and buys at', figure(sell.quote.price));
}

// leaving takes a request, then the delay
const { shares } = await novate.getVaultHolding({ owner });
await mined(await novate.sendRequestVaultRedemption({ shares }));
try {
  await novate.prepareRedeemFromVault();
} catch (error) {
  if (!(error instanceof NovateContractError)) throw error;
  console.log(`${error.errorName}: ${error.remedy}`);
}

// a day later, on a local node
const { redemption } = await novate.getVaultStatus();
await wait(Number(redemption.delaySec));
await setPrice({ underlying: 'ETH', price: parseWad('4000') });

// the vault keeps what its short position needs; that share leaves when the position shrinks
const prepared = await novate.prepareRedeemFromVault();
if (prepared.ready) console.log('pays', formatUnits(prepared.result, 6), 'USDC');
await mined(await novate.sendRedeemFromVault());
const { valueRaw, request } = await novate.getVaultHolding({ owner });
console.log('still in it:', formatUnits(valueRaw, 6), 'USDC, request', request.state);
