// `npm run fuzz:differential`: random portfolios through the risk engine and its twin, equal to the wei or exit 1.
//   --runs N      how many portfolios, 1,000,000 unless given
//   --minutes N   stops after so long, however many there were
//   --seed TEXT   the same seed asks the same questions; the time unless given
//   --replay FILE asks once more about a case that a mismatch printed
//   --evm NAME    anvil unless given, or hardhat, which takes several times as long
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../cli/src/local/ensureBuilt.ts';
import { MismatchError, parseCase } from '../test/differential/mismatch.ts';
import { replayCase, runDifferential } from '../test/differential/runDifferential.ts';
import { openStage } from '../test/differential/stage.ts';

const DEFAULT_RUNS = 1_000_000;
const PROGRESS_EVERY_MS = 1_000;
const LINE_EVERY_MS = 60_000;
const number = (value: number): string => Math.round(value).toLocaleString('en-US');

const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    replay: { type: 'string' },
    evm: { type: 'string', default: 'anvil' },
  },
});
const runs = Number(values.runs ?? DEFAULT_RUNS);
if (!Number.isSafeInteger(runs) || runs < 1) {
  console.error(`fuzz:differential: --runs ${values.runs} must be a whole number from 1`);
  process.exit(2);
}
const minutes = Number(values.minutes ?? Infinity);
if (!(minutes > 0)) {
  console.error(`fuzz:differential: --minutes ${values.minutes} must be a number above 0`);
  process.exit(2);
}
const { evm } = values;
if (evm !== 'anvil' && evm !== 'hardhat') {
  console.error(`fuzz:differential: --evm ${evm} must be anvil or hardhat`);
  process.exit(2);
}
const seed = values.seed ?? String(Date.now());

await ensureBuilt();
const stage = await openStage(evm);
const started = Date.now();
const rateOf = (portfolios: number): string => number(portfolios / ((Date.now() - started) / 1000));
let shown = started;
const isOver = (): boolean => Date.now() - started > minutes * 60_000;

/** One line that overwrites itself; where the output is not a terminal, a line a minute. */
function showProgress(portfolios: number): void {
  const { isTTY } = process.stdout;
  if (Date.now() - shown < (isTTY ? PROGRESS_EVERY_MS : LINE_EVERY_MS)) return;
  shown = Date.now();
  const text = `${number(portfolios)} of ${number(runs)} portfolios, ${rateOf(portfolios)} a second`;
  process.stdout.write(isTTY ? `\r${text} ` : `${text}\n`);
}

try {
  const counts =
    values.replay === undefined
      ? await runDifferential(stage, { runs, seed, isOver, onProgress: showProgress })
      : await replayCase(stage, parseCase(readFileSync(values.replay, 'utf8')));
  const { portfolios, answers, assessed, states, legs } = counts;
  if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const list = (found: ReadonlyMap<string, number>): string =>
    [...found].map(([name, times]) => `${number(times)} ${name}`).join(', ');
  console.log(
    `${number(portfolios)} portfolios in ${seconds} s, ${rateOf(portfolios)} a second${values.replay === undefined ? `, seed ${seed}` : ''}`,
  );
  console.log(
    `${number(answers)} answers of the engine equal the twin's to the wei; ${number(assessed)} portfolios assessed at the router's prices`,
  );
  console.log(`states: ${list(states)}; legs: ${list(legs)}`);
} catch (error) {
  if (!(error instanceof MismatchError)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = 1;
} finally {
  await stage.close();
}
