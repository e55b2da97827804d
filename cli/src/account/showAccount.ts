import { formatWad, withdrawable } from '@novate/sdk';
import { openDeployment } from '../chain/openDeployment.ts';
import type { DeploymentOptions } from '../chain/openDeployment.ts';
import { formatTable } from '../margin/formatTable.ts';
import { formatUsd } from '../report/table.ts';
import { readFacts } from './explainAccount.ts';
import { parseAccount } from './parseAccount.ts';
import { toExplanation } from './toExplanation.ts';
import type { Holding } from './toHoldings.ts';

export interface ShowOptions extends DeploymentOptions {
  readonly account: string;
  readonly json: boolean;
}

/** What an account has, without why its margin is what it is. Amounts are decimal strings. */
export interface ShownAccount {
  readonly account: string;
  readonly owner: string;
  readonly subAccount: string;
  readonly block: string;
  readonly profile: string;
  readonly state: string;
  readonly equity: string;
  readonly initialMargin: string;
  readonly maintenanceMargin: string;
  /** USD of cash that could be taken out now. */
  readonly withdrawable: string;
  readonly holdings: readonly Pick<Holding, 'kind' | 'name' | 'size' | 'mark' | 'value'>[];
}

/** `novate account show`: the text to print. @throws UsageError, NovateContractError */
export async function showAccount(options: ShowOptions): Promise<string> {
  const account = parseAccount(options.account);
  const facts = await readFacts(await openDeployment(options), account);
  const { holdings, ...explained } = toExplanation(facts);
  const { owner, subAccount, block, profile, state, equity, initialMargin, maintenanceMargin } = explained;
  const shown: ShownAccount = {
    account: explained.account,
    ...{ owner, subAccount, block, profile, state, equity, initialMargin, maintenanceMargin },
    withdrawable: formatWad(withdrawable(facts.report)),
    holdings: holdings.map(({ kind, name, size, mark, value }) => ({ kind, name, size, mark, value })),
  };
  return options.json ? JSON.stringify(shown, undefined, 2) : formatShown(shown);
}

function formatShown(shown: ShownAccount): string {
  const { owner, subAccount, block, profile, state, holdings } = shown;
  return [
    `Account ${owner}/${subAccount} at block ${block}: ${state}, profile "${profile}"`,
    formatTable([
      ['', 'size', 'mark', 'value'],
      ...holdings.map(({ kind, name, size, mark, value }) => [
        `${kind} ${name}`,
        size.replace(/(\.\d{1,6})\d*$/, '$1'),
        formatUsd(mark),
        formatUsd(value),
      ]),
    ]),
    formatTable([
      ['equity', formatUsd(shown.equity)],
      ['initial margin', formatUsd(shown.initialMargin)],
      ['maintenance margin', formatUsd(shown.maintenanceMargin)],
      ['may be withdrawn', formatUsd(shown.withdrawable)],
    ]),
    `Why: novate account explain ${owner}/${subAccount}`,
  ].join('\n\n');
}
