// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVolSurface} from "../interfaces/IVolSurface.sol";

/// @title SurfaceWord: a volatility surface in one storage slot
/// @notice Layout, most significant bits first (SPEC-V1):
///
///   a int48 (1e-12) | b uint44 (1e-12) | rho int21 (1e-6) | m int35 (1e-9) | sigma uint35 (1e-9) | basis int33 (1e-9)
///     | timestamp uint32 | 8 unused
///
/// @dev Zero is no surface.
type SurfaceWord is uint256;

using SurfaceWordLib for SurfaceWord global;

/// @title SurfaceWordLib: packing and the fields, in wad
library SurfaceWordLib {
    uint256 private constant VARIANCE_UNIT = 1e6;
    uint256 private constant RHO_UNIT = 1e12;
    uint256 private constant FINE_UNIT = 1e9;

    /// @notice Packs `surface`; each field must be a multiple of its unit and fit its bits.
    function pack(IVolSurface.Surface memory surface) internal pure returns (SurfaceWord) {
        uint256 word = _signed("a", surface.a, VARIANCE_UNIT, 48) << 208;
        word |= _unsigned("b", surface.b, VARIANCE_UNIT, 44) << 164;
        word |= _signed("rho", surface.rho, RHO_UNIT, 21) << 143;
        word |= _signed("m", surface.m, FINE_UNIT, 35) << 108;
        word |= _unsigned("sigma", surface.sigma, FINE_UNIT, 35) << 73;
        word |= _signed("basis", surface.basis, FINE_UNIT, 33) << 40;
        word |= _unsigned("timestamp", surface.timestamp, 1, 32) << 8;
        return SurfaceWord.wrap(word);
    }

    /// @notice All fields of a word.
    function unpack(SurfaceWord word) internal pure returns (IVolSurface.Surface memory surface) {
        uint256 raw = SurfaceWord.unwrap(word);
        unchecked {
            surface.a = (int256(raw) >> 208) * int256(VARIANCE_UNIT);
            surface.b = ((raw << 48) >> 212) * VARIANCE_UNIT;
            surface.rho = (int256(raw << 92) >> 235) * int256(RHO_UNIT);
            surface.m = (int256(raw << 113) >> 221) * int256(FINE_UNIT);
            surface.sigma = ((raw << 148) >> 221) * FINE_UNIT;
            surface.basis = (int256(raw << 183) >> 223) * int256(FINE_UNIT);
        }
        surface.timestamp = uint40(timestamp(word));
    }

    function timestamp(SurfaceWord word) internal pure returns (uint256) {
        return uint32(SurfaceWord.unwrap(word) >> 8);
    }

    function _signed(
        string memory field,
        int256 value,
        uint256 unit,
        uint256 bits
    ) private pure returns (uint256) {
        int256 units = value / int256(unit);
        int256 limit = int256(1 << (bits - 1));
        if (units * int256(unit) != value || units >= limit || units < -limit) {
            revert IVolSurface.SurfaceNotRepresentable(field, value, unit);
        }
        return uint256(units) & ((1 << bits) - 1);
    }

    function _unsigned(
        string memory field,
        uint256 value,
        uint256 unit,
        uint256 bits
    ) private pure returns (uint256 units) {
        units = value / unit;
        if (units * unit != value || units >> bits != 0) {
            int256 shown = value > uint256(type(int256).max) ? type(int256).max : int256(value);
            revert IVolSurface.SurfaceNotRepresentable(field, shown, unit);
        }
    }
}
