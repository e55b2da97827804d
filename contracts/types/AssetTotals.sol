// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title AssetTotals: how much of an asset there is and may be, in one slot
/// @notice Layout, least significant bits first: recorded 128 | cap 128, both wad.
type AssetTotals is uint256;

using AssetTotalsLib for AssetTotals global;

/// @dev Both below 2^128.
function toAssetTotals(uint256 newRecorded, uint256 newCap) pure returns (AssetTotals) {
    return AssetTotals.wrap(newRecorded | (newCap << 128));
}

library AssetTotalsLib {
    function recorded(AssetTotals totals) internal pure returns (uint256) {
        return uint128(AssetTotals.unwrap(totals));
    }

    function cap(AssetTotals totals) internal pure returns (uint256) {
        return AssetTotals.unwrap(totals) >> 128;
    }
}
