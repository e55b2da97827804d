import { Command } from 'commander';
import { addAccountCommand } from './commands/account.ts';
import { addBacktestCommand } from './commands/backtest.ts';
import { addCompletionCommand } from './commands/completion.ts';
import { addDeployCommand } from './commands/deploy.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addKeeperCommand } from './commands/keeper.ts';
import { addMarginCommand } from './commands/margin.ts';
import { addReplayCommand } from './commands/replay.ts';
import { addStressCommand } from './commands/stress.ts';
import { addSviCommand } from './commands/svi.ts';
import { addTradeCommand } from './commands/trade.ts';

/** Ends the process with another code than 0, once everything is cleaned up. */
export type SetExitCode = (code: number) => void;

/** `novate` with all its commands. */
export function createProgram(setExitCode: SetExitCode): Command {
  const program = new Command('novate')
    .description('An on-chain cross-margin clearinghouse from the command line.')
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .addHelpText(
      'after',
      `
Examples:
  novate margin --portfolio portfolio.json --market market.json
  novate replay --prices btc-usd-15m.csv,eth-usd-15m.csv --accounts 120
  novate account explain 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 --rpc http://127.0.0.1:8545 \\
    --addresses deploy/deployments/chain-1/deployed_addresses.json
  novate trade market ETH --size 1 --local-key 1 --rpc http://127.0.0.1:8545 --addresses a.json
  novate keeper run --config keeper.json
  novate doctor

Exit codes: 0 done; 1 failed, or a check did not pass; 2 used wrongly or given bad input; 130 interrupted.
Progress is shown on terminals only; results go to standard output, everything else to standard error.`,
    );
  addMarginCommand(program);
  addStressCommand(program);
  addSviCommand(program);
  addBacktestCommand(program);
  addAccountCommand(program);
  addTradeCommand(program, setExitCode);
  addReplayCommand(program, setExitCode);
  addDeployCommand(program, setExitCode);
  addKeeperCommand(program, setExitCode);
  addDoctorCommand(program, setExitCode);
  addCompletionCommand(program);
  return program;
}
