// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IClearinghouseTypes} from "../interfaces/IClearinghouseTypes.sol";
import {IOrderMatcher} from "../interfaces/IOrderMatcher.sol";
import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
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

    /// @dev One of the two orders of a match. `filled` is what had been filled before.
    struct Side {
        Order order;
        bytes32 digest;
        uint256 filled;
        uint256 fee;
    }

    uint16 private constant MAX_FEE_BPS = 100;
    uint256 private constant BPS = 10_000;
    uint256 private constant WAD_PER_BPS = 1e14;
    uint8 private constant SCOPE_TRADE = 1;
    /// @dev Two bits hold an order's state, so that 128 orders share a slot.
    uint256 private constant STATE_MASK = 3;
    /// @dev Ten words.
    uint256 private constant ORDER_BYTES = 0x140;
    bytes32 private constant ORDER_TYPEHASH = keccak256(
        "Order(uint256 account,uint96 instrument,int128 size,uint128 limitPrice,uint64 maxFee,uint64 nonce,"
        "uint32 epoch,uint40 expirySec,bool reduceOnly,bool postOnly)"
    );
    bytes32 private constant TRIGGER_TYPEHASH = keccak256(
        "TriggerOrder(Order order,uint128 triggerPrice,bool above,uint128 tip)"
        "Order(uint256 account,uint96 instrument,int128 size,uint128 limitPrice,uint64 maxFee,uint64 nonce,"
        "uint32 epoch,uint40 expirySec,bool reduceOnly,bool postOnly)"
    );

    /// @notice Where matched orders trade.
    IClearinghouse public immutable clearinghouse;

    FeeRates private _fees;
    mapping(AccountId account => uint32 epoch) private _epochs;
    /// @dev States of nonces 128k to 128k + 127, two bits each, lowest first. Who counts nonces up pays for a new slot once
    /// in 128 orders, as long as orders fill whole.
    mapping(AccountId account => mapping(uint64 group => uint256 states)) private _states;
    /// @dev Units filled of orders in state Partial; meaningless in every other.
    mapping(AccountId account => mapping(uint64 nonce => uint256 filled)) private _partials;

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
        Side memory maker = _open(signedMaker);
        Side memory taker = _open(signedTaker);
        filled = _fillBoth(maker, taker, maxSize);
        clearinghouse.trade(_tradeOf(maker, taker, filled));
    }

    /// @inheritdoc IOrderMatcher
    function executeTriggered(
        SignedOrder calldata signedMaker,
        SignedTriggerOrder calldata signedTaker,
        uint256 maxSize,
        AccountId executor
    ) external returns (uint256 filled) {
        Side memory maker = _open(signedMaker);
        Side memory taker = _openTriggered(signedTaker);
        uint256 index = _requireTriggered(signedTaker.triggerOrder);
        filled = _fillBoth(maker, taker, maxSize);
        uint256 size = WadMath.abs(taker.order.size);
        uint256 tip = WadMath.mulDivDown(signedTaker.triggerOrder.tip, filled, size);
        emit OrderTriggered(taker.digest, taker.order.account, executor, index, tip);
        IClearinghouseTypes.Trade memory trade = _tradeOf(maker, taker, filled);
        if (tip == 0) clearinghouse.trade(trade);
        else clearinghouse.tradeWithTip(trade, IClearinghouseTypes.Tip(executor, tip, taker.order.size > 0));
    }

    /// @dev Everything of a match but the trade itself.
    function _fillBoth(
        Side memory maker,
        Side memory taker,
        uint256 maxSize
    ) private returns (uint256 filled) {
        _validatePair(maker.order, taker.order);

        filled = WadMath.min(maxSize, WadMath.min(_fillable(maker), _fillable(taker)));
        if (filled == 0) revert FillZero();
        uint256 price = maker.order.limitPrice;
        uint256 notional = WadMath.mulDown(filled, price);
        FeeRates memory rates = _fees;
        maker.fee = _feeOf(maker.order, notional, rates.makerBps);
        taker.fee = _feeOf(taker.order, notional, rates.takerBps);

        _fill(maker, filled);
        _fill(taker, filled);
        emit OrderFilled(maker.digest, maker.order.account, true, filled, price, maker.fee);
        emit OrderFilled(taker.digest, taker.order.account, false, filled, price, taker.fee);
    }

    /// @inheritdoc IOrderMatcher
    function cancel(AccountId account, uint64 nonce) external {
        _requireMayTrade(account);
        OrderState state = _stateOf(account, nonce);
        // nothing is left to cancel
        if (state == OrderState.Filled || state == OrderState.Cancelled) return;
        _setState(account, nonce, OrderState.Cancelled);
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
    function triggerOrderHash(TriggerOrder calldata triggerOrder) external view returns (bytes32) {
        (, bytes32 digest) = _loadTriggered(triggerOrder);
        return digest;
    }

    /// @inheritdoc IOrderMatcher
    function filledOf(
        AccountId account,
        uint64 nonce
    ) external view returns (OrderState state, uint256 filled) {
        state = _stateOf(account, nonce);
        if (state == OrderState.Partial) filled = _partials[account][nonce];
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

    /// @dev An order whose signature, size, expiry and epoch are in order.
    function _open(SignedOrder calldata signed) private view returns (Side memory side) {
        (Order memory order, bytes32 digest) = _load(signed.order);
        _authorise(signed.signer, signed.signature, order.account, digest);
        _validate(order);
        (side.order, side.digest) = (order, digest);
    }

    /// @dev As `_open`; says nothing about the trigger.
    function _openTriggered(SignedTriggerOrder calldata signed) private view returns (Side memory side) {
        (Order memory order, bytes32 digest) = _loadTriggered(signed.triggerOrder);
        _authorise(signed.signer, signed.signature, order.account, digest);
        _validate(order);
        (side.order, side.digest) = (order, digest);
    }

    function _load(Order calldata source) private view returns (Order memory order, bytes32 digest) {
        bytes32 structHash;
        (order, structHash) = _copy(source);
        digest = _hashTypedDataV4(structHash);
    }

    function _loadTriggered(
        TriggerOrder calldata source
    ) private view returns (Order memory order, bytes32 digest) {
        bytes32 structHash;
        (order, structHash) = _copy(source.order);
        digest = _hashTypedDataV4(
            keccak256(abi.encode(TRIGGER_TYPEHASH, structHash, source.triggerPrice, source.above, source.tip))
        );
    }

    /// @dev What the compiler's decoder does, for less gas: copies the ten words and refuses those with bits outside
    /// their type. All fields are static, so that behind its type's hash the struct lies as EIP-712 encodes it.
    function _copy(Order calldata source) private pure returns (Order memory order, bytes32 structHash) {
        bytes32 typeHash = ORDER_TYPEHASH;
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
    }

    // ------------------------------------------------------------------------------------------------ authority

    /// @dev Who may sign is settled before a wallet is asked, so that only an account's own wallets are called. The key
    /// goes first: an owner whose address has code (EIP-7702) can still sign with it.
    function _authorise(
        address signer,
        bytes calldata signature,
        AccountId account,
        bytes32 digest
    ) private view {
        if (!_mayTrade(account, signer)) revert SignerNotAuthorised(account, signer);
        (address recovered, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failure == ECDSA.RecoverError.NoError && recovered == signer) return;
        if (!SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signature)) {
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

    /// @dev The price is the one that the clearinghouse judges trades by.
    /// @return index Wad USD.
    function _requireTriggered(TriggerOrder calldata triggerOrder) private view returns (uint256 index) {
        uint16 underlying = triggerOrder.order.instrument.underlying();
        IPriceRouter.Price memory price = clearinghouse.riskEngine().indexOf(underlying);
        if (price.status != IPriceRouter.Status.Ok) revert TriggerPriceNotFresh(underlying, price.status);
        index = price.price;
        (uint128 triggerPrice, bool above) = (triggerOrder.triggerPrice, triggerOrder.above);
        if (above ? index < triggerPrice : index > triggerPrice) {
            Order calldata order = triggerOrder.order;
            revert TriggerNotReached(order.account, order.nonce, index, triggerPrice, above);
        }
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

    /// @dev What the order may still fill, > 0; notes what has been filled.
    function _fillable(Side memory side) private view returns (uint256 fillable) {
        Order memory order = side.order;
        uint256 size = WadMath.abs(order.size);
        uint256 filled;
        OrderState state = _stateOf(order.account, order.nonce);
        if (state == OrderState.Cancelled) revert OrderIsCancelled(order.account, order.nonce);
        if (state == OrderState.Filled) revert OrderAlreadyFilled(order.account, order.nonce, size, size);
        if (state == OrderState.Partial) filled = _partials[order.account][order.nonce];
        // an order amended to less than what its nonce has filled
        if (filled >= size) revert OrderAlreadyFilled(order.account, order.nonce, size, filled);
        side.filled = filled;
        unchecked {
            fillable = size - filled;
        }
        if (order.reduceOnly) fillable = WadMath.min(fillable, _reducible(order, fillable));
    }

    /// @dev Keeps the amount only of an order that is not filled whole.
    function _fill(Side memory side, uint256 fill) private {
        Order memory order = side.order;
        uint256 filled = side.filled + fill;
        if (filled == WadMath.abs(order.size)) {
            _setState(order.account, order.nonce, OrderState.Filled);
            return;
        }
        _partials[order.account][order.nonce] = filled;
        _setState(order.account, order.nonce, OrderState.Partial);
    }

    function _stateOf(AccountId account, uint64 nonce) private view returns (OrderState) {
        return OrderState((_states[account][nonce >> 7] >> _shift(nonce)) & STATE_MASK);
    }

    function _setState(AccountId account, uint64 nonce, OrderState state) private {
        uint256 shift = _shift(nonce);
        uint256 states = _states[account][nonce >> 7] & ~(STATE_MASK << shift);
        _states[account][nonce >> 7] = states | (uint256(state) << shift);
    }

    function _shift(uint64 nonce) private pure returns (uint256) {
        return uint256(nonce & 127) << 1;
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

    /// @dev Fee and bound both round up, so that an order whose `maxFee` is the very rate charged can fill; at such a rate
    /// there is nothing to compare.
    function _feeOf(Order memory order, uint256 notional, uint256 feeBps) private pure returns (uint256 fee) {
        fee = WadMath.mulDivUp(notional, feeBps, BPS);
        if (order.maxFee >= feeBps * WAD_PER_BPS) return fee;
        uint256 max = WadMath.mulUp(notional, order.maxFee);
        if (fee > max) revert FeeAboveMax(order.account, fee, max);
    }

    // ------------------------------------------------------------------------------------------------ effects

    function _tradeOf(
        Side memory maker,
        Side memory taker,
        uint256 size
    ) private pure returns (IClearinghouseTypes.Trade memory) {
        bool makerBuys = maker.order.size > 0;
        (Side memory buyer, Side memory seller) = makerBuys ? (maker, taker) : (taker, maker);
        return
            IClearinghouseTypes.Trade({
                buyer: buyer.order.account,
                seller: seller.order.account,
                instrument: maker.order.instrument,
                size: size,
                price: maker.order.limitPrice,
                buyerFee: buyer.fee,
                sellerFee: seller.fee
            });
    }

    function _setFees(uint16 makerFeeBps, uint16 takerFeeBps) private {
        if (makerFeeBps > MAX_FEE_BPS) revert FeeOutOfBounds(makerFeeBps, MAX_FEE_BPS);
        if (takerFeeBps > MAX_FEE_BPS) revert FeeOutOfBounds(takerFeeBps, MAX_FEE_BPS);
        _fees = FeeRates({makerBps: makerFeeBps, takerBps: takerFeeBps});
        emit FeesSet(makerFeeBps, takerFeeBps);
    }
}
