// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IncidentBase} from "../helpers/IncidentBase.sol";
import {IOrderMatcher} from "../../../contracts/interfaces/IOrderMatcher.sol";
import {OrderMatcher} from "../../../contracts/venues/OrderMatcher.sol";
import {toAccountId} from "../../../contracts/types/AccountId.sol";

/// @dev A signature given once for one thing, used for another, elsewhere or again.
contract SignaturesTest is IncidentBase {
    IOrderMatcher.SignedOrder private victims;
    IOrderMatcher.SignedOrder private attackers;
    uint256 private aliceKey;

    function setUp() public override {
        super.setUp();
        (, aliceKey) = makeAddrAndKey("alice");
        fund(aliceId, USDC_ID, 100_000e6);
        fund(crew(0), USDC_ID, 100_000e6);
        victims = signed(aliceKey, orderOf(aliceId, ethPerp, 5e18, 4_100e18));
        // mallory would sell 5 ETH at 100 above the mark, as often as alice's signature allows
        attackers = _sells(5e18);
    }

    function _sells(int256 size) private returns (IOrderMatcher.SignedOrder memory) {
        return signed(malloryKey, orderOf(crew(0), ethPerp, -size, 4_100e18));
    }

    function _refused(OrderMatcher target, bytes4 selector) private {
        int256 before = wealth();
        int256 alices = equityOf(aliceId);
        vm.expectPartialRevert(selector);
        target.matchOrders(victims, attackers, 5e18);
        assertEq(wealth(), before);
        assertEq(equityOf(aliceId), alices);
    }

    /// @dev Replay across chains, contracts and forks (Wintermute and Optimism 2022, Ethereum's forks 2016 and 2022).
    ///
    /// Tried here: alice's order at another deployment on the same chain, at the same address on another chain, and on both
    /// sides of a fork that changes its number after the deployment.
    ///
    /// Stopped by: the EIP-712 domain holds the chain and the contract, and is computed anew where the chain's number is not
    /// the one of the deployment.
    function test_ReplayElsewhere() public {
        OrderMatcher other = OrderMatcher(
            deployCode("OrderMatcher.sol:OrderMatcher", abi.encode(house, address(manager), 2, 5))
        );
        house.setModule(address(other), 1, 5_000, toAccountId(address(other), 0));
        _refused(other, IOrderMatcher.InvalidSignature.selector);

        uint256 chain = block.chainid;
        vm.chainId(chain + 1);
        _refused(matcher, IOrderMatcher.InvalidSignature.selector);
        // the fork's own orders are good there, and there only
        IOrderMatcher.SignedOrder memory here = victims;
        victims = signed(aliceKey, here.order);
        attackers = signed(malloryKey, attackers.order);
        uint256 snapshot = vm.snapshotState();
        assertEq(matcher.matchOrders(victims, attackers, 5e18), 5e18);
        vm.revertToState(snapshot);
        vm.chainId(chain);
        _refused(matcher, IOrderMatcher.InvalidSignature.selector);

        victims = here;
        attackers = _sells(5e18);
        assertEq(matcher.matchOrders(victims, attackers, 5e18), 5e18, "control: where it was given");
    }

    /// @dev Replay in place: again, after it was filled, cancelled, or outlived; with another field; in another encoding.
    ///
    /// Tried here: each of these with a signature that was good a moment ago.
    ///
    /// Stopped by: nonce and epoch; the digest covers every field; one encoding of a signature counts.
    function test_ReplayAgain() public {
        uint256 snapshot = vm.snapshotState();
        matcher.matchOrders(victims, attackers, 5e18);
        attackers = _sells(5e18);
        _refused(matcher, IOrderMatcher.OrderAlreadyFilled.selector);
        vm.revertToState(snapshot);

        vm.prank(alice);
        matcher.cancel(aliceId, victims.order.nonce);
        _refused(matcher, IOrderMatcher.OrderIsCancelled.selector);
        vm.revertToState(snapshot);

        vm.prank(alice);
        matcher.cancelAll(aliceId);
        _refused(matcher, IOrderMatcher.WrongEpoch.selector);
        vm.revertToState(snapshot);

        vm.warp(victims.order.expirySec + 1);
        _refused(matcher, IOrderMatcher.OrderExpired.selector);
        vm.revertToState(snapshot);

        IOrderMatcher.SignedOrder memory good = victims;
        victims.order.nonce += 1;
        _refused(matcher, IOrderMatcher.InvalidSignature.selector);
        victims = good;
        victims.order.account = toAccountId(alice, 1);
        _refused(matcher, IOrderMatcher.InvalidSignature.selector);
        victims = good;
        victims.signature = _mirrored(good.signature);
        _refused(matcher, IOrderMatcher.InvalidSignature.selector);
        victims = good;
        assertEq(matcher.matchOrders(victims, attackers, 5e18), 5e18, "control: as it was given");
    }

    /// @dev The other signature that the same key and digest have.
    function _mirrored(bytes memory signature) private pure returns (bytes memory) {
        (bytes32 r, bytes32 s, uint8 v) = (bytes32(0), bytes32(0), uint8(signature[64]));
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
        }
        uint256 n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        return abi.encodePacked(r, bytes32(n - uint256(s)), v == 27 ? uint8(28) : uint8(27));
    }

    /// @dev An operator's signature outlives its approval (Multichain 2022 and every permit that was never revoked).
    ///
    /// Tried here: mallory signed for alice while she might, and the order is used when she no longer may; and she signs as alice.
    ///
    /// Stopped by: who signs must be allowed now, not then.
    function test_SignatureOfAFormerOperator() public {
        vm.prank(alice);
        house.setOperator(aliceId, mallory, 1, uint40(block.timestamp + 1 hours));
        victims = signed(malloryKey, victims.order);
        uint256 snapshot = vm.snapshotState();
        assertEq(matcher.matchOrders(victims, attackers, 5e18), 5e18, "set-up: while she may");
        vm.revertToState(snapshot);
        vm.prank(alice);
        house.setOperator(aliceId, mallory, 0, 0);
        _refused(matcher, IOrderMatcher.SignerNotAuthorised.selector);
        victims.signer = alice;
        _refused(matcher, IOrderMatcher.InvalidSignature.selector);
    }
}
