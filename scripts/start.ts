// The main job: `npm start` opens a market on a local chain, lets prices crash and the keeper liquidate, prints what came
// of it, and then goes on with quiet prices and a dashboard until Ctrl-C. `--once` ends after the table, `--json` prints it
// as JSON.
import { parseArgs } from 'node:util';
import type { ShowMarket } from '../cli/src/job/runJob.ts';
import { runWithOutput } from '../cli/src/job/runWithOutput.ts';
import { generateCrash, playQuiet, pricePath } from '../cli/src/prices/index.ts';
import { ensureDashboard } from '../dashboard/server/ensureDashboard.ts';
import { serveDashboard } from '../dashboard/server/serveDashboard.ts';

const USAGE = `npm start -- [--once] [--json] [--accounts N] [--seed N]

  --once      end after the crash instead of going on, with the dashboard, until Ctrl-C
  --json      print the result as one JSON object on standard output, progress on standard error
  --accounts  how many accounts trade (default 120)
  --seed      which accounts and prices (default 1)
`;

/** Tried first, so that a page that stays open finds the next run. */
const PREFERRED_PORT = 8787;
const LOCAL_CHAIN = 31_337;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) return 2;
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  try {
    const rows = generateCrash(options.seed);
    const onward = options.once ? undefined : (signal: AbortSignal) => playQuiet(options.seed, rows, signal);
    return await runWithOutput({
      ...options,
      steps: pricePath(rows),
      onward,
      show: showDashboard,
      plainProgress: true,
    });
  } catch (error) {
    process.stderr.write(`start: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function showDashboard(...[stage, progress]: Parameters<ShowMarket>): ReturnType<ShowMarket> {
  await progress.task('build the dashboard', ensureDashboard, (built) => (built ? 'built' : 'up to date'));
  return serveDashboard({
    config: {
      rpcUrl: stage.rpcUrl,
      lens: stage.stack.marginLens,
      chainId: String(LOCAL_CHAIN),
      metricsUrl: '/metrics',
    },
    keeperMetrics: stage.metricsUrl,
    port: PREFERRED_PORT,
  });
}

function readOptions(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        once: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        accounts: { type: 'string', default: '120' },
        seed: { type: 'string', default: '1' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const { once, json, help } = values;
    return {
      once,
      json,
      help,
      accounts: whole('--accounts', values.accounts, 4),
      seed: whole('--seed', values.seed, 0),
    };
  } catch (error) {
    process.stderr.write(`start: ${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return undefined;
  }
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw new Error(`${name}: expected a whole number from ${least}, found "${text}"`);
  return value;
}
