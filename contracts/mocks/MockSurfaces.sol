// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title MockSurfaces: a volatility surface and a settlement for tests, both of which anyone may set
/// @notice What the risk engine reads of `IVolSurface` and `ISettlementTwap`. Keys are `underlying << 20 | expirySec / 3600`;
/// words are taken as they are, without the real contract's bounds.
contract MockSurfaces {
    mapping(uint256 key => uint256 word) private _words;
    mapping(uint256 key => uint256 price) private _prices;

    /// @param word As `SurfaceWord` packs it; 0 for none.
    function set(uint256 key, uint256 word) external {
        _words[key] = word;
    }

    /// @param price Wad USD; 0 for not settled.
    function settle(uint256 key, uint256 price) external {
        _prices[key] = price;
    }

    /// @notice See IVolSurface.
    function wordsOf(uint256[] calldata keys) external view returns (uint256[] memory words) {
        words = new uint256[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) words[i] = _words[keys[i]];
    }

    /// @notice See ISettlementTwap.
    function pricesOf(uint256[] calldata keys) external view returns (uint256[] memory prices) {
        prices = new uint256[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) prices[i] = _prices[keys[i]];
    }

    /// @notice See ISettlementTwap.
    function priceOf(uint16 underlying, uint40 expirySec) external view returns (uint256) {
        return _prices[(uint256(underlying) << 20) | (expirySec / 1 hours)];
    }
}
