import { child, children, spanOf, text, typeOf, type Node } from './ast.ts';
import type { Proposal } from './mutant.ts';

/** A node with what is around it and the bytes of its file. */
export interface Site {
  node: Node;
  parents: readonly Node[];
  source: Buffer;
}

type Operator = (site: Site) => Proposal[];

const BINARY: Record<string, readonly [operator: string, replacement: string][]> = {
  '+': [['arithmetic', '-']],
  '-': [['arithmetic', '+']],
  '*': [['arithmetic', '/']],
  '/': [['arithmetic', '*']],
  '%': [['arithmetic', '*']],
  '<<': [['bits', '>>']],
  '>>': [['bits', '<<']],
  '&': [['bits', '|']],
  '|': [['bits', '&']],
  '^': [['bits', '|']],
  '<': [
    ['boundary', '<='],
    ['comparison', '>='],
  ],
  '<=': [
    ['boundary', '<'],
    ['comparison', '>'],
  ],
  '>': [
    ['boundary', '>='],
    ['comparison', '<='],
  ],
  '>=': [
    ['boundary', '>'],
    ['comparison', '<'],
  ],
  '==': [['comparison', '!=']],
  '!=': [['comparison', '==']],
  '&&': [['logic', '||']],
  '||': [['logic', '&&']],
  '+=': [['arithmetic', '-=']],
  '-=': [['arithmetic', '+=']],
  '*=': [['arithmetic', '/=']],
  '/=': [['arithmetic', '*=']],
  '|=': [['bits', '&=']],
  '&=': [['bits', '|=']],
  '<<=': [['bits', '>>=']],
  '>>=': [['bits', '<<=']],
};
const COMPARISONS = new Set(['<', '<=', '>', '>=', '==', '!=']);
const TWINS: readonly (readonly [RegExp, string])[] = [
  [/Down$/, 'Up'],
  [/Up$/, 'Down'],
  [/Floor$/, 'Ceil'],
  [/Ceil$/, 'Floor'],
  [/^min$/, 'max'],
  [/^max$/, 'min'],
];

export const sliceOf = (source: Buffer, node: Node): string => {
  const { start, end } = spanOf(node);
  return source.subarray(start, end).toString('utf8');
};

const replace = (node: Node, operator: string, replacement: string): Proposal => ({
  ...spanOf(node),
  operator,
  text: replacement,
});

/** Swaps the sign between two operands. */
const binary: Operator = ({ node, source }) => {
  const assignment = node.nodeType === 'Assignment';
  if (node.nodeType !== 'BinaryOperation' && !assignment) return [];
  const left = child(node, assignment ? 'leftHandSide' : 'leftExpression');
  const right = child(node, assignment ? 'rightHandSide' : 'rightExpression');
  const sign = text(node, 'operator');
  if (left === undefined || right === undefined) return [];
  const from = spanOf(left).end;
  const at = source.subarray(from, spanOf(right).start).indexOf(sign);
  if (at < 0) return [];
  return (BINARY[sign] ?? []).map(([operator, replacement]) => ({
    operator,
    start: from + at,
    end: from + at + sign.length,
    text: replacement,
  }));
};

const unary: Operator = ({ node, parents, source }) => {
  if (node.nodeType !== 'UnaryOperation') return [];
  const operand = child(node, 'subExpression');
  const sign = text(node, 'operator');
  if (operand === undefined || parents.some((parent) => isStepOf(parent, node))) return [];
  const inner = sliceOf(source, operand);
  if (sign === '-' || sign === '!' || sign === '~') return [replace(node, 'unary', inner)];
  if (sign !== '++' && sign !== '--') return [];
  const other = sign === '++' ? '--' : '++';
  return [replace(node, 'arithmetic', node.prefix === true ? other + inner : inner + other)];
};

/** Whether a node is within the step of a loop, whose mutants only run for ever. */
function isStepOf(parent: Node, node: Node): boolean {
  const step = parent.nodeType === 'ForStatement' ? child(parent, 'loopExpression') : undefined;
  return (
    step !== undefined && spanOf(step).start <= spanOf(node).start && spanOf(node).end <= spanOf(step).end
  );
}

/** Negates what is not a plain comparison, which `binary` turns round. */
const negation: Operator = ({ node, source }) => {
  if (node.nodeType !== 'IfStatement' && node.nodeType !== 'Conditional') return [];
  const condition = child(node, 'condition');
  if (condition === undefined || COMPARISONS.has(text(condition, 'operator'))) return [];
  if (condition.nodeType === 'UnaryOperation') return [];
  return [replace(condition, 'negation', `!(${sliceOf(source, condition)})`)];
};

