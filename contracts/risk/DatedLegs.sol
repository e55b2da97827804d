// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRiskTypes} from "../interfaces/IRiskTypes.sol";
import {Black76} from "../libraries/Black76.sol";
import {WadMath} from "../libraries/WadMath.sol";
// Solhint does not see what assembly uses.
// solhint-disable no-unused-import
import {
    TERM_BOOK,
    TERM_CALLS,
    TERM_DELTA,
    TERM_DEPTH,
    TERM_FORWARD,
    TERM_HOLDER,
    TERM_NEXT,
    TERM_OPTION,
    TERM_PUTS,
    TERM_RATIO,
    TERM_SIZE,
    Term
} from "../pricing/Term.sol";
import {TermMath} from "../pricing/TermMath.sol";
import {PositionWord} from "../types/PositionWord.sol";
import {MarginMath} from "./MarginMath.sol";
import {ScenarioSet, ScenarioSetLib} from "./ScenarioSet.sol";
import {
    OPTION_CALL,
    OPTION_CODE,
    OPTION_DELTA,
    OPTION_EXTREMES,
    OPTION_SIZE,
    OPTION_STRIKE,
    OPTION_UNITS,
    OPTION_VALUES
} from "./Option.sol";
import {
    BOOK_GROSS,
    BOOK_NET,
    BOOK_TERMS,
    Book,
    SHEET_OPTIONS,
    SHEET_ANY_OPTION,
    Sheet,
    SheetLib
} from "./Sheet.sol";
// solhint-enable no-unused-import

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
    /// @dev What brings its size, a signed number, to the top and down again.
    uint256 private constant SIZE_LEFT = 36;
    uint256 private constant SIZE_RIGHT = 160;
    /// @dev Those of an option's word that hold its strike.
    uint256 private constant STRIKE_SHIFT = 20;
    uint256 private constant STRIKE_MASK = 0xfffffffffffffff;
    uint256 internal constant KIND_FUTURE = 2;
    uint256 internal constant KIND_CALL = 3;
    uint256 internal constant KIND_PUT = 4;
    /// @dev The status of what an old surface values.
    uint256 private constant GUARDED = 1;
    /// @dev A larger power of ten is beyond any price.
    uint256 private constant MAX_EXPONENT = 38;
    /// @dev How many of a term's records are searched for a strike; all of those that another portfolio has left.
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
            let last := not(0)
            for {
                let position := words.offset
            } lt(position, endOfWords) {
                position := add(position, 0x20)
            } {
                let word := calldataload(position)
                if iszero(gt(shr(KIND_SHIFT, word), 1)) {
                    continue
                }
                word := and(shr(KEY_SHIFT, word), KEY_MASK)
                // neighbours mostly have the same key
                if eq(word, last) {
                    continue
                }
                last := word
                // written behind the last key, the search always ends
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

    /// @dev When the portfolio first comes to a term, it is cleared; and priced, unless the last portfolio had the same book's
    /// index and the same profile.
    function _claim(Sheet memory sheet, Term memory term, ScenarioSet set) private pure {
        uint256 book = sheet.claim(term.key >> 20);
        assembly ("memory-safe") {
            calldatacopy(add(term, TERM_HOLDER), calldatasize(), sub(TERM_SIZE, TERM_HOLDER))
            mstore(add(term, TERM_BOOK), book)
            mstore(add(term, TERM_NEXT), mload(add(book, BOOK_TERMS)))
            mstore(add(book, BOOK_TERMS), term)
        }
        term.holder = sheet.holder;
        uint256 index = SheetLib.indexOf(book);
        if (term.set == ScenarioSet.unwrap(set) && _isPricedAt(term, index)) {
            _clearSizes(term.option);
            term.depth = type(uint256).max;
        } else {
            _price(term, index);
            term.set = ScenarioSet.unwrap(set);
            (term.shocks, term.up, term.depth) = (0, 0, SEARCH_DEPTH);
        }
        if (term.age != 0 && term.tau != 0 && sheet.status < GUARDED) sheet.status = GUARDED;
    }

    function _isPricedAt(Term memory term, uint256 index) private pure returns (bool) {
        return term.index == index && term.forward != 0;
    }

    function _price(Term memory term, uint256 index) private pure {
        (term.index, term.option) = (index, 0);
        term.price(index, term.given);
    }

    /// @param option The ring of records.
    function _clearSizes(uint256 option) private pure {
        assembly ("memory-safe") {
            let start := option
            for {} option {} {
                mstore(add(option, OPTION_UNITS), 0)
                option := mload(option)
                if eq(option, start) {
                    option := 0
                }
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ legs

    /// @notice Values futures, calls and puts in their terms and books (SPEC-M1, M2, M9), up to the first leg that is none.
    /// @param words The legs' words.
    /// @param i Where to begin.
    /// @param set The profile, 0 where only values are asked for.
    /// @return Where it ended.
    function add(
        Sheet memory sheet,
        uint256[] calldata words,
        uint256 i,
        ScenarioSet set
    ) internal pure returns (uint256) {
        uint256 first;
        assembly ("memory-safe") {
            first := words.offset
        }
        uint256 end = first + 32 * words.length;
        uint256 next = first + 32 * i;
        while (next < end) {
            PositionWord leg;
            assembly ("memory-safe") {
                leg := calldataload(next)
            }
            if (PositionWord.unwrap(leg) >> KIND_SHIFT < KIND_FUTURE) break;
            next = _addNext(sheet, leg, set, next, end);
        }
        return (next - first) / 32;
    }

    /// @dev The leg at `next`, and those behind it that are like it.
    function _addNext(
        Sheet memory sheet,
        PositionWord leg,
        ScenarioSet set,
        uint256 next,
        uint256 end
    ) private pure returns (uint256) {
        uint256 kind = PositionWord.unwrap(leg) >> KIND_SHIFT;
        if (kind > KIND_PUT) revert IRiskTypes.InstrumentNotPriced(leg.instrument());
        Term memory term = termOf(sheet, leg)[0];
        if (term.settlement != 0) {
            _addSettled(sheet, term, leg, kind);
            return next + 32;
        }
        if (term.holder != sheet.holder) _claim(sheet, term, set);
        if (kind == KIND_FUTURE) {
            _addFuture(sheet, term, leg);
            return next + 32;
        }
        while (true) {
            _openRecord(sheet, term, leg, set);
            next = _addOptions(sheet, _addressOf(term), next, end);
            if (next == end) return next;
            assembly ("memory-safe") {
                leg := calldataload(next)
                kind := shr(KIND_SHIFT, leg)
            }
            // stopped for want of a record, or because the term or the kind is another
            if (keyOf(leg) != term.key || kind < KIND_CALL || kind > KIND_PUT) return next;
        }
        return next;
    }

    /// @dev Finds or adds the leg's record, which then is the term's first.
    function _openRecord(
        Sheet memory sheet,
        Term memory term,
        PositionWord leg,
        ScenarioSet set
    ) private pure {
        uint256 option = _find(_addressOf(term), leg);
        term.option = option == 0 ? _open(sheet, term, leg, set) : option;
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

    /// @dev Calls and puts of one term, as long as each has the record of the last one or the next: a hot loop, hence in
    /// assembly. Its sums stay on the stack.
    /// @param term Memory address.
    /// @param next Where in calldata to begin: at an option of the term, whose record is the term's first.
    /// @param end Of the legs.
    /// @return Where it ended.
    // solhint-disable-next-line function-max-lines
    function _addOptions(
        Sheet memory sheet,
        uint256 term,
        uint256 next,
        uint256 end
    ) private pure returns (uint256) {
        assembly ("memory-safe") {
            let value := 0
            let delta := 0
            let gross := 0
            let option := mload(add(term, TERM_OPTION))
            for {} lt(next, end) {
                next := add(next, 0x20)
            } {
                let leg := calldataload(next)
                let isPut := sub(shr(KIND_SHIFT, leg), KIND_CALL)
                if or(gt(isPut, 1), xor(and(shr(KEY_SHIFT, leg), KEY_MASK), mload(term))) {
                    break
                }
                {
                    let code := and(shr(STRIKE_SHIFT, leg), STRIKE_MASK)
                    if xor(mload(add(option, OPTION_CODE)), code) {
                        // a new record will stand behind the last one
                        let candidate := mload(option)
                        if xor(mload(add(candidate, OPTION_CODE)), code) {
                            break
                        }
                        option := candidate
                    }
                }
                leg := sar(SIZE_RIGHT, shl(SIZE_LEFT, leg))
                let field := add(option, OPTION_UNITS)
                mstore(field, add(mload(field), leg))
                // the puts' field is behind the calls'
                field := add(term, add(TERM_CALLS, shl(5, isPut)))
                mstore(field, add(mload(field), leg))
                field := mload(add(option, OPTION_CALL))
                let d := mload(add(option, OPTION_DELTA))
                if isPut {
                    field := sub(
                        add(field, mload(add(option, OPTION_STRIKE))),
                        mload(add(term, TERM_FORWARD))
                    )
                    d := sub(d, mload(add(term, TERM_RATIO)))
                }
                // both rounded down
                field := mul(leg, field)
                value := add(value, sub(sdiv(field, WAD), slt(smod(field, WAD), 0)))
                d := mul(leg, d)
                d := sub(sdiv(d, WAD), slt(smod(d, WAD), 0))
                delta := add(delta, d)
                gross := add(gross, xor(sub(d, slt(d, 0)), sar(255, d)))
            }
            mstore(add(term, TERM_OPTION), option)
            option := add(sheet, SHEET_OPTIONS)
            mstore(option, add(mload(option), value))
            mstore(add(sheet, SHEET_ANY_OPTION), 1)
            option := add(term, TERM_DELTA)
            mstore(option, add(mload(option), delta))
            value := mload(add(term, TERM_BOOK))
            option := add(value, BOOK_NET)
            mstore(option, add(mload(option), delta))
            option := add(value, BOOK_GROSS)
            mstore(option, add(mload(option), gross))
        }
        return next;
    }

    /// @dev The record of the leg's strike, 0 where there is none among the next few from the last leg's on: call and put of
    /// one strike are one call to the scenarios (parity), and legs that belong together are mostly neighbours. Portfolios
    /// that share their records mostly have their legs in the same order.
    /// @param term Memory address of the leg's term.
    function _find(uint256 term, PositionWord leg) private pure returns (uint256 option) {
        assembly ("memory-safe") {
            let code := and(shr(STRIKE_SHIFT, leg), STRIKE_MASK)
            let start := mload(add(term, TERM_OPTION))
            option := start
            for {
                let left := mload(add(term, TERM_DEPTH))
            } option {} {
                if eq(mload(add(option, OPTION_CODE)), code) {
                    break
                }
                option := mload(option)
                left := sub(left, 1)
                if or(eq(option, start), iszero(left)) {
                    option := 0
                }
            }
        }
    }

    /// @dev A new record, behind the one of the last leg.
    function _open(
        Sheet memory sheet,
        Term memory term,
        PositionWord leg,
        ScenarioSet set
    ) private pure returns (uint256 position) {
        uint256 strike = strikeOf(leg);
        assembly ("memory-safe") {
            position := mload(0x40)
            mstore(0x40, add(position, OPTION_SIZE))
        }
        unchecked {
            int256 moneyness = term.lnForward - MarginMath.ln(strike);
            uint256 s = term.root(moneyness);
            uint256 forward = term.forward;
            (uint256 value, uint256 nd1) = Black76.callAndDelta(forward, strike, moneyness, s);
            nd1 = (nd1 * term.ratio) / WAD;
            assembly ("memory-safe") {
                mstore(add(position, OPTION_UNITS), 0)
                // the seven words that `Black76.addScenarios` takes begin with the units
                mstore(add(position, 0x40), moneyness)
                mstore(add(position, 0x60), forward)
                mstore(add(position, OPTION_STRIKE), strike)
                mstore(add(position, 0xa0), s)
                mstore(add(position, OPTION_CODE), and(shr(STRIKE_SHIFT, leg), STRIKE_MASK))
                mstore(add(position, OPTION_CALL), value)
                mstore(add(position, OPTION_DELTA), nd1)
                mstore(add(position, OPTION_EXTREMES), 0)
                mstore(add(position, OPTION_VALUES), 0)
            }
            if (ScenarioSet.unwrap(set) != 0) {
                if (term.shocks == 0) _setShocks(sheet, term, set);
                (uint256 sUp, uint256 sDown) = term.shocked(s);
                assembly ("memory-safe") {
                    mstore(add(position, 0xc0), sUp)
                    mstore(add(position, 0xe0), sDown)
                }
            }
        }
        _link(term, position);
    }

    /// @dev Puts a record behind the term's own one.
    function _link(Term memory term, uint256 position) private pure {
        assembly ("memory-safe") {
            let last := mload(add(term, TERM_OPTION))
            if iszero(last) {
                last := position
                mstore(last, position)
            }
            mstore(position, mload(last))
            mstore(last, position)
        }
    }

    function _addressOf(Term memory term) private pure returns (uint256 position) {
        assembly ("memory-safe") {
            position := term
        }
    }

    /// @dev Shocks depend on the expiry alone: another underlying's may be there already.
    function _setShocks(Sheet memory sheet, Term memory term, ScenarioSet set) private pure {
        term.shocks = 1;
        uint256 end = sheet.endOfTerms;
        for (uint256 position = sheet.firstTerm; position != end; position += TERM_SIZE) {
            Term memory other = _listAt(position)[0];
            if (other.expirySec != term.expirySec || other.set != term.set || other.up == 0) continue;
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
        uint256 raw = (PositionWord.unwrap(leg) >> STRIKE_SHIFT) & STRIKE_MASK;
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
        if (!_isPricedAt(term, index)) _price(term, index);
        if (kind == KIND_FUTURE) return term.forward;
        uint256 option = _find(_addressOf(term), leg);
        uint256 strike;
        uint256 value;
        if (option != 0) {
            term.option = option;
            assembly ("memory-safe") {
                strike := mload(add(option, OPTION_STRIKE))
                value := mload(add(option, OPTION_CALL))
            }
        } else {
            strike = strikeOf(leg);
            value = _callOf(term, strike);
        }
        unchecked {
            return kind == KIND_CALL ? value : value + strike - term.forward;
        }
    }

    /// @notice Marks of the calls and puts at the front of `words` that are all of one priced term, as long as each has the
    /// record of the last one or the next: a hot loop, hence in assembly.
    /// @param next,end Memory, or calldata, addresses of the words.
    /// @param target Memory address that the marks go to.
    /// @param index The underlying's index price.
    /// @return Where it ended.
    // solhint-disable-next-line function-max-lines
    function markOptions(
        Sheet memory sheet,
        uint256 next,
        uint256 end,
        uint256 target,
        uint256 index
    ) internal pure returns (uint256) {
        PositionWord leg;
        assembly ("memory-safe") {
            leg := calldataload(next)
        }
        if (PositionWord.unwrap(leg) >> KIND_SHIFT <= KIND_FUTURE) return next;
        Term memory term = termOf(sheet, leg)[0];
        uint256 option = term.option;
        if (term.settlement != 0 || option == 0 || !_isPricedAt(term, index)) return next;
        assembly ("memory-safe") {
            for {} lt(next, end) {
                next := add(next, 0x20)
            } {
                leg := calldataload(next)
                let isPut := sub(shr(KIND_SHIFT, leg), KIND_CALL)
                if or(gt(isPut, 1), xor(and(shr(KEY_SHIFT, leg), KEY_MASK), mload(term))) {
                    break
                }
                leg := and(shr(STRIKE_SHIFT, leg), STRIKE_MASK)
                if xor(mload(add(option, OPTION_CODE)), leg) {
                    option := mload(option)
                    if xor(mload(add(option, OPTION_CODE)), leg) {
                        break
                    }
                }
                let value := mload(add(option, OPTION_CALL))
                if isPut {
                    value := sub(
                        add(value, mload(add(option, OPTION_STRIKE))),
                        mload(add(term, TERM_FORWARD))
                    )
                }
                mstore(target, value)
                target := add(target, 0x20)
            }
        }
        return next;
    }

    function _callOf(Term memory term, uint256 strike) private pure returns (uint256) {
        unchecked {
            int256 moneyness = term.lnForward - MarginMath.ln(strike);
            return Black76.call(term.forward, strike, moneyness, term.root(moneyness));
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
                if (term.futures != 0) {
                    sheet.unrealised += WadMath.mulFloor(term.futures, int256(term.forward));
                }
                // by parity a put is a call and a short forward
                int256 forwards = term.futures - term.puts;
                if (forwards != 0) book.linear += WadMath.mulFloor(forwards, int256(term.forward));
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
