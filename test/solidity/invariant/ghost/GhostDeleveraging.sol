// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILiquidator} from "../../../../contracts/interfaces/ILiquidator.sol";
import {IPriceRouter} from "../../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskTypes} from "../../../../contracts/interfaces/IRiskTypes.sol";
import {AccountId} from "../../../../contracts/types/AccountId.sol";
import {Portfolio} from "../../../../contracts/types/Portfolio.sol";
import {PositionWord} from "../../../../contracts/types/PositionWord.sol";
import {ACCOUNTS, FIRST_DATED, INSURANCE, SERIES} from "../Stage.sol";
import {GhostMath} from "./GhostMath.sol";
import {GhostTrades} from "./GhostTrades.sol";

/// @title GhostDeleveraging: who pays for an account that cannot (SPEC-D1 to D7)
abstract contract GhostDeleveraging is GhostTrades {
    /// @notice What a deleveraging came to.
    /// @param sizes The account's positions, all of which are closed.
    /// @param shares What the other side of each bears.
    /// @param units What either side of each held before.
    struct Waterfall {
        uint256 shortfall;
        uint256 covered;
        uint256 deleveraged;
        uint256 socialised;
        int256[SERIES] sizes;
        uint256[SERIES] shares;
        uint256[SERIES] units;
    }

    uint256 private constant PATIENCE_SEC = 15 minutes;
    Waterfall private _waterfall;

    function waterfall() external view returns (Waterfall memory) {
        return _waterfall;
    }

    function deleverage(AccountId account) external {
        uint256 place = _placeOf(account);
        uint256 last = _lastLegOf(account);
        Book memory book = _touch(place);
        if (_isBare(book)) revert ILiquidator.NothingToDeleverage(account);
        Waterfall memory w;
        uint256[SERIES] memory marks;
        (w.shortfall, marks) = _shortfallOf(book);
        w.units = units;
        for (uint256 k = 0; k < SERIES; ++k) w.sizes[k] = book.sizes[k];
        w.covered = GhostMath.min(w.shortfall, _insuredFor(place));
        if (w.covered != 0) _credit(INSURANCE, 0, -int256(w.covered));
        book.cash += int256(w.covered);
        w.deleveraged = _share(w, marks, last);
        _close(book, w, marks);
        ++deleverages;
        book.flaggedAt = 0;
        uint256 debt = book.cash < 0 && !_holdsSpot(book) ? uint256(-book.cash) : 0;
        if (debt != 0) book.cash = 0;
        _save(book);
        _accrue();
        if (debt != 0) w.socialised = _socialise(debt);
        for (uint256 k = 0; k < SERIES; ++k) if (w.sizes[k] != 0) _recount(k);
        _waterfall = w;
    }

    /// @dev The series of the account's last position, when what has expired is out: it takes what rounding leaves.
    function _lastLegOf(AccountId account) private view returns (uint256) {
        PositionWord[] memory legs = house.positionsOf(account);
        uint256 count = legs.length;
        for (uint256 i = 0; i < count;) {
            if (_settlementOf(_seriesOf(legs[i].instrument())) == 0) ++i;
            else legs[i] = legs[--count];
        }
        return count == 0 ? 0 : _seriesOf(legs[count - 1].instrument());
    }

    /// @dev D1: what the account lacks, at prices that favour it, and the mark of each of its positions.
    function _shortfallOf(
        Book memory book
    ) private view returns (uint256 shortfall, uint256[SERIES] memory marks) {
        AccountId account = ids[book.place];
        Portfolio[] memory one = new Portfolio[](1);
        one[0] = _portfolioOf(book);
        (IRiskTypes.Margin[] memory margins, IRiskTypes.Marks memory found) = engine.assessWithMarks(
            one,
            IRiskTypes.Stance.Favourable
        );
        if (margins[0].status == IPriceRouter.Status.Stale)
            revert ILiquidator.PriceNotUsable(account, margins[0].status);
        if (margins[0].equity >= 0) revert ILiquidator.NotInsolvent(account, margins[0].equity);
        shortfall = uint256(-margins[0].equity);
        uint256 insured = _insuredFor(book.place);
        uint256 flaggedAt = _standing(book.flaggedAt);
        bool waits = flaggedAt == 0 || block.timestamp < flaggedAt + PATIENCE_SEC;
        if (insured >= shortfall && waits) revert ILiquidator.InsuranceSuffices(account, shortfall, insured);
        uint256 n;
        for (uint256 k = 0; k < SERIES; ++k) if (book.sizes[k] != 0) marks[k] = found.leg[n++];
    }

    /// @dev D2: by the positions' values, at most by all of them.
    function _share(
        Waterfall memory w,
        uint256[SERIES] memory marks,
        uint256 last
    ) private pure returns (uint256 borne) {
        uint256 all;
        for (uint256 k = 0; k < SERIES; ++k)
            all += GhostMath.abs(GhostMath.floor(w.sizes[k], int256(marks[k])));
        borne = GhostMath.min(w.shortfall - w.covered, all);
        uint256 left = borne;
        for (uint256 k = 0; k < SERIES; ++k) {
            if (k == last || borne == 0) continue;
            w.shares[k] = (borne * GhostMath.abs(GhostMath.floor(w.sizes[k], int256(marks[k])))) / all;
            left -= w.shares[k];
        }
        w.shares[last] = left;
    }

    /// @dev D3, D4: each position is closed against the whole other side.
    function _close(Book memory book, Waterfall memory w, uint256[SERIES] memory marks) private {
        for (uint256 k = 0; k < SERIES; ++k) {
            int256 size = w.sizes[k];
            if (size == 0) continue;
            int256 paid = GhostMath.floor(size, int256(marks[k])) + int256(w.shares[k]);
            if (k < FIRST_DATED) {
                (int256 fundingIndex, int256 premium) = perpNow(k);
                paid -= GhostMath.ceil(size, fundingIndex);
                _setPerp(k, fundingIndex, premium);
            }
            book.cash += book.costs[k] + paid;
            pending -= paid;
            _hit(k, size < 0);
            _thin(k, size < 0, GhostMath.abs(size), -paid);
            // of a short the longs have now less; what longs give up falls when they are written
            if (size < 0) units[k] -= uint256(-size);
            (book.sizes[k], book.costs[k]) = (0, 0);
        }
    }

    function _hit(uint256 series, bool isLong) private {
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            int256 size = _entries[i].sizes[series];
            if (size != 0 && (size > 0) == isLong) ++_hits[i];
        }
    }

    // ------------------------------------------------------------------------------------------------ bad debt

    /// @dev SPEC-L7, D7: the insurance, then all positive cash.
    function _cover(uint256 place) internal returns (uint256 debt, uint256 covered, uint256 socialised) {
        debt = uint256(-_presentOf(_entries[place].principal));
        covered = GhostMath.min(debt, _insuredFor(place));
        if (covered != 0) {
            _credit(INSURANCE, 0, -int256(covered));
            _credit(place, 0, int256(covered));
        }
        if (covered == debt) return (debt, covered, 0);
        uint256 rest = uint256(-_presentOf(_entries[place].principal));
        _setCash(place, 0);
        socialised = _socialise(rest);
    }

    /// @dev The fund pays for anybody but itself.
    function _insuredFor(uint256 place) internal view returns (uint256) {
        return place == INSURANCE ? 0 : insuranceCash();
    }
}
