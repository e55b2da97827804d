// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

interface IVolSurface {
    function wordsOf(uint256[] calldata keys) external view returns (uint256[] memory words);
}
