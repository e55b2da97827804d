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

/// @dev Ceilings for the default profile; the production profile needs 2k less. Up to 7k of each is the test's own:
/// encoding the call, and the first touch of both contracts.
contract OrderMatcherGasTest is OrderMatcherBase {
    function setUp() public override {
        super.setUp();
        matcher = new OrderMatcher(
            IClearinghouse(address(new FreeClearinghouse())),
            address(manager),
            MAKER_BPS,
            TAKER_BPS
        );
    }

    function test_TwoFreshSlots() public {
        assertLe(_match(1), 80_000);
    }

    /// @dev Nonces 2k and 2k + 1 share a slot.
    function test_SecondHalfOfTwoSlots() public {
        _match(2);
        assertLe(_match(3), 41_000);
    }

    function _match(uint64 nonce) private returns (uint256 used) {
        IOrderMatcher.Order memory make = aliceOrder(2e18);
        IOrderMatcher.Order memory take = bobOrder(-2e18);
        (make.nonce, take.nonce) = (nonce, nonce);
        IOrderMatcher.SignedOrder memory maker = signedBy(aliceKey, make);
        IOrderMatcher.SignedOrder memory taker = signedBy(bobKey, take);
        vm.cool(address(matcher));
        used = gasleft();
        matcher.matchOrders(maker, taker, 1e18);
        used -= gasleft();
    }
}
