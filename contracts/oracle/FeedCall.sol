// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPyth} from "@pythnetwork/pyth-sdk-solidity/IPyth.sol";
import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";

/// @title FeedCall: reads of foreign feeds that can neither revert, nor exhaust, nor flood their caller
/// @notice Each returns `ok` false where the feed reverted, has no code or answered too short. At most `FEED_GAS` goes to a
/// feed, and of its answer only the words asked for are copied. Words come back raw: nothing of a feed's answer is trusted
/// to fit its declared type.
/// @dev In assembly because `try` still reverts in the caller when an answer is short or a word has dirty upper bits.
library FeedCall {
    /// @notice The most gas a feed may use: about ten times what a proxied aggregator or Pyth takes with cold storage.
    uint256 internal constant FEED_GAS = 300_000;

    /// @notice With less gas left before a read, EIP-150 may give the feed less than `FEED_GAS`: 64/63 of it, and 7,000 for
    /// what comes before the call (the cold account, a cold slot, decoding). A fault seen then proves nothing.
    uint256 internal constant GAS_BEFORE_READ = (FEED_GAS * 64) / 63 + 7_000;

    /// @notice `IAggregatorV3.latestRoundData`, without the two round numbers.
    function latestRound(
        address feed
    ) internal view returns (bool ok, int256 answer, uint256 startedAt, uint256 updatedAt) {
        bytes4 selector = IAggregatorV3.latestRoundData.selector;
        assembly ("memory-safe") {
            let out := mload(0x40)
            mstore(0x00, selector)
            ok := staticcall(FEED_GAS, feed, 0x00, 0x04, out, 0xa0)
            ok := and(ok, gt(returndatasize(), 0x9f))
            if ok {
                answer := mload(add(out, 0x20))
                startedAt := mload(add(out, 0x40))
                updatedAt := mload(add(out, 0x60))
            }
        }
    }

    /// @notice `IAggregatorV3.getRoundData`, without the two round numbers and `startedAt`.
    function round(
        address feed,
        uint80 roundId
    ) internal view returns (bool ok, int256 answer, uint256 updatedAt) {
        bytes4 selector = IAggregatorV3.getRoundData.selector;
        assembly ("memory-safe") {
            let out := mload(0x40)
            mstore(0x00, selector)
            mstore(0x04, roundId)
            ok := staticcall(FEED_GAS, feed, 0x00, 0x24, out, 0xa0)
            ok := and(ok, gt(returndatasize(), 0x9f))
            if ok {
                answer := mload(add(out, 0x20))
                updatedAt := mload(add(out, 0x60))
            }
        }
    }

    /// @notice `IAggregatorV3.decimals`.
    function decimals(address feed) internal view returns (bool ok, uint256 value) {
        bytes4 selector = IAggregatorV3.decimals.selector;
        assembly ("memory-safe") {
            mstore(0x00, selector)
            ok := staticcall(FEED_GAS, feed, 0x00, 0x04, 0x00, 0x20)
            ok := and(ok, gt(returndatasize(), 0x1f))
            if ok {
                value := mload(0x00)
            }
        }
    }

    /// @notice `IPyth.getPriceUnsafe`.
    function pythPrice(
        address pyth,
        bytes32 priceId
    )
        internal
        view
        returns (bool ok, int256 price, uint256 confidence, int256 exponent, uint256 publishTime)
    {
        bytes4 selector = IPyth.getPriceUnsafe.selector;
        assembly ("memory-safe") {
            let out := mload(0x40)
            mstore(0x00, selector)
            mstore(0x04, priceId)
            ok := staticcall(FEED_GAS, pyth, 0x00, 0x24, out, 0x80)
            ok := and(ok, gt(returndatasize(), 0x7f))
            if ok {
                price := mload(out)
                confidence := mload(add(out, 0x20))
                exponent := mload(add(out, 0x40))
                publishTime := mload(add(out, 0x60))
            }
        }
    }
}
