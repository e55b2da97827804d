// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ClearinghouseStorage} from "./ClearinghouseStorage.sol";
import {InstrumentId, Kind} from "./types/InstrumentId.sol";
import {OpenInterest} from "./types/OpenInterest.sol";
import {PositionWord, toLinearWord, toOptionWord} from "./types/PositionWord.sol";
import {DeleverageMath} from "./libraries/DeleverageMath.sol";
import {WadMath} from "./libraries/WadMath.sol";

/// @title DeleverageIndex: what deleveraging has done to a position since it was last touched (SPEC-D3 to D6)
/// @dev An instrument's slot of totals holds, for each side, how many times it was deleveraged: its epoch. A position keeps
/// the epoch it has taken part in. Only where the two differ are indexes read, so that they cost nothing otherwise.
abstract contract DeleverageIndex is ClearinghouseStorage {
    /// @dev What happened to one position.
    /// @param word What it is now; its size is 0 where nothing is left.
    /// @param closed Signed units that were closed, of the position's own sign.
    /// @param paid What the account received for them, funding included.
    /// @param cost What they had cost, which turned into cash with it.
    struct Synced {
        PositionWord word;
        int256 closed;
        int256 paid;
        int256 cost;
    }

    uint256 private constant SHORT_KEY = 1 << 32;
    uint256 private constant END_KEY = 1 << 33;
    /// @dev Set in every checkpoint that was written.
    uint256 private constant WRITTEN = 1 << 255;

    /// @dev The totals of an instrument that is known to exist.
    function _interestOf(InstrumentId instrument) internal view returns (Interest storage) {
        return
            instrument.kind() == Kind.Perp
                ? _s.perps[instrument.underlying()].interest
                : _s.interests[instrument];
    }

    /// @return changed Whether its side was deleveraged since the position was touched.
    function _synced(
        PositionWord word
    ) internal view returns (bool changed, InstrumentId instrument, Synced memory synced) {
        instrument = word.instrument();
        int256 size = word.size();
        uint256 epoch = _interestOf(instrument).total.epoch(size > 0);
        if (epoch == word.epoch()) return (false, instrument, synced);
        uint256 left;
        (left, synced.paid) = _roll(instrument, size > 0, WadMath.abs(size), word.epoch(), epoch);
        int256 newSize = size > 0 ? int256(left) : -int256(left);
        synced.closed = size - newSize;
        if (instrument.isOption()) {
            synced.word = toOptionWord(instrument, newSize, epoch);
        } else {
            int256 cost = word.cost();
            int256 closed = int256(WadMath.abs(synced.closed));
            synced.cost = WadMath.mulDivFloor(cost, closed, int256(WadMath.abs(size)));
            synced.word = toLinearWord(instrument, newSize, cost - synced.cost, epoch);
        }
        return (true, instrument, synced);
    }

    /// @dev Rolls a magnitude forward from one epoch to another. After two generations nothing is left of any size.
    function _roll(
        InstrumentId instrument,
        bool isLong,
        uint256 size,
        uint256 fromEpoch,
        uint256 toEpoch
    ) private view returns (uint256 left, int256 paid) {
        mapping(uint256 key => Checkpoint) storage checkpoints = _s.checkpoints[instrument];
        uint256 side = isLong ? 0 : SHORT_KEY;
        (uint256 index, int256 cash, uint256 generation) = _read(checkpoints[side | fromEpoch]);
        (uint256 indexNow, int256 cashNow, uint256 generationNow) = _read(checkpoints[side | toEpoch]);
        left = size;
        while (left != 0 && generation != generationNow) {
            (uint256 lastIndex, int256 lastCash, ) = _read(checkpoints[side | END_KEY | generation]);
            paid += DeleverageMath.mulDivFloor(left, lastCash - cash, index);
            left = DeleverageMath.left(left, index, lastIndex);
            (index, cash) = (DeleverageMath.ONE, 0);
            ++generation;
        }
        paid += DeleverageMath.mulDivFloor(left, cashNow - cash, index);
        left = DeleverageMath.left(left, index, indexNow);
    }

    /// @dev Epoch 0, which is never written, is the start of generation 0.
    function _read(
        Checkpoint storage checkpoint
    ) private view returns (uint256 index, int256 cash, uint256 generation) {
        uint256 word = checkpoint.sizes;
        if (word == 0) return (DeleverageMath.ONE, 0, 0);
        return (uint128(word), checkpoint.cash, uint32(word >> 128));
    }

    /// @notice Closes `size` units of one side, pro rata, and pays `cash` for them together (negative: takes it).
    /// @param total The instrument's totals: as many units as either side holds.
    /// @param epoch The side's, before this step.
    /// @return index The side's size index afterwards.
    /// @return cashIndex Its cash index.
    /// @return generation Their generation.
    function _moveIndexes(
        InstrumentId instrument,
        bool isLong,
        OpenInterest total,
        uint256 epoch,
        uint256 size,
        int256 cash
    ) internal returns (uint256 index, int256 cashIndex, uint256 generation) {
        mapping(uint256 key => Checkpoint) storage checkpoints = _s.checkpoints[instrument];
        uint256 side = isLong ? 0 : SHORT_KEY;
        (index, cashIndex, generation) = _read(checkpoints[side | epoch]);
        uint256 units = total.units();
        // what a unit is paid, in units of the index before this step
        cashIndex += DeleverageMath.mulDivFloor(index, cash, units);
        index = DeleverageMath.left(index, units, units - size);
        if (index < DeleverageMath.LEAST) {
            _write(checkpoints[side | END_KEY | generation], index, cashIndex, generation);
            (index, cashIndex, generation) = (DeleverageMath.ONE, 0, generation + 1);
        }
        _write(checkpoints[side | (epoch + 1)], index, cashIndex, generation);
    }

    function _write(Checkpoint storage checkpoint, uint256 index, int256 cash, uint256 generation) private {
        checkpoint.sizes = WRITTEN | (generation << 128) | index;
        checkpoint.cash = cash;
    }
}
