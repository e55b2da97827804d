// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {FeedCall} from "../../../contracts/oracle/FeedCall.sol";
import {PriceRouter} from "../../../contracts/oracle/PriceRouter.sol";
import {OracleBase} from "./helpers/OracleBase.sol";
import {RawFeed} from "./helpers/RawFeed.sol";

contract PriceOfTest is OracleBase {
    function test_RevertWhen_Unlisted() public {
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.UnknownUnderlying.selector, BTC));
        router.priceOf(BTC);
    }

    // ------------------------------------------------------------ one source

    function test_SingleOk() public {
        listSingle();
        feed.setAnswer(3100e8);
        IPriceRouter.Price memory price = router.priceOf(ETH);
        assertPrice(price, IPriceRouter.Status.Ok, 3100e18);
        assertEq(price.confidence, 0);
        assertEq(price.timestamp, NOW);
    }

    function test_SinglePyth() public {
        router.setSources(ETH, pythSource(address(pyth)), none(), 0);
        IPriceRouter.Price memory price = router.priceOf(ETH);
        assertPrice(price, IPriceRouter.Status.Ok, 3000e18);
        assertEq(price.confidence, 1e18);
        assertEq(price.timestamp, NOW);
    }

    function test_SingleStale() public {
        listSingle();
        vm.warp(NOW + MAX_AGE + 1);
        IPriceRouter.Price memory price = router.priceOf(ETH);
        assertPrice(price, IPriceRouter.Status.Stale, 3000e18);
        assertEq(price.timestamp, NOW);
    }

    function test_RevertWhen_SingleHasNoAnswer() public {
        listSingle();
        feed.setAnswer(0);
        expectUnavailable(IPriceRouter.Fault.NotPositive, IPriceRouter.Fault.None);
        router.priceOf(ETH);
        feed.setAnswer(1e8);
        expectUnavailable(IPriceRouter.Fault.OutOfBand, IPriceRouter.Fault.None);
        router.priceOf(ETH);
        feed.setAnswerAt(3000e8, uint64(NOW + 1));
        expectUnavailable(IPriceRouter.Fault.FromFuture, IPriceRouter.Fault.None);
        router.priceOf(ETH);
        feed.setMode(MockAggregator.Mode.Revert);
        expectUnavailable(IPriceRouter.Fault.Reverted, IPriceRouter.Fault.None);
        router.priceOf(ETH);
    }

    function test_RevertWhen_SinglePythIsTooWide() public {
        router.setSources(ETH, pythSource(address(pyth)), none(), 0);
        vm.warp(NOW + 1);
        pushPyth(3000e8, 16e8, -8, uint64(NOW + 1));
        expectUnavailable(IPriceRouter.Fault.TooWide, IPriceRouter.Fault.None);
        router.priceOf(ETH);
    }

    // ------------------------------------------------------------ two sources that answer

    function test_PairOkAtThePrimary() public {
        listPair();
        feed2.setAnswer(3010e8);
        assertPrice(router.priceOf(ETH), IPriceRouter.Status.Ok, 3000e18);
    }

    function test_PairAgreesUpToTheBound() public {
        listPair();
        feed2.setAnswer(3030e8);
        assertPrice(router.priceOf(ETH), IPriceRouter.Status.Ok, 3000e18);
        feed2.setAnswer(3030e8 + 1);
        assertPrice(router.priceOf(ETH), IPriceRouter.Status.Guarded, 3000e18, 3000e18, 3030e18 + 1e10);
        feed2.setAnswer(2970e8);
        assertPrice(router.priceOf(ETH), IPriceRouter.Status.Ok, 3000e18);
        feed2.setAnswer(2970e8 - 1);
        assertPrice(router.priceOf(ETH), IPriceRouter.Status.Guarded, 3000e18, 2970e18 - 1e10, 3000e18);
    }

    /// @dev The bound is a share of the primary's price, so it is not symmetric.
    function testFuzz_PairDeviation(uint256 p1, uint256 p2, uint16 bps) public {
        p1 = bound(p1, 10e8, 100_000e8);
        p2 = bound(p2, (p1 * 7) / 10, (p1 * 13) / 10);
        p2 = bound(p2, 10e8, 100_000e8);
        bps = uint16(bound(bps, 10, 2_000));
        router.setSources(ETH, chainlink(address(feed)), chainlink(address(feed2)), bps);
        feed.setAnswer(int256(p1));
        feed2.setAnswer(int256(p2));
        uint256 gap = p1 > p2 ? p1 - p2 : p2 - p1;
        (uint256 wad1, uint256 wad2) = (p1 * 1e10, p2 * 1e10);
        if (gap * 10_000 <= uint256(bps) * p1) {
            assertPrice(router.priceOf(ETH), IPriceRouter.Status.Ok, wad1);
        } else {
            (uint256 low, uint256 high) = wad1 < wad2 ? (wad1, wad2) : (wad2, wad1);
            assertPrice(router.priceOf(ETH), IPriceRouter.Status.Guarded, wad1, low, high);
        }
    }

    function test_GuardedKeepsThePrimarysConfidenceAndTime() public {
        router.setSources(ETH, pythSource(address(pyth)), chainlink(address(feed)), DEVIATION_BPS);
        vm.warp(NOW + 5);
        feed.setAnswer(4000e8);
        IPriceRouter.Price memory price = router.priceOf(ETH);
        assertPrice(price, IPriceRouter.Status.Guarded, 3000e18, 3000e18, 4000e18);
        assertEq(price.confidence, 1e18);
        assertEq(price.timestamp, NOW);
    }

    function test_SecondaryPythStandsIn() public {
        router.setSources(ETH, chainlink(address(feed)), pythSource(address(pyth)), DEVIATION_BPS);
        feed.setMode(MockAggregator.Mode.Revert);
        IPriceRouter.Price memory price = router.priceOf(ETH);
        assertPrice(price, IPriceRouter.Status.Guarded, 3000e18);
        assertEq(price.confidence, 1e18);
    }

    // ------------------------------------------------------------ the matrix of faults

    uint256 private constant STATES = 9;

    /// @dev Every state of the primary against every state of the secondary (SPEC-P4, SPEC-P5).
    function test_FaultMatrix() public {
        listPair();
        vm.warp(NOW + 1 days);
        for (uint256 i; i < STATES; ++i) {
            for (uint256 j; j < STATES; ++j) {
                IPriceRouter.Fault f1 = _put(feed, i, 3000e8);
                IPriceRouter.Fault f2 = _put(feed2, j, 3001e8);
                bool fresh1 = i == 0;
                bool fresh2 = j == 0;
                bool valid1 = i <= 1;
                bool valid2 = j <= 1;
                if (!valid1 && !valid2) expectUnavailable(f1, f2);
                IPriceRouter.Price memory price = router.priceOf(ETH);
                if (fresh1 && fresh2) assertPrice(price, IPriceRouter.Status.Ok, 3000e18);
                else if (fresh1) assertPrice(price, IPriceRouter.Status.Guarded, 3000e18);
                else if (fresh2) assertPrice(price, IPriceRouter.Status.Guarded, 3001e18);
                else if (valid1) assertPrice(price, IPriceRouter.Status.Stale, 3000e18);
                else if (valid2) assertPrice(price, IPriceRouter.Status.Stale, 3001e18);
                (, , , IPriceRouter.Fault[2] memory faults) = router.inspect(ETH);
                assertFault(faults[0], f1);
                assertFault(faults[1], f2);
            }
        }
    }

    /// @dev Puts `target` in one of the states: fresh, stale, then those without a valid answer.
    function _put(MockAggregator target, uint256 state, int256 answer) private returns (IPriceRouter.Fault) {
        target.setMode(MockAggregator.Mode.Normal);
        target.setAnswer(answer);
        if (state == 0) return IPriceRouter.Fault.None;
        if (state == 1) {
            target.setAnswerAt(answer, uint64(block.timestamp - MAX_AGE - 1));
            return IPriceRouter.Fault.Stale;
        }
        if (state == 2) {
            target.setAnswer(0);
            return IPriceRouter.Fault.NotPositive;
        }
        if (state == 3) {
            target.setAnswer(1e8);
            return IPriceRouter.Fault.OutOfBand;
        }
        if (state == 4) {
            target.setAnswerAt(answer, uint64(block.timestamp + 1));
            return IPriceRouter.Fault.FromFuture;
        }
        MockAggregator.Mode[4] memory modes = [
            MockAggregator.Mode.Revert,
            MockAggregator.Mode.Empty,
            MockAggregator.Mode.Short,
            MockAggregator.Mode.BurnGas
        ];
        target.setMode(modes[state - 5]);
        return IPriceRouter.Fault.Reverted;
    }

    // ------------------------------------------------------------ sequencer

    function test_SequencerUpIsOk() public {
        _useSequencer(0, NOW - GRACE - 1);
        assertPrice(router.priceOf(ETH), IPriceRouter.Status.Ok, 3000e18);
    }

    function test_SequencerInGraceIsStale() public {
        _useSequencer(0, NOW - GRACE);
        assertPrice(router.priceOf(ETH), IPriceRouter.Status.Stale, 3000e18);
        vm.warp(NOW + 1);
        assertPrice(router.priceOf(ETH), IPriceRouter.Status.Ok, 3000e18);
    }

    function test_SequencerDownIsStaleAtTheLastAnswer() public {
        _useSequencer(1, NOW - 1 days);
        assertPrice(router.priceOf(ETH), IPriceRouter.Status.Stale, 3000e18);
        (, , , IPriceRouter.Fault[2] memory faults) = router.inspect(ETH);
        assertFault(faults[0], IPriceRouter.Fault.SequencerDown);
        assertFault(faults[1], IPriceRouter.Fault.SequencerDown);
        vm.warp(NOW + MAX_AGE + 1);
        assertPrice(router.priceOf(ETH), IPriceRouter.Status.Stale, 3000e18);
    }

    function test_SequencerDownNeverMakesAFaultValid() public {
        _useSequencer(1, NOW - 1 days);
        feed.setAnswer(0);
        assertPrice(router.priceOf(ETH), IPriceRouter.Status.Stale, 3001e18);
        feed2.setAnswer(1e8);
        expectUnavailable(IPriceRouter.Fault.NotPositive, IPriceRouter.Fault.OutOfBand);
        router.priceOf(ETH);
    }

    function test_BrokenSequencerFeedCountsAsDown() public {
        MockAggregator sequencer = _useSequencer(0, NOW - 1 days);
        for (uint256 mode = 1; mode <= 5; ++mode) {
            sequencer.setMode(MockAggregator.Mode(mode));
            assertPrice(router.priceOf(ETH), IPriceRouter.Status.Stale, 3000e18);
        }
    }

    function test_RevertWhen_SequencerFeedHasNoCode() public {
        vm.expectRevert(
            abi.encodeWithSelector(IPriceRouter.InvalidSequencer.selector, address(0xdead), GRACE)
        );
        new PriceRouter(address(manager), address(0xdead), GRACE);
    }

    function test_RevertWhen_SequencerGraceIsTooLong() public {
        vm.expectRevert(
            abi.encodeWithSelector(IPriceRouter.InvalidSequencer.selector, address(feed), 1 days + 1)
        );
        new PriceRouter(address(manager), address(feed), 1 days + 1);
    }

    function _useSequencer(int256 answer, uint256 startedAt) private returns (MockAggregator sequencer) {
        sequencer = new MockAggregator("L2 sequencer uptime", 0, 0);
        sequencer.setAnswerAt(answer, uint64(startedAt));
        router = new PriceRouter(address(manager), address(sequencer), GRACE);
        assertEq(router.sequencerFeed(), address(sequencer));
        assertEq(router.sequencerGraceSec(), GRACE);
        listPair();
        feed2.setAnswer(3001e8);
    }

    // ------------------------------------------------------------ gas

    /// @dev A feed that needs nearly all of its allowance, read with a little less than that in hand: the 64th that
    /// remains would be enough to fall back on the other source, guarded, at the caller's choice.
    function test_RevertWhen_TheCallerStarvesAFeed() public {
        RawFeed hungry = rawFeed();
        router.setSources(ETH, chainlink(address(hungry)), chainlink(address(feed)), DEVIATION_BPS);
        hungry.setGasToBurn(290_000);
        assertPrice(router.priceOf(ETH), IPriceRouter.Status.Ok, 3000e18);
        bytes memory call = abi.encodeCall(IPriceRouter.priceOf, (ETH));
        bool starved;
        for (uint256 gasGiven = 280_000; gasGiven <= 320_000; gasGiven += 1_000) {
            (bool ok, bytes memory result) = address(router).staticcall{gas: gasGiven}(call);
            if (ok) {
                assertPrice(abi.decode(result, (IPriceRouter.Price)), IPriceRouter.Status.Ok, 3000e18);
            } else if (result.length != 0) {
                assertEq(bytes32(bytes4(result)), bytes32(IPriceRouter.FeedGasTooLow.selector));
                starved = true;
            }
        }
        assertTrue(starved, "no call was starved");
    }

    function test_RevertWhen_TheCallerStarvesTheSequencerFeed() public {
        RawFeed sequencer = new RawFeed();
        sequencer.setRound(0, NOW - 1 days);
        router = new PriceRouter(address(manager), address(sequencer), GRACE);
        listSingle();
        sequencer.setGasToBurn(290_000);
        assertPrice(router.priceOf(ETH), IPriceRouter.Status.Ok, 3000e18);
        bytes memory call = abi.encodeCall(IPriceRouter.priceOf, (ETH));
        bool starved;
        for (uint256 gasGiven = 280_000; gasGiven <= 320_000; gasGiven += 1_000) {
            (bool ok, bytes memory result) = address(router).staticcall{gas: gasGiven}(call);
            if (ok) {
                assertPrice(abi.decode(result, (IPriceRouter.Price)), IPriceRouter.Status.Ok, 3000e18);
            } else if (result.length != 0) {
                assertEq(bytes32(bytes4(result)), bytes32(IPriceRouter.FeedGasTooLow.selector));
                starved = true;
            }
        }
        assertTrue(starved, "no call was starved");
    }

    /// @dev Healthy feeds need no gas in reserve.
    function test_HealthyReadNeedsLittleGas() public {
        listPair();
        IPriceRouter.Price memory price = router.priceOf{gas: 60_000}(ETH);
        assertPrice(price, IPriceRouter.Status.Ok, 3000e18);
    }

    function test_RevertWhen_AFaultIsSeenWithLittleGas() public {
        listPair();
        feed.setAnswer(0);
        (bool ok, bytes memory result) = address(router).staticcall{gas: 200_000}(
            abi.encodeCall(IPriceRouter.priceOf, (ETH))
        );
        assertFalse(ok);
        assertEq(bytes32(bytes4(result)), bytes32(IPriceRouter.FeedGasTooLow.selector));
    }

    /// @dev The reserve covers the whole allowance: a feed that uses all of it but a little is read with exactly that.
    function test_ReserveCoversTheAllowance() public pure {
        assertGe(((FeedCall.GAS_BEFORE_READ - 5_500) * 63) / 64, FeedCall.FEED_GAS);
    }

    function test_BurningFeedLeavesTheOther() public {
        listPair();
        feed.setMode(MockAggregator.Mode.BurnGas);
        IPriceRouter.Price memory price = router.priceOf{gas: 400_000}(ETH);
        assertPrice(price, IPriceRouter.Status.Guarded, 3000e18);
    }
}
