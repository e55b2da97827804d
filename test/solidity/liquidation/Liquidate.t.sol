// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {LiquidationBase} from "./LiquidationBase.sol";
import {InstrumentId, perpId} from "../../../contracts/types/InstrumentId.sol";
import {PositionWord, toLinearWord} from "../../../contracts/types/PositionWord.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";

contract LiquidateTest is LiquidationBase {
    // ------------------------------------------------------------------------------------------------ by hand

    /// @dev ETH at 3,750: E = 5,500, MM = 5,587.5. One of ten units frees 558.75, of which 5% are paid.
    function test_OneUnitByHand() public {
        longAt(3_750e18);
        int256 keeperCash = house.cashOf(keeperId);
        ILiquidator.Quote memory terms = liquidateChecked(leg(ethPerp, 1e18));
        assertEq(terms.before.equity, 5_500e18);
        assertEq(terms.before.maintenanceMargin, 5_587.5e18);
        assertEq(terms.before.initialMargin, 7_312.5e18);
        assertEq(terms.relief, 558.75e18);
        assertEq(terms.phi, 0.05e18);
        assertEq(terms.penalty, 27.9375e18);
        assertEq(terms.incentive, uint256(0));
        assertEq(terms.cashToAccount, -250e18);
        assertEq(terms.next.equity, 5_472.0625e18);
        assertEq(terms.next.maintenanceMargin, 5_028.75e18);
        assertEq(house.cashOf(aliceId), 8_000e18 - 250e18 - 27.9375e18);
        assertEq(house.cashOf(keeperId) - keeperCash, 27.9375e18);
        (int256 size, int256 cost) = house.positionOf(aliceId, ethPerp);
        assertEq(size, 9e18);
        assertEq(cost, -36_000e18);
        (size, cost) = house.positionOf(keeperId, ethPerp);
        assertEq(size, 1e18);
        assertEq(cost, -3_750e18);
    }

    /// @dev Two units would leave E' = 5,444.125 over 1.2 * 4,470.
    function test_RevertWhen_Overshooting() public {
        longAt(3_750e18);
        bytes memory reason = abi.encodeWithSelector(
            ILiquidator.Overshoot.selector,
            int256(5_444.125e18),
            4_470e18
        );
        vm.expectRevert(reason);
        liquidator.quote(aliceId, leg(ethPerp, 2e18));
        vm.expectRevert(reason);
        send(order(leg(ethPerp, 2e18)));
    }

    /// @dev The largest size that does not overshoot, searched to the wei, meets the closed form.
    function test_TheMostThatMayBeTaken() public {
        longAt(3_750e18);
        (uint256 low, uint256 high) = (1e18, 2e18);
        while (high - low > 1) {
            uint256 mid = (low + high) / 2;
            try liquidator.quote(aliceId, leg(ethPerp, mid)) {
                low = mid;
            } catch {
                high = mid;
            }
        }
        // f = 1,205 / (1.15 * 5,587.5), of ten units
        // the wei that rounding is allowed move it by some
        assertApproxEqAbs(low, (uint256(10e18) * 1_205e18) / 6_425.625e18, 100);
        liquidateChecked(leg(ethPerp, low));
    }

    /// @dev E = MM at 32,000 / 8.51 = 3,760.28202115158...: a price tick (1e-8) to each side of it.
    function test_OnlyBelowMaintenanceMargin() public {
        longAt(4_000e18);
        (uint256 low, uint256 high) = (3_700e8, 3_800e8);
        while (high - low > 1) {
            uint256 mid = (low + high) / 2;
            setPrice(ETH, mid * 1e10);
            (bool liquidatable, ) = liquidator.isLiquidatable(aliceId);
            if (liquidatable) low = mid;
            else high = mid;
        }
        assertEq(low, 376_028_202_115);
        setPrice(ETH, high * 1e10);
        IRiskTypes.Margin memory m = margin(aliceId);
        assertGe(m.equity, int256(m.maintenanceMargin));
        bytes memory reason = abi.encodeWithSelector(
            ILiquidator.NotLiquidatable.selector,
            aliceId,
            m.equity,
            m.maintenanceMargin
        );
        vm.expectRevert(reason);
        send(order(leg(ethPerp, 1e18)));
        vm.expectRevert(reason);
        liquidator.quote(aliceId, leg(ethPerp, 1e18));
        vm.expectRevert(reason);
        liquidator.proRata(aliceId);
        setPrice(ETH, low * 1e10);
        m = margin(aliceId);
        assertLt(m.equity, int256(m.maintenanceMargin));
        liquidateChecked(leg(ethPerp, 1e18));
    }

    /// @dev E = 8,000, MM = 0.8 * 9,720 + 330 + 360 = 8,466: see spec M with L = 54,000 of ETH and -30,000 of BTC.
    function test_CrossAssetByHand() public {
        crossAt(3_600e18);
        IRiskTypes.Margin memory m = margin(aliceId);
        assertEq(m.equity, 8_000e18);
        assertEq(m.maintenanceMargin, 8_466e18);
        // 2 ETH of perps and 1 WETH less: L = 43,200, together 7,776 - 4,500, alone 7,776 and 4,500; half of each: 7,776
        // MM' = 0.8 * 7,776 + 0.5% * (28,800 + 30,000) + 2% * 14,400 = 6,802.8
        ILiquidator.Quote memory terms = liquidator.quote(
            aliceId,
            withAsset(leg(ethPerp, 2e18), WETH_ID, 1e18)
        );
        assertEq(terms.next.maintenanceMargin, 6_802.8e18);
        assertEq(terms.relief, 1_663.2e18);
        assertEq(terms.penalty, 83.16e18);
        // two units realise -400 each, the collateral pays 3,600
        assertEq(terms.cashToAccount, 2_800e18);
        int256 keeperCash = house.cashOf(keeperId);
        liquidateChecked(withAsset(leg(ethPerp, 2e18), WETH_ID, 1e18));
        assertEq(house.cashOf(aliceId), -6_000e18 + 2_800e18 - 83.16e18);
        assertEq(house.cashOf(keeperId) - keeperCash, -3_600e18 + 83.16e18);
        assertEq(house.collateralOf(keeperId, WETH_ID), 1e18);
        assertEq(house.collateralOf(aliceId, WETH_ID), 4e18);
    }

    function test_Emits() public {
        longAt(3_750e18);
        ILiquidator.Call memory params = order(leg(ethPerp, 1e18));
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.CashUpdated(aliceId, 7_722.0625e18);
        PositionWord[] memory positions = new PositionWord[](1);
        positions[0] = toLinearWord(ethPerp, 9e18, -36_000e18, 0);
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.PositionsUpdated(aliceId, positions);
        positions[0] = toLinearWord(ethPerp, 1e18, -3_750e18, 0);
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.PositionsUpdated(keeperId, positions);
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.BasketMoved(aliceId, keeperId, -250e18, 27.9375e18);
        vm.expectEmit(address(liquidator));
        emit ILiquidator.Liquidated(
            aliceId,
            keeperId,
            keeper,
            5_500e18,
            5_587.5e18,
            5_472.0625e18,
            5_028.75e18,
            27.9375e18,
            0
        );
        vm.prank(keeper);
        liquidator.liquidate(params);
    }

    // ------------------------------------------------------------------------------------------------ who and when

    function test_RevertWhen_DeadlinePassed() public {
        longAt(3_750e18);
        ILiquidator.Call memory params = order(leg(ethPerp, 1e18));
        params.deadlineSec = uint40(block.timestamp - 1);
        vm.expectRevert(
            abi.encodeWithSelector(ILiquidator.DeadlinePassed.selector, params.deadlineSec, block.timestamp)
        );
        send(params);
    }

    function test_RevertWhen_Self() public {
        longAt(3_750e18);
        ILiquidator.Call memory params = order(leg(ethPerp, 1e18));
        params.liquidator = aliceId;
        vm.expectRevert(abi.encodeWithSelector(ILiquidator.SelfLiquidation.selector, aliceId));
        vm.prank(alice);
        liquidator.liquidate(params);
    }

    function test_RevertWhen_NotTheLiquidatorsOwn() public {
        longAt(3_750e18);
        ILiquidator.Call memory params = order(leg(ethPerp, 1e18));
        vm.prank(keeper);
        house.setOperator(keeperId, carol, 1 | 2 | 4, type(uint40).max);
        vm.expectRevert(abi.encodeWithSelector(ILiquidator.NotAuthorised.selector, keeperId, carol));
        vm.prank(carol);
        liquidator.liquidate(params);
    }

    function test_OperatorWithScopeEight() public {
        longAt(3_750e18);
        vm.prank(keeper);
        house.setOperator(keeperId, carol, 8, uint40(block.timestamp));
        vm.prank(carol);
        liquidator.liquidate(order(leg(ethPerp, 1e18)));
        (int256 size, ) = house.positionOf(keeperId, ethPerp);
        assertEq(size, 1e18);
        skip(1);
        ILiquidator.Call memory params = order(leg(ethPerp, 0.1e18));
        vm.expectRevert(abi.encodeWithSelector(ILiquidator.NotAuthorised.selector, keeperId, carol));
        vm.prank(carol);
        liquidator.liquidate(params);
    }

    function test_RevertWhen_RewardTooLow() public {
        longAt(3_750e18);
        ILiquidator.Call memory params = order(leg(ethPerp, 1e18));
        params.minReward = 27.9375e18 + 1;
        vm.expectRevert(
            abi.encodeWithSelector(ILiquidator.RewardTooLow.selector, uint256(27.9375e18), params.minReward)
        );
        send(params);
        params.minReward = 27.9375e18;
        send(params);
    }

    /// @dev The account loses 2 * 400 on the perps and is paid 3,600 for the WETH.
    function test_BasketMovedTellsTheCashOfLegsAndSpot() public {
        crossAt(3_600e18);
        ILiquidator.Call memory params = order(withAsset(leg(ethPerp, 2e18), WETH_ID, 1e18));
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.BasketMoved(aliceId, keeperId, 2_800e18, 83.16e18);
        assertEq(send(params).cashToAccount, 2_800e18);
    }

    function test_RevertWhen_CashTooLow() public {
        crossAt(3_600e18);
        ILiquidator.Call memory params = order(withAsset(leg(ethPerp, 2e18), WETH_ID, 1e18));
        params.minCash = -3_600e18 + 83.16e18 + 1;
        vm.expectRevert(
            abi.encodeWithSelector(ILiquidator.CashTooLow.selector, params.minCash - 1, params.minCash)
        );
        send(params);
        params.minCash -= 1;
        send(params);
    }

    /// @dev The keeper's equity after it: its cash and the penalty of 27.9375; its IM is 19.5% of 3,750.
    function test_RevertWhen_LiquidatorEndsBelowItsInitialMargin() public {
        fund(carolId, USDC_ID, 703_312_499);
        longAt(3_750e18);
        ILiquidator.Call memory params = order(leg(ethPerp, 1e18));
        params.liquidator = carolId;
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.BelowInitialMargin.selector,
                carolId,
                int256(731.249999e18),
                731.25e18
            )
        );
        vm.prank(carol);
        liquidator.liquidate(params);
        fund(carolId, USDC_ID, 1);
        vm.prank(carol);
        liquidator.liquidate(params);
        IRiskTypes.Margin memory m = margin(carolId);
        assertEq(m.equity, int256(m.initialMargin));
    }

    // ------------------------------------------------------------------------------------------------ baskets

    function test_RevertWhen_EmptyBasket() public {
        longAt(3_750e18);
        ILiquidator.Selection memory empty;
        vm.expectRevert(ILiquidator.EmptyBasket.selector);
        send(order(empty));
        vm.expectRevert(ILiquidator.EmptyBasket.selector);
        liquidator.quote(aliceId, empty);
    }

    function test_RevertWhen_LengthsDiffer() public {
        longAt(3_750e18);
        ILiquidator.Selection memory selection = leg(ethPerp, 1e18);
        selection.sizes = new uint256[](2);
        vm.expectRevert(abi.encodeWithSelector(ILiquidator.LengthMismatch.selector, uint256(1), uint256(2)));
        send(order(selection));
        selection = asset(WETH_ID, 1e18);
        selection.assetIds = new uint8[](0);
        vm.expectRevert(abi.encodeWithSelector(ILiquidator.LengthMismatch.selector, uint256(0), uint256(1)));
        send(order(selection));
    }

    function test_RevertWhen_LegNotHeld() public {
        longAt(3_750e18);
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.PositionNotFound.selector, aliceId, btcPerp)
        );
        send(order(leg(btcPerp, 1e18)));
        // a perp with a strike is none that is held
        InstrumentId odd = InstrumentId.wrap(InstrumentId.unwrap(ethPerp) | 1);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.PositionNotFound.selector, aliceId, odd));
        send(order(leg(odd, 1e18)));
        InstrumentId unknown = perpId(77);
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.PositionNotFound.selector, aliceId, unknown)
        );
        send(order(legs(ethPerp, 1e18, unknown, 1e18)));
    }

    /// @dev The call's calldata is handed on as it came: with a gap before the parameters it means the same, and where they
    /// overlap what stands before them it is refused.
    function test_ForwardsAnyEncoding() public {
        longAt(3_750e18);
        bytes memory params = abi.encode(order(leg(ethPerp, 1e18)));
        // the encoding without the offset that leads it
        bytes memory body = new bytes(params.length - 32);
        for (uint256 i = 0; i < body.length; ++i) {
            body[i] = params[i + 32];
        }
        bytes4 selector = liquidator.liquidate.selector;
        vm.startPrank(keeper);
        (bool ok, ) = address(liquidator).call(abi.encodePacked(selector, uint256(0), body));
        assertFalse(ok);
        bytes memory data = abi.encodePacked(selector, uint256(0x60), uint256(1), uint256(2), body);
        (ok, ) = address(liquidator).call(data);
        assertTrue(ok);
        vm.stopPrank();
        (int256 size, ) = house.positionOf(aliceId, ethPerp);
        assertEq(size, 9e18);
    }

    function test_RevertWhen_SizeZero() public {
        longAt(3_750e18);
        vm.expectRevert(IClearinghouseTypes.AmountZero.selector);
        send(order(leg(ethPerp, 0)));
    }

    function test_RevertWhen_MoreThanHeld() public {
        longAt(3_750e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.ReducesPastZero.selector,
                aliceId,
                ethPerp,
                int256(10e18),
                10e18 + 1
            )
        );
        send(order(leg(ethPerp, 10e18 + 1)));
    }

    function test_RevertWhen_MoreCollateralThanHeld() public {
        crossAt(3_600e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.InsufficientBalance.selector,
                aliceId,
                WETH_ID,
                5e18,
                5e18 + 1
            )
        );
        send(order(asset(WETH_ID, 5e18 + 1)));
    }

    function test_RevertWhen_CollateralNotHeld() public {
        crossAt(3_600e18);
        vm.expectPartialRevert(IClearinghouseTypes.InsufficientBalance.selector);
        send(order(asset(WBTC_ID, 1)));
        vm.expectPartialRevert(IClearinghouseTypes.InsufficientBalance.selector);
        send(order(asset(63, 1)));
    }

    /// @dev Cash is asset 0 and never part of a basket: it moves by the basket's price alone.
    function test_RevertWhen_CashInTheBasket() public {
        longAt(3_750e18);
        vm.expectPartialRevert(IClearinghouseTypes.InsufficientBalance.selector);
        send(order(withAsset(leg(ethPerp, 1e18), USDC_ID, 1e18)));
    }

    /// @dev A basket may name a leg twice; the sizes add up and may not exceed what is held together.
    function test_DuplicateLegsAddUp() public {
        longAt(3_750e18);
        ILiquidator.Quote memory once = liquidator.quote(aliceId, leg(ethPerp, 1e18));
        ILiquidator.Quote memory twice = liquidateChecked(legs(ethPerp, 0.25e18, ethPerp, 0.75e18));
        assertEq(abi.encode(twice), abi.encode(once));
        (int256 size, ) = house.positionOf(aliceId, ethPerp);
        assertEq(size, 9e18);
    }

    function test_RevertWhen_DuplicatesExceedWhatIsHeld() public {
        longAt(3_100e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.ReducesPastZero.selector,
                aliceId,
                ethPerp,
                int256(4e18),
                uint256(6e18)
            )
        );
        send(order(legs(ethPerp, 6e18, ethPerp, 6e18)));
        vm.expectPartialRevert(IClearinghouseTypes.PositionNotFound.selector);
        send(order(legs(ethPerp, 10e18, ethPerp, 1)));
    }

    function test_RevertWhen_DuplicateCollateralExceedsWhatIsHeld() public {
        crossAt(3_300e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.InsufficientBalance.selector,
                aliceId,
                WETH_ID,
                uint256(2e18),
                uint256(3e18)
            )
        );
        send(order(withAsset(asset(WETH_ID, 3e18), WETH_ID, 3e18)));
    }

    /// @dev Taking the hedge alone would raise the margin that is left.
    function test_RevertWhen_NoRelief() public {
        fund(aliceId, WETH_ID, 10e18);
        trade(bobId, aliceId, ethPerp, 10e18);
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, 37_000e6, alice);
        // spot against an equal short: only the charges are left, 2.5% of the value, against an equity that stays
        setPrice(ETH, 12_500e18);
        IRiskTypes.Margin memory m = margin(aliceId);
        assertEq(m.equity, 3_000e18);
        assertEq(m.maintenanceMargin, 3_125e18);
        vm.expectPartialRevert(ILiquidator.NoRelief.selector);
        send(order(leg(ethPerp, 5e18)));
        vm.expectPartialRevert(ILiquidator.NoRelief.selector);
        liquidator.quote(aliceId, asset(WETH_ID, 5e18));
        liquidateChecked(withAsset(leg(ethPerp, 1e18), WETH_ID, 1e18));
    }

    // ------------------------------------------------------------------------------------------------ prices, pause

    function test_RevertWhen_PriceIsStale() public {
        longAt(3_750e18);
        vm.warp(block.timestamp + 1 days + 1);
        bytes memory reason = abi.encodeWithSelector(
            ILiquidator.PriceNotUsable.selector,
            aliceId,
            IPriceRouter.Status.Stale
        );
        vm.expectRevert(reason);
        send(order(leg(ethPerp, 1e18)));
        vm.expectRevert(reason);
        liquidator.quote(aliceId, leg(ethPerp, 1e18));
        vm.expectRevert(reason);
        liquidator.proRata(aliceId);
        (bool liquidatable, ) = liquidator.isLiquidatable(aliceId);
        assertFalse(liquidatable);
        setPrice(ETH, 3_750e18);
        setPrice(BTC, BTC_PRICE);
        send(order(leg(ethPerp, 1e18)));
    }

    /// @dev One of several prices is enough: the account cannot be judged in parts.
    function test_RevertWhen_OnePriceOfTwoIsStale() public {
        crossAt(3_600e18);
        vm.warp(block.timestamp + 1 days + 1);
        setPrice(ETH, 3_600e18);
        vm.expectRevert(
            abi.encodeWithSelector(ILiquidator.PriceNotUsable.selector, aliceId, IPriceRouter.Status.Stale)
        );
        send(order(leg(ethPerp, 1e18)));
    }

    /// @dev Two sources apart: a long is judged, and its basket priced, at the higher; the taker at the lower.
    function test_GuardedPriceFavoursTheAccount() public {
        MockAggregator second = new MockAggregator("ETH / USD 2", 8, int256(ETH_PRICE / 1e10));
        router.setSources(
            ETH,
            chainlink(address(ethFeed), 1e18, 1e24),
            chainlink(address(second), 1e18, 1e24),
            200
        );
        longAt(3_600e18);
        IRiskTypes.Margin memory adverse = margin(aliceId);
        assertEq(adverse.equity, 4_000e18);
        assertTrue(adverse.status == IPriceRouter.Status.Guarded);
        // at 4,000 nothing is wrong with the account
        vm.expectRevert(
            abi.encodeWithSelector(
                ILiquidator.NotLiquidatable.selector,
                aliceId,
                int256(8_000e18),
                uint256(5_960e18)
            )
        );
        send(order(leg(ethPerp, 1e18)));
        // at 3,750 there is
        second.setAnswer(3_750e8);
        (bool liquidatable, IRiskTypes.Margin memory m) = liquidator.isLiquidatable(aliceId);
        assertTrue(liquidatable);
        assertEq(m.equity, 5_500e18);
        ILiquidator.Quote memory terms = send(order(leg(ethPerp, 1e18)));
        assertEq(terms.before.maintenanceMargin, 5_587.5e18);
        assertEq(terms.penalty, 27.9375e18);
        (, int256 cost) = house.positionOf(keeperId, ethPerp);
        assertEq(cost, -3_750e18);
    }

    /// @dev A short is judged at the lower.
    function test_GuardedPriceFavoursAShort() public {
        MockAggregator second = new MockAggregator("ETH / USD 2", 8, int256(ETH_PRICE / 1e10));
        router.setSources(
            ETH,
            chainlink(address(ethFeed), 1e18, 1e24),
            chainlink(address(second), 1e18, 1e24),
            200
        );
        fund(aliceId, USDC_ID, 8_000e6);
        trade(bobId, aliceId, ethPerp, 10e18);
        setPrice(ETH, 4_300e18);
        (bool liquidatable, IRiskTypes.Margin memory m) = liquidator.isLiquidatable(aliceId);
        assertFalse(liquidatable);
        assertEq(m.equity, 8_000e18);
        second.setAnswer(4_200e8);
        (liquidatable, m) = liquidator.isLiquidatable(aliceId);
        assertTrue(liquidatable);
        assertEq(m.equity, 6_000e18);
        assertEq(m.maintenanceMargin, 6_258e18);
    }

    function test_PausedProtocolStillLiquidates() public {
        longAt(3_750e18);
        house.pause();
        flag();
        assertEq(flaggedAt(aliceId), block.timestamp);
        liquidateChecked(leg(ethPerp, 1e18));
    }

    function test_ClosedMarketStillLiquidates() public {
        longAt(3_750e18);
        house.tightenPerp(ETH, false, 0);
        liquidateChecked(leg(ethPerp, 1e18));
    }

    // ------------------------------------------------------------------------------------------------ the taker's side

    /// @dev The basket closes the keeper's opposite position, and a loss that it realises counts in `minCash`.
    function test_ClosesTheLiquidatorsOpposite() public {
        trade(bobId, keeperId, ethPerp, 4e18);
        longAt(3_750e18);
        uint256 openInterest = house.perpState(ETH).openInterest;
        ILiquidator.Call memory params = order(leg(ethPerp, 1e18));
        params.minCash = 250e18 + 27.9375e18;
        send(params);
        (int256 size, int256 cost) = house.positionOf(keeperId, ethPerp);
        assertEq(size, -3e18);
        assertEq(cost, 12_000e18);
        assertEq(house.perpState(ETH).openInterest, openInterest - 1e18);
    }

    // ------------------------------------------------------------------------------------------------ dust

    /// @dev 0.1 ETH: MM = 55.875 is below the dust size of 100; closing all of it pays 5 instead of 2.79375.
    function test_DustIsClosedWholeForTheMinimumReward() public {
        fund(aliceId, USDC_ID, 80e6);
        trade(aliceId, bobId, ethPerp, 0.1e18);
        setPrice(ETH, 3_750e18);
        (ILiquidator.Selection memory selection, uint256 fraction) = liquidator.proRata(aliceId);
        assertEq(fraction, 1e18);
        assertEq(selection.sizes[0], 0.1e18);
        ILiquidator.Quote memory terms = liquidateChecked(selection);
        assertEq(terms.before.equity, 55e18);
        assertEq(terms.before.maintenanceMargin, 55.875e18);
        assertEq(terms.penalty, 5e18);
        assertEq(terms.incentive, uint256(0));
        assertEq(house.cashOf(aliceId), 50e18);
        (, uint8 count, , ) = house.accountInfo(aliceId);
        assertEq(uint256(count), 0);
        assertEq(flaggedAt(aliceId), 0);
    }

    /// @dev Where less than the minimum is left it pays all of it: E = 3.
    function test_DustPaysWhatItHas() public {
        fund(aliceId, USDC_ID, 80e6);
        trade(aliceId, bobId, ethPerp, 0.1e18);
        setPrice(ETH, 3_230e18);
        ILiquidator.Quote memory terms = liquidateChecked(leg(ethPerp, 0.1e18));
        assertEq(terms.before.equity, 3e18);
        assertEq(terms.penalty, 3e18);
        assertEq(house.cashOf(aliceId), 0);
    }

    /// @dev The minimum is for closing the account, not for each of many bites.
    function test_DustTakenInPartPaysNoMinimum() public {
        fund(aliceId, USDC_ID, 80e6);
        trade(aliceId, bobId, ethPerp, 0.1e18);
        setPrice(ETH, 3_750e18);
        ILiquidator.Quote memory terms = liquidateChecked(leg(ethPerp, 0.05e18));
        assertEq(terms.penalty, 1.396875e18);
    }

    /// @dev Dust is what is below the size, not what has it: there the account may be closed in part only.
    function test_AnAccountOfTheDustSizeIsNoDust() public {
        fund(aliceId, USDC_ID, 80e6);
        trade(aliceId, bobId, ethPerp, 0.1e18);
        setPrice(ETH, 3_750e18);
        liquidator.setParameters(55.875e18, 5e18);
        (, uint256 fraction) = liquidator.proRata(aliceId);
        assertLt(fraction, 1e18, "not whole");
        vm.expectPartialRevert(ILiquidator.Overshoot.selector);
        liquidator.quote(aliceId, leg(ethPerp, 0.1e18));
        liquidator.setParameters(55.875e18 + 1, 5e18);
        (, fraction) = liquidator.proRata(aliceId);
        assertEq(fraction, 1e18, "whole");
        assertEq(liquidator.quote(aliceId, leg(ethPerp, 0.1e18)).penalty, 5e18);
    }

    // ------------------------------------------------------------------------------------------------ any basket

    /// @dev Whatever is taken of whichever account: health is kept, 1.2 is not passed, and the quote holds.
    function testFuzz_AnyBasket(
        uint256 price,
        uint256[4] memory part,
        uint256 wei_,
        uint256 wait,
        int256 premium
    ) public {
        insure(100_000e6);
        _crossWithFunding(bound(premium, -190e18, 190e18), bound(wei_, 0, 1e18));
        setPrice(ETH, bound(price, 2_500e18, 3_590e18));
        (bool liquidatable, ) = liquidator.isLiquidatable(aliceId);
        if (!liquidatable) return;
        flag();
        skip(bound(wait, 0, 2_000));
        (liquidatable, ) = liquidator.isLiquidatable(aliceId);
        if (!liquidatable) return;
        ILiquidator.Selection memory selection = _basket(part);
        if (selection.instruments.length + selection.assetIds.length == 0) return;
        try liquidator.quote(aliceId, selection) {
            _takeAndCheck(selection);
        } catch (bytes memory reason) {
            bytes4 why = bytes4(reason);
            assertTrue(
                why == ILiquidator.Overshoot.selector || why == ILiquidator.NoRelief.selector,
                "unexpected refusal"
            );
        }
    }

    function _takeAndCheck(ILiquidator.Selection memory selection) private {
        IRiskTypes.Margin memory before = margin(keeperId);
        ILiquidator.Quote memory terms = liquidateChecked(selection);
        IRiskTypes.Margin memory next = margin(keeperId);
        int256 reward = int256(terms.penalty + terms.incentive);
        assertApproxEqAbs(next.equity - before.equity, reward, DUST, "the taker's gain is the reward");
        assertGe(next.equity, int256(next.initialMargin));
        if (terms.before.equity > 0) assertLe(terms.penalty, uint256(terms.before.equity));
        else assertEq(terms.penalty, uint256(0));
    }

    /// @dev The cross-asset account with premiums on its perps, some funding paid, interest owed and an odd equity.
    function _crossWithFunding(int256 premium, uint256 odd) private {
        fund(aliceId, WETH_ID, 5e18);
        uint256 mark = uint256(int256(ETH_PRICE) + premium);
        tradeAt(aliceId, bobId, ethPerp, 10e18 + odd, mark);
        trade(bobId, aliceId, btcPerp, 0.3e18 + odd / 100);
        tradeAt(keeperId, bobId, ethPerp, 300e18, mark);
        vm.startPrank(alice);
        house.withdraw(aliceId, USDC_ID, 3_000e6, alice);
        vm.stopPrank();
        skip(7_777);
    }

    function _basket(uint256[4] memory part) private view returns (ILiquidator.Selection memory selection) {
        (int256 ethSize, ) = house.positionOf(aliceId, ethPerp);
        (int256 btcSize, ) = house.positionOf(aliceId, btcPerp);
        uint256 ethPart = bound(part[0], 0, uint256(ethSize));
        uint256 btcPart = bound(part[1], 0, uint256(-btcSize));
        uint256 wethPart = bound(part[2], 0, 5e18);
        // which of the three are in it at all
        uint256 mask = bound(part[3], 1, 7);
        if (mask & 1 == 0) ethPart = 0;
        if (mask & 2 == 0) btcPart = 0;
        if (mask & 4 == 0) wethPart = 0;
        if (ethPart != 0 && btcPart != 0) selection = legs(ethPerp, ethPart, btcPerp, btcPart);
        else if (ethPart != 0) selection = leg(ethPerp, ethPart);
        else if (btcPart != 0) selection = leg(btcPerp, btcPart);
        if (wethPart != 0) selection = withAsset(selection, WETH_ID, wethPart);
    }
}
