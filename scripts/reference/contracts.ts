import { readInterfaces } from './interfaces.ts';
import { code, escaped, paragraphs, table } from './markdown.ts';
import type { Declaration, Interface, NatSpec } from './solidity.ts';

/** Functions, structs and enums of every interface, from NatSpec. */
export function contractsPage(): string {
  const interfaces = readInterfaces();
  return paragraphs(
    '# Contracts',
    'Units and signs: amounts are wad (1e18) unless a name says otherwise; + is owned or long. `IClearinghouse` is all that answers at the ' +
      "clearinghouse's address and `IRiskEngine` all at the engine's; what they are put together from stands beside them. " +
      'Events and errors have pages of their own: [events](events.md), [errors](errors.md).',
    interfaces.map(({ name }) => `[${name}](#${name.toLowerCase()})`).join(' · '),
    ...interfaces.map(section),
  );
}

function section({ name, title, doc, declarations }: Interface): string {
  const of = (...kinds: readonly Declaration['kind'][]): Declaration[] =>
    declarations.filter(({ kind }) => kinds.includes(kind));
  return paragraphs(
    `## ${name}`,
    escaped(capital(title === '' ? doc.notice : `${title.replace(/\.$/, '')}. ${doc.notice}`.trim())),
    escaped(doc.dev),
    ...of('function').map(functionEntry),
    ...of('struct', 'enum').map(typeEntry),
  );
}

function functionEntry({ name, signature, doc }: Declaration): string {
  return paragraphs(`### ${name}`, fenced(signature), ...described(doc));
}

function typeEntry({ kind, name, signature, doc }: Declaration): string {
  return paragraphs(`### ${kind} ${name}`, fenced(signature), ...described(doc));
}

function described({ notice, dev, params, returns }: NatSpec): string[] {
  return [
    escaped(notice),
    escaped(dev),
    table(
      ['parameter', ''],
      params.map(({ name, text }) => [code(name), text]),
    ),
    returns.length === 0 ? '' : `Returns ${escaped(returns.join('; '))}`,
  ];
}

const fenced = (signature: string): string => `\`\`\`solidity\n${signature}\n\`\`\``;

const capital = (text: string): string =>
  text.replace(/^\w/, (letter) => letter.toUpperCase()).replaceAll(/ {2,}/g, ' ');
