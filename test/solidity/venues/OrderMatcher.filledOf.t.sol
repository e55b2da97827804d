// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IOrderMatcher} from "../../../contracts/interfaces/IOrderMatcher.sol";
import {Vm} from "../helpers/Vm.sol";
import {OrderMatcherBase} from "./helpers/OrderMatcherBase.sol";

/// @dev filledOf: a nonce's state, and that 128 nonces that share a slot do not touch each other or the next 128.
contract FilledOfTest is OrderMatcherBase {
    function test_OpenPartialFilled() public {
        _assertState(1, IOrderMatcher.OrderState.Open, 0);
        _fill(1, 1e18);
        _assertState(1, IOrderMatcher.OrderState.Partial, 1e18);
        _fill(1, 2e18);
        _assertState(1, IOrderMatcher.OrderState.Partial, 3e18);
        _fill(1, 1e18);
        _assertState(1, IOrderMatcher.OrderState.Filled, 0);
    }

    function test_PartialThenCancelled() public {
        _fill(1, 1e18);
        vm.prank(alice);
        matcher.cancel(aliceId, 1);
        _assertState(1, IOrderMatcher.OrderState.Cancelled, 0);
    }

    /// @dev A filled nonce stays filled: readers tell apart what traded and what was called off.
    function test_CancellingAFilledNonceChangesNothing() public {
        _fill(1, 4e18);
        vm.recordLogs();
        vm.prank(alice);
        matcher.cancel(aliceId, 1);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 0);
        _assertState(1, IOrderMatcher.OrderState.Filled, 0);
    }

    /// @dev The first and the last of a slot's nonces, its neighbours in the slots beside it, and the last slot of all.
    function test_SlotsAndNoncesAreApart() public {
        uint64[7] memory nonces = [0, 1, 127, 128, 255, 256, type(uint64).max];
        for (uint256 i; i < nonces.length; ++i) {
            for (uint256 later = i; later < nonces.length; ++later) {
                _assertState(nonces[later], IOrderMatcher.OrderState.Open, 0);
            }
            if (i % 3 == 0) _fill(nonces[i], 4e18);
            if (i % 3 == 1) _fill(nonces[i], 1e18 + i);
            if (i % 3 == 2) {
                vm.prank(alice);
                matcher.cancel(aliceId, nonces[i]);
            }
        }
        for (uint256 i; i < nonces.length; ++i) {
            if (i % 3 == 0) _assertState(nonces[i], IOrderMatcher.OrderState.Filled, 0);
            if (i % 3 == 1) _assertState(nonces[i], IOrderMatcher.OrderState.Partial, 1e18 + i);
            if (i % 3 == 2) _assertState(nonces[i], IOrderMatcher.OrderState.Cancelled, 0);
        }
    }

    /// @dev Zero and all powers of two: no bit of a nonce is left out of where its state lies.
    function test_EveryBitOfANonceCounts() public {
        vm.startPrank(alice);
        matcher.cancel(aliceId, 0);
        for (uint64 bit; bit < 64; ++bit) {
            uint64 nonce = uint64(1) << bit;
            _assertState(nonce, IOrderMatcher.OrderState.Open, 0);
            matcher.cancel(aliceId, nonce);
            _assertState(nonce, IOrderMatcher.OrderState.Cancelled, 0);
        }
    }

    /// @dev Any two nonces, each brought to any state, in any order.
    function testFuzz_TwoNoncesAreApart(
        uint64 first,
        uint64 second,
        uint8 firstEnd,
        uint8 secondEnd,
        bool near
    ) public {
        if (near) second = first ^ uint64(uint256(second) & 255);
        vm.assume(first != second);
        IOrderMatcher.OrderState firstState = _bringTo(first, firstEnd);
        IOrderMatcher.OrderState secondState = _bringTo(second, secondEnd);
        _assertState(first, firstState, firstState == IOrderMatcher.OrderState.Partial ? 1e18 : 0);
        _assertState(second, secondState, secondState == IOrderMatcher.OrderState.Partial ? 1e18 : 0);
    }

    function _bringTo(uint64 nonce, uint8 seed) private returns (IOrderMatcher.OrderState state) {
        state = IOrderMatcher.OrderState(seed & 3);
        if (state == IOrderMatcher.OrderState.Partial) _fill(nonce, 1e18);
        if (state == IOrderMatcher.OrderState.Filled) _fill(nonce, 4e18);
        if (state == IOrderMatcher.OrderState.Cancelled) {
            vm.prank(alice);
            matcher.cancel(aliceId, nonce);
        }
    }

    /// @dev Alice's order of four units meets one of Bob's that never ends.
    function _fill(uint64 nonce, uint256 size) private {
        IOrderMatcher.Order memory make = aliceOrder(4e18);
        make.nonce = nonce;
        IOrderMatcher.Order memory take = bobOrder(-100_000e18);
        matchSigned(make, take, size);
    }

    function _assertState(uint64 nonce, IOrderMatcher.OrderState expected, uint256 partly) private view {
        (IOrderMatcher.OrderState state, uint256 filled) = matcher.filledOf(aliceId, nonce);
        assertEq(uint256(state), uint256(expected), vm.toString(uint256(nonce)));
        assertEq(filled, partly);
    }
}
