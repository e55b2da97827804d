// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IOrderMatcher} from "../../../contracts/interfaces/IOrderMatcher.sol";
import {OrderMatcher} from "../../../contracts/venues/OrderMatcher.sol";
import {OrderMatcherBase} from "./helpers/OrderMatcherBase.sol";

/// @dev What remains of a match when trading is free.
contract FreeClearinghouse {
    function trade(IClearinghouseTypes.Trade calldata params) external {}
}

/// @dev Ceilings on the matcher's own share. Up to 7k of each is the test's: encoding the call, and the first touch of
/// both contracts.
contract OrderMatcherGasTest is OrderMatcherBase {
    function setUp() public override {
        super.setUp();
        IClearinghouse free = IClearinghouse(address(new FreeClearinghouse()));
        matcher = new OrderMatcher(free, address(manager), MAKER_BPS, TAKER_BPS);
    }

    /// @dev Both accounts' first orders, filled whole: two new slots.
    function test_GasWholeInNewSlots() public {
        assertLe(_match(0, 2e18), 83_000);
    }

    /// @dev Later orders, filled whole: no new slot.
    function test_GasWholeInUsedSlots() public {
        _match(0, 2e18);
        assertLe(_match(1, 2e18), 44_000);
    }

    /// @dev Both partly filled: a slot each for the amount.
    function test_GasPartlyInUsedSlots() public {
        _match(0, 2e18);
        assertLe(_match(1, 1e18), 89_000);
    }

    function _match(uint64 nonce, uint256 size) private returns (uint256 used) {
        IOrderMatcher.Order memory make = aliceOrder(2e18);
        IOrderMatcher.Order memory take = bobOrder(-2e18);
        (make.nonce, take.nonce) = (nonce, nonce);
        IOrderMatcher.SignedOrder memory maker = signedBy(aliceKey, make);
        IOrderMatcher.SignedOrder memory taker = signedBy(bobKey, take);
        vm.cool(address(matcher));
        used = gasleft();
        matcher.matchOrders(maker, taker, size);
        used -= gasleft();
    }
}
