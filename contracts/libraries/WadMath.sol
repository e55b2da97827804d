// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title WadMath: products and quotients of wad numbers (1e18 = 1) that say which way they round
/// @notice `Down`/`Up` are for unsigned numbers; `Floor`/`Ceil` are for signed ones and round toward minus and plus
/// infinity. Overflow and division by zero revert with the compiler's own panics.
/// @dev In assembly because these few functions are most of what the engine computes: the compiler's checked signed
/// product and quotient cost five times as much.
library WadMath {
    uint256 internal constant WAD = 1e18;
    int256 internal constant SWAD = 1e18;

    function mulDown(uint256 a, uint256 b) internal pure returns (uint256 q) {
        uint256 p = _mul(a, b);
        assembly ("memory-safe") {
            q := div(p, WAD)
        }
    }

    function mulUp(uint256 a, uint256 b) internal pure returns (uint256 q) {
        uint256 p = _mul(a, b);
        assembly ("memory-safe") {
            q := add(div(p, WAD), iszero(iszero(mod(p, WAD))))
        }
    }

    function divDown(uint256 a, uint256 b) internal pure returns (uint256) {
        return _mul(a, WAD) / b;
    }

    function divUp(uint256 a, uint256 b) internal pure returns (uint256) {
        return divUpRaw(_mul(a, WAD), b);
    }

    function mulDivDown(uint256 a, uint256 b, uint256 d) internal pure returns (uint256) {
        return _mul(a, b) / d;
    }

    function mulDivUp(uint256 a, uint256 b, uint256 d) internal pure returns (uint256) {
        return divUpRaw(_mul(a, b), d);
    }

    /// @dev ceil(a / b); reverts when b is zero.
    function divUpRaw(uint256 a, uint256 b) internal pure returns (uint256 q) {
        q = a / b;
        assembly ("memory-safe") {
            q := add(q, iszero(iszero(mod(a, b))))
        }
    }

    function mulFloor(int256 a, int256 b) internal pure returns (int256 q) {
        int256 p = _mulSigned(a, b);
        assembly ("memory-safe") {
            q := sub(sdiv(p, SWAD), slt(smod(p, SWAD), 0))
        }
    }

    function mulCeil(int256 a, int256 b) internal pure returns (int256 q) {
        int256 p = _mulSigned(a, b);
        assembly ("memory-safe") {
            q := add(sdiv(p, SWAD), sgt(smod(p, SWAD), 0))
        }
    }

    function mulDivFloor(int256 a, int256 b, int256 d) internal pure returns (int256) {
        return divFloorRaw(_mulSigned(a, b), d);
    }

    /// @dev floor(a / b) for b > 0.
    function divFloorRaw(int256 a, int256 b) internal pure returns (int256 q) {
        q = a / b;
        assembly ("memory-safe") {
            q := sub(q, slt(smod(a, b), 0))
        }
    }

    function abs(int256 a) internal pure returns (uint256 magnitude) {
        assembly ("memory-safe") {
            let sign := sar(255, a)
            magnitude := sub(xor(a, sign), sign)
        }
    }

    function max(uint256 a, uint256 b) internal pure returns (uint256) {
        return a > b ? a : b;
    }

    function min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }

    function _mul(uint256 a, uint256 b) private pure returns (uint256 p) {
        assembly ("memory-safe") {
            p := mul(a, b)
            if iszero(or(iszero(a), eq(div(p, a), b))) {
                mstore(0x00, 0x4e487b71)
                mstore(0x20, 0x11)
                revert(0x1c, 0x24)
            }
        }
    }

    function _mulSigned(int256 a, int256 b) private pure returns (int256 p) {
        assembly ("memory-safe") {
            p := mul(a, b)
            // the second term is the one product that the division does not catch: -1 * min
            if or(iszero(or(iszero(a), eq(sdiv(p, a), b))), and(iszero(not(a)), eq(b, shl(255, 1)))) {
                mstore(0x00, 0x4e487b71)
                mstore(0x20, 0x11)
                revert(0x1c, 0x24)
            }
        }
    }
}
