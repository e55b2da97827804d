import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { serveDashboard } from '../../server/serveDashboard.ts';
import type { DashboardServer } from '../../server/serveDashboard.ts';
import { launch, visit } from '../support/browser.ts';
import { inventAccounts } from '../support/inventedAccounts.ts';
import { startRpcProxy } from '../support/rpcProxy.ts';
import type { RpcProxy } from '../support/rpcProxy.ts';
import { startStack } from '../support/stack.ts';
import type { Stack } from '../support/stack.ts';
import { bundleWhatIf } from '../support/whatIfBundle.ts';
import type { Measurement } from '../../../scripts/bench/measurement.ts';
import { noteInteractive, readInteractive, scrollThrough } from './inPage.ts';

/** Defined by the script of `bundleWhatIf`. */
declare const whatIf: { measure(times: number): { milliseconds: number }[] };

const ACCOUNTS = 100_000;
const VISITS = 5;
const WHAT_IFS = 40;
/** Before the browser has compiled anything. */
const WARM_UP = 5;
const SCROLL_STEPS = 300;
/** Of a screen with 60 frames a second. */
const FRAME_MS = 1_000 / 60;
const POLL_MS = 20;
const GIVE_UP_MS = 60_000;

/** What takes a browser: the account page, the what-if, the list of accounts. */
export async function browserFigures(chromium: string): Promise<Measurement[]> {
  say('starting a local market');
  const stack = await startStack();
  const browser = await launch(chromium);
  const server = await serveDashboard({
    config: { rpcUrl: stack.chain.url, lens: stack.addresses.marginLens, chainId: '31337' },
  });
  try {
    say('account page, what-if, list of accounts');
    return [
      ...(await accountPage(browser, server, stack)),
      ...(await whatIfOf16(browser)),
      ...(await scrolling(browser, server, stack)),
    ];
  } finally {
    await browser.close();
    await server.close();
    await stack.stop();
  }
}

/** For who waits: not where the output is read. */
function say(what: string): void {
  process.stderr.write(`bench:dashboard: ${what} ...\n`);
}

async function accountPage(browser: Browser, server: DashboardServer, stack: Stack): Promise<Measurement[]> {
  const account = stack.seeded.traders[0]?.account ?? 0n;
  const visits: AccountVisit[] = [];
  for (let i = 0; i < VISITS; i++) {
    const proxy = await startRpcProxy(stack.chain.url);
    const url = `${server.url}?rpc=${proxy.url}&lens=${stack.addresses.marginLens}#/account/${account}`;
    visits.push(await visitAccount(browser, url, proxy));
    await proxy.close();
  }
  const took = visits.map(({ tookMs }) => tookMs);
  const note = `last answer of the node to sliders that take input; of ${VISITS} visits`;
  const busyNote = 'of the main thread, from opening the page until it takes input';
  const busy = middle(visits.map(({ busyMs }) => busyMs));
  return [
    figure('account page interactive, median', middle(took), 'ms', 1_000, note),
    figure('account page interactive, slowest', Math.max(...took), 'ms', 1_000, note),
    figure('account page, processor time', busy, 'ms', null, busyNote),
  ];
}

interface AccountVisit {
  /** From the last answer that the page needed until it took input. */
  readonly tookMs: number;
  /** Of the processor, which others may be using too. */
  readonly busyMs: number;
}

/** In a profile of its own, so that nothing is cached. */
async function visitAccount(browser: Browser, url: string, proxy: RpcProxy): Promise<AccountVisit> {
  const { page, close } = await visit(browser, 'about:blank');
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.addInitScript(noteInteractive);
  await page.goto(url);
  const giveUpAt = Date.now() + GIVE_UP_MS;
  let at = await page.evaluate(readInteractive);
  while (at === undefined) {
    if (Date.now() > giveUpAt) throw new Error('the account page takes no input');
    await sleep(POLL_MS);
    at = await page.evaluate(readInteractive);
  }
  const interactiveAt = at;
  const { metrics } = await devtools.send('Performance.getMetrics');
  await close();
  const answered = proxy.callsAnsweredAt.filter((time) => time <= interactiveAt).at(-1);
  if (answered === undefined) throw new Error('the page asked the node nothing');
  const task = metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN;
  return { tookMs: interactiveAt - answered, busyMs: task * 1_000 };
}

async function whatIfOf16(browser: Browser): Promise<Measurement[]> {
  const { page, close } = await visit(browser, 'about:blank');
  await page.addScriptTag({ content: await bundleWhatIf() });
  const took = await page.evaluate((times) => whatIf.measure(times), WHAT_IFS);
  await close();
  const times = took.map(({ milliseconds }) => milliseconds);
  const note = 'portfolio of 16 options on two expiries, a price moved, a trade added, curve included';
  return [
    figure('what-if, median', middle(times.slice(WARM_UP)), 'ms', 16, note),
    figure('what-if, first', times[0] ?? NaN, 'ms', null, 'before the browser has compiled anything'),
  ];
}

async function scrolling(browser: Browser, server: DashboardServer, stack: Stack): Promise<Measurement[]> {
  const { marginLens, clearinghouse } = stack.addresses;
  const proxy = await startRpcProxy(stack.chain.url, inventAccounts(ACCOUNTS, clearinghouse));
  const { page, close } = await visit(browser, `${server.url}?rpc=${proxy.url}&lens=${marginLens}#/accounts`);
  await page.getByText(/of 100,\d{3} accounts/).waitFor({ timeout: GIVE_UP_MS });
  const frames = await page.evaluate(scrollThrough, SCROLL_STEPS);
  await close();
  await proxy.close();
  const dropped = frames.reduce((sum, took) => sum + Math.max(0, Math.round(took / FRAME_MS) - 1), 0);
  const note = `${ACCOUNTS.toLocaleString('en-US')} rows scrolled from end to end in ${SCROLL_STEPS} steps`;
  return [
    figure('scrolling, longest frame', Math.max(...frames), 'ms', 400, note),
    figure('scrolling, median frame', middle(frames), 'ms', null, note),
    figure(
      'scrolling, frames dropped',
      dropped,
      'frames',
      null,
      `of those that 60 a second would have drawn`,
    ),
  ];
}

function figure(name: string, value: number, unit: string, goal: number | null, note: string): Measurement {
  return { name, value: Math.round(value * 10) / 10, unit, goal, peer: null, note };
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
