// Declarations of Solidity interfaces with their NatSpec, read from the source as it is written in this repository: every
// comment above what it documents, one declaration at a time.

export interface NatSpec {
  readonly notice: string;
  readonly dev: string;
  readonly params: readonly { readonly name: string; readonly text: string }[];
  readonly returns: readonly string[];
}

export interface Declaration {
  readonly kind: 'function' | 'event' | 'error' | 'struct' | 'enum';
  readonly name: string;
  /** In one line, without a body or a semicolon. */
  readonly signature: string;
  readonly doc: NatSpec;
}

export interface Interface {
  readonly name: string;
  readonly title: string;
  readonly doc: NatSpec;
  readonly declarations: readonly Declaration[];
}

const DECLARATION = /^\s*(function|event|error|struct|enum)\s+(\w+)/;
const EMPTY: NatSpec = { notice: '', dev: '', params: [], returns: [] };

/** The interface of a file; undefined where it declares none. */
export function parseInterface(source: string): Interface | undefined {
  const lines = source.split('\n');
  const start = lines.findIndex((line) => /^(abstract )?(interface|contract) /.test(line));
  const name = /^(?:abstract )?(?:interface|contract) (\w+)/.exec(lines[start] ?? '')?.[1];
  if (name === undefined) return undefined;
  const { tags, doc } = parseNatSpec(commentAbove(lines, start));
  const declarations: Declaration[] = [];
  for (let i = start + 1; i < lines.length; i++) {
    const match = DECLARATION.exec(lines[i] ?? '');
    if (match === null) continue;
    const [, kind = '', declared = ''] = match;
    const doc = parseNatSpec(commentAbove(lines, i)).doc;
    const signature = signatureAt(lines, i);
    declarations.push({ kind: kind as Declaration['kind'], name: declared, signature, doc });
  }
  const title = (tags.get('title') ?? []).join(' ').replace(/^\w+: /, '');
  return { name, title, doc, declarations };
}

/** The `///` lines right above a line, without their slashes. */
function commentAbove(lines: readonly string[], at: number): string[] {
  const found: string[] = [];
  for (let i = at - 1; i >= 0; i--) {
    const text = /^\s*\/\/\/ ?(.*)$/.exec(lines[i] ?? '')?.[1];
    if (text === undefined) break;
    found.unshift(text);
  }
  return found;
}

function parseNatSpec(comment: readonly string[]): { tags: Map<string, string[]>; doc: NatSpec } {
  const tags = new Map<string, string[]>();
  let tag = 'notice';
  for (const line of comment) {
    const match = /^@(\w+)\s*(.*)$/.exec(line);
    if (match !== null) tag = match[1] ?? '';
    const texts = tags.get(tag) ?? [];
    if (match !== null || texts.length === 0) texts.push(match?.[2] ?? line);
    else texts.push(`${texts.pop() ?? ''}${line.startsWith('- ') ? '\n' : ' '}${line.trim()}`);
    tags.set(tag, texts);
  }
  if (comment.length === 0) return { tags, doc: EMPTY };
  const params = (tags.get('param') ?? []).map((text) => {
    const [, name = '', rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
    return { name, text: rest };
  });
  return {
    tags,
    doc: {
      notice: (tags.get('notice') ?? []).join(' '),
      dev: (tags.get('dev') ?? []).join(' '),
      params,
      returns: tags.get('return') ?? [],
    },
  };
}

/** From a line to where the declaration ends: a semicolon, or for structs and enums the closing brace. */
function signatureAt(lines: readonly string[], at: number): string {
  const closes = /^\s*(struct|enum)/.test(lines[at] ?? '') ? '}' : ';';
  let text = '';
  for (let i = at; i < lines.length; i++) {
    const line = (lines[i] ?? '').replace(/\/\/.*$/, '').trim();
    text += ` ${line}`;
    if (line.includes(closes) || (closes === ';' && line.endsWith('{'))) break;
  }
  return text
    .replace(/[;{]\s*$/, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('( ', '(')
    .replaceAll(' )', ')')
    .trim();
}
