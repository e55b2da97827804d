// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {FeedCall} from "./FeedCall.sol";
import {PackedSource} from "./PackedSource.sol";
import {PriceScale} from "./PriceScale.sol";

/// @title ChainlinkSource: a price out of an aggregator (SPEC-P2), and the L2 sequencer's state
library ChainlinkSource {
    /// @notice The latest answer and what is wrong with it.
    /// @dev Age is checked last: `Fault.Stale` therefore means that nothing else is wrong, and P5 may fall back on it.
    /// `answeredInRound` is not read: Chainlink deprecates it, and OCR aggregators return the round itself.
    /// @return price Wad USD, digits below the wad cut off; meaningless where the answer is not positive.
    /// @return timestamp The round's `updatedAt`.
    function read(
        PackedSource source
    ) internal view returns (uint256 price, uint256 timestamp, IPriceRouter.Fault fault) {
        (bool ok, int256 answer, , uint256 updatedAt) = FeedCall.latestRound(source.feed());
        if (!ok) return (0, 0, IPriceRouter.Fault.Reverted);
        if (answer <= 0) return (0, updatedAt, IPriceRouter.Fault.NotPositive);
        unchecked {
            price = PriceScale.toWadDown(uint256(answer), -int256(source.detail()));
            timestamp = updatedAt;
            if (price < source.minPrice() || price > source.maxPrice()) {
                fault = IPriceRouter.Fault.OutOfBand;
            } else if (timestamp > block.timestamp) {
                fault = IPriceRouter.Fault.FromFuture;
            } else if (block.timestamp - timestamp > source.maxAgeSec()) {
                fault = IPriceRouter.Fault.Stale;
            }
        }
    }

    /// @notice Whether the sequencer is up and has been for longer than `graceSec`.
    /// @dev The uptime feed answers 0 for up and 1 for down, since `startedAt`. Everything else it might say (no answer,
    /// another answer, a start of zero as Arbitrum's feed has before its first round, or in the future) counts as down.
    function sequencerIsUp(address feed, uint256 graceSec) internal view returns (bool) {
        (bool ok, int256 answer, uint256 startedAt, ) = FeedCall.latestRound(feed);
        if (!ok || answer != 0 || startedAt == 0 || startedAt > block.timestamp) return false;
        unchecked {
            return block.timestamp - startedAt > graceSec;
        }
    }
}
