// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title LinearPricing: marks of instruments whose value is linear in the index
library LinearPricing {
    /// @dev The premium counts for at most 1/200 of the index: `mulDown(index, 0.005e18)` is exactly `index / 200`.
    uint256 private constant PREMIUM_DIVISOR = 200;

    /// @notice Mark of a perp: the index plus its premium, which trades can move by at most 0.5% of the index (SPEC-F5).
    /// @param index Below 2**255.
    function perpMark(uint256 index, int256 premium) internal pure returns (uint256) {
        unchecked {
            int256 bound = int256(index / PREMIUM_DIVISOR);
            if (premium > bound) premium = bound;
            else if (premium < -bound) premium = -bound;
            return uint256(int256(index) + premium);
        }
    }
}
