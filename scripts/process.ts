import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

export interface Outcome {
  /** The exit code; 1 where a signal ended the process. */
  code: number;
  /** What it wrote, stdout and stderr as they came, without colours. */
  output: string;
}

/**
 * Runs a program of node_modules, or `node`, in the repository's root or another folder and waits for it. `quiet` does not show its
 * output.
 */
export function run(
  program: string,
  args: readonly string[],
  quiet = false,
  folder = ROOT,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const command = program === 'node' ? process.execPath : `${ROOT}/node_modules/.bin/${program}`;
    const child = spawn(command, args, {
      cwd: folder,
      env: { ...process.env, PATH: `${ROOT}/node_modules/.bin:${process.env.PATH ?? ''}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ] as const) {
      from.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (!quiet) to.write(text);
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output: stripVTControlCharacters(output) }));
  });
}
