/** A setting is missing or wrong. The message is one line: which setting, where from, what to do. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
  }
}
