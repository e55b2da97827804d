/** A node of the compiler's syntax tree. Nodes of inline assembly have no `id`. */
export interface Node {
  nodeType: string;
  src: string;
  id?: number;
  [key: string]: unknown;
}

export interface Span {
  start: number;
  end: number;
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'nodeType' in value && 'src' in value;
}

/** The node behind a key, if it is one. */
export function child(node: Node, key: string): Node | undefined {
  const value = node[key];
  return isNode(value) ? value : undefined;
}

/** The nodes of the list behind a key. */
export function children(node: Node, key: string): Node[] {
  const value = node[key];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

export function text(node: Node, key: string): string {
  const value = node[key];
  return typeof value === 'string' ? value : '';
}

export function spanOf(node: Node): Span {
  const [start = 0, length = 0] = node.src.split(':').map(Number);
  return { start, end: start + length };
}

/** Visits a node and everything below it, parents first; `parents` goes from the root to the node's parent. */
export function walk(root: Node, visit: (node: Node, parents: readonly Node[]) => void): void {
  const parents: Node[] = [];
  const go = (node: Node): void => {
    visit(node, parents);
    parents.push(node);
    for (const value of Object.values(node)) {
      if (isNode(value)) go(value);
      else if (Array.isArray(value)) value.filter(isNode).forEach(go);
    }
    parents.pop();
  };
  go(root);
}

/** The type of an expression as the compiler writes it. */
export function typeOf(node: Node): string {
  const descriptions = node.typeDescriptions;
  if (typeof descriptions !== 'object' || descriptions === null) return '';
  return 'typeString' in descriptions && typeof descriptions.typeString === 'string'
    ? descriptions.typeString
    : '';
}
