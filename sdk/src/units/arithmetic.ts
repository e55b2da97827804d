import { WAD } from './constants.ts';

// Twin of contracts/libraries/WadMath.sol. `Down`/`Up` take numbers >= 0, `Floor`/`Ceil` take signed ones. The divisor is
// always > 0. bigint's own `/` truncates toward zero, as Solidity's does, and is written nowhere else on a signed number.

/** floor(a * b / 1e18) for a, b >= 0. */
export function mulDown(a: bigint, b: bigint): bigint {
  return (a * b) / WAD;
}

/** ceil(a * b / 1e18) for a, b >= 0. */
export function mulUp(a: bigint, b: bigint): bigint {
  return divUpRaw(a * b, WAD);
}

/** floor(a * 1e18 / b) for a >= 0, b > 0. */
export function divDown(a: bigint, b: bigint): bigint {
  return (a * WAD) / b;
}

/** ceil(a * 1e18 / b) for a >= 0, b > 0. */
export function divUp(a: bigint, b: bigint): bigint {
  return divUpRaw(a * WAD, b);
}

/** floor(a * b / d) for a, b >= 0, d > 0, with the full product in between. */
export function mulDivDown(a: bigint, b: bigint, d: bigint): bigint {
  return (a * b) / d;
}

/** ceil(a * b / d) for a, b >= 0, d > 0, with the full product in between. */
export function mulDivUp(a: bigint, b: bigint, d: bigint): bigint {
  return divUpRaw(a * b, d);
}

/** ceil(a / b) for a >= 0, b > 0. */
export function divUpRaw(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return quotient * b === a ? quotient : quotient + 1n;
}

/** a * b / 1e18 rounded toward minus infinity, either sign. */
export function mulFloor(a: bigint, b: bigint): bigint {
  return divFloorRaw(a * b, WAD);
}

/** a * b / 1e18 rounded toward plus infinity, either sign. */
export function mulCeil(a: bigint, b: bigint): bigint {
  return -divFloorRaw(-(a * b), WAD);
}

/** a * b / d rounded toward minus infinity; a, b of either sign, d > 0. */
export function mulDivFloor(a: bigint, b: bigint, d: bigint): bigint {
  return divFloorRaw(a * b, d);
}

/** a / b rounded toward minus infinity; a of either sign, b > 0. */
export function divFloorRaw(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a < 0n && quotient * b !== a ? quotient - 1n : quotient;
}

export function abs(a: bigint): bigint {
  return a < 0n ? -a : a;
}

export function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

export function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** `value` held within -bound..bound; bound >= 0. */
export function clamp(value: bigint, bound: bigint): bigint {
  if (value > bound) return bound;
  return value < -bound ? -bound : value;
}
