// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {OracleBase} from "./helpers/OracleBase.sol";
import {SourceHarness} from "./helpers/SourceHarness.sol";

contract PriceScaleTest is OracleBase {
    SourceHarness private _harness = new SourceHarness();

    function testFuzz_ScalesExactly(uint256 amount, int256 exponent) public view {
        amount = bound(amount, 0, type(uint128).max);
        exponent = bound(exponent, -95, 20);
        uint256 down = _harness.toWadDown(amount, exponent);
        assertEq(down, scaleDigitwise(amount, exponent));
        uint256 up = _harness.toWadUp(amount, exponent);
        // Up differs from down by one exactly where digits were cut.
        bool cut = _cutDigits(amount, exponent);
        assertEq(up, cut ? down + 1 : down);
    }

    /// @dev Whatever a feed says, the scale neither reverts nor wraps round into a band.
    function testFuzz_NeverReverts(uint256 amount, int32 exponent) public view {
        uint256 down = _harness.toWadDown(amount, exponent);
        uint256 up = _harness.toWadUp(amount, exponent);
        assertLe(down, up);
        if (amount > type(uint128).max && exponent >= -18) assertGt(down, type(uint128).max);
        if (amount != 0 && exponent > 20) assertGt(down, type(uint128).max);
    }

    function test_Extremes() public view {
        assertEq(_harness.toWadDown(1, type(int32).min), 0);
        assertEq(_harness.toWadUp(1, type(int32).min), 1);
        assertEq(_harness.toWadUp(0, type(int32).min), 0);
        assertEq(_harness.toWadDown(1, type(int32).max), type(uint256).max);
        assertEq(_harness.toWadDown(0, type(int32).max), 0);
        assertEq(_harness.toWadDown(type(uint256).max, -95), 1);
        assertEq(_harness.toWadUp(type(uint256).max, -95), 2);
        assertEq(_harness.toWadDown(type(uint256).max, -96), 0);
        assertEq(_harness.toWadDown(1, 20), 1e38);
        assertEq(_harness.toWadDown(1, 21), type(uint256).max);
    }

    function _cutDigits(uint256 amount, int256 exponent) private pure returns (bool cut) {
        for (exponent += 18; exponent < 0; ++exponent) {
            if (amount % 10 != 0) return true;
            amount /= 10;
        }
    }
}
