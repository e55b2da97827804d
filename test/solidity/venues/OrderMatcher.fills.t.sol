// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IOrderMatcher} from "../../../contracts/interfaces/IOrderMatcher.sol";
import {OrderMatcherBase} from "./helpers/OrderMatcherBase.sol";

/// @dev matchOrders: how much is filled, over time, and never more than signed.
contract FillsTest is OrderMatcherBase {
    function test_FillsTheSmallerOrder() public {
        assertEq(matchSigned(aliceOrder(2e18), bobOrder(-5e18), type(uint256).max), 2e18);
        assertFilled(aliceId, 1, 2e18);
        assertFilled(bobId, 1, 2e18);
    }

    function test_FillsNoMoreThanMaxSize() public {
        assertEq(matchSigned(aliceOrder(2e18), bobOrder(-5e18), 1), 1);
        assertFilled(aliceId, 1, 1);
    }

    function test_FillsInSteps() public {
        IOrderMatcher.Order memory make = aliceOrder(10e18);
        IOrderMatcher.Order memory take = bobOrder(-4e18);
        assertEq(matchSigned(make, take, 1e18), 1e18);
        assertEq(matchSigned(make, take, 2e18), 2e18);
        assertEq(matchSigned(make, take, 2e18), 1e18, "the taker's remainder");
        assertFilled(aliceId, 1, 4e18);
        take.nonce = 2;
        take.size = -100e18;
        assertEq(matchSigned(make, take, type(uint256).max), 6e18, "the maker's remainder");
        assertFilled(aliceId, 1, 10e18);
        assertFilled(bobId, 1, 4e18);
        assertFilled(bobId, 2, 6e18);
    }

    function test_RevertWhen_ReplayedAfterFullFill() public {
        IOrderMatcher.Order memory make = aliceOrder(2e18);
        matchSigned(make, bobOrder(-2e18), type(uint256).max);
        IOrderMatcher.Order memory take = bobOrder(-2e18);
        bytes4 selector = IOrderMatcher.OrderAlreadyFilled.selector;
        matchReverts(
            make,
            take,
            abi.encodeWithSelector(selector, aliceId, uint64(1), uint256(2e18), uint256(2e18))
        );
        make.nonce = 2;
        matchReverts(
            make,
            take,
            abi.encodeWithSelector(selector, bobId, uint64(1), uint256(2e18), uint256(2e18))
        );
    }

    function test_RevertWhen_MaxSizeIsZero() public {
        IOrderMatcher.SignedOrder memory maker = signedBy(aliceKey, aliceOrder(1e18));
        IOrderMatcher.SignedOrder memory taker = signedBy(bobKey, bobOrder(-1e18));
        vm.expectRevert(IOrderMatcher.FillZero.selector);
        matcher.matchOrders(maker, taker, 0);
    }

    /// @dev The precise reason comes before FillZero.
    function test_RevertWhen_FilledAndMaxSizeIsZero() public {
        matchSigned(aliceOrder(1e18), bobOrder(-1e18), 1e18);
        IOrderMatcher.SignedOrder memory maker = signedBy(aliceKey, aliceOrder(1e18));
        IOrderMatcher.SignedOrder memory taker = signedBy(bobKey, bobOrder(-1e18));
        vm.expectPartialRevert(IOrderMatcher.OrderAlreadyFilled.selector);
        matcher.matchOrders(maker, taker, 0);
    }

    // ------------------------------------------------------------------------------------------------ amending

    function test_AnAmendedOrderSharesTheFill() public {
        matchSigned(aliceOrder(2e18), bobOrder(-1e18), type(uint256).max);
        IOrderMatcher.Order memory amended = aliceOrder(5e18);
        amended.limitPrice += 1e18;
        IOrderMatcher.Order memory take = bobOrder(-100e18);
        take.nonce = 2;
        assertEq(matchSigned(amended, take, type(uint256).max), 4e18);
        matchReverts(
            aliceOrder(2e18),
            take,
            abi.encodeWithSelector(
                IOrderMatcher.OrderAlreadyFilled.selector,
                aliceId,
                uint64(1),
                uint256(2e18),
                uint256(2e18)
            )
        );
    }

    function test_AmendingDownToWhatIsFilledLeavesNothing() public {
        matchSigned(aliceOrder(5e18), bobOrder(-3e18), type(uint256).max);
        IOrderMatcher.Order memory take = bobOrder(-100e18);
        take.nonce = 2;
        matchReverts(
            aliceOrder(3e18),
            take,
            abi.encodeWithSelector(
                IOrderMatcher.OrderAlreadyFilled.selector,
                aliceId,
                uint64(1),
                uint256(3e18),
                uint256(3e18)
            )
        );
    }

    // ------------------------------------------------------------------------------------------------ shared slots

    function test_NeighbouringNoncesDoNotTouch() public {
        for (uint64 nonce; nonce < 6; ++nonce) {
            IOrderMatcher.Order memory make = aliceOrder(10e18);
            IOrderMatcher.Order memory take = bobOrder(-10e18);
            (make.nonce, take.nonce) = (nonce, nonce);
            matchSigned(make, take, (nonce + 1) * 1e18);
        }
        for (uint64 nonce; nonce < 6; ++nonce) {
            assertFilled(aliceId, nonce, (nonce + 1) * 1e18);
            assertFilled(bobId, nonce, (nonce + 1) * 1e18);
        }
        assertFilled(aliceId, 6, 0);
    }

    /// @dev The largest size there is, filled twice over in halves, leaves the neighbour alone.
    function test_TheLargestSizeStaysInItsHalf() public {
        uint128 largest = uint128(1) << 127;
        IOrderMatcher.Order memory make = orderOf(aliceId, type(int128).min, 1);
        IOrderMatcher.Order memory take = orderOf(bobId, type(int128).max, 1);
        make.nonce = 4;
        assertEq(matchSigned(make, take, type(uint256).max), largest - 1);
        take.nonce = 2;
        assertEq(matchSigned(make, take, type(uint256).max), 1);
        assertFilled(aliceId, 4, largest);
        assertFilled(aliceId, 5, 0);
        take.nonce = 3;
        matchReverts(
            make,
            take,
            abi.encodeWithSelector(
                IOrderMatcher.OrderAlreadyFilled.selector,
                aliceId,
                uint64(4),
                uint256(largest),
                uint256(largest)
            )
        );
    }

    function test_LastNonce() public {
        IOrderMatcher.Order memory make = aliceOrder(1e18);
        make.nonce = type(uint64).max;
        matchSigned(make, bobOrder(-1e18), 1e18);
        assertFilled(aliceId, type(uint64).max, 1e18);
        assertFilled(aliceId, type(uint64).max - 1, 0);
    }

    // ------------------------------------------------------------------------------------------------ fuzz

    /// @dev Whatever is asked for, in whatever pieces: what trades is what is recorded, and never exceeds a size.
    function testFuzz_FillsNeverExceedASize(
        int128 makeSize,
        int128[4] memory takeSizes,
        uint128[4] memory caps
    ) public {
        makeSize = _nonZero(makeSize);
        uint256 makeAbs = _abs(makeSize);
        uint256 total;
        for (uint64 i; i < 4; ++i) {
            int128 takeSize = _nonZero(takeSizes[i]);
            if ((takeSize > 0) == (makeSize > 0))
                takeSize = takeSize == type(int128).min ? type(int128).max : -takeSize;
            IOrderMatcher.Order memory make = orderOf(aliceId, makeSize, 1e6);
            IOrderMatcher.Order memory take = orderOf(bobId, takeSize, 1e6);
            take.nonce = i / 2;
            uint256 before = filledSoFar(bobId, take.nonce);
            try this.tryMatch(make, take, caps[i]) returns (uint256 filled) {
                assertGt(filled, 0);
                assertLe(filled, caps[i]);
                assertEq(house.lastTrade().size, filled);
                total += filled;
                assertFilled(bobId, take.nonce, before + filled);
                assertLe(before + filled, _abs(takeSize));
            } catch (bytes memory reason) {
                (IOrderMatcher.OrderState state, ) = matcher.filledOf(bobId, take.nonce);
                bool finished = state == IOrderMatcher.OrderState.Filled;
                bool expected = caps[i] == 0 || total == makeAbs || before >= _abs(takeSize) || finished;
                assertTrue(expected, vm.toString(bytes32(reason)));
            }
            assertFilled(aliceId, 1, total);
            assertLe(total, makeAbs);
        }
    }

    function tryMatch(
        IOrderMatcher.Order memory make,
        IOrderMatcher.Order memory take,
        uint256 cap
    ) external returns (uint256) {
        return matchSigned(make, take, cap);
    }

    function _nonZero(int128 size) private pure returns (int128) {
        return size == 0 ? int128(1) : size;
    }

    function _abs(int128 size) private pure returns (uint256) {
        return size < 0 ? uint256(-int256(size)) : uint256(int256(size));
    }

    // ------------------------------------------------------------------------------------------------ reentrancy

    /// @dev Whoever gets control during the trade finds the fill already written.
    function test_ReentryFindsTheOrdersFilled() public {
        IOrderMatcher.SignedOrder memory maker = signedBy(aliceKey, aliceOrder(2e18));
        IOrderMatcher.SignedOrder memory taker = signedBy(bobKey, bobOrder(-2e18));
        house.setCallback(address(matcher), abi.encodeCall(matcher.matchOrders, (maker, taker, 2e18)));
        matcher.matchOrders(maker, taker, 2e18);
        assertEq(house.tradeCount(), 1);
        assertEq(
            house.callbackFailure(),
            abi.encodeWithSelector(
                IOrderMatcher.OrderAlreadyFilled.selector,
                aliceId,
                uint64(1),
                uint256(2e18),
                uint256(2e18)
            )
        );
    }
}
