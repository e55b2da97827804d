// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {InstrumentId, futureId} from "./InstrumentId.sol";

/// @notice The number of one underlying's expiry: `underlying << 20 | hours since the Unix epoch`, the 32 bits that stand
/// under the kind in an InstrumentId. Surfaces and settlement prices are kept under it.
/// @dev Reverts with UnderlyingNotRepresentable outside 1..4095, with ExpiryNotRepresentable off a whole hour.
function expiryKey(uint256 underlyingId, uint256 expiry) pure returns (uint256) {
    return uint32(InstrumentId.unwrap(futureId(underlyingId, expiry)) >> 60);
}

/// @notice The underlying and the expiry (Unix seconds) of a key; bits above the 32 of a key are not looked at.
function splitExpiryKey(uint256 key) pure returns (uint16 underlyingId, uint40 expiry) {
    underlyingId = uint16((key >> 20) & 0xfff);
    expiry = uint40((key & 0xfffff) * 1 hours);
}
