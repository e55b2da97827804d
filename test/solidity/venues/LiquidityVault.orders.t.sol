// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ICashPool} from "../../../contracts/interfaces/ICashPool.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ILiquidityVault} from "../../../contracts/interfaces/ILiquidityVault.sol";
import {IOrderMatcher} from "../../../contracts/interfaces/IOrderMatcher.sol";
import {futureId} from "../../../contracts/types/InstrumentId.sol";
import {VaultBase} from "./helpers/VaultBase.sol";

/// @dev Signed orders and trigger orders that the vault fills through the matcher.
contract LiquidityVaultOrdersTest is VaultBase {
    uint256 private aliceKey;

    function setUp() public override {
        super.setUp();
        (, aliceKey) = makeAddrAndKey("alice");
        provide(carol, DEPOSIT);
    }

    /// @dev SPEC-Q5.
    function test_FillsAtItsQuoteAfterTheMatchersFee() public {
        IOrderMatcher.SignedOrder memory order = _signed(_order(10e18, 4_010e18));
        // 4006, so that after 2 bps it is 4006
        uint256 price = (uint256(4_006e18) * 1e18) / 0.9998e18 + 1;
        vm.expectEmit(address(vault));
        emit ILiquidityVault.VaultTraded(aliceId, ETH, 10e18, price, -10e18);
        vm.prank(keeper);
        assertEq(vault.fillOrder(order, type(uint256).max), 10e18);
        assertEq(inventory(), -10e18);
        (, int256 cost) = house.positionOf(vaultId, ethPerp);
        // what it has, fee paid, is at least its quote
        assertGe(cost + house.cashOf(vaultId) - 1_000_000e18, 40_060e18);
        assertLe(cost + house.cashOf(vaultId) - 1_000_000e18, 40_060e18 + 100);
    }

    function test_FillsASellOrderToo() public {
        IOrderMatcher.SignedOrder memory order = _signed(_order(-10e18, 3_990e18));
        assertEq(vault.fillOrder(order, type(uint256).max), 10e18);
        (, int256 cost) = house.positionOf(vaultId, ethPerp);
        assertLe(-(cost + house.cashOf(vaultId) - 1_000_000e18), 39_940e18);
    }

    function test_FillsInPartsAndTheRestOnce() public {
        IOrderMatcher.SignedOrder memory order = _signed(_order(10e18, 4_050e18));
        assertEq(vault.fillOrder(order, 3e18), 3e18);
        assertEq(vault.fillOrder(order, type(uint256).max), 7e18);
        vm.expectRevert(ICashPool.AmountZero.selector);
        vault.fillOrder(order, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IOrderMatcher.OrderAlreadyFilled.selector, aliceId, 1, 10e18, 10e18)
        );
        vault.fillOrder(order, 1e18);
    }

    function test_RevertWhen_TheQuoteIsWorseThanTheLimit() public {
        IOrderMatcher.SignedOrder memory order = _signed(_order(10e18, 4_006e18));
        vm.expectPartialRevert(IOrderMatcher.PricesDoNotCross.selector);
        vault.fillOrder(order, type(uint256).max);
    }

    function test_RevertWhen_ItIsNoPerp() public {
        IOrderMatcher.Order memory order = _order(1e18, 4_100e18);
        order.instrument = futureId(ETH, (block.timestamp / 3600 + 24) * 3600);
        IOrderMatcher.SignedOrder memory signed = _signed(order);
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.UnknownInstrument.selector, order.instrument)
        );
        vault.fillOrder(signed, type(uint256).max);
    }

    /// @dev A fill by an order counts for the range like any trade.
    function test_TheRangeRemembersFills() public {
        vault.fillOrder(_signed(_order(1e18, 4_050e18)), type(uint256).max);
        setPrice(ETH, 4_080e18);
        assertEq(vault.quote(ETH, -1e18).low, 4_000e18);
    }

    /// @dev Nobody can make orders for the vault: outside its own call its signature is valid for nothing.
    function testFuzz_TheVaultSignsNothingElse(bytes32 hash, bytes memory signature) public view {
        assertEq(bytes32(vault.isValidSignature(hash, signature)), bytes32(bytes4(0xffffffff)));
    }

    function test_RevertWhen_SomebodyMakesAnOrderForTheVault() public {
        IOrderMatcher.Order memory order = _order(-1e18, 1);
        (order.account, order.limitPrice) = (vaultId, 3_900e18);
        IOrderMatcher.SignedOrder memory forged = IOrderMatcher.SignedOrder(order, address(vault), "");
        IOrderMatcher.SignedOrder memory taker = _signed(_order(1e18, 4_050e18));
        bytes memory refusal = abi.encodeWithSelector(
            IOrderMatcher.InvalidSignature.selector,
            vaultId,
            address(vault)
        );
        vm.expectRevert(refusal);
        matcher.matchOrders(forged, taker, 1e18);
        // nor with the very order that the vault made before
        vault.fillOrder(taker, 0.5e18);
        order.nonce = 0;
        order.postOnly = true;
        order.expirySec = uint40(block.timestamp);
        forged.order = order;
        vm.expectRevert(refusal);
        matcher.matchOrders(forged, taker, 0.5e18);
    }

    /// @dev Its yes to the order that it made ends with the call, not with the transaction.
    function test_TheVaultsSignatureEndsWithItsCall() public {
        IOrderMatcher.Order memory made;
        (made.account, made.instrument, made.size) = (vaultId, ethPerp, -3e18);
        made.limitPrice = uint128((vault.quote(ETH, 3e18).price * 1e18) / 0.9998e18 + 1);
        (made.maxFee, made.expirySec, made.postOnly) = (0.0002e18, uint40(block.timestamp), true);
        bytes32 hash = matcher.orderHash(made);
        // this is the order that the matcher asks about
        vm.expectCall(address(vault), abi.encodeCall(IERC1271.isValidSignature, (hash, "")));
        vault.fillOrder(_signed(_order(10e18, 4_050e18)), 3e18);
        assertEq(bytes32(vault.isValidSignature(hash, "")), bytes32(bytes4(0xffffffff)));
    }

    // ------------------------------------------------------------------------------------------------ triggers

    /// @dev SPEC-O2, O3.
    function test_AStopLossClosesAgainstTheVaultForATip() public {
        trades(aliceId, 10e18);
        IOrderMatcher.TriggerOrder memory stop = IOrderMatcher.TriggerOrder(
            _order(-10e18, 3_700e18),
            3_900e18,
            false,
            4e18
        );
        stop.order.reduceOnly = true;
        IOrderMatcher.SignedTriggerOrder memory signed = _signedTrigger(stop);
        vm.expectPartialRevert(IOrderMatcher.TriggerNotReached.selector);
        vault.fillTriggered(signed, type(uint256).max, keeperId);
        setPrice(ETH, 3_899e18);
        vm.prank(keeper);
        assertEq(vault.fillTriggered(signed, type(uint256).max, keeperId), 10e18);
        assertEq(house.cashOf(keeperId), 4e18);
        assertEq(inventory(), 0);
        (int256 left, ) = house.positionOf(aliceId, ethPerp);
        assertEq(left, 0);
        vm.expectPartialRevert(IOrderMatcher.OrderAlreadyFilled.selector);
        vault.fillTriggered(signed, 1e18, keeperId);
    }

    function test_RevertWhen_TheTipIsAboveTheFeeCap() public {
        trades(aliceId, 1e18);
        IOrderMatcher.TriggerOrder memory stop = IOrderMatcher.TriggerOrder(
            _order(-1e18, 3_700e18),
            4_100e18,
            false,
            45e18
        );
        IOrderMatcher.SignedTriggerOrder memory signed = _signedTrigger(stop);
        vm.expectPartialRevert(IClearinghouseTypes.FeeTooHigh.selector);
        vault.fillTriggered(signed, type(uint256).max, keeperId);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _order(int128 size, uint256 limit) private view returns (IOrderMatcher.Order memory order) {
        order.account = aliceId;
        order.instrument = ethPerp;
        order.size = size;
        order.limitPrice = uint128(limit);
        order.maxFee = 0.001e18;
        order.nonce = 1;
        order.expirySec = uint40(block.timestamp + 1 hours);
    }

    function _signed(
        IOrderMatcher.Order memory order
    ) private view returns (IOrderMatcher.SignedOrder memory) {
        return IOrderMatcher.SignedOrder(order, alice, _signature(matcher.orderHash(order)));
    }

    function _signedTrigger(
        IOrderMatcher.TriggerOrder memory stop
    ) private view returns (IOrderMatcher.SignedTriggerOrder memory) {
        bytes memory signature = _signature(matcher.triggerOrderHash(stop));
        return IOrderMatcher.SignedTriggerOrder(stop, alice, signature);
    }

    function _signature(bytes32 digest) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(aliceKey, digest);
        return abi.encodePacked(r, s, v);
    }
}
