// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {IOrderMatcher} from "../../../contracts/interfaces/IOrderMatcher.sol";
import {MockWallet1271} from "../../../contracts/mocks/MockWallet1271.sol";
import {AccountId, toAccountId} from "../../../contracts/types/AccountId.sol";
import {perpId} from "../../../contracts/types/InstrumentId.sol";
import {OrderMatcher} from "../../../contracts/venues/OrderMatcher.sol";
import {OrderMatcherBase} from "./helpers/OrderMatcherBase.sol";

/// @dev matchOrders: who may sign, and what counts as a signature.
contract SignaturesTest is OrderMatcherBase {
    address private mallory;
    uint256 private malloryKey;

    function setUp() public override {
        super.setUp();
        (mallory, malloryKey) = makeAddrAndKey("mallory");
    }

    // ------------------------------------------------------------------------------------------------ keys

    function test_RevertWhen_AnyFieldIsChangedAfterSigning() public {
        for (uint256 field; field < 10; ++field) {
            IOrderMatcher.SignedOrder memory maker = signedBy(aliceKey, aliceOrder(1e18));
            IOrderMatcher.Order memory order = maker.order;
            // another sub-account of the same owner, so that the signer stays authorised
            if (field == 0) order.account = toAccountId(alice, 1);
            if (field == 1) order.instrument = perpId(3);
            if (field == 2) order.size += 1;
            if (field == 3) order.limitPrice += 1;
            if (field == 4) order.maxFee += 1;
            if (field == 5) order.nonce += 1;
            if (field == 6) order.epoch += 1;
            if (field == 7) order.expirySec += 1;
            if (field == 8) order.reduceOnly = true;
            if (field == 9) order.postOnly = true;
            _expectInvalid(maker);
        }
    }

    function test_RevertWhen_SignedByAnother() public {
        IOrderMatcher.SignedOrder memory maker = signedBy(malloryKey, aliceOrder(1e18));
        _expectFailure(
            maker,
            abi.encodeWithSelector(IOrderMatcher.SignerNotAuthorised.selector, aliceId, mallory)
        );
        maker.signer = alice;
        _expectInvalid(maker);
    }

    function test_RevertWhen_TheTakersSignatureIsForged() public {
        IOrderMatcher.SignedOrder memory maker = signedBy(aliceKey, aliceOrder(1e18));
        IOrderMatcher.SignedOrder memory taker = signedBy(malloryKey, bobOrder(-1e18));
        taker.signer = bob;
        vm.expectRevert(abi.encodeWithSelector(IOrderMatcher.InvalidSignature.selector, bobId, bob));
        matcher.matchOrders(maker, taker, 1e18);
    }

    /// @dev (r, n - s) with the other v recovers the same key: it must not be a second signature.
    function test_RevertWhen_SIsInTheUpperHalf() public {
        IOrderMatcher.SignedOrder memory maker = signedBy(aliceKey, aliceOrder(1e18));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(aliceKey, digestOf(maker.order));
        maker.signature = abi.encodePacked(r, CURVE_ORDER - uint256(s), v == 27 ? uint8(28) : uint8(27));
        assertEq(
            ecrecover(digestOf(maker.order), v == 27 ? 28 : 27, r, bytes32(CURVE_ORDER - uint256(s))),
            alice
        );
        _expectInvalid(maker);
    }

    function test_RevertWhen_TheSignatureHasAnotherLength() public {
        IOrderMatcher.SignedOrder memory maker = signedBy(aliceKey, aliceOrder(1e18));
        bytes memory whole = maker.signature;
        maker.signature = "";
        _expectInvalid(maker);
        maker.signature = abi.encodePacked(whole, uint8(0));
        _expectInvalid(maker);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(aliceKey, digestOf(maker.order));
        maker.signature = abi.encodePacked(r, uint256(s) | (uint256(v - 27) << 255));
        _expectInvalid(maker);
    }

    /// @dev What ecrecover cannot recover is the zero address; that must not sign for the zero address's accounts.
    function test_RevertWhen_TheSignerIsZero() public {
        AccountId nobody = toAccountId(address(0), 0);
        IOrderMatcher.SignedOrder memory maker = IOrderMatcher.SignedOrder(
            orderOf(nobody, 1e18, PRICE),
            address(0),
            new bytes(65)
        );
        _expectFailure(
            maker,
            abi.encodeWithSelector(IOrderMatcher.InvalidSignature.selector, nobody, address(0))
        );
    }

    /// @dev An owner that delegated its address to code (EIP-7702) can still sign with its key.
    function test_AnOwnerWithCodeSignsWithItsKey() public {
        MockWallet1271 refuser = new MockWallet1271(mallory);
        vm.etch(alice, address(refuser).code);
        assertGt(alice.code.length, 0);
        matchSigned(aliceOrder(1e18), bobOrder(-1e18), 1e18);
        assertFilled(aliceId, 1, 1e18);
    }

    // ------------------------------------------------------------------------------------------------ operators

    function test_AnOperatorSigns() public {
        house.setOperator(aliceId, mallory, SCOPE_TRADE, uint40(NOW));
        _match(signedBy(malloryKey, aliceOrder(1e18)));
        assertFilled(aliceId, 1, 1e18);
    }

    function test_RevertWhen_TheOperatorsApprovalHasExpired() public {
        house.setOperator(aliceId, mallory, SCOPE_TRADE, uint40(NOW));
        vm.warp(NOW + 1);
        _expectUnauthorised();
    }

    function test_RevertWhen_TheOperatorIsRevoked() public {
        house.setOperator(aliceId, mallory, SCOPE_TRADE, type(uint40).max);
        house.setOperator(aliceId, mallory, 0, 0);
        _expectUnauthorised();
    }

    function test_RevertWhen_TheOperatorMayNotTrade() public {
        house.setOperator(aliceId, mallory, type(uint8).max - SCOPE_TRADE, type(uint40).max);
        _expectUnauthorised();
    }

    function test_RevertWhen_TheOperatorIsAnotherAccounts() public {
        house.setOperator(toAccountId(alice, 1), mallory, SCOPE_TRADE, type(uint40).max);
        _expectUnauthorised();
    }

    // ------------------------------------------------------------------------------------------------ ERC-1271

    function test_AWalletOwnsAnAccount() public {
        (AccountId account, IOrderMatcher.SignedOrder memory maker, ) = _walletOrder();
        _match(maker);
        assertFilled(account, 1, 1e18);
    }

    function test_AWalletIsAnOperator() public {
        MockWallet1271 wallet = new MockWallet1271(mallory);
        house.setOperator(aliceId, address(wallet), SCOPE_TRADE, uint40(NOW));
        IOrderMatcher.SignedOrder memory maker = signedBy(malloryKey, aliceOrder(1e18));
        maker.signer = address(wallet);
        _match(maker);
        assertFilled(aliceId, 1, 1e18);
    }

    function test_RevertWhen_TheWalletsKeyDidNotSign() public {
        (, IOrderMatcher.SignedOrder memory maker, ) = _walletOrder();
        maker.signature = signatureOf(bobKey, digestOf(maker.order));
        _expectInvalid(maker);
    }

    /// @dev The key of a wallet is not its owner's address.
    function test_RevertWhen_TheWalletsKeySignsInItsOwnName() public {
        (AccountId account, IOrderMatcher.SignedOrder memory maker, ) = _walletOrder();
        maker.signer = mallory;
        _expectFailure(
            maker,
            abi.encodeWithSelector(IOrderMatcher.SignerNotAuthorised.selector, account, mallory)
        );
    }

    function test_RevertWhen_TheWalletMisbehaves() public {
        (, IOrderMatcher.SignedOrder memory maker, MockWallet1271 wallet) = _walletOrder();
        for (uint8 i = 1; i <= uint8(type(MockWallet1271.Behaviour).max); ++i) {
            wallet.setBehaviour(MockWallet1271.Behaviour(i));
            _expectInvalid(maker);
        }
        wallet.setBehaviour(MockWallet1271.Behaviour.Check);
        _match(maker);
    }

    /// @dev A stranger's contract is not even asked.
    function test_RevertWhen_AStrangersWalletSaysYes() public {
        MockWallet1271 wallet = new MockWallet1271(mallory);
        IOrderMatcher.SignedOrder memory maker = signedBy(malloryKey, aliceOrder(1e18));
        maker.signer = address(wallet);
        _expectFailure(
            maker,
            abi.encodeWithSelector(IOrderMatcher.SignerNotAuthorised.selector, aliceId, address(wallet))
        );
    }

    // ------------------------------------------------------------------------------------------------ replay elsewhere

    function test_RevertWhen_SignedForAnotherChain() public {
        IOrderMatcher.SignedOrder memory maker = signedBy(aliceKey, aliceOrder(1e18));
        maker.signature = signatureOf(aliceKey, digestOf(maker.order, block.chainid + 1, address(matcher)));
        _expectInvalid(maker);
    }

    /// @dev After a fork the old chain's orders are dead on the new one and new ones work.
    function test_RevertWhen_TheChainForks() public {
        IOrderMatcher.SignedOrder memory maker = signedBy(aliceKey, aliceOrder(1e18));
        vm.chainId(block.chainid + 1);
        _expectInvalid(maker);
        _match(signedBy(aliceKey, aliceOrder(1e18)));
        assertFilled(aliceId, 1, 1e18);
    }

    function test_RevertWhen_SignedForAnotherMatcher() public {
        OrderMatcher other = new OrderMatcher(
            IClearinghouse(address(house)),
            address(manager),
            MAKER_BPS,
            TAKER_BPS
        );
        IOrderMatcher.SignedOrder memory maker = signedBy(aliceKey, aliceOrder(1e18));
        maker.signature = signatureOf(aliceKey, digestOf(maker.order, block.chainid, address(other)));
        _expectInvalid(maker);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _walletOrder()
        private
        returns (AccountId account, IOrderMatcher.SignedOrder memory maker, MockWallet1271 wallet)
    {
        wallet = new MockWallet1271(mallory);
        account = toAccountId(address(wallet), 0);
        maker = signedBy(malloryKey, orderOf(account, 1e18, PRICE));
        maker.signer = address(wallet);
    }

    function _match(IOrderMatcher.SignedOrder memory maker) private {
        matchBoth(maker, signedBy(bobKey, bobOrder(-1e18)), 1e18);
    }

    function _expectFailure(IOrderMatcher.SignedOrder memory maker, bytes memory failure) private {
        IOrderMatcher.SignedOrder memory taker = signedBy(bobKey, bobOrder(-1e18));
        vm.expectRevert(failure);
        // enough for a match several times over, so that a wallet that burns all it gets leaves a rest
        matcher.matchOrders{gas: 2_000_000}(maker, taker, 1e18);
    }

    function _expectInvalid(IOrderMatcher.SignedOrder memory maker) private {
        _expectFailure(
            maker,
            abi.encodeWithSelector(IOrderMatcher.InvalidSignature.selector, maker.order.account, maker.signer)
        );
    }

    function _expectUnauthorised() private {
        _expectFailure(
            signedBy(malloryKey, aliceOrder(1e18)),
            abi.encodeWithSelector(IOrderMatcher.SignerNotAuthorised.selector, aliceId, mallory)
        );
    }
}
