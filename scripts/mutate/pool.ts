import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Judgement } from './judge.ts';
import type { Mutant } from './mutant.ts';

/** Mutants that one process judges before another takes its place: the compiler's memory only grows. */
const LIFETIME = 40;

interface Message {
  limitMs?: number;
  judgement?: Judgement;
}

/** A process that judges mutants; replaced when it does not come back from a test. */
class Worker {
  #process: ChildProcess | undefined;
  #judged = 0;
  readonly #args: string[];

  constructor(quick: boolean) {
    this.#args = quick ? ['--quick'] : [];
  }

  judge(mutant: Mutant): Promise<Judgement> {
    const child = (this.#process ??= fork(join(import.meta.dirname, 'worker.ts'), this.#args, {
      stdio: 'inherit',
    }));
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const settle = (judgement: Judgement): void => {
        clearTimeout(timer);
        child.removeAllListeners();
        this.#judged += 1;
        if (judgement.verdict === 'timeout' || this.#judged % LIFETIME === 0) this.close();
        resolve(judgement);
      };
      child.on('message', ({ limitMs, judgement }: Message) => {
        clearTimeout(timer);
        if (judgement !== undefined) settle(judgement);
        else if (limitMs !== undefined && limitMs > 0) {
          timer = setTimeout(() => {
            settle({ verdict: 'timeout' });
          }, limitMs);
        }
      });
      child.on('exit', (code) => {
        clearTimeout(timer);
        this.#process = undefined;
        reject(new Error(`the process that judged ${mutant.id} ended with code ${code ?? 'none'}`));
      });
      child.send(mutant);
    });
  }

  close(): void {
    this.#process?.removeAllListeners();
    this.#process?.kill('SIGKILL');
    this.#process = undefined;
  }
}

/** Judges mutants in `jobs` processes and tells each result as it comes. */
export async function judgeAll(
  mutants: readonly Mutant[],
  jobs: number,
  quick: boolean,
  onJudged: (mutant: Mutant, judgement: Judgement, seconds: number) => void,
): Promise<void> {
  const queue = [...mutants];
  const work = async (): Promise<void> => {
    const worker = new Worker(quick);
    try {
      for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
        const started = Date.now();
        const judgement = await worker.judge(mutant);
        onJudged(mutant, judgement, (Date.now() - started) / 1000);
      }
    } finally {
      worker.close();
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
}
