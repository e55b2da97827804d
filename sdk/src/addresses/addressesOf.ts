import { deployments } from './deployments.ts';
import { UnknownDeploymentError } from './errors.ts';
import type { NovateAddresses } from './schema.ts';

/**
 * Where the protocol is on a chain, from the deployments recorded with this release.
 * @param book Another address book, such as of one's own deployments.
 * @throws UnknownDeploymentError
 */
export function addressesOf(
  chainId: number,
  book: Readonly<Record<number, NovateAddresses>> = deployments,
): NovateAddresses {
  const found = book[chainId];
  if (found === undefined) throw new UnknownDeploymentError(chainId, Object.keys(book).map(Number));
  return found;
}
