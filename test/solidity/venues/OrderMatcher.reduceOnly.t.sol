// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IOrderMatcher} from "../../../contracts/interfaces/IOrderMatcher.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {perpId} from "../../../contracts/types/InstrumentId.sol";
import {OrderMatcherBase} from "./helpers/OrderMatcherBase.sol";

/// @dev matchOrders: reduce-only orders bring a position toward zero and never through it.
contract ReduceOnlyTest is OrderMatcherBase {
    function test_MakerClosesItsLongAndStops() public {
        house.setPosition(aliceId, ethPerp, 3e18);
        assertEq(matchSigned(_reducing(aliceId, -10e18), bobOrder(20e18), type(uint256).max), 3e18);
        _assertPosition(aliceId, 0);
        _assertRefused(aliceId, -7e18, 0, true);
    }

    function test_TakerClosesItsShortAndStops() public {
        house.setPosition(bobId, ethPerp, -3e18);
        assertEq(matchSigned(aliceOrder(-20e18), _reducing(bobId, 10e18), type(uint256).max), 3e18);
        _assertPosition(bobId, 0);
        _assertRefused(bobId, 7e18, 0, false);
    }

    function test_TheSmallerPositionLimitsWhenBothReduce() public {
        house.setPosition(aliceId, ethPerp, 3e18);
        house.setPosition(bobId, ethPerp, -2e18);
        assertEq(matchSigned(_reducing(aliceId, -9e18), _reducing(bobId, 9e18), type(uint256).max), 2e18);
        _assertPosition(aliceId, 1e18);
        _assertPosition(bobId, 0);
    }

    function test_ReducesInSteps() public {
        house.setPosition(aliceId, ethPerp, 3e18);
        IOrderMatcher.Order memory make = _reducing(aliceId, -10e18);
        assertEq(matchSigned(make, bobOrder(20e18), 2e18), 2e18);
        assertEq(matchSigned(make, bobOrder(20e18), 2e18), 1e18);
        // a new position makes the same order useful again, up to its size
        house.setPosition(aliceId, ethPerp, 100e18);
        assertEq(matchSigned(make, bobOrder(20e18), type(uint256).max), 7e18);
        assertFilled(aliceId, 1, 10e18);
    }

    function test_TheOrdersSizeLimitsToo() public {
        house.setPosition(aliceId, ethPerp, 3e18);
        assertEq(matchSigned(_reducing(aliceId, -1e18), bobOrder(20e18), type(uint256).max), 1e18);
    }

    function test_RevertWhen_ThereIsNoPosition() public {
        house.setPosition(aliceId, perpId(3), 3e18); // of another instrument
        _assertRefused(aliceId, -10e18, 0, true);
        _assertRefused(bobId, 10e18, 0, false);
    }

    function test_RevertWhen_ThePositionHasTheOrdersSide() public {
        house.setPosition(aliceId, ethPerp, -1);
        _assertRefused(aliceId, -10e18, -1, true);
        house.setPosition(bobId, ethPerp, 1);
        _assertRefused(bobId, 10e18, 1, false);
    }

    function testFuzz_NeverThroughZero(int96 position, int128 size, uint128 cap) public {
        house.setPosition(aliceId, ethPerp, position);
        if (size == 0) size = 1;
        int128 opposite = size == type(int128).min ? type(int128).max : -size;
        IOrderMatcher.Order memory make = _reducing(aliceId, size);
        make.limitPrice = 1e6;
        try this.tryMatch(make, orderOf(bobId, opposite, 1e6), cap) {
            (int256 left, ) = house.positionOf(aliceId, ethPerp);
            assertTrue(position > 0 ? left >= 0 && left < position : left <= 0 && left > position);
        } catch {
            assertTrue(position == 0 || cap == 0 || (position > 0) == (size > 0));
        }
    }

    function tryMatch(
        IOrderMatcher.Order memory make,
        IOrderMatcher.Order memory take,
        uint256 cap
    ) external {
        matchSigned(make, take, cap);
    }

    function _reducing(
        AccountId account,
        int128 size
    ) private view returns (IOrderMatcher.Order memory order) {
        order = orderOf(account, size, PRICE);
        order.reduceOnly = true;
    }

    function _assertPosition(AccountId account, int256 expected) private view {
        (int256 size, ) = house.positionOf(account, ethPerp);
        assertEq(size, expected);
    }

    /// @param fill What the order would still fill, signed.
    function _assertRefused(AccountId account, int128 fill, int256 position, bool maker) private {
        uint256 filled = filledSoFar(account, 1);
        int128 size = fill > 0 ? fill + int128(int256(filled)) : fill - int128(int256(filled));
        IOrderMatcher.Order memory order = _reducing(account, size);
        IOrderMatcher.Order memory other = maker ? bobOrder(-2 * size) : aliceOrder(-2 * size);
        other.nonce = 77;
        matchReverts(
            maker ? order : other,
            maker ? other : order,
            abi.encodeWithSelector(
                IOrderMatcher.ReduceOnlyWouldIncrease.selector,
                account,
                ethPerp,
                position,
                int256(fill)
            )
        );
    }
}
