// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {IRiskTypes} from "../../../../contracts/interfaces/IRiskTypes.sol";
import {InstrumentId, Kind} from "../../../../contracts/types/InstrumentId.sol";
import {Portfolio, SpotWord, toSpotWord} from "../../../../contracts/types/Portfolio.sol";
import {PositionWord, toLinearWord, toOptionWord} from "../../../../contracts/types/PositionWord.sol";
import {RateModel} from "../../../../contracts/types/RateModel.sol";
import {ACCOUNTS, ASSETS, BTC_ID, ETH_ID, FIRST_DATED, INSURANCE, SERIES} from "../Stage.sol";
import {GhostMath} from "./GhostMath.sol";
import {GhostSides} from "./GhostSides.sol";

/// @title GhostLedger: the accounts as they should be, kept apart from the clearinghouse by the spec's formulas
/// @dev Prices, and what a portfolio needs at them, are the engine's to say; everything else is computed here: interest
/// (SPEC-C1 to C3), funding (F1 to F7), what settles (V8), who owns what.
abstract contract GhostLedger is GhostSides {
    /// @param sizes,costs What was written last: deleveraging since then is not in them, nor in the principal.
    /// @param since Up to which step of its side each position is written.
    /// @param epoch How many accounts had been deleveraged when this one was written last.
    struct Entry {
        int256 principal;
        uint256 profileId;
        uint256 flaggedAt;
        uint256[ASSETS] spot;
        int256[SERIES] sizes;
        int256[SERIES] costs;
        uint256[SERIES] since;
        uint256 epoch;
    }

    /// @dev An entry in memory, its cash at present value, with all that deleveraging has done to it; `oldCash` is what is written.
    struct Book {
        uint256 place;
        int256 oldCash;
        int256 cash;
        uint256 profileId;
        uint256 flaggedAt;
        uint256[ASSETS] spot;
        int256[SERIES] sizes;
        int256[SERIES] costs;
    }

    struct CashMarketState {
        uint256 supplyIndex;
        uint256 borrowIndex;
        uint256 supplyRate;
        uint256 borrowRate;
        uint256 since;
        uint256 supplied;
        uint256 borrowed;
    }

    struct PerpMarketState {
        int256 index;
        int256 premium;
        uint256 since;
    }

    uint256 private constant YEAR = 365 days;

    mapping(uint256 place => Entry) internal _entries;
    CashMarketState internal _cash;
    mapping(uint256 series => PerpMarketState) internal _perps;
    /// @dev What accounts own of each asset together, wad.
    uint256[ASSETS] public recorded;
    uint256[ASSETS] public decimals;

    // ------------------------------------------------------------------------------------------------ cash

    function indexesNow() public view returns (uint256 supplyIndex, uint256 borrowIndex) {
        (supplyIndex, borrowIndex) = (_cash.supplyIndex, _cash.borrowIndex);
        uint256 elapsed = block.timestamp - _cash.since;
        // rates are stored in 1e-8 a year
        supplyIndex += (supplyIndex * _cash.supplyRate * elapsed) / (YEAR * 1e8);
        borrowIndex += GhostMath.ceilOf(borrowIndex * _cash.borrowRate * elapsed, YEAR * 1e8);
    }

    function _presentOf(int256 principal) internal view returns (int256) {
        (uint256 supplyIndex, uint256 borrowIndex) = indexesNow();
        if (principal >= 0) return int256(GhostMath.down(uint256(principal), supplyIndex));
        return -int256(GhostMath.up(uint256(-principal), borrowIndex));
    }

    function _setCash(uint256 place, int256 cash) internal {
        (uint256 supplyIndex, uint256 borrowIndex) = indexesNow();
        int256 next =
            cash >= 0
                ? (cash * 1e18) / int256(supplyIndex)
                : -int256(GhostMath.ceilOf(uint256(-cash) * 1e18, borrowIndex));
        int256 last = _entries[place].principal;
        _entries[place].principal = next;
        if (last >= 0) _cash.supplied -= uint256(last);
        else _cash.borrowed -= uint256(-last);
        if (next >= 0) _cash.supplied += uint256(next);
        else _cash.borrowed += uint256(-next);
    }

    /// @dev Accrues, and sets the rates that follow from the totals: utilisation against the kinked model.
    function _accrue() internal {
        (_cash.supplyIndex, _cash.borrowIndex) = indexesNow();
        _cash.since = block.timestamp;
        if (_cash.borrowed == 0) {
            (_cash.supplyRate, _cash.borrowRate) = (0, 0);
            return;
        }
        (uint256 supplied, uint256 borrowed) = totalsNow();
        uint256 used = supplied <= borrowed ? 1e18 : (borrowed * 1e18) / supplied;
        RateModel memory model = house.rateModel();
        uint256 rate = model.base + (GhostMath.min(used, model.kink) * model.slopeLow) / model.kink;
        if (used > model.kink) rate += ((used - model.kink) * model.slopeHigh) / (1e18 - model.kink);
        _cash.borrowRate = rate / 1e10;
        _cash.supplyRate = GhostMath.down(_cash.borrowRate, GhostMath.down(used, 1e18 - model.reserve));
    }

    /// @notice How often a loss has scaled down all positive cash.
    uint256 public losses;
    /// @notice How many accounts were deleveraged.
    uint256 public deleverages;
    /// @notice What deleveraged positions will be paid when they are touched, wad USD.
    int256 public pending;
    /// @notice What rounding took with losses, wei.
    uint256 public dust;
    /// @dev How often an account has borne another's loss.
    uint256[ACCOUNTS] internal _hits;
    /// @dev Units that rounding took from the shorts [0] and the longs [1] of each series.
    uint256[2][SERIES] private _lost;
    /// @notice Lost units, of all series, whose other side was closed since.
    uint256 public forgotten;

    /// @dev SPEC-D7: the supply index falls by the debt's share of what is lent.
    function _socialise(uint256 debt) internal returns (uint256 taken) {
        (_cash.supplyIndex, _cash.borrowIndex) = indexesNow();
        _cash.since = block.timestamp;
        uint256 supplied = GhostMath.down(_cash.supplied, _cash.supplyIndex);
        require(debt < supplied, "nobody has the cash to bear this");
        _cash.supplyIndex = (_cash.supplyIndex * (supplied - debt)) / supplied;
        taken = supplied - GhostMath.down(_cash.supplied, _cash.supplyIndex);
        dust += taken - debt;
        for (uint256 i = 0; i < ACCOUNTS; ++i) if (_entries[i].principal > 0) ++_hits[i];
        _accrue();
        ++losses;
        return GhostMath.min(taken, debt);
    }

    /// @notice All positive and all negative cash at present value, as `cashState` rounds them.
    function totalsNow() public view returns (uint256 supplied, uint256 borrowed) {
        (uint256 supplyIndex, uint256 borrowIndex) = indexesNow();
        return (GhostMath.up(_cash.supplied, supplyIndex), GhostMath.down(_cash.borrowed, borrowIndex));
    }

    // ------------------------------------------------------------------------------------------------ funding

    function perpNow(uint256 series) public view returns (int256 fundingIndex, int256 premium) {
        PerpMarketState memory perp = _perps[series];
        uint256 elapsed = block.timestamp - perp.since;
        int256 decay = FixedPointMathLib.expWad(-int256((elapsed * 1e18) / 1 hours));
        premium = (perp.premium * decay) / 1e18;
        fundingIndex = perp.index + (perp.premium - premium) / 8;
    }

    function _setPerp(uint256 series, int256 fundingIndex, int256 premium) internal {
        _perps[series] = PerpMarketState(fundingIndex, premium, block.timestamp);
    }

    // ------------------------------------------------------------------------------------------------ books

    function _load(uint256 place) internal view returns (Book memory book) {
        Entry storage entry = _entries[place];
        book.place = place;
        book.oldCash = book.cash = _presentOf(entry.principal);
        (book.profileId, book.flaggedAt, book.spot) = (entry.profileId, entry.flaggedAt, entry.spot);
        for (uint256 k = 0; k < SERIES; ++k) {
            int256 paid;
            (book.sizes[k], book.costs[k], paid) = _followed(entry, k);
            book.cash += paid + entry.costs[k] - book.costs[k];
        }
    }

    /// @dev What deleveraging has made of a position since it was written: what was closed is paid, and its cost turns into cash.
    function _followed(
        Entry storage entry,
        uint256 k
    ) private view returns (int256 size, int256 cost, int256 paid) {
        (size, cost) = (entry.sizes[k], entry.costs[k]);
        bool isLong = size > 0;
        if (size == 0 || entry.since[k] == _epochOf(k, isLong)) return (size, cost, 0);
        uint256 held = GhostMath.abs(size);
        uint256 left;
        (left, paid) = _rolled(k, isLong, held, entry.since[k]);
        cost -= GhostMath.floorOf(cost * int256(held - left), int256(held));
        size = isLong ? int256(left) : -int256(left);
    }

    /// @dev Writes an account that has followed its sides. What longs hold more or less is open interest.
    function _save(Book memory book) internal {
        Entry storage entry = _entries[book.place];
        if (book.cash != book.oldCash) _setCash(book.place, book.cash);
        entry.flaggedAt = book.flaggedAt;
        for (uint256 k = 0; k < SERIES; ++k) {
            (int256 old, int256 next) = (entry.sizes[k], book.sizes[k]);
            units[k] = uint256(
                int256(units[k]) + (next > 0 ? next : int256(0)) - (old > 0 ? old : int256(0))
            );
            entry.since[k] = next == 0 ? 0 : _epochOf(k, next > 0);
        }
        (entry.spot, entry.sizes, entry.costs) = (book.spot, book.sizes, book.costs);
        entry.epoch = deleverages;
    }

    /// @dev What an action that touches an account finds: deleveraging is followed, and expired legs that have a price have become
    /// cash.
    function _touch(uint256 place) internal returns (Book memory book) {
        book = _load(place);
        bool changed = _follow(place);
        for (uint256 k = FIRST_DATED; k < SERIES; ++k) {
            if (book.sizes[k] == 0) continue;
            uint256 price = _settlementOf(k);
            if (price == 0) continue;
            book.cash += GhostMath.floor(book.sizes[k], int256(_payoff(k, price))) + book.costs[k];
            (book.sizes[k], book.costs[k], changed) = (0, 0, true);
        }
        if (!changed) return book;
        _save(book);
        _accrue();
        return _load(place);
    }

    /// @dev Writes what deleveraging has made of an account's positions, but not their cash. Open interest fell before.
    function _follow(uint256 place) private returns (bool changed) {
        Entry storage entry = _entries[place];
        for (uint256 k = 0; k < SERIES; ++k) {
            if (entry.sizes[k] == 0 || entry.since[k] == _epochOf(k, entry.sizes[k] > 0)) continue;
            int256 paid;
            (entry.sizes[k], entry.costs[k], paid) = _followed(entry, k);
            pending -= paid;
            changed = true;
        }
    }

    /// @dev Whether something of an account has expired, or has not followed its side yet.
    function _hasToSettle(uint256 place) internal view returns (bool) {
        Entry storage entry = _entries[place];
        for (uint256 k = 0; k < SERIES; ++k) {
            if (entry.sizes[k] == 0) continue;
            if (entry.since[k] != _epochOf(k, entry.sizes[k] > 0)) return true;
            if (k >= FIRST_DATED && instruments[k].expirySec() <= block.timestamp) return true;
        }
        return false;
    }

    /// @dev Whether an account with positions was written before the last deleveraging.
    function _isBehind(uint256 place) internal view returns (bool) {
        Entry storage entry = _entries[place];
        for (uint256 k = 0; k < SERIES; ++k) if (entry.sizes[k] != 0) return entry.epoch != deleverages;
        return false;
    }

    /// @dev Counts what rounding has taken of a series that was just deleveraged.
    function _recount(uint256 series) internal {
        uint256 longs;
        uint256 shorts;
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            (int256 size, , ) = _followed(_entries[i], series);
            if (size > 0) longs += uint256(size);
            else shorts += uint256(-size);
        }
        _forget(_lost[series][0], units[series] - shorts);
        _forget(_lost[series][1], units[series] - longs);
        _lost[series] = [units[series] - shorts, units[series] - longs];
    }

    /// @dev Lost units whose other side was closed: it was paid for them, and nobody paid.
    function _forget(uint256 before, uint256 next) private {
        if (before > next) forgotten += before - next;
    }

    function _settlementOf(uint256 series) internal view returns (uint256) {
        uint256 expirySec = instruments[series].expirySec();
        if (expirySec == 0 || expirySec > block.timestamp) return 0;
        return twap.priceOf(_underlyingOf(series), uint40(expirySec));
    }

    function _payoff(uint256 series, uint256 price) internal view returns (uint256) {
        Kind kind = instruments[series].kind();
        uint256 strike = instruments[series].strike();
        if (kind == Kind.Future) return price;
        if (kind == Kind.Call) return price > strike ? price - strike : 0;
        return strike > price ? strike - price : 0;
    }

    function _isBare(Book memory book) internal pure returns (bool) {
        for (uint256 k = 0; k < SERIES; ++k) if (book.sizes[k] != 0) return false;
        return true;
    }

    function _holdsSpot(Book memory book) internal pure returns (bool) {
        for (uint256 a = 1; a < ASSETS; ++a) if (book.spot[a] != 0) return true;
        return false;
    }

    // ------------------------------------------------------------------------------------------------ portfolios

    /// @notice The account as the engine should be asked about it now.
    function portfolioOf(uint256 place) external view returns (Portfolio memory) {
        return _portfolioOf(_load(place));
    }

    function _portfolioOf(Book memory book) internal view returns (Portfolio memory p) {
        (p.cash, p.profileId) = (book.cash, book.profileId);
        (p.legs, p.premiums, p.spot) = (_legsOf(book), _premiumsOf(book), _spotOf(book));
    }

    function _legsOf(Book memory book) private view returns (PositionWord[] memory legs) {
        uint256 n;
        legs = new PositionWord[](SERIES);
        for (uint256 k = 0; k < SERIES; ++k) {
            int256 size = book.sizes[k];
            if (size == 0) continue;
            InstrumentId id = instruments[k];
            int256 cost = book.costs[k];
            if (k < FIRST_DATED) {
                (int256 fundingIndex, ) = perpNow(k);
                cost -= GhostMath.ceil(size, fundingIndex);
            }
            legs[n++] = id.isOption() ? toOptionWord(id, size, 0) : toLinearWord(id, size, cost, 0);
        }
        assembly ("memory-safe") {
            mstore(legs, n)
        }
    }

    function _premiumsOf(Book memory book) private view returns (int256[] memory premiums) {
        uint256 n;
        premiums = new int256[](FIRST_DATED);
        for (uint256 k = 0; k < FIRST_DATED; ++k) {
            if (book.sizes[k] != 0) (, premiums[n++]) = perpNow(k);
        }
        assembly ("memory-safe") {
            mstore(premiums, n)
        }
    }

    function _spotOf(Book memory book) private pure returns (SpotWord[] memory spot) {
        uint256 n;
        spot = new SpotWord[](ASSETS);
        for (uint256 a = 1; a < ASSETS; ++a) {
            if (book.spot[a] != 0) spot[n++] = toSpotWord(a, a % 2 == 1 ? ETH_ID : BTC_ID, book.spot[a]);
        }
        assembly ("memory-safe") {
            mstore(spot, n)
        }
    }

    function _marginOf(
        Book memory book,
        IRiskTypes.Stance stance
    ) internal view returns (IRiskTypes.Margin memory) {
        Portfolio[] memory one = new Portfolio[](1);
        one[0] = _portfolioOf(book);
        return engine.assess(one, stance)[0];
    }

    // ------------------------------------------------------------------------------------------------ reads

    /// @notice An account, whose positions have followed their sides and whose principal is the one that is written.
    function entryOf(uint256 place) external view returns (Entry memory entry) {
        entry = _entries[place];
        for (uint256 k = 0; k < SERIES; ++k)
            (entry.sizes[k], entry.costs[k], ) = _followed(_entries[place], k);
    }

    function cashOf(uint256 place) external view returns (int256) {
        return _load(place).cash;
    }

    /// @notice Cost bases that deleveraging has turned into cash of accounts that do not say so yet.
    function unbookedOf(uint256 series) external view returns (int256 costs) {
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            (, int256 cost, ) = _followed(_entries[i], series);
            costs += _entries[i].costs[series] - cost;
        }
    }

    /// @notice Units that rounding has taken from the shorts and from the longs of a series that was deleveraged.
    function lostOf(uint256 series) external view returns (uint256 shorts, uint256 longs) {
        return (_lost[series][0], _lost[series][1]);
    }

    function hits() external view returns (uint256[ACCOUNTS] memory) {
        return _hits;
    }

    function insuranceCash() public view returns (uint256) {
        int256 cash = _presentOf(_entries[INSURANCE].principal);
        return cash > 0 ? uint256(cash) : 0;
    }
}
