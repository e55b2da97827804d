import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../process.ts';
import { escaped, paragraphs } from './markdown.ts';

const SOURCE = join(ROOT, 'sdk/src');

/** An exported declaration. @property group The folder that it is in. */
interface Entry {
  readonly name: string;
  readonly group: string;
  readonly kind: 'function' | 'class' | 'constant' | 'type';
  readonly signature: string;
  readonly doc: string;
}

const TITLES: Readonly<Record<string, string>> = {
  client: 'Client',
  'client/reads': 'Reads',
  'client/writes': 'Writes',
  abi: 'ABIs',
};

/** Every export of the package, by folder, from the source's own comments. */
export function sdkPage(): string {
  return paragraphs(
    '# SDK',
    'Exports of `@novate/sdk` and `@novate/sdk/testing`. Actions take the client and the addresses first; `novateActions(addresses)` fills ' +
      'them in and puts every action under `client.novate`. Types that only describe parameters stand with what they describe.',
    ...pages('@novate/sdk', 'index.ts'),
    ...pages('@novate/sdk/testing', 'testing/index.ts'),
  );
}

function pages(module: string, index: string): string[] {
  const groups = new Map<string, Entry[]>();
  for (const entry of exportsOf(join(SOURCE, index))) {
    groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
  }
  return [...groups].map(([group, entries]) => {
    const title = TITLES[group] ?? group.replace(/^./, (letter) => letter.toUpperCase());
    return paragraphs(
      `## ${title}`,
      `\`import { ... } from '${module}'\``,
      ...entries.map(({ name, signature, doc }) =>
        paragraphs(`### ${name}`, escaped(doc), `\`\`\`typescript\n${signature}\n\`\`\``),
      ),
    );
  });
}

/** Follows `export ... from` to the declarations. */
function exportsOf(file: string): Entry[] {
  const source = parse(file);
  return source.statements.flatMap((statement): Entry[] => {
    if (!ts.isExportDeclaration(statement)) return declarationsOf(statement, source);
    const from = statement.moduleSpecifier;
    if (from === undefined || !ts.isStringLiteral(from)) return [];
    const target = join(dirname(file), from.text);
    if (!existsSync(target)) return [];
    const all = exportsOf(target);
    const { exportClause } = statement;
    if (exportClause === undefined || !ts.isNamedExports(exportClause)) return all;
    return exportClause.elements.flatMap(({ name, propertyName }) => {
      const found = all.find((entry) => entry.name === (propertyName ?? name).text);
      return found === undefined ? [] : [{ ...found, name: name.text }];
    });
  });
}

const parsed = new Map<string, ts.SourceFile>();

function parse(file: string): ts.SourceFile {
  const known = parsed.get(file);
  if (known !== undefined) return known;
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ESNext, true);
  parsed.set(file, source);
  return source;
}

function declarationsOf(statement: ts.Statement, source: ts.SourceFile): Entry[] {
  if (!isExported(statement)) return [];
  const entry = (name: string, kind: Entry['kind'], signature: string): Entry => ({
    name,
    group: groupOf(source.fileName),
    kind,
    signature: signature.trim(),
    doc: docOf(statement),
  });
  const text = statement.getText(source);
  if (ts.isFunctionDeclaration(statement) && statement.name !== undefined) {
    const end =
      statement.body === undefined
        ? text.length
        : statement.body.getStart(source) - statement.getStart(source);
    return [entry(statement.name.text, 'function', text.slice(0, end).replace(/^export (async )?/, ''))];
  }
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
    return [entry(statement.name.text, 'type', text.replace(/^export /, ''))];
  }
  if (ts.isClassDeclaration(statement) && statement.name !== undefined) {
    return [entry(statement.name.text, 'class', text.slice(7, text.indexOf('{')))];
  }
  if (!ts.isVariableStatement(statement)) return [];
  return statement.declarationList.declarations.map((declaration) => {
    const name = declaration.name.getText(source);
    const type = declaration.type?.getText(source);
    const value = declaration.initializer?.getText(source) ?? '';
    const shown = value.length <= 80 && !value.includes('\n') ? ` = ${value}` : '';
    return entry(name, 'constant', `const ${name}${type === undefined ? '' : `: ${type}`}${shown}`);
  });
}

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}

function groupOf(file: string): string {
  return dirname(relative(SOURCE, file));
}

/** The comment with its tags, those without text left out. */
function docOf(statement: ts.Statement): string {
  const [doc] = ts.getJSDocCommentsAndTags(statement).filter(ts.isJSDoc);
  if (doc === undefined) return '';
  const text = ts.getTextOfJSDocComment(doc.comment) ?? '';
  const tags = (doc.tags ?? []).flatMap((tag) => {
    const comment = ts.getTextOfJSDocComment(tag.comment) ?? '';
    if (comment === '') return [];
    const name = ts.isJSDocParameterTag(tag) ? `\`${tag.name.getText()}\`: ` : '';
    const verb = { throws: 'Throws ', returns: 'Returns ', return: 'Returns ' }[tag.tagName.text] ?? '';
    return [`${name}${verb}${comment}`];
  });
  return [text, ...tags].filter((part) => part !== '').join('\n\n');
}
