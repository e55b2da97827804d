// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";

/// @dev The part of a price router that the risk engine reads, with prices that the test sets.
contract FixedRouter {
    mapping(uint16 underlying => IPriceRouter.Price price) private _prices;

    function set(uint16 underlying, uint256 price) external {
        _prices[underlying] = IPriceRouter.Price(
            price,
            price,
            price,
            0,
            block.timestamp,
            IPriceRouter.Status.Ok
        );
    }

    function set(
        uint16 underlying,
        uint256 price,
        uint256 low,
        uint256 high,
        IPriceRouter.Status status
    ) external {
        _prices[underlying] = IPriceRouter.Price(price, low, high, 0, block.timestamp, status);
    }

    function priceOf(uint16 underlying) public view returns (IPriceRouter.Price memory price) {
        price = _prices[underlying];
        if (price.price == 0) revert IPriceRouter.UnknownUnderlying(underlying);
    }

    function pricesOf(
        uint16[] calldata underlyings
    ) external view returns (IPriceRouter.Price[] memory prices) {
        prices = new IPriceRouter.Price[](underlyings.length);
        for (uint256 i = 0; i < underlyings.length; ++i) {
            prices[i] = priceOf(underlyings[i]);
        }
    }
}
