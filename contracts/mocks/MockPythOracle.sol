// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MockPyth} from "@pythnetwork/pyth-sdk-solidity/MockPyth.sol";

/// @title MockPythOracle: the Pyth SDK's own mock under a name that gets an artifact here
contract MockPythOracle is MockPyth {
    constructor(
        uint256 validTimePeriodSec,
        uint256 updateFeeWei
    ) MockPyth(validTimePeriodSec, updateFeeWei) {}
}
