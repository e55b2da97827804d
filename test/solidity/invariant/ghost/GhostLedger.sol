// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {IRiskTypes} from "../../../../contracts/interfaces/IRiskTypes.sol";
import {InstrumentId, Kind} from "../../../../contracts/types/InstrumentId.sol";
import {Portfolio, SpotWord, toSpotWord} from "../../../../contracts/types/Portfolio.sol";
import {PositionWord, toLinearWord, toOptionWord} from "../../../../contracts/types/PositionWord.sol";
import {RateModel} from "../../../../contracts/types/RateModel.sol";
import {ACCOUNTS, ASSETS, BTC_ID, ETH_ID, FIRST_DATED, INSURANCE, SERIES, Stage} from "../Stage.sol";
import {GhostMath} from "./GhostMath.sol";

/// @title GhostLedger: the accounts as they should be, kept apart from the clearinghouse by the spec's formulas
/// @dev Prices, and what a portfolio needs at them, are the engine's to say; everything else is computed here: interest
/// (SPEC-C1 to C3), funding (F1 to F7), what settles (V8), who owns what.
abstract contract GhostLedger is Stage {
    struct Entry {
        int256 principal;
        uint256 profileId;
        uint256 flaggedAt;
        uint256[ASSETS] spot;
        int256[SERIES] sizes;
        int256[SERIES] costs;
    }

    /// @dev An entry in memory, its cash at present value.
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

    /// @dev SPEC-D7: the debt is gone, and the supply index falls by its share of what is lent.
    function _socialise(uint256 place) internal returns (uint256 debt) {
        debt = uint256(-_presentOf(_entries[place].principal));
        _setCash(place, 0);
        (_cash.supplyIndex, _cash.borrowIndex) = indexesNow();
        _cash.since = block.timestamp;
        uint256 supplied = GhostMath.down(_cash.supplied, _cash.supplyIndex);
        _cash.supplyIndex = (_cash.supplyIndex * (supplied - debt)) / supplied;
        _accrue();
        ++losses;
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
        (book.profileId, book.flaggedAt) = (entry.profileId, entry.flaggedAt);
        (book.spot, book.sizes, book.costs) = (entry.spot, entry.sizes, entry.costs);
    }

    function _save(Book memory book) internal {
        Entry storage entry = _entries[book.place];
        if (book.cash != book.oldCash) _setCash(book.place, book.cash);
        entry.flaggedAt = book.flaggedAt;
        (entry.spot, entry.sizes, entry.costs) = (book.spot, book.sizes, book.costs);
    }

    /// @dev What an action that touches an account finds: expired legs that have a price have become cash.
    function _touch(uint256 place) internal returns (Book memory book) {
        book = _load(place);
        bool settled;
        for (uint256 k = FIRST_DATED; k < SERIES; ++k) {
            if (book.sizes[k] == 0) continue;
            uint256 price = _settlementOf(k);
            if (price == 0) continue;
            book.cash += GhostMath.floor(book.sizes[k], int256(_payoff(k, price))) + book.costs[k];
            (book.sizes[k], book.costs[k], settled) = (0, 0, true);
        }
        if (!settled) return book;
        _save(book);
        _accrue();
        return _load(place);
    }

    function _settlementOf(uint256 series) internal view returns (uint256) {
        uint256 expirySec = instruments[series].expirySec();
        if (expirySec > block.timestamp) return 0;
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

    function entryOf(uint256 place) external view returns (Entry memory) {
        return _entries[place];
    }

    function cashOf(uint256 place) external view returns (int256) {
        return _presentOf(_entries[place].principal);
    }

    /// @notice What longs and what shorts hold of an instrument, and the sum of all cost bases.
    function sumsOf(uint256 series) external view returns (uint256 longs, uint256 shorts, int256 costs) {
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            int256 size = _entries[i].sizes[series];
            if (size > 0) longs += uint256(size);
            else shorts += uint256(-size);
            costs += _entries[i].costs[series];
        }
    }

    function insuranceCash() public view returns (uint256) {
        int256 cash = _presentOf(_entries[INSURANCE].principal);
        return cash > 0 ? uint256(cash) : 0;
    }
}
