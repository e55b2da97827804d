// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IOrderMatcher} from "../../../contracts/interfaces/IOrderMatcher.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {MockWallet1271} from "../../../contracts/mocks/MockWallet1271.sol";
import {AccountId, toAccountId} from "../../../contracts/types/AccountId.sol";
import {futureId, perpId} from "../../../contracts/types/InstrumentId.sol";
import {OrderMatcherBase} from "./helpers/OrderMatcherBase.sol";

/// @dev executeTriggered: Bob's orders wait for the index, Alice makes.
contract TriggersTest is OrderMatcherBase {
    uint256 private constant STOP = 2_900e18;
    uint128 private constant TIP = 5e18;

    AccountId private executor;

    function setUp() public override {
        super.setUp();
        executor = toAccountId(makeAddr("executor"), 0);
        setIndex(STOP);
    }

    // ------------------------------------------------------------------------------------------------ the trigger

    /// @dev SPEC-O2.
    function test_AStopLossTriggersAtItsPriceAndBelow() public {
        IOrderMatcher.TriggerOrder memory stop = _stop(-2e18, STOP, false);
        setIndex(STOP + 1);
        _refused(stop, _notReached(stop, STOP + 1));
        setIndex(STOP);
        assertEq(_execute(stop, 1e18), 1e18);
        setIndex(STOP - 1);
        assertEq(_execute(stop, 1e18), 1e18);
        assertFilled(bobId, 1, 0 + 2e18);
    }

    /// @dev SPEC-O2.
    function test_ATakeProfitTriggersAtItsPriceAndAbove() public {
        IOrderMatcher.TriggerOrder memory profit = _stop(-2e18, 3_100e18, true);
        setIndex(3_100e18 - 1);
        _refused(profit, _notReached(profit, 3_100e18 - 1));
        setIndex(3_100e18);
        assertEq(_execute(profit, 1e18), 1e18);
        setIndex(3_200e18);
        assertEq(_execute(profit, 1e18), 1e18);
    }

    function testFuzz_Triggers(uint256 index, uint256 triggerPrice, bool above) public {
        index = bound(index, 1, type(uint128).max);
        triggerPrice = bound(triggerPrice, 0, type(uint128).max);
        setIndex(index);
        IOrderMatcher.TriggerOrder memory stop = _stop(-2e18, triggerPrice, above);
        if (above ? index >= triggerPrice : index <= triggerPrice) assertEq(_execute(stop, 2e18), 2e18);
        else _refused(stop, _notReached(stop, index));
    }

    /// @dev SPEC-O2.
    function test_RevertWhen_ThePriceIsNotFresh() public {
        IOrderMatcher.TriggerOrder memory stop = _stop(-2e18, STOP, false);
        for (uint256 i = 1; i < 3; ++i) {
            IPriceRouter.Status status = IPriceRouter.Status(i);
            setIndex(STOP - 1, status);
            _refused(
                stop,
                abi.encodeWithSelector(IOrderMatcher.TriggerPriceNotFresh.selector, uint16(2), status)
            );
        }
    }

    /// @dev The index of the underlying triggers whatever the instrument is.
    function test_TriggersAFuture() public {
        IOrderMatcher.TriggerOrder memory stop = _stop(-1e18, STOP, false);
        IOrderMatcher.Order memory maker = aliceOrder(1e18);
        maker.instrument = stop.order.instrument = futureId(2, (NOW / 3600) * 3600 + 7200);
        assertEq(_executeAgainst(maker, stop, 1e18), 1e18);
    }

    function test_RevertWhen_TheUnderlyingHasNoPrice() public {
        IOrderMatcher.TriggerOrder memory stop = _stop(-1e18, STOP, false);
        stop.order.instrument = perpId(3);
        _refused(stop, abi.encodeWithSelector(IPriceRouter.UnknownUnderlying.selector, uint16(3)));
    }

    // ------------------------------------------------------------------------------------------------ the order

    /// @dev SPEC-O1.
    function test_MatchesLikeAnyOrder() public {
        IOrderMatcher.TriggerOrder memory stop = _stop(-2e18, STOP, false);
        bytes32 hash = matcher.triggerOrderHash(stop);
        assertEq(hash, triggerDigestOf(stop));
        vm.expectEmit(address(matcher));
        emit IOrderMatcher.OrderFilled(hash, bobId, false, 2e18, PRICE, 3e18);
        vm.expectEmit(address(matcher));
        emit IOrderMatcher.OrderTriggered(hash, bobId, executor, STOP, TIP);
        assertEq(_execute(stop, type(uint256).max), 2e18);
        assertFilled(bobId, 1, 2e18);
        assertLastTrade(IClearinghouseTypes.Trade(aliceId, bobId, ethPerp, 2e18, PRICE, 1.2e18, 3e18));
    }

    function test_RevertWhen_ReplayedAfterAWholeFill() public {
        IOrderMatcher.TriggerOrder memory stop = _stop(-2e18, STOP, false);
        _execute(stop, 2e18);
        _refused(
            stop,
            abi.encodeWithSelector(IOrderMatcher.OrderAlreadyFilled.selector, bobId, 1, 2e18, 2e18)
        );
    }

    /// @dev SPEC-O2.
    function test_OneCancelsTheOther() public {
        _execute(_stop(-2e18, STOP, false), 2e18);
        setIndex(3_500e18);
        IOrderMatcher.TriggerOrder memory profit = _stop(-2e18, 3_100e18, true);
        _refused(
            profit,
            abi.encodeWithSelector(IOrderMatcher.OrderAlreadyFilled.selector, bobId, 1, 2e18, 2e18)
        );
    }

    function test_ReduceOnlyClosesAndStops() public {
        house.setPosition(bobId, ethPerp, 3e18);
        IOrderMatcher.TriggerOrder memory stop = _stop(-10e18, STOP, false);
        stop.order.reduceOnly = true;
        assertEq(_execute(stop, type(uint256).max), 3e18);
        // the tip follows what was filled
        assertEq(house.lastTip().amount, 1.5e18);
        _refused(
            stop,
            abi.encodeWithSelector(
                IOrderMatcher.ReduceOnlyWouldIncrease.selector,
                bobId,
                ethPerp,
                int256(0),
                int256(-7e18)
            )
        );
    }

    function test_RevertWhen_Expired() public {
        IOrderMatcher.TriggerOrder memory stop = _stop(-2e18, STOP, false);
        uint40 expirySec = uint40(NOW + 1 hours);
        vm.warp(expirySec);
        _execute(stop, 1e18);
        vm.warp(expirySec + 1);
        IOrderMatcher.SignedOrder memory maker = _maker(2e18);
        maker.order.expirySec = type(uint40).max;
        maker = signedBy(aliceKey, maker.order);
        IOrderMatcher.SignedTriggerOrder memory taker = signedTrigger(bobKey, stop);
        vm.expectRevert(
            abi.encodeWithSelector(IOrderMatcher.OrderExpired.selector, bobId, 1, expirySec, expirySec + 1)
        );
        matcher.executeTriggered(maker, taker, 1e18, executor);
    }

    function test_RevertWhen_Cancelled() public {
        vm.prank(bob);
        matcher.cancel(bobId, 1);
        _refused(
            _stop(-2e18, STOP, false),
            abi.encodeWithSelector(IOrderMatcher.OrderIsCancelled.selector, bobId, 1)
        );
        IOrderMatcher.TriggerOrder memory other = _stop(-2e18, STOP, false);
        other.order.nonce = 2;
        vm.prank(bob);
        matcher.cancelAll(bobId);
        _refused(other, abi.encodeWithSelector(IOrderMatcher.WrongEpoch.selector, bobId, 0, 1));
    }

    function test_RevertWhen_ItIsPostOnly() public {
        IOrderMatcher.TriggerOrder memory stop = _stop(-2e18, STOP, false);
        stop.order.postOnly = true;
        _refused(stop, abi.encodeWithSelector(IOrderMatcher.PostOnlyCannotTake.selector, bobId, 1));
    }

    function test_RevertWhen_TheLimitIsNotMet() public {
        IOrderMatcher.TriggerOrder memory stop = _stop(-2e18, STOP, false);
        stop.order.limitPrice = uint128(PRICE + 1);
        _refused(stop, abi.encodeWithSelector(IOrderMatcher.PricesDoNotCross.selector, PRICE, PRICE + 1));
    }

    // ------------------------------------------------------------------------------------------------ signatures

    function test_RevertWhen_AnyFieldIsChangedAfterSigning() public {
        for (uint256 field; field < 5; ++field) {
            IOrderMatcher.SignedTriggerOrder memory taker = signedTrigger(bobKey, _stop(-2e18, STOP, false));
            if (field == 0) taker.triggerOrder.order.size -= 1;
            if (field == 1) taker.triggerOrder.triggerPrice += 1;
            if (field == 2) taker.triggerOrder.tip += 1;
            if (field == 3) taker.triggerOrder.above = true;
            if (field == 4) taker.triggerOrder.order.limitPrice -= 1;
            _invalid(taker);
        }
    }

    /// @dev The signature of a trigger order is none of the order inside it, nor the other way round.
    function test_RevertWhen_TakenForAPlainOrder() public {
        IOrderMatcher.TriggerOrder memory stop = _stop(-2e18, STOP, false);
        IOrderMatcher.SignedTriggerOrder memory signed = signedTrigger(bobKey, stop);
        IOrderMatcher.SignedOrder memory plain = IOrderMatcher.SignedOrder(stop.order, bob, signed.signature);
        IOrderMatcher.SignedOrder memory maker = _maker(2e18);
        bytes memory failure = abi.encodeWithSelector(IOrderMatcher.InvalidSignature.selector, bobId, bob);
        vm.expectRevert(failure);
        matcher.matchOrders(maker, plain, 1e18);
        signed.signature = signatureOf(bobKey, digestOf(stop.order));
        _invalid(signed);
    }

    function test_AWalletSigns() public {
        MockWallet1271 wallet = new MockWallet1271(bob);
        IOrderMatcher.TriggerOrder memory stop = _stop(-2e18, STOP, false);
        stop.order.account = toAccountId(address(wallet), 3);
        IOrderMatcher.SignedTriggerOrder memory taker = signedTrigger(bobKey, stop);
        taker.signer = address(wallet);
        IOrderMatcher.SignedOrder memory maker = _maker(2e18);
        assertEq(matcher.executeTriggered(maker, taker, 1e18, executor), 1e18);
        wallet.setBehaviour(MockWallet1271.Behaviour.WrongMagic);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOrderMatcher.InvalidSignature.selector,
                stop.order.account,
                address(wallet)
            )
        );
        matcher.executeTriggered(maker, taker, 1e18, executor);
    }

    function test_RevertWhen_SignedByAStranger() public {
        (address mallory, uint256 malloryKey) = makeAddrAndKey("mallory");
        IOrderMatcher.SignedTriggerOrder memory taker = signedTrigger(malloryKey, _stop(-2e18, STOP, false));
        IOrderMatcher.SignedOrder memory maker = _maker(2e18);
        vm.expectRevert(abi.encodeWithSelector(IOrderMatcher.SignerNotAuthorised.selector, bobId, mallory));
        matcher.executeTriggered(maker, taker, 1e18, executor);
    }

    // ------------------------------------------------------------------------------------------------ tips

    /// @dev SPEC-O3.
    function test_TheTipGoesToTheExecutorAndIsPaidByTheOwner() public {
        _execute(_stop(-2e18, STOP, false), 2e18);
        IClearinghouseTypes.Tip memory tip = house.lastTip();
        assertEq(abi.encode(tip), abi.encode(IClearinghouseTypes.Tip(executor, TIP, false)));
        IOrderMatcher.TriggerOrder memory stop = _stop(2e18, STOP, false);
        stop.order.nonce = 9;
        IOrderMatcher.Order memory maker = aliceOrder(-2e18);
        maker.nonce = 9;
        _executeAgainst(maker, stop, 2e18);
        assertTrue(house.lastTip().byBuyer, "the taker buys");
    }

    function test_WithoutATipNobodyIsPaid() public {
        IOrderMatcher.TriggerOrder memory stop = _stop(-2e18, STOP, false);
        stop.tip = 0;
        _execute(stop, 2e18);
        assertEq(house.tipCount(), 0);
        assertEq(house.tradeCount(), 1);
    }

    /// @dev In however many parts: never more than signed (SPEC-O3).
    function testFuzz_TipsAddUpToAtMostWhatWasSigned(
        uint128 tip,
        uint96 size,
        uint256[5] memory parts
    ) public {
        size = uint96(bound(size, 1e6, type(uint96).max));
        IOrderMatcher.TriggerOrder memory stop = _stop(-int128(uint128(size)), STOP, false);
        stop.tip = tip;
        IOrderMatcher.Order memory maker = aliceOrder(int128(uint128(size)));
        uint256 left = size;
        for (uint256 i = 0; i < 5 && left != 0; ++i) {
            uint256 part = i == 4 ? left : bound(parts[i], 1, left);
            assertEq(_executeAgainst(maker, stop, part), part);
            left -= part;
        }
        uint256 paid;
        for (uint256 i = 0; i < house.tipCount(); ++i) paid += house.tipAt(i).amount;
        assertLe(paid, tip);
        // floored once a fill
        assertGe(paid + 5, tip);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _stop(
        int128 size,
        uint256 triggerPrice,
        bool above
    ) private view returns (IOrderMatcher.TriggerOrder memory) {
        return IOrderMatcher.TriggerOrder(bobOrder(size), uint128(triggerPrice), above, TIP);
    }

    function _maker(int128 size) private view returns (IOrderMatcher.SignedOrder memory) {
        return signedBy(aliceKey, aliceOrder(size));
    }

    function _execute(IOrderMatcher.TriggerOrder memory stop, uint256 maxSize) private returns (uint256) {
        IOrderMatcher.Order memory maker = aliceOrder(100e18);
        maker.nonce = uint64(house.tradeCount() + 100);
        return _executeAgainst(maker, stop, maxSize);
    }

    function _executeAgainst(
        IOrderMatcher.Order memory maker,
        IOrderMatcher.TriggerOrder memory stop,
        uint256 maxSize
    ) private returns (uint256 filled) {
        filled = matcher.executeTriggered(
            signedBy(aliceKey, maker),
            signedTrigger(bobKey, stop),
            maxSize,
            executor
        );
        noteFill(stop.order.account, stop.order.nonce, filled);
    }

    function _refused(IOrderMatcher.TriggerOrder memory stop, bytes memory failure) private {
        IOrderMatcher.Order memory make = aliceOrder(100e18);
        make.instrument = stop.order.instrument;
        make.nonce = 77;
        IOrderMatcher.SignedOrder memory maker = signedBy(aliceKey, make);
        IOrderMatcher.SignedTriggerOrder memory taker = signedTrigger(bobKey, stop);
        vm.expectRevert(failure);
        matcher.executeTriggered(maker, taker, type(uint256).max, executor);
    }

    function _invalid(IOrderMatcher.SignedTriggerOrder memory taker) private {
        IOrderMatcher.SignedOrder memory maker = _maker(2e18);
        vm.expectRevert(abi.encodeWithSelector(IOrderMatcher.InvalidSignature.selector, bobId, bob));
        matcher.executeTriggered(maker, taker, 1e18, executor);
    }

    function _notReached(
        IOrderMatcher.TriggerOrder memory stop,
        uint256 index
    ) private view returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IOrderMatcher.TriggerNotReached.selector,
                bobId,
                stop.order.nonce,
                index,
                stop.triggerPrice,
                stop.above
            );
    }
}
