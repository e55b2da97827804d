// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title WadMath: products and quotients of wad numbers (1e18 = 1) that say which way they round
/// @notice `Down`/`Up` are for unsigned numbers; `Floor`/`Ceil` are for signed ones and round toward minus and plus
/// infinity. Overflow reverts (checked arithmetic).
library WadMath {
    uint256 internal constant WAD = 1e18;
    int256 internal constant SWAD = 1e18;

    function mulDown(uint256 a, uint256 b) internal pure returns (uint256) {
        return (a * b) / WAD;
    }

    function mulUp(uint256 a, uint256 b) internal pure returns (uint256) {
        return divUpRaw(a * b, WAD);
    }

    function divDown(uint256 a, uint256 b) internal pure returns (uint256) {
        return (a * WAD) / b;
    }

    function divUp(uint256 a, uint256 b) internal pure returns (uint256) {
        return divUpRaw(a * WAD, b);
    }

    function mulDivDown(uint256 a, uint256 b, uint256 d) internal pure returns (uint256) {
        return (a * b) / d;
    }

    function mulDivUp(uint256 a, uint256 b, uint256 d) internal pure returns (uint256) {
        return divUpRaw(a * b, d);
    }

    /// @dev ceil(a / b); reverts when b is zero.
    function divUpRaw(uint256 a, uint256 b) internal pure returns (uint256 q) {
        q = a / b;
        unchecked {
            if (q * b != a) ++q;
        }
    }

    function mulFloor(int256 a, int256 b) internal pure returns (int256) {
        return divFloorRaw(a * b, SWAD);
    }

    function mulCeil(int256 a, int256 b) internal pure returns (int256) {
        return -divFloorRaw(-(a * b), SWAD);
    }

    function mulDivFloor(int256 a, int256 b, int256 d) internal pure returns (int256) {
        return divFloorRaw(a * b, d);
    }

    /// @dev floor(a / b) for b > 0.
    function divFloorRaw(int256 a, int256 b) internal pure returns (int256 q) {
        q = a / b;
        unchecked {
            if (a < 0 && q * b != a) --q;
        }
    }

    function abs(int256 a) internal pure returns (uint256) {
        unchecked {
            return a < 0 ? uint256(-a) : uint256(a);
        }
    }

    function max(uint256 a, uint256 b) internal pure returns (uint256) {
        return a > b ? a : b;
    }

    function min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }
}
