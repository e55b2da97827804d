// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title AccountHeader: what every action on an account reads first, in one slot
/// @notice Layout, least significant bits first:
///
///   cashPrincipal int128 | collateralMask 64 | flaggedAt 32 | positionCount 8 | profileId 8 | epoch 16
///
/// The epoch is the clearinghouse's number of deleveragings when the account's positions last took part in them.
/// Bit i of the mask is set while the account holds some of asset i. It is a plain word because the compiler would read
/// and write a packed struct field by field, at 100 gas for each.
type AccountHeader is uint256;

using AccountHeaderLib for AccountHeader global;

function toAccountHeader(
    int256 cashPrincipal,
    uint256 collateralMask,
    uint256 flaggedAt,
    uint256 positionCount,
    uint256 profileId,
    uint256 epoch
) pure returns (AccountHeader) {
    return
        AccountHeader.wrap(
            uint256(uint128(int128(cashPrincipal))) |
                (collateralMask << 128) |
                (flaggedAt << 192) |
                (positionCount << 224) |
                (profileId << 232) |
                (epoch << 240)
        );
}

library AccountHeaderLib {
    function cashPrincipal(AccountHeader header) internal pure returns (int256) {
        return int128(uint128(AccountHeader.unwrap(header)));
    }

    function collateralMask(AccountHeader header) internal pure returns (uint256) {
        return uint64(AccountHeader.unwrap(header) >> 128);
    }

    function flaggedAt(AccountHeader header) internal pure returns (uint256) {
        return uint32(AccountHeader.unwrap(header) >> 192);
    }

    function positionCount(AccountHeader header) internal pure returns (uint256) {
        return uint8(AccountHeader.unwrap(header) >> 224);
    }

    function profileId(AccountHeader header) internal pure returns (uint256) {
        return uint8(AccountHeader.unwrap(header) >> 232);
    }

    function epoch(AccountHeader header) internal pure returns (uint256) {
        return AccountHeader.unwrap(header) >> 240;
    }

    function withCash(AccountHeader header, int256 principal) internal pure returns (AccountHeader) {
        uint256 rest = (AccountHeader.unwrap(header) >> 128) << 128;
        return AccountHeader.wrap(rest | uint128(int128(principal)));
    }

    function withMask(AccountHeader header, uint256 mask) internal pure returns (AccountHeader) {
        uint256 rest = AccountHeader.unwrap(header) & ~(uint256(type(uint64).max) << 128);
        return AccountHeader.wrap(rest | (mask << 128));
    }

    function withFlag(AccountHeader header, uint256 flag) internal pure returns (AccountHeader) {
        uint256 rest = AccountHeader.unwrap(header) & ~(uint256(type(uint32).max) << 192);
        return AccountHeader.wrap(rest | (uint256(uint32(flag)) << 192));
    }

    function withProfile(AccountHeader header, uint256 newProfileId) internal pure returns (AccountHeader) {
        uint256 rest = AccountHeader.unwrap(header) & ~(uint256(type(uint8).max) << 232);
        return AccountHeader.wrap(rest | (newProfileId << 232));
    }
}
