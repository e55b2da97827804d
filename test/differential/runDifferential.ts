import { setImmediate } from 'node:timers/promises';
import { PRESETS } from '@novate/sdk';
import type { Leg, MarginState, RiskProfile } from '@novate/sdk';
import { planCase } from './checkCase.ts';
import type { Plan } from './checkCase.ts';
import { MismatchError } from './mismatch.ts';
import { Random } from './random.ts';
import { randomCase } from './randomCase.ts';
import { randomProfile } from './randomProfile.ts';
import type { Stage } from './stage.ts';
import type { Case } from './types.ts';

const PRESET_PROFILES: readonly RiskProfile[] = Object.values(PRESETS);
const RANDOM_PROFILES = 7;
const ACCOUNTS_PER_CASE = 4;
const CASES_PER_BATCH = 32;
/** Random profiles are replaced after so many cases. */
const CASES_PER_EPOCH = 1_024;
/** In every so many cases the router's prices are asked as well. */
const ROUTED_EVERY = 3;
/** A time to come, on the hour: the chain's clock only moves forward. */
const FIRST_TIME = 834_000n * 3_600n;
const EPOCH_SEC = 3n * 3_600n;

export interface RunOptions {
  /** How many portfolios at least. */
  readonly runs: number;
  readonly seed: string;
  /** Says after each batch whether to leave it at that, however few there were. */
  readonly isOver?: () => boolean;
  /** Hears after each batch how many portfolios have been compared. */
  readonly onProgress?: (portfolios: number) => void;
}

export interface RunCounts {
  portfolios: number;
  /** Answers of the engine compared, `explainAt` and the others. */
  answers: number;
  /** Portfolios that went through `assess` at the router's prices. */
  assessed: number;
  /** By the state that the twin found. */
  readonly states: Map<MarginState, number>;
  readonly legs: Map<Leg['kind'], number>;
}

/**
 * Asks the engine and the twin about random portfolios.
 * @throws MismatchError at the first answer that differs
 */
export async function runDifferential(stage: Stage, options: RunOptions): Promise<RunCounts> {
  const { runs, seed, onProgress, isOver } = options;
  const counts = noCounts();
  let profiles: readonly RiskProfile[] = [];
  let timestamp = 0n;
  let asked: Promise<void> = Promise.resolve();
  for (let number = 0; number * ACCOUNTS_PER_CASE < runs && isOver?.() !== true;) {
    if (number % CASES_PER_EPOCH === 0) {
      await asked;
      const epoch = number / CASES_PER_EPOCH;
      profiles = profilesOf(seed, epoch);
      timestamp = timeOf(seed, epoch);
      await setProfiles(stage, profiles);
      await stage.advanceTo(timestamp);
    }
    const plans: PlannedCase[] = [];
    for (let i = 0; i < CASES_PER_BATCH; ++i, ++number) {
      const shape = { accounts: ACCOUNTS_PER_CASE, routed: number % ROUTED_EVERY === 0 };
      const subject = randomCase(new Random(`${seed}/${number}`), {
        seed,
        number,
        timestamp,
        profiles,
        ...shape,
      });
      plans.push({ subject, ...planCase(subject, stage) });
    }
    await asked;
    onProgress?.(counts.portfolios);
    // the engine answers while the next batch is planned
    asked = checkCases(stage, plans, counts);
    await startOf(asked);
  }
  await asked;
  return counts;
}

/** Asks again about a case that was printed. @throws MismatchError */
export async function replayCase(stage: Stage, subject: Case): Promise<RunCounts> {
  const counts = noCounts();
  await setProfiles(stage, subject.profiles);
  await stage.advanceTo(subject.timestamp);
  await checkCases(stage, [{ subject, ...planCase(subject, stage) }], counts);
  return counts;
}

async function setProfiles(stage: Stage, profiles: readonly RiskProfile[]): Promise<void> {
  for (const [id, profile] of profiles.entries()) await stage.setProfile(id, profile);
}

function profilesOf(seed: string, epoch: number): readonly RiskProfile[] {
  const random = new Random(`${seed}/profiles/${epoch}`);
  const names = Array.from({ length: RANDOM_PROFILES }, (_, i) => `random ${epoch} ${i}`);
  return [...PRESET_PROFILES, ...names.map((name) => randomProfile(random, name))];
}

/** Every other one on the hour, where expiries are. */
function timeOf(seed: string, epoch: number): bigint {
  const past = epoch % 2 === 0 ? new Random(`${seed}/time/${epoch}`).between(1n, 3_599n) : 0n;
  return FIRST_TIME + BigInt(epoch) * EPOCH_SEC + past;
}

interface PlannedCase extends Plan {
  readonly subject: Case;
}

async function checkCases(stage: Stage, plans: readonly PlannedCase[], counts: RunCounts): Promise<void> {
  const requests = plans.flatMap(({ setUp, checks }) => [...setUp, ...checks.map(({ request }) => request)]);
  const answers = await stage.ask(requests);
  let next = 0;
  for (const { subject, setUp, checks, states } of plans) {
    next += setUp.length;
    for (const check of checks) {
      const answer = answers[next++] ?? '0x';
      if (answer !== check.expected) throw new MismatchError(subject, check, answer);
    }
    for (const state of states) increment(counts.states, state);
    for (const { portfolio } of subject.accounts) {
      for (const { kind } of portfolio.legs) increment(counts.legs, kind);
    }
    counts.portfolios += subject.accounts.length;
    counts.answers += checks.length;
    if (subject.routed) counts.assessed += subject.accounts.length;
  }
}

/** Lets the request reach the chain. Its failure, should it come first, is left to whoever awaits it. */
async function startOf(asked: Promise<void>): Promise<void> {
  asked.catch(() => undefined);
  await setImmediate();
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function noCounts(): RunCounts {
  return { portfolios: 0, answers: 0, assessed: 0, states: new Map(), legs: new Map() };
}
