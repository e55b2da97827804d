// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IOrderMatcher} from "../../../contracts/interfaces/IOrderMatcher.sol";
import {toAccountId} from "../../../contracts/types/AccountId.sol";
import {Vm} from "../helpers/Vm.sol";
import {OrderMatcherBase} from "./helpers/OrderMatcherBase.sol";

/// @dev cancel and cancelAll.
contract CancelTest is OrderMatcherBase {
    function test_Cancel() public {
        vm.expectEmit(address(matcher));
        emit IOrderMatcher.OrderCancelled(aliceId, 1);
        vm.prank(alice);
        matcher.cancel(aliceId, 1);
        assertFilled(aliceId, 1, type(uint256).max);
        _assertCancelled(1);
    }

    function test_CancelAfterAPartialFill() public {
        matchSigned(aliceOrder(2e18), bobOrder(-1e18), 1e18);
        vm.prank(alice);
        matcher.cancel(aliceId, 1);
        assertFilled(aliceId, 1, type(uint256).max);
        _assertCancelled(1);
    }

    /// @dev Not even an order of the largest size is larger than "cancelled".
    function test_CancelStopsTheLargestAmendment() public {
        vm.prank(alice);
        matcher.cancel(aliceId, 1);
        matchReverts(
            orderOf(aliceId, type(int128).min, 1),
            orderOf(bobId, type(int128).max, 1),
            abi.encodeWithSelector(IOrderMatcher.OrderIsCancelled.selector, aliceId, uint64(1))
        );
    }

    function test_CancelLeavesTheNeighboursAlone() public {
        IOrderMatcher.Order memory make = aliceOrder(2e18);
        make.nonce = 3;
        matchSigned(make, bobOrder(-1e18), 1e18);
        vm.startPrank(alice);
        matcher.cancel(aliceId, 2);
        assertFilled(aliceId, 3, 1e18);
        matcher.cancel(aliceId, 5);
        vm.stopPrank();
        assertFilled(aliceId, 4, 0);
        assertFilled(bobId, 2, 0);
        IOrderMatcher.Order memory take = bobOrder(-1e18);
        take.nonce = 2;
        assertEq(matchSigned(make, take, 1e18), 1e18);
        assertFilled(aliceId, 2, type(uint256).max);
        assertFilled(aliceId, 3, 2e18);
    }

    function test_CancellingTwiceChangesNothing() public {
        vm.startPrank(alice);
        matcher.cancel(aliceId, 1);
        vm.recordLogs();
        matcher.cancel(aliceId, 1);
        vm.stopPrank();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 0);
        assertFilled(aliceId, 1, type(uint256).max);
    }

    function test_RevertWhen_TheTakerCancelled() public {
        vm.prank(bob);
        matcher.cancel(bobId, 1);
        matchReverts(
            aliceOrder(1e18),
            bobOrder(-1e18),
            abi.encodeWithSelector(IOrderMatcher.OrderIsCancelled.selector, bobId, uint64(1))
        );
    }

    // ------------------------------------------------------------------------------------------------ cancelAll

    function test_CancelAll() public {
        assertEq(matcher.epochOf(aliceId), 0);
        vm.expectEmit(address(matcher));
        emit IOrderMatcher.EpochAdvanced(aliceId, 1);
        vm.prank(alice);
        matcher.cancelAll(aliceId);
        assertEq(matcher.epochOf(aliceId), 1);
        assertEq(matcher.epochOf(toAccountId(alice, 1)), 0, "other accounts of the owner go on");
        matchReverts(
            aliceOrder(1e18),
            bobOrder(-1e18),
            abi.encodeWithSelector(IOrderMatcher.WrongEpoch.selector, aliceId, uint32(0), uint32(1))
        );
    }

    /// @dev A new epoch brings no fill back.
    function test_OrdersOfTheNewEpochShareTheOldFills() public {
        matchSigned(aliceOrder(3e18), bobOrder(-9e18), 2e18);
        vm.prank(alice);
        matcher.cancelAll(aliceId);
        IOrderMatcher.Order memory make = aliceOrder(3e18);
        make.epoch = 1;
        IOrderMatcher.Order memory take = bobOrder(-9e18);
        assertEq(matchSigned(make, take, type(uint256).max), 1e18);
    }

    function test_RevertWhen_TheEpochIsAhead() public {
        IOrderMatcher.Order memory take = bobOrder(-1e18);
        take.epoch = 1;
        matchReverts(
            aliceOrder(1e18),
            take,
            abi.encodeWithSelector(IOrderMatcher.WrongEpoch.selector, bobId, uint32(1), uint32(0))
        );
    }

    // ------------------------------------------------------------------------------------------------ authority

    function test_AnOperatorCancels() public {
        house.setOperator(aliceId, bob, SCOPE_TRADE, uint40(NOW));
        vm.startPrank(bob);
        matcher.cancel(aliceId, 1);
        matcher.cancelAll(aliceId);
        vm.stopPrank();
        assertFilled(aliceId, 1, type(uint256).max);
        assertEq(matcher.epochOf(aliceId), 1);
    }

    function test_RevertWhen_AStrangerCancels() public {
        _assertMayNotCancel();
    }

    function test_RevertWhen_TheOperatorsApprovalHasExpired() public {
        house.setOperator(aliceId, bob, SCOPE_TRADE, uint40(NOW));
        vm.warp(NOW + 1);
        _assertMayNotCancel();
    }

    function test_RevertWhen_TheOperatorMayNotTrade() public {
        house.setOperator(aliceId, bob, type(uint8).max - SCOPE_TRADE, type(uint40).max);
        _assertMayNotCancel();
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _assertMayNotCancel() private {
        bytes memory failure = abi.encodeWithSelector(IOrderMatcher.NotAuthorised.selector, aliceId, bob);
        vm.prank(bob);
        vm.expectRevert(failure);
        matcher.cancel(aliceId, 1);
        vm.prank(bob);
        vm.expectRevert(failure);
        matcher.cancelAll(aliceId);
    }

    function _assertCancelled(uint64 nonce) private {
        matchReverts(
            aliceOrder(5e18),
            bobOrder(-5e18),
            abi.encodeWithSelector(IOrderMatcher.OrderIsCancelled.selector, aliceId, nonce)
        );
    }
}
