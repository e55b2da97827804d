// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev Surfaces and settlement prices that the test sets.
contract FixedSurfaces {
    mapping(uint256 key => uint256 word) private _words;
    mapping(uint256 key => uint256 price) private _prices;

    function set(uint256 key, uint256 word) external {
        _words[key] = word;
    }

    function settle(uint256 key, uint256 price) external {
        _prices[key] = price;
    }

    function wordsOf(uint256[] calldata keys) external view returns (uint256[] memory words) {
        words = new uint256[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            words[i] = _words[keys[i]];
        }
    }

    function pricesOf(uint256[] calldata keys) external view returns (uint256[] memory prices) {
        prices = new uint256[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            prices[i] = _prices[keys[i]];
        }
    }

    function priceOf(uint16 underlying, uint40 expirySec) external view returns (uint256) {
        return _prices[(uint256(underlying) << 20) | (expirySec / 1 hours)];
    }
}
