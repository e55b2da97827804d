// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IClearinghouse} from "../../../../contracts/interfaces/IClearinghouse.sol";
import {IClearinghouseTypes} from "../../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IOrderMatcher} from "../../../../contracts/interfaces/IOrderMatcher.sol";
import {IPriceRouter} from "../../../../contracts/interfaces/IPriceRouter.sol";
import {AccountId, toAccountId} from "../../../../contracts/types/AccountId.sol";
import {InstrumentId, perpId} from "../../../../contracts/types/InstrumentId.sol";
import {OrderMatcher} from "../../../../contracts/venues/OrderMatcher.sol";
import {Test} from "../../helpers/Test.sol";
import {RecordingClearinghouse} from "./RecordingClearinghouse.sol";

/// @dev Alice makes, Bob takes, both sign with their own key. The test administers the matcher.
abstract contract OrderMatcherBase is Test {
    /// @dev Units that matches of this test filled, by account and nonce.
    mapping(uint256 account => mapping(uint64 nonce => uint256)) private _filled;

    uint256 internal constant NOW = 1_770_267_600;
    uint256 internal constant PRICE = 3_000e18;
    uint16 internal constant MAKER_BPS = 2;
    uint16 internal constant TAKER_BPS = 5;
    uint8 internal constant SCOPE_TRADE = 1;
    /// @dev n of secp256k1.
    uint256 internal constant CURVE_ORDER =
        0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    AccessManager internal manager;
    RecordingClearinghouse internal house;
    OrderMatcher internal matcher;
    InstrumentId internal ethPerp;
    address internal alice;
    address internal bob;
    uint256 internal aliceKey;
    uint256 internal bobKey;
    AccountId internal aliceId;
    AccountId internal bobId;

    function setUp() public virtual {
        vm.warp(NOW);
        manager = new AccessManager(address(this));
        house = new RecordingClearinghouse();
        matcher = new OrderMatcher(IClearinghouse(address(house)), address(manager), MAKER_BPS, TAKER_BPS);
        ethPerp = perpId(2);
        (alice, aliceKey) = makeAddrAndKey("alice");
        (bob, bobKey) = makeAddrAndKey("bob");
        aliceId = toAccountId(alice, 0);
        bobId = toAccountId(bob, 7);
    }

    // ------------------------------------------------------------------------------------------------ orders

    function orderOf(
        AccountId account,
        int128 size,
        uint256 price
    ) internal view returns (IOrderMatcher.Order memory order) {
        order.account = account;
        order.instrument = ethPerp;
        order.size = size;
        order.limitPrice = uint128(price);
        order.maxFee = 0.001e18;
        order.nonce = 1;
        order.expirySec = uint40(NOW + 1 hours);
    }

    function aliceOrder(int128 size) internal view returns (IOrderMatcher.Order memory) {
        return orderOf(aliceId, size, PRICE);
    }

    function bobOrder(int128 size) internal view returns (IOrderMatcher.Order memory) {
        return orderOf(bobId, size, PRICE);
    }

    function signedBy(
        uint256 key,
        IOrderMatcher.Order memory order
    ) internal view returns (IOrderMatcher.SignedOrder memory) {
        return IOrderMatcher.SignedOrder(order, vm.addr(key), signatureOf(key, digestOf(order)));
    }

    function signatureOf(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function matchSigned(
        IOrderMatcher.Order memory maker,
        IOrderMatcher.Order memory taker,
        uint256 maxSize
    ) internal returns (uint256) {
        return matchBoth(signedBy(aliceKey, maker), signedBy(bobKey, taker), maxSize);
    }

    /// @dev Matches and remembers how much.
    function matchBoth(
        IOrderMatcher.SignedOrder memory maker,
        IOrderMatcher.SignedOrder memory taker,
        uint256 maxSize
    ) internal returns (uint256 filled) {
        filled = matcher.matchOrders(maker, taker, maxSize);
        _filled[AccountId.unwrap(maker.order.account)][maker.order.nonce] += filled;
        _filled[AccountId.unwrap(taker.order.account)][taker.order.nonce] += filled;
    }

    /// @dev As `matchSigned`, and expects exactly this failure.
    function matchReverts(
        IOrderMatcher.Order memory maker,
        IOrderMatcher.Order memory taker,
        bytes memory failure
    ) internal {
        IOrderMatcher.SignedOrder memory signedMaker = signedBy(aliceKey, maker);
        IOrderMatcher.SignedOrder memory signedTaker = signedBy(bobKey, taker);
        vm.expectRevert(failure);
        matcher.matchOrders(signedMaker, signedTaker, type(uint256).max);
    }

    // ------------------------------------------------------------------------------------------------ triggers

    function setIndex(uint256 price) internal {
        setIndex(price, IPriceRouter.Status.Ok);
    }

    function setIndex(uint256 price, IPriceRouter.Status status) internal {
        house.setIndex(IPriceRouter.Price(price, price, price, 0, block.timestamp, status));
    }

    function signedTrigger(
        uint256 key,
        IOrderMatcher.TriggerOrder memory trigger
    ) internal view returns (IOrderMatcher.SignedTriggerOrder memory) {
        bytes memory signature = signatureOf(key, triggerDigestOf(trigger));
        return IOrderMatcher.SignedTriggerOrder(trigger, vm.addr(key), signature);
    }

    /// @dev From the standard's text and the order's definition, not by the contract's code.
    function triggerDigestOf(IOrderMatcher.TriggerOrder memory trigger) internal view returns (bytes32) {
        bytes32 structHash = keccak256(
            bytes.concat(
                keccak256(
                    "TriggerOrder(Order order,uint128 triggerPrice,bool above,uint128 tip)Order(uint256 account,uint96 instrument,int128 size,uint128 limitPrice,uint64 maxFee,uint64 nonce,uint32 epoch,uint40 expirySec,bool reduceOnly,bool postOnly)"
                ),
                structHashOf(trigger.order),
                bytes32(uint256(trigger.triggerPrice)),
                bytes32(uint256(trigger.above ? 1 : 0)),
                bytes32(uint256(trigger.tip))
            )
        );
        return keccak256(bytes.concat(hex"1901", domainOf(block.chainid, address(matcher)), structHash));
    }

    // ------------------------------------------------------------------------------------------------ EIP-712

    /// @dev From the standard's text and the order's definition, not by the contract's code.
    function digestOf(IOrderMatcher.Order memory order) internal view returns (bytes32) {
        return digestOf(order, block.chainid, address(matcher));
    }

    function digestOf(
        IOrderMatcher.Order memory order,
        uint256 chainId,
        address verifier
    ) internal pure returns (bytes32) {
        return keccak256(bytes.concat(hex"1901", domainOf(chainId, verifier), structHashOf(order)));
    }

    function domainOf(uint256 chainId, address verifier) internal pure returns (bytes32) {
        return
            keccak256(
                bytes.concat(
                    keccak256(
                        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                    ),
                    keccak256("Novate OrderMatcher"),
                    keccak256("1"),
                    bytes32(chainId),
                    bytes32(uint256(uint160(verifier)))
                )
            );
    }

    function structHashOf(IOrderMatcher.Order memory order) internal pure returns (bytes32) {
        bytes memory head = bytes.concat(
            keccak256(
                "Order(uint256 account,uint96 instrument,int128 size,uint128 limitPrice,uint64 maxFee,uint64 nonce,uint32 epoch,uint40 expirySec,bool reduceOnly,bool postOnly)"
            ),
            bytes32(AccountId.unwrap(order.account)),
            bytes32(uint256(InstrumentId.unwrap(order.instrument))),
            bytes32(uint256(int256(order.size))),
            bytes32(uint256(order.limitPrice))
        );
        bytes memory tail = bytes.concat(
            bytes32(uint256(order.maxFee)),
            bytes32(uint256(order.nonce)),
            bytes32(uint256(order.epoch)),
            bytes32(uint256(order.expirySec)),
            bytes32(uint256(order.reduceOnly ? 1 : 0)),
            bytes32(uint256(order.postOnly ? 1 : 0))
        );
        return keccak256(bytes.concat(head, tail));
    }

    // ------------------------------------------------------------------------------------------------ assertions

    /// @param expected Units filled in all; `type(uint256).max` for a cancelled nonce. The contract keeps the amount of
    /// partly filled orders only, so that of a finished one is what the matches of this test returned.
    function assertFilled(AccountId account, uint64 nonce, uint256 expected) internal view {
        (IOrderMatcher.OrderState state, uint256 partly) = matcher.filledOf(account, nonce);
        if (state == IOrderMatcher.OrderState.Cancelled) assertEq(type(uint256).max, expected, "cancelled");
        else if (state == IOrderMatcher.OrderState.Open) assertEq(uint256(0), expected, "open");
        else if (state == IOrderMatcher.OrderState.Partial) assertEq(partly, expected, "partly filled");
        else assertEq(filledSoFar(account, nonce), expected, "filled");
    }

    /// @dev Remembers a fill that did not come by `matchBoth`.
    function noteFill(AccountId account, uint64 nonce, uint256 filled) internal {
        _filled[AccountId.unwrap(account)][nonce] += filled;
    }

    function filledSoFar(AccountId account, uint64 nonce) internal view returns (uint256) {
        return _filled[AccountId.unwrap(account)][nonce];
    }

    function assertLastTrade(IClearinghouseTypes.Trade memory expected) internal view {
        assertEq(abi.encode(house.lastTrade()), abi.encode(expected));
    }
}
