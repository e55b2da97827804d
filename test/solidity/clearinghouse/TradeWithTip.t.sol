// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {Stack} from "../helpers/Stack.sol";

/// @dev tradeWithTip: one side of a trade pays whoever made it happen. The test is the venue.
contract TradeWithTipTest is Stack {
    function setUp() public override {
        super.setUp();
        fund(aliceId, USDC_ID, 30_000e6);
        fund(bobId, USDC_ID, 30_000e6);
    }

    function test_EitherSidePays() public {
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.TipPaid(aliceId, keeperId, 7e18);
        _trade(1e18, 0, 0, 7e18, true, keeperId);
        assertEq(house.cashOf(aliceId), 30_000e18 - 7e18);
        assertEq(house.cashOf(bobId), 30_000e18);
        assertEq(house.cashOf(keeperId), 7e18);
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.TipPaid(bobId, keeperId, 5e18);
        _trade(1e18, 0, 0, 5e18, false, keeperId);
        assertEq(house.cashOf(bobId), 30_000e18 - 5e18);
        assertEq(house.cashOf(keeperId), 12e18);
    }

    function test_TheTradeIsTheSame() public {
        _trade(1e18, 2e18, 1e18, 7e18, true, keeperId);
        (int256 size, int256 cost) = house.positionOf(aliceId, ethPerp);
        assertEq(size, 1e18);
        assertEq(cost, -4_000e18);
        (, , uint256 toInsurance, uint256 toVenue, ) = house.moduleInfo(address(this));
        // the tip is no fee
        assertEq(toInsurance + toVenue, 3e18);
        assertEq(house.cashOf(aliceId), 30_000e18 - 9e18);
    }

    function test_WhoPaysMayAlsoGet() public {
        _trade(1e18, 0, 0, 7e18, true, aliceId);
        assertEq(house.cashOf(aliceId), 30_000e18);
        _trade(1e18, 0, 0, 7e18, true, bobId);
        assertEq(house.cashOf(bobId), 30_007e18);
    }

    /// @dev Nothing is made or lost, whatever cash is worth by then (SPEC-O3).
    function testFuzz_CashIsConserved(uint256 tip, uint256 size, bool byBuyer, uint256 who) public {
        // somebody borrows, so that principals are not present values
        fund(carolId, WETH_ID, 10e18);
        vm.prank(carol);
        house.withdraw(carolId, USDC_ID, 10_000e6, carol);
        skip(90 days);
        size = bound(size, 1e15, 5e18);
        tip = bound(tip, 1, (size * 4_000) / 100);
        AccountId[4] memory ids = [aliceId, bobId, carolId, keeperId];
        int256 before = _sum(ids);
        AccountId to = ids[who % 4];
        int256 had = house.cashOf(to);
        _trade(size, 0, 0, tip, byBuyer, to);
        int256 change = _sum(ids) - before;
        assertLe(change, 0);
        assertGe(change, -4);
        if (to != aliceId && to != bobId) assertGe(house.cashOf(to), had + int256(tip) - 2);
    }

    /// @dev SPEC-O3.
    function test_RevertWhen_TipAndFeeAreAboveTheFeeCap() public {
        _trade(1e18, 33e18, 0, 7e18, true, keeperId);
        _refused(33e18, 7e18 + 1, true, _tooHigh(40e18 + 1));
        // the other side's fee is its own
        _trade(1e18, 33e18, 7e18, 33e18, false, keeperId);
        _refused(40e18, 1, true, _tooHigh(40e18 + 1));
        _refused(0, type(uint128).max, true, _tooHigh(type(uint128).max));
        _refused(0, type(uint128).max, false, _tooHigh(type(uint128).max));
    }

    function test_RevertWhen_TheTipIsNothingOrTooLargeForAnyAmount() public {
        _refused(0, 0, true, abi.encodeWithSelector(IClearinghouseTypes.AmountZero.selector));
        uint256 tip = uint256(type(uint128).max) + 1;
        _refused(
            0,
            tip,
            true,
            abi.encodeWithSelector(IClearinghouseTypes.AmountTooLarge.selector, tip, type(uint128).max)
        );
    }

    function test_RevertWhen_CalledByNoVenue() public {
        IClearinghouseTypes.Trade memory params = _params(1e18, 0, 0);
        IClearinghouseTypes.Tip memory tip = IClearinghouseTypes.Tip(keeperId, 1e18, true);
        vm.prank(keeper);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.NotModule.selector, keeper, uint8(1)));
        house.tradeWithTip(params, tip);
    }

    /// @dev The tip counts in the margin check: an account cannot be tipped out below its initial margin (SPEC-O3, M13).
    function test_RevertWhen_TheTipTakesThePayerBelowInitialMargin() public {
        // initial margin of 1 ETH at 4,000: 780
        (, AccountId daveId) = person("dave");
        fund(daveId, USDC_ID, 790e6);
        IClearinghouseTypes.Trade memory params = _params(1e18, 0, 0);
        params.buyer = daveId;
        bytes memory failure = abi.encodeWithSelector(
            IClearinghouseTypes.BelowInitialMargin.selector,
            daveId,
            int256(780e18 - 1),
            uint256(780e18)
        );
        vm.expectRevert(failure);
        house.tradeWithTip(params, IClearinghouseTypes.Tip(keeperId, 10e18 + 1, true));
        house.tradeWithTip(params, IClearinghouseTypes.Tip(keeperId, 10e18, true));
        assertEq(margin(daveId).equity, 780e18);
    }

    /// @dev Below initial margin a closing trade goes on with a tip as far as health does not fall by it.
    function test_AStopBelowInitialMarginPaysAsFarAsHealthAllows() public {
        (, AccountId daveId) = person("dave");
        fund(daveId, USDC_ID, 800e6);
        trade(daveId, bobId, ethPerp, 1e18);
        setPrice(ETH, 3_330e18);
        assertEq(margin(daveId).equity, 130e18);
        IClearinghouseTypes.Trade memory params = _params(0.5e18, 0, 0);
        (params.buyer, params.seller, params.price) = (bobId, daveId, 3_230e18);
        // half the margin goes, so half the equity must stay: 130 - 50 lost in the trade - tip >= 65
        vm.expectPartialRevert(IClearinghouseTypes.BelowInitialMargin.selector);
        house.tradeWithTip(params, IClearinghouseTypes.Tip(keeperId, 15.1e18, false));
        house.tradeWithTip(params, IClearinghouseTypes.Tip(keeperId, 14.9e18, false));
        assertEq(house.cashOf(keeperId), 14.9e18);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _params(
        uint256 size,
        uint256 buyerFee,
        uint256 sellerFee
    ) private view returns (IClearinghouseTypes.Trade memory) {
        return IClearinghouseTypes.Trade(aliceId, bobId, ethPerp, size, 4_000e18, buyerFee, sellerFee);
    }

    function _trade(
        uint256 size,
        uint256 buyerFee,
        uint256 sellerFee,
        uint256 tip,
        bool byBuyer,
        AccountId to
    ) private {
        house.tradeWithTip(_params(size, buyerFee, sellerFee), IClearinghouseTypes.Tip(to, tip, byBuyer));
    }

    function _refused(uint256 fee, uint256 tip, bool byBuyer, bytes memory failure) private {
        IClearinghouseTypes.Trade memory params = _params(1e18, byBuyer ? fee : 0, byBuyer ? 0 : fee);
        vm.expectRevert(failure);
        house.tradeWithTip(params, IClearinghouseTypes.Tip(keeperId, tip, byBuyer));
    }

    function _tooHigh(uint256 fee) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IClearinghouseTypes.FeeTooHigh.selector, fee, uint256(40e18));
    }

    function _sum(AccountId[4] memory ids) private view returns (int256 sum) {
        for (uint256 i = 0; i < 4; ++i) sum += house.cashOf(ids[i]);
    }
}
