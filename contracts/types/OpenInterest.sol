// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title OpenInterest: an instrument's running totals in one slot
/// @notice Layout, least significant bits first: units 104 | costSum int112 | longEpoch 20 | shortEpoch 20.
///
/// - units: held by longs, as many as by shorts, wad
/// - costSum: sum of all positions' stored cost bases, wad USD
/// - longEpoch, shortEpoch: how many times each side was deleveraged
type OpenInterest is uint256;

using OpenInterestLib for OpenInterest global;

error OpenInterestOutOfBounds(int256 units, int256 costSum);

uint256 constant MAX_EPOCH = (1 << 20) - 1;

library OpenInterestLib {
    function units(OpenInterest total) internal pure returns (uint256) {
        return uint104(OpenInterest.unwrap(total));
    }

    function costSum(OpenInterest total) internal pure returns (int256) {
        return int112(uint112(OpenInterest.unwrap(total) >> 104));
    }

    /// @notice How many times the longs or the shorts were deleveraged.
    function epoch(OpenInterest total, bool isLong) internal pure returns (uint256) {
        return (OpenInterest.unwrap(total) >> (isLong ? 216 : 236)) & MAX_EPOCH;
    }

    /// @notice The same with other units and costs.
    function moved(
        OpenInterest total,
        int256 unitsDelta,
        int256 costDelta
    ) internal pure returns (OpenInterest) {
        int256 newUnits = int256(units(total)) + unitsDelta;
        int256 newCosts = costSum(total) + costDelta;
        if (newUnits < 0 || newUnits > int256(uint256(type(uint104).max)) || newCosts != int112(newCosts)) {
            revert OpenInterestOutOfBounds(newUnits, newCosts);
        }
        uint256 epochs = (OpenInterest.unwrap(total) >> 216) << 216;
        return OpenInterest.wrap(epochs | uint256(newUnits) | (uint256(uint112(int112(newCosts))) << 104));
    }

    /// @notice The same one epoch later for one side, which is below `MAX_EPOCH`.
    function withNextEpoch(OpenInterest total, bool isLong) internal pure returns (OpenInterest) {
        return OpenInterest.wrap(OpenInterest.unwrap(total) + (uint256(1) << (isLong ? 216 : 236)));
    }
}
