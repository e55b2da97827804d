// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRiskTypes} from "../interfaces/IRiskTypes.sol";
import {Black76} from "../libraries/Black76.sol";
import {WadMath} from "../libraries/WadMath.sol";
// Solhint does not see what assembly uses.
// solhint-disable-next-line no-unused-import
import {TERM_HOLDER, TERM_SIZE, Term} from "../pricing/Term.sol";
import {TermMath} from "../pricing/TermMath.sol";
import {PositionWord} from "../types/PositionWord.sol";
import {MarginMath} from "./MarginMath.sol";
import {ScenarioSet, ScenarioSetLib} from "./ScenarioSet.sol";
// Solhint does not see what assembly uses.
// solhint-disable-next-line no-unused-import
import {OPTION_SIZE, Option} from "./Option.sol";
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
    /// @dev How many of a book's last records are searched for a strike.
    uint256 private constant SEARCH_DEPTH = 8;
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
    /// @param keys Has room for all, and one more.
    /// @return The new count.
    function addKeys(
        uint256[] calldata words,
        uint256[] memory keys,
        uint256 count
    ) internal pure returns (uint256) {
        assembly ("memory-safe") {
            let first := add(keys, 0x20)
            let end := add(first, shl(5, count))
            let endOfWords := add(words.offset, shl(5, words.length))
            for {
                let position := words.offset
            } lt(position, endOfWords) {
                position := add(position, 0x20)
            } {
                let word := calldataload(position)
                if iszero(gt(shr(KIND_SHIFT, word), 1)) {
                    continue
                }
                // written behind the last key, the search always ends
                word := and(shr(KEY_SHIFT, word), KEY_MASK)
                mstore(end, word)
                let key := first
                for {} xor(mload(key), word) {} {
                    key := add(key, 0x20)
                }
                if eq(key, end) {
                    end := add(end, 0x20)
                }
            }
            count := shr(5, sub(end, first))
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

    /// @notice Whether any term is valued by a surface that is not fresh (SPEC-V6).
    function anyOld(Sheet memory sheet) internal pure returns (bool) {
        for (uint256 position = sheet.firstTerm; position != sheet.endOfTerms; position += TERM_SIZE) {
            Term memory term = _listAt(position)[0];
            if (term.age != 0 && term.tau != 0) return true;
        }
        return false;
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
        int256 value = MarginMath.mulFloor(leg.size(), int256(leg.instrument().payoff(term.settlement)));
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
            _addDelta(term, MarginMath.mulFloor(size, int256(term.ratio)));
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
            Book memory book = SheetLib.listAt(term.book)[0];
            Option memory option = _find(book.options, strike, term.key)[0];
            if (option.strike == 0) option = _open(sheet, book, term, strike, set)[0];
            uint256 value = option.call;
            int256 delta = int256((option.nd1 * term.ratio) / WAD);
            option.size += size;
            book.callsNow += size * int256(value);
            if (kind == KIND_CALL) {
                term.calls += size;
            } else {
                term.puts += size;
                term.linear -= size;
                value = value + strike - term.forward;
                delta -= int256(term.ratio);
            }
            sheet.options += MarginMath.mulFloor(size, int256(value));
            ++sheet.optionCount;
            _addDelta(term, MarginMath.mulFloor(size, delta));
        }
    }

    /// @dev The record of the strike among the last few of the book: call and put of one strike are one call to the
    /// scenarios (parity), and legs that belong together are mostly neighbours. Where there is none, one of strike zero.
    function _find(uint256 option, uint256 strike, uint256 key) private pure returns (Option[] memory list) {
        assembly ("memory-safe") {
            for {
                let left := SEARCH_DEPTH
            } option {
                option := mload(option)
            } {
                // next, size, moneyness, forward, strike, three volatilities, key
                if eq(mload(add(option, 0x80)), strike) {
                    if eq(mload(add(option, 0x100)), key) {
                        break
                    }
                }
                left := sub(left, 1)
                if iszero(left) {
                    option := 0
                    break
                }
            }
            if iszero(option) {
                // the word at 0x60 is always zero: its strike then is
                option := sub(0x60, 0x80)
            }
            mstore(0x00, 1)
            mstore(0x20, option)
            list := 0x00
        }
    }

    /// @dev A new record, in front of the book's other ones.
    function _open(
        Sheet memory sheet,
        Book memory book,
        Term memory term,
        uint256 strike,
        ScenarioSet set
    ) private pure returns (Option[] memory list) {
        uint256 position;
        assembly ("memory-safe") {
            position := mload(0x40)
            mstore(0x40, add(position, OPTION_SIZE))
            mstore(0x00, 1)
            mstore(0x20, position)
            list := 0x00
        }
        Option memory option = list[0];
        unchecked {
            int256 moneyness = term.lnForward - MarginMath.ln(strike);
            uint256 s = term.root(moneyness);
            (option.call, option.nd1) = Black76.callAndDelta(term.forward, strike, moneyness, s);
            (option.size, option.moneyness, option.forward) = (0, moneyness, term.forward);
            (option.strike, option.s, option.key) = (strike, s, term.key);
            if (ScenarioSet.unwrap(set) != 0) {
                if (term.shocks == 0) _setShocks(sheet, term, set);
                (option.sUp, option.sDown) = term.shocked(s);
            }
        }
        option.next = book.options;
        book.options = position;
        assembly ("memory-safe") {
            mstore(0x00, 1)
            mstore(0x20, position)
        }
    }

    /// @dev Shocks depend on the expiry alone: another underlying's may be there already.
    function _setShocks(Sheet memory sheet, Term memory term, ScenarioSet set) private pure {
        term.shocks = 1;
        uint256 end = sheet.endOfTerms;
        for (uint256 position = sheet.firstTerm; position != end; position += TERM_SIZE) {
            Term memory other = _listAt(position)[0];
            if (other.expirySec != term.expirySec || other.holder != term.holder || other.up == 0) continue;
            (term.up, term.down, term.upFloor) = (other.up, other.down, other.upFloor);
            return;
        }
        uint256 rates = set.optionRates();
        uint256 power = ScenarioSetLib.ppm(
            rates,
            term.isShort() ? ScenarioSetLib.VOL_POWER_SHORT : ScenarioSetLib.VOL_POWER_LONG
        );
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
