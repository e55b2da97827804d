// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Answers every call with the bytes it was given, except `decimals()`; may burn gas first.
contract RawFeed {
    bytes private _answer;
    bytes private _decimals = abi.encode(uint256(8));
    uint256 private _gasToBurn;

    function setAnswer(bytes memory answer) external {
        _answer = answer;
    }

    function setDecimals(bytes memory answer) external {
        _decimals = answer;
    }

    function setGasToBurn(uint256 gasToBurn) external {
        _gasToBurn = gasToBurn;
    }

    function setRound(int256 answer, uint256 updatedAt) external {
        _answer = abi.encode(uint256(1), answer, updatedAt, updatedAt, uint256(1));
    }

    function setPyth(int256 price, uint256 confidence, int256 exponent, uint256 publishTime) external {
        _answer = abi.encode(price, confidence, exponent, publishTime);
    }

    fallback() external {
        bytes memory answer = msg.sig == 0x313ce567 ? _decimals : _answer;
        uint256 start = gasleft();
        uint256 target = _gasToBurn;
        while (start - gasleft() < target) {}
        assembly ("memory-safe") {
            return(add(answer, 0x20), mload(answer))
        }
    }
}
