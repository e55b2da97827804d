// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

/// @title DeleverageMath: the two indexes that deleveraging moves (SPEC-D3 to D5)
/// @notice A position of size s, last touched when its side's size index was A0 and its cash index B0, holds
/// `s * A1 / A0` units now and has received `s * (B1 - B0) / A0` for the rest. Each step multiplies A by the share that
/// stays open and adds what a unit was paid, times the A before. Where little is left of A a new generation starts at `ONE`.
library DeleverageMath {
    /// @dev A side's size index at the start of a generation.
    uint256 internal constant ONE = 1 << 127;
    /// @dev Below this a generation ends, so that ratios keep 64 bits.
    uint256 internal constant LEAST = 1 << 64;

    /// @notice Units left of `size`, rounded down; both are magnitudes.
    function left(uint256 size, uint256 indexThen, uint256 indexNow) internal pure returns (uint256) {
        return FixedPointMathLib.fullMulDiv(size, indexNow, indexThen);
    }

    /// @notice `a * b / d`, rounded toward minus infinity, with a product of any size.
    function mulDivFloor(uint256 a, int256 b, uint256 d) internal pure returns (int256) {
        if (b >= 0) return int256(FixedPointMathLib.fullMulDiv(a, uint256(b), d));
        return -int256(FixedPointMathLib.fullMulDivUp(a, uint256(-b), d));
    }
}
