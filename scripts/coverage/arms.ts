import { child, spanOf, walk, type Node } from '../mutate/ast.ts';

/** A source whose every arm of an `if` begins with a statement on a line of its own. */
export interface Marked {
  text: string;
  /** What each line of `text` comes from, from line 1 on. */
  lines: readonly Line[];
}

export interface Line {
  /** The line in the source. */
  line: number;
  /** Set where the line marks an arm. */
  arm?: 'then' | 'else';
}

interface Insert {
  at: number;
  before: string;
  after: string;
  depth: number;
  /** Whether it ends something, or begins. */
  ends: boolean;
  arm?: 'then' | 'else';
}

const MARK = 'uint256(0);';

/** Where a statement ends, with its semicolon, which the tree leaves out. */
function endOf(body: Node, bytes: Buffer): number {
  const { end } = spanOf(body);
  return bytes.toString('utf8', end, end + 1) === ';' ? end + 1 : end;
}

function insertsOf(ast: Node, bytes: Buffer): Insert[] {
  const inserts: Insert[] = [];
  walk(ast, (node, parents) => {
    const then = child(node, 'trueBody');
    if (node.nodeType !== 'IfStatement' || then === undefined) return;
    const depth = parents.length;
    const wrap = (body: Node, arm: 'then' | 'else'): void => {
      inserts.push({ at: spanOf(body).start, before: '{', after: '', depth, ends: false, arm });
      inserts.push({ at: endOf(body, bytes), before: '}', after: '', depth, ends: true });
    };
    wrap(then, 'then');
    const otherwise = child(node, 'falseBody');
    if (otherwise !== undefined) wrap(otherwise, 'else');
    else {
      inserts.push({ at: endOf(then, bytes), before: 'else{', after: '}', depth, ends: true, arm: 'else' });
    }
  });
  return inserts;
}

/** Where several stand at one place: what ends goes first, inner before outer; then what begins, outer before inner. */
function compare(a: Insert, b: Insert): number {
  if (a.at !== b.at) return a.at - b.at;
  if (a.ends !== b.ends) return a.ends ? -1 : 1;
  if (a.depth !== b.depth) return a.ends ? b.depth - a.depth : a.depth - b.depth;
  return a.before.length - b.before.length;
}

export function mark(source: string, ast: Node): Marked {
  const bytes = Buffer.from(source, 'utf8');
  const lines: Line[] = [{ line: 1 }];
  let line = 1;
  let text = '';
  let from = 0;
  const copy = (to: number): void => {
    const piece = bytes.toString('utf8', from, to);
    for (let rest = piece.split('\n').length - 1; rest > 0; rest--) {
      line += 1;
      lines.push({ line });
    }
    text += piece;
    from = to;
  };
  for (const { at, before, after, arm } of insertsOf(ast, bytes).sort(compare)) {
    copy(at);
    text += before;
    if (arm === undefined) continue;
    text += `\n${MARK}\n${after}`;
    lines.push({ line, arm }, { line });
  }
  copy(bytes.length);
  return { text, lines };
}
