export { fitChain } from './fitChain.ts';
export type { FittedChain, FittedExpiry } from './fitChain.ts';
export { parseChain } from './parseChain.ts';
export type { Quote } from './parseChain.ts';
export { readChain } from './readChain.ts';
export { runSvi } from './runSvi.ts';
export type { SviOptions } from './runSvi.ts';
