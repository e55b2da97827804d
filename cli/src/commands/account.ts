import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { explainAccount } from '../account/explainAccount.ts';
import { listAccounts, STATES } from '../account/listAccounts.ts';
import type { ListedState } from '../account/listAccounts.ts';
import { showAccount } from '../account/showAccount.ts';

interface Options {
  readonly rpc: string;
  readonly addresses: string;
  readonly json?: boolean;
}

interface ListOptions extends Options {
  readonly state: readonly ListedState[];
  readonly limit: number;
  readonly fromBlock: number;
}

const WHERE = '--rpc http://127.0.0.1:8545 --addresses a.json';
const OWNER = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
const ACCOUNT = "owner's address, address/sub-account, or the account's number";

export function addAccountCommand(program: Command): void {
  const account = program
    .command('account')
    .description('Accounts of a deployment: all by health, what one holds, why its margin is what it is.')
    .addHelpText(
      'after',
      examples('list --state liquidatable,atRisk', `show ${OWNER}`, `explain ${OWNER}/3 --json`),
    );
  addList(account);
  addShow(account);
  addExplain(account);
}

function addList(account: Command): void {
  reading(account, 'list', 'Every account, least healthy first, as the contracts judge it now.')
    .option('--state <states>', `only those: ${STATES.join(', ')}`, statesOf, [...STATES])
    .option('--limit <n>', 'how many to print', wholeNumber, 50)
    .option('--from-block <n>', 'block of the deployment, to look through fewer', blockOf, 0)
    .addHelpText('after', examples('list', 'list --state liquidatable --limit 10 --json'))
    .action(async ({ rpc, addresses, json = false, state, limit, fromBlock }: ListOptions) => {
      const where = { rpcUrl: rpc, addressesPath: addresses };
      print(await listAccounts({ ...where, json, states: state, limit, fromBlock: BigInt(fromBlock) }));
    });
}

function addShow(account: Command): void {
  reading(account, 'show', 'What an account holds, its equity and margins, and what it may withdraw.')
    .argument('<account>', ACCOUNT)
    .addHelpText('after', examples(`show ${OWNER}`, `show ${OWNER}/3 --json`))
    .action(async (of: string, { rpc, addresses, json = false }: Options) => {
      print(await showAccount({ account: of, rpcUrl: rpc, addressesPath: addresses, json }));
    });
}

function addExplain(account: Command): void {
  reading(
    account,
    'explain',
    'Equity, margin and state of an account on chain, and what each part comes from.',
  )
    .argument('<account>', ACCOUNT)
    .addHelpText('after', examples(`explain ${OWNER}`, `explain ${OWNER}/3 --json`))
    .action(async (of: string, { rpc, addresses, json = false }: Options) => {
      print(await explainAccount({ account: of, rpcUrl: rpc, addressesPath: addresses, json }));
    });
}

/** A command that reads a deployment. */
function reading(group: Command, name: string, description: string): Command {
  return group
    .command(name)
    .description(description)
    .requiredOption('--rpc <url>', 'JSON-RPC of the chain')
    .requiredOption('--addresses <file>', 'deployed_addresses.json of the deployment')
    .option('--json', 'print one JSON object');
}

function examples(...calls: readonly string[]): string {
  return `\nExamples:\n${calls.map((call) => `  novate account ${call} ${WHERE}`).join('\n')}`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function statesOf(text: string): ListedState[] {
  return text.split(',').map((word) => {
    const state = STATES.find((one) => one.toLowerCase() === word.trim().toLowerCase());
    if (state === undefined) throw new InvalidArgumentError(`expected some of ${STATES.join(', ')}`);
    return state;
  });
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('expected a whole number from 1');
  return Number(text);
}

function blockOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('expected a block number');
  return Number(text);
}
