import { ConfigError, helpText, loadConfig, wantsHelp } from './config/index.ts';
import { messageOf } from './execute/classify.ts';
import { toLine } from './report/events.ts';
import type { EventSink } from './report/events.ts';
import { createLogger } from './report/logger.ts';
import { checkKeeper, runKeeper } from './run.ts';

const USAGE = 2;

/** Runs the command line. @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  if (wantsHelp(args)) {
    process.stdout.write(helpText());
    return 0;
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
    log: createLogger(config.logLevel),
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
