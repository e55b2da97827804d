// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Portfolio} from "../types/Portfolio.sol";

/// @title PortfolioReader: the parts of portfolios in calldata, without Solidity's checks of their offsets
/// @notice Those checks cost some 100 gas for each access. Without them malformed calldata reads as other numbers or as
/// zeros: the caller of a view gets an answer to a question it did not mean to ask, and nobody else is affected.
library PortfolioReader {
    function item(
        Portfolio[] calldata portfolios,
        uint256 i
    ) internal pure returns (Portfolio calldata portfolio) {
        assembly ("memory-safe") {
            portfolio := add(portfolios.offset, calldataload(add(portfolios.offset, shl(5, i))))
        }
    }

    /// @notice The legs' words.
    function legWords(Portfolio calldata portfolio) internal pure returns (uint256[] calldata words) {
        assembly ("memory-safe") {
            let length := add(portfolio, calldataload(add(portfolio, 0x40)))
            words.offset := add(length, 0x20)
            words.length := calldataload(length)
        }
    }

    function premiumsOf(Portfolio calldata portfolio) internal pure returns (int256[] calldata premiums) {
        assembly ("memory-safe") {
            let length := add(portfolio, calldataload(add(portfolio, 0x60)))
            premiums.offset := add(length, 0x20)
            premiums.length := calldataload(length)
        }
    }

    /// @notice The spot balances' words.
    function spotWords(Portfolio calldata portfolio) internal pure returns (uint256[] calldata words) {
        assembly ("memory-safe") {
            let length := add(portfolio, calldataload(add(portfolio, 0x80)))
            words.offset := add(length, 0x20)
            words.length := calldataload(length)
        }
    }

    /// @notice An element of one of these arrays. `i` must be below the length.
    function word(uint256[] calldata words, uint256 i) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := calldataload(add(words.offset, shl(5, i)))
        }
    }

    function premium(int256[] calldata premiums, uint256 i) internal pure returns (int256 value) {
        assembly ("memory-safe") {
            value := calldataload(add(premiums.offset, shl(5, i)))
        }
    }
}