const DELETED: Record<string, string> = {
  RevertStatement: 'delete revert',
  EmitStatement: 'delete emit',
  Assignment: 'delete assignment',
  FunctionCall: 'delete call',
  UnaryOperation: 'delete assignment',
};

const deletion: Operator = ({ node, parents, source }) => {
  const statement = node.nodeType === 'ExpressionStatement' ? child(node, 'expression') : node;
  if (statement === undefined || parents.some((parent) => isStepOf(parent, node))) return [];
  const isStatement = node !== statement || /^(Revert|Emit)Statement$/.test(node.nodeType);
  const operator = DELETED[statement.nodeType];
  if (operator === undefined || !isStatement) return [];
  const { start, end } = spanOf(node);
  const rest = /^\s*;/.exec(source.subarray(end, end + 80).toString('utf8'));
  return [{ operator, start, end: end + (rest?.[0].length ?? 0), text: '{}' }];
};

const literal: Operator = ({ node, source }) => {
  if (node.nodeType !== 'Literal') return [];
  if (node.kind === 'bool') return [replace(node, 'boolean', node.value === 'true' ? 'false' : 'true')];
  if (node.kind !== 'number' || typeOf(node).startsWith('address')) return [];
  const value = sliceOf(source, node);
  const zero = typeOf(node) === 'int_const 0';
  if (zero) return [replace(node, 'constant', '1')];
  const one = typeOf(node) === 'int_const 1';
  const proposals = [replace(node, 'constant', `(${value} + 1)`)];
  if (!one) proposals.push(replace(node, 'constant', `(${value} - 1)`));
  return [...proposals, replace(node, 'constant', '0')];
};

/** Functions to which the order of two arguments is all the same. */
const COMMUTATIVE = /^_?(mul(Down|Up|Floor|Ceil|Signed)?|min|max)$/;

const nameOf = (callee: Node): string => text(callee, 'memberName') || text(callee, 'name');

/** Swaps neighbouring arguments of one type. */
const argumentsSwapped: Operator = ({ node, source }) => {
  if (node.nodeType !== 'FunctionCall' || node.kind === 'typeConversion') return [];
  const callee = child(node, 'expression');
  const list = children(node, 'arguments');
  if (callee !== undefined && list.length === 2 && COMMUTATIVE.test(nameOf(callee))) return [];
  return list.slice(1).flatMap((second, i) => {
    const first = list[i];
    if (first === undefined || typeOf(first) === '' || typeOf(first) !== typeOf(second)) return [];
    const [a, b] = [sliceOf(source, first), sliceOf(source, second)];
    if (a === b) return [];
    const { start, end } = { start: spanOf(first).end, end: spanOf(second).start };
    // named arguments come in the order of the declaration, not of the text
    if (end < start) return [];
    const between = source.subarray(start, end).toString('utf8');
    if (!/^[\s,]*$/.test(between)) return [];
    const swapped = `${b}${between}${a}`;
    return [{ operator: 'arguments', start: spanOf(first).start, end: spanOf(second).end, text: swapped }];
  });
};

/** Turns the rounding of a named function round, and `min` into `max`. */
const twin: Operator = ({ node, source }) => {
  if (node.nodeType !== 'FunctionCall' || node.kind !== 'functionCall') return [];
  const callee = child(node, 'expression');
  if (callee === undefined) return [];
  const name = nameOf(callee);
  const rule = TWINS.find(([pattern]) => pattern.test(name));
  if (rule === undefined) return [];
  const { end } = spanOf(callee);
  const start = end - name.length;
  if (source.subarray(start, end).toString('utf8') !== name) return [];
  const operator = /^m(in|ax)$/.test(name) ? 'min/max' : 'rounding';
  return [{ operator, start, end, text: name.replace(...rule) }];
};

const modifier: Operator = ({ node }) =>
  node.nodeType === 'ModifierInvocation' && node.kind === 'modifierInvocation'
    ? [replace(node, 'modifier', '')]
    : [];

const OPERATORS: readonly Operator[] = [
  binary,
  unary,
  negation,
  deletion,
  literal,
  argumentsSwapped,
  twin,
  modifier,
];

export const proposeSolidity: Operator = (site) => OPERATORS.flatMap((operator) => operator(site));
