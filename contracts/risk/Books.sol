// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../interfaces/IPriceRouter.sol";

/// @notice One underlying: its price, and what one portfolio holds of it.
/// @param underlying Its number.
/// @param quote What the router says of it.
/// @param index The index price that the portfolio is valued at, wad USD.
/// @param portfolio One more than the position of the portfolio that the fields from here on belong to.
/// @param net,gross Sum of the legs' delta and of its absolute value, leg by leg, spot included, in units.
/// @param spot,perp Value of the spot balances and of the perps without their cost, wad USD.
/// @param notional Size of the perps at the index, wad USD, rounded up.
/// @param scan,roll,haircut,initialExtra,floor As in `IRiskEngine.UnderlyingReport`.
struct Book {
    uint256 underlying;
    IPriceRouter.Price quote;
    uint256 index;
    uint256 portfolio;
    int256 net;
    uint256 gross;
    uint256 spot;
    int256 perp;
    uint256 notional;
    uint256 scan;
    uint256 roll;
    uint256 haircut;
    uint256 initialExtra;
    uint256 floor;
}

/// @title BooksLib: the books of a call, in the order in which their underlyings first appear
/// @notice An ordinary `Book[] memory`, but filled one by one and without clearing memory twice.
library BooksLib {
    /// @dev Bytes of a book, and from its start to `net`, from where on the fields belong to one portfolio.
    uint256 private constant SIZE = 448;
    uint256 private constant SUMS = 128;
    uint256 private constant SUMS_SIZE = 320;

    /// @notice An empty list with room for `capacity` books.
    function withCapacity(uint256 capacity) internal pure returns (Book[] memory books) {
        assembly ("memory-safe") {
            books := mload(0x40)
            mstore(books, 0)
            mstore(0x40, add(books, add(0x20, shl(5, capacity))))
        }
    }

    /// @notice Opens a book for the underlying unless there is one. The list must have room for it.
    function open(Book[] memory books, uint256 underlying) internal pure {
        uint256 count = books.length;
        if (find(books, underlying) != count) return;
        // `quote` and `index` are set before they are read, and the sums cleared by `claim`
        assembly ("memory-safe") {
            let book := mload(0x40)
            mstore(0x40, add(book, SIZE))
            mstore(book, underlying)
            mstore(add(book, 0x60), 0) // portfolio
            mstore(books, add(count, 1))
            mstore(add(books, shl(5, add(count, 1))), book)
        }
    }

    /// @notice The position of an underlying's book; the length of the list where there is none.
    function find(Book[] memory books, uint256 underlying) internal pure returns (uint256 position) {
        assembly ("memory-safe") {
            let at := add(books, 0x20)
            let end := add(at, shl(5, mload(books)))
            for {} lt(at, end) { at := add(at, 0x20) } {
                if eq(mload(mload(at)), underlying) { break }
            }
            position := shr(5, sub(sub(at, books), 0x20))
        }
    }

    /// @notice Hands the book to another portfolio, empty.
    function claim(Book memory book, uint256 portfolio) internal pure {
        book.portfolio = portfolio;
        // copying from past the end of calldata writes zeros
        assembly ("memory-safe") {
            calldatacopy(add(book, SUMS), calldatasize(), SUMS_SIZE)
        }
    }
}
