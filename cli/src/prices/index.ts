export { alignCandles } from './alignCandles.ts';
export type { CandleRow, TimeLimits } from './alignCandles.ts';
export { generateCrash } from './generateCrash.ts';
export { playQuiet } from './playQuiet.ts';
export { pricePath } from './pricePath.ts';
export type { PriceStep } from './pricePath.ts';
export { readPriceFiles } from './readPriceFiles.ts';
