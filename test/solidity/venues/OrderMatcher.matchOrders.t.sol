// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IOrderMatcher} from "../../../contracts/interfaces/IOrderMatcher.sol";
import {toAccountId} from "../../../contracts/types/AccountId.sol";
import {perpId} from "../../../contracts/types/InstrumentId.sol";
import {OrderMatcherBase} from "./helpers/OrderMatcherBase.sol";

/// @dev Roles, prices and everything that two orders must agree on.
contract MatchOrdersTest is OrderMatcherBase {
    function test_MakerBuysAtItsLimit() public {
        IOrderMatcher.Order memory take = orderOf(bobId, -2e18, PRICE - 10e18);
        assertEq(matchSigned(aliceOrder(2e18), take, type(uint256).max), 2e18);
        // 2 * 3000 = 6000 USD: 2 bps of it and 5 bps of it
        assertLastTrade(IClearinghouseTypes.Trade(aliceId, bobId, ethPerp, 2e18, PRICE, 1.2e18, 3e18));
    }

    function test_MakerSellsAtItsLimit() public {
        IOrderMatcher.Order memory take = orderOf(bobId, 2e18, PRICE + 10e18);
        assertEq(matchSigned(aliceOrder(-2e18), take, type(uint256).max), 2e18);
        assertLastTrade(IClearinghouseTypes.Trade(bobId, aliceId, ethPerp, 2e18, PRICE, 3e18, 1.2e18));
    }

    function test_EmitsBothFills() public {
        IOrderMatcher.Order memory make = aliceOrder(2e18);
        IOrderMatcher.Order memory take = bobOrder(-5e18);
        vm.expectEmit(address(matcher));
        emit IOrderMatcher.OrderFilled(digestOf(make), aliceId, true, 2e18, PRICE, 1.2e18);
        vm.expectEmit(address(matcher));
        emit IOrderMatcher.OrderFilled(digestOf(take), bobId, false, 2e18, PRICE, 3e18);
        matchSigned(make, take, type(uint256).max);
    }

    function test_AnyoneMayMatch() public {
        IOrderMatcher.SignedOrder memory maker = signedBy(aliceKey, aliceOrder(1e18));
        IOrderMatcher.SignedOrder memory taker = signedBy(bobKey, bobOrder(-1e18));
        vm.prank(makeAddr("stranger"));
        assertEq(matchBoth(maker, taker, 1e18), 1e18);
    }

    function test_TwoSubAccountsOfOneOwnerMayTrade() public {
        IOrderMatcher.Order memory take = orderOf(toAccountId(alice, 1), -1e18, PRICE);
        matcher.matchOrders(signedBy(aliceKey, aliceOrder(1e18)), signedBy(aliceKey, take), 1e18);
        assertEq(house.tradeCount(), 1);
    }

    function testFuzz_TradesAtTheMakersPriceInsideBothLimits(
        uint128 makeLimit,
        uint128 takeLimit,
        bool makerBuys
    ) public {
        IOrderMatcher.Order memory make = orderOf(aliceId, makerBuys ? int128(1e18) : -1e18, makeLimit);
        IOrderMatcher.Order memory take = orderOf(bobId, makerBuys ? -int128(1e18) : int128(1e18), takeLimit);
        (uint256 buyLimit, uint256 sellLimit) = makerBuys ? (makeLimit, takeLimit) : (takeLimit, makeLimit);
        if (buyLimit < sellLimit) {
            matchReverts(
                make,
                take,
                abi.encodeWithSelector(IOrderMatcher.PricesDoNotCross.selector, buyLimit, sellLimit)
            );
        } else {
            matchSigned(make, take, type(uint256).max);
            assertEq(house.lastTrade().price, makeLimit);
        }
    }

    // ------------------------------------------------------------------------------------------------ refusals

    function test_RevertWhen_PricesDoNotCrossByOneWei() public {
        bytes memory failure = abi.encodeWithSelector(
            IOrderMatcher.PricesDoNotCross.selector,
            PRICE,
            PRICE + 1
        );
        matchReverts(aliceOrder(1e18), orderOf(bobId, -1e18, PRICE + 1), failure);
        matchReverts(orderOf(aliceId, -1e18, PRICE + 1), bobOrder(1e18), failure);
    }

    function test_RevertWhen_BothBuyOrBothSell() public {
        matchReverts(
            aliceOrder(1e18),
            bobOrder(2e18),
            abi.encodeWithSelector(IOrderMatcher.SameSide.selector, int128(1e18), int128(2e18))
        );
        matchReverts(
            aliceOrder(-1e18),
            bobOrder(-2e18),
            abi.encodeWithSelector(IOrderMatcher.SameSide.selector, int128(-1e18), int128(-2e18))
        );
    }

    function test_RevertWhen_SizeIsZero() public {
        matchReverts(
            aliceOrder(0),
            bobOrder(1e18),
            abi.encodeWithSelector(IOrderMatcher.SizeZero.selector, aliceId, uint64(1))
        );
        matchReverts(
            aliceOrder(1e18),
            bobOrder(0),
            abi.encodeWithSelector(IOrderMatcher.SizeZero.selector, bobId, uint64(1))
        );
    }

    function test_RevertWhen_InstrumentsDiffer() public {
        IOrderMatcher.Order memory take = bobOrder(-1e18);
        take.instrument = perpId(3);
        matchReverts(
            aliceOrder(1e18),
            take,
            abi.encodeWithSelector(IOrderMatcher.InstrumentMismatch.selector, ethPerp, take.instrument)
        );
    }

    function test_RevertWhen_AnAccountTradesWithItself() public {
        IOrderMatcher.SignedOrder memory maker = signedBy(aliceKey, aliceOrder(1e18));
        IOrderMatcher.SignedOrder memory taker = signedBy(aliceKey, aliceOrder(-1e18));
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.SameAccount.selector, aliceId));
        matcher.matchOrders(maker, taker, 1e18);
    }

    function test_PostOnlyMakes() public {
        IOrderMatcher.Order memory make = aliceOrder(1e18);
        make.postOnly = true;
        assertEq(matchSigned(make, bobOrder(-1e18), 1e18), 1e18);
    }

    function test_RevertWhen_PostOnlyTakes() public {
        IOrderMatcher.Order memory take = bobOrder(-1e18);
        take.postOnly = true;
        take.nonce = 9;
        matchReverts(
            aliceOrder(1e18),
            take,
            abi.encodeWithSelector(IOrderMatcher.PostOnlyCannotTake.selector, bobId, uint64(9))
        );
    }

    function test_MatchesInTheLastSecond() public {
        IOrderMatcher.Order memory make = aliceOrder(1e18);
        vm.warp(make.expirySec);
        assertEq(matchSigned(make, bobOrder(-1e18), 1e18), 1e18);
    }

    function test_RevertWhen_OneSecondTooLate() public {
        IOrderMatcher.Order memory make = aliceOrder(1e18);
        IOrderMatcher.Order memory take = bobOrder(-1e18);
        vm.warp(make.expirySec + 1);
        take.expirySec += 1;
        bytes4 selector = IOrderMatcher.OrderExpired.selector;
        matchReverts(
            make,
            take,
            abi.encodeWithSelector(selector, aliceId, uint64(1), make.expirySec, block.timestamp)
        );
        (make.expirySec, take.expirySec) = (take.expirySec, make.expirySec);
        matchReverts(
            make,
            take,
            abi.encodeWithSelector(selector, bobId, uint64(1), take.expirySec, block.timestamp)
        );
    }

    function test_RevertWhen_ClearinghouseRefuses_NothingIsFilled() public {
        house.setRefuses(true);
        matchReverts(
            aliceOrder(1e18),
            bobOrder(-1e18),
            abi.encodeWithSelector(
                IClearinghouseTypes.BelowInitialMargin.selector,
                aliceId,
                int256(-1),
                uint256(1)
            )
        );
        assertFilled(aliceId, 1, 0);
        assertFilled(bobId, 1, 0);
    }

    // ------------------------------------------------------------------------------------------------ encoding

    /// @dev Each word of an order in turn with a bit outside its type: no second encoding of the same order.
    function test_RevertWhen_AWordIsDirty() public {
        bytes memory data = abi.encodeCall(
            matcher.matchOrders,
            (signedBy(aliceKey, aliceOrder(1e18)), signedBy(bobKey, bobOrder(-1e18)), 1e18)
        );
        // selector, three heads, then the maker's order: account has all its bits, the others do not
        uint8[9] memory firstFreeBit = [96, 128, 128, 64, 64, 32, 40, 1, 1];
        for (uint256 i; i < firstFreeBit.length; ++i) {
            bytes memory dirty = bytes.concat(data);
            uint256 position = 0x20 + 4 + 0x60 + 0x20 * (i + 1);
            uint256 bit = firstFreeBit[i];
            assembly ("memory-safe") {
                let word := add(dirty, position)
                mstore(word, xor(mload(word), shl(bit, 1)))
            }
            (bool success, bytes memory returned) = address(matcher).call(dirty);
            assertFalse(success);
            assertEq(returned.length, 0, "refused by the decoder");
        }
        (bool clean, ) = address(matcher).call(data);
        assertTrue(clean);
    }
}
