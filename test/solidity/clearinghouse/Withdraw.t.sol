// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Stack} from "../helpers/Stack.sol";
import {AccountId, toAccountId} from "../../../contracts/types/AccountId.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {FeeOnTransferToken} from "../../../contracts/mocks/WeirdTokens.sol";

contract WithdrawTest is Stack {
    function test_PaysOut() public {
        fund(aliceId, USDC_ID, 100e6);
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, 40e6, carol);
        assertEq(usdc.balanceOf(carol), 40e6);
        assertEq(house.cashOf(aliceId), 60e18);
        assertEq(house.assetInfo(USDC_ID).recorded, 60e18);
    }

    function test_RevertWhen_Stranger() public {
        fund(aliceId, USDC_ID, 100e6);
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.NotAuthorised.selector, aliceId, bob, uint8(2))
        );
        vm.prank(bob);
        house.withdraw(aliceId, USDC_ID, 1e6, bob);
    }

    function test_RevertWhen_OperatorLacksScope() public {
        fund(aliceId, USDC_ID, 100e6);
        vm.prank(alice);
        house.setOperator(aliceId, bob, 1 | 4 | 8, type(uint40).max);
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.NotAuthorised.selector, aliceId, bob, uint8(2))
        );
        vm.prank(bob);
        house.withdraw(aliceId, USDC_ID, 1e6, bob);
    }

    function test_RevertWhen_MoreThanHeld() public {
        fund(aliceId, WETH_ID, 1e18);
        fund(bobId, WETH_ID, 5e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.InsufficientBalance.selector,
                aliceId,
                WETH_ID,
                uint256(1e18),
                uint256(2e18)
            )
        );
        vm.prank(alice);
        house.withdraw(aliceId, WETH_ID, 2e18, alice);
    }

    function test_RevertWhen_PoolIsEmpty() public {
        fund(aliceId, WETH_ID, 100e18);
        fund(bobId, USDC_ID, 10e6);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.InsufficientLiquidity.selector,
                USDC_ID,
                uint256(10e18),
                uint256(11e18)
            )
        );
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, 11e6, alice);
    }

    function test_RevertWhen_RecipientIsTheHouse() public {
        fund(aliceId, USDC_ID, 100e6);
        vm.startPrank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.InvalidRecipient.selector, address(house))
        );
        house.withdraw(aliceId, USDC_ID, 1e6, address(house));
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.InvalidRecipient.selector, address(0)));
        house.withdraw(aliceId, USDC_ID, 1e6, address(0));
        vm.stopPrank();
    }

    function test_RevertWhen_Zero() public {
        vm.expectRevert(IClearinghouseTypes.AmountZero.selector);
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, 0, alice);
    }

    function test_BorrowsAgainstCollateral() public {
        fund(aliceId, WETH_ID, 10e18);
        fund(bobId, USDC_ID, 100_000e6);
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, 20_000e6, alice);
        assertEq(house.cashOf(aliceId), -20_000e18);
        IRiskTypes.Margin memory m = margin(aliceId);
        assertEq(m.equity, 20_000e18);
    }

    /// @dev The boundary to the wei: what the lens calls withdrawable passes, one unit more does not.
    function test_KeepsInitialMargin() public {
        fund(aliceId, WETH_ID, 10e18);
        fund(bobId, USDC_ID, 100_000e6);
        uint256 free = lens.withdrawableCash(aliceId);
        uint256 raw = free / 1e12;
        uint256 state = vm.snapshotState();
        vm.expectPartialRevert(IClearinghouseTypes.WithdrawalTooLarge.selector);
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, raw + 1, alice);
        vm.revertToState(state);
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, raw, alice);
        IRiskTypes.Margin memory m = margin(aliceId);
        assertGe(m.equity, int256(m.initialMargin));
    }

    function testFuzz_KeepsInitialMargin(uint256 deposit, uint256 size, uint256 raw, uint256 move) public {
        deposit = bound(deposit, 20_000e6, 1_000_000e6);
        size = bound(size, 1e15, 20e18);
        raw = bound(raw, 1, 2 * deposit);
        fund(aliceId, USDC_ID, deposit);
        fund(bobId, USDC_ID, 10_000_000e6);
        trade(aliceId, bobId, ethPerp, size);
        setPrice(ETH, bound(move, 3_500e18, 5_000e18));
        vm.prank(alice);
        try house.withdraw(aliceId, USDC_ID, raw, alice) {
            IRiskTypes.Margin memory m = margin(aliceId);
            int256 gains = m.unrealised > 0 ? m.unrealised : int256(0);
            assertGe(m.equity - gains, int256(m.initialMargin));
        } catch {
            assertGt(raw * 1e12, lens.withdrawableCash(aliceId));
        }
    }

    /// @dev Mango 2022, dYdX YFI 2023: gains on open positions support the positions but cannot be taken out.
    function test_RevertWhen_OnlyUnrealisedGainsAreLeft() public {
        fund(aliceId, USDC_ID, 50_000e6);
        fund(bobId, USDC_ID, 1_000_000e6);
        trade(aliceId, bobId, ethPerp, 50e18);
        setPrice(ETH, 8_000e18);
        IRiskTypes.Margin memory m = margin(aliceId);
        assertEq(m.unrealised, 200_000e18);
        vm.expectPartialRevert(IClearinghouseTypes.WithdrawalTooLarge.selector);
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, 50_001e6, alice);
        // realised, they are free
        trade(bobId, aliceId, ethPerp, 50e18);
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, 249_000e6, alice);
    }

    function test_FreeCollateralLeavesWhilePausedAndStale() public {
        fund(aliceId, WETH_ID, 10e18);
        fund(bobId, USDC_ID, 100e6);
        house.pause();
        vm.warp(block.timestamp + 3 days);
        ethFeed.setMode(MockAggregator.Mode.Revert);
        vm.prank(alice);
        house.withdraw(aliceId, WETH_ID, 10e18, alice);
        vm.prank(bob);
        house.withdraw(bobId, USDC_ID, 100e6, bob);
    }

    function test_RevertWhen_StaleWithPositions() public {
        fund(aliceId, USDC_ID, 100_000e6);
        fund(bobId, USDC_ID, 100_000e6);
        trade(aliceId, bobId, ethPerp, 1e18);
        vm.warp(block.timestamp + 2 days);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.ReduceOnly.selector,
                aliceId,
                IPriceRouter.Status.Stale,
                false
            )
        );
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, 1e6, alice);
    }

    function test_RevertWhen_BorrowingWhilePaused() public {
        fund(aliceId, WETH_ID, 10e18);
        fund(bobId, USDC_ID, 100_000e6);
        house.pause();
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.ReduceOnly.selector,
                aliceId,
                IPriceRouter.Status.Ok,
                true
            )
        );
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, 1_000e6, alice);
    }

    function test_RevertWhen_TokenTakesAFeeOnTheWayOut() public {
        FeeOnTransferToken token = new FeeOnTransferToken(18);
        token.setFee(0);
        house.setAsset(3, address(token), ETH, true, 1e30);
        token.mint(alice, 1e18);
        vm.startPrank(alice);
        token.approve(address(house), 1e18);
        house.deposit(aliceId, 3, 1e18);
        // the fee comes out of what the recipient gets: the house itself is not short, and that is what it guards
        house.withdraw(aliceId, 3, 1e18, alice);
        vm.stopPrank();
        assertEq(token.balanceOf(address(house)), 0);
    }

    // ------------------------------------------------------------------------------------------------ transfer

    function test_TransferBetweenOwnAccounts() public {
        AccountId second = toAccountId(alice, 7);
        fund(aliceId, USDC_ID, 100e6);
        fund(aliceId, WETH_ID, 1e18);
        vm.startPrank(alice);
        house.transfer(aliceId, second, USDC_ID, 30e18);
        house.transfer(aliceId, second, WETH_ID, 1e18);
        vm.stopPrank();
        assertEq(house.cashOf(second), 30e18);
        assertEq(house.cashOf(aliceId), 70e18);
        assertEq(house.collateralOf(second, WETH_ID), 1e18);
        (, , , uint64 mask) = house.accountInfo(aliceId);
        assertEq(uint256(mask), 0);
    }

    function test_RevertWhen_TransferToItself() public {
        fund(aliceId, USDC_ID, 100e6);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.SameAccount.selector, aliceId));
        vm.prank(alice);
        house.transfer(aliceId, aliceId, USDC_ID, 1e18);
    }

    function test_RevertWhen_TransferToStranger() public {
        fund(aliceId, USDC_ID, 100e6);
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.NotAuthorised.selector, bobId, alice, uint8(4))
        );
        vm.prank(alice);
        house.transfer(aliceId, bobId, USDC_ID, 1e18);
    }

    function test_RevertWhen_TransferBreaksMargin() public {
        AccountId second = toAccountId(alice, 7);
        fund(aliceId, USDC_ID, 10_000e6);
        fund(bobId, USDC_ID, 100_000e6);
        trade(aliceId, bobId, ethPerp, 5e18);
        vm.expectPartialRevert(IClearinghouseTypes.WithdrawalTooLarge.selector);
        vm.prank(alice);
        house.transfer(aliceId, second, USDC_ID, 9_000e18);
    }

    // ------------------------------------------------------------------------------------------------ profile

    function test_SwitchProfileNeedsItsInitialMargin() public {
        fund(aliceId, USDC_ID, 5_000e6);
        fund(bobId, USDC_ID, 100_000e6);
        trade(aliceId, bobId, ethPerp, 5e18);
        vm.expectPartialRevert(IClearinghouseTypes.BelowInitialMargin.selector);
        vm.prank(alice);
        house.setProfile(aliceId, 1);
        fund(aliceId, USDC_ID, 10_000e6);
        vm.prank(alice);
        house.setProfile(aliceId, 1);
        (uint8 profileId, , , ) = house.accountInfo(aliceId);
        assertEq(uint256(profileId), 1);
    }

    function test_RevertWhen_UnknownProfile() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskTypes.UnknownProfile.selector, uint256(9)));
        vm.prank(alice);
        house.setProfile(aliceId, 9);
    }
}
