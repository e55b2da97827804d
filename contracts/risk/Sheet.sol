// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../interfaces/IPriceRouter.sol";

/// @notice One underlying: its price, and what one portfolio holds of it.
/// @param underlying Its number.
/// @param quote What the router says of it.
/// @param index The index price that the portfolio is valued at, wad USD.
/// @param holder The portfolio that the fields from here on belong to; see `Sheet.holder`.
/// @param net,gross Sum of the legs' delta and of its absolute value, leg by leg, spot included, in units.
/// @param spot Value of the spot balances, wad USD.
/// @param linear Value of the perps and of the forwards in futures and puts without their cost, wad USD: what moves with the
/// index in proportion.
/// @param notional Size of the perps at the index, wad USD, rounded up.
/// @param scan,roll,haircut,initialExtra,floor,shortOption As in `IRiskTypes.UnderlyingReport`.
/// @param terms Memory address of the last of the terms that the portfolio has legs in; 0 where there is none.
/// @param crowded The perps' notional, each times its market's open-interest scale, wad USD.
/// @param shortUnits Net short calls and net short puts, expiry by expiry, in units.
struct Book {
    uint256 underlying;
    IPriceRouter.Price quote;
    uint256 index;
    uint256 holder;
    int256 net;
    uint256 gross;
    uint256 spot;
    int256 linear;
    uint256 notional;
    uint256 scan;
    uint256 roll;
    uint256 haircut;
    uint256 initialExtra;
    uint256 floor;
    uint256 terms;
    uint256 shortUnits;
    uint256 shortOption;
    uint256 crowded;
}

/// @notice What one call computes: a book per underlying, in the order of their first appearance, and the sums of the
/// portfolio at hand.
/// @param firstId,endOfIds Memory addresses of the books' underlyings, side by side, for a quick search. They stand where
/// the request to the router has them.
/// @param firstBook Memory address of the first book. The others follow side by side, in the same order.
/// @param firstTerm,endOfTerms Memory addresses of the terms (see `Term`), side by side; 0 where the call has no dated legs.
/// @param nowSec The time that everything is valued at.
/// @param shared 1 where what options are worth in the scenarios will be asked for again, for another portfolio.
/// @param extremes,extremesOf Memory address of the rows of the set's extremes, and of the table that they come from; see
/// `OptionScan`.
/// @param siblings,siblingsOf Likewise of the rows that differ from some scenario in volatility alone, and its number.
/// @param holder Number of the portfolio at hand, from 1, to which all that follows belongs.
/// @param underlyings How many underlyings it holds.
/// @param status The worst of their prices' status.
/// @param spot,unrealised,options Value of its spot balances; of its perps and futures with their cost; of its options.
/// @param anyOption 1 where it holds an option.
/// @param charges,initialExtra,floor Sums over books: roll, short options and haircut; the extra for initial margin; the
/// floor.
/// @param firstRow,middleRow,endOfRows Memory addresses of the rows of the scenario scan, one for each book whose legs are
/// worth anything. Those that gain when the price rises (longs) grow from the middle down, the others (shorts) up.
/// @param values Sum of the absolute values of the books' legs.
/// @param tilt Sum of value * scan range: what a move up brings where nothing is cut off or rounded.
/// @param lossTogether The worst scenario's loss, summed over underlyings scenario by scenario.
/// @param scan Sum of the books' worst losses, each in its own worst scenario.
/// @param risk The scenario risk after the cross-asset offset.
struct Sheet {
    uint256 firstId;
    uint256 endOfIds;
    uint256 firstBook;
    uint256 firstTerm;
    uint256 endOfTerms;
    uint256 nowSec;
    uint256 shared;
    uint256 extremes;
    uint256 extremesOf;
    uint256 siblings;
    uint256 siblingsOf;
    uint256 holder;
    uint256 underlyings;
    uint256 status;
    uint256 spot;
    int256 unrealised;
    int256 options;
    uint256 anyOption;
    uint256 charges;
    uint256 initialExtra;
    uint256 floor;
    uint256 firstRow;
    uint256 middleRow;
    uint256 endOfRows;
    uint256 values;
    int256 tilt;
    uint256 lossTogether;
    uint256 scan;
    uint256 risk;
}

// Bytes from the start of a `Book` to its fields, for the code that works on them in assembly.
uint256 constant BOOK_QUOTE = 0x20;
uint256 constant BOOK_INDEX = 0x40;
uint256 constant BOOK_HOLDER = 0x60;
uint256 constant BOOK_NET = 0x80;
uint256 constant BOOK_GROSS = 0xa0;
uint256 constant BOOK_SPOT = 0xc0;
uint256 constant BOOK_LINEAR = 0xe0;
uint256 constant BOOK_NOTIONAL = 0x100;
uint256 constant BOOK_SCAN = 0x120;
uint256 constant BOOK_ROLL = 0x140;
uint256 constant BOOK_INITIAL_EXTRA = 0x180;
uint256 constant BOOK_FLOOR = 0x1a0;
uint256 constant BOOK_TERMS = 0x1c0;
uint256 constant BOOK_CROWDED = 0x220;
uint256 constant BOOK_SIZE = 0x240;

