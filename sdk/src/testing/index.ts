export { deployNovate } from './deployNovate.ts';
export type { DeployNovateParameters, TestContracts, TestNovate } from './deployNovate.ts';
export { TestDeploymentError } from './errors.ts';
export type { FundAccountParameters } from './fundAccount.ts';
export type { MintParameters, TestToken } from './mint.ts';
export type { PostSurfaceParameters } from './postSurface.ts';
export type { SetPriceParameters, TestUnderlying } from './setPrice.ts';
export type { TestActions } from './testActions.ts';
