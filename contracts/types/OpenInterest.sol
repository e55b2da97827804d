// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title OpenInterest: a market's running totals in one slot
/// @notice Layout, least significant bits first: units 128 (held by longs, as many as by shorts) | costSum int128 (sum of
/// all positions' stored cost bases, wad USD).
type OpenInterest is uint256;

using OpenInterestLib for OpenInterest global;

error OpenInterestOutOfBounds(int256 units, int256 costSum);

function toOpenInterest(int256 newUnits, int256 newCostSum) pure returns (OpenInterest) {
    if (newUnits < 0 || newUnits > int256(uint256(type(uint128).max)) || newCostSum != int128(newCostSum)) {
        revert OpenInterestOutOfBounds(newUnits, newCostSum);
    }
    return OpenInterest.wrap(uint256(newUnits) | (uint256(newCostSum) << 128));
}

library OpenInterestLib {
    function units(OpenInterest total) internal pure returns (uint256) {
        return uint128(OpenInterest.unwrap(total));
    }

    function costSum(OpenInterest total) internal pure returns (int256) {
        return int256(OpenInterest.unwrap(total)) >> 128;
    }
}
