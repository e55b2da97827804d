import { readInterfaces } from './interfaces.ts';
import { code, paragraphs, table } from './markdown.ts';

/** Every event, by who emits it. */
export function eventsPage(): string {
  return paragraphs(
    '# Events',
    'One for each change of state: replaying the events of the clearinghouse alone rebuilds every account (`createLedgerState`, `applyEvent` ' +
      'of the SDK). `streamEvents` follows them over reorganisations. Amounts are wad unless a name says otherwise.',
    ...readInterfaces().map(({ name, declarations }) => {
      const events = declarations.filter(({ kind }) => kind === 'event');
      if (events.length === 0) return '';
      const rows = events.map(({ signature, doc }) => [
        code(signature.replace(/^event /, '')),
        [doc.notice, doc.dev, ...doc.params.map((one) => `${code(one.name)}: ${one.text}`)]
          .filter((text) => text !== '')
          .join('\n'),
      ]);
      return paragraphs(`## ${name}`, table(['event', 'what it says'], rows));
    }),
  );
}
