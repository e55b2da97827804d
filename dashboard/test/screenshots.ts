// Draws the pictures of docs/dashboard.md anew: `npm run screenshots -w dashboard`.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assessMany, getPortfolio } from '@novate/sdk';
import type { BrowserContextOptions } from 'playwright-core';
import { ensureDashboard } from '../server/ensureDashboard.ts';
import { DASHBOARD } from '../server/paths.ts';
import { serveDashboard } from '../server/serveDashboard.ts';
import { findChromium, launch, NO_CHROMIUM, visit } from './support/browser.ts';
import { startStack } from './support/stack.ts';

/** For what comes a moment later, such as charts. */
const SETTLE_MS = 1_500;

interface Picture {
  readonly name: string;
  readonly hash: string;
  readonly options: BrowserContextOptions;
}

const chromium = findChromium();
if (chromium === undefined) throw new Error(NO_CHROMIUM);
const folder = join(DASHBOARD, '..', 'docs', 'images');
await mkdir(folder, { recursive: true });
const [stack] = await Promise.all([startStack(), ensureDashboard()]);
const server = await serveDashboard({
  config: {
    rpcUrl: stack.chain.url,
    lens: stack.addresses.marginLens,
    chainId: '31337',
    metricsUrl: '/metrics',
  },
  keeperMetrics: stack.metricsUrl,
});
const browser = await launch(chromium);

const wide = { viewport: { width: 1100, height: 860 } };
const low = { viewport: { width: 1000, height: 560 } };
const tall = { viewport: { width: 1000, height: 1000 } };
const phone = { viewport: { width: 390, height: 844 } };
await crashWatched();
const account = await mostStrained();
const pictures: readonly Picture[] = [
  { name: 'accounts-dark', hash: 'accounts', options: { ...low, colorScheme: 'dark' } },
  { name: 'account-light', hash: `account/${account}`, options: tall },
  { name: 'protocol-phone', hash: 'protocol', options: { ...phone, colorScheme: 'dark' } },
];

for (const { name, hash, options } of pictures) {
  const { page, close } = await visit(browser, `${server.url}#/${hash}`, options);
  await page
    .getByRole('heading', { level: 2 })
    .nth(name.startsWith('account-') ? 4 : 0)
    .waitFor();
  await sleep(SETTLE_MS);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await close();
}
await browser.close();
await server.close();
await stack.stop();

async function crashWatched(): Promise<void> {
  const { page, close } = await visit(browser, `${server.url}#/protocol`, wide);
  await page.getByRole('heading', { name: 'Liquidations (0)' }).waitFor();
  await stack.crash();
  await sleep(SETTLE_MS);
  await page.screenshot({ path: join(folder, 'protocol-light.png') });
  await close();
}

/** Of those who hold two legs, or else of all, the account with the least equity for its margin. */
async function mostStrained(): Promise<bigint> {
  const accounts = stack.seeded.traders.map((trader) => trader.account);
  const assessed = await assessMany(stack.chain.client, stack.addresses, { accounts });
  const strained = assessed.flatMap((one) =>
    one.ok && one.margin.maintenanceMargin > 10n ** 21n
      ? [{ account: one.account, health: Number(one.margin.equity) / Number(one.margin.maintenanceMargin) }]
      : [],
  );
  strained.sort((a, b) => a.health - b.health);
  for (const { account } of strained) {
    const { portfolio } = await getPortfolio(stack.chain.client, stack.addresses, { account });
    if (portfolio.legs.length + portfolio.spot.length > 1) return account;
  }
  return strained[0]?.account ?? 0n;
}
