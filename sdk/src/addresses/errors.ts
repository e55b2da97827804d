/** A file of deployed addresses cannot be used. The message is one line: which file, what is wrong, what to do. */
export class AddressFileError extends Error {
  override readonly name = 'AddressFileError';
  readonly path: string;

  constructor(path: string, problem: string, cause?: unknown) {
    super(`${path}: ${problem}`, cause === undefined ? undefined : { cause });
    this.path = path;
  }
}

/** No deployment is known on a chain. */
export class UnknownDeploymentError extends Error {
  override readonly name = 'UnknownDeploymentError';
  readonly chainId: number;

  constructor(chainId: number, known: readonly number[]) {
    const there = known.length === 0 ? 'none is recorded yet' : `there are some on ${known.join(', ')}`;
    super(
      `no deployment is recorded for chain ${chainId}; ${there}. ` +
        'Pass the addresses yourself: parseDeployedAddresses reads the deployed_addresses.json of a deployment',
    );
    this.chainId = chainId;
  }
}
