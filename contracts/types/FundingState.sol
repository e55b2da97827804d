// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title FundingState: a perp market's moving state in one slot
/// @notice Layout, least significant bits first: fundingIndex int96 | premium int88 | updatedAt 40 | scale 32.
///
/// - fundingIndex: what one unit long has paid since listing, wad USD
/// - premium: premium over the index at `updatedAt`, wad USD per unit
/// - scale: how much open interest raises initial margin, in units of 1e-6, at most 1e6 (SPEC-M8)
type FundingState is uint256;

using FundingStateLib for FundingState global;

/// @notice A funding index or premium that its bits cannot hold.
error FundingOutOfBounds(int256 fundingIndex, int256 premium);

function toFundingState(
    int256 fundingIndex,
    int256 premium,
    uint256 updatedAt,
    uint256 newScale
) pure returns (FundingState) {
    if (fundingIndex != int96(fundingIndex) || premium != int88(premium)) {
        revert FundingOutOfBounds(fundingIndex, premium);
    }
    return
        FundingState.wrap(
            uint96(int96(fundingIndex)) |
                (uint256(uint88(int88(premium))) << 96) |
                (updatedAt << 184) |
                (newScale << 224)
        );
}

library FundingStateLib {
    function fundingIndex(FundingState state) internal pure returns (int256) {
        return int96(uint96(FundingState.unwrap(state)));
    }

    function premium(FundingState state) internal pure returns (int256) {
        return int88(uint88(FundingState.unwrap(state) >> 96));
    }

    function updatedAt(FundingState state) internal pure returns (uint256) {
        return uint40(FundingState.unwrap(state) >> 184);
    }

    function scale(FundingState state) internal pure returns (uint256) {
        return FundingState.unwrap(state) >> 224;
    }
}
