/** A file of deployed addresses cannot be used. The message is one line: which file, what is wrong, what to do. */
export class AddressFileError extends Error {
  override readonly name = 'AddressFileError';
  readonly path: string;

  constructor(path: string, problem: string, cause?: unknown) {
    super(`${path}: ${problem}`, cause === undefined ? undefined : { cause });
    this.path = path;
  }
}
