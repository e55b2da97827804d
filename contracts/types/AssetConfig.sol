// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title AssetConfig: what a listed asset is, in one slot
/// @notice Layout, least significant bits first: token 160 | decimals 8 | underlying 16 | enabled 8.
type AssetConfig is uint256;

using AssetConfigLib for AssetConfig global;

function toAssetConfig(
    address assetToken,
    uint256 tokenDecimals,
    uint256 underlyingId,
    bool isEnabled
) pure returns (AssetConfig) {
    return
        AssetConfig.wrap(
            uint256(uint160(assetToken)) |
                (tokenDecimals << 160) |
                (underlyingId << 168) |
                ((isEnabled ? uint256(1) : 0) << 184)
        );
}

library AssetConfigLib {
    function token(AssetConfig config) internal pure returns (address) {
        return address(uint160(AssetConfig.unwrap(config)));
    }

    function decimals(AssetConfig config) internal pure returns (uint256) {
        return uint8(AssetConfig.unwrap(config) >> 160);
    }

    function underlying(AssetConfig config) internal pure returns (uint16) {
        return uint16(AssetConfig.unwrap(config) >> 168);
    }

    function enabled(AssetConfig config) internal pure returns (bool) {
        return AssetConfig.unwrap(config) >> 184 != 0;
    }
}
