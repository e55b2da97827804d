import type { HardhatPlugin } from 'hardhat/types/plugins';
import type { CompilerOutputError } from 'hardhat/types/solidity';

const FROM_A_DEPENDENCY = /(^|\/)node_modules\/|^npm\/|more than 256 warnings/;

function fileOf(problem: CompilerOutputError): string {
  if ('sourceLocation' in problem) {
    const location: unknown = problem.sourceLocation;
    if (
      typeof location === 'object' &&
      location !== null &&
      'file' in location &&
      typeof location.file === 'string'
    ) {
      return location.file;
    }
  }
  return problem.formattedMessage ?? '';
}

/** Hides the warnings that npm packages cause (Solady: hundreds), so that our own are seen. */
export const quietDependencies: HardhatPlugin = {
  id: 'novate-quiet-dependencies',
  hookHandlers: {
    solidity: () =>
      Promise.resolve({
        default: () =>
          Promise.resolve({
            getCompilationJobErrors: async (context, job, output, next) => {
              const problems = await next(context, job, output);
              return problems.filter((p) => p.severity === 'error' || !FROM_A_DEPENDENCY.test(fileOf(p)));
            },
          }),
      }),
  },
};
