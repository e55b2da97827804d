// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearinghouseTypes} from "../../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ILiquidator} from "../../../../contracts/interfaces/ILiquidator.sol";
import {IPriceRouter} from "../../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskTypes} from "../../../../contracts/interfaces/IRiskTypes.sol";
import {AccountId} from "../../../../contracts/types/AccountId.sol";
import {InstrumentId} from "../../../../contracts/types/InstrumentId.sol";
import {Portfolio} from "../../../../contracts/types/Portfolio.sol";
import {ASSETS, FIRST_DATED, INSURANCE, SERIES} from "../Stage.sol";
import {GhostDeleveraging} from "./GhostDeleveraging.sol";
import {GhostMath} from "./GhostMath.sol";

/// @title GhostLiquidations: what a liquidation takes, pays and leaves (SPEC-L1 to L7)
abstract contract GhostLiquidations is GhostDeleveraging {
    /// @param account,taker The two accounts as they change.
    /// @param marks,spotMarks At which series and balances change hands.
    struct Case {
        Book account;
        Book taker;
        IRiskTypes.Margin before;
        IRiskTypes.Margin next;
        uint256[SERIES] marks;
        uint256[ASSETS] spotMarks;
        uint256 penalty;
        uint256 incentive;
        bool emptied;
    }

    /// @notice What the last liquidation came to.
    struct Verdict {
        IRiskTypes.Margin before;
        IRiskTypes.Margin next;
        uint256 penalty;
        uint256 incentive;
        bool emptied;
        uint256 debt;
        uint256 covered;
        uint256 socialised;
    }

    struct Attempt {
        bool done;
        bytes reason;
    }

    uint256 internal constant DUST_MARGIN = 100e18;
    uint256 internal constant MIN_REWARD = 5e18;
    Verdict private _verdict;
    Attempt[] private _attempts;

    function verdict() external view returns (Verdict memory) {
        return _verdict;
    }

    function liquidate(ILiquidator.Call calldata p) external {
        if (p.account == p.liquidator) revert ILiquidator.SelfLiquidation(p.account);
        if (p.selection.instruments.length + p.selection.assetIds.length == 0)
            revert ILiquidator.EmptyBasket();
        Case memory c;
        uint256 place = _placeOf(p.account);
        if (_isBehind(place)) _touch(place);
        c.account = _load(place);
        _takeOff(c.account, p);
        _judge(c, p);
        c.account.cash += _valueOf(c, p.selection);
        c.next.equity += _valueOf(c, p.selection);
        _setTerms(c);
        _takeOver(c, p);
        _changeFlag(c);
        _save(c.account);
        _save(c.taker);
        _accrue();
        _verdict = Verdict(c.before, c.next, c.penalty, c.incentive, c.emptied, 0, 0, 0);
        if (!c.emptied || c.next.equity >= 0) return;
        (_verdict.debt, _verdict.covered, _verdict.socialised) = _cover(c.account.place);
    }

    /// @notice The debt of an account that has nothing else, when it has followed its sides and what has expired is settled.
    function coverBadDebt(AccountId account) external {
        uint256 place = _placeOf(account);
        Book memory book = _touch(place);
        if (!_isBare(book) || _holdsSpot(book) || _entries[place].principal >= 0)
            revert IClearinghouseTypes.AccountNotEmpty(account);
        delete _verdict;
        (_verdict.debt, _verdict.covered, _verdict.socialised) = _cover(place);
    }

    /// @notice A batch goes on where one of its liquidations is refused.
    function liquidateBatch(ILiquidator.Call[] calldata calls) external {
        delete _attempts;
        for (uint256 i = 0; i < calls.length; ++i) {
            try this.liquidate(calls[i]) {
                _attempts.push(Attempt(true, ""));
            } catch (bytes memory why) {
                _attempts.push(Attempt(false, why));
            }
        }
    }

    /// @notice What the last batch came to.
    function attempts() external view returns (Attempt[] memory) {
        return _attempts;
    }

    /// @dev Legs at a price of nothing, which is paid later.
    function _takeOff(Book memory book, ILiquidator.Call calldata p) private view {
        for (uint256 i = 0; i < p.selection.instruments.length; ++i) {
            InstrumentId instrument = p.selection.instruments[i];
            (uint256 size, int256 held) = (p.selection.sizes[i], book.sizes[_seriesOf(instrument)]);
            if (held == 0) revert IClearinghouseTypes.PositionNotFound(p.account, instrument);
            if (size == 0) revert IClearinghouseTypes.AmountZero();
            if (size > GhostMath.abs(held))
                revert IClearinghouseTypes.ReducesPastZero(p.account, instrument, held, size);
            _move(book, instrument, held > 0 ? -int256(size) : int256(size), 0);
        }
        for (uint256 i = 0; i < p.selection.assetIds.length; ++i) {
            (uint8 assetId, uint256 amount) = (p.selection.assetIds[i], p.selection.amounts[i]);
            if (amount == 0) revert IClearinghouseTypes.AmountZero();
            if (book.spot[assetId] < amount)
                revert IClearinghouseTypes.InsufficientBalance(
                    p.account,
                    assetId,
                    book.spot[assetId],
                    amount
                );
            book.spot[assetId] -= amount;
        }
    }

    function _move(Book memory book, InstrumentId instrument, int256 delta, uint256 price) private view {
        Market memory market;
        market.series = _seriesOf(instrument);
        if (market.series < FIRST_DATED) (market.fundingIndex, ) = perpNow(market.series);
        _exchange(book, market, delta, price);
    }

    function _judge(Case memory c, ILiquidator.Call calldata p) private view {
        Book memory old = _load(c.account.place);
        Portfolio[] memory both = new Portfolio[](2);
        both[0] = _portfolioOf(old);
        both[1] = _portfolioOf(c.account);
        (IRiskTypes.Margin[] memory margins, IRiskTypes.Marks memory marks) = engine.assessWithMarks(
            both,
            IRiskTypes.Stance.Favourable
        );
        (c.before, c.next) = (margins[0], margins[1]);
        _requireTakerPriced(old, p);
        uint256 n;
        for (uint256 k = 0; k < SERIES; ++k) if (old.sizes[k] != 0) c.marks[k] = marks.leg[n++];
        n = 0;
        for (uint256 a = 1; a < ASSETS; ++a) if (old.spot[a] != 0) c.spotMarks[a] = marks.spot[n++];
        c.emptied = _isBare(c.account) && !_holdsSpot(c.account);
        if (c.before.status == IPriceRouter.Status.Stale)
            revert ILiquidator.PriceNotUsable(p.account, c.before.status);
        (uint256 mm, uint256 next) = (c.before.maintenanceMargin, c.next.maintenanceMargin);
        if (c.before.equity >= int256(mm)) revert ILiquidator.NotLiquidatable(p.account, c.before.equity, mm);
        if (mm <= next) revert ILiquidator.NoRelief(mm, next);
    }

    /// @dev Both sides are judged at once, so that a taker without a price is refused before the account is looked at. One that
    /// has something to settle first is judged later.
    function _requireTakerPriced(Book memory old, ILiquidator.Call calldata p) private view {
        uint256 place = _placeOf(p.liquidator);
        if (_hasToSettle(place)) return;
        Book memory taker = _load(place);
        _give(taker, old, p.selection);
        _marginOf(taker, IRiskTypes.Stance.Adverse);
    }

    /// @dev The selection of an account, for nothing.
    function _give(
        Book memory taker,
        Book memory old,
        ILiquidator.Selection calldata selection
    ) private view {
        for (uint256 i = 0; i < selection.instruments.length; ++i) {
            uint256 size = selection.sizes[i];
            bool isLong = old.sizes[_seriesOf(selection.instruments[i])] > 0;
            _move(taker, selection.instruments[i], isLong ? int256(size) : -int256(size), 0);
        }
        for (uint256 i = 0; i < selection.assetIds.length; ++i)
            taker.spot[selection.assetIds[i]] += selection.amounts[i];
    }

    /// @dev What the account is paid for what it gives up.
    function _valueOf(
        Case memory c,
        ILiquidator.Selection calldata selection
    ) private view returns (int256 value) {
        Book memory old = _load(c.account.place);
        for (uint256 i = 0; i < selection.instruments.length; ++i) {
            uint256 k = _seriesOf(selection.instruments[i]);
            int256 notional = int256(GhostMath.down(selection.sizes[i], c.marks[k]));
            value += old.sizes[k] > 0 ? notional : -notional;
        }
        return value + int256(_spotValue(c, selection));
    }

    function _spotValue(
        Case memory c,
        ILiquidator.Selection calldata selection
    ) private pure returns (uint256 value) {
        for (uint256 i = 0; i < selection.assetIds.length; ++i) {
            value += GhostMath.down(selection.amounts[i], c.spotMarks[selection.assetIds[i]]);
        }
    }

    function _setTerms(Case memory c) private view {
        (int256 equity, uint256 mm) = (c.before.equity, c.before.maintenanceMargin);
        uint256 relief = mm - c.next.maintenanceMargin;
        c.penalty = GhostMath.down(_phi(c), relief);
        bool dust = mm < DUST_MARGIN;
        if (dust && c.emptied && equity > 0) {
            uint256 least = GhostMath.min(MIN_REWARD, uint256(equity));
            if (least > c.penalty) c.penalty = least;
        }
        c.next.equity -= int256(c.penalty);
        uint256 most = GhostMath.down(1.2e18, c.next.maintenanceMargin) + 1_000 + mm / 1e18;
        if (!dust && c.next.equity > int256(most))
            revert ILiquidator.Overshoot(c.next.equity, c.next.maintenanceMargin);
        uint256 fair = GhostMath.down(0.05e18, relief);
        if (c.penalty >= fair && equity >= 0) return;
        c.incentive = GhostMath.min(fair - c.penalty, _spare(c, equity));
    }

    /// @dev SPEC-L8: what the insurance has beyond what the account lacks; without that much the counterparties come next.
    function _spare(Case memory c, int256 equity) private view returns (uint256) {
        uint256 insured = _insuredFor(c.account.place);
        uint256 shortfall = equity < 0 ? uint256(-equity) : 0;
        if (insured >= shortfall) return insured - shortfall;
        if (!_isBare(_load(c.account.place)))
            revert ILiquidator.DeleverageRequired(ids[c.account.place], shortfall, insured);
        return 0;
    }

    function _phi(Case memory c) private view returns (uint256) {
        if (c.before.equity <= 0) return 0;
        uint256 flaggedAt = _standing(c.account.flaggedAt);
        uint256 elapsed = flaggedAt == 0 ? 0 : GhostMath.min(block.timestamp - flaggedAt, 900);
        uint256 ramp = 0.05e18 + (0.45e18 * elapsed) / 900;
        return GhostMath.min(ramp, (uint256(c.before.equity) * 1e18) / c.before.maintenanceMargin);
    }

    function _takeOver(Case memory c, ILiquidator.Call calldata p) private {
        if (c.incentive != 0) _credit(INSURANCE, 0, -int256(c.incentive));
        Book memory old = _load(c.account.place);
        Book memory taker = _touch(_placeOf(p.liquidator));
        ILiquidator.Selection calldata s = p.selection;
        for (uint256 i = 0; i < s.instruments.length; ++i) {
            uint256 k = _seriesOf(s.instruments[i]);
            int256 delta = old.sizes[k] > 0 ? int256(s.sizes[i]) : -int256(s.sizes[i]);
            _move(taker, s.instruments[i], delta, c.marks[k]);
        }
        for (uint256 i = 0; i < s.assetIds.length; ++i) taker.spot[s.assetIds[i]] += s.amounts[i];
        c.account.cash -= int256(c.penalty);
        taker.cash += int256(c.penalty + c.incentive) - int256(_spotValue(c, s));
        c.taker = taker;
        IRiskTypes.Margin memory m = _marginOf(taker, IRiskTypes.Stance.Adverse);
        if (m.equity < int256(m.initialMargin)) _requireReduced(taker, m);
    }

    function _changeFlag(Case memory c) private view {
        bool flagged = _standing(c.account.flaggedAt) != 0;
        bool well = c.emptied || c.next.equity >= int256(c.next.maintenanceMargin);
        if (well && flagged) c.account.flaggedAt = 0;
        if (!well && !flagged) c.account.flaggedAt = block.timestamp;
    }
}
