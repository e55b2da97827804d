// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title KeyedWords: many words of a mapping in one answer
library KeyedWords {
    /// @notice Ends the call: answers with the words under `keys`, in their order, as a `uint256[]`.
    /// @dev In assembly because the risk engine reads by this on each margin check: besides the slots themselves it costs
    /// about 130 gas a key.
    function answer(
        mapping(uint256 key => uint256 word) storage words,
        uint256[] calldata keys
    ) internal view {
        assembly ("memory-safe") {
            let out := mload(0x40)
            let to := add(out, 0x40)
            let from := keys.offset
            let end := add(from, shl(5, keys.length))
            mstore(out, 0x20)
            mstore(add(out, 0x20), keys.length)
            mstore(0x20, words.slot)
            for {} lt(from, end) {
                from := add(from, 0x20)
                to := add(to, 0x20)
            } {
                mstore(0x00, calldataload(from))
                mstore(to, sload(keccak256(0x00, 0x40)))
            }
            return(out, sub(to, out))
        }
    }
}
