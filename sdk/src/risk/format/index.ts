export { InputFormatError } from './InputFormatError.ts';
export { parseMarketFile } from './marketFile.ts';
export type { MarketFile } from './marketFile.ts';
export { parsePortfolioFile } from './portfolioFile.ts';
export { parseProfile } from './profileSchema.ts';
export { toMarginOutput } from './toMarginOutput.ts';
export type { MarginOutput } from './toMarginOutput.ts';
