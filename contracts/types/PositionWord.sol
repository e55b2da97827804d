// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {InstrumentId, Kind} from "./InstrumentId.sol";

/// @title PositionWord: a whole position in one storage slot
/// @notice Layout, most significant bits first:
///
///   kind 4 | underlying 12 | expiry 20 | size int96 | payload 104 | epoch 20
///
/// - size: units, wad, + long and - short
/// - payload: for perps and futures the cost basis (int104, wad USD), for options the 60 bits of the strike
/// - epoch: the last deleveraging of this instrument and side that the position has taken part in
///
/// A perp's cost basis has its funding folded in: it is `-sum(size_traded * (price - fundingIndex_then))`, so that what
/// the position is worth is `size * (mark - fundingIndex_now) + cost` and no checkpoint needs a slot of its own.
type PositionWord is uint256;

using PositionWordLib for PositionWord global;

int256 constant MAX_SIZE = type(int96).max;
int256 constant MAX_COST = type(int104).max;

/// @notice A position's size would leave the 96 bits that hold it.
error SizeOutOfBounds(int256 size, int256 max);
/// @notice A position's cost basis would leave the 104 bits that hold it.
error CostOutOfBounds(int256 cost, int256 max);

/// @notice Packs a perp or a future.
function toLinearWord(
    InstrumentId id,
    int256 newSize,
    int256 newCost,
    uint256 newEpoch
) pure returns (PositionWord) {
    if (newSize > MAX_SIZE || newSize < -MAX_SIZE) revert SizeOutOfBounds(newSize, MAX_SIZE);
    if (newCost > MAX_COST || newCost < -MAX_COST) revert CostOutOfBounds(newCost, MAX_COST);
    return
        PositionWord.wrap(
            (uint256(InstrumentId.unwrap(id) >> 60) << 220) |
                (uint256(uint96(int96(newSize))) << 124) |
                (uint256(uint104(int104(newCost))) << 20) |
                newEpoch
        );
}

/// @notice Packs an option.
function toOptionWord(InstrumentId id, int256 newSize, uint256 newEpoch) pure returns (PositionWord) {
    if (newSize > MAX_SIZE || newSize < -MAX_SIZE) revert SizeOutOfBounds(newSize, MAX_SIZE);
    uint256 raw = InstrumentId.unwrap(id);
    return
        PositionWord.wrap(
            ((raw >> 60) << 220) |
                (uint256(uint96(int96(newSize))) << 124) |
                ((raw & ((1 << 60) - 1)) << 20) |
                newEpoch
        );
}

library PositionWordLib {
    function instrument(PositionWord word) internal pure returns (InstrumentId) {
        uint256 raw = PositionWord.unwrap(word);
        uint256 head = (raw >> 220) << 60;
        // perp = 1 and future = 2: their payload is a cost, not a strike
        if (raw >> 252 < 3) return InstrumentId.wrap(uint96(head));
        return InstrumentId.wrap(uint96(head | ((raw >> 20) & ((1 << 60) - 1))));
    }

    function kind(PositionWord word) internal pure returns (Kind) {
        return Kind(PositionWord.unwrap(word) >> 252);
    }

    function underlying(PositionWord word) internal pure returns (uint16) {
        return uint16((PositionWord.unwrap(word) >> 240) & 0xfff);
    }

    /// @notice Units, wad, + long and - short.
    function size(PositionWord word) internal pure returns (int256) {
        return int256(int96(uint96(PositionWord.unwrap(word) >> 124)));
    }

    /// @notice Cost basis of a perp or future, wad USD; meaningless for an option.
    function cost(PositionWord word) internal pure returns (int256) {
        return int256(int104(uint104(PositionWord.unwrap(word) >> 20)));
    }

    /// @notice The same position with another cost basis.
    function withCost(PositionWord word, int256 newCost) internal pure returns (PositionWord) {
        if (newCost > MAX_COST || newCost < -MAX_COST) revert CostOutOfBounds(newCost, MAX_COST);
        uint256 rest = PositionWord.unwrap(word) & ~(uint256(type(uint104).max) << 20);
        return PositionWord.wrap(rest | (uint256(uint104(int104(newCost))) << 20));
    }

    /// @notice The same word with other low 20 bits.
    function withEpoch(PositionWord word, uint256 newEpoch) internal pure returns (PositionWord) {
        return PositionWord.wrap(((PositionWord.unwrap(word) >> 20) << 20) | newEpoch);
    }

    function epoch(PositionWord word) internal pure returns (uint256) {
        return PositionWord.unwrap(word) & 0xfffff;
    }

    /// @notice True where the word holds a position in `id`.
    function isInstrument(PositionWord word, InstrumentId id) internal pure returns (bool) {
        // where the first 36 bits differ nothing else has to be compared
        if (PositionWord.unwrap(word) >> 220 != InstrumentId.unwrap(id) >> 60) return false;
        return InstrumentId.unwrap(instrument(word)) == InstrumentId.unwrap(id);
    }
}
