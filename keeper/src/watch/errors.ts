/** The node's answers do not belong to one chain: a reorganisation happened between them. Ask again. */
export class ChainChangedError extends Error {
  override readonly name = 'ChainChangedError';

  constructor(what: string) {
    super(`the chain changed while it was read: ${what}; reading again`);
  }
}
