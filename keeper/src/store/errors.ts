/** Another keeper owns this now, or the lease ran out: nothing may be written or sent in its name. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
  readonly lease: string;

  constructor(lease: string) {
    super(`this process does not own ${lease} any more; it goes on once it owns it again`);
    this.lease = lease;
  }
}

/** Another transaction is in flight for the same work, or has done it. */
export class WorkTakenError extends Error {
  override readonly name = 'WorkTakenError';
  readonly keys: readonly string[];

  constructor(keys: readonly string[]) {
    super(`in hand or done already: ${keys.join(', ')}`);
    this.keys = keys;
  }
}

/** The store's cursor is not where this process left it: it must load the store again. */
export class StoreMovedError extends Error {
  override readonly name = 'StoreMovedError';

  constructor(expected: string) {
    super(`the cursor in the store is not at ${expected} any more; loading the store again`);
  }
}

/** The database cannot be used as it is. The message says what to do. */
export class StoreSetupError extends Error {
  override readonly name = 'StoreSetupError';

  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
  }
}
