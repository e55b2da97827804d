// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Black76} from "../libraries/Black76.sol";
// Solhint does not see what assembly uses.
// solhint-disable no-unused-import
import {TERM_NEXT, TERM_OPTION} from "../pricing/Term.sol";
import {ScenarioSet, ScenarioSetLib} from "./ScenarioSet.sol";
import {OPTION_CALL, OPTION_UNITS} from "./Option.sol";
import {
    BOOK_LINEAR,
    BOOK_SIZE,
    BOOK_SPOT,
    Book,
    SHEET_END_OF_ROWS,
    SHEET_FIRST_ROW,
    SHEET_TILT,
    SHEET_VALUES,
    Sheet,
    SheetLib
} from "./Sheet.sol";

/// @title ScenarioScan: the worst loss of the portfolio on a sheet over a set of scenarios (SPEC-M3, M4)
/// @notice Two ways to the same numbers: `all` is the specification's double loop and gives every scenario's result;
/// `worst` is for portfolios without options and looks only where the worst can be; for those with options see `OptionScan`. Both assume the bounds of `MarginMath`.
library ScenarioScan {
    uint256 private constant WAD = 1000000000000000000;
    uint256 private constant WAD_LESS_ONE = 999999999999999999;
    /// @dev The bound on shocks, -0.99, as a fall.
    uint256 private constant MAX_FALL = 990000000000000000;
    uint256 private constant WEIGHT_MASK = 0xffffffffffffffffffffffffffffffff;
    /// @dev Bytes of a row, and from its start to its fields after the first: absolute value of the legs, scan range, worst
    /// loss so far.
    uint256 private constant ROW = 0x60;
    uint256 private constant ROW_SCAN_RANGE = 0x20;
    uint256 private constant ROW_LOSS = 0x40;

    // ------------------------------------------------------------------------------------------------ all scenarios

    /// @notice Profit and loss of every scenario, summed over the portfolio's books; each book keeps its own worst loss.
    /// @param set Read with its tables.
    function all(Sheet memory sheet, ScenarioSet set) internal pure returns (int256[] memory pnl) {
        uint256 n = set.scenarioCount();
        uint256 headSize = set.headSize();
        pnl = new int256[](n);
        uint256 book = sheet.firstBook;
        for (uint256 i = sheet.count(); i != 0; --i) {
            if (sheet.isClaimed(book)) {
                uint256 table = set.tableOf(set.find(SheetLib.underlyingOf(book)), headSize, n);
                _addBook(sheet, SheetLib.listAt(book)[0], table, n, pnl);
            }
            book += BOOK_SIZE;
        }
    }

    /// @dev SPEC-M3, M4 for one book: a hot loop, hence in assembly.
    // solhint-disable-next-line function-max-lines
    function _addBook(
        Sheet memory sheet,
        Book memory book,
        uint256 table,
        uint256 n,
        int256[] memory pnl
    ) private pure {
        int256 value;
        unchecked {
            value = int256(book.spot) + book.linear;
        }
        (uint256 calls, int256 callsNow) = _revalue(book, table, n);
        int256 least;
        assembly ("memory-safe") {
            let weight := add(table, mul(n, 0x60))
            let end := weight
            let sum := add(pnl, 0x20)
            for {
                let row := table
            } lt(row, end) {
                row := add(row, 0x60)
            } {
                // the factor 1 + m comes second in a row
                let p := mul(value, sub(mload(add(row, 0x20)), WAD))
                p := sub(sdiv(p, WAD), slt(smod(p, WAD), 0))
                if calls {
                    let change := sub(mload(calls), callsNow)
                    p := add(p, sub(sdiv(change, WAD), slt(smod(change, WAD), 0)))
                    calls := add(calls, 0x20)
                }
                let w := mload(weight)
                if xor(w, WAD) {
                    p := mul(p, w)
                    p := sub(sdiv(p, WAD), slt(smod(p, WAD), 0))
                }
                if slt(p, least) {
                    least := p
                }
                mstore(sum, add(mload(sum), p))
                sum := add(sum, 0x20)
                weight := add(weight, 0x20)
            }
        }
        unchecked {
            book.scan = uint256(-least);
            sheet.scan += book.scan;
        }
    }

    /// @return calls Memory address of n words: what the book's options as calls are worth in each scenario, wad squared; 0
    /// where it has none.
    /// @return callsNow What they are worth now.
    function _revalue(
        Book memory book,
        uint256 table,
        uint256 n
    ) private pure returns (uint256 calls, int256 callsNow) {
        for (uint256 term = book.terms; term != 0;) {
            uint256 first;
            assembly ("memory-safe") {
                first := mload(add(term, TERM_OPTION))
                term := mload(add(term, TERM_NEXT))
            }
            if (first == 0) continue;
            if (calls == 0) calls = _zeros(n);
            uint256 option = first;
            do {
                int256 size;
                assembly ("memory-safe") {
                    size := mload(add(option, OPTION_UNITS))
                    callsNow := add(callsNow, mul(size, mload(add(option, OPTION_CALL))))
                }
                // a call and a put that make a forward move with no scenario
                if (size != 0) {
                    unchecked {
                        Black76.addScenarios(option + OPTION_UNITS, table, n, calls);
                    }
                }
                assembly ("memory-safe") {
                    option := mload(option)
                }
            } while (option != first);
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

    /// @notice The position of the least result, the first among equals.
    function worstOf(int256[] memory pnl) internal pure returns (uint256 position) {
        assembly ("memory-safe") {
            let first := add(pnl, 0x20)
            let end := add(first, shl(5, mload(pnl)))
            let least := mload(first)
            for {
                let word := add(first, 0x20)
            } lt(word, end) {
                word := add(word, 0x20)
            } {
                if slt(mload(word), least) {
                    least := mload(word)
                    position := shr(5, sub(word, first))
                }
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ rows

    /// @notice Makes room for `capacity` long rows and as many short ones.
    function openRows(Sheet memory sheet, uint256 capacity) internal pure {
        uint256 middle;
        assembly ("memory-safe") {
            let half := mul(capacity, ROW)
            middle := add(mload(0x40), half)
            mstore(0x40, add(middle, half))
        }
        sheet.firstRow = middle;
        sheet.middleRow = middle;
        sheet.endOfRows = middle;
    }

    /// @notice Adds a book's legs; a book that is worth nothing (spot against an equal short perp) cannot lose.
    /// @param book Memory address of the book.
    function addRow(Sheet memory sheet, uint256 book, uint256 scanRange) internal pure {
        assembly ("memory-safe") {
            let value := add(mload(add(book, BOOK_SPOT)), mload(add(book, BOOK_LINEAR)))
            if value {
                let field := add(sheet, SHEET_TILT)
                mstore(field, add(mload(field), mul(value, scanRange)))
                let row
                switch slt(value, 0)
                case 0 {
                    field := add(sheet, SHEET_FIRST_ROW)
                    row := sub(mload(field), ROW)
                    mstore(field, row)
                }
                default {
                    value := sub(0, value)
                    field := add(sheet, SHEET_END_OF_ROWS)
                    row := mload(field)
                    mstore(field, add(row, ROW))
                }
                field := add(sheet, SHEET_VALUES)
                mstore(field, add(mload(field), value))
                mstore(row, value)
                mstore(add(row, ROW_SCAN_RANGE), scanRange)
                mstore(add(row, ROW_LOSS), 0)
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ the worst only

    /// @notice The sheet's `lossTogether` and `scan`. Where rho is 0 the first is of no use and may come out too small.
    /// @return sure False where only `all` can tell.
    /// @dev Looks at outer scenarios only. To the wei this is the same:
    ///
    /// Alone. Shock, value change and weighting are each monotone, after rounding too, and no move changes nothing. So a row
    /// loses only on the side against it, and an inner scenario's result lies between 0 and that of the outer one beyond.
    /// The same holds for the sum where all rows are of one kind.
    ///
    /// Together. Let A be the tilt, T the worst loss found on the side where A is a loss, e the most that rounding takes:
    /// |value| * 1e-18 + 2 wei per row. Where no shock is cut off at the bound, scenario i's total is within e of
    /// x_i * weight_i * A. On the other side that makes it at least -e. On this side let k be the outer scenario beyond i,
    /// x_i <= 3/4 x_k: then it is at least -3/4 (T + e) - e. Either way it is not worse than -T if T >= 7e. For a smaller T,
    /// that is when the rows cancel to within 1e-17 of their size, or with shocks cut off, all scenarios are looked at.
    function worst(Sheet memory sheet, ScenarioSet set) internal pure returns (bool sure) {
        (uint256 first, uint256 middle, uint256 end) = (sheet.firstRow, sheet.middleRow, sheet.endOfRows);
        if (first == end) return true;
        (uint256 down, uint256 up, uint256 endOfOuter) = set.outer();
        uint256 loss;
        if (sheet.tilt >= 0) {
            loss = _side(first, middle, middle, end, down, up, WAD_LESS_ONE);
            if (middle != end) _side(middle, end, 0, 0, up, endOfOuter, 0);
        } else {
            loss = _side(middle, end, first, middle, up, endOfOuter, 0);
            if (first != middle) _side(first, middle, 0, 0, down, up, WAD_LESS_ONE);
        }
        sheet.scan = _sumOfLosses(first, end);
        sheet.lossTogether = loss;
        return first == middle || middle == end || !_mayBeWorse(sheet, set, loss);
    }

    /// @dev Whether a scenario that was passed over may lose more than `loss`.
    function _mayBeWorse(Sheet memory sheet, ScenarioSet set, uint256 loss) private pure returns (bool) {
        if (ScenarioSetLib.ppm(set.linearRates(), ScenarioSetLib.RHO) == 0) return false;
        if (set.isBounded()) return true;
        unchecked {
            // 1 wei more per row makes up for the rounding of the first term
            uint256 e = sheet.values / WAD + 3 * ((sheet.endOfRows - sheet.firstRow) / ROW);
            return loss < 7 * e;
        }
    }

    /// @dev The hot loop, hence in assembly: the outer scenarios of one side. A row of the losing kind loses
    /// `mulUp(mulUp(value, |shock|), weight)` and keeps its worst, one of the gaining kind gains `mulDown` of the same: a
    /// floored result is a loss rounded up, or a gain rounded down.
    /// @param row,end The rows that lose on this side.
    /// @param gaining,endOfGaining Those that gain.
    /// @param scenario,endOfScenarios Memory addresses of the words of the outer scenarios.
    /// @param roundUp What makes a division of the shock round up: `WAD_LESS_ONE` on the side where prices fall, where shocks
    /// are also cut off at 0.99; else 0.
    /// @return loss The worst loss of all rows together.
    // solhint-disable-next-line function-max-lines
    function _side(
        uint256 row,
        uint256 end,
        uint256 gaining,
        uint256 endOfGaining,
        uint256 scenario,
        uint256 endOfScenarios,
        uint256 roundUp
    ) private pure returns (uint256 loss) {
        assembly ("memory-safe") {
            for {} lt(scenario, endOfScenarios) {
                scenario := add(scenario, 0x20)
            } {
                let weight := mload(scenario)
                let move := shr(128, weight)
                weight := and(weight, WEIGHT_MASK)
                let total := 0
                for {
                    let r := row
                } lt(r, end) {
                    r := add(r, ROW)
                } {
                    let p := div(add(mul(move, mload(add(r, ROW_SCAN_RANGE))), roundUp), WAD)
                    if gt(p, MAX_FALL) {
                        if roundUp {
                            p := MAX_FALL
                        }
                    }
                    p := div(add(mul(mload(r), p), WAD_LESS_ONE), WAD)
                    if xor(weight, WAD) {
                        p := div(add(mul(p, weight), WAD_LESS_ONE), WAD)
                    }
                    if gt(p, mload(add(r, ROW_LOSS))) {
                        mstore(add(r, ROW_LOSS), p)
                    }
                    total := add(total, p)
                }
                for {
                    let r := gaining
                } lt(r, endOfGaining) {
                    r := add(r, ROW)
                } {
                    let p := div(add(mul(move, mload(add(r, ROW_SCAN_RANGE))), roundUp), WAD)
                    if gt(p, MAX_FALL) {
                        if roundUp {
                            p := MAX_FALL
                        }
                    }
                    p := div(mul(mload(r), p), WAD)
                    if xor(weight, WAD) {
                        p := div(mul(p, weight), WAD)
                    }
                    total := sub(total, p)
                }
                if sgt(total, loss) {
                    loss := total
                }
            }
        }
    }

    function _sumOfLosses(uint256 row, uint256 end) private pure returns (uint256 sum) {
        assembly ("memory-safe") {
            for {} lt(row, end) {
                row := add(row, ROW)
            } {
                sum := add(sum, mload(add(row, ROW_LOSS)))
            }
        }
    }
}
