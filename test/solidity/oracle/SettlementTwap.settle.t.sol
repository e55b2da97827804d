// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {ISettlementTwap} from "../../../contracts/interfaces/ISettlementTwap.sol";
import {SettlementBase} from "./helpers/SettlementBase.sol";

/// @dev `settle` and `settleLate`.
contract SettlementSettleTest is SettlementBase {
    /// @dev By hand: 100 s extended back and 500 s at 3000, 600 s at 3300, then 600 s at 2700, 300 of them extended.
    function test_SettlesByHand() public {
        observeAt(100, 3000e18);
        observeAt(600, 3300e18);
        observeAt(1200, 2700e18);
        observeAt(1500, 2700e18);
        vm.warp(EXPIRY + 1);
        expectSettled(3000e18, ISettlementTwap.Method.Observations);
        vm.prank(address(0xbeef));
        assertEq(twap.settle(ETH, EXPIRY), 3000e18);
        assertSettled(3000e18, ISettlementTwap.Method.Observations);
    }

    function test_RoundsDown() public {
        observeAt(0, 3000e18);
        observeAt(600, 3000e18);
        observeAt(1200, 3000e18);
        observeAt(1799, 3000e18 + 1e10);
        vm.warp(EXPIRY + 1);
        assertEq(twap.settle(ETH, EXPIRY), 3000e18 + uint256(1e10) / 1800);
    }

    function test_TheLeastThatSuffices() public {
        observeAt(300, 3000e18);
        observeAt(900, 3000e18);
        observeAt(1500, 3000e18);
        vm.warp(EXPIRY + 1);
        twap.settle(ETH, EXPIRY);
    }

    /// @dev A price of one minute at ten times the index moves the settlement by nine thirtieths; one second by nine 1800ths.
    function test_AShortLivedPriceIsBounded() public {
        for (uint256 sec; sec <= 1800; sec += 60) observeAt(sec, sec == 900 ? 30_000e18 : 3000e18);
        vm.warp(EXPIRY + 1);
        assertEq(twap.settle(ETH, EXPIRY), 3000e18 + (27_000e18 * 60) / 1800);
    }

    function test_APriceOfOneSecondIsBounded() public {
        for (uint256 sec; sec <= 1800; sec += 60) {
            observeAt(sec, 3000e18);
            if (sec != 900) continue;
            observeAt(sec + 1, 30_000e18);
            observeAt(sec + 2, 3000e18);
        }
        vm.warp(EXPIRY + 1);
        assertEq(twap.settle(ETH, EXPIRY), 3000e18 + 27_000e18 / uint256(1800));
    }

    /// @dev Against the average of 1800 seconds counted one by one.
    function testFuzz_AverageOfEverySecond(uint256 seed) public {
        uint256 sec;
        uint256 sum;
        uint256 price;
        for (uint256 i; sec < 1800; ++i) {
            uint256 step = bound(uint256(keccak256(abi.encode(seed, i))), 1, 300);
            uint256 next = i == 0 ? step - 1 : sec + step;
            if (next > 1800) next = 1800;
            uint256 fresh = bound(uint256(keccak256(abi.encode(seed, i, "price"))), 10e8, 100_000e8) * 1e10;
            if (i == 0) price = fresh;
            for (; sec < next; ++sec) sum += price;
            price = fresh;
            observeAt(next, price);
        }
        vm.warp(EXPIRY + 1);
        assertEq(twap.settle(ETH, EXPIRY), sum / 1800);
    }

    function test_RevertWhen_NotExpired() public {
        observeAt(300, 3000e18);
        observeAt(1800, 3000e18);
        bytes memory refusal = abi.encodeWithSelector(ISettlementTwap.NotExpired.selector, EXPIRY, EXPIRY);
        vm.expectRevert(refusal);
        twap.settle(ETH, EXPIRY);
        vm.expectRevert(refusal);
        twap.settleByRounds(ETH, EXPIRY, new uint80[](2));
        vm.expectRevert(refusal);
        twap.settleLate(ETH, EXPIRY);
    }

    function test_RevertWhen_TooFewObservations() public {
        vm.warp(EXPIRY + 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlementTwap.TooFewObservations.selector, 0, 2));
        twap.settle(ETH, EXPIRY);
        vm.warp(START);
        observeAt(900, 3000e18);
        vm.warp(EXPIRY + 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlementTwap.TooFewObservations.selector, 1, 2));
        twap.settle(ETH, EXPIRY);
    }

    function test_RevertWhen_TheFirstIsTooLate() public {
        _refuseThin(301, 901, 1501);
    }

    function test_RevertWhen_TheLastIsTooEarly() public {
        _refuseThin(300, 899, 1499);
    }

    function test_RevertWhen_AGapIsTooLong() public {
        _refuseThin(300, 901, 1500);
    }

    function test_NeverSettlesTwice() public {
        observeAt(300, 3000e18);
        observeAt(900, 3000e18);
        observeAt(1500, 3000e18);
        vm.warp(EXPIRY + 2 days);
        twap.settle(ETH, EXPIRY);
        feed.setAnswer(9000e8);
        bytes memory refusal = abi.encodeWithSelector(
            ISettlementTwap.AlreadySettled.selector,
            ETH,
            EXPIRY,
            3000e18
        );
        vm.expectRevert(refusal);
        twap.settle(ETH, EXPIRY);
        vm.expectRevert(refusal);
        twap.settleByRounds(ETH, EXPIRY, new uint80[](2));
        vm.expectRevert(refusal);
        twap.settleLate(ETH, EXPIRY);
        assertSettled(3000e18, ISettlementTwap.Method.Observations);
    }

    // ------------------------------------------------------------ a day late

    function test_SettlesLateByThinObservations() public {
        observeAt(600, 3000e18);
        observeAt(1500, 3600e18);
        vm.warp(EXPIRY + 24 hours);
        expectSettled(3100e18, ISettlementTwap.Method.ThinObservations);
        // 1500 s at 3000 and 300 s at 3600, whatever the index is now
        assertEq(twap.settleLate(ETH, EXPIRY), 3100e18);
        assertSettled(3100e18, ISettlementTwap.Method.ThinObservations);
    }

    function test_SettlesLateByOneObservation() public {
        observeAt(900, 3210e18);
        vm.warp(EXPIRY + 24 hours);
        assertEq(twap.settleLate(ETH, EXPIRY), 3210e18);
    }

    function test_SettlesLateByTheIndex() public {
        vm.warp(EXPIRY + 24 hours);
        vm.expectRevert(
            abi.encodeWithSelector(ISettlementTwap.IndexNotOk.selector, ETH, IPriceRouter.Status.Stale)
        );
        twap.settleLate(ETH, EXPIRY);
        feed.setAnswer(2900e8);
        expectSettled(2900e18, ISettlementTwap.Method.LatePrice);
        assertEq(twap.settleLate(ETH, EXPIRY), 2900e18);
        assertSettled(2900e18, ISettlementTwap.Method.LatePrice);
    }

    function test_RevertWhen_NotLateYet() public {
        uint256 from = uint256(EXPIRY) + 24 hours;
        vm.warp(from - 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlementTwap.TooEarlyForLate.selector, from - 1, from));
        twap.settleLate(ETH, EXPIRY);
    }

    function test_RevertWhen_LateButObservationsSuffice() public {
        observeAt(300, 3000e18);
        observeAt(900, 3000e18);
        observeAt(1500, 3000e18);
        vm.warp(EXPIRY + 24 hours);
        vm.expectRevert(abi.encodeWithSelector(ISettlementTwap.ObservationsSuffice.selector, 3));
        twap.settleLate(ETH, EXPIRY);
    }

    /// @dev The router keeps to SPEC-P1; another one might not.
    function test_RevertWhen_TheIndexIsOutOfBounds() public {
        IPriceRouter.Price memory index;
        for (uint256 i; i < 2; ++i) {
            index.price = i << 128;
            vm.mockCall(address(router), abi.encodeCall(router.priceOf, (ETH)), abi.encode(index));
            bytes memory refusal = abi.encodeWithSelector(
                ISettlementTwap.SettlementPriceOutOfBounds.selector,
                index.price,
                1,
                type(uint128).max
            );
            vm.warp(START);
            vm.expectRevert(refusal);
            twap.observe(ETH, EXPIRY);
            vm.warp(EXPIRY + 24 hours);
            vm.expectRevert(refusal);
            twap.settleLate(ETH, EXPIRY);
        }
    }

    // ------------------------------------------------------------ inside

    function _refuseThin(uint256 first, uint256 second, uint256 last) private {
        observeAt(first, 3000e18);
        observeAt(second, 3000e18);
        observeAt(last, 3000e18);
        vm.warp(EXPIRY + 1);
        uint256 gap = second - first > last - second ? second - first : last - second;
        vm.expectRevert(
            abi.encodeWithSelector(ISettlementTwap.CoverageTooThin.selector, first, 1800 - last, gap)
        );
        twap.settle(ETH, EXPIRY);
    }
}
