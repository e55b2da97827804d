import { encodeFunctionData } from 'viem';
import type { AbiFunction, Address, Hex } from 'viem';
import type { Row, Rows } from './accessTable.ts';
import type { Actor } from './actors.ts';
import { ACTORS, addressOfActor } from './actors.ts';
import { isAccessError, NOT_SCHEDULED, outcomeOf } from './outcome.ts';
import type { World } from './world.ts';

/** A function of a deployed contract with the row that is about it. */
export interface Entry {
  readonly contract: string;
  readonly target: Address;
  readonly name: string;
  readonly row: Row;
  readonly data: Hex;
}

/** What the table lacks of a contract's functions, and what it has beyond them. */
export function compareRows(contract: string, functions: Iterable<string>, rows: Rows | undefined): string[] {
  if (rows === undefined) return [`${contract} is deployed and not in the table`];
  const names = new Set(functions);
  return [
    ...[...names].filter((name) => !(name in rows)).map((name) => `${contract}.${name} has no row`),
    ...Object.keys(rows)
      .filter((name) => !names.has(name))
      .map((name) => `${contract} has no function ${name}, only a row`),
  ];
}

/** The rows of functions that exist, with the call that tries each. */
export function entriesOf(
  world: World,
  contract: string,
  functions: ReadonlyMap<string, AbiFunction>,
  rows: Rows,
): Entry[] {
  return [...functions].flatMap(([name, item]) => {
    const row = rows[name];
    if (row === undefined) return [];
    const data = encodeFunctionData({
      abi: [item],
      functionName: name,
      args: [...(row.args?.(world) ?? [])],
    });
    return [{ contract, target: world.addressOf(contract), name, row, data }];
  });
}

/** Has everybody try a function. Returns what went otherwise than its row says. */
export async function tryEverybody(world: World, entry: Entry): Promise<string[]> {
  const problems: string[] = [];
  for (const actor of ACTORS) {
    const outcome = await outcomeOf(world, addressOfActor(world, actor), entry.target, entry.data);
    const problem = judge(entry.row, actor, outcome);
    if (problem !== undefined) problems.push(`${entry.contract}.${entry.name} by ${actor}: ${problem}`);
  }
  return problems;
}

function judge(row: Row, actor: Actor, outcome: string): string | undefined {
  if (row.who !== 'anyone' && !row.who.includes(actor)) {
    const refused = isAccessError(outcome) || (row.refusals ?? []).includes(outcome);
    return refused ? undefined : `must be refused, yet: ${outcome}`;
  }
  if (row.timelocked === true) {
    return outcome === NOT_SCHEDULED ? undefined : `must be told to schedule it first, yet: ${outcome}`;
  }
  if (isAccessError(outcome) || outcome === NOT_SCHEDULED) return `may call it, yet: ${outcome}`;
  const answers = row.answers ?? ['ok'];
  if (answers === 'any' || answers.includes(outcome)) return undefined;
  return `expected ${answers.join(' or ')}, yet: ${outcome}`;
}
