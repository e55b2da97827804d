// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {Test} from "../helpers/Test.sol";
import {Black76} from "../../../contracts/libraries/Black76.sol";
import {WadMath} from "../../../contracts/libraries/WadMath.sol";

contract Black76Test is Test {
    uint256 private constant WAD = 1e18;
    uint256 private constant MAX_S = 24e18;
    uint256 private constant MAX_PRICE = type(uint128).max;
    /// @dev As a share of the forward.
    uint256 private constant TOLERANCE = 1e9;
    /// @dev Twice the error that the value is documented to have at most: what an order may be off by.
    uint256 private constant NOISE = 1e9;

    // ------------------------------------------------------------------------------------------------ vectors

    function test_vectors_areWithinToleranceOfTheFormula() public view {
        string memory json = vm.readFile("test/vectors/black76.json");
        (uint256[] memory forwards, uint256[] memory exact) = (
            vm.parseJsonUintArray(json, ".forwards"),
            vm.parseJsonUintArray(json, ".exactValues")
        );
        (uint256[] memory values, uint256[] memory deviations) = (
            vm.parseJsonUintArray(json, ".values"),
            vm.parseJsonUintArray(json, ".deviations")
        );
        (uint256[] memory nd1s, uint256[] memory exactNd1s) = (
            vm.parseJsonUintArray(json, ".nd1s"),
            vm.parseJsonUintArray(json, ".exactNd1s")
        );
        assertEq(forwards.length, vm.parseJsonUint(json, ".count"), "count");
        for (uint256 i = 0; i < forwards.length; ++i) {
            uint256 allowed = FixedPointMathLib.fullMulDiv(forwards[i], TOLERANCE, WAD) + 1;
            assertLe(_distance(values[i], exact[i]), allowed, _label("value", i));
            if (deviations[i] != 0 && deviations[i] < 1e12) continue;
            assertLe(_distance(nd1s[i], exactNd1s[i]), TOLERANCE, _label("nd1", i));
        }
    }

    function test_callAndDelta_equalsTheVectors() public view {
        string memory json = vm.readFile("test/vectors/black76.json");
        uint256[] memory forwards = vm.parseJsonUintArray(json, ".forwards");
        uint256[] memory strikes = vm.parseJsonUintArray(json, ".strikes");
        int256[] memory ls = vm.parseJsonIntArray(json, ".lnMoneyness");
        uint256[] memory deviations = vm.parseJsonUintArray(json, ".deviations");
        uint256[] memory values = vm.parseJsonUintArray(json, ".values");
        uint256[] memory nd1s = vm.parseJsonUintArray(json, ".nd1s");
        assertTrue(values.length > 500, "vectors");
        for (uint256 i = 0; i < values.length; ++i) {
            (uint256 value, uint256 nd1) = Black76.callAndDelta(
                forwards[i],
                strikes[i],
                ls[i],
                deviations[i]
            );
            assertEq(value, values[i], _label("value", i));
            assertEq(nd1, nd1s[i], _label("nd1", i));
        }
    }

    // ------------------------------------------------------------------------------------------------ bounds

    function testFuzz_call_staysBetweenIntrinsicAndForward(uint256 F, uint256 K, uint256 s) public pure {
        (F, K) = (bound(F, 1, MAX_PRICE), bound(K, 1, MAX_PRICE));
        _checkBounds(F, K, _moneyness(F, K), bound(s, 0, MAX_S));
    }

    function testFuzz_call_staysBetweenIntrinsicAndForwardNearTheMoney(
        uint256 F,
        uint256 ratio,
        uint256 s
    ) public pure {
        F = bound(F, 1e6, MAX_PRICE / 4);
        uint256 K = FixedPointMathLib.fullMulDiv(F, bound(ratio, 0.3e18, 3e18), WAD);
        _checkBounds(F, K, _moneyness(F, K), bound(s, 0, 2e18));
        _checkBounds(F, F, 0, bound(s, 0, 2e18));
    }

    /// @dev A logarithm that does not belong to F and K: the value may be anything between the bounds.
    function testFuzz_callAndDelta_neverReverts(uint256 F, uint256 K, int256 L, uint256 s) public pure {
        (F, K) = (bound(F, 1, MAX_PRICE), bound(K, 1, MAX_PRICE));
        L = L % 100e18;
        _checkBounds(F, K, L, bound(s, 0, MAX_S));
        _checkBounds(F, K, L, bound(s, 0, 1e6));
        _checkBounds(F, K, L % 1e6, bound(s, 0, 1e18));
    }

    function testFuzz_call_isIntrinsicWithoutVolatility(uint256 F, uint256 K) public pure {
        (F, K) = (bound(F, 1, MAX_PRICE), bound(K, 1, MAX_PRICE));
        (uint256 value, uint256 nd1) = Black76.callAndDelta(F, K, _moneyness(F, K), 0);
        assertEq(value, F > K ? F - K : 0);
        assertEq(
            nd1,
            F > K
                ? WAD
                : F < K
                    ? 0
                    : WAD / 2
        );
    }

    function test_call_approachesTheForwardWithVolatility() public pure {
        (uint256 value, uint256 nd1) = Black76.callAndDelta(3_000e18, 3_000e18, 0, MAX_S);
        assertApproxEqAbs(value, 3_000e18, 1);
        assertApproxEqAbs(nd1, WAD, 1);
    }

    // ------------------------------------------------------------------------------------------------ shape

    function testFuzz_call_growsWithVolatility(uint256 ratio, uint256 s, uint256 more) public pure {
        (uint256 F, uint256 K, int256 L) = _near(ratio);
        s = bound(s, 0, MAX_S);
        more = bound(more, s, MAX_S);
        assertLe(Black76.call(F, K, L, s), Black76.call(F, K, L, more) + (F * NOISE) / WAD);
    }

    function testFuzz_call_growsLittleAcrossTheChangeOfFit(uint256 ratio) public pure {
        (uint256 F, uint256 K, int256 L) = _near(ratio);
        assertLe(_distance(Black76.call(F, K, L, 1e18), Black76.call(F, K, L, 1e18 + 10)), (F * NOISE) / WAD);
    }

    function testFuzz_call_fallsWithTheStrikeAndNoFaster(uint256 low, uint256 high, uint256 s) public pure {
        (uint256 F, uint256 K, int256 L) = _near(low);
        (, uint256 K2, int256 L2) = _near(high);
        if (K > K2) (K, L, K2, L2) = (K2, L2, K, L);
        s = bound(s, 0, 3e18);
        uint256 noise = (F * NOISE) / WAD;
        (uint256 atK, uint256 atK2) = (Black76.call(F, K, L, s), Black76.call(F, K2, L2, s));
        assertLe(atK2, atK + noise, "falls");
        assertLe(atK, atK2 + (K2 - K) + noise, "slope");
    }

    /// @dev call - put = F - K, the put being the call with F and K exchanged: exactly, because that is how it is computed.
    function testFuzz_call_keepsParity(uint256 ratio, uint256 s) public pure {
        (uint256 F, uint256 K, ) = _near(ratio);
        s = bound(s, 0, MAX_S);
        int256 L = _moneyness(F, K);
        // the complement, because |L| is taken as one
        int256 parity = int256(Black76.call(F, K, L, s)) - int256(Black76.call(K, F, ~L, s));
        assertEq(parity, int256(F) - int256(K));
    }

    function testFuzz_callAndDelta_deltaIsTheSlope(uint256 ratio, uint256 s) public pure {
        (uint256 F, uint256 K, ) = _near(ratio);
        s = bound(s, 0.05e18, 3e18);
        uint256 step = F / 1e4;
        (, uint256 nd1) = Black76.callAndDelta(F, K, _moneyness(F, K), s);
        uint256 rise =
            Black76.call(F + step, K, _moneyness(F + step, K), s) -
                Black76.call(F - step, K, _moneyness(F - step, K), s);
        assertLe(_distance((rise * WAD) / (2 * step), nd1), 1e14);
    }

    // ------------------------------------------------------------------------------------------------ the kernel

    function testFuzz_addScenarios_equalsCall(
        uint256 F,
        uint256 ratio,
        int256 size,
        uint256[3] memory deviations,
        uint256[8] memory shocks
    ) public pure {
        uint256[] memory option = new uint256[](10);
        F = bound(F, 1, MAX_PRICE / 8);
        uint256 K = FixedPointMathLib.fullMulDiv(F, bound(ratio, 0.1e18, 8e18), WAD);
        if (K == 0) K = 1;
        size = size % (2 ** 95);
        (option[0], option[1], option[2], option[3]) = (uint256(size), uint256(_moneyness(F, K)), F, K);
        for (uint256 i = 0; i < 3; ++i) {
            option[4 + i] = bound(deviations[i], 0, i == 2 ? MAX_S : 2e18);
        }
        uint256[] memory table = new uint256[](24);
        for (uint256 j = 0; j < 8; ++j) {
            uint256 factor = bound(shocks[j], 0.01e18, j < 5 ? 1.8e18 : 6e18);
            table[3 * j] = uint256(FixedPointMathLib.lnWad(int256(factor)));
            table[3 * j + 1] = factor;
            table[3 * j + 2] = 0x80 + 0x20 * (shocks[j] % 3);
        }
        uint256[] memory acc = new uint256[](8);
        acc[3] = uint256(-int256(5));
        _add(option, table, acc, 8);
        for (uint256 j = 0; j < 8; ++j) {
            uint256 value = Black76.call(
                WadMath.mulDown(F, table[3 * j + 1]),
                K,
                int256(option[1]) + int256(table[3 * j]),
                option[table[3 * j + 2] / 0x20]
            );
            assertEq(int256(acc[j]), size * int256(value) + (j == 3 ? -int256(5) : int256(0)));
        }
    }

    function test_addScenarios_ofNoneDoesNothing() public pure {
        uint256[] memory acc = new uint256[](1);
        acc[0] = 7;
        _add(_option(3_000e18, 0.2e18), new uint256[](3), acc, 0);
        assertEq(acc[0], 7);
    }

    function test_addScenarios_costsLittlePerScenario() public {
        // days, months, a year; inside and outside of |L| < s^2 / 2; past the cut
        assertLt(_gasPerScenario(3_000e18, 0.05e18), 560, "at the money, 0.05");
        assertLt(_gasPerScenario(3_000e18, 0.2e18), 560, "at the money, 0.2");
        assertLt(_gasPerScenario(4_400e18, 0.2e18), 560, "out of the money, 0.2");
        assertLt(_gasPerScenario(3_000e18, 0.9e18), 700, "at the money, 0.9");
        assertLt(_gasPerScenario(3_000e18, 0.01e18), 450, "at the money, 0.01");
        assertLt(_gasPerScenario(3_000e18, 1.9e18), 850, "at the money, 1.9");
    }

    /// @dev Of eight scenarios more.
    function _gasPerScenario(uint256 K, uint256 s) private returns (uint256 gas) {
        gas = (_gasOf(16, K, s) - _gasOf(8, K, s)) / 8;
        emit GasPerScenario(K, s, gas);
    }

    event GasPerScenario(uint256 strike, uint256 s, uint256 gas);

    function _gasOf(uint256 n, uint256 K, uint256 s) private view returns (uint256 gas) {
        uint256[] memory table = new uint256[](3 * n);
        for (uint256 i = 0; i < n; ++i) {
            // the same shocks in both halves
            uint256 factor = 1.25e18 - (i % 8) * 0.07e18;
            table[3 * i] = uint256(FixedPointMathLib.lnWad(int256(factor)));
            table[3 * i + 1] = factor;
            table[3 * i + 2] = 0x80;
        }
        uint256[] memory option = _option(K, s);
        uint256[] memory acc = new uint256[](n);
        gas = gasleft();
        _add(option, table, acc, n);
        gas -= gasleft();
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _checkBounds(uint256 F, uint256 K, int256 L, uint256 s) private pure {
        (uint256 value, uint256 nd1) = Black76.callAndDelta(F, K, L, s);
        assertLe(value, F, "above the forward");
        assertTrue(value >= (F > K ? F - K : 0), "below intrinsic");
        assertLe(nd1, WAD, "nd1");
        assertEq(Black76.call(F, K, L, s), value, "call");
    }

    function _option(uint256 K, uint256 s) private pure returns (uint256[] memory option) {
        option = new uint256[](10);
        (option[0], option[1]) = (2e18, uint256(_moneyness(3_000e18, K)));
        (option[2], option[3]) = (3_000e18, K);
        (option[4], option[5], option[6]) = (s, 2 * s, s / 2);
    }

    function _add(
        uint256[] memory option,
        uint256[] memory table,
        uint256[] memory acc,
        uint256 n
    ) private pure {
        uint256 o;
        uint256 t;
        uint256 a;
        assembly ("memory-safe") {
            o := add(option, 0x20)
            t := add(table, 0x20)
            a := add(acc, 0x20)
        }
        Black76.addScenarios(o, t, n, a);
    }

    /// @dev A strike from a third to three times a forward of 3,000.
    function _near(uint256 ratio) private pure returns (uint256 F, uint256 K, int256 L) {
        F = 3_000e18;
        K = (F * bound(ratio, 0.33e18, 3e18)) / WAD;
        L = _moneyness(F, K);
    }

    function _moneyness(uint256 F, uint256 K) private pure returns (int256) {
        return FixedPointMathLib.lnWad(int256(F)) - FixedPointMathLib.lnWad(int256(K));
    }

    function _distance(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a - b : b - a;
    }

    function _label(string memory what, uint256 i) private pure returns (string memory) {
        return string.concat(what, " of vector ", vm.toString(i));
    }
}
