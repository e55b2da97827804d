import { availableParallelism } from 'node:os';
import type { HardhatPlugin } from 'hardhat/types/plugins';
import type { CompilerOutput } from 'hardhat/types/solidity';

/** What stack traces need of every file, also of those without code. */
const SYNTAX_TREE = { '': ['ast'] };

/** Fewer files than this are compiled by one process. */
const FEWEST_TO_SHARE = 4;

/** Processes per compilation job: `SOLC_JOBS`, or one per core up to four (each takes up to 1 GB). */
function jobCount(): number {
  const wanted = Number(process.env.SOLC_JOBS);
  return Number.isInteger(wanted) && wanted > 0 ? wanted : Math.min(availableParallelism(), 4);
}

/** Adds what one process generated to the output of the first. */
function merge(into: CompilerOutput, part: CompilerOutput): void {
  for (const [file, source] of Object.entries(part.sources)) {
    if (source.ast !== undefined) into.sources[file] = source;
  }
  into.contracts ??= {};
  for (const [file, contracts] of Object.entries(part.contracts ?? {})) {
    into.contracts[file] = { ...into.contracts[file], ...contracts };
  }
  into.errors ??= [];
  const seen = new Set(into.errors.map((e) => e.formattedMessage));
  into.errors.push(...(part.errors ?? []).filter((e) => !seen.has(e.formattedMessage)));
}

/**
 * Runs one solc job as several processes, each of which parses everything but generates code for its share of our
 * files only. The bytecode is the same as from one process; the time halves on two cores.
 *
 * Where Hardhat compiles the tests apart, a job that has tests generates code for those alone: the contracts have been
 * built already, and solc compiles again only those that a test creates with `new`.
 */
export const parallelSolc: HardhatPlugin = {
  id: 'novate-parallel-solc',
  hookHandlers: {
    solidity: () =>
      Promise.resolve({
        default: () =>
          Promise.resolve({
            invokeSolc: async (context, compiler, input, config, next) => {
              const selection = input.settings.outputSelection['*'];
              if (selection === undefined) return next(context, compiler, input, config);

              const files = Object.keys(input.sources);
              const tests = files.filter((file) => file.startsWith('project/test/'));
              const wanted =
                context.config.solidity.splitTestsCompilation && tests.length > 0 ? tests : files;
              const jobs = wanted.length < FEWEST_TO_SHARE ? 1 : jobCount();
              const outputs = await Promise.all(
                Array.from({ length: jobs }, (_, job) => {
                  // Each file by name: a "*" file key makes solc generate code for everything.
                  const share = wanted.filter((_file, i) => i % jobs === job);
                  const outputSelection = Object.fromEntries([
                    ...(job === 0 ? files.map((file) => [file, SYNTAX_TREE] as const) : []),
                    ...share.map((file) => [file, selection] as const),
                  ]);
                  const settings = { ...input.settings, outputSelection };
                  return next(context, compiler, { ...input, settings }, config);
                }),
              );
              const [first, ...others] = outputs;
              if (first === undefined) throw new Error('solc was not run');
              for (const other of others) merge(first, other);
              return first;
            },
          }),
      }),
  },
};
