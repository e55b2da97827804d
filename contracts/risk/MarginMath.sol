// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRiskTypes} from "../interfaces/IRiskTypes.sol";
import {WadMath} from "../libraries/WadMath.sol";
import {ScenarioSetLib} from "./ScenarioSet.sol";
// Solhint does not see what assembly uses.
// solhint-disable no-unused-import
import {
    BOOK_FLOOR,
    BOOK_GROSS,
    BOOK_INDEX,
    BOOK_INITIAL_EXTRA,
    BOOK_NET,
    BOOK_NOTIONAL,
    BOOK_PERP,
    BOOK_ROLL,
    Book,
    SHEET_CHARGES,
    SHEET_FLOOR,
    SHEET_INITIAL_EXTRA,
    Sheet
} from "./Sheet.sol";

/// @title MarginMath: equity and margin of the portfolio on a sheet (SPEC-M)
/// @notice Pure functions on memory. Rates come in units of 1e-6, for which `ceil(x * ppm / 1e6)` is the specified
/// `mulUp(x, rate)`.
///
/// Arithmetic is unchecked within these bounds, which the inputs' types and the engine's checks guarantee:
///
///   price < 2**128, |size| < 2**95, spot amount < 2**128, spot value < 2**184, |cost| < 2**103, legs < 2**20 (gas)
///   so |value of a book's legs| < 2**185, delta of a book < 2**129, delta * price < 2**246
///   |shock| <= 40 in wad < 2**66, weight and rates <= 1 in wad < 2**60: products stay below 2**251
library MarginMath {
    uint256 private constant WAD = 1000000000000000000;
    uint256 private constant WAD_LESS_ONE = 999999999999999999;
    uint256 private constant MILLION = 1000000;
    uint256 private constant MILLION_LESS_ONE = 999999;
    uint256 private constant PPM_MASK = 0xffffffff;
    /// @dev Turns a rate in units of 1e-6 into wad.
    uint256 private constant PPM_TO_WAD = 1e12;
    uint256 internal constant MAX_PRICE = type(uint128).max;
    uint256 internal constant MAX_SPOT_VALUE = (1 << 184) - 1;

    // ------------------------------------------------------------------------------------------------ legs

    /// @notice SPEC-M1, M9 for a spot balance.
    function addSpot(Book memory book, uint256 amount) internal pure {
        unchecked {
            uint256 value = book.spot + (amount * book.index) / WAD;
            if (value > MAX_SPOT_VALUE) {
                revert IRiskTypes.SpotValueOutOfBounds(uint16(book.underlying), value, MAX_SPOT_VALUE);
            }
            book.spot = value;
            book.net += int256(amount);
            book.gross += amount;
        }
    }

    /// @notice SPEC-M1, M6, M9 for a perp.
    /// @param book Memory address of its book.
    /// @return value The perp's value without its cost.
    function addPerp(uint256 book, int256 size, uint256 mark) internal pure returns (int256 value) {
        assembly ("memory-safe") {
            value := mul(size, mark)
            value := sub(sdiv(value, WAD), slt(smod(value, WAD), 0))
            let field := add(book, BOOK_PERP)
            mstore(field, add(mload(field), value))
            field := add(book, BOOK_NET)
            mstore(field, add(mload(field), size))
            if slt(size, 0) {
                size := sub(0, size)
            }
            field := add(book, BOOK_GROSS)
            mstore(field, add(mload(field), size))
            field := add(book, BOOK_NOTIONAL)
            mstore(
                field,
                add(mload(field), div(add(mul(size, mload(add(book, BOOK_INDEX))), WAD_LESS_ONE), WAD))
            )
        }
    }

    // ------------------------------------------------------------------------------------------------ charges

    /// @notice SPEC-M6, M8, M9 for one book without its spot, added to the sums.
    /// @param book Memory address of the book.
    /// @param rates `ScenarioSet.linearRates`.
    function charge(Sheet memory sheet, uint256 book, uint256 rates) internal pure {
        assembly ("memory-safe") {
            let notional := mload(add(book, BOOK_NOTIONAL))
            // roll: rates bits 160; initial extra: 128; floor on net and on hedged delta: 32 and 0
            let amount := div(add(mul(notional, and(shr(160, rates), PPM_MASK)), MILLION_LESS_ONE), MILLION)
            mstore(add(book, BOOK_ROLL), amount)
            let field := add(sheet, SHEET_CHARGES)
            mstore(field, add(mload(field), amount))
            amount := div(add(mul(notional, and(shr(128, rates), PPM_MASK)), MILLION_LESS_ONE), MILLION)
            mstore(add(book, BOOK_INITIAL_EXTRA), amount)
            field := add(sheet, SHEET_INITIAL_EXTRA)
            mstore(field, add(mload(field), amount))

            let net := mload(add(book, BOOK_NET))
            if slt(net, 0) {
                net := sub(0, net)
            }
            let hedged := shr(1, sub(mload(add(book, BOOK_GROSS)), net))
            amount := div(add(mul(net, and(shr(32, rates), PPM_MASK)), MILLION_LESS_ONE), MILLION)
            if hedged {
                amount := add(amount, div(add(mul(hedged, and(rates, PPM_MASK)), MILLION_LESS_ONE), MILLION))
            }
            amount := div(add(mul(amount, mload(add(book, BOOK_INDEX))), WAD_LESS_ONE), WAD)
            mstore(add(book, BOOK_FLOOR), amount)
            field := add(sheet, SHEET_FLOOR)
            mstore(field, add(mload(field), amount))
        }
    }

    /// @notice SPEC-M7, M8 for the spot of one book, added to the sums.
    /// @param risk The underlying's word of the scenario set.
    function chargeSpot(Sheet memory sheet, Book memory book, uint256 rates, uint256 risk) internal pure {
        (uint256 slope, uint256 cap) = ScenarioSetLib.concentration(risk);
        unchecked {
            uint256 spot = book.spot;
            uint256 rate = ScenarioSetLib.ppm(rates, ScenarioSetLib.HAIRCUT) * PPM_TO_WAD;
            if (slope != 0) rate = WadMath.min(cap, rate + (slope * spot + WAD_LESS_ONE) / WAD);
            uint256 haircut = (spot * rate + WAD_LESS_ONE) / WAD;
            uint256 extra = _ceilPpm(spot, ScenarioSetLib.ppm(rates, ScenarioSetLib.HAIRCUT_INITIAL));
            book.haircut = haircut;
            book.initialExtra += extra;
            sheet.spot += spot;
            sheet.charges += haircut;
            sheet.initialExtra += extra;
        }
    }

    // ------------------------------------------------------------------------------------------------ margin

    /// @notice SPEC-M5 and M10, out of the sheet's sums.
    function margins(
        Sheet memory sheet,
        uint256 rates
    ) internal pure returns (uint256 initial, uint256 maintenance) {
        unchecked {
            uint256 rho = ScenarioSetLib.ppm(rates, ScenarioSetLib.RHO);
            uint256 mmFactor = ScenarioSetLib.ppm(rates, ScenarioSetLib.MM_FACTOR);
            uint256 risk = _ceilPpm(sheet.lossTogether, rho) + _ceilPpm(sheet.scan, MILLION - rho);
            sheet.risk = risk;
            (uint256 charges, uint256 floor) = (sheet.charges, sheet.floor);
            initial = risk + charges + sheet.initialExtra;
            if (initial < floor) initial = floor;
            maintenance = _ceilPpm(risk, mmFactor) + charges;
            floor = _ceilPpm(floor, mmFactor);
            if (maintenance < floor) maintenance = floor;
        }
    }

    /// @dev `ceil(a * rate / 1e6)`.
    function _ceilPpm(uint256 a, uint256 rate) private pure returns (uint256) {
        unchecked {
            return (a * rate + MILLION_LESS_ONE) / MILLION;
        }
    }
}
