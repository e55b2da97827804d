import { child, children, spanOf, text, type Node } from './ast.ts';
import type { Proposal } from './mutant.ts';
import { sliceOf, type Site } from './operators.ts';

const SWAPS: Record<string, readonly [operator: string, replacement: string]> = {
  add: ['arithmetic', 'sub'],
  sub: ['arithmetic', 'add'],
  mul: ['arithmetic', 'div'],
  div: ['arithmetic', 'mul'],
  sdiv: ['arithmetic', 'mul'],
  mod: ['arithmetic', 'div'],
  smod: ['arithmetic', 'sdiv'],
  lt: ['comparison', 'gt'],
  gt: ['comparison', 'lt'],
  slt: ['comparison', 'sgt'],
  sgt: ['comparison', 'slt'],
  and: ['bits', 'or'],
  or: ['bits', 'and'],
  xor: ['bits', 'or'],
  shl: ['bits', 'shr'],
  shr: ['bits', 'shl'],
  sar: ['bits', 'shl'],
};
/** `a < b` becomes `a <= b`, which is `!(a > b)`. */
const BOUNDARY: Record<string, string> = { lt: 'gt', gt: 'lt', slt: 'sgt', sgt: 'slt' };

function call(node: Node, source: Buffer): Proposal[] {
  const callee = child(node, 'functionName');
  if (callee === undefined) return [];
  const name = text(callee, 'name');
  const swap = SWAPS[name];
  const proposals: Proposal[] = [];
  if (swap !== undefined) proposals.push({ ...spanOf(callee), operator: swap[0], text: swap[1] });
  const opposite = BOUNDARY[name];
  const inner = sliceOf(source, node).slice(name.length);
  if (opposite !== undefined) {
    proposals.push({ ...spanOf(node), operator: 'boundary', text: `iszero(${opposite}${inner})` });
  }
  if (name === 'eq') proposals.push({ ...spanOf(node), operator: 'comparison', text: `iszero(eq${inner})` });
  const [argument] = children(node, 'arguments');
  if ((name === 'iszero' || name === 'not') && argument !== undefined) {
    proposals.push({ ...spanOf(node), operator: 'unary', text: sliceOf(source, argument) });
  }
  return proposals;
}

function literal(node: Node): Proposal[] {
  if (node.kind !== 'number') return [];
  const value = BigInt(text(node, 'value'));
  const others = new Set([value + 1n, value > 0n ? value - 1n : 1n, 0n]);
  others.delete(value);
  return [...others].map((other) => ({ ...spanOf(node), operator: 'constant', text: String(other) }));
}

/** What may change in a node of inline assembly. */
export function proposeYul({ node, source, parents }: Site): Proposal[] {
  const loop = parents.find(({ nodeType }) => nodeType === 'YulForLoop');
  const step = loop === undefined ? undefined : child(loop, 'post');
  // a loop whose step is changed only runs for ever
  if (step !== undefined && (node === step || parents.includes(step))) return [];
  switch (node.nodeType) {
    case 'YulFunctionCall':
      return call(node, source);
    case 'YulLiteral':
      return literal(node);
    case 'YulAssignment':
      return [{ ...spanOf(node), operator: 'delete assignment', text: '' }];
    case 'YulExpressionStatement':
      return [{ ...spanOf(node), operator: 'delete call', text: '' }];
    case 'YulIf': {
      const condition = child(node, 'condition');
      if (condition === undefined) return [];
      const negated = `iszero(${sliceOf(source, condition)})`;
      return [{ ...spanOf(condition), operator: 'negation', text: negated }];
    }
    default:
      return [];
  }
}
