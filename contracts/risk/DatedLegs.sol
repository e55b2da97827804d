// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRiskTypes} from "../interfaces/IRiskTypes.sol";
import {Black76} from "../libraries/Black76.sol";
import {WadMath} from "../libraries/WadMath.sol";
import {TERM_HOLDER, TERM_SIZE, Term} from "../pricing/Term.sol";
import {TermMath} from "../pricing/TermMath.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {PositionWord} from "../types/PositionWord.sol";
import {MarginMath} from "./MarginMath.sol";
import {ScenarioSet, ScenarioSetLib} from "./ScenarioSet.sol";
import {Book, Sheet, SheetLib} from "./Sheet.sol";

/// @title DatedLegs: futures and options of the portfolio on a sheet (SPEC-M)
/// @notice Legs are valued one by one; what an expiry is charged and how its forwards move follows from its sums.
/// @dev Unchecked within the bounds of `MarginMath`, a strike being a price.
library DatedLegs {
    using TermMath for Term;

    uint256 private constant WAD = 1e18;
    /// @dev Bits of a position's word that hold underlying and expiry, and where.
    uint256 private constant KEY_SHIFT = 220;
    uint256 private constant KEY_MASK = 0xffffffff;
    uint256 private constant KIND_SHIFT = 252;
    uint256 internal constant KIND_FUTURE = 2;
    uint256 internal constant KIND_CALL = 3;
    uint256 internal constant KIND_PUT = 4;
    /// @dev The status of what an old surface values.
    uint256 private constant GUARDED = 1;
    /// @dev A larger power of ten is beyond any price.
    uint256 private constant MAX_EXPONENT = 38;
    /// @dev What is put to wad: a rate in units of 1e-6.
    uint256 private constant PPM_TO_WAD = 1e12;

    // ------------------------------------------------------------------------------------------------ terms

    function isDated(PositionWord leg) internal pure returns (bool) {
        return PositionWord.unwrap(leg) >> KIND_SHIFT > 1;
    }

    function keyOf(PositionWord leg) internal pure returns (uint256) {
        return (PositionWord.unwrap(leg) >> KEY_SHIFT) & KEY_MASK;
    }

    /// @notice Adds the keys of dated legs that are not among the first `count` keys yet.
    /// @param words The legs' words.
    /// @param keys Has room for all.
    /// @return The new count.
    function addKeys(
        uint256[] calldata words,
        uint256[] memory keys,
        uint256 count
    ) internal pure returns (uint256) {
        for (uint256 i = 0; i < words.length; ++i) {
            if (!isDated(PositionWord.wrap(words[i]))) continue;
            uint256 key = keyOf(PositionWord.wrap(words[i]));
            uint256 k = 0;
            while (k < count && keys[k] != key) ++k;
            if (k == count) keys[count++] = key;
        }
        return count;
    }

    /// @notice Allocates one term for each key, side by side and cleared.
    function createTerms(Sheet memory sheet, uint256 count) internal pure {
        uint256 first;
        assembly ("memory-safe") {
            first := mload(0x40)
            let size := mul(count, TERM_SIZE)
            calldatacopy(first, calldatasize(), size)
            mstore(0x40, add(first, size))
        }
        sheet.firstTerm = first;
        sheet.endOfTerms = first + count * TERM_SIZE;
    }

    /// @notice The i-th term, as the only element of a list in scratch space: see `SheetLib.listAt`.
    function termAt(Sheet memory sheet, uint256 i) internal pure returns (Term[] memory) {
        return _listAt(sheet.firstTerm + i * TERM_SIZE);
    }

    function termCount(Sheet memory sheet) internal pure returns (uint256) {
        return (sheet.endOfTerms - sheet.firstTerm) / TERM_SIZE;
    }

    /// @notice The term of a dated leg, likewise.
    function termOf(Sheet memory sheet, PositionWord leg) internal pure returns (Term[] memory) {
        uint256 key = keyOf(leg);
        uint256 position = sheet.firstTerm;
        assembly ("memory-safe") {
            for {} xor(mload(position), key) {
                position := add(position, TERM_SIZE)
            } {}
        }
        return _listAt(position);
    }

    function _listAt(uint256 position) private pure returns (Term[] memory list) {
        assembly ("memory-safe") {
            mstore(0x00, 1)
            mstore(0x20, position)
            list := 0x00
        }
    }

    /// @dev When the portfolio first comes to a term, it is cleared and priced at the book's index.
    function _claim(Sheet memory sheet, Term memory term) private pure {
        uint256 holder = sheet.holder;
        if (term.holder == holder) return;
        assembly ("memory-safe") {
            calldatacopy(add(term, TERM_HOLDER), calldatasize(), sub(TERM_SIZE, TERM_HOLDER))
        }
        term.holder = holder;
        uint256 book = sheet.claim(term.key >> 20);
        term.book = book;
        term.price(SheetLib.indexOf(book), term.given);
        if (term.age != 0 && term.tau != 0 && sheet.status < GUARDED) sheet.status = GUARDED;
    }

    // ------------------------------------------------------------------------------------------------ legs

    /// @notice Values a future, call or put in its term and book (SPEC-M1, M2, M9).
    /// @param set The profile, 0 where only values are asked for.
    function add(Sheet memory sheet, PositionWord leg, ScenarioSet set) internal pure {
        Term memory term = termOf(sheet, leg)[0];
        uint256 kind = PositionWord.unwrap(leg) >> KIND_SHIFT;
        if (kind > KIND_PUT) revert IRiskTypes.InstrumentNotPriced(leg.instrument());
        if (term.settlement != 0) {
            _addSettled(sheet, term, leg, kind);
            return;
        }
        _claim(sheet, term);
        if (kind == KIND_FUTURE) _addFuture(sheet, term, leg);
        else _addOption(sheet, term, leg, kind, set);
    }

    /// @dev SPEC-V8.
    function _addSettled(Sheet memory sheet, Term memory term, PositionWord leg, uint256 kind) private pure {
        int256 value = WadMath.mulFloor(leg.size(), int256(leg.instrument().payoff(term.settlement)));
        unchecked {
            if (kind == KIND_FUTURE) sheet.unrealised += value + leg.cost();
            else sheet.options += value;
        }
    }

    function _addFuture(Sheet memory sheet, Term memory term, PositionWord leg) private pure {
        int256 size = leg.size();
        unchecked {
            term.futures += size;
            term.linear += size;
            sheet.unrealised += leg.cost();
            _addDelta(term, WadMath.mulFloor(size, int256(term.ratio)));
        }
    }

    function _addDelta(Term memory term, int256 delta) private pure {
        Book memory book = SheetLib.listAt(term.book)[0];
        unchecked {
            term.delta += delta;
            book.net += delta;
            book.gross += WadMath.abs(delta);
        }
    }

    function _addOption(
        Sheet memory sheet,
        Term memory term,
        PositionWord leg,
        uint256 kind,
        ScenarioSet set
    ) private pure {
        unchecked {
            int256 size = leg.size();
            uint256 strike = strikeOf(leg);
            int256 moneyness = term.lnForward - MarginMath.ln(strike);
            uint256 s = term.root(moneyness);
            (uint256 call, uint256 nd1) = Black76.callAndDelta(term.forward, strike, moneyness, s);
            uint256 value = call;
            int256 delta = int256((nd1 * term.ratio) / WAD);
            if (kind == KIND_CALL) {
                term.calls += size;
            } else {
                term.puts += size;
                term.linear -= size;
                value = call + strike - term.forward;
                delta -= int256(term.ratio);
            }
            sheet.options += WadMath.mulFloor(size, int256(value));
            ++sheet.optionCount;
            _addDelta(term, WadMath.mulFloor(size, delta));
            if (ScenarioSet.unwrap(set) != 0) _record(term, size, moneyness, strike, s, call, set);
        }
    }

    /// @dev The option as `Black76.addScenarios` takes it, in front of the book's other ones: next | size | L | F | K | s |
    /// s shocked up | s shocked down.
    function _record(
        Term memory term,
        int256 size,
        int256 moneyness,
        uint256 strike,
        uint256 s,
        uint256 call,
        ScenarioSet set
    ) private pure {
        if (term.shocks == 0) _setShocks(term, set);
        (uint256 sUp, uint256 sDown) = term.shocked(s);
        Book memory book = SheetLib.listAt(term.book)[0];
        (uint256 next, uint256 forward) = (book.options, term.forward);
        uint256 position;
        assembly ("memory-safe") {
            position := mload(0x40)
            mstore(position, next)
            mstore(add(position, 0x20), size)
            mstore(add(position, 0x40), moneyness)
            mstore(add(position, 0x60), forward)
            mstore(add(position, 0x80), strike)
            mstore(add(position, 0xa0), s)
            mstore(add(position, 0xc0), sUp)
            mstore(add(position, 0xe0), sDown)
            mstore(0x40, add(position, 0x100))
        }
        book.options = position;
        unchecked {
            book.callsNow += size * int256(call);
        }
    }

    function _setShocks(Term memory term, ScenarioSet set) private pure {
        uint256 rates = set.optionRates();
        uint256 power = ScenarioSetLib.ppm(
            rates,
            term.isShort() ? ScenarioSetLib.VOL_POWER_SHORT : ScenarioSetLib.VOL_POWER_LONG
        );
        term.shocks = 1;
        unchecked {
            term.setShocks(
                ScenarioSetLib.ppm(rates, ScenarioSetLib.VOL_UP) * PPM_TO_WAD,
                ScenarioSetLib.ppm(rates, ScenarioSetLib.VOL_DOWN) * PPM_TO_WAD,
                ScenarioSetLib.ppm(rates, ScenarioSetLib.VOL_UP_FLOOR) * PPM_TO_WAD,
                power * PPM_TO_WAD
            );
        }
    }

    /// @notice An option's strike, wad USD.
    function strikeOf(PositionWord leg) internal pure returns (uint256 strike) {
        uint256 raw = (PositionWord.unwrap(leg) >> 20) & ((1 << 60) - 1);
        uint256 exponent = raw & 63;
        unchecked {
            // below 2**54 * 10**38 < 2**181
            if (exponent <= MAX_EXPONENT) strike = (raw >> 6) * 10 ** exponent;
        }
        if (strike == 0 || strike > MarginMath.MAX_PRICE) {
            revert IRiskTypes.InstrumentNotPriced(leg.instrument());
        }
    }

    /// @notice What one unit of a dated leg is worth, without its cost; the sheet's books must have their prices.
    /// @param index The underlying's index price.
    function markOf(Term memory term, PositionWord leg, uint256 index) internal pure returns (uint256) {
        uint256 kind = PositionWord.unwrap(leg) >> KIND_SHIFT;
        if (kind > KIND_PUT) revert IRiskTypes.InstrumentNotPriced(leg.instrument());
        if (term.settlement != 0) return leg.instrument().payoff(term.settlement);
        term.price(index, term.given);
        if (kind == KIND_FUTURE) return term.forward;
        uint256 strike = strikeOf(leg);
        unchecked {
            int256 moneyness = term.lnForward - MarginMath.ln(strike);
            uint256 call = Black76.call(term.forward, strike, moneyness, term.root(moneyness));
            return kind == KIND_CALL ? call : call + strike - term.forward;
        }
    }

    // ------------------------------------------------------------------------------------------------ sums

    /// @notice Once all legs are in: the forwards' value and the roll charge of each expiry, to its book and to the sums
    /// (SPEC-M1, M3, M6). Comes before `MarginMath.charge`.
    function close(Sheet memory sheet, ScenarioSet set) internal pure {
        uint256 rollMin = ScenarioSetLib.ppm(set.linearRates(), ScenarioSetLib.ROLL_MIN) * PPM_TO_WAD;
        uint256 rollRate = ScenarioSetLib.ppm(set.optionRates(), ScenarioSetLib.ROLL_RATE) * PPM_TO_WAD;
        uint256 end = sheet.endOfTerms;
        for (uint256 position = sheet.firstTerm; position != end; position += TERM_SIZE) {
            Term memory term = _listAt(position)[0];
            if (term.holder != sheet.holder) continue;
            Book memory book = SheetLib.listAt(term.book)[0];
            unchecked {
                sheet.unrealised += WadMath.mulFloor(term.futures, int256(term.forward));
                book.linear += WadMath.mulFloor(term.linear, int256(term.forward));
                uint256 rate = WadMath.max(rollMin, WadMath.mulUp(rollRate, term.tau));
                uint256 roll = WadMath.mulUp(WadMath.mulUp(WadMath.abs(term.delta), book.index), rate);
                book.roll += roll;
                sheet.charges += roll;
                if (term.calls < 0) book.shortUnits += uint256(-term.calls);
                if (term.puts < 0) book.shortUnits += uint256(-term.puts);
            }
        }
    }

    /// @notice The charges on a book's net short options (SPEC-M6, M8), to the book and to the sums.
    function chargeShort(Sheet memory sheet, Book memory book, uint256 optionRates) internal pure {
        uint256 units = book.shortUnits;
        if (units == 0) return;
        uint256 notional = WadMath.mulUp(units, book.index);
        uint256 charge = MarginMath.ceilPpm(
            notional,
            ScenarioSetLib.ppm(optionRates, ScenarioSetLib.SHORT_RATE)
        );
        uint256 extra = MarginMath.ceilPpm(
            notional,
            ScenarioSetLib.ppm(optionRates, ScenarioSetLib.SHORT_INITIAL)
        );
        unchecked {
            book.shortOption = charge;
            book.initialExtra += extra;
            sheet.charges += charge;
            sheet.initialExtra += extra;
        }
    }
}
