// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {PackedSource, PackedSourceLib} from "../../../contracts/oracle/PackedSource.sol";
import {OracleBase} from "./helpers/OracleBase.sol";
import {RawFeed} from "./helpers/RawFeed.sol";
import {SourceHarness} from "./helpers/SourceHarness.sol";

contract ChainlinkSourceTest is OracleBase {
    SourceHarness private _harness = new SourceHarness();

    function test_FreshAnswer() public view {
        _assertRead(address(feed), IPriceRouter.Fault.None, 3000e18, NOW);
    }

    function test_AgeIsFreshUpToTheLastSecond() public {
        vm.warp(NOW + MAX_AGE);
        _assertRead(address(feed), IPriceRouter.Fault.None, 3000e18, NOW);
        vm.warp(NOW + MAX_AGE + 1);
        _assertRead(address(feed), IPriceRouter.Fault.Stale, 3000e18, NOW);
    }

    function test_NeverUpdatedIsStale() public {
        feed.setAnswerAt(3000e8, 0);
        _assertRead(address(feed), IPriceRouter.Fault.Stale, 3000e18, 0);
    }

    function test_FutureIsAFault() public {
        feed.setAnswerAt(3000e8, uint64(NOW + 1));
        _assertRead(address(feed), IPriceRouter.Fault.FromFuture, 3000e18, NOW + 1);
    }

    function test_ZeroAndNegativeAreFaults() public {
        feed.setAnswer(0);
        _assertRead(address(feed), IPriceRouter.Fault.NotPositive, 0, NOW);
        feed.setAnswer(-3000e8);
        _assertRead(address(feed), IPriceRouter.Fault.NotPositive, 0, NOW);
        RawFeed raw = rawFeed();
        raw.setRound(type(int256).min, NOW);
        _assertRead(address(raw), IPriceRouter.Fault.NotPositive, 0, NOW);
    }

    function test_BandIncludesItsEnds() public {
        feed.setAnswer(10e8);
        _assertRead(address(feed), IPriceRouter.Fault.None, 10e18, NOW);
        feed.setAnswer(10e8 - 1);
        _assertRead(address(feed), IPriceRouter.Fault.OutOfBand, 10e18 - 1e10, NOW);
        feed.setAnswer(100_000e8);
        _assertRead(address(feed), IPriceRouter.Fault.None, 100_000e18, NOW);
        feed.setAnswer(100_000e8 + 1);
        _assertRead(address(feed), IPriceRouter.Fault.OutOfBand, 100_000e18 + 1e10, NOW);
    }

    function test_OutOfBandAndOldIsNotMerelyStale() public {
        feed.setAnswer(1e8);
        vm.warp(NOW + MAX_AGE + 1);
        _assertRead(address(feed), IPriceRouter.Fault.OutOfBand, 1e18, NOW);
    }

    function test_HugeAnswerIsOutOfBand() public {
        RawFeed raw = rawFeed();
        raw.setRound(type(int256).max, NOW);
        (, , IPriceRouter.Fault fault) = _harness.readChainlink(_pack(address(raw), 0));
        assertFault(fault, IPriceRouter.Fault.OutOfBand);
        (, , fault) = _harness.readChainlink(_pack(address(raw), 18));
        assertFault(fault, IPriceRouter.Fault.OutOfBand);
        (, , fault) = _harness.readChainlink(_pack(address(raw), 36));
        assertFault(fault, IPriceRouter.Fault.OutOfBand);
    }

    function test_FaultyFeedsAreFaults() public {
        feed.setMode(MockAggregator.Mode.Revert);
        _assertRead(address(feed), IPriceRouter.Fault.Reverted, 0, 0);
        feed.setMode(MockAggregator.Mode.Empty);
        _assertRead(address(feed), IPriceRouter.Fault.Reverted, 0, 0);
        feed.setMode(MockAggregator.Mode.Short);
        _assertRead(address(feed), IPriceRouter.Fault.Reverted, 0, 0);
        feed.setMode(MockAggregator.Mode.Garbage);
        _assertRead(address(feed), IPriceRouter.Fault.NotPositive, 0, type(uint256).max);
        _assertRead(address(0xdead), IPriceRouter.Fault.Reverted, 0, 0);
    }

    function test_BurningFeedIsAFaultAndCapped() public {
        feed.setMode(MockAggregator.Mode.BurnGas);
        uint256 before = gasleft();
        _assertRead(address(feed), IPriceRouter.Fault.Reverted, 0, 0);
        assertLt(before - gasleft(), 350_000);
    }

    /// @dev One byte short of five words; a flood after them is ignored.
    function test_AnswerLength() public {
        RawFeed raw = rawFeed();
        bytes memory words = abi.encode(uint256(1), 3000e8, NOW, NOW, uint256(1));
        raw.setAnswer(abi.encodePacked(words, new bytes(4096)));
        _assertRead(address(raw), IPriceRouter.Fault.None, 3000e18, NOW);
        assembly ("memory-safe") {
            mstore(words, 159)
        }
        raw.setAnswer(words);
        _assertRead(address(raw), IPriceRouter.Fault.Reverted, 0, 0);
    }

    function testFuzz_ScalesEveryDecimals(uint256 answer) public {
        RawFeed raw = rawFeed();
        for (uint256 decimals; decimals <= 36; ++decimals) {
            // 3e38 in wad, just below 2^128.
            uint256 greatest = 3e20;
            for (uint256 i; i < decimals; ++i) greatest *= 10;
            uint256 scaled = bound(answer, 1, greatest);
            raw.setRound(int256(scaled), NOW);
            (uint256 price, , ) = _harness.readChainlink(_pack(address(raw), decimals));
            assertEq(price, scaleDigitwise(scaled, -int256(decimals)), "scale");
        }
    }

    function test_SequencerIsUpOnlyAfterTheGrace() public {
        RawFeed raw = rawFeed();
        _assertSequencer(raw, 0, NOW - GRACE - 1, true);
        _assertSequencer(raw, 0, NOW - GRACE, false);
        _assertSequencer(raw, 0, NOW, false);
        _assertSequencer(raw, 1, NOW - 1 days, false);
        _assertSequencer(raw, 2, NOW - 1 days, false);
        _assertSequencer(raw, -1, NOW - 1 days, false);
        _assertSequencer(raw, 0, 0, false);
        _assertSequencer(raw, 0, NOW + 1, false);
        _assertSequencer(raw, 0, type(uint256).max, false);
        raw.setAnswer("");
        assertFalse(_harness.sequencerIsUp(address(raw), GRACE));
    }

    function _assertSequencer(RawFeed raw, int256 answer, uint256 startedAt, bool up) private {
        // `updatedAt` is now: only the start of the status counts.
        raw.setAnswer(abi.encode(uint256(1), answer, startedAt, NOW, uint256(1)));
        assertEq(_harness.sequencerIsUp(address(raw), GRACE), up);
    }

    function _assertRead(
        address aggregator,
        IPriceRouter.Fault fault,
        uint256 price,
        uint256 timestamp
    ) private view {
        (uint256 p, uint256 t, IPriceRouter.Fault f) = _harness.readChainlink(_pack(aggregator, 8));
        assertFault(f, fault);
        assertEq(p, price, "price");
        assertEq(t, timestamp, "timestamp");
    }

    function _pack(address aggregator, uint256 decimals) private pure returns (PackedSource) {
        return PackedSourceLib.pack(chainlink(aggregator), decimals, 0);
    }
}
