export { WAD, WAD_DECIMALS, YEAR_SEC } from './constants.ts';
export {
  abs,
  clamp,
  divDown,
  divFloorRaw,
  divUp,
  divUpRaw,
  max,
  min,
  mulCeil,
  mulDivDown,
  mulDivFloor,
  mulDivUp,
  mulDown,
  mulFloor,
  mulUp,
} from './arithmetic.ts';
export { expWad } from './expWad.ts';
export { isqrt } from './isqrt.ts';
export { formatWad } from './formatWad.ts';
export { lnWad } from './lnWad.ts';
export { parseWad } from './parseWad.ts';
export { ExpOverflowError, InvalidDecimalError, LnUndefinedError, TooPreciseError } from './errors.ts';
