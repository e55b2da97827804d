// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISettlementTwap} from "../../../../contracts/interfaces/ISettlementTwap.sol";
import {SettlementTwap} from "../../../../contracts/oracle/SettlementTwap.sol";
import {OracleBase} from "./OracleBase.sol";

/// @notice ETH listed with one Chainlink feed, and an expiry whose window begins at `START`.
abstract contract SettlementBase is OracleBase {
    uint40 internal constant EXPIRY = uint40(NOW + 7200);
    uint256 internal constant START = EXPIRY - 1800;

    SettlementTwap internal twap;

    function setUp() public virtual override {
        super.setUp();
        listSingle();
        twap = new SettlementTwap(router);
    }

    /// @notice A new answer, and an observation of it, `sec` seconds after the window's start.
    function observeAt(uint256 sec, uint256 price) internal {
        vm.warp(START + sec);
        feed.setAnswer(int256(price / 1e10));
        twap.observe(ETH, EXPIRY);
    }

    function assertSettled(uint256 price, ISettlementTwap.Method method) internal view {
        assertEq(twap.priceOf(ETH, EXPIRY), price, "price");
        uint256[] memory keys = new uint256[](2);
        keys[0] = (uint256(ETH) << 20) | (EXPIRY / 3600);
        keys[1] = keys[0] + 1;
        uint256[] memory prices = twap.pricesOf(keys);
        assertEq(prices.length, 2);
        assertEq(prices[0], price, "by key");
        assertEq(prices[1], 0);
        assertEq(uint256(twap.recordOf(ETH, EXPIRY).method), uint256(method), "method");
    }

    function expectSettled(uint256 price, ISettlementTwap.Method method) internal {
        vm.expectEmit(address(twap));
        emit ISettlementTwap.Settled(ETH, EXPIRY, price, uint8(method));
    }
}
