import type { Command } from 'commander';
import { explainAccount } from '../account/explainAccount.ts';

interface Options {
  readonly rpc: string;
  readonly addresses: string;
  readonly json?: boolean;
}

export function addAccountCommand(program: Command): void {
  const account = program
    .command('account')
    .description('What an account holds and why its margin is what it is.');
  account
    .command('explain')
    .description('Equity, margin and state of an account on chain, and what each part comes from.')
    .argument('<account>', "owner's address, address/sub-account, or the account's number")
    .requiredOption('--rpc <url>', 'JSON-RPC of the chain')
    .requiredOption('--addresses <file>', 'deployed_addresses.json of the deployment')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  novate account explain 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 --rpc http://127.0.0.1:8545 --addresses a.json
  novate account explain 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266/3 --rpc http://127.0.0.1:8545 --addresses a.json --json`,
    )
    .action(async (account: string, { rpc, addresses, json = false }: Options) => {
      process.stdout.write(
        `${await explainAccount({ account, rpcUrl: rpc, addressesPath: addresses, json })}\n`,
      );
    });
}
