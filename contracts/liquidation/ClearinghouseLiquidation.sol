// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ROLE_LIQUIDATOR, SCOPE_LIQUIDATE} from "../ClearinghouseStorage.sol";
import {BasketLegs, Move, Walk} from "./BasketLegs.sol";
import {ClearinghouseTrading} from "../ClearinghouseTrading.sol";
import {AccountHeader} from "../types/AccountHeader.sol";
import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {OpenInterest} from "../types/OpenInterest.sol";
import {PositionWord} from "../types/PositionWord.sol";
import {IClearinghouseLiquidation} from "../interfaces/IClearinghouseLiquidation.sol";
import {ILiquidator} from "../interfaces/ILiquidator.sol";
import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {IRiskEngineCore} from "../interfaces/IRiskEngineCore.sol";
import {IRiskTypes} from "../interfaces/IRiskTypes.sol";
import {PositionMath} from "../libraries/PositionMath.sol";
import {WadMath} from "../libraries/WadMath.sol";
import {CashMarket} from "../markets/CashMarket.sol";
import {LiquidationMath} from "./LiquidationMath.sol";

/// @title ClearinghouseLiquidation: see IClearinghouseLiquidation
/// @dev The clearinghouse delegates these two calls to this contract, as it does others to ClearinghouseExt. Quote and
/// action share `_open` and `_calculate`, which change the account in memory; the action then changes its taker and writes
/// both. A leg's price decides nothing but the cash that it pays, since a leg only ever shrinks; and what the taker pays
/// for it lowers the taker's equity by just that. So the engine is asked once, before any price is known here, about the
/// account before and after and about the taker after.
contract ClearinghouseLiquidation is ClearinghouseTrading, IClearinghouseLiquidation {
    using BasketLegs for Walk;
    using WadMath for uint256;

    /// @dev One liquidation.
    /// @param sides The account as `a`, its taker as `b`.
    /// @param walk What goes through the legs of the selection, and their moves.
    /// @param unusual Whether any leg was not one that `BasketLegs` takes.
    /// @param words,takerWords Both sides' positions in the legs of the selection, afterwards.
    /// @param keepsCost Whether any leg has a cost basis: whether any is not an option.
    /// @param joined Whether the engine is asked about the taker together with the account.
    /// @param taker The taker's margin afterwards. Until the legs have prices, as though it had them for nothing.
    /// @param paid What the account receives for its legs, and the taker pays.
    /// @param spotValue What the taker pays for the selection's balances.
    /// @param flaggedAt When the account was flagged, 0 where it is not or the flag has lapsed.
    /// @param emptied Whether the account has neither positions nor collateral left.
    struct Case {
        CashMarket.Index index;
        Sides sides;
        Walk walk;
        bool unusual;
        PositionWord[] words;
        PositionWord[] takerWords;
        bool keepsCost;
        bool joined;
        IRiskTypes.Margin taker;
        int256 paid;
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
        _open(c, params.account, params.selection);
        _openTaker(c, params);
        _calculate(c, params.selection, dustMargin, minReward);
        uint256 reward = c.terms.penalty + c.terms.incentive;
        if (reward < params.minReward) revert ILiquidator.RewardTooLow(reward, params.minReward);
        _takeOver(c, params);
        flagChange = _changeFlag(c);
        _storeBoth(c.sides, c.index);
        _clearLegs(c.sides.a);
        _emitPositions(params.account, c.words);
        _emitPositions(params.liquidator, c.takerWords);
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
        _open(c, account, selection);
        _calculate(c, selection, dustMargin, minReward);
        return c.terms;
    }

    // ------------------------------------------------------------------------------------------------ calculation

    /// @dev Takes the selection off the account, unpaid, in memory.
    function _open(Case memory c, AccountId account, ILiquidator.Selection calldata selection) private view {
        _requireShape(selection);
        CashMarket.Index memory index = _cashIndex();
        c.index = index;
        _loadInto(c.sides.a, account, index, 0, 0);
        _reduce(c, selection);
    }

    /// @dev Gives the taker the selection for nothing, so that the engine can be asked about both at once. Not where it first
    /// has to settle: that would come before what the account does to the insurance, which the taker may be.
    function _openTaker(Case memory c, ILiquidator.Call calldata params) private view {
        ILiquidator.Selection calldata selection = params.selection;
        Loaded memory taker = c.sides.b;
        _loadInto(taker, params.liquidator, c.index, selection.instruments.length, selection.assetIds.length);
        if (taker.due || taker.moved) return;
        c.joined = true;
        _receive(c, selection);
        _receiveSpot(taker, selection);
    }

    /// @dev Everything a liquidation does to the account but its penalty, in memory, and the terms.
    function _calculate(
        Case memory c,
        ILiquidator.Selection calldata selection,
        uint256 dustMargin,
        uint256 minReward
    ) private view {
        Loaded memory loaded = c.sides.a;
        (uint256[] memory legMarks, uint256[] memory spotMarks) = _judge(c);
        ILiquidator.Quote memory terms = c.terms;
        _requireLiquidatable(loaded.id, terms);
        c.paid = c.walk.price(legMarks);
        int256 paid = c.paid + _priceSpot(c, selection, spotMarks);
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
        Walk memory walk = c.walk;
        walk.moves = BasketLegs.allocate(selection.instruments.length);
        c.words = _startWalk(walk, loaded, selection);
        walk.held = walk.oldLegs;
        while (true) {
            walk.reduce();
            loaded.count = walk.count;
            uint256 i = walk.i;
            if (i == walk.n) break;
            c.unusual = true;
            c.words[i] = _reduceLeg(c, i, selection.instruments[i], selection.sizes[i]);
            (walk.i, walk.count) = (i + 1, loaded.count);
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

    /// @dev Takes `size` units off the account's position, which must hold them.
    /// @param i Its number in the selection.
    /// @return word The position afterwards.
    function _reduceLeg(
        Case memory c,
        uint256 i,
        InstrumentId instrument,
        uint256 size
    ) private view returns (PositionWord word) {
        Loaded memory loaded = c.sides.a;
        Move memory move = BasketLegs.moveAt(c.walk.moves, i)[0];
        uint256 place = _indexIn(loaded.oldLegs, loaded.oldCount, instrument, i);
        move.place = place;
        // a leg that closed has another one in its place
        if (loaded.count != loaded.oldCount) place = _indexIn(loaded.legs, loaded.count, instrument, i);
        if (place == loaded.count) revert PositionNotFound(loaded.id, instrument);
        int256 held = loaded.legs[place].size();
        if (size == 0) revert AmountZero();
        if (size > WadMath.abs(held)) revert ReducesPastZero(loaded.id, instrument, held, size);
        int256 delta;
        unchecked {
            delta = held > 0 ? -int256(size) : int256(size);
        }
        move.delta = delta;
        // it shrinks toward zero
        if (held > 0) move.longDelta = delta;
        OpenInterest total = _interestOf(instrument).total;
        if (instrument.isOption()) {
            (, , word) = _changeOption(loaded, place, instrument, delta, total);
        } else {
            c.keepsCost = true;
            // a position that is held is one of a listed market
            int256 fundingIndex = _fundingIndex(instrument);
            move.fundingIndex = fundingIndex;
            (, , move.costDelta, word) = _changeLinear(
                loaded,
                place,
                instrument,
                delta,
                0,
                fundingIndex,
                total
            );
        }
    }

    /// @dev Begins at the selection's first leg with one side's positions.
    /// @return words Room for what `_emitPositions` tells of them.
    function _startWalk(
        Walk memory walk,
        Loaded memory side,
        ILiquidator.Selection calldata selection
    ) private pure returns (PositionWord[] memory words) {
        InstrumentId[] calldata instruments = selection.instruments;
        uint256[] calldata sizes = selection.sizes;
        words = _newWords(instruments.length);
        assembly ("memory-safe") {
            mstore(add(walk, 0x20), add(words, 0x20))
            mstore(add(walk, 0xc0), instruments.offset)
            mstore(add(walk, 0xe0), sizes.offset)
        }
        (walk.n, walk.i, walk.count, walk.oldCount) = (words.length, 0, side.count, side.oldCount);
        (PositionWord[] memory legs, PositionWord[] memory oldLegs) = (side.legs, side.oldLegs);
        assembly ("memory-safe") {
            mstore(add(walk, 0x40), add(legs, 0x20))
            mstore(add(walk, 0x80), add(oldLegs, 0x20))
        }
    }

    /// @dev Room for the words of an event, behind one more word that `_emitPositions` needs.
    function _newWords(uint256 count) private pure returns (PositionWord[] memory words) {
        assembly ("memory-safe") {
            words := add(mload(0x40), 0x20)
            mstore(words, count)
            mstore(0x40, add(words, shl(5, add(count, 1))))
        }
    }

    /// @dev Margins before and after, both at the prices that favour the account as it is now, so that they compare; and the
    /// taker's at those adverse to it: taking over risk goes on while paused or guarded.
    /// @return legMarks The mark of each leg that the account held before.
    /// @return spotMarks The price of each balance that it held before.
    function _judge(
        Case memory c
    ) private view returns (uint256[] memory legMarks, uint256[] memory spotMarks) {
        bool joined = c.joined;
        uint256 count = joined ? 3 : 2;
        uint256 request = _openRequest(
            IRiskEngineCore.assessWithMarks.selector,
            count,
            joined ? IRiskTypes.Stance.TakeOver : IRiskTypes.Stance.Favourable
        );
        _addPortfolio(request, 0, c.sides.a, true);
        _addPortfolio(request, 1, c.sides.a, false);
        if (joined) _addPortfolio(request, 2, c.sides.b, false);
        if (!_ask(request, 0x60 + count * MARGIN_SIZE)) _bubble();
        ILiquidator.Quote memory terms = c.terms;
        (IRiskTypes.Margin memory before, IRiskTypes.Margin memory next) = (terms.before, terms.next);
        IRiskTypes.Margin memory taker = c.taker;
        assembly ("memory-safe") {
            // (Margin[] margins, Marks marks), where Marks are (uint256[] leg, uint256[] spot, status); arrays are encoded as
            // they stand in memory, so that those of the marks can stay where they are
            let answer := mload(0x40)
            returndatacopy(answer, 0x00, returndatasize())
            mstore(0x40, add(answer, returndatasize()))
            let margin := add(add(answer, mload(answer)), 0x20)
            mcopy(before, margin, MARGIN_SIZE)
            mcopy(next, add(margin, MARGIN_SIZE), MARGIN_SIZE)
            if joined {
                mcopy(taker, add(margin, mul(2, MARGIN_SIZE)), MARGIN_SIZE)
            }
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
        // before the taker's cash is final: it may be the insurance account
        if (terms.incentive != 0) {
            _debitInsurance(terms.incentive);
            emit IncentivePaid(params.liquidator, terms.incentive);
            if (params.liquidator == _s.insuranceAccount) c.joined = false;
        }
        _payTaker(c, params);
        c.sides.a.cash -= int256(terms.penalty);
        int256 change = int256(terms.penalty + terms.incentive) - int256(c.spotValue);
        Loaded memory taker = c.sides.b;
        taker.cash += change;
        IRiskTypes.Margin memory margin = c.taker;
        if (c.joined) margin.equity += change - c.paid;
        else margin = _assess(taker, false);
        if (margin.equity < int256(margin.initialMargin)) _requireReduced(taker, margin);
        if (c.walk.changesMarket != 0) _moveMarkets(c, params.selection);
    }

    /// @dev Has the taker pay for the legs: options in cash, others in their cost.
    function _payTaker(Case memory c, ILiquidator.Call calldata params) private {
        Loaded memory taker = c.sides.b;
        ILiquidator.Selection calldata selection = params.selection;
        if (c.joined && !c.keepsCost) {
            taker.cash -= c.paid;
            return;
        }
        if (c.joined) {
            _rewind(taker);
            _receive(c, selection);
            taker.cash -= _premiums(c, selection);
            return;
        }
        _loadForAction(
            taker,
            params.liquidator,
            c.index,
            selection.instruments.length,
            selection.assetIds.length
        );
        _receive(c, selection);
        taker.cash -= _premiums(c, selection);
        _receiveSpot(taker, selection);
    }

    /// @dev What the taker pays for the options of the selection.
    function _premiums(
        Case memory c,
        ILiquidator.Selection calldata selection
    ) private pure returns (int256 premiums) {
        InstrumentId[] calldata instruments = selection.instruments;
        for (uint256 i = 0; i < instruments.length; ++i) {
            if (!instruments[i].isOption()) continue;
            Move memory move = BasketLegs.moveAt(c.walk.moves, i)[0];
            premiums += PositionMath.costOf(move.delta, move.price, 0);
        }
    }

    /// @dev The account's legs and cash as they were loaded.
    function _rewind(Loaded memory loaded) private pure {
        (PositionWord[] memory legs, PositionWord[] memory oldLegs) = (loaded.legs, loaded.oldLegs);
        (loaded.count, loaded.cash) = (loaded.oldCount, loaded.oldCash);
        assembly ("memory-safe") {
            mcopy(add(legs, 0x20), add(oldLegs, 0x20), shl(5, mload(oldLegs)))
        }
    }

    /// @dev Gives the taker the legs at the prices that the moves have now.
    function _receive(Case memory c, ILiquidator.Selection calldata selection) private view {
        Loaded memory taker = c.sides.b;
        Walk memory walk = c.walk;
        // no leg came twice where all were usual
        walk.appends = taker.oldCount == 0 && !c.unusual ? 1 : 0;
        c.takerWords = _startWalk(walk, taker, selection);
        while (true) {
            walk.give();
            taker.count = walk.count;
            uint256 i = walk.i;
            if (i == walk.n) break;
            c.takerWords[i] = _receiveLeg(c, i, selection.instruments[i]);
            (walk.i, walk.count) = (i + 1, taker.count);
        }
    }

    /// @return word The taker's position afterwards.
    function _receiveLeg(
        Case memory c,
        uint256 i,
        InstrumentId instrument
    ) private view returns (PositionWord word) {
        Loaded memory taker = c.sides.b;
        Move memory move = BasketLegs.moveAt(c.walk.moves, i)[0];
        uint256 place = _indexIn(taker.legs, taker.count, instrument, i);
        int256 oldSize;
        int256 newSize;
        OpenInterest total = _interestOf(instrument).total;
        unchecked {
            if (instrument.isOption()) {
                (oldSize, newSize, word) = _changeOption(taker, place, instrument, -move.delta, total);
            } else {
                (oldSize, newSize, move.takerCost, word) = _changeLinear(
                    taker,
                    place,
                    instrument,
                    -move.delta,
                    move.price,
                    move.fundingIndex,
                    total
                );
                c.walk.changesMarket = 1;
            }
            int256 takerLong = _long(newSize) - _long(oldSize);
            move.takerLong = takerLong;
            if (takerLong + move.longDelta != 0) c.walk.changesMarket = 1;
        }
    }

    function _receiveSpot(Loaded memory taker, ILiquidator.Selection calldata selection) private view {
        uint256 assets = selection.assetIds.length;
        for (uint256 i = 0; i < assets; ++i) {
            _applySpot(taker, selection.assetIds[i], int256(selection.amounts[i]));
        }
    }

    /// @dev What changes hands between two longs or two shorts leaves an option's market as it is.
    function _moveMarkets(Case memory c, ILiquidator.Selection calldata selection) private {
        InstrumentId[] calldata instruments = selection.instruments;
        for (uint256 i = 0; i < instruments.length; ++i) {
            Move memory move = BasketLegs.moveAt(c.walk.moves, i)[0];
            int256 units = move.longDelta + move.takerLong;
            int256 cost = move.costDelta + move.takerCost;
            if (units != 0 || cost != 0) {
                _moveInterest(_interestOf(instruments[i]), instruments[i], units, cost);
            }
        }
    }

    /// @dev `emit PositionsUpdated(account, words)`, encoded where it stands.
    /// @param words As `_newWords` allocated them.
    function _emitPositions(AccountId account, PositionWord[] memory words) private {
        bytes32 topic = PositionsUpdated.selector;
        assembly ("memory-safe") {
            let count := mload(words)
            if count {
                let data := sub(words, 0x20)
                mstore(data, 0x20)
                log2(data, shl(5, add(count, 2)), topic, account)
            }
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
