// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title GhostMath: products and quotients by the spec's words, with the compiler's own operators
library GhostMath {
    uint256 internal constant ONE = 1e18;

    function down(uint256 a, uint256 b) internal pure returns (uint256) {
        return (a * b) / ONE;
    }

    function up(uint256 a, uint256 b) internal pure returns (uint256) {
        return ceilOf(a * b, ONE);
    }

    function ceilOf(uint256 a, uint256 b) internal pure returns (uint256) {
        return a == 0 ? 0 : (a - 1) / b + 1;
    }

    /// @dev floor(a * b / 1e18).
    function floor(int256 a, int256 b) internal pure returns (int256) {
        return floorOf(a * b, int256(ONE));
    }

    /// @dev ceil(a * b / 1e18).
    function ceil(int256 a, int256 b) internal pure returns (int256) {
        return -floorOf(-(a * b), int256(ONE));
    }

    /// @dev floor(a / b) for b > 0.
    function floorOf(int256 a, int256 b) internal pure returns (int256) {
        return a >= 0 ? a / b : -((-a + b - 1) / b);
    }

    function abs(int256 a) internal pure returns (uint256) {
        return uint256(a >= 0 ? a : -a);
    }

    function min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }

    function clamp(int256 a, int256 most) internal pure returns (int256) {
        return
            a > most
                ? most
                : a < -most
                    ? -most
                    : a;
    }
}
