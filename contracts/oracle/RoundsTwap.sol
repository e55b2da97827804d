// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {ISettlementTwap} from "../interfaces/ISettlementTwap.sol";
import {FeedCall} from "./FeedCall.sol";
import {PriceScale} from "./PriceScale.sol";

/// @title RoundsTwap: an average price out of a Chainlink feed's rounds, proven by their numbers
/// @notice The price at a time is the answer with the greatest number among the rounds dated at or before it. See
/// ISettlementTwap.settleByRounds.
library RoundsTwap {
    uint80 private constant PHASE_SHIFT = 64;

    /// @dev `phaseSec` is when the phase after the one walked in begins: its first round's date, or never. `weighted` is
    /// complete up to `heldSec`, from where on `price` holds.
    struct Walk {
        address feed;
        uint256 decimals;
        uint256 minPrice;
        uint256 maxPrice;
        uint256 startSec;
        uint256 endSec;
        uint80 roundId;
        uint256 updatedAt;
        uint256 phaseSec;
        uint256 price;
        uint256 heldSec;
        uint256 weighted;
    }

    /// @notice The average of `source`'s answers from `startSec` to `endSec`, wad, rounded down.
    function average(
        IPriceRouter.SourceConfig memory source,
        uint80[] calldata roundIds,
        uint256 startSec,
        uint256 endSec
    ) internal view returns (uint256) {
        uint256 count = roundIds.length;
        if (count < 2) revert ISettlementTwap.TooFewRounds(count, 2);
        Walk memory walk;
        walk.feed = source.feed;
        (walk.minPrice, walk.maxPrice) = (source.minPrice, source.maxPrice);
        (walk.startSec, walk.endSec) = (startSec, endSec);
        _requireGas();
        bool ok;
        (ok, walk.decimals) = FeedCall.decimals(source.feed);
        if (!ok || walk.decimals > 36) revert ISettlementTwap.RoundMissing(source.feed, roundIds[0]);
        _start(walk, roundIds[0]);
        for (uint256 i = 1; i < count; ++i) {
            _step(walk, roundIds[i]);
        }
        if (walk.updatedAt <= endSec) {
            revert ISettlementTwap.LastRoundTooEarly(walk.roundId, walk.updatedAt, endSec);
        }
        return walk.weighted / (endSec - startSec);
    }

    function _start(Walk memory walk, uint80 roundId) private view {
        (walk.price, walk.updatedAt) = _read(walk, roundId);
        walk.roundId = roundId;
        walk.heldSec = walk.startSec;
        walk.phaseSec = _nextPhaseSec(walk);
        if (walk.updatedAt > walk.startSec) {
            revert ISettlementTwap.FirstRoundTooLate(roundId, walk.updatedAt, walk.startSec);
        }
        // Only where the next phase has nothing for the window's start does this one speak for it.
        if (walk.phaseSec <= walk.startSec) {
            revert ISettlementTwap.PhaseBehind(roundId, walk.updatedAt, walk.phaseSec);
        }
    }

    function _step(Walk memory walk, uint80 roundId) private view {
        (uint256 price, uint256 updatedAt) = _read(walk, roundId);
        if (roundId == _next(walk.roundId)) {
            if (updatedAt < walk.updatedAt) {
                revert ISettlementTwap.RoundsNotInTime(roundId, updatedAt, walk.updatedAt);
            }
            if (updatedAt >= walk.phaseSec) {
                revert ISettlementTwap.PhaseBehind(roundId, updatedAt, walk.phaseSec);
            }
            walk.roundId = roundId;
        } else if (roundId == _firstOfNextPhase(walk.roundId)) {
            uint80 skipped = _next(walk.roundId);
            (bool exists, , uint256 skippedAt) = _round(walk.feed, skipped);
            if (exists && skippedAt < updatedAt) {
                revert ISettlementTwap.PhaseAhead(skipped, skippedAt, updatedAt);
            }
            walk.roundId = roundId;
            walk.phaseSec = _nextPhaseSec(walk);
        } else {
            revert ISettlementTwap.RoundsNotConsecutive(walk.roundId, roundId);
        }
        _hold(walk, updatedAt);
        (walk.price, walk.updatedAt) = (price, updatedAt);
    }

    /// @dev The price so far holds until `untilSec`, as far as that lies in the window.
    function _hold(Walk memory walk, uint256 untilSec) private pure {
        if (untilSec > walk.endSec) untilSec = walk.endSec;
        if (untilSec <= walk.heldSec) return;
        walk.weighted += walk.price * (untilSec - walk.heldSec);
        walk.heldSec = untilSec;
    }

    function _read(Walk memory walk, uint80 roundId) private view returns (uint256 price, uint256 updatedAt) {
        bool exists;
        int256 answer;
        (exists, answer, updatedAt) = _round(walk.feed, roundId);
        if (!exists) revert ISettlementTwap.RoundMissing(walk.feed, roundId);
        if (answer > 0) price = PriceScale.toWadDown(uint256(answer), -int256(walk.decimals));
        if (price < walk.minPrice || price > walk.maxPrice) {
            revert ISettlementTwap.RoundAnswerOutOfBand(roundId, answer, walk.minPrice, walk.maxPrice);
        }
    }

    function _nextPhaseSec(Walk memory walk) private view returns (uint256) {
        (bool exists, , uint256 updatedAt) = _round(walk.feed, _firstOfNextPhase(walk.roundId));
        return exists ? updatedAt : type(uint256).max;
    }

    /// @dev That a round is missing counts here, so the caller must not be able to make one seem so by leaving little gas.
    /// Aggregators of old answer zeros for a missing round.
    function _round(
        address feed,
        uint80 roundId
    ) private view returns (bool exists, int256 answer, uint256 updatedAt) {
        _requireGas();
        (exists, answer, updatedAt) = FeedCall.round(feed, roundId);
        exists = exists && updatedAt != 0;
    }

    function _next(uint80 roundId) private pure returns (uint80) {
        unchecked {
            return roundId + 1;
        }
    }

    function _firstOfNextPhase(uint80 roundId) private pure returns (uint80) {
        unchecked {
            return (((roundId >> PHASE_SHIFT) + 1) << PHASE_SHIFT) | 1;
        }
    }

    function _requireGas() private view {
        uint256 left = gasleft();
        if (left < FeedCall.GAS_BEFORE_READ) {
            revert IPriceRouter.FeedGasTooLow(left, FeedCall.GAS_BEFORE_READ);
        }
    }
}
