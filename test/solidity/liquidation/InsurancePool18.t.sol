// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {InsurancePoolTest} from "./InsurancePool.t.sol";

/// @dev The same on a cash token with 18 decimals.
contract InsurancePool18Test is InsurancePoolTest {
    function cashDecimals() internal pure override returns (uint8) {
        return 18;
    }
}
