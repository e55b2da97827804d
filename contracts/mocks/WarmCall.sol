// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title WarmCall: the gas of a call whose storage, code and accounts have been touched before in the same transaction
/// @notice Meant for `eth_call`: anyone may make it call anything.
contract WarmCall {
    error CallFailed(bytes reason);

    /// @notice Makes the call twice.
    /// @return used Gas of the second one.
    function gasOfSecond(address target, bytes calldata data) external returns (uint256 used) {
        bytes memory input = data;
        _call(target, input);
        return _call(target, input);
    }

    function _call(address target, bytes memory input) private returns (uint256 used) {
        bool ok;
        assembly ("memory-safe") {
            let left := gas()
            ok := call(gas(), target, 0, add(input, 0x20), mload(input), 0x00, 0x00)
            used := sub(left, gas())
        }
        if (!ok) {
            bytes memory reason;
            assembly ("memory-safe") {
                reason := mload(0x40)
                mstore(reason, returndatasize())
                returndatacopy(add(reason, 0x20), 0x00, returndatasize())
                mstore(0x40, add(add(reason, 0x40), returndatasize()))
            }
            revert CallFailed(reason);
        }
    }
}
