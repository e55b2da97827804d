// A process of its own, so that tests that never end can be ended with it.
import { Judge } from './judge.ts';
import type { Mutant } from './mutant.ts';
import { readProject } from './project.ts';

const project = readProject();
if (project === undefined) throw new Error('the project has not been opened');

const quick = process.argv.includes('--quick');
const judge = new Judge(project, (limitMs) => process.send?.({ limitMs }), quick);

process.on('message', (mutant: Mutant) => {
  judge.judge(mutant).then(
    (judgement) => process.send?.({ judgement }),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
