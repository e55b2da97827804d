import { assessMany, decodeAccountId, formatWad } from '@novate/sdk';
import type { AccountAssessment, AccountId, MarginState } from '@novate/sdk';
import { getAddress } from 'viem';
import { openDeployment } from '../chain/openDeployment.ts';
import type { DeploymentOptions, OpenDeployment } from '../chain/openDeployment.ts';
import { formatTable } from '../margin/formatTable.ts';
import { formatUsd } from '../report/table.ts';
import { findAccounts } from './findAccounts.ts';

/** Margins in one call: sixty-four positions each still fit what nodes give a call to run. */
const ACCOUNTS_PER_CALL = 50;

export const STATES = ['healthy', 'atRisk', 'liquidatable', 'insolvent', 'unknown'] as const;

/** `unknown` is an account that the contracts cannot value now. */
export type ListedState = MarginState | 'unknown';

export interface ListOptions extends DeploymentOptions {
  readonly states: readonly ListedState[];
  /** The most accounts to print. */
  readonly limit: number;
  /** The block of the deployment, where it is known. */
  readonly fromBlock: bigint;
  readonly json: boolean;
}

/** One account. Amounts are USD as decimal strings; absent where it cannot be valued. */
export interface ListedAccount {
  readonly account: string;
  readonly owner: string;
  readonly subAccount: string;
  readonly state: ListedState;
  readonly equity?: string;
  readonly initialMargin?: string;
  readonly maintenanceMargin?: string;
  /** Equity over maintenance margin; absent where the account needs no margin. */
  readonly health?: string;
  /** ISO time; absent where it is not flagged. */
  readonly flaggedAt?: string;
  /** Why it cannot be valued. */
  readonly problem?: string;
}

/** `novate account list`: the text to print, worst accounts first. @throws UsageError */
export async function listAccounts(options: ListOptions): Promise<string> {
  const deployment = await openDeployment(options);
  const block = await deployment.reached(deployment.client.getBlockNumber());
  const ids = await findAccounts(deployment, options.fromBlock, block);
  const all = (await assessAll(deployment, ids, block)).map(toListed).sort(byHealth);
  const wanted = all.filter(({ state }) => options.states.includes(state));
  const shown = wanted.slice(0, options.limit);
  if (options.json) {
    const counts = { block: block.toString(), accounts: all.length, matching: wanted.length };
    return JSON.stringify({ ...counts, shown }, undefined, 2);
  }
  return formatList(shown, wanted.length, all.length);
}

async function assessAll(
  { client, addresses, reached }: OpenDeployment,
  ids: readonly AccountId[],
  blockNumber: bigint,
): Promise<readonly AccountAssessment[]> {
  const found: AccountAssessment[] = [];
  for (let i = 0; i < ids.length; i += ACCOUNTS_PER_CALL) {
    const accounts = ids.slice(i, i + ACCOUNTS_PER_CALL);
    found.push(...(await reached(assessMany(client, addresses, { accounts, blockNumber }))));
  }
  return found;
}

function toListed(assessed: AccountAssessment): ListedAccount {
  const { account, flaggedAt } = assessed;
  const { owner, subId } = decodeAccountId(account);
  const names = { account: account.toString(), owner: getAddress(owner), subAccount: subId.toString() };
  const flag = flaggedAt === 0 ? {} : { flaggedAt: new Date(flaggedAt * 1_000).toISOString() };
  if (!assessed.ok) {
    return { ...names, state: 'unknown', ...flag, problem: assessed.error?.message ?? 'it runs out of gas' };
  }
  const { equity, initialMargin, maintenanceMargin } = assessed.margin;
  return {
    ...names,
    state: assessed.state,
    equity: formatWad(equity),
    initialMargin: formatWad(initialMargin),
    maintenanceMargin: formatWad(maintenanceMargin),
    ...(maintenanceMargin === 0n ? {} : { health: formatWad((equity * 10n ** 18n) / maintenanceMargin) }),
    ...flag,
  };
}

/** What needs somebody's look first: what cannot be valued, then by health. */
function byHealth(a: ListedAccount, b: ListedAccount): number {
  return rank(a) - rank(b) || (a.account < b.account ? -1 : 1);
}

function rank({ state, health }: ListedAccount): number {
  if (state === 'unknown') return -Infinity;
  return health === undefined ? Number.MAX_VALUE : Number(health);
}

function formatList(shown: readonly ListedAccount[], matching: number, all: number): string {
  if (all === 0) return 'No account has ever held anything here.';
  const head = ['account', 'state', 'equity', 'initial margin', 'maintenance margin', 'health'];
  const rows = shown.map((one) => [
    `${one.owner}/${one.subAccount}`,
    one.state,
    usd(one.equity),
    usd(one.initialMargin),
    usd(one.maintenanceMargin),
    one.health === undefined ? '-' : Number(one.health).toFixed(2),
  ]);
  const more = matching > shown.length ? `, ${shown.length} shown; --limit shows more` : '';
  const summary = `${matching} of ${all} accounts${more}.`;
  return shown.length === 0 ? summary : `${formatTable([head, ...rows])}\n\n${summary}`;
}

function usd(amount: string | undefined): string {
  return amount === undefined ? '-' : formatUsd(amount);
}
