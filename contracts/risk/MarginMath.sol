// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRiskEngine} from "../interfaces/IRiskEngine.sol";
import {WadMath} from "../libraries/WadMath.sol";
import {Book} from "./Books.sol";
import {ScenarioSet, ScenarioSetLib} from "./ScenarioSet.sol";

/// @title MarginMath: equity and margin of a portfolio that has been sorted into books (SPEC-M)
/// @notice Pure functions on memory. Rates come in units of 1e-6, for which `ceil(x * ppm / 1e6)` is the specified
/// `mulUp(x, rate)`.
///
/// Arithmetic is unchecked within these bounds, which the inputs' types and the engine's checks guarantee:
///
///   price < 2**128, |size| < 2**95, spot amount < 2**128, spot value < 2**184, |cost| < 2**103, legs < 2**20 (gas)
///   so |value of a book's legs| < 2**185, delta of a book < 2**129, delta * price < 2**246
///   |shock| <= 40 in wad < 2**66, weight and rates <= 1 in wad < 2**60: products stay below 2**251
library MarginMath {
    uint256 private constant WAD = 1e18;
    uint256 private constant MILLION = 1e6;
    uint256 internal constant MAX_PRICE = type(uint128).max;
    uint256 internal constant MAX_SPOT_VALUE = (1 << 184) - 1;
    /// @dev Bytes of a row of the scenario loop: value of the legs, scan range, least profit and loss so far.
    uint256 internal constant ROW = 0x60;

    /// @notice Sums over a portfolio's underlyings, wad USD.
    /// @param spot,unrealised Value of the spot balances; perps' value and cost.
    /// @param lossTogether The worst scenario's loss, summed over underlyings scenario by scenario.
    /// @param scan,roll,haircut,initialExtra,floor Sums of the books' fields of the same names.
    /// @param risk The scenario risk after the cross-asset offset.
    /// @param underlyings How many there are.
    /// @param status The worst of their prices' status.
    struct Totals {
        uint256 spot;
        int256 unrealised;
        uint256 lossTogether;
        uint256 scan;
        uint256 roll;
        uint256 haircut;
        uint256 initialExtra;
        uint256 floor;
        uint256 risk;
        uint256 underlyings;
        uint256 status;
    }

    /// @notice The rows of the scenario loop: one per underlying whose legs are worth anything.
    /// @param first,end Memory addresses of the first row and of the end of the last one.
    /// @param values Sum of the absolute values of the legs.
    struct Rows {
        uint256 first;
        uint256 end;
        uint256 values;
    }

    // ------------------------------------------------------------------------------------------------ legs

    /// @notice SPEC-M1, M9 for a spot balance.
    function addSpot(Book memory book, uint256 amount) internal pure {
        unchecked {
            uint256 value = book.spot + (amount * book.index) / WAD;
            if (value > MAX_SPOT_VALUE) {
                revert IRiskEngine.SpotValueOutOfBounds(uint16(book.underlying), value, MAX_SPOT_VALUE);
            }
            book.spot = value;
            book.net += int256(amount);
            book.gross += amount;
        }
    }

    /// @notice SPEC-M1, M6, M9 for a perp; its value without its cost.
    function addPerp(Book memory book, int256 size, uint256 mark) internal pure returns (int256 value) {
        unchecked {
            value = _mulFloor(size, int256(mark));
            uint256 units = WadMath.abs(size);
            book.perp += value;
            book.net += size;
            book.gross += units;
            book.notional += _ceilDiv(units * book.index, WAD);
        }
    }

    // ------------------------------------------------------------------------------------------------ charges

    /// @notice SPEC-M6 to M9 for one book, added to the totals.
    function charge(Book memory book, ScenarioSet set, Totals memory totals, uint256 slope, uint256 cap) internal pure {
        uint256 rates = set.linearRates();
        unchecked {
            uint256 notional = book.notional;
            uint256 extra;
            if (notional != 0) {
                uint256 roll = _ceilPpm(notional, ScenarioSetLib.ppm(rates, ScenarioSetLib.ROLL_MIN));
                extra = _ceilPpm(notional, ScenarioSetLib.ppm(rates, ScenarioSetLib.PERP_INITIAL));
                book.roll = roll;
                totals.roll += roll;
            }
            uint256 spot = book.spot;
            if (spot != 0) {
                uint256 base = ScenarioSetLib.ppm(rates, ScenarioSetLib.HAIRCUT);
                uint256 haircut = slope == 0
                    ? _ceilPpm(spot, base)
                    : _mulUp(spot, WadMath.min(cap, base * (WAD / MILLION) + _mulUp(slope, spot)));
                extra += _ceilPpm(spot, ScenarioSetLib.ppm(rates, ScenarioSetLib.HAIRCUT_INITIAL));
                book.haircut = haircut;
                totals.haircut += haircut;
                totals.spot += spot;
            }
            book.initialExtra = extra;
            totals.initialExtra += extra;
            totals.floor += _floor(book, rates);
        }
    }

    function _floor(Book memory book, uint256 rates) private pure returns (uint256 floor) {
        unchecked {
            uint256 net = WadMath.abs(book.net);
            uint256 hedged = (book.gross - net) >> 1;
            uint256 units = _ceilPpm(net, ScenarioSetLib.ppm(rates, ScenarioSetLib.FLOOR_NET));
            if (hedged != 0) units += _ceilPpm(hedged, ScenarioSetLib.ppm(rates, ScenarioSetLib.FLOOR_HEDGED));
            floor = _mulUp(units, book.index);
            book.floor = floor;
        }
    }

    // ------------------------------------------------------------------------------------------------ scenarios

    /// @notice An empty list of rows. Nothing else may be allocated until the last one has been added.
    function openRows() internal pure returns (Rows memory rows) {
        uint256 free;
        assembly ("memory-safe") {
            free := mload(0x40)
        }
        rows.first = free;
        rows.end = free;
    }

    /// @notice Adds a book's legs; a book that is worth nothing (spot against an equal short perp) cannot lose.
    function addRow(Rows memory rows, Book memory book, uint256 scanRange) internal pure {
        unchecked {
            int256 value = int256(book.spot) + book.perp;
            if (value == 0) return;
            rows.values += WadMath.abs(value);
            uint256 end = rows.end;
            rows.end = end + ROW;
            assembly ("memory-safe") {
                mstore(end, value)
                mstore(add(end, 0x20), scanRange)
                mstore(add(end, 0x40), 0)
                mstore(0x40, add(end, ROW))
            }
        }
    }

    /// @notice The worst loss over all scenarios, together and for each row alone (SPEC-M3, M4).
    /// @dev Looks at the outer scenarios only, which give the same result to the wei:
    ///
    /// Alone: shock, value change and weighting are each monotone after rounding too, and no move changes nothing. An
    /// inner scenario's result therefore lies between 0 and that of the outer one of the same sign and weight, or equals
    /// 0 where it has no move.
    ///
    /// Together: the sum may mix rises and falls, but without rounding it is linear, `x_j * weight * A`, since the outer
    /// shock that an inner scenario answers to is not cut off at the bound, nor then its own. Rounding takes at most
    /// |value| * 1e-18 + 2 wei per row; call the sum of these e. With x_i <= 3/4 x_k, an inner total is at least
    /// `-3/4 (T + e) - e` where T is the worst outer loss, so it is not worse than T if T >= 7e. For a smaller T, that is
    /// when the rows cancel to within 1e-17 of their size, all scenarios are looked at.
    function scan(Rows memory rows, ScenarioSet set) internal pure returns (uint256 lossTogether, uint256 sumOfLosses) {
        unchecked {
            (uint256 first, uint256 firstOuter, uint256 end) = set.walk();
            lossTogether = _worstOf(rows, firstOuter, end, ScenarioSetLib.STRIDE_OUTER_SHIFT);
            // 1 wei more per row makes up for the rounding of the first term
            uint256 e = rows.values / WAD + 3 * ((rows.end - rows.first) / ROW);
            if (lossTogether < 7 * e) {
                lossTogether = _worstOf(rows, first, end, ScenarioSetLib.STRIDE_DISTINCT_SHIFT);
            }
            for (uint256 row = rows.first; row < rows.end; row += ROW) {
                sumOfLosses += lossOf(row);
            }
        }
    }

    /// @notice Profit and loss of every scenario, summed over the rows; the rows keep their worst.
    function scanAll(Rows memory rows, ScenarioSet set) internal pure returns (int256[] memory pnl) {
        uint256 n = set.scenarioCount();
        pnl = new int256[](n);
        for (uint256 j = 0; j < n; ++j) {
            pnl[j] = _total(rows.first, rows.end, set.scenarioAt(j));
        }
    }

    /// @notice A row's worst loss so far.
    function lossOf(uint256 row) internal pure returns (uint256 loss) {
        assembly ("memory-safe") {
            loss := sub(0, mload(add(row, 0x40)))
        }
    }

    /// @notice m_j: the price shock of a scenario (SPEC-M3).
    function shockOf(uint256 scenario, uint256 scanRange) internal pure returns (int256 shock) {
        shock = _mulFloor(ScenarioSetLib.moveOf(scenario), int256(scanRange));
        if (shock < ScenarioSetLib.MIN_SHOCK) shock = ScenarioSetLib.MIN_SHOCK;
    }

    function _worstOf(Rows memory rows, uint256 position, uint256 end, uint256 strideShift) private pure returns (uint256) {
        int256 worst;
        uint256 firstRow = rows.first;
        uint256 endRow = rows.end;
        unchecked {
            while (position < end) {
                uint256 scenario;
                assembly ("memory-safe") {
                    scenario := mload(position)
                }
                int256 total = _total(firstRow, endRow, scenario);
                if (total < worst) worst = total;
                position += (scenario >> strideShift) & 0xffff;
            }
            return uint256(-worst);
        }
    }

    /// @dev The hot loop, hence in assembly: half the gas of the same in Solidity. Per row
    /// `mulFloor(mulFloor(value, max(mulFloor(move, scanRange), -0.99)), weight)`, where a floored division is
    /// `sdiv(p, WAD) - (smod(p, WAD) < 0)`.
    function _total(uint256 row, uint256 end, uint256 scenario) private pure returns (int256 total) {
        int256 move = ScenarioSetLib.moveOf(scenario);
        uint256 weight = ScenarioSetLib.weightOf(scenario);
        int256 minShock = ScenarioSetLib.MIN_SHOCK;
        assembly ("memory-safe") {
            for {} lt(row, end) { row := add(row, ROW) } {
                let p := mul(move, mload(add(row, 0x20)))
                p := sub(sdiv(p, WAD), slt(smod(p, WAD), 0))
                if slt(p, minShock) { p := minShock }
                p := mul(mload(row), p)
                p := sub(sdiv(p, WAD), slt(smod(p, WAD), 0))
                if iszero(eq(weight, WAD)) {
                    p := mul(p, weight)
                    p := sub(sdiv(p, WAD), slt(smod(p, WAD), 0))
                }
                if slt(p, mload(add(row, 0x40))) { mstore(add(row, 0x40), p) }
                total := add(total, p)
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ margin

    /// @notice SPEC-M5: the cross-asset offset.
    function offset(ScenarioSet set, uint256 lossTogether, uint256 sumOfLosses) internal pure returns (uint256) {
        uint256 rho = ScenarioSetLib.ppm(set.linearRates(), ScenarioSetLib.RHO);
        unchecked {
            return _ceilPpm(lossTogether, rho) + _ceilPpm(sumOfLosses, MILLION - rho);
        }
    }

    /// @notice SPEC-M10.
    function margins(ScenarioSet set, Totals memory totals) internal pure returns (uint256 initial, uint256 maintenance) {
        uint256 mmFactor = ScenarioSetLib.ppm(set.linearRates(), ScenarioSetLib.MM_FACTOR);
        unchecked {
            uint256 charges = totals.roll + totals.haircut;
            maintenance =
                WadMath.max(_ceilPpm(totals.risk, mmFactor) + charges, _ceilPpm(totals.floor, mmFactor));
            initial = WadMath.max(totals.risk + charges + totals.initialExtra, totals.floor);
        }
    }

    // ------------------------------------------------------------------------------------------------ rounding

    function _mulFloor(int256 a, int256 b) private pure returns (int256 q) {
        assembly ("memory-safe") {
            let p := mul(a, b)
            q := sub(sdiv(p, WAD), slt(smod(p, WAD), 0))
        }
    }

    function _mulUp(uint256 a, uint256 b) private pure returns (uint256) {
        return _ceilDiv(a * b, WAD);
    }

    function _ceilPpm(uint256 a, uint256 rate) private pure returns (uint256) {
        return _ceilDiv(a * rate, MILLION);
    }

    function _ceilDiv(uint256 a, uint256 b) private pure returns (uint256) {
        unchecked {
            return (a + b - 1) / b;
        }
    }
}
