import { children, text, walk, type Node } from './ast.ts';

/** What a contract's code is made from: the declarations, by number, whose change may change it. */
export interface Unit {
  /** `file:Name`. */
  name: string;
  parts: number[];
  /** Artifacts that it looks up and deploys, `file:Name` or the end of it. */
  deploys: string[];
}

interface Declaration {
  node: Node;
  /** Whether it is compiled into whoever refers to it: of a library or a file, or a constant. */
  inlined: boolean;
}

function declarationsOf(asts: ReadonlyMap<string, Node>): Map<number, Declaration> {
  const declarations = new Map<number, Declaration>();
  const add = (node: Node, shared: boolean): void => {
    if (node.id === undefined) return;
    declarations.set(node.id, { node, inlined: shared || node.constant === true });
  };
  for (const ast of asts.values()) {
    for (const node of children(ast, 'nodes')) {
      add(node, node.nodeType !== 'ContractDefinition');
      const library = text(node, 'contractKind') === 'library';
      for (const member of children(node, 'nodes')) add(member, library);
    }
  }
  return declarations;
}

/** The declarations that a node refers to, but for those named as types only. */
function referencesOf(root: Node): Set<number> {
  const references = new Set<number>();
  const add = (id: unknown): void => {
    if (typeof id === 'number') references.add(id);
  };
  walk(root, (node) => {
    if (node.nodeType !== 'UserDefinedTypeName') add(node.referencedDeclaration);
    add(node.function); // of an operator that a file defines
    if (!Array.isArray(node.externalReferences)) return;
    for (const reference of node.externalReferences as { declaration?: unknown }[])
      add(reference.declaration);
  });
  return references;
}

/** Contracts that the code creates, which are compiled into it whole. */
function createdBy(root: Node): Set<number> {
  const created = new Set<number>();
  walk(root, (node) => {
    if (node.nodeType !== 'NewExpression') return;
    const id = (node.typeName as Node | undefined)?.referencedDeclaration;
    if (typeof id === 'number') created.add(id);
  });
  return created;
}

function artifactsIn(root: Node): string[] {
  const found: string[] = [];
  walk(root, (node) => {
    const value = node.nodeType === 'Literal' ? text(node, 'value') : '';
    if (/\.sol:\w+$/.test(value)) found.push(value);
  });
  return found;
}

/** Follows the references of a contract, its bases and whatever these are compiled with. */
function collect(contract: Node, declarations: ReadonlyMap<number, Declaration>): Omit<Unit, 'name'> {
  const parts = new Set<number>();
  const deploys = new Set<string>();
  const queue: number[] = [];
  const addContract = (node: Node): void => {
    if (Array.isArray(node.linearizedBaseContracts)) {
      queue.push(...(node.linearizedBaseContracts as number[]));
    }
  };
  addContract(contract);
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const declaration = declarations.get(id);
    if (declaration === undefined || parts.has(id)) continue;
    parts.add(id);
    for (const artifact of artifactsIn(declaration.node)) deploys.add(artifact);
    for (const other of referencesOf(declaration.node)) {
      if (declarations.get(other)?.inlined === true) queue.push(other);
    }
    for (const other of createdBy(declaration.node)) {
      const created = declarations.get(other)?.node;
      if (created?.nodeType === 'ContractDefinition') addContract(created);
    }
  }
  return { parts: [...parts], deploys: [...deploys] };
}

/** Finds what every contract that can be deployed is made from. */
export function unitsOf(asts: ReadonlyMap<string, Node>): Unit[] {
  const declarations = declarationsOf(asts);
  return [...asts].flatMap(([file, ast]) =>
    children(ast, 'nodes')
      .filter((node) => text(node, 'contractKind') === 'contract' && node.abstract !== true)
      .filter(() => /^(contracts|test)\//.test(file))
      .map((node) => ({ name: `${file}:${text(node, 'name')}`, ...collect(node, declarations) })),
  );
}
