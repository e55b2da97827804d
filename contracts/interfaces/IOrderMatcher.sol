// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {IPriceRouter} from "./IPriceRouter.sol";

/// @title IOrderMatcher: matches EIP-712 signed orders of two accounts
/// @notice Anyone may match two orders that cross. The trade happens at the maker's price.
///
/// A trigger order (stop-loss, take-profit) is an order that may be matched, as the taker, once the *index* of its
/// instrument's underlying has reached a price. The index and not the mark: trades on this venue move a mark, so that
/// somebody could trade others' stops into triggering. Only a price whose status is Ok triggers, not a guarded or stale one.
interface IOrderMatcher {
    /// @notice What has become of a nonce.
    /// - Open: nothing filled.
    /// - Partial: some of it filled.
    /// - Filled: an order with this nonce was filled whole; the nonce is used up.
    /// - Cancelled: for good.
    enum OrderState {
        Open,
        Partial,
        Filled,
        Cancelled
    }

    /// @param account Who trades. The signer must be its owner or an operator with the trade scope.
    /// @param size Units, wad; + buys and - sells.
    /// @param limitPrice The worst price, wad USD per unit.
    /// @param maxFee The most the order may pay in fees over its whole life, as a fraction of notional, wad; each fill's
    /// bound rounds up to a wei, so that the fee rate itself is enough.
    /// @param nonce One nonce is one order. Orders that share it share one fill until one of them is filled whole, so that
    /// an order can be amended. Counting up from 0 is cheapest: 128 nonces share a storage slot.
    /// @param epoch Must equal the account's cancel-all epoch.
    /// @param expirySec Last second at which it may be matched.
    /// @param reduceOnly Fills only what brings the account's position toward zero.
    /// @param postOnly May only be the maker.
    struct Order {
        AccountId account;
        InstrumentId instrument;
        int128 size;
        uint128 limitPrice;
        uint64 maxFee;
        uint64 nonce;
        uint32 epoch;
        uint40 expirySec;
        bool reduceOnly;
        bool postOnly;
    }

    /// @param signer Who signed: the account's owner, an operator, or a contract wallet (ERC-1271) that is either.
    struct SignedOrder {
        Order order;
        address signer;
        bytes signature;
    }

    /// @param order The order to be matched once triggered. Its nonce is one with those of plain orders, so that a
    /// stop-loss and a take-profit with the same nonce share one fill: one cancels the other.
    /// @param triggerPrice Index price, wad USD.
    /// @param above Whether it triggers at `triggerPrice` and above, else at it and below.
    /// @param tip The most that the account pays, over the order's whole life, to whoever executes it, wad USD. Each fill
    /// pays its share of it, rounded down, out of the account's cash.
    struct TriggerOrder {
        Order order;
        uint128 triggerPrice;
        bool above;
        uint128 tip;
    }

    struct SignedTriggerOrder {
        TriggerOrder triggerOrder;
        address signer;
        bytes signature;
    }

    event OrderFilled(
        bytes32 indexed orderHash,
        AccountId indexed account,
        bool maker,
        uint256 size,
        uint256 price,
        uint256 fee
    );
    /// @notice A trigger order was matched.
    /// @param executor The account that got the tip.
    /// @param index The index price that triggered it.
    event OrderTriggered(
        bytes32 indexed orderHash,
        AccountId indexed account,
        AccountId indexed executor,
        uint256 index,
        uint256 tip
    );
    event OrderCancelled(AccountId indexed account, uint64 nonce);
    event EpochAdvanced(AccountId indexed account, uint32 epoch);
    event FeesSet(uint16 makerFeeBps, uint16 takerFeeBps);

    error OrderExpired(AccountId account, uint64 nonce, uint40 expirySec, uint256 nowSec);
    error OrderAlreadyFilled(AccountId account, uint64 nonce, uint256 size, uint256 filled);
    error OrderIsCancelled(AccountId account, uint64 nonce);
    error WrongEpoch(AccountId account, uint32 orderEpoch, uint32 accountEpoch);
    error InvalidSignature(AccountId account, address signer);
    error SignerNotAuthorised(AccountId account, address signer);
    error NotAuthorised(AccountId account, address caller);
    error SizeZero(AccountId account, uint64 nonce);
    error SameSide(int128 makerSize, int128 takerSize);
    error InstrumentMismatch(InstrumentId maker, InstrumentId taker);
    error PricesDoNotCross(uint256 buyLimit, uint256 sellLimit);
    error PostOnlyCannotTake(AccountId account, uint64 nonce);
    error ReduceOnlyWouldIncrease(AccountId account, InstrumentId instrument, int256 position, int256 fill);
    error FillZero();
    /// @notice The index is not yet where the trigger order wants it.
    error TriggerNotReached(AccountId account, uint64 nonce, uint256 index, uint128 triggerPrice, bool above);
    /// @notice A guarded or stale price triggers nothing.
    error TriggerPriceNotFresh(uint16 underlying, IPriceRouter.Status status);
    error FeeAboveMax(AccountId account, uint256 fee, uint256 max);
    error FeeOutOfBounds(uint16 feeBps, uint16 max);

    /// @notice Matches as much of two orders as `maxSize`, their remainders and reduce-only allow.
    /// @param maxSize Upper bound of the fill, units wad.
    /// @return filled Units traded.
    function matchOrders(
        SignedOrder calldata maker,
        SignedOrder calldata taker,
        uint256 maxSize
    ) external returns (uint256 filled);

    /// @notice Matches a trigger order, as the taker, once its trigger is reached; for the rest as `matchOrders`.
    /// @param executor The account that the tip goes to; anybody's, so that a contract can execute for others.
    /// @return filled Units traded.
    function executeTriggered(
        SignedOrder calldata maker,
        SignedTriggerOrder calldata taker,
        uint256 maxSize,
        AccountId executor
    ) external returns (uint256 filled);

    /// @notice Cancels the order with this nonce for good.
    function cancel(AccountId account, uint64 nonce) external;

    /// @notice Cancels every order signed so far.
    function cancelAll(AccountId account) external;

    function orderHash(Order calldata order) external view returns (bytes32);

    /// @notice What is signed for a trigger order.
    function triggerOrderHash(TriggerOrder calldata triggerOrder) external view returns (bytes32);

    /// @return state What has become of the nonce.
    /// @return filled Units filled while the state is Partial, else 0.
    function filledOf(
        AccountId account,
        uint64 nonce
    ) external view returns (OrderState state, uint256 filled);

    function epochOf(AccountId account) external view returns (uint32);

    function fees() external view returns (uint16 makerFeeBps, uint16 takerFeeBps);

    function domainSeparator() external view returns (bytes32);

    function setFees(uint16 makerFeeBps, uint16 takerFeeBps) external;
}
