import { child, children, text, spanOf, walk, type Node } from './ast.ts';
import { applyEdits, type Edit, type Sources } from './sources.ts';

/** Where the function that stands in for `new` is. */
const HELPER = 'test/solidity/mutate/deployed.sol';
const HELPER_SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

interface IGetCode {
    function getCode(string calldata artifact) external view returns (bytes memory);
}

function deployed(string memory artifact, bytes memory arguments) returns (address payable at) {
    address vm = address(uint160(uint256(keccak256("hevm cheat code"))));
    bytes memory code = abi.encodePacked(IGetCode(vm).getCode(artifact), arguments);
    assembly ("memory-safe") {
        at := create(0, add(code, 32), mload(code))
        if iszero(at) {
            let pointer := mload(64)
            returndatacopy(pointer, 0, returndatasize())
            revert(pointer, returndatasize())
        }
    }
}
`;

/** The contract that a `new C` creates, as `file:Name`; undefined for an array, or where options follow. */
function created(call: Node, names: ReadonlyMap<number, string>): string | undefined {
  const expression = child(call, 'expression');
  if (expression?.nodeType !== 'NewExpression') return undefined;
  const id = child(expression, 'typeName')?.referencedDeclaration;
  return typeof id === 'number' ? names.get(id) : undefined;
}

function editsOf(ast: Node, source: Buffer, names: ReadonlyMap<number, string>): Edit[] {
  const edits: Edit[] = [];
  /** `try new C(...)` takes nothing else in its place: such a test is compiled with C. */
  const tried = new Set<Node>();
  walk(ast, (node) => {
    if (node.nodeType === 'TryStatement') {
      const call = child(node, 'externalCall');
      if (call !== undefined) tried.add(call);
    }
    if (node.nodeType !== 'FunctionCall' || tried.has(node)) return;
    const contract = created(node, names);
    const expression = child(node, 'expression');
    if (contract?.startsWith('contracts/') !== true || expression === undefined) return;
    const callee = spanOf(expression);
    const type = child(expression, 'typeName');
    if (type === undefined) return;
    const { start, end } = spanOf(type);
    const open = source.indexOf('(', callee.end);
    const name = source.subarray(start, end).toString('utf8');
    edits.push({ start: callee.start, end: open + 1, text: `${name}(deployed("${contract}", abi.encode(` });
    edits.push({ start: spanOf(node).end, end: spanOf(node).end, text: '))' });
  });
  return edits;
}

/** Numbers and names of every contract that is neither abstract nor an interface nor a library. */
function contractNames(asts: ReadonlyMap<string, Node>): Map<number, string> {
  const names = new Map<number, string>();
  for (const [file, ast] of asts) {
    for (const node of children(ast, 'nodes')) {
      if (node.nodeType !== 'ContractDefinition' || node.id === undefined) continue;
      if (text(node, 'contractKind') === 'contract') names.set(node.id, `${file}:${text(node, 'name')}`);
    }
  }
  return names;
}

/**
 * The tests with `new C(...)` of our contracts turned into a look-up of C's artifact, so that a mutant of C needs no
 * compilation of the tests, which takes ten times as long as C's own.
 */
export function loosen(sources: Sources, asts: ReadonlyMap<string, Node>): Sources {
  const names = contractNames(asts);
  const loose = new Map(sources);
  for (const [file, ast] of asts) {
    const source = sources.get(file);
    if (!file.startsWith('test/') || source === undefined) continue;
    const edits = editsOf(ast, Buffer.from(source, 'utf8'), names);
    if (edits.length === 0) continue;
    const up = '../'.repeat(file.split('/').length - 3);
    const path = `${up === '' ? './' : up}mutate/deployed.sol`;
    loose.set(file, `${applyEdits(source, edits)}\nimport {deployed} from "${path}";\n`);
  }
  return loose.set(HELPER, HELPER_SOURCE);
}
