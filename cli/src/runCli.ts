import { CommanderError } from 'commander';
import type { Command } from 'commander';
import { commandTree } from './completion/commandTree.ts';
import { findMisspelt } from './misspelt.ts';
import { createProgram } from './program.ts';
import { UsageError } from './usageError.ts';

/** Done, failed, used wrongly. */
const [OK, FAILED, USAGE] = [0, 1, 2];

/** Runs one command. Returns the process's exit code: 0 done, 1 failed, 2 used wrongly. */
export async function runCli(args: readonly string[]): Promise<number> {
  let code = OK;
  const program = createProgram((failed) => (code = failed));
  try {
    await refuseMisspelt(program, args);
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    // commander has printed its own message; help and version are no errors
    if (error instanceof CommanderError) return error.exitCode === 0 ? OK : USAGE;
    process.stderr.write(`novate: ${messageOf(error)}\n`);
    return error instanceof UsageError ? USAGE : FAILED;
  }
}

/** @throws UsageError with the flag that is nearest */
async function refuseMisspelt(program: Command, args: readonly string[]): Promise<void> {
  const misspelt = findMisspelt(commandTree(program), args);
  if (misspelt === undefined) return;
  // imported here: it brings the keeper with it
  const { nearest } = await import('@novate/keeper');
  const near = nearest(misspelt.flag, misspelt.known);
  const hint = near === undefined ? `there are ${misspelt.known.join(', ')}` : `did you mean ${near}?`;
  throw new UsageError(`unknown option ${misspelt.flag}; ${hint}`);
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // viem's short message, without the request that it appends
  return 'shortMessage' in error && typeof error.shortMessage === 'string'
    ? error.shortMessage
    : error.message;
}
