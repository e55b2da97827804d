// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {WadMath} from "../libraries/WadMath.sol";

/// @title PriceScale: `amount * 10**exponent` in wad, for exponents of both signs
/// @notice Never reverts: what cannot fit saturates at the greatest uint256, which lies outside every band (P1).
library PriceScale {
    /// @dev 2^128 * 10^38 < 2^255, and anything times 10^39 is above 2^128 already.
    int256 private constant MAX_SHIFT = 38;
    /// @dev 10^77 < 2^256 < 10^78.
    int256 private constant MIN_SHIFT = -77;

    /// @notice Digits below the wad are cut off.
    function toWadDown(uint256 amount, int256 exponent) internal pure returns (uint256) {
        unchecked {
            int256 shift = exponent + 18;
            if (shift >= 0) return _multiply(amount, shift);
            return shift < MIN_SHIFT ? 0 : amount / 10 ** uint256(-shift);
        }
    }

    /// @notice Digits below the wad round up.
    function toWadUp(uint256 amount, int256 exponent) internal pure returns (uint256) {
        unchecked {
            int256 shift = exponent + 18;
            if (shift >= 0) return _multiply(amount, shift);
            if (shift < MIN_SHIFT) return amount == 0 ? 0 : 1;
            return WadMath.divUpRaw(amount, 10 ** uint256(-shift));
        }
    }

    function _multiply(uint256 amount, int256 shift) private pure returns (uint256) {
        unchecked {
            if (amount == 0) return 0;
            if (amount > type(uint128).max || shift > MAX_SHIFT) return type(uint256).max;
            return amount * 10 ** uint256(shift);
        }
    }
}
