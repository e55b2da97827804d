import { AddressFileError } from './errors.ts';
import { parseDeployedAddresses } from './parseDeployedAddresses.ts';
import type { NovateAddresses } from './schema.ts';

/**
 * Reads the addresses of an Ignition deployment: `<deployment folder>/deployed_addresses.json`. Node only; in a browser
 * pass the file's text to `parseDeployedAddresses`.
 * @throws AddressFileError
 */
export async function loadDeployedAddresses(path: string): Promise<NovateAddresses> {
  // imported here, so that a page that uses the rest of the SDK needs no file system
  const { readFile } = await import('node:fs/promises');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new AddressFileError(path, 'cannot be read; deploy first, or check the path', cause);
  }
  return parseDeployedAddresses(text, path);
}
