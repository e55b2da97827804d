// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {FeedCall} from "./FeedCall.sol";
import {PackedSource} from "./PackedSource.sol";
import {PriceScale} from "./PriceScale.sol";

/// @title PythSource: a price out of a Pyth contract (SPEC-P3)
library PythSource {
    uint256 private constant BPS = 10_000;

    /// @notice The latest answer and what is wrong with it.
    /// @dev Reads `getPriceUnsafe` and judges the age itself, last: `Fault.Stale` means that nothing else is wrong.
    /// @return price Wad USD, digits below the wad cut off; meaningless where the answer is not positive.
    /// @return confidence Half-width of the interval, wad USD, rounded up.
    /// @return timestamp The `publishTime`.
    function read(
        PackedSource source,
        bytes32 priceId
    ) internal view returns (uint256 price, uint256 confidence, uint256 timestamp, IPriceRouter.Fault fault) {
        bool ok;
        int256 rawPrice;
        uint256 rawConfidence;
        int256 exponent;
        (ok, rawPrice, rawConfidence, exponent, timestamp) = FeedCall.pythPrice(source.feed(), priceId);
        if (!ok || !_fits(rawPrice, rawConfidence, exponent)) return (0, 0, 0, IPriceRouter.Fault.Reverted);
        if (rawPrice <= 0) return (0, 0, timestamp, IPriceRouter.Fault.NotPositive);
        unchecked {
            price = PriceScale.toWadDown(uint256(rawPrice), exponent);
            confidence = PriceScale.toWadUp(rawConfidence, exponent);
            if (price < source.minPrice() || price > source.maxPrice()) {
                fault = IPriceRouter.Fault.OutOfBand;
            } else if (rawConfidence * BPS > uint256(rawPrice) * source.detail()) {
                // On the raw numbers, which share their exponent: exact.
                fault = IPriceRouter.Fault.TooWide;
            } else if (timestamp > block.timestamp) {
                fault = IPriceRouter.Fault.FromFuture;
            } else if (block.timestamp - timestamp > source.maxAgeSec()) {
                fault = IPriceRouter.Fault.Stale;
            }
        }
    }

    /// @dev Whether the raw words are an int64, a uint64 and an int32, as `PythStructs.Price` declares them.
    function _fits(int256 rawPrice, uint256 rawConfidence, int256 exponent) private pure returns (bool) {
        return
            rawPrice == int64(rawPrice) && rawConfidence <= type(uint64).max && exponent == int32(exponent);
    }
}
