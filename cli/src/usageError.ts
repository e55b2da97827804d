/** What the user typed or gave cannot be used. The message is one line that says what was expected. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly exitCode = 2;
}
