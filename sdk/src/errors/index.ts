export { allErrorsAbi } from './allErrorsAbi.ts';
export { decodeNovateError, toNovateError } from './decodeNovateError.ts';
export { formatAccount, formatInstrument } from './format.ts';
export type { NameContext } from './format.ts';
export { NovateContractError } from './NovateContractError.ts';
export type { NovateErrorName } from './explanations/index.ts';
