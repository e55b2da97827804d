// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PositionWord} from "./PositionWord.sol";

/// @notice An account as the risk engine sees it: a value in memory, with interest and funding brought up to date.
/// @param cash Present value of the cash balance, wad USD; negative when the account borrows.
/// @param profileId The risk profile the account has chosen.
/// @param legs One packed word per position. In a perp's word the cost is net of the funding owed until now, and in the place
/// of the epoch stands its market's open-interest scale in units of 1e-6 (SPEC-M8).
/// @param premiums For the i-th perp among `legs`, the decayed traded premium over the index, wad USD per unit.
/// @param spot One packed word per collateral asset other than cash; see `SpotWord`.
struct Portfolio {
    int256 cash;
    uint256 profileId;
    PositionWord[] legs;
    int256[] premiums;
    SpotWord[] spot;
}

/// @notice A collateral balance: assetId 8 bits | underlying 16 | amount 128 (wad units), right-aligned.
type SpotWord is uint256;

using SpotWordLib for SpotWord global;

function toSpotWord(uint256 asset, uint256 underlyingId, uint256 amountWad) pure returns (SpotWord) {
    return SpotWord.wrap((asset << 144) | (underlyingId << 128) | amountWad);
}

library SpotWordLib {
    function assetId(SpotWord word) internal pure returns (uint8) {
        return uint8(SpotWord.unwrap(word) >> 144);
    }

    function underlying(SpotWord word) internal pure returns (uint16) {
        return uint16(SpotWord.unwrap(word) >> 128);
    }

    function amount(SpotWord word) internal pure returns (uint256) {
        return uint128(SpotWord.unwrap(word));
    }
}
