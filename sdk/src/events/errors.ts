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

/** A reorganisation replaced more blocks than a stream remembers: what it told cannot be taken back. */
export class ReorgTooDeepError extends Error {
  override readonly name = 'ReorgTooDeepError';
  /** The oldest block that is known to be replaced. */
  readonly blockNumber: bigint;

  constructor(blockNumber: bigint) {
    super(
      `block ${blockNumber} and more below it were replaced; start a new stream from a block that is final, ` +
        'or keep more blocks with keptBlocks',
    );
    this.blockNumber = blockNumber;
  }
}
