export const COMMANDS = ['doctor', 'status', 'replay', 'stress'] as const;
export type CommandName = (typeof COMMANDS)[number];

/** What each command is for, and its own flags; settings may follow. */
export const COMMAND_HELP: Readonly<Record<CommandName, string>> = {
  doctor: '[--json]  checks configuration, endpoints, contracts, wallets, prices, store and clocks',
  status:
    '[--json] [--url http://host:port]  what a running keeper says of itself; exit code 1 while it is not ready',
  replay: '[--json] [--block n] [--account 0x<owner>/<n>]  what it would decide at a past block, and why',
  stress:
    '[--json] [--moves -0.1,-0.2] [--synthetic n] [--seed n]  who would be liquidated, capital and gas needed',
};
