// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IClearinghouseTypes} from "../interfaces/IClearinghouseTypes.sol";
import {IOrderMatcher} from "../interfaces/IOrderMatcher.sol";
import {WadMath} from "../libraries/WadMath.sol";
import {AccountId} from "../types/AccountId.sol";

/// @title OrderMatcher: see IOrderMatcher
/// @dev No reentrancy guard: up to the call that trades, others' code runs in static calls only, and by then both fills
/// are written. Margin, the price band, the caps on size and the pause are the clearinghouse's to judge.
contract OrderMatcher is IOrderMatcher, EIP712, AccessManaged {
    /// @dev 2 + 2 = 4 bytes of one slot.
    struct FeeRates {
        uint16 makerBps;
        uint16 takerBps;
    }

    uint16 private constant MAX_FEE_BPS = 100;
    uint256 private constant BPS = 10_000;
    uint256 private constant WAD_PER_BPS = 1e14;
    uint8 private constant SCOPE_TRADE = 1;
    /// @dev No fill reaches it: the size of an int128 is at most 2^127.
    uint128 private constant CANCELLED = type(uint128).max;
    /// @dev Ten words.
    uint256 private constant ORDER_BYTES = 0x140;
    bytes32 private constant ORDER_TYPEHASH = keccak256(
        "Order(uint256 account,uint96 instrument,int128 size,uint128 limitPrice,uint64 maxFee,uint64 nonce,"
        "uint32 epoch,uint40 expirySec,bool reduceOnly,bool postOnly)"
    );

    /// @notice Where matched orders trade.
    IClearinghouse public immutable clearinghouse;

    FeeRates private _fees;
    mapping(AccountId account => uint32 epoch) private _epochs;
    /// @dev Units filled, or CANCELLED, of nonce 2k in the low and of 2k + 1 in the high half: 16 + 16 = 32 bytes. Who
    /// counts nonces up pays for a new slot with every other order only.
    mapping(AccountId account => mapping(uint64 halfNonce => uint256 lanes)) private _fills;

    constructor(
        IClearinghouse clearinghouse_,
        address authority,
        uint16 makerFeeBps,
        uint16 takerFeeBps
    ) EIP712("Novate OrderMatcher", "1") AccessManaged(authority) {
        if (address(clearinghouse_).code.length == 0) {
            revert IClearinghouseTypes.NotAContract(address(clearinghouse_));
        }
        clearinghouse = clearinghouse_;
        _setFees(makerFeeBps, takerFeeBps);
    }

    // ------------------------------------------------------------------------------------------------ traders

    /// @inheritdoc IOrderMatcher
    function matchOrders(
        SignedOrder calldata signedMaker,
        SignedOrder calldata signedTaker,
        uint256 maxSize
    ) external returns (uint256 filled) {
        (Order memory maker, bytes32 makerHash) = _load(signedMaker.order);
        (Order memory taker, bytes32 takerHash) = _load(signedTaker.order);
        _authorise(signedMaker, maker.account, makerHash);
        _authorise(signedTaker, taker.account, takerHash);
        _validate(maker);
        _validate(taker);
        _validatePair(maker, taker);

        filled = WadMath.min(maxSize, WadMath.min(_fillable(maker), _fillable(taker)));
        if (filled == 0) revert FillZero();
        uint256 notional = WadMath.mulDown(filled, maker.limitPrice);
        FeeRates memory rates = _fees;
        uint256 makerFee = _feeOf(maker, notional, rates.makerBps);
        uint256 takerFee = _feeOf(taker, notional, rates.takerBps);

        // `filled` is within what `_fillable` found to be free, so that no lane runs into its neighbour
        unchecked {
            _fills[maker.account][maker.nonce >> 1] += filled << _lane(maker.nonce);
            _fills[taker.account][taker.nonce >> 1] += filled << _lane(taker.nonce);
        }
        emit OrderFilled(makerHash, maker.account, true, filled, maker.limitPrice, makerFee);
        emit OrderFilled(takerHash, taker.account, false, filled, maker.limitPrice, takerFee);
        _trade(maker, taker, filled, makerFee, takerFee);
    }

    /// @inheritdoc IOrderMatcher
    function cancel(AccountId account, uint64 nonce) external {
        _requireMayTrade(account);
        // saying it again is no change of state
        if (_filled(account, nonce) == CANCELLED) return;
        _fills[account][nonce >> 1] |= uint256(CANCELLED) << _lane(nonce);
        emit OrderCancelled(account, nonce);
    }

    /// @inheritdoc IOrderMatcher
    function cancelAll(AccountId account) external {
        _requireMayTrade(account);
        emit EpochAdvanced(account, ++_epochs[account]);
    }

    // ------------------------------------------------------------------------------------------------ governance

    /// @inheritdoc IOrderMatcher
    function setFees(uint16 makerFeeBps, uint16 takerFeeBps) external restricted {
        _setFees(makerFeeBps, takerFeeBps);
    }

    // ------------------------------------------------------------------------------------------------ views

    /// @inheritdoc IOrderMatcher
    function orderHash(Order calldata order) external view returns (bytes32) {
        (, bytes32 digest) = _load(order);
        return digest;
    }

    /// @inheritdoc IOrderMatcher
    function filledOf(AccountId account, uint64 nonce) external view returns (uint256 filled) {
        filled = _filled(account, nonce);
        if (filled == CANCELLED) filled = type(uint256).max;
    }

    /// @inheritdoc IOrderMatcher
    function epochOf(AccountId account) external view returns (uint32) {
        return _epochs[account];
    }

    /// @inheritdoc IOrderMatcher
    function fees() external view returns (uint16 makerFeeBps, uint16 takerFeeBps) {
        return (_fees.makerBps, _fees.takerBps);
    }

    /// @inheritdoc IOrderMatcher
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    // ------------------------------------------------------------------------------------------------ orders

    /// @dev What the compiler's decoder does, for less gas: copies the ten words and refuses those with bits outside
    /// their type. All fields are static, so that behind its type's hash the struct lies as EIP-712 encodes it.
    function _load(Order calldata source) private view returns (Order memory order, bytes32 digest) {
        bytes32 typeHash = ORDER_TYPEHASH;
        bytes32 structHash;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(0x40, add(free, add(ORDER_BYTES, 0x20)))
            mstore(free, typeHash)
            order := add(free, 0x20)
            calldatacopy(order, source, ORDER_BYTES)
            structHash := keccak256(free, add(ORDER_BYTES, 0x20))

            let dirty := shr(96, mload(add(order, 0x20))) // instrument
            let size := mload(add(order, 0x40))
            dirty := or(dirty, xor(size, signextend(15, size)))
            dirty := or(dirty, shr(128, mload(add(order, 0x60)))) // limitPrice
            dirty := or(dirty, shr(64, or(mload(add(order, 0x80)), mload(add(order, 0xa0))))) // maxFee, nonce
            dirty := or(dirty, shr(32, mload(add(order, 0xc0)))) // epoch
            dirty := or(dirty, shr(40, mload(add(order, 0xe0)))) // expirySec
            dirty := or(dirty, shr(1, or(mload(add(order, 0x100)), mload(add(order, 0x120))))) // reduceOnly, postOnly
            if dirty {
                revert(0, 0)
            }
        }
        digest = _hashTypedDataV4(structHash);
    }

    // ------------------------------------------------------------------------------------------------ authority

    /// @dev Who may sign is settled before a wallet is asked, so that only an account's own wallets are called. The key
    /// goes first: an owner whose address has code (EIP-7702) can still sign with it.
    function _authorise(SignedOrder calldata signed, AccountId account, bytes32 digest) private view {
        address signer = signed.signer;
        if (!_mayTrade(account, signer)) revert SignerNotAuthorised(account, signer);
        (address recovered, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(
            digest,
            signed.signature
        );
        if (failure == ECDSA.RecoverError.NoError && recovered == signer) return;
        if (!SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signed.signature)) {
            revert InvalidSignature(account, signer);
        }
    }

    function _mayTrade(AccountId account, address who) private view returns (bool) {
        return who == account.owner() || clearinghouse.isAuthorised(account, who, SCOPE_TRADE);
    }

    function _requireMayTrade(AccountId account) private view {
        if (!_mayTrade(account, msg.sender)) revert NotAuthorised(account, msg.sender);
    }

    // ------------------------------------------------------------------------------------------------ validation

    function _validate(Order memory order) private view {
        AccountId account = order.account;
        if (order.size == 0) revert SizeZero(account, order.nonce);
        if (block.timestamp > order.expirySec) {
            revert OrderExpired(account, order.nonce, order.expirySec, block.timestamp);
        }
        uint32 epoch = _epochs[account];
        if (order.epoch != epoch) revert WrongEpoch(account, order.epoch, epoch);
    }

    function _validatePair(Order memory maker, Order memory taker) private pure {
        // one account's two orders could share a nonce, and so one fill
        if (maker.account == taker.account) revert IClearinghouseTypes.SameAccount(maker.account);
        if (maker.instrument != taker.instrument)
            revert InstrumentMismatch(maker.instrument, taker.instrument);
        if ((maker.size > 0) == (taker.size > 0)) revert SameSide(maker.size, taker.size);
        if (taker.postOnly) revert PostOnlyCannotTake(taker.account, taker.nonce);
        (uint256 buyLimit, uint256 sellLimit) = maker.size > 0
            ? (maker.limitPrice, taker.limitPrice)
            : (taker.limitPrice, maker.limitPrice);
        if (buyLimit < sellLimit) revert PricesDoNotCross(buyLimit, sellLimit);
    }

    // ------------------------------------------------------------------------------------------------ calculation

    /// @dev What the order may still fill, > 0.
    function _fillable(Order memory order) private view returns (uint256 fillable) {
        uint256 size = WadMath.abs(order.size);
        uint256 filled = _filled(order.account, order.nonce);
        if (filled == CANCELLED) revert OrderIsCancelled(order.account, order.nonce);
        if (filled >= size) revert OrderAlreadyFilled(order.account, order.nonce, size, filled);
        unchecked {
            fillable = size - filled;
        }
        if (order.reduceOnly) fillable = WadMath.min(fillable, _reducible(order, fillable));
    }

    function _filled(AccountId account, uint64 nonce) private view returns (uint128) {
        return uint128(_fills[account][nonce >> 1] >> _lane(nonce));
    }

    function _lane(uint64 nonce) private pure returns (uint256 shift) {
        return (nonce & 1) << 7;
    }

    /// @dev The size of the position that the order brings toward zero, > 0.
    function _reducible(Order memory order, uint256 fillable) private view returns (uint256) {
        bool buys = order.size > 0;
        (int256 position, ) = clearinghouse.positionOf(order.account, order.instrument);
        if (position == 0 || (position > 0) == buys) {
            int256 fill = buys ? int256(fillable) : -int256(fillable);
            revert ReduceOnlyWouldIncrease(order.account, order.instrument, position, fill);
        }
        return WadMath.abs(position);
    }

    /// @dev Fee and bound both round up, so that an order whose `maxFee` is the very rate charged can fill; from such a
    /// rate on there is nothing to compare.
    function _feeOf(Order memory order, uint256 notional, uint256 feeBps) private pure returns (uint256 fee) {
        fee = WadMath.mulDivUp(notional, feeBps, BPS);
        if (order.maxFee >= feeBps * WAD_PER_BPS) return fee;
        uint256 max = WadMath.mulUp(notional, order.maxFee);
        if (fee > max) revert FeeAboveMax(order.account, fee, max);
    }

    // ------------------------------------------------------------------------------------------------ effects

    function _trade(
        Order memory maker,
        Order memory taker,
        uint256 size,
        uint256 makerFee,
        uint256 takerFee
    ) private {
        bool makerBuys = maker.size > 0;
        clearinghouse.trade(
            IClearinghouseTypes.Trade({
                buyer: makerBuys ? maker.account : taker.account,
                seller: makerBuys ? taker.account : maker.account,
                instrument: maker.instrument,
                size: size,
                price: maker.limitPrice,
                buyerFee: makerBuys ? makerFee : takerFee,
                sellerFee: makerBuys ? takerFee : makerFee
            })
        );
    }

    function _setFees(uint16 makerFeeBps, uint16 takerFeeBps) private {
        if (makerFeeBps > MAX_FEE_BPS) revert FeeOutOfBounds(makerFeeBps, MAX_FEE_BPS);
        if (takerFeeBps > MAX_FEE_BPS) revert FeeOutOfBounds(takerFeeBps, MAX_FEE_BPS);
        _fees = FeeRates({makerBps: makerFeeBps, takerBps: takerFeeBps});
        emit FeesSet(makerFeeBps, takerFeeBps);
    }
}
