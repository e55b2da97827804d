import { availableParallelism } from 'node:os';
import type { HardhatPlugin } from 'hardhat/types/plugins';
import type { CompilerOutput } from 'hardhat/types/solidity';

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
 */
export const parallelSolc: HardhatPlugin = {
  id: 'novate-parallel-solc',
  hookHandlers: {
    solidity: () =>
      Promise.resolve({
        default: () =>
          Promise.resolve({
            invokeSolc: async (context, compiler, input, config, next) => {
              const jobs = jobCount();
              const files = Object.keys(input.sources);
              const ours = files.filter((file) => file.startsWith('project/'));
              const selection = input.settings.outputSelection['*'];
              if (jobs < 2 || ours.length < FEWEST_TO_SHARE || selection === undefined) {
                return next(context, compiler, input, config);
              }
              const outputs = await Promise.all(
                Array.from({ length: jobs }, (_, job) => {
                  const share = ours.filter((_file, i) => i % jobs === job);
                  if (job === 0) share.push(...files.filter((file) => !file.startsWith('project/')));
                  // Each file by name: a "*" file key makes solc generate code for everything.
                  const outputSelection = Object.fromEntries(share.map((file) => [file, selection]));
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
