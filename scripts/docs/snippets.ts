import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder } from '../files.ts';
import { ROOT } from '../process.ts';

/** A fenced block of a page. @property line Where it begins, from 1. */
export interface Snippet {
  readonly path: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

/** Pages that people wrote; what is generated is checked where it comes from. */
export function writtenPages(): string[] {
  const docs = filesUnder(join(ROOT, 'docs'), '.md').map((path) => `docs/${path}`);
  const generated = /^docs\/(reference\/|concepts\/worked-example\.md|\.vitepress\/)/;
  return ['README.md', 'CONTRIBUTING.md', 'sdk/README.md', ...docs.filter((path) => !generated.test(path))];
}

/** The fenced blocks of a page, those inside of lists too. */
export function snippetsOf(path: string): Snippet[] {
  const lines = readFileSync(join(ROOT, path), 'utf8').split('\n');
  const found: Snippet[] = [];
  for (let i = 0; i < lines.length; i++) {
    const open = /^(\s*)```(\w*)\s*$/.exec(lines[i] ?? '');
    if (open === null) continue;
    const [, indent = '', language = ''] = open;
    const body: string[] = [];
    const line = i + 1;
    for (i += 1; i < lines.length && lines[i] !== `${indent}\`\`\``; i++) {
      body.push((lines[i] ?? '').slice(indent.length));
    }
    found.push({ path, line, language, text: body.join('\n') });
  }
  return found;
}
