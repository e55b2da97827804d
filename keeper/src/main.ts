import { runCommand } from './commands/run.ts';
import { COMMANDS } from './config/commandHelp.ts';
import { ConfigError, helpText, loadConfig, wantsHelp } from './config/index.ts';
import { messageOf } from './execute/classify.ts';
import { toLine } from './report/events.ts';
import type { EventSink } from './report/events.ts';
import { createLogger } from './report/logger.ts';
import { secretsOf } from './report/secrets.ts';
import { checkKeeper, runKeeper } from './run.ts';

const USAGE = 2;

/** Runs the command line. @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  if (wantsHelp(args)) {
    process.stdout.write(helpText());
    return 0;
  }
  const [first = '', ...rest] = args;
  const command = COMMANDS.find((name) => name === first);
  if (command !== undefined) {
    const { text, code } = await runCommand(command, rest, process.env);
    process.stdout.write(`${text}\n`);
    return code;
  }
  const { config, check } = await loadConfig({ args, env: process.env });
  if (check) {
    const checks = await checkKeeper(config);
    for (const { ok, message } of checks) process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${message}\n`);
    return checks.every(({ ok }) => ok) ? 0 : 1;
  }
  const aborter = new AbortController();
  process.once('SIGINT', () => aborter.abort()).once('SIGTERM', () => aborter.abort());
  const emit: EventSink = (event) => void process.stdout.write(toLine(event));
  await runKeeper(config, {
    signal: aborter.signal,
    log: createLogger(config.logLevel, { secrets: secretsOf(config) }),
    ...(config.events === 'ndjson' ? { emit } : {}),
  });
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const usage = error instanceof ConfigError;
  process.stderr.write(`keeper: ${usage ? error.message : messageOf(error)}\n`);
  process.exitCode = usage ? USAGE : 1;
}
