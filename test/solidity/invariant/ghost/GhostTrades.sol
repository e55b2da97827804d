// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearinghouseTypes} from "../../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IOrderMatcher} from "../../../../contracts/interfaces/IOrderMatcher.sol";
import {IPriceRouter} from "../../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskTypes} from "../../../../contracts/interfaces/IRiskTypes.sol";
import {AccountId} from "../../../../contracts/types/AccountId.sol";
import {FIRST_DATED} from "../Stage.sol";
import {GhostActions} from "./GhostActions.sol";
import {GhostMath} from "./GhostMath.sol";

/// @title GhostTrades: trades by a venue, and the orders of the matcher
abstract contract GhostTrades is GhostActions {
    struct Market {
        uint256 series;
        bool enabled;
        uint256 cap;
        int256 fundingIndex;
    }

    /// @dev What a nonce has filled of its order.
    struct Fill {
        uint256 filled;
        bool whole;
        bool cancelled;
    }

    mapping(AccountId account => mapping(uint64 nonce => Fill)) public fills;
    mapping(AccountId account => uint32) public epochs;

    // ------------------------------------------------------------------------------------------------ trades

    function trade(IClearinghouseTypes.Trade calldata p) external {
        _trade(p, msg.sender);
    }

    function _trade(IClearinghouseTypes.Trade memory p, address venue) internal {
        Market memory market = _open(p);
        Book memory a = _touch(_placeOf(p.buyer));
        Book memory b = _touch(_placeOf(p.seller));
        (int256 sizeA, int256 sizeB) = (a.sizes[market.series], b.sizes[market.series]);
        _exchange(a, market, int256(p.size), p.price);
        _exchange(b, market, -int256(p.size), p.price);
        _requireRoom(p, market, sizeA, sizeB);
        (a.cash, b.cash) = (a.cash - int256(p.buyerFee), b.cash - int256(p.sellerFee));
        _charge(venue, p.buyerFee + p.sellerFee);
        bool restricted = house.paused() || !market.enabled;
        IRiskTypes.Margin memory marginA = _marginOf(a, IRiskTypes.Stance.Adverse);
        IRiskTypes.Margin memory marginB = _marginOf(b, IRiskTypes.Stance.Adverse);
        _requireSide(a, marginA, _grew(sizeA, a.sizes[market.series]), restricted);
        _requireSide(b, marginB, _grew(sizeB, b.sizes[market.series]), restricted);
        _save(a);
        _save(b);
        _accrue();
    }

    /// @dev What does not depend on the accounts; a perp's premium moves.
    function _open(IClearinghouseTypes.Trade memory p) private returns (Market memory market) {
        market.series = _seriesOf(p.instrument);
        uint256 expirySec = p.instrument.expirySec();
        if (expirySec != 0 && expirySec <= block.timestamp)
            revert IClearinghouseTypes.InstrumentExpired(p.instrument, expirySec);
        if (p.buyer == p.seller) revert IClearinghouseTypes.SameAccount(p.buyer);
        if (p.size == 0 || p.price == 0) revert IClearinghouseTypes.AmountZero();
        uint256 most = GhostMath.ceilOf(GhostMath.up(p.size, p.price), 100);
        if (p.buyerFee > most) revert IClearinghouseTypes.FeeTooHigh(p.buyerFee, most);
        if (p.sellerFee > most) revert IClearinghouseTypes.FeeTooHigh(p.sellerFee, most);
        if (market.series < FIRST_DATED) _openPerp(p, market);
        else _openDated(p, market);
    }

    function _openPerp(IClearinghouseTypes.Trade memory p, Market memory market) private {
        uint16 underlying = p.instrument.underlying();
        IClearinghouseTypes.PerpConfig memory config = house.perpConfig(underlying);
        (market.enabled, market.cap) = (config.enabled, config.openInterestCap);
        int256 premium;
        (market.fundingIndex, premium) = perpNow(market.series);
        int256 index = int256(engine.indexOf(underlying).price);
        int256 most = index / 200;
        _requireBand(p.price, uint256(index + GhostMath.clamp(premium, most)), 0, config.priceBandBps);
        // SPEC-F4
        uint256 notional = GhostMath.down(p.size, p.price);
        int256 weight = int256((notional * 1e18) / (notional + config.premiumDepthUsd * 1e18));
        int256 toward = GhostMath.clamp(int256(p.price) - index, most);
        premium = GhostMath.clamp(premium + GhostMath.floor(toward - premium, weight), most);
        _setPerp(market.series, market.fundingIndex, premium);
    }

    function _openDated(IClearinghouseTypes.Trade memory p, Market memory market) private view {
        IClearinghouseTypes.DatedConfig memory config = house.datedConfig(p.instrument.underlying());
        (market.enabled, market.cap) = (config.enabled, config.openInterestCap);
        (uint256 index, uint256 mark, ) = engine.quoteOf(p.instrument, 0);
        _requireBand(p.price, mark, index, config.priceBandBps);
    }

    /// @dev The band is a share of `base`, or of the mark where that is 0.
    function _requireBand(uint256 price, uint256 mark, uint256 base, uint256 bandBps) private pure {
        uint256 distance = price > mark ? price - mark : mark - price;
        if (distance * 10_000 > (base == 0 ? mark : base) * bandBps)
            revert IClearinghouseTypes.PriceOutOfBand(price, mark, bandBps);
    }

    function _exchange(Book memory book, Market memory market, int256 delta, uint256 price) internal view {
        uint256 k = market.series;
        if (instruments[k].isOption()) {
            book.sizes[k] += delta;
            book.cash += _costOf(delta, price, 0);
            return;
        }
        int256 cost;
        int256 realised;
        (book.sizes[k], cost, realised) = _linear(
            book.sizes[k],
            book.costs[k],
            delta,
            price,
            market.fundingIndex
        );
        book.costs[k] = cost;
        book.cash += realised;
    }

    /// @dev SPEC-F6.
    function _costOf(int256 delta, uint256 price, int256 fundingIndex) private pure returns (int256) {
        int256 notional = int256(GhostMath.down(GhostMath.abs(delta), price));
        return (delta > 0 ? -notional : notional) + GhostMath.floor(delta, fundingIndex);
    }

    /// @dev SPEC-F7.
    function _linear(
        int256 size,
        int256 cost,
        int256 delta,
        uint256 price,
        int256 fundingIndex
    ) private pure returns (int256 newSize, int256 newCost, int256 realised) {
        int256 total = _costOf(delta, price, fundingIndex);
        newSize = size + delta;
        bool toward = size != 0 && (size > 0) != (delta > 0);
        if (!toward) return (newSize, cost + total, 0);
        if (newSize != 0 && (newSize > 0) != (size > 0)) {
            realised = cost + _costOf(-size, price, fundingIndex);
        } else {
            int256 share =
                newSize == 0
                    ? cost
                    : GhostMath.floorOf(cost * int256(GhostMath.abs(delta)), int256(GhostMath.abs(size)));
            realised = share + total;
        }
        newCost = cost + total - realised;
    }

    function _requireRoom(
        IClearinghouseTypes.Trade memory p,
        Market memory market,
        int256 oldA,
        int256 oldB
    ) private view {
        int256 change = _long(oldA + int256(p.size)) - _long(oldA);
        change += _long(oldB - int256(p.size)) - _long(oldB);
        uint256 next = uint256(int256(units[market.series]) + change);
        if (change > 0 && next > market.cap)
            revert IClearinghouseTypes.OpenInterestCapExceeded(p.instrument, market.cap, next);
    }

    function _long(int256 size) private pure returns (int256) {
        return size > 0 ? size : int256(0);
    }

    function _grew(int256 before, int256 next) internal pure returns (bool) {
        if (next == 0) return false;
        return
            (before > 0 && next < 0) ||
            (before < 0 && next > 0) ||
            GhostMath.abs(next) > GhostMath.abs(before);
    }

    function _requireSide(
        Book memory book,
        IRiskTypes.Margin memory m,
        bool grew,
        bool restricted
    ) private view {
        if (grew && (restricted || m.status != IPriceRouter.Status.Ok))
            revert IClearinghouseTypes.ReduceOnly(ids[book.place], m.status, restricted);
        if (m.equity < int256(m.initialMargin)) _requireReduced(book, m);
        if (book.flaggedAt != 0 && _provesHealth(m)) book.flaggedAt = 0;
    }

    /// @dev SPEC-M13, against the account as it was, at the prices of now.
    function _requireReduced(Book memory book, IRiskTypes.Margin memory m) internal view {
        IRiskTypes.Margin memory old = _marginOf(_load(book.place), IRiskTypes.Stance.Adverse);
        bool kept = m.equity * int256(old.maintenanceMargin) >= old.equity * int256(m.maintenanceMargin);
        if (m.initialMargin >= old.initialMargin || !kept)
            revert IClearinghouseTypes.BelowInitialMargin(ids[book.place], m.equity, m.initialMargin);
    }

    // ------------------------------------------------------------------------------------------------ orders

    function matchOrders(
        IOrderMatcher.SignedOrder calldata maker,
        IOrderMatcher.SignedOrder calldata taker,
        uint256 maxSize
    ) external returns (uint256 filled) {
        _requireOrder(maker.order);
        _requireOrder(taker.order);
        _requirePair(maker.order, taker.order);
        filled = GhostMath.min(_fillable(maker.order), _fillable(taker.order));
        filled = GhostMath.min(filled, maxSize);
        if (filled == 0) revert IOrderMatcher.FillZero();
        _fill(maker.order, filled);
        _fill(taker.order, filled);
        _trade(_tradeOf(maker.order, taker.order, filled), address(matcher));
    }

    function cancel(AccountId account, uint64 nonce) external {
        Fill storage fill = fills[account][nonce];
        if (!fill.whole) fill.cancelled = true;
    }

    function cancelAll(AccountId account) external {
        ++epochs[account];
    }

    function _requireOrder(IOrderMatcher.Order calldata order) private view {
        if (block.timestamp > order.expirySec)
            revert IOrderMatcher.OrderExpired(order.account, order.nonce, order.expirySec, block.timestamp);
        if (order.epoch != epochs[order.account])
            revert IOrderMatcher.WrongEpoch(order.account, order.epoch, epochs[order.account]);
    }

    function _requirePair(
        IOrderMatcher.Order calldata maker,
        IOrderMatcher.Order calldata taker
    ) private pure {
        if (maker.account == taker.account) revert IClearinghouseTypes.SameAccount(maker.account);
        if ((maker.size > 0) == (taker.size > 0)) revert IOrderMatcher.SameSide(maker.size, taker.size);
        (uint256 buys, uint256 sells) = maker.size > 0
            ? (maker.limitPrice, taker.limitPrice)
            : (taker.limitPrice, maker.limitPrice);
        if (buys < sells) revert IOrderMatcher.PricesDoNotCross(buys, sells);
    }

    function _fillable(IOrderMatcher.Order calldata order) private view returns (uint256) {
        uint256 size = GhostMath.abs(order.size);
        Fill memory fill = fills[order.account][order.nonce];
        if (fill.cancelled) revert IOrderMatcher.OrderIsCancelled(order.account, order.nonce);
        if (fill.whole || fill.filled >= size)
            revert IOrderMatcher.OrderAlreadyFilled(
                order.account,
                order.nonce,
                size,
                fill.whole ? size : fill.filled
            );
        return size - fill.filled;
    }

    function _fill(IOrderMatcher.Order calldata order, uint256 filled) private {
        Fill storage fill = fills[order.account][order.nonce];
        fill.filled += filled;
        fill.whole = fill.filled == GhostMath.abs(order.size);
    }

    /// @dev At the maker's price; the maker pays 2 and the taker 5 basis points, rounded up.
    function _tradeOf(
        IOrderMatcher.Order calldata maker,
        IOrderMatcher.Order calldata taker,
        uint256 size
    ) private pure returns (IClearinghouseTypes.Trade memory p) {
        uint256 notional = GhostMath.down(size, maker.limitPrice);
        uint256 makerFee = GhostMath.ceilOf(notional * 2, 10_000);
        uint256 takerFee = GhostMath.ceilOf(notional * 5, 10_000);
        (p.instrument, p.size, p.price) = (maker.instrument, size, maker.limitPrice);
        if (maker.size > 0) {
            (p.buyer, p.seller, p.buyerFee, p.sellerFee) = (maker.account, taker.account, makerFee, takerFee);
        } else {
            (p.buyer, p.seller, p.buyerFee, p.sellerFee) = (taker.account, maker.account, takerFee, makerFee);
        }
    }
}
