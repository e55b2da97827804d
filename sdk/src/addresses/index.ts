export { AddressFileError } from './errors.ts';
export { loadDeployedAddresses } from './loadDeployedAddresses.ts';
export { parseDeployedAddresses } from './parseDeployedAddresses.ts';
export { novateAddressesSchema } from './schema.ts';
export type { NovateAddresses } from './schema.ts';
