import { UsageError } from '../usageError.ts';

/**
 * The value of a JSON text.
 * @throws UsageError in one line, naming the file and the line where the text stops being JSON
 */
export function parseJson(path: string, text: string): unknown {
  try {
    // editors on some systems put a byte order mark first
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const line = lineOf(message, text);
    const fault = text.trim() === '' ? 'the file is empty' : reason(message);
    throw new UsageError(`${path}:${line}: not valid JSON: ${fault}`);
  }
}

/** Where the parser stopped, or the last line with anything in it. */
function lineOf(message: string, text: string): number {
  const position = /at position (\d+)/.exec(message)?.[1];
  const end = text.trimEnd().length;
  const before = text.slice(0, position === undefined ? end : Math.min(Number(position), end));
  return before.split('\n').length;
}

/** The engine's reason without its excerpt of the text, which may span lines. */
function reason(message: string): string {
  const [head = message] = message.split(/,? (?:in JSON )?at position |, \.{3}|, "/);
  return head.replaceAll(/\s+/g, ' ').replace(/^./, (letter) => letter.toLowerCase());
}
