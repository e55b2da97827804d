// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {LiquidationBase} from "./LiquidationBase.sol";
import {toAccountId} from "../../../contracts/types/AccountId.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";

contract FlagTest is LiquidationBase {
    function test_AnyoneFlags() public {
        longAt(3_750e18);
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.FlagUpdated(aliceId, uint40(block.timestamp));
        vm.expectEmit(address(liquidator));
        emit ILiquidator.Flagged(aliceId, uint40(block.timestamp), 5_500e18, 5_587.5e18);
        vm.prank(carol);
        liquidator.flag(aliceId);
        assertEq(flaggedAt(aliceId), block.timestamp);
    }

    function test_RevertWhen_FlaggingAHealthyAccount() public {
        longAt(3_761e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                ILiquidator.NotLiquidatable.selector,
                aliceId,
                int256(5_610e18),
                uint256(5_603.89e18)
            )
        );
        flag();
    }

    function test_RevertWhen_FlaggingAnEmptyAccount() public {
        vm.expectRevert(
            abi.encodeWithSelector(ILiquidator.NotLiquidatable.selector, carolId, int256(0), uint256(0))
        );
        liquidator.flag(carolId);
    }

    function test_RevertWhen_FlaggingAtAStalePrice() public {
        longAt(3_750e18);
        vm.warp(block.timestamp + 1 days + 1);
        vm.expectRevert(
            abi.encodeWithSelector(ILiquidator.PriceNotUsable.selector, aliceId, IPriceRouter.Status.Stale)
        );
        flag();
    }

    /// @dev Flagging again neither restarts the ramp nor lets anyone hold it at its start.
    function test_FlaggingAgainChangesNothing() public {
        longAt(3_750e18);
        flag();
        uint256 first = block.timestamp;
        skip(600);
        flag();
        assertEq(flaggedAt(aliceId), first);
        skip(3_000);
        flag();
        assertEq(flaggedAt(aliceId), first);
    }

    function test_LapsesAfterAnHour() public {
        longAt(3_750e18);
        flag();
        skip(1 hours);
        assertEq(liquidator.quote(aliceId, leg(ethPerp, 1e18)).phi, 0.5e18);
        skip(1);
        assertEq(liquidator.quote(aliceId, leg(ethPerp, 1e18)).phi, 0.05e18);
        // whoever liquidates now starts it anew
        send(order(leg(ethPerp, 0.1e18)));
        assertEq(flaggedAt(aliceId), block.timestamp);
        skip(450);
        assertEq(liquidator.quote(aliceId, leg(ethPerp, 0.1e18)).phi, 0.275e18);
    }

    function test_FlaggingALapsedFlagStartsAnew() public {
        longAt(3_750e18);
        flag();
        skip(1 hours + 1);
        flag();
        assertEq(flaggedAt(aliceId), block.timestamp);
    }

    function test_LiquidatingFlagsFirst() public {
        longAt(3_750e18);
        send(order(leg(ethPerp, 0.1e18)));
        assertEq(flaggedAt(aliceId), block.timestamp);
    }

    /// @dev A second bite does not restart the ramp.
    function test_LiquidatingKeepsTheFlag() public {
        longAt(3_750e18);
        flag();
        uint256 first = block.timestamp;
        skip(300);
        send(order(leg(ethPerp, 0.001e18)));
        assertEq(flaggedAt(aliceId), first);
    }

    function test_LiquidationThatRestoresHealthClearsIt() public {
        longAt(3_750e18);
        flag();
        ILiquidator.Call memory params = order(leg(ethPerp, 1e18));
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.FlagUpdated(aliceId, 0);
        vm.expectEmit(address(liquidator));
        emit ILiquidator.FlagCleared(aliceId, 5_472.0625e18, 5_028.75e18);
        vm.prank(keeper);
        liquidator.liquidate(params);
        assertEq(flaggedAt(aliceId), uint256(0));
    }

    // ------------------------------------------------------------------------------------------------ clearing

    function test_AnyoneClearsWhenHealthReturns() public {
        longAt(3_750e18);
        flag();
        setPrice(ETH, 3_800e18);
        vm.expectEmit(address(liquidator));
        emit ILiquidator.FlagCleared(aliceId, 6_000e18, 5_662e18);
        vm.prank(bob);
        liquidator.clearFlag(aliceId);
        assertEq(flaggedAt(aliceId), uint256(0));
        // the next fall starts at the ramp's start
        setPrice(ETH, 3_750e18);
        assertEq(liquidator.quote(aliceId, leg(ethPerp, 1e18)).phi, 0.05e18);
    }

    function test_RevertWhen_ClearingBelowMaintenanceMargin() public {
        longAt(3_750e18);
        flag();
        vm.expectRevert(
            abi.encodeWithSelector(
                ILiquidator.NotHealthy.selector,
                aliceId,
                int256(5_500e18),
                uint256(5_587.5e18)
            )
        );
        vm.prank(alice);
        liquidator.clearFlag(aliceId);
    }

    function test_RevertWhen_ClearingNothing() public {
        longAt(3_750e18);
        vm.expectRevert(abi.encodeWithSelector(ILiquidator.NotFlagged.selector, aliceId));
        liquidator.clearFlag(aliceId);
    }

    function test_RevertWhen_ClearingAtAStalePrice() public {
        longAt(3_750e18);
        flag();
        setPrice(ETH, 3_800e18);
        vm.warp(block.timestamp + 1 days + 1);
        vm.expectRevert(
            abi.encodeWithSelector(ILiquidator.PriceNotUsable.selector, aliceId, IPriceRouter.Status.Stale)
        );
        liquidator.clearFlag(aliceId);
    }

    function test_DepositClears() public {
        longAt(3_750e18);
        flag();
        // 87.5 short of the maintenance margin
        fund(aliceId, USDC_ID, 87_499_999);
        assertEq(flaggedAt(aliceId), block.timestamp);
        usdc.mint(alice, 1);
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.FlagUpdated(aliceId, 0);
        vm.prank(alice);
        house.deposit(aliceId, USDC_ID, 1);
        assertEq(flaggedAt(aliceId), uint256(0));
    }

    function test_TransferClears() public {
        fund(toAccountId(alice, 1), USDC_ID, 100e6);
        longAt(3_750e18);
        flag();
        vm.prank(alice);
        house.transfer(toAccountId(alice, 1), aliceId, USDC_ID, 87.5e18);
        assertEq(flaggedAt(aliceId), uint256(0));
    }

    function test_TradeClears() public {
        longAt(3_750e18);
        flag();
        trade(bobId, aliceId, ethPerp, 0.01e18);
        assertEq(flaggedAt(aliceId), block.timestamp);
        trade(bobId, aliceId, ethPerp, 1e18);
        assertEq(flaggedAt(aliceId), uint256(0));
    }

    // ------------------------------------------------------------------------------------------------ griefing

    function test_RevertWhen_StrangerSetsAFlagAtTheHouse() public {
        longAt(3_750e18);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.NotModule.selector, carol, uint8(2)));
        vm.prank(carol);
        house.setFlag(aliceId, 1);
    }

    /// @dev A flag from an old fall, left behind, is no head start for a later one.
    function test_OldFlagIsNoHeadStart() public {
        longAt(3_750e18);
        flag();
        setPrice(ETH, 4_100e18);
        skip(3 days);
        setPrice(ETH, 3_750e18);
        assertEq(liquidator.quote(aliceId, leg(ethPerp, 1e18)).phi, 0.05e18);
    }

    /// @dev Strangers cannot put dust into the account to hold up a flag or a liquidation.
    function test_RevertWhen_StrangerDeposits() public {
        longAt(3_750e18);
        usdc.mint(carol, 1e6);
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.NotAuthorised.selector, aliceId, carol, uint8(4))
        );
        vm.prank(carol);
        house.deposit(aliceId, USDC_ID, 1e6);
    }

    // ------------------------------------------------------------------------------------------------ ramp

    /// @dev One unit frees 558.75: 5%, 27.5%, 50% and 50% of it.
    function test_RampPays() public {
        uint256[4] memory waits = [uint256(0), 450, 900, 2_000];
        uint256[4] memory penalties = [uint256(27.9375e18), 153.65625e18, 279.375e18, 279.375e18];
        longAt(3_750e18);
        flag();
        uint256 state = vm.snapshotState();
        for (uint256 i = 0; i < 4; ++i) {
            if (waits[i] != 0) skip(waits[i]);
            ILiquidator.Quote memory terms = liquidateChecked(leg(ethPerp, 1e18));
            assertEq(terms.penalty, penalties[i]);
            vm.revertToState(state);
            state = vm.snapshotState();
        }
    }
}
