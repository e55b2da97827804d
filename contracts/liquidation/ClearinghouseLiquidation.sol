// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ROLE_LIQUIDATOR, SCOPE_LIQUIDATE} from "../ClearinghouseStorage.sol";
import {ClearinghouseDeleveraging} from "./ClearinghouseDeleveraging.sol";
import {AccountHeader} from "../types/AccountHeader.sol";
import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {IClearinghouseLiquidation} from "../interfaces/IClearinghouseLiquidation.sol";
import {ILiquidator} from "../interfaces/ILiquidator.sol";
import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {IRiskEngineCore} from "../interfaces/IRiskEngineCore.sol";
import {IRiskTypes} from "../interfaces/IRiskTypes.sol";
import {WadMath} from "../libraries/WadMath.sol";
import {CashMarket} from "../markets/CashMarket.sol";
import {LiquidationMath} from "./LiquidationMath.sol";

/// @title ClearinghouseLiquidation: see IClearinghouseLiquidation
/// @dev The clearinghouse delegates these two calls to this contract, as it does others to ClearinghouseExt. Quote and
/// action share `_calculate`, which changes the account in memory; the action then changes its taker and writes both.
/// A leg's price decides nothing but the cash that it pays, since a leg only ever shrinks. So the engine is asked once,
/// about the account before and after, before any price is known here.
contract ClearinghouseLiquidation is ClearinghouseDeleveraging, IClearinghouseLiquidation {
    using WadMath for uint256;

    /// @dev One leg that changes hands.
    /// @param delta What the account's position changes by; the taker's changes by the opposite.
    /// @param fundingIndex Of its market, now.
    /// @param longDelta,costDelta What the account adds to the market's sums.
    /// @param price Its mark, wad USD per unit.
    struct Move {
        int256 delta;
        int256 fundingIndex;
        int256 longDelta;
        int256 costDelta;
        uint256 price;
    }

    /// @dev One liquidation.
    /// @param sides The account as `a`, its taker as `b`.
    /// @param moves One for each leg of the selection.
    /// @param spotValue What the taker pays for each of the selection's balances.
    /// @param flaggedAt When the account was flagged, 0 where it is not or the flag has lapsed.
    /// @param emptied Whether the account has neither positions nor collateral left.
    struct Case {
        CashMarket.Index index;
        Sides sides;
        Move[] moves;
        uint256 spotValue;
        ILiquidator.Quote terms;
        uint256 flaggedAt;
        bool emptied;
    }

    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc IClearinghouseLiquidation
    function executeLiquidation(
        ILiquidator.Call calldata params,
        address caller,
        uint256 dustMargin,
        uint256 minReward
    ) external nonReentrant returns (ILiquidator.Quote memory, FlagChange flagChange, bool badDebt) {
        _module(ROLE_LIQUIDATOR);
        if (params.account == params.liquidator) revert ILiquidator.SelfLiquidation(params.account);
        if (!_isAuthorised(params.liquidator, caller, SCOPE_LIQUIDATE)) {
            revert ILiquidator.NotAuthorised(params.liquidator, caller);
        }
        AccountHeader header = _s.accounts[params.account].header;
        if (_isBehind(header, _s.deleverages) && header.positionCount() != 0) _settleFirst(params.account);
        Case memory c;
        _calculate(c, params.account, params.selection, dustMargin, minReward);
        uint256 reward = c.terms.penalty + c.terms.incentive;
        if (reward < params.minReward) revert ILiquidator.RewardTooLow(reward, params.minReward);
        _takeOver(c, params);
        flagChange = _changeFlag(c);
        _storeBoth(c.sides, c.index);
        emit BasketMoved(params.account, params.liquidator, c.terms.cashToAccount, c.terms.penalty);
        int256 change = c.sides.b.cash - c.sides.b.oldCash;
        if (change < params.minCash) revert ILiquidator.CashTooLow(change, params.minCash);
        // with a debt and nothing else left, the equity is what is left of the cash
        badDebt = c.emptied && c.terms.next.equity < 0;
        return (c.terms, flagChange, badDebt);
    }

    /// @inheritdoc IClearinghouseLiquidation
    function quoteLiquidation(
        AccountId account,
        ILiquidator.Selection calldata selection,
        uint256 dustMargin,
        uint256 minReward
    ) external view nonReentrantView returns (ILiquidator.Quote memory) {
        Case memory c;
        _calculate(c, account, selection, dustMargin, minReward);
        return c.terms;
    }

    // ------------------------------------------------------------------------------------------------ calculation

    /// @dev Everything a liquidation does to the account but its penalty, in memory, and the terms.
    function _calculate(
        Case memory c,
        AccountId account,
        ILiquidator.Selection calldata selection,
        uint256 dustMargin,
        uint256 minReward
    ) private view {
        _requireShape(selection);
        CashMarket.Index memory index = _cashIndex();
        c.index = index;
        Loaded memory loaded = c.sides.a;
        _loadInto(loaded, account, index, 0, 0);
        _reduce(c, selection);
        (uint256[] memory legMarks, uint256[] memory spotMarks) = _judge(c);
        ILiquidator.Quote memory terms = c.terms;
        _requireLiquidatable(account, terms);
        int256 paid = _priceLegs(c, selection, legMarks) + _priceSpot(c, selection, spotMarks);
        loaded.cash += paid;
        terms.next.equity += paid;
        terms.cashToAccount = loaded.cash - loaded.oldCash;
        c.flaggedAt = LiquidationMath.flaggedAt(loaded.flaggedAt, block.timestamp);
        _setTerms(c, dustMargin, minReward);
    }

    function _requireShape(ILiquidator.Selection calldata selection) private pure {
        uint256 legs = selection.instruments.length;
        uint256 assets = selection.assetIds.length;
        if (legs != selection.sizes.length) revert ILiquidator.LengthMismatch(legs, selection.sizes.length);
        if (assets != selection.amounts.length)
            revert ILiquidator.LengthMismatch(assets, selection.amounts.length);
        if (legs + assets == 0) revert ILiquidator.EmptyBasket();
    }

    /// @dev Takes the selection off the account, unpaid.
    function _reduce(Case memory c, ILiquidator.Selection calldata selection) private view {
        Loaded memory loaded = c.sides.a;
        uint256 legs = selection.instruments.length;
        c.moves = new Move[](legs);
        for (uint256 i = 0; i < legs; ++i) {
            InstrumentId instrument = selection.instruments[i];
            Move memory move = c.moves[i];
            int256 delta = _reduction(loaded, instrument, selection.sizes[i]);
            // a position that is held is one of a listed market
            move.fundingIndex = _fundingIndex(instrument);
            (int256 oldSize, int256 newSize, int256 costDelta) = _apply(
                loaded,
                instrument,
                delta,
                0,
                move.fundingIndex,
                _interestOf(instrument).total
            );
            (move.delta, move.costDelta) = (delta, costDelta);
            move.longDelta = _long(newSize) - _long(oldSize);
        }
        uint256 assets = selection.assetIds.length;
        for (uint256 i = 0; i < assets; ++i) {
            uint256 amount = selection.amounts[i];
            if (amount == 0) revert AmountZero();
            if (amount > type(uint128).max) revert AmountTooLarge(amount, type(uint128).max);
            // cash is no collateral balance: an account never holds enough of it here
            _applySpot(loaded, selection.assetIds[i], -int256(amount));
        }
        c.emptied = loaded.count == 0 && _holdsNoSpot(loaded);
    }

    /// @dev The signed change that takes `size` units off the account's position, which must hold them.
    function _reduction(
        Loaded memory loaded,
        InstrumentId instrument,
        uint256 size
    ) private pure returns (int256) {
        uint256 i = _find(loaded, instrument);
        if (i == loaded.count) revert PositionNotFound(loaded.id, instrument);
        int256 held = loaded.legs[i].size();
        if (size == 0) revert AmountZero();
        if (size > WadMath.abs(held)) revert ReducesPastZero(loaded.id, instrument, held, size);
        return held > 0 ? -int256(size) : int256(size);
    }

    /// @dev Margins before and after, both at the prices that favour the account as it is now, so that they compare.
    /// @return legMarks The mark of each leg that the account held before.
    /// @return spotMarks The price of each balance that it held before.
    function _judge(
        Case memory c
    ) private view returns (uint256[] memory legMarks, uint256[] memory spotMarks) {
        uint256 request = _openRequest(
            IRiskEngineCore.assessWithMarks.selector,
            2,
            IRiskTypes.Stance.Favourable
        );
        _addPortfolio(request, 0, c.sides.a, true);
        _addPortfolio(request, 1, c.sides.a, false);
        if (!_ask(request, 0x60 + 2 * MARGIN_SIZE)) _bubble();
        ILiquidator.Quote memory terms = c.terms;
        (IRiskTypes.Margin memory before, IRiskTypes.Margin memory next) = (terms.before, terms.next);
        assembly ("memory-safe") {
            // (Margin[] margins, Marks marks), where Marks are (uint256[] leg, uint256[] spot, status); arrays are encoded as
            // they stand in memory, so that those of the marks can stay where they are
            let answer := mload(0x40)
            returndatacopy(answer, 0x00, returndatasize())
            mstore(0x40, add(answer, returndatasize()))
            let margin := add(add(answer, mload(answer)), 0x20)
            mcopy(before, margin, MARGIN_SIZE)
            mcopy(next, add(margin, MARGIN_SIZE), MARGIN_SIZE)
            let marks := add(answer, mload(add(answer, 0x20)))
            legMarks := add(marks, mload(marks))
            spotMarks := add(marks, mload(add(marks, 0x20)))
        }
    }

    function _requireLiquidatable(AccountId account, ILiquidator.Quote memory terms) private pure {
        IRiskTypes.Margin memory before = terms.before;
        uint256 maintenance = before.maintenanceMargin;
        if (before.status == IPriceRouter.Status.Stale) {
            revert ILiquidator.PriceNotUsable(account, before.status);
        }
        if (before.equity >= int256(maintenance)) {
            revert ILiquidator.NotLiquidatable(account, before.equity, maintenance);
        }
        uint256 next = terms.next.maintenanceMargin;
        if (maintenance <= next) revert ILiquidator.NoRelief(maintenance, next);
        terms.relief = maintenance - next;
    }

    /// @dev Sets the moves' prices.
    /// @return paid What the account receives for them, as `PositionMath.costOf` counts it.
    function _priceLegs(
        Case memory c,
        ILiquidator.Selection calldata selection,
        uint256[] memory marks
    ) private pure returns (int256 paid) {
        Loaded memory loaded = c.sides.a;
        for (uint256 i = 0; i < c.moves.length; ++i) {
            Move memory move = c.moves[i];
            uint256 price = marks[_indexIn(loaded.oldLegs, loaded.oldCount, selection.instruments[i])];
            move.price = price;
            int256 notional = int256(WadMath.abs(move.delta).mulDown(price));
            paid += move.delta > 0 ? -notional : notional;
        }
    }

    /// @return What the account receives for its balances.
    function _priceSpot(
        Case memory c,
        ILiquidator.Selection calldata selection,
        uint256[] memory marks
    ) private pure returns (int256) {
        uint256 assets = selection.assetIds.length;
        if (assets == 0) return 0;
        uint256 value;
        Loaded memory loaded = c.sides.a;
        for (uint256 i = 0; i < assets; ++i) {
            // the account holds it, as it could be taken; balances stay in their order until they are written
            uint256 place;
            while (loaded.oldSpot[place].assetId() != selection.assetIds[i]) ++place;
            value += selection.amounts[i].mulDown(marks[place]);
        }
        c.spotValue = value;
        return int256(value);
    }

    /// @dev Penalty, incentive and the overshoot rule (SPEC-L3 to L5).
    function _setTerms(Case memory c, uint256 dustMargin, uint256 minReward) private view {
        ILiquidator.Quote memory terms = c.terms;
        IRiskTypes.Margin memory next = terms.next;
        int256 equity = terms.before.equity;
        uint256 maintenance = terms.before.maintenanceMargin;
        uint256 elapsed = c.flaggedAt == 0 ? 0 : block.timestamp - c.flaggedAt;
        terms.phi = LiquidationMath.phi(LiquidationMath.ramp(elapsed), equity, maintenance);
        uint256 penalty = terms.phi.mulDown(terms.relief);
        bool dust = maintenance < dustMargin;
        if (dust && c.emptied && equity > 0) {
            penalty = WadMath.max(penalty, WadMath.min(minReward, uint256(equity)));
        }
        terms.penalty = penalty;
        next.equity -= int256(penalty);
        if (!dust && LiquidationMath.overshoots(next.equity, next.maintenanceMargin, maintenance)) {
            revert ILiquidator.Overshoot(next.equity, next.maintenanceMargin);
        }
        uint256 least = LiquidationMath.RAMP_START.mulDown(terms.relief);
        // without equity there is no penalty
        if (penalty < least || equity < 0) {
            terms.incentive = WadMath.min(least - penalty, _spare(c, equity));
        }
    }

    /// @dev What the insurance fund can pay beyond what the account itself lacks. Where it cannot pay even that, the
    /// positions' counterparties have to, and nobody may take the positions away from them.
    function _spare(Case memory c, int256 equity) private view returns (uint256) {
        AccountId account = c.sides.a.id;
        uint256 insured = _insured(account);
        if (equity >= 0) return insured;
        uint256 shortfall = uint256(-equity);
        if (insured >= shortfall) return insured - shortfall;
        if (c.sides.a.oldCount != 0) revert ILiquidator.DeleverageRequired(account, shortfall, insured);
        return 0;
    }

    // ------------------------------------------------------------------------------------------------ action

    /// @dev The taker's side, in memory, and the markets'.
    function _takeOver(Case memory c, ILiquidator.Call calldata params) private {
        ILiquidator.Quote memory terms = c.terms;
        Loaded memory taker = c.sides.b;
        // before the taker is loaded: it may be the insurance account
        if (terms.incentive != 0) {
            _debitInsurance(terms.incentive);
            emit IncentivePaid(params.liquidator, terms.incentive);
        }
        ILiquidator.Selection calldata selection = params.selection;
        uint256 assets = selection.assetIds.length;
        _loadForAction(taker, params.liquidator, c.index, c.moves.length, assets);
        _moveLegs(c, selection);
        for (uint256 i = 0; i < assets; ++i) {
            _applySpot(taker, selection.assetIds[i], int256(selection.amounts[i]));
        }
        c.sides.a.cash -= int256(terms.penalty);
        taker.cash += int256(terms.penalty + terms.incentive) - int256(c.spotValue);
        // taking over risk goes on while paused or guarded: the taker is judged at the price adverse to it
        IRiskTypes.Margin memory margin = _assess(taker, false);
        if (margin.equity < int256(margin.initialMargin)) _requireReduced(taker, margin);
    }

    function _moveLegs(Case memory c, ILiquidator.Selection calldata selection) private {
        Sides memory sides = c.sides;
        for (uint256 i = 0; i < c.moves.length; ++i) {
            Move memory move = c.moves[i];
            InstrumentId instrument = selection.instruments[i];
            Interest storage interest = _interestOf(instrument);
            (int256 oldSize, int256 newSize, int256 costDelta) = _apply(
                sides.b,
                instrument,
                -move.delta,
                move.price,
                move.fundingIndex,
                interest.total
            );
            _moveInterest(
                interest,
                instrument,
                move.longDelta + _long(newSize) - _long(oldSize),
                move.costDelta + costDelta
            );
            _emitPosition(sides.a, instrument);
            _emitPosition(sides.b, instrument);
        }
    }

    /// @dev Clears the flag of an account that is healthy or empty, and flags any other that was not.
    function _changeFlag(Case memory c) private view returns (FlagChange) {
        IRiskTypes.Margin memory next = c.terms.next;
        bool flagged = c.flaggedAt != 0;
        if (c.emptied || next.equity >= int256(next.maintenanceMargin)) {
            if (!flagged) return FlagChange.None;
            c.sides.a.flaggedAt = 0;
            return FlagChange.Cleared;
        }
        if (flagged) return FlagChange.None;
        c.sides.a.flaggedAt = block.timestamp;
        return FlagChange.Set;
    }
}
