import { COMMAND_HELP } from './commandHelp.ts';
import { envOf, flagOf } from './loadConfig.ts';
import { SECRETS, settingNames, settingsSchema } from './schema.ts';

/** The text of `--help`. */
export function helpText(): string {
  const lines = settingNames.map((name) => {
    const how = SECRETS.has(name) ? envOf(name) : flagOf(name);
    return `  ${how.padEnd(30)} ${settingsSchema.shape[name].description ?? ''}`;
  });
  return [
    'Usage: keeper [command] [--config file.json] [flags]',
    '',
    'Commands; without one it runs:',
    ...Object.entries(COMMAND_HELP).map(([name, text]) => `  ${name.padEnd(8)} ${text}`),
    '',
    'Liquidates accounts that are below their maintenance margin. Every flag may also be a key of the config file',
    '(rpcUrl) or an environment variable (NOVATE_KEEPER_RPC_URL); a flag wins over the environment, that over the file.',
    '',
    `  ${'--config'.padEnd(30)} JSON file of settings`,
    `  ${'--check'.padEnd(30)} check node, contracts and liquidator account, then end`,
    ...lines,
    '',
  ].join('\n');
}