// And to those of a `Sheet`.
uint256 constant SHEET_END_OF_IDS = 0x20;
uint256 constant SHEET_FIRST_BOOK = 0x40;
uint256 constant SHEET_FIRST_TERM = 0x60;
uint256 constant SHEET_END_OF_TERMS = 0x80;
uint256 constant SHEET_NOW = 0xa0;
uint256 constant SHEET_SHARED = 0xc0;
uint256 constant SHEET_HOLDER = 0x160;
uint256 constant SHEET_UNDERLYINGS = 0x180;
uint256 constant SHEET_STATUS = 0x1a0;
uint256 constant SHEET_OPTIONS = 0x200;
uint256 constant SHEET_ANY_OPTION = 0x220;
uint256 constant SHEET_CHARGES = 0x240;
uint256 constant SHEET_INITIAL_EXTRA = 0x260;
uint256 constant SHEET_FLOOR = 0x280;
uint256 constant SHEET_FIRST_ROW = 0x2a0;
uint256 constant SHEET_END_OF_ROWS = 0x2e0;
uint256 constant SHEET_VALUES = 0x300;
uint256 constant SHEET_TILT = 0x320;
uint256 constant SHEET_SCAN = 0x360;
uint256 constant SHEET_SIZE = 0x3a0;

using SheetLib for Sheet global;

