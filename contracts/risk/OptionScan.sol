// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Black76} from "../libraries/Black76.sol";
// Solhint does not see what assembly uses.
// solhint-disable no-unused-import
import {TERM_NEXT, TERM_OPTION} from "../pricing/Term.sol";
import {OPTION_CALL, OPTION_EXTREMES, OPTION_STRIKE, OPTION_UNITS, OPTION_VALUES} from "./Option.sol";
import {ScenarioSet, ScenarioSetLib} from "./ScenarioSet.sol";
import {BOOK_SIZE, Book, Sheet, SheetLib} from "./Sheet.sol";
// solhint-enable no-unused-import

/// @title OptionScan: the worst loss of a portfolio with options, to the wei what `ScenarioScan.all` finds (SPEC-M3, M4)
/// @notice Where portfolios of one call share records of options (see `Term`), what a record is worth in a scenario is
/// computed once for all of them. And where a portfolio of one underlying is short of every strike, only the scenarios are
/// looked at that can be its worst.
///
/// *Short of every strike.* Scenarios of one weight are weighed alike. Among those, let lo and hi be the furthest moves of
/// those with volatility up: the set's *extremes*. A call's value grows with volatility and is convex in the index, so the
/// result falls with volatility and is concave in the index. Hence the result of any scenario between lo and hi is, whatever
/// its volatility, at least the one that a straight line from lo's to hi's has there; and the set promises that a scenario
/// that stands neither at lo nor at hi is at least a sixteenth of the way from either. So let T be the least result of all
/// extremes, and let all others exceed it by a gap g. A scenario that does not stand where the worst extreme does is at
/// least T + g / 16 - e, where e is what computed values lack. With e < g / 16 the least is T or the result of one that
/// differs from the worst extreme in volatility alone: these are looked at. Otherwise all are.
///
/// e: a value is within 5e-10 of the strike, and the results of three scenarios enter. The gap asked for is 1e-7 of the strikes'
/// notional, six times sixteen times e, and 1e9 wei for all that is rounded.
library OptionScan {
    uint256 private constant WAD = 1e18;
    int256 private constant GAP_DIVISOR = 1e7;
    int256 private constant GAP_WEI = 1e9;

    /// @notice Sets the sheet's `scan` and `lossTogether`.
    /// @param set Read with its tables.
    function worst(Sheet memory sheet, ScenarioSet set) internal pure {
        uint256 n = set.scenarioCount();
        uint256 headSize = set.headSize();
        sheet.scan = 0;
        uint256 sums = sheet.underlyings > 1 ? _zeros(n) : 0;
        uint256 book = sheet.firstBook;
        for (uint256 i = sheet.count(); i != 0; --i) {
            if (sheet.isClaimed(book)) {
                uint256 table = set.tableOf(set.find(SheetLib.underlyingOf(book)), headSize, n);
                (uint256 callsNow, uint256 notional) = _survey(book);
                if (sums != 0 || !_worstOfShort(sheet, book, set, table, callsNow, notional)) {
                    _scanAll(sheet, book, table, n, callsNow, sums);
                }
            }
            book += BOOK_SIZE;
        }
        sheet.lossTogether = sums == 0 ? sheet.scan : _lossOf(_least(sums, n));
    }

    /// @param sums Memory address of n words that the results are added to, or 0.
    function _scanAll(
        Sheet memory sheet,
        uint256 book,
        uint256 table,
        uint256 n,
        uint256 callsNow,
        uint256 sums
    ) private pure {
        uint256 results = _callsIn(sheet, book, table, n, OPTION_VALUES);
        uint256 loss = _lossOf(_weigh(book, results, table, n, callsNow, sums));
        SheetLib.listAt(book)[0].scan = loss;
        unchecked {
            sheet.scan += loss;
        }
    }

    // ------------------------------------------------------------------------------------------------ short of every strike

    /// @param notional Of the strikes, 0 where the book is not short of every one or has none.
    /// @return sure Whether the worst is found; otherwise all scenarios have to be looked at.
    function _worstOfShort(
        Sheet memory sheet,
        uint256 book,
        ScenarioSet set,
        uint256 table,
        uint256 callsNow,
        uint256 notional
    ) private pure returns (bool sure) {
        if (notional == 0 || set.extremes() == 0) return false;
        uint256 rows = _extremeRows(sheet, set, table);
        uint256 results = _callsIn(sheet, book, rows + 0x20, _countOf(rows), OPTION_EXTREMES);
        _weigh(book, results, rows + 0x20, _countOf(rows), callsNow, 0);
        (int256 least, int256 second, uint256 position) = _twoLeast(results, _countOf(rows));
        unchecked {
            if (second - least <= int256(notional) / GAP_DIVISOR + GAP_WEI) return false;
        }
        rows = _siblingRows(sheet, set, table, _numberOf(rows, position));
        if (_countOf(rows) != 0) {
            results = _callsIn(sheet, book, rows + 0x20, _countOf(rows), OPTION_VALUES);
            int256 other = _weigh(book, results, rows + 0x20, _countOf(rows), callsNow, 0);
            if (other < least) least = other;
        }
        SheetLib.listAt(book)[0].scan = sheet.scan = _lossOf(least);
        return true;
    }

    /// @dev The rows of the set's extremes, copied out of the table when first asked for.
    function _extremeRows(
        Sheet memory sheet,
        ScenarioSet set,
        uint256 table
    ) private pure returns (uint256 rows) {
        if (sheet.extremesOf == table) return sheet.extremes;
        rows = _select(table, set.scenarioCount(), set.extremes());
        (sheet.extremes, sheet.extremesOf, sheet.siblings) = (rows, table, 0);
    }

    /// @dev Likewise those of the scenarios that differ from the given one in volatility alone.
    function _siblingRows(
        Sheet memory sheet,
        ScenarioSet set,
        uint256 table,
        uint256 scenario
    ) private pure returns (uint256 rows) {
        rows = sheet.siblings;
        if (rows != 0 && sheet.siblingsOf == scenario) return rows;
        rows = _select(table, set.scenarioCount(), set.siblings(scenario));
        (sheet.siblings, sheet.siblingsOf) = (rows, scenario);
    }

    /// @dev Copies some rows of a table.
    /// @param mask A bit for each scenario.
    /// @return rows Memory address of their number, followed by the records, the weights and the scenarios' numbers.
    function _select(uint256 table, uint256 n, uint256 mask) private pure returns (uint256 rows) {
        assembly ("memory-safe") {
            rows := mload(0x40)
            let m := 0
            for {
                let rest := mask
            } rest {} {
                rest := and(rest, sub(rest, 1))
                m := add(m, 1)
            }
            mstore(rows, m)
            let row := add(rows, 0x20)
            let weight := add(row, mul(m, 0x60))
            mstore(0x40, add(weight, shl(6, m)))
            let weights := add(table, mul(n, 0x60))
            for {
                let j := 0
            } shr(j, mask) {
                j := add(j, 1)
            } {
                if and(shr(j, mask), 1) {
                    mcopy(row, add(table, mul(j, 0x60)), 0x60)
                    mstore(weight, mload(add(weights, shl(5, j))))
                    mstore(add(weight, shl(5, m)), j)
                    row := add(row, 0x60)
                    weight := add(weight, 0x20)
                }
            }
        }
    }

    function _countOf(uint256 rows) private pure returns (uint256 m) {
        assembly ("memory-safe") {
            m := mload(rows)
        }
    }

    function _numberOf(uint256 rows, uint256 position) private pure returns (uint256 scenario) {
        assembly ("memory-safe") {
            scenario := mload(add(add(rows, 0x20), shl(5, add(shl(2, mload(rows)), position))))
        }
    }

    // ------------------------------------------------------------------------------------------------ results

    /// @dev Turns values of a book's options as calls into the book's weighed results (SPEC-M3, M4), in place: a hot loop, hence
    /// in assembly.
    /// @param results Memory address of m words, as `_callsIn` returned it.
    /// @param records,m Memory address of the scenarios' records, which their weights follow, and their number.
    /// @param sums Memory address of m words that the results are added to, or 0.
    /// @return least The least result, at most 0.
    function _weigh(
        uint256 book,
        uint256 results,
        uint256 records,
        uint256 m,
        uint256 callsNow,
        uint256 sums
    ) private pure returns (int256 least) {
        int256 value = SheetLib.valueOf(book);
        assembly ("memory-safe") {
            let weights := sub(add(records, mul(m, 0x60)), results)
            for {
                m := add(results, shl(5, m))
            } lt(results, m) {
                results := add(results, 0x20)
                records := add(records, 0x60)
            } {
                // the factor 1 + m comes second in a record
                let p := mul(value, sub(mload(add(records, 0x20)), WAD))
                let change := sub(mload(results), callsNow)
                p := add(
                    sub(sdiv(p, WAD), slt(smod(p, WAD), 0)),
                    sub(sdiv(change, WAD), slt(smod(change, WAD), 0))
                )
                change := mload(add(results, weights))
                if xor(change, WAD) {
                    p := mul(p, change)
                    p := sub(sdiv(p, WAD), slt(smod(p, WAD), 0))
                }
                if slt(p, least) {
                    least := p
                }
                mstore(results, p)
                if sums {
                    mstore(sums, add(mload(sums), p))
                    sums := add(sums, 0x20)
                }
            }
        }
    }

    /// @dev What the book's options as calls are worth in each of some scenarios.
    /// @param records,m Memory address of the scenarios' records and their number.
    /// @param cache Where the options' records keep their values in these scenarios.
    /// @return sums Memory address of m words, wad squared.
    function _callsIn(
        Sheet memory sheet,
        uint256 book,
        uint256 records,
        uint256 m,
        uint256 cache
    ) private pure returns (uint256 sums) {
        sums = _zeros(m);
        for (uint256 term = SheetLib.listAt(book)[0].terms; term != 0;) {
            uint256 first;
            assembly ("memory-safe") {
                first := mload(add(term, TERM_OPTION))
                term := mload(add(term, TERM_NEXT))
            }
            uint256 option = first;
            while (option != 0) {
                uint256 size;
                uint256 values;
                assembly ("memory-safe") {
                    size := mload(add(option, OPTION_UNITS))
                    values := mload(add(option, cache))
                    values := mul(values, eq(mload(values), records))
                }
                // a call and a put that make a forward move with no scenario
                if (size != 0) {
                    if (values != 0) _addProduct(size, values, m, sums);
                    else _addValues(sheet, option, records, m, sums, cache);
                }
                assembly ("memory-safe") {
                    option := mload(option)
                    option := mul(option, iszero(eq(option, first)))
                }
            }
        }
    }

    /// @dev Likewise of a record whose values nobody has asked for. Where another portfolio may do so they are computed for one
    /// unit and kept, behind the address of the records that they are for.
    function _addValues(
        Sheet memory sheet,
        uint256 option,
        uint256 records,
        uint256 m,
        uint256 sums,
        uint256 cache
    ) private pure {
        if (sheet.shared == 0) {
            unchecked {
                Black76.addScenarios(option + OPTION_UNITS, records, m, sums);
            }
            return;
        }
        uint256 values = _valuesOf(option, records, m);
        uint256 size;
        assembly ("memory-safe") {
            mstore(add(option, cache), values)
            size := mload(add(option, OPTION_UNITS))
        }
        _addProduct(size, values, m, sums);
    }

    function _addProduct(uint256 size, uint256 values, uint256 m, uint256 sums) private pure {
        assembly ("memory-safe") {
            values := sub(add(values, 0x20), sums)
            for {
                let end := add(sums, shl(5, m))
            } lt(sums, end) {
                sums := add(sums, 0x20)
            } {
                mstore(sums, add(mload(sums), mul(size, mload(add(sums, values)))))
            }
        }
    }

    /// @return values Memory address of the records' own, followed by the values of one unit.
    function _valuesOf(uint256 option, uint256 records, uint256 m) private pure returns (uint256 values) {
        unchecked {
            values = _zeros(m + 1);
        }
        uint256 size;
        assembly ("memory-safe") {
            mstore(values, records)
            let field := add(option, OPTION_UNITS)
            size := mload(field)
            mstore(field, 1)
        }
        unchecked {
            Black76.addScenarios(option + OPTION_UNITS, records, m, values + 0x20);
        }
        assembly ("memory-safe") {
            mstore(add(option, OPTION_UNITS), size)
        }
    }

    /// @return callsNow What the book's options as calls are worth now, wad squared.
    /// @return notional Sum of |size| * strike, wad, if no size is positive; else 0.
    function _survey(uint256 book) private pure returns (uint256 callsNow, uint256 notional) {
        uint256 isLong;
        for (uint256 term = SheetLib.listAt(book)[0].terms; term != 0;) {
            assembly ("memory-safe") {
                let first := mload(add(term, TERM_OPTION))
                for {
                    let option := first
                } option {
                    option := mul(option, iszero(eq(option, first)))
                } {
                    let size := mload(add(option, OPTION_UNITS))
                    isLong := or(isLong, sgt(size, 0))
                    callsNow := add(callsNow, mul(size, mload(add(option, OPTION_CALL))))
                    notional := sub(notional, mul(size, mload(add(option, OPTION_STRIKE))))
                    option := mload(option)
                }
                term := mload(add(term, TERM_NEXT))
            }
        }
        unchecked {
            notional = isLong == 0 ? notional / WAD : 0;
        }
    }

    // ------------------------------------------------------------------------------------------------ the least

    function _least(uint256 results, uint256 m) private pure returns (int256 least) {
        assembly ("memory-safe") {
            least := mload(results)
            for {
                let end := add(results, shl(5, m))
            } lt(results, end) {
                results := add(results, 0x20)
            } {
                if slt(mload(results), least) {
                    least := mload(results)
                }
            }
        }
    }

    /// @return least The least result.
    /// @return second The least of the others; the largest number where there are none.
    /// @return position Of the least.
    function _twoLeast(
        uint256 results,
        uint256 m
    ) private pure returns (int256 least, int256 second, uint256 position) {
        assembly ("memory-safe") {
            least := shr(1, not(0))
            second := least
            for {
                let i := 0
            } lt(i, m) {
                i := add(i, 1)
            } {
                let result := mload(add(results, shl(5, i)))
                switch slt(result, least)
                case 0 {
                    if slt(result, second) {
                        second := result
                    }
                }
                default {
                    second := least
                    least := result
                    position := i
                }
            }
        }
    }

    function _lossOf(int256 least) private pure returns (uint256) {
        unchecked {
            return least < 0 ? uint256(-least) : 0;
        }
    }

    /// @return position Memory address of n words of zero.
    function _zeros(uint256 n) private pure returns (uint256 position) {
        assembly ("memory-safe") {
            position := mload(0x40)
            let size := shl(5, n)
            // copying from past the end of calldata writes zeros
            calldatacopy(position, calldatasize(), size)
            mstore(0x40, add(position, size))
        }
    }
}
