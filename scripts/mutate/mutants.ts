import { createHash } from 'node:crypto';
import { text, walk, type Node } from './ast.ts';
import type { Mutant, Proposal } from './mutant.ts';
import { proposeSolidity } from './operators.ts';
import { proposeYul } from './yulOperators.ts';

const OWNERS = new Set([
  'ContractDefinition',
  'FunctionDefinition',
  'ModifierDefinition',
  'VariableDeclaration',
]);

function nameOf(owners: readonly Node[]): string {
  return owners
    .map((node) => text(node, 'name') || text(node, 'kind'))
    .slice(0, 2)
    .join('.');
}

/** Every mutant of one file, in the order of the text. */
export function mutantsOf(file: string, ast: Node, source: string): Mutant[] {
  const bytes = Buffer.from(source, 'utf8');
  const mutants: Mutant[] = [];
  const seen = new Map<string, number>();
  const add = (proposal: Proposal, owners: readonly Node[]): void => {
    const { start, end, operator, text: replacement } = proposal;
    const original = bytes.subarray(start, end).toString('utf8');
    const line = bytes.subarray(0, start).toString('utf8').split('\n').length;
    const key = [file, nameOf(owners), operator, original, replacement].join('|');
    const times = seen.get(key) ?? 0;
    seen.set(key, times + 1);
    const id = createHash('sha256').update(`${key}|${times}`).digest('hex').slice(0, 10);
    const numbers = owners.flatMap(({ id: number }) => (number === undefined ? [] : [number]));
    const place = { id, file, line, inside: nameOf(owners), owners: numbers };
    mutants.push({ ...place, operator, original, text: replacement, start, end });
  };
  walk(ast, (node, parents) => {
    const owners = [...parents, node].filter(({ nodeType }) => OWNERS.has(nodeType));
    if (owners.length === 0) return;
    const propose = node.nodeType.startsWith('Yul') ? proposeYul : proposeSolidity;
    for (const proposal of propose({ node, parents, source: bytes })) add(proposal, owners);
  });
  return mutants.sort((a, b) => a.start - b.start || a.end - b.end || (a.text < b.text ? -1 : 1));
}

/** Numbers in [0, 1) that a text determines (mulberry32). */
function randomOf(seed: string): () => number {
  let state = createHash('sha256').update(seed).digest().readUInt32LE();
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Mutants of a list that a seed picks, each as likely as any other, in an order that the seed picks as well. */
export function sampleOf(mutants: readonly Mutant[], size: number, seed: string): Mutant[] {
  const random = randomOf(seed);
  const pool = mutants.map((mutant) => ({ mutant, key: random() }));
  pool.sort((a, b) => a.key - b.key);
  return pool.slice(0, size).map(({ mutant }) => mutant);
}
