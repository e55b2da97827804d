export { UsageError } from '../usageError.ts';
export { formatTable } from './formatTable.ts';
export { readMarginInputs } from './readMarginInputs.ts';
export type { MarginInputs, MarginPaths } from './readMarginInputs.ts';
export { printMargin, runMargin } from './runMargin.ts';
export type { MarginOptions } from './runMargin.ts';
