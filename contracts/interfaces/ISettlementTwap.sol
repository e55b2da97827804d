// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

interface ISettlementTwap {
    function pricesOf(uint256[] calldata keys) external view returns (uint256[] memory prices);
    function priceOf(uint16 underlying, uint40 expirySec) external view returns (uint256);
}
