import { toFunctionSelector } from 'viem';
import { allErrorsAbi, signatureOf } from '../../sdk/src/errors/allErrorsAbi.ts';
import { explanationOf } from '../../sdk/src/errors/explanations/index.ts';
import { code, paragraphs, table } from './markdown.ts';

/** Every custom error with what it means and what to do. */
export function errorsPage(): string {
  const rows = allErrorsAbi
    .map((item) => ({ item, explained: explanationOf(item.name, signatureOf(item)) }))
    .sort((a, b) => (a.item.name < b.item.name ? -1 : 1))
    .map(({ item, explained }) => [
      `${code(signatureOf(item))}\n${code(toFunctionSelector(signatureOf(item)))}`,
      shown(explained?.says ?? ''),
      explained?.remedy ?? '',
    ]);
  return paragraphs(
    '# Errors',
    `The ${rows.length} custom errors of the contracts. \`decodeNovateError\` of the SDK and everything built on it (the command line, the ` +
      'dashboard, the keeper) prints the sentence with the values that failed, and the remedy.',
    table(['error', 'what happened', 'what to do'], rows),
  );
}

/** Placeholders such as `{account:account}` as the name alone. */
function shown(sentence: string): string {
  return sentence.replaceAll(/\{(\w+):\w+\}/g, (_, name: string) => `*${name}*`);
}
