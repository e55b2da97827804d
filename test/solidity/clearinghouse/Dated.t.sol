// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, futureId, optionId} from "../../../contracts/types/InstrumentId.sol";
import {Stack} from "../helpers/Stack.sol";

/// @dev Futures and options: traded, margined, liquidated, expired.
contract DatedTest is Stack {
    uint256 private _expiry;
    InstrumentId private _call;
    InstrumentId private _put;
    InstrumentId private _future;

    function setUp() public override {
        super.setUp();
        _expiry = (block.timestamp / 1 hours + 30 * 24) * 1 hours;
        _call = optionId(ETH, _expiry, 4_200e18, true);
        _put = optionId(ETH, _expiry, 3_800e18, false);
        _future = futureId(ETH, _expiry);
        house.setDated(ETH, IClearinghouseTypes.DatedConfig(true, 10_000e18, 500));
        postFlat(ETH, _expiry, 0.8e18, 0.05e18);
        fund(aliceId, USDC_ID, 100_000e6);
        fund(bobId, USDC_ID, 100_000e6);
    }

    // ------------------------------------------------------------------------------------------------ trading

    function test_PremiumIsCash() public {
        uint256 mark = markOf(_call);
        assertTrue(mark > 200e18 && mark < 400e18, "about 300 for 5% out of the money at 80% and a month");
        trade(aliceId, bobId, _call, 10e18);
        assertEq(house.cashOf(aliceId), 100_000e18 - int256(10 * mark));
        assertEq(house.cashOf(bobId), 100_000e18 + int256(10 * mark));
        (int256 size, int256 cost) = house.positionOf(bobId, _call);
        assertEq(size, -10e18);
        assertEq(cost, 0, "options have no cost basis");
        (uint256 units, int256 costSum) = house.openInterestOf(_call);
        assertEq(units, 10e18);
        assertEq(costSum, 0);
        assertEq(margin(aliceId).equity, 100_000e18, "bought at the mark");
        assertEq(margin(bobId).equity, 100_000e18);
    }

    function test_FutureKeepsItsCost() public {
        uint256 mark = markOf(_future);
        assertTrue(mark > 4_000e18, "a positive basis");
        trade(aliceId, bobId, _future, 3e18);
        (int256 size, int256 cost) = house.positionOf(aliceId, _future);
        assertEq(size, 3e18);
        assertEq(cost, -int256(3 * mark));
        assertEq(house.cashOf(aliceId), 100_000e18);
        setPrice(ETH, 4_400e18);
        int256 gain = int256(3 * (markOf(_future) - mark));
        assertApproxEqAbs(uint256(margin(aliceId).equity), uint256(100_000e18 + gain), 10);
        assertApproxEqAbs(uint256(margin(aliceId).unrealised), uint256(gain), 10);
        assertApproxEqAbs(uint256(margin(bobId).equity), uint256(100_000e18 - gain), 10);
    }

    function test_CloseAndReopenLeavesNothing() public {
        trade(aliceId, bobId, _put, 5e18);
        trade(bobId, aliceId, _put, 5e18);
        (uint256 units, ) = house.openInterestOf(_put);
        assertEq(units, 0);
        assertEq(house.positionsOf(aliceId).length, 0);
        assertEq(house.cashOf(aliceId), 100_000e18);
    }

    function test_RevertWhen_ShortOptionIsNotMargined() public {
        (, AccountId poor) = person("poor");
        fund(poor, USDC_ID, 100e6);
        uint256 mark = markOf(_call);
        vm.expectPartialRevert(IClearinghouseTypes.BelowInitialMargin.selector);
        tradeAt(aliceId, poor, _call, 10e18, mark);
    }

    function test_CoveredCallNeedsLessThanNakedCall() public {
        trade(aliceId, bobId, _call, 10e18);
        uint256 naked = margin(bobId).maintenanceMargin;
        // about the calls' delta
        trade(bobId, aliceId, _future, 4e18);
        assertTrue(margin(bobId).maintenanceMargin < naked);
    }

    function test_SixtyFourPositions() public {
        for (uint256 i = 0; i < 64; ++i) {
            uint256 expiry = _expiry + (i % 4) * 7 days;
            if (i < 4) postFlat(ETH, expiry, 0.8e18, 0);
            trade(aliceId, bobId, optionId(ETH, expiry, (3_000 + 25 * i) * 1e18, i % 2 == 0), 1e18);
        }
        assertEq(house.positionsOf(aliceId).length, 64);
        InstrumentId more = optionId(ETH, _expiry, 9_000e18, true);
        uint256 mark = markOf(more) + 1;
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.TooManyPositions.selector, aliceId, uint256(64))
        );
        tradeAt(aliceId, bobId, more, 1e18, mark);
        (int256 size, int256 cost) = house.positionOf(aliceId, more);
        assertEq(size, 0);
        assertEq(cost, 0);
    }

    // ------------------------------------------------------------------------------------------------ refusals

    function test_RevertWhen_Expired() public {
        vm.warp(_expiry);
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.InstrumentExpired.selector, _call, _expiry)
        );
        tradeAt(aliceId, bobId, _call, 1e18, 1e18);
    }

    function test_RevertWhen_NotCanonical() public {
        _expectUnknown(InstrumentId.wrap(InstrumentId.unwrap(_future) | 1));
        // the same strike with its ten in the mantissa, and none at all
        uint96 head = (InstrumentId.unwrap(_call) >> 60) << 60;
        _expectUnknown(InstrumentId.wrap(head | (420 << 6) | 19));
        _expectUnknown(InstrumentId.wrap(head));
        _expectUnknown(InstrumentId.wrap(head | (7 << 6) | 38));
        _expectUnknown(optionId(BTC, _expiry, 4_200e18, true));
    }

    /// @dev Of an underlying that is not listed at all there is no option either.
    function test_RevertWhen_UnderlyingIsNotListed() public {
        _expectUnknown(optionId(3, _expiry, 4_200e18, true));
        _expectUnknown(futureId(3, _expiry));
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.UnknownUnderlying.selector, 3));
        house.setDated(3, IClearinghouseTypes.DatedConfig(true, 10_000e18, 500));
    }

    /// @dev The grid is of whole hours: what is off it has no id, and an id without an expiry is no instrument.
    function test_RevertWhen_ThereIsNoExpiry() public {
        uint96 mask = uint96(type(uint96).max ^ (((1 << 20) - 1) << 60));
        _expectUnknown(InstrumentId.wrap(InstrumentId.unwrap(_call) & mask));
        _expectUnknown(InstrumentId.wrap(InstrumentId.unwrap(_future) & mask));
    }

    function test_PriceBandIsOfTheIndex() public {
        uint256 mark = markOf(_call);
        uint256 state = vm.snapshotState();
        tradeAt(aliceId, bobId, _call, 1e18, mark + 200e18);
        vm.revertToState(state);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.PriceOutOfBand.selector,
                mark + 200e18 + 1,
                mark,
                uint256(500)
            )
        );
        tradeAt(aliceId, bobId, _call, 1e18, mark + 200e18 + 1);
    }

    function test_CapAndClosing() public {
        house.tightenDated(ETH, true, 5e18);
        uint256 mark = markOf(_call);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.OpenInterestCapExceeded.selector,
                _call,
                uint256(5e18),
                uint256(6e18)
            )
        );
        tradeAt(aliceId, bobId, _call, 6e18, mark);
        trade(aliceId, bobId, _call, 5e18);
        house.tightenDated(ETH, false, 5e18);
        mark = markOf(_put);
        vm.expectPartialRevert(IClearinghouseTypes.ReduceOnly.selector);
        tradeAt(aliceId, bobId, _put, 1e18, mark);
        trade(bobId, aliceId, _call, 2e18);
    }

    function test_NoNewRiskOnAnOldSurface() public {
        trade(aliceId, bobId, _call, 5e18);
        uint256 before = margin(bobId).maintenanceMargin;
        skip(3 hours);
        assertEq(uint256(margin(bobId).status), uint256(IPriceRouter.Status.Guarded));
        assertTrue(margin(bobId).maintenanceMargin > before, "an old surface widens");
        uint256 mark = markOf(_call);
        vm.expectPartialRevert(IClearinghouseTypes.ReduceOnly.selector);
        tradeAt(aliceId, bobId, _call, 1e18, mark);
        trade(bobId, aliceId, _call, 5e18);
    }

    // ------------------------------------------------------------------------------------------------ expiry

    function test_SettlesByAnyonesCall() public {
        trade(aliceId, bobId, _call, 10e18);
        trade(aliceId, bobId, _future, 2e18);
        vm.warp(_expiry + 1 hours);
        _refresh();
        (int256 cashA, int256 cashB) = (house.cashOf(aliceId), house.cashOf(bobId));
        (, int256 cost) = house.positionOf(aliceId, _future);
        AccountId[] memory both = new AccountId[](2);
        (both[0], both[1]) = (aliceId, bobId);
        house.settleExpired(both);
        assertEq(house.positionsOf(aliceId).length, 2, "no settlement price yet");

        surfaces.settle(_key(), 4_500e18);
        IRiskTypes.Margin memory before = margin(aliceId);
        assertEq(before.maintenanceMargin, 0, "settled legs carry no risk");
        house.settleExpired(both);
        assertEq(house.positionsOf(aliceId).length, 0);
        assertEq(house.cashOf(aliceId), cashA + 3_000e18 + 9_000e18 + cost);
        assertEq(house.cashOf(bobId), cashB - 3_000e18 - 9_000e18 - cost);
        assertEq(margin(aliceId).equity, before.equity);
        (uint256 units, int256 costSum) = house.openInterestOf(_future);
        assertEq(units, 0);
        assertEq(costSum, 0);
        house.settleExpired(both);
        assertEq(house.cashOf(aliceId), cashA + 3_000e18 + 9_000e18 + cost, "once only");
    }

    function test_SettlesAtTheNextTouch() public {
        trade(aliceId, bobId, _put, 10e18);
        uint256 paid = uint256(100_000e18 - house.cashOf(aliceId));
        vm.warp(_expiry);
        _refresh();
        surfaces.settle(_key(), 3_000e18);
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, 1e6, alice);
        assertEq(house.positionsOf(aliceId).length, 0);
        assertEq(house.cashOf(aliceId), int256(100_000e18 - paid + 8_000e18 - 1e18));
        assertEq(house.positionsOf(bobId).length, 1, "the other side is settled when it is touched");
        trade(bobId, aliceId, ethPerp, 1e18);
        assertEq(house.positionsOf(bobId).length, 1, "the perp");
        assertEq(house.cashOf(bobId), int256(100_000e18 + paid - 8_000e18));
    }

    function test_WorthlessOptionsGoAway() public {
        trade(aliceId, bobId, _call, 10e18);
        vm.warp(_expiry);
        _refresh();
        surfaces.settle(_key(), 4_000e18);
        AccountId[] memory one = new AccountId[](1);
        one[0] = bobId;
        int256 cash = house.cashOf(bobId);
        house.settleExpired(one);
        assertEq(house.cashOf(bobId), cash);
        assertEq(house.positionsOf(bobId).length, 0);
    }

    function test_RevertWhen_SettledFromOutsideAnAction() public {
        vm.expectRevert(IClearinghouseTypes.NotWithinAction.selector);
        house.settleWithin(aliceId);
    }

    // ------------------------------------------------------------------------------------------------ liquidation

    function test_OptionsAreLiquidatedLikeTheRest() public {
        (, AccountId writer) = person("writer");
        fund(writer, USDC_ID, 10_000e6);
        fund(keeperId, USDC_ID, 1_000_000e6);
        trade(aliceId, writer, _call, 10e18);
        trade(aliceId, writer, _future, 1e18);
        setPrice(ETH, 4_700e18);
        IRiskTypes.Margin memory before = margin(writer);
        assertTrue(before.equity > 0 && before.equity < int256(before.maintenanceMargin), "liquidatable");
        liquidate(writer);
        IRiskTypes.Margin memory next = margin(writer);
        assertTrue(
            next.equity * int256(before.maintenanceMargin) >= before.equity * int256(next.maintenanceMargin)
        );
        assertTrue(next.equity >= int256(next.maintenanceMargin), "healthy again");
        (uint256 units, ) = house.openInterestOf(_call);
        assertEq(units, 10e18);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _key() private view returns (uint256) {
        return (uint256(ETH) << 20) | (_expiry / 1 hours);
    }

    function _refresh() private {
        skip(0);
    }

    function _expectUnknown(InstrumentId instrument) private {
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.UnknownInstrument.selector, instrument));
        tradeAt(aliceId, bobId, instrument, 1e18, 100e18);
    }
}
