// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

library Black76 {
    function call(uint256 F, uint256 K, int256, uint256) internal pure returns (uint256) {
        return F > K ? F - K : 0;
    }
    function callAndDelta(uint256 F, uint256 K, int256, uint256) internal pure returns (uint256, uint256) {
        return F > K ? (F - K, 1e18) : (0, 0);
    }
    function addScenarios(uint256 option, uint256 table, uint256 n, uint256 acc) internal pure {
        for (uint256 j = 0; j < n; ++j) {
            assembly {
                let row := add(table, mul(j, 0x60))
                let f := div(mul(mload(add(option, 0x40)), mload(add(row, 0x20))), 1000000000000000000)
                let k := mload(add(option, 0x60))
                if gt(f, k) {
                    let a := add(acc, mul(j, 0x20))
                    mstore(a, add(mload(a), mul(mload(option), sub(f, k))))
                }
            }
        }
    }
}