/// @title SheetLib: looks after the books of a sheet
/// @dev Solidity would keep books behind an array of pointers, clear each several times, and check what is known.
/// Hot code takes a book by its memory address, since declaring a `Book memory` allocates and clears one.
library SheetLib {
    /// @dev Selector, offset and length stand before the underlyings in the request to the router.
    uint256 internal constant REQUEST_HEAD = 0x60;

    /// @dev From the start of an `IPriceRouter.Price` to its status.
    uint256 private constant PRICE_STATUS = 0xa0;

    /// @notice A sheet with room for `capacity` underlyings, as the only element of a list: a function that returned a
    /// `Sheet memory` would have one allocated and cleared first, word by word.
    function create(uint256 capacity) internal view returns (Sheet[] memory sheets) {
        assembly ("memory-safe") {
            sheets := mload(0x40)
            let sheet := add(sheets, 0x40)
            mstore(sheets, 1)
            mstore(add(sheets, 0x20), sheet)
            let firstId := add(add(sheet, SHEET_SIZE), REQUEST_HEAD)
            // room for one more, as the search writes what it looks for behind the last
            let firstBook := add(firstId, shl(5, add(capacity, 1)))
            mstore(sheet, firstId)
            mstore(add(sheet, SHEET_END_OF_IDS), firstId)
            mstore(add(sheet, SHEET_FIRST_BOOK), firstBook)
            mstore(add(sheet, SHEET_FIRST_TERM), 0)
            mstore(add(sheet, SHEET_END_OF_TERMS), 0)
            mstore(add(sheet, SHEET_NOW), timestamp())
            // `shared` and what is behind it, up to `holder`
            calldatacopy(add(sheet, SHEET_SHARED), calldatasize(), sub(SHEET_HOLDER, SHEET_SHARED))
            mstore(0x40, firstBook)
        }
    }

    /// @notice Adds a book for the underlying of each word that has none yet. Until the last one has been added nothing
    /// else may be allocated.
    /// @param words Packed words in calldata.
    /// @param shift,mask Where a word holds its underlying.
    /// @return full True where there was no room, and the words were not worked off.
    /// @return kinds The words' top four bits, or-ed: above 1 where there is a leg with an expiry.
    function addBooks(
        Sheet memory sheet,
        uint256[] calldata words,
        uint256 shift,
        uint256 mask
    ) internal pure returns (bool full, uint256 kinds) {
        assembly ("memory-safe") {
            let endOfIds := mload(add(sheet, SHEET_END_OF_IDS))
            let book := mload(0x40)
            let end := add(words.offset, shl(5, words.length))
            for {
                let position := words.offset
            } lt(position, end) {
                position := add(position, 0x20)
            } {
                let underlying := calldataload(position)
                kinds := or(kinds, shr(252, underlying))
                underlying := and(shr(shift, underlying), mask)
                mstore(endOfIds, underlying)
                let id := mload(sheet)
                for {} xor(mload(id), underlying) {} {
                    id := add(id, 0x20)
                }
                if eq(id, endOfIds) {
                    endOfIds := add(endOfIds, 0x20)
                    full := eq(endOfIds, mload(add(sheet, SHEET_FIRST_BOOK)))
                    if full {
                        break
                    }
                    // its other fields are written before they are read
                    mstore(book, underlying)
                    mstore(add(book, BOOK_HOLDER), 0)
                    book := add(book, BOOK_SIZE)
                }
            }
            mstore(add(sheet, SHEET_END_OF_IDS), endOfIds)
            mstore(0x40, book)
        }
    }

    /// @notice The memory address of the book of an underlying that has one.
    function find(Sheet memory sheet, uint256 underlying) internal pure returns (uint256 book) {
        assembly ("memory-safe") {
            book := mload(add(sheet, SHEET_FIRST_BOOK))
            for {
                let id := mload(sheet)
            } xor(mload(id), underlying) {
                id := add(id, 0x20)
            } {
                book := add(book, BOOK_SIZE)
            }
        }
    }

    /// @notice The status of the price of the book at a memory address.
    function statusOf(uint256 book) internal pure returns (uint256 status) {
        assembly ("memory-safe") {
            status := mload(add(mload(add(book, BOOK_QUOTE)), PRICE_STATUS))
        }
    }

    /// @notice Clears all that belongs to a portfolio, for the next one.
    function turnTo(Sheet memory sheet, uint256 holder) internal pure {
        assembly ("memory-safe") {
            mstore(add(sheet, SHEET_HOLDER), holder)
            // copying from past the end of calldata writes zeros
            calldatacopy(add(sheet, SHEET_UNDERLYINGS), calldatasize(), sub(SHEET_SIZE, SHEET_UNDERLYINGS))
        }
    }

    /// @notice The memory address of the book of an underlying that has one. When the portfolio first comes to it, it is
    /// cleared and counted.
    function claim(Sheet memory sheet, uint256 underlying) internal pure returns (uint256 book) {
        assembly ("memory-safe") {
            book := mload(add(sheet, SHEET_FIRST_BOOK))
            for {
                let id := mload(sheet)
            } xor(mload(id), underlying) {
                id := add(id, 0x20)
            } {
                book := add(book, BOOK_SIZE)
            }
            let holder := mload(add(sheet, SHEET_HOLDER))
            if xor(mload(add(book, BOOK_HOLDER)), holder) {
                mstore(add(book, BOOK_HOLDER), holder)
                calldatacopy(add(book, BOOK_NET), calldatasize(), sub(BOOK_SIZE, BOOK_NET))
                let field := add(sheet, SHEET_UNDERLYINGS)
                mstore(field, add(mload(field), 1))
                field := add(sheet, SHEET_STATUS)
                let status := mload(add(mload(add(book, BOOK_QUOTE)), PRICE_STATUS))
                if gt(status, mload(field)) {
                    mstore(field, status)
                }
            }
        }
    }

    function count(Sheet memory sheet) internal pure returns (uint256) {
        unchecked {
            return (sheet.endOfIds - sheet.firstId) >> 5;
        }
    }

    /// @notice The i-th book.
    function bookAt(Sheet memory sheet, uint256 i) internal pure returns (Book memory) {
        return listAt(sheet.firstBook + i * BOOK_SIZE)[0];
    }

    /// @notice The book of an underlying that has one.
    function bookOf(Sheet memory sheet, uint256 underlying) internal pure returns (Book memory) {
        uint256 i;
        while (bookAt(sheet, i).underlying != underlying) ++i;
        return bookAt(sheet, i);
    }

    /// @notice The book at a memory address, as the only element of a list in scratch space: take it out at once. A function
    /// that returned a `Book memory` would have one allocated and cleared first.
    function listAt(uint256 position) internal pure returns (Book[] memory list) {
        assembly ("memory-safe") {
            mstore(0x00, 1)
            mstore(0x20, position)
            list := 0x00
        }
    }

    /// @notice Likewise a sheet.
    function sheetAt(uint256 position) internal pure returns (Sheet[] memory list) {
        assembly ("memory-safe") {
            mstore(0x00, 1)
            mstore(0x20, position)
            list := 0x00
        }
    }

    /// @notice The index price of the book at a memory address.
    function indexOf(uint256 book) internal pure returns (uint256 index) {
        assembly ("memory-safe") {
            index := mload(add(book, BOOK_INDEX))
        }
    }

    /// @notice Whether the portfolio at hand holds anything of the book at a memory address.
    function isClaimed(Sheet memory sheet, uint256 book) internal pure returns (bool claimed) {
        assembly ("memory-safe") {
            claimed := eq(mload(add(book, BOOK_HOLDER)), mload(add(sheet, SHEET_HOLDER)))
        }
    }

    function underlyingOf(uint256 book) internal pure returns (uint256 underlying) {
        assembly ("memory-safe") {
            underlying := mload(book)
        }
    }

    /// @notice What the book at a memory address is worth that moves with the index in proportion.
    function valueOf(uint256 book) internal pure returns (int256 value) {
        assembly ("memory-safe") {
            value := add(mload(add(book, BOOK_SPOT)), mload(add(book, BOOK_LINEAR)))
        }
    }

    function spotOf(uint256 book) internal pure returns (uint256 spot) {
        assembly ("memory-safe") {
            spot := mload(add(book, BOOK_SPOT))
        }
    }
}
