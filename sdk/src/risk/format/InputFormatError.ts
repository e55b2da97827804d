import type { z } from 'zod';

/** An input whose form is wrong: says which field, and what was expected there. One line. */
export class InputFormatError extends Error {
  override readonly name = 'InputFormatError';
  /** The field's path, such as `options[0].strike`; empty for the whole input. */
  readonly field: string;
  /** What was expected, and what was found. */
  readonly reason: string;

  constructor(field: string, reason: string) {
    super(field === '' ? reason : `${field}: ${reason}`);
    this.field = field;
    this.reason = reason;
  }
}

/**
 * What a schema makes of an input.
 * @param at Path of the input itself within its file.
 * @throws InputFormatError of the first field that is wrong
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  at: readonly PropertyKey[] = [],
): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const { issues } = result.error;
  // a misspelt field is also a missing one: the misspelling is the cause
  const unknownField = issues.find((issue) => issue.code === 'unrecognized_keys');
  if (unknownField?.code === 'unrecognized_keys') {
    throw new InputFormatError(
      toPath([...at, ...unknownField.path, ...unknownField.keys.slice(0, 1)]),
      unknownField.message,
    );
  }
  const [first] = issues;
  throw new InputFormatError(toPath([...at, ...(first?.path ?? [])]), first?.message ?? 'is not valid');
}

function toPath(path: readonly PropertyKey[]): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') {
      text += `[${key}]`;
      continue;
    }
    const name = String(key);
    // an odd name is quoted, so that the message stays on one line
    text += `${text === '' ? '' : '.'}${/^[\w.-]+$/.test(name) ? name : JSON.stringify(name)}`;
  }
  return text;
}
