// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {Portfolio} from "../../../contracts/types/Portfolio.sol";
import {RiskProfile, Scenario, UnderlyingRisk, VolMove} from "../../../contracts/types/RiskProfile.sol";
import {Presets} from "../../../contracts/risk/Presets.sol";
import {RiskTest} from "./RiskTest.sol";

/// @dev Profiles come back as they went in, and none passes the bounds.
contract RiskProfiles is RiskTest {
    uint256 private constant CUSTOM = 9;
    int256 private constant BELOW_ONE = 1e18 - 1e12;

    // ------------------------------------------------------------------------------------------------ storing

    function test_PresetsComeBack() public view {
        assertEq(abi.encode(engine.profile(PORTFOLIO)), abi.encode(Presets.portfolio()));
        assertEq(abi.encode(engine.profile(STANDARD)), abi.encode(Presets.standard()));
        assertTrue(engine.isProfile(PORTFOLIO));
        assertFalse(engine.isProfile(CUSTOM));
    }

    /// @dev The rates that docs/model.md argues for.
    function test_PresetRates() public pure {
        RiskProfile memory p = Presets.portfolio();
        assertEq(p.rho, 0.5e18);
        assertEq(p.mmFactor, 0.8e18);
        assertEq(p.volUp, 0.4e18);
        assertEq(p.volDown, 0.25e18);
        assertEq(p.volUpFloor, 0.5e18);
        assertEq(p.volPowerShort, 0.3e18);
        assertEq(p.volPowerLong, 0.13e18);
        assertEq(p.rollMin, 0.005e18);
        assertEq(p.rollRate, 0.05e18);
        assertEq(p.shortRate, 0.005e18);
        assertEq(p.shortInitial, 0.003e18);
        assertEq(p.perpInitial, 0.01e18);
        assertEq(p.haircut, 0.02e18);
        assertEq(p.haircutInitial, 0.03e18);
        assertEq(p.floorNet, 0.02e18);
        assertEq(p.floorHedged, 0.01e18);
        assertEq(p.defaultScanRange, 0.25e18);
        assertEq(p.underlyings[0].scanRange, 0.15e18);
        assertEq(p.underlyings[1].scanRange, 0.18e18);
        p = Presets.standard();
        assertEq(p.rho, 0);
        assertEq(p.shortRate, 0.02e18);
        assertEq(p.defaultScanRange, 0.375e18);
        assertEq(p.underlyings[0].scanRange, 0.225e18);
        assertEq(p.underlyings[1].scanRange, 0.27e18);
    }

    /// @dev SPAN's grid to the wei: six moves and none, each with volatility up and down, then the extreme ones.
    function test_Span16() public pure {
        Scenario[] memory s = Presets.span16();
        assertEq(s.length, 16);
        int256[7] memory moves = [
            int256(0),
            333333333333333333,
            -333333333333333333,
            666666666666666666,
            -666666666666666666,
            1e18,
            -1e18
        ];
        for (uint256 i = 0; i < 14; ++i) {
            _assertScenario(s[i], moves[i / 2], i % 2 == 0 ? VolMove.Up : VolMove.Down, 1e18);
        }
        _assertScenario(s[14], 3e18, VolMove.Up, 333333333333333333);
        _assertScenario(s[15], -3e18, VolMove.Up, 333333333333333333);
    }

    function _assertScenario(Scenario memory s, int256 move, VolMove vol, uint256 weight) private pure {
        assertEq(s.move, move);
        assertEq(uint256(s.vol), uint256(vol));
        assertEq(s.weight, weight);
    }

    function test_ProfilesAreReplaced() public {
        engine.setProfile(PORTFOLIO, Presets.standard());
        assertEq(abi.encode(engine.profile(PORTFOLIO)), abi.encode(Presets.standard()));
    }

    function test_SetProfileEmits() public {
        vm.expectEmit(true, false, false, false);
        emit IRiskTypes.ProfileSet(CUSTOM, "portfolio", address(0));
        engine.setProfile(CUSTOM, Presets.portfolio());
    }

    function test_RevertWhen_CallerHasNoRole() public {
        vm.prank(address(0xbad));
        vm.expectRevert(
            abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(0xbad))
        );
        engine.setProfile(CUSTOM, Presets.portfolio());
    }

    /// @dev Every field at random within its bounds, underlyings in any order.
    function testFuzz_RoundTrip(uint256 seed) public {
        RiskProfile memory p;
        uint256[16] memory rates;
        for (uint256 i = 0; i < 16; ++i) {
            rates[i] = (uint256(keccak256(abi.encode(seed, i))) % 1e6) * 1e12;
        }
        p.name = bytes32(seed);
        (p.rho, p.mmFactor, p.volUp, p.volDown) = (
            rates[0],
            0.5e18 + (rates[1] / 2e12) * 1e12,
            4 * rates[2],
            rates[3]
        );
        (p.volUpFloor, p.volPowerShort, p.volPowerLong, p.rollMin) = (
            4 * rates[4],
            rates[5],
            rates[6],
            rates[7]
        );
        (p.rollRate, p.shortRate, p.shortInitial, p.perpInitial) = (rates[8], rates[9], rates[10], rates[11]);
        (p.haircut, p.haircutInitial, p.floorNet, p.floorHedged) = (
            rates[12],
            rates[13],
            rates[14],
            rates[15]
        );
        p.defaultScanRange = bound(seed, 0.01e18, 1e18);
        p.scenarios = new Scenario[](1 + (seed % 64));
        for (uint256 i = 0; i < p.scenarios.length; ++i) {
            uint256 r = uint256(keccak256(abi.encode(seed, "s", i)));
            p.scenarios[i] = Scenario(
                bound(int256(r), -40e18, 40e18),
                VolMove(r % 3),
                bound(r, 1, 1e18),
                r % 5 == 0
            );
        }
        uint256 n = (seed >> 8) % 257;
        p.underlyings = new UnderlyingRisk[](n);
        for (uint256 i = 0; i < n; ++i) {
            uint256 r = uint256(keccak256(abi.encode(seed, "u", i)));
            // 1237 has no factor in common with 4095: every number once
            uint16 u = uint16(1 + (((i + (seed % 4095)) * 1237) % 4095));
            p.underlyings[i] = UnderlyingRisk(
                u,
                bound(r, 0.01e18, 1e18),
                (r % 2) * bound(r, 0, 1e18),
                bound(r, p.haircut, 1e18)
            );
        }
        engine.setProfile(CUSTOM, p);
        assertEq(abi.encode(engine.profile(CUSTOM)), abi.encode(p));
        _assertLookups(p);
    }

    /// @dev Underlyings in the list and next to it take their own range and the default.
    function _assertLookups(RiskProfile memory p) private {
        RiskProfile memory single = abi.decode(abi.encode(p), (RiskProfile));
        single.scenarios = new Scenario[](1);
        single.scenarios[0] = Scenario(1e18, VolMove.None, 1e18, false);
        engine.setProfile(CUSTOM + 1, single);
        for (uint256 i = 0; i < p.underlyings.length; i += 37) {
            for (
                uint256 u = p.underlyings[i].underlying;
                u < p.underlyings[i].underlying + uint256(2) && u < 4096;
                ++u
            ) {
                uint256 expected = p.defaultScanRange;
                for (uint256 k = 0; k < p.underlyings.length; ++k) {
                    if (p.underlyings[k].underlying == u) expected = p.underlyings[k].scanRange;
                }
                prices.set(uint16(u), 1e18);
                assertEq(_rangeOf(uint16(u)), expected);
            }
        }
    }

    /// @dev With a single move of 1, what one USD of spot gains is the range.
    function _rangeOf(uint16 underlying) private view returns (uint256) {
        Portfolio memory portfolio = withSpot(empty(0), underlying, 1e18);
        portfolio.profileId = CUSTOM + 1;
        return uint256(engine.explain(portfolio).scenarioPnl[0]);
    }

    // ------------------------------------------------------------------------------------------------ bounds

    function test_RevertWhen_RateIsOutOfBounds() public {
        string[16] memory fields = [
            "rho",
            "mmFactor",
            "volUp",
            "volDown",
            "volUpFloor",
            "volPowerShort",
            "volPowerLong",
            "rollMin",
            "rollRate",
            "shortRate",
            "shortInitial",
            "perpInitial",
            "haircut",
            "haircutInitial",
            "floorNet",
            "floorHedged"
        ];
        for (uint256 i = 0; i < 16; ++i) {
            int256 min = i == 1 ? int256(0.5e18) : int256(0);
            int256 max =
                i == 2 || i == 4
                    ? int256(5e18)
                    : i == 1 || i == 3 || i == 5 || i == 6
                        ? int256(1e18)
                        : BELOW_ONE;
            // the bounds themselves pass
            engine.setProfile(CUSTOM, _withRate(i, uint256(min)));
            engine.setProfile(CUSTOM, _withRate(i, uint256(max)));
            _expectInvalid(fields[i], max + 1e12, min, max);
            engine.setProfile(CUSTOM, _withRate(i, uint256(max) + 1e12));
            _expectInvalid(string.concat(fields[i], " is not a multiple of 1e-6"), max - 1, max - 1e12, max);
            engine.setProfile(CUSTOM, _withRate(i, uint256(max) - 1));
            if (min == 0) continue;
            _expectInvalid(fields[i], min - 1, min, max);
            engine.setProfile(CUSTOM, _withRate(i, uint256(min) - 1));
        }
    }

    function test_RevertWhen_RateIsBeyondAnInteger() public {
        _expectInvalid("rho", type(int256).max, 0, BELOW_ONE);
        engine.setProfile(CUSTOM, _withRate(0, type(uint256).max));
    }

    function test_RevertWhen_ScanRangeIsOutOfBounds() public {
        RiskProfile memory p = Presets.portfolio();
        p.defaultScanRange = 1e18 + 1;
        _expectInvalid("defaultScanRange", 1e18 + 1, 0.01e18, 1e18);
        engine.setProfile(CUSTOM, p);
        p.defaultScanRange = 0.01e18 - 1;
        _expectInvalid("defaultScanRange", 0.01e18 - 1, 0.01e18, 1e18);
        engine.setProfile(CUSTOM, p);
        p = Presets.portfolio();
        p.underlyings[1].scanRange = 0.01e18 - 1;
        _expectInvalid("underlyings.scanRange", 0.01e18 - 1, 0.01e18, 1e18);
        engine.setProfile(CUSTOM, p);
        p.underlyings[1].scanRange = 1e18 + 1;
        _expectInvalid("underlyings.scanRange", 1e18 + 1, 0.01e18, 1e18);
        engine.setProfile(CUSTOM, p);
    }

    function test_RevertWhen_ScenariosAreOutOfBounds() public {
        RiskProfile memory p = Presets.portfolio();
        p.scenarios = new Scenario[](0);
        _expectInvalid("scenarios", 0, 1, 64);
        engine.setProfile(CUSTOM, p);
        p.scenarios = new Scenario[](65);
        _expectInvalid("scenarios", 65, 1, 64);
        engine.setProfile(CUSTOM, p);
        p = Presets.portfolio();
        p.scenarios[3].move = 40e18 + 1;
        _expectInvalid("scenarios.move", 40e18 + 1, -40e18, 40e18);
        engine.setProfile(CUSTOM, p);
        p.scenarios[3].move = -40e18 - 1;
        _expectInvalid("scenarios.move", -40e18 - 1, -40e18, 40e18);
        engine.setProfile(CUSTOM, p);
        p.scenarios[3] = Scenario(0, VolMove.Up, 0, false);
        _expectInvalid("scenarios.weight", 0, 1, 1e18);
        engine.setProfile(CUSTOM, p);
        p.scenarios[3].weight = 1e18 + 1;
        _expectInvalid("scenarios.weight", 1e18 + 1, 1, 1e18);
        engine.setProfile(CUSTOM, p);
    }

    function test_RevertWhen_UnderlyingsAreOutOfBounds() public {
        RiskProfile memory p = Presets.portfolio();
        p.underlyings[1].underlying = 0;
        _expectInvalid("underlyings.underlying", 0, 1, 4095);
        engine.setProfile(CUSTOM, p);
        p.underlyings[1].underlying = 4096;
        _expectInvalid("underlyings.underlying", 4096, 1, 4095);
        engine.setProfile(CUSTOM, p);
        p.underlyings[1].underlying = 1;
        _expectInvalid("underlyings.underlying is listed twice", 1, 1, 4095);
        engine.setProfile(CUSTOM, p);
        p.underlyings = new UnderlyingRisk[](257);
        _expectInvalid("underlyings", 257, 0, 256);
        engine.setProfile(CUSTOM, p);
    }

    function test_RevertWhen_ConcentrationIsOutOfBounds() public {
        RiskProfile memory p = Presets.portfolio();
        p.underlyings[0].haircutSlope = 1e18 + 1;
        _expectInvalid("underlyings.haircutSlope", 1e18 + 1, 0, 1e18);
        engine.setProfile(CUSTOM, p);
        p.underlyings[0].haircutSlope = 1;
        p.underlyings[0].haircutCap = p.haircut - 1;
        _expectInvalid("underlyings.haircutCap", int256(p.haircut) - 1, int256(p.haircut), 1e18);
        engine.setProfile(CUSTOM, p);
        p.underlyings[0].haircutCap = 1e18 + 1;
        _expectInvalid("underlyings.haircutCap", 1e18 + 1, int256(p.haircut), 1e18);
        engine.setProfile(CUSTOM, p);
    }

    function _expectInvalid(string memory field, int256 value, int256 min, int256 max) private {
        vm.expectRevert(abi.encodeWithSelector(IRiskTypes.InvalidProfile.selector, field, value, min, max));
    }

    /// @dev `portfolio` with its i-th rate replaced; the rates are the fields after the name.
    function _withRate(uint256 i, uint256 value) private pure returns (RiskProfile memory p) {
        p = Presets.portfolio();
        assembly ("memory-safe") {
            mstore(add(p, add(0x20, shl(5, i))), value)
        }
    }
}
