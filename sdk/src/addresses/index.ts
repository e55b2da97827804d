export { addressesOf } from './addressesOf.ts';
export { deployments } from './deployments.ts';
export { AddressFileError, UnknownDeploymentError } from './errors.ts';
export { loadDeployedAddresses } from './loadDeployedAddresses.ts';
export { parseDeployedAddresses } from './parseDeployedAddresses.ts';
export { novateAddressesSchema } from './schema.ts';
export type { NovateAddresses } from './schema.ts';
