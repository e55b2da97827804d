import { createRequire } from 'node:module';
import { join } from 'node:path';
import config from '../../hardhat.config.ts';
import { ROOT } from '../process.ts';
import type { Artifacts } from './compiler.ts';

/** What is used of Hardhat's EVM; it comes with Hardhat. */
interface Edr {
  EdrContext: new () => EdrContext;
  L1_CHAIN_TYPE: string;
  FsAccessPermission: { ReadDirectory: number };
  CollectStackTraces: { OnFailure: number };
  l1SolidityTestRunnerFactory: () => unknown;
  l1HardforkFromString: (name: string) => unknown;
  l1GenesisState: (hardfork: unknown) => unknown;
}

interface EdrContext {
  registerSolidityTestRunnerFactory(chain: string, factory: unknown): Promise<void>;
  runSolidityTests(
    chain: string,
    artifacts: unknown[],
    suites: unknown[],
    config: object,
    tracing: object,
    onSuite: (suite: SuiteResult) => void,
  ): Promise<unknown>;
}

interface SuiteResult {
  id: { name: string; source: string };
  durationNs: bigint;
  testResults: readonly { name: string; status: string; reason?: string }[];
}

export interface SuiteOutcome {
  /** `file:Name`. */
  suite: string;
  ms: number;
  passed: number;
  failed: string[];
  /** What each of `failed` said. */
  reasons: string[];
}

/** How much the random tests of a run draw. */
export interface Effort {
  fuzzRuns: number;
  invariantRuns: number;
  /** Of the tests to run, a regular expression; all of them unless given. */
  tests?: string;
  /** Of the random draws, 32 bytes in hex; the configuration's unless given. */
  seed?: string;
}

const HARDFORK = 'Osaka';
/** So that a loop without end runs out of gas within seconds; no test needs a tenth of it. */
const GAS_LIMIT = 1n << 33n;
const SOLC_VERSION = '0.8.37';
const hardhat = createRequire(createRequire(import.meta.url).resolve('hardhat/package.json'));

interface TestConfig {
  ffi: boolean;
  fuzz: { runs: number; seed: string };
  invariant: { runs: number; depth: number; failOnRevert: boolean };
}

const testConfig = (config.test as { solidity: TestConfig }).solidity;

/** The numbers of random draws that `hardhat test solidity` has. */
export const FULL_EFFORT: Effort = {
  fuzzRuns: testConfig.fuzz.runs,
  invariantRuns: testConfig.invariant.runs,
};

function identify(contract: string): { name: string; source: string; solcVersion: string } {
  const [source = '', name = ''] = contract.split(':');
  return { name, source, solcVersion: SOLC_VERSION };
}

function outcomeOf({ id, durationNs, testResults }: SuiteResult): SuiteOutcome {
  const failures = testResults.filter(({ status }) => status === 'Failure');
  return {
    suite: `${id.source}:${id.name}`,
    ms: Number(durationNs / 1_000_000n),
    passed: testResults.length - failures.length,
    failed: failures.map(({ name }) => name),
    reasons: failures.map(({ reason }) => reason ?? ''),
  };
}

/** Runs Solidity tests in this process, out of artifacts. */
export class TestRunner {
  readonly #edr = hardhat('@nomicfoundation/edr') as Edr;
  #context: Promise<EdrContext> | undefined;

  async #open(): Promise<EdrContext> {
    const { EdrContext, L1_CHAIN_TYPE, l1SolidityTestRunnerFactory } = this.#edr;
    const context = new EdrContext();
    await context.registerSolidityTestRunnerFactory(L1_CHAIN_TYPE, l1SolidityTestRunnerFactory());
    return context;
  }

  #settings({ fuzzRuns, invariantRuns, tests, seed = testConfig.fuzz.seed }: Effort): object {
    const { FsAccessPermission, CollectStackTraces, l1HardforkFromString, l1GenesisState } = this.#edr;
    const { ffi, fuzz, invariant } = testConfig;
    return {
      ...(tests === undefined ? {} : { testPattern: tests }),
      projectRoot: ROOT,
      hardfork: HARDFORK,
      ffi,
      gasLimit: GAS_LIMIT,
      fsPermissions: [{ access: FsAccessPermission.ReadDirectory, path: join(ROOT, 'test') }],
      localPredeploys: l1GenesisState(l1HardforkFromString(HARDFORK)),
      disableBlockGasLimit: true,
      disableTransactionGasCap: true,
      collectStackTraces: CollectStackTraces.OnFailure,
      fuzz: { ...fuzz, runs: fuzzRuns, seed },
      invariant: { ...invariant, runs: invariantRuns, shrinkRunLimit: 0 },
    };
  }

  /** Runs suites, given as `file:Name`. */
  async run(artifacts: Artifacts, suites: readonly string[], effort: Effort): Promise<SuiteOutcome[]> {
    if (suites.length === 0) return [];
    const context = await (this.#context ??= this.#open());
    const all = Object.entries(artifacts).map(([name, contract]) => ({ id: identify(name), contract }));
    const wanted = suites.map(identify);
    const chain = this.#edr.L1_CHAIN_TYPE;
    // the run may end before it has told the results of its last suites
    return new Promise((resolve, reject) => {
      const outcomes: SuiteOutcome[] = [];
      const onSuite = (suite: SuiteResult): void => {
        outcomes.push(outcomeOf(suite));
        if (outcomes.length === suites.length) resolve(outcomes);
      };
      context.runSolidityTests(chain, all, wanted, this.#settings(effort), {}, onSuite).catch(reject);
    });
  }
}
