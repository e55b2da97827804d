// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title CallBatch: many calls in one, for tests that ask a contract about thousands of cases
/// @notice Meant for `eth_call`: what the calls change is forgotten afterwards, and anyone may make it call anything.
contract CallBatch {
    /// @notice Makes the calls in their order, also after one that reverts.
    /// @param targets One contract per call.
    /// @return answers What each call returned, or reverted with.
    function run(
        address[] calldata targets,
        bytes[] calldata calls
    ) external returns (bytes[] memory answers) {
        answers = new bytes[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            // whoever compares the answer sees a revert, as its data is no answer
            (, answers[i]) = targets[i].call(calls[i]);
        }
    }
}
