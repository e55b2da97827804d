// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {ISettlementTwap} from "../../../contracts/interfaces/ISettlementTwap.sol";
import {RawFeed} from "./helpers/RawFeed.sol";
import {SettlementBase} from "./helpers/SettlementBase.sol";

/// @dev `settleByRounds`. Rounds are named by their number within their phase; the feed's first round, 1, is of `NOW`.
contract SettlementRoundsTest is SettlementBase {
    uint80 private constant P1 = 1 << 64;
    uint80 private constant P2 = 2 << 64;

    function setUp() public override {
        super.setUp();
        vm.warp(EXPIRY + 1000);
    }

    /// @dev By hand: 3000 to second 300 of the window, 3300 to 900, 2700 to the end: 300 * 3000 + 600 * 3300 + 900 * 2700.
    function test_SettlesByHand() public {
        _usual();
        expectSettled(2950e18, ISettlementTwap.Method.Rounds);
        vm.prank(address(0xbeef));
        assertEq(twap.settleByRounds(ETH, EXPIRY, _ids(P1 + 2, 4)), 2950e18);
        assertSettled(2950e18, ISettlementTwap.Method.Rounds);
    }

    /// @dev More rounds than needed on either side change nothing.
    function test_TheSameWhoeverCalls() public {
        _usual();
        feed.setAnswerAt(9000e8, uint64(EXPIRY + 20));
        assertEq(twap.settleByRounds(ETH, EXPIRY, _ids(P1 + 1, 6)), 2950e18);
    }

    function test_OneAnswerOverTheWholeWindow() public {
        feed.setAnswerAt(3100e8, uint64(START));
        feed.setAnswerAt(3900e8, uint64(EXPIRY + 1));
        assertEq(twap.settleByRounds(ETH, EXPIRY, _ids(P1 + 2, 2)), 3100e18);
    }

    function test_RoundsDown() public {
        feed.setAnswerAt(3000e8, uint64(START));
        feed.setAnswerAt(3000e8 + 1, uint64(EXPIRY - 1));
        feed.setAnswerAt(3900e8, uint64(EXPIRY + 1));
        assertEq(twap.settleByRounds(ETH, EXPIRY, _ids(P1 + 2, 3)), 3000e18 + uint256(1e10) / 1800);
    }

    function test_TakesTheSecondaryWhereThePrimaryIsPyth() public {
        _usual();
        feed.setAnswer(3000e8);
        pushPyth(3000e8, 1e8, -8, uint64(block.timestamp));
        router.setSources(ETH, pythSource(address(pyth)), chainlink(address(feed)), DEVIATION_BPS);
        assertEq(twap.settleByRounds(ETH, EXPIRY, _ids(P1 + 2, 4)), 2950e18);
    }

    function test_AFeedThatIsDeadByNowStillProves() public {
        _usual();
        vm.warp(EXPIRY + 30 days);
        assertEq(twap.settleByRounds(ETH, EXPIRY, _ids(P1 + 2, 4)), 2950e18);
    }

    function test_ThinObservationsGiveWay() public {
        vm.warp(START + 900);
        feed.setAnswerAt(3000e8, uint64(START - 10));
        twap.observe(ETH, EXPIRY);
        vm.warp(EXPIRY + 1000);
        feed.setAnswerAt(3300e8, uint64(START + 900));
        feed.setAnswerAt(3300e8, uint64(EXPIRY + 1));
        assertEq(twap.settleByRounds(ETH, EXPIRY, _ids(P1 + 2, 3)), 3150e18);
    }

    // ------------------------------------------------------------ refusals

    function test_RevertWhen_ObservationsSuffice() public {
        observeAt(300, 3000e18);
        observeAt(900, 3000e18);
        observeAt(1500, 3000e18);
        vm.warp(EXPIRY + 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlementTwap.ObservationsSuffice.selector, 3));
        twap.settleByRounds(ETH, EXPIRY, _ids(P1 + 1, 4));
    }

    function test_RevertWhen_ThereIsNoChainlinkFeed() public {
        pushPyth(3000e8, 1e8, -8, uint64(block.timestamp));
        router.setSources(ETH, pythSource(address(pyth)), none(), 0);
        vm.expectRevert(abi.encodeWithSelector(ISettlementTwap.NoChainlinkFeed.selector, ETH));
        twap.settleByRounds(ETH, EXPIRY, _ids(P1 + 1, 2));
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.UnknownUnderlying.selector, BTC));
        twap.settleByRounds(BTC, EXPIRY, _ids(P1 + 1, 2));
    }

    function test_RevertWhen_TooFewRounds() public {
        for (uint256 i; i < 2; ++i) {
            _refuse(_ids(P1 + 1, i), abi.encodeWithSelector(ISettlementTwap.TooFewRounds.selector, i, 2));
        }
    }

    function test_RevertWhen_TheFirstIsInsideTheWindow() public {
        feed.setAnswerAt(3000e8, uint64(START + 1));
        feed.setAnswerAt(3000e8, uint64(EXPIRY + 1));
        _refuse(
            _ids(P1 + 2, 2),
            abi.encodeWithSelector(ISettlementTwap.FirstRoundTooLate.selector, P1 + 2, START + 1, START)
        );
    }

    function test_RevertWhen_TheLastIsNotAfterTheExpiry() public {
        feed.setAnswerAt(3000e8, uint64(EXPIRY));
        _refuse(
            _ids(P1 + 1, 2),
            abi.encodeWithSelector(ISettlementTwap.LastRoundTooEarly.selector, P1 + 2, EXPIRY, EXPIRY)
        );
    }

    function test_RevertWhen_RoundsAreNotConsecutive() public {
        _usual();
        uint80[] memory ids = _ids(P1 + 2, 4);
        ids[1] = P1 + 4;
        _refuse(ids, abi.encodeWithSelector(ISettlementTwap.RoundsNotConsecutive.selector, P1 + 2, P1 + 4));
        ids[1] = P1 + 2;
        _refuse(ids, abi.encodeWithSelector(ISettlementTwap.RoundsNotConsecutive.selector, P1 + 2, P1 + 2));
        ids[1] = P1 + 1;
        _refuse(ids, abi.encodeWithSelector(ISettlementTwap.RoundsNotConsecutive.selector, P1 + 2, P1 + 1));
    }

    function test_RevertWhen_RoundsRunBackward() public {
        feed.setAnswerAt(3000e8, uint64(START - 5));
        feed.setAnswerAt(3000e8, uint64(START - 6));
        feed.setAnswerAt(3000e8, uint64(EXPIRY + 1));
        _refuse(
            _ids(P1 + 2, 3),
            abi.encodeWithSelector(ISettlementTwap.RoundsNotInTime.selector, P1 + 3, START - 6, START - 5)
        );
    }

    function test_RevertWhen_ARoundIsMissing() public {
        feed.setAnswerAt(3000e8, uint64(START + 5));
        bytes memory refusal = abi.encodeWithSelector(
            ISettlementTwap.RoundMissing.selector,
            address(feed),
            P1 + 3
        );
        _refuse(_ids(P1 + 1, 3), refusal);
        _refuse(_ids(P1 + 3, 3), refusal);
    }

    /// @dev A feed that knows its latest answer only: nothing can be proven, and it says so.
    function test_RevertWhen_TheFeedKeepsNoHistory() public {
        RawFeed raw = rawFeed();
        raw.setRound(3000e8, block.timestamp);
        router.setSources(ETH, chainlink(address(raw)), none(), 0);
        raw.setAnswer("");
        _refuse(
            _ids(P1 + 1, 2),
            abi.encodeWithSelector(ISettlementTwap.RoundMissing.selector, address(raw), P1 + 1)
        );
        raw.setRound(3000e8, 0);
        _refuse(
            _ids(P1 + 1, 2),
            abi.encodeWithSelector(ISettlementTwap.RoundMissing.selector, address(raw), P1 + 1)
        );
        raw.setDecimals("");
        _refuse(
            _ids(P1 + 1, 2),
            abi.encodeWithSelector(ISettlementTwap.RoundMissing.selector, address(raw), P1 + 1)
        );
    }

    function test_RevertWhen_AnAnswerIsOutOfBand() public {
        int256[4] memory wrong = [int256(0), -3000e8, 10e8 - 1, 100_000e8 + 1];
        feed.setAnswerAt(3000e8, uint64(START + 900));
        feed.setAnswerAt(3000e8, uint64(EXPIRY + 1));
        for (uint256 i; i < wrong.length; ++i) {
            feed.setRound(P1 + 2, wrong[i], uint64(START + 900));
            _refuse(
                _ids(P1 + 1, 3),
                abi.encodeWithSelector(
                    ISettlementTwap.RoundAnswerOutOfBand.selector,
                    P1 + 2,
                    wrong[i],
                    10e18,
                    100_000e18
                )
            );
        }
    }

    /// @dev Too little gas must not make a round look missing.
    function test_RevertWhen_GasIsLow() public {
        _usual();
        uint80[] memory ids = _ids(P1 + 2, 4);
        (bool ok, bytes memory data) = address(twap).call{gas: 300_000}(
            abi.encodeCall(twap.settleByRounds, (ETH, EXPIRY, ids))
        );
        assertFalse(ok);
        assertEq(bytes32(bytes4(data)), bytes32(IPriceRouter.FeedGasTooLow.selector));
    }

    // ------------------------------------------------------------ phases

    /// @dev 3000 to second 600, then the new aggregator's 3600 to 1200 and 3300 to the end.
    function test_WalksIntoTheNextPhase() public {
        _twoPhases();
        assertEq(twap.settleByRounds(ETH, EXPIRY, _across()), 3300e18);
    }

    function test_RevertWhen_TheNextPhaseIsNotEnteredInTime() public {
        _twoPhases();
        feed.setRound(P1 + 3, 3900e8, uint64(START + 600));
        feed.setRound(P1 + 4, 3900e8, uint64(EXPIRY + 1));
        _refuse(
            _ids(P1 + 2, 3),
            abi.encodeWithSelector(ISettlementTwap.PhaseBehind.selector, P1 + 3, START + 600, START + 600)
        );
        // and the old aggregator's later rounds do not keep one from entering it
        assertEq(twap.settleByRounds(ETH, EXPIRY, _across()), 3300e18);
    }

    function test_RevertWhen_TheNextPhaseIsEnteredEarly() public {
        _twoPhases();
        feed.setRound(P1 + 3, 3900e8, uint64(START + 599));
        _refuse(
            _across(),
            abi.encodeWithSelector(ISettlementTwap.PhaseAhead.selector, P1 + 3, START + 599, START + 600)
        );
        uint80[] memory ids = new uint80[](5);
        (ids[0], ids[1], ids[2], ids[3], ids[4]) = (P1 + 2, P1 + 3, P2 + 1, P2 + 2, P2 + 3);
        assertEq(twap.settleByRounds(ETH, EXPIRY, ids), 3300e18 + 900e18 / uint256(1800));
    }

    /// @dev The next phase covers the window already, so the older one has no say, though its rounds run on.
    function test_RevertWhen_TheProofStartsInAnOldPhase() public {
        feed.setAnswerAt(3000e8, uint64(START - 100));
        feed.setAnswerAt(9000e8, uint64(EXPIRY + 1));
        feed.startPhase();
        feed.setAnswerAt(3100e8, uint64(START));
        feed.setAnswerAt(3100e8, uint64(EXPIRY + 1));
        _refuse(
            _ids(P1 + 2, 2),
            abi.encodeWithSelector(ISettlementTwap.PhaseBehind.selector, P1 + 2, START - 100, START)
        );
        assertEq(twap.settleByRounds(ETH, EXPIRY, _ids(P2 + 1, 2)), 3100e18);
    }

    function test_RevertWhen_ThePhaseIsEnteredElsewhere() public {
        _twoPhases();
        uint80[] memory ids = _across();
        ids[1] = P2 + 2;
        _refuse(ids, abi.encodeWithSelector(ISettlementTwap.RoundsNotConsecutive.selector, P1 + 2, P2 + 2));
        ids[1] = (3 << 64) + 1;
        feed.setRound(ids[1], 3000e8, uint64(START + 700));
        _refuse(ids, abi.encodeWithSelector(ISettlementTwap.RoundsNotConsecutive.selector, P1 + 2, ids[1]));
    }

    /// @dev Against the answer in force at each second.
    function testFuzz_AverageOfEverySecond(uint256 seed) public {
        uint256 sum;
        uint256 sec = START - 50;
        uint256 price = 3000e18;
        uint80 count = 1;
        for (; sec <= EXPIRY; ++count) {
            uint256 next = sec + bound(uint256(keccak256(abi.encode(seed, count))), 0, 400);
            uint256 fresh = bound(uint256(keccak256(abi.encode(seed, count, "price"))), 10e8, 100_000e8);
            for (; sec < next; ++sec) {
                if (sec >= START && sec < EXPIRY) sum += price;
            }
            feed.setAnswerAt(int256(fresh), uint64(next));
            price = fresh * 1e10;
        }
        assertEq(twap.settleByRounds(ETH, EXPIRY, _ids(P1 + 1, count)), sum / 1800);
    }

    // ------------------------------------------------------------ inside

    /// @dev Rounds 2 to 5.
    function _usual() private {
        feed.setAnswerAt(3000e8, uint64(START - 500));
        feed.setAnswerAt(3300e8, uint64(START + 300));
        feed.setAnswerAt(2700e8, uint64(START + 900));
        feed.setAnswerAt(2800e8, uint64(EXPIRY + 10));
    }

    function _twoPhases() private {
        feed.setAnswerAt(3000e8, uint64(START - 100));
        feed.startPhase();
        feed.setAnswerAt(3600e8, uint64(START + 600));
        feed.setAnswerAt(3300e8, uint64(START + 1200));
        feed.setAnswerAt(3300e8, uint64(EXPIRY + 1));
    }

    /// @dev The proof of `_twoPhases`.
    function _across() private pure returns (uint80[] memory ids) {
        ids = new uint80[](4);
        (ids[0], ids[1], ids[2], ids[3]) = (P1 + 2, P2 + 1, P2 + 2, P2 + 3);
    }

    function _ids(uint80 first, uint256 count) private pure returns (uint80[] memory ids) {
        ids = new uint80[](count);
        for (uint80 i; i < count; ++i) ids[i] = first + i;
    }

    function _refuse(uint80[] memory ids, bytes memory data) private {
        vm.expectRevert(data);
        twap.settleByRounds(ETH, EXPIRY, ids);
    }
}
