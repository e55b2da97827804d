// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IOrderMatcher} from "../../../contracts/interfaces/IOrderMatcher.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId} from "../../../contracts/types/InstrumentId.sol";
import {OrderMatcherBase} from "./helpers/OrderMatcherBase.sol";

/// @dev orderHash and domainSeparator, against a computation of the test's own.
contract OrderHashTest is OrderMatcherBase {
    function test_Domain() public view {
        assertEq(matcher.domainSeparator(), domainOf(block.chainid, address(matcher)));
        (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifier,
            ,

        ) = matcher.eip712Domain();
        assertEq(bytes32(fields), bytes32(bytes1(0x0f)));
        assertEq(bytes(name), "Novate OrderMatcher");
        assertEq(bytes(version), "1");
        assertEq(chainId, block.chainid);
        assertEq(verifier, address(matcher));
    }

    function test_DomainFollowsTheChainId() public {
        vm.chainId(777);
        assertEq(matcher.domainSeparator(), domainOf(777, address(matcher)));
        assertEq(matcher.orderHash(aliceOrder(1)), digestOf(aliceOrder(1), 777, address(matcher)));
    }

    /// @dev From seeds, so that the runner cannot hand in words outside their type.
    function testFuzz_OrderHash(
        uint256 account,
        uint96 instrument,
        int128 size,
        uint128 price,
        bytes32 rest
    ) public view {
        IOrderMatcher.Order memory order;
        order.account = AccountId.wrap(account);
        order.instrument = InstrumentId.wrap(instrument);
        order.size = size;
        order.limitPrice = price;
        order.maxFee = uint64(uint256(rest));
        order.nonce = uint64(uint256(rest) >> 64);
        order.epoch = uint32(uint256(rest) >> 128);
        order.expirySec = uint40(uint256(rest) >> 160);
        order.reduceOnly = uint256(rest) >> 255 == 1;
        order.postOnly = (uint256(rest) >> 254) & 1 == 1;
        assertEq(matcher.orderHash(order), digestOf(order));
    }

    function test_OrderHashOfTheExtremes() public view {
        IOrderMatcher.Order memory order = orderOf(AccountId.wrap(type(uint256).max), type(int128).min, 0);
        order.instrument = InstrumentId.wrap(type(uint96).max);
        order.limitPrice = type(uint128).max;
        (order.maxFee, order.nonce) = (type(uint64).max, type(uint64).max);
        (order.epoch, order.expirySec) = (type(uint32).max, type(uint40).max);
        (order.reduceOnly, order.postOnly) = (true, true);
        assertEq(matcher.orderHash(order), digestOf(order));
    }
}
