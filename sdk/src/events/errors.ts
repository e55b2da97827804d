/** A log has the first topic of a Novate event, but not its shape. */
export class MalformedLogError extends Error {
  override readonly name = 'MalformedLogError';
  readonly eventName: string;

  constructor(eventName: string, cause?: unknown) {
    super(
      `a log with the topic of ${eventName} does not have its fields; ` +
        'check that the address belongs to this release of Novate, and fetch the log again from another node',
      cause === undefined ? undefined : { cause },
    );
    this.eventName = eventName;
  }
}
