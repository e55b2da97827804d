// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {RiskProfile, Scenario, UnderlyingRisk, VolMove} from "../types/RiskProfile.sol";

/// @title ScenarioSet: a risk profile as a run of words, read from contract code in one copy
/// @notice The value is the memory address of the first word. Layout:
///
///   0             name
///   1, 2          sixteen rates of 32 bits, in units of 1e-6
///   3             scenarios 16 | underlyings 16 | offset of the first outer scenario 16 | default scan range 64
///   4 ..          one word per scenario: move int72 | weight 64 | vol 8 | 80 unused | to next distinct 16 | to next outer 16
///   4 + n ..      one word per listed underlying, ascending: underlying 16 | scan range 64 | slope 64 | cap 64 | position 16
///
/// "To next" is a distance in bytes, so that a walk over a part of the scenarios skips the others at no cost:
///
/// - *Distinct*: differs from the preceding scenario in move or weight. The others differ in volatility alone, which
///   does not touch linear legs.
/// - *Outer*: distinct, and no other scenario of the same sign and weight moves at least 4/3 as far without reaching the
///   bound of -0.99 for any underlying. Only these can be the worst for one underlying's linear legs; see
///   `MarginMath.scan` for the proof and for sums over underlyings.
type ScenarioSet is uint256;

using ScenarioSetLib for ScenarioSet global;

/// @notice Where each rate lies in the words 1 and 2: `word | shift`.
library ScenarioSetLib {
    uint256 private constant RATE_UNIT = 1e12;
    uint256 private constant RATE_MASK = 0xffffffff;
    uint256 private constant HEAD_WORDS = 4;
    /// @notice The furthest that a scenario moves a price down, as a fraction.
    int256 internal constant MIN_SHOCK = -0.99e18;

    uint256 internal constant STRIDE_OUTER_SHIFT = 0;
    uint256 internal constant STRIDE_DISTINCT_SHIFT = 16;

    // shifts within word 1, the rates that every margin check needs
    uint256 internal constant RHO = 224;
    uint256 internal constant MM_FACTOR = 192;
    uint256 internal constant ROLL_MIN = 160;
    uint256 internal constant PERP_INITIAL = 128;
    uint256 internal constant HAIRCUT = 96;
    uint256 internal constant HAIRCUT_INITIAL = 64;
    uint256 internal constant FLOOR_NET = 32;
    uint256 internal constant FLOOR_HEDGED = 0;
    // shifts within word 2, the rates of futures and options
    uint256 internal constant VOL_UP = 224;
    uint256 internal constant VOL_DOWN = 192;
    uint256 internal constant VOL_UP_FLOOR = 160;
    uint256 internal constant VOL_POWER_SHORT = 128;
    uint256 internal constant VOL_POWER_LONG = 96;
    uint256 internal constant ROLL_RATE = 64;
    uint256 internal constant SHORT_RATE = 32;
    uint256 internal constant SHORT_INITIAL = 0;

    // ------------------------------------------------------------------------------------------------ read

    /// @notice The rates of spot and perps; pass the result to `ppm`.
    function linearRates(ScenarioSet set) internal pure returns (uint256) {
        return _word(set, 1);
    }

    /// @notice The rates of futures and options; pass the result to `ppm`.
    function optionRates(ScenarioSet set) internal pure returns (uint256) {
        return _word(set, 2);
    }

    /// @notice One rate in units of 1e-6.
    function ppm(uint256 rates, uint256 shift) internal pure returns (uint256) {
        return (rates >> shift) & RATE_MASK;
    }

    function scenarioCount(ScenarioSet set) internal pure returns (uint256) {
        return _word(set, 3) >> 240;
    }

    /// @notice Memory addresses of the first scenario, of the first outer one, and of the end of the scenarios.
    function walk(ScenarioSet set) internal pure returns (uint256 first, uint256 firstOuter, uint256 end) {
        uint256 head = _word(set, 3);
        unchecked {
            // memory addresses and 16-bit counts
            first = ScenarioSet.unwrap(set) + 32 * HEAD_WORDS;
            firstOuter = first + ((head >> 208) & 0xffff);
            end = first + 32 * (head >> 240);
        }
    }

    function scenarioAt(ScenarioSet set, uint256 i) internal pure returns (uint256) {
        return _word(set, HEAD_WORDS + i);
    }

    function moveOf(uint256 scenario) internal pure returns (int256) {
        return int256(scenario) >> 184;
    }

    function weightOf(uint256 scenario) internal pure returns (uint256) {
        return uint64(scenario >> 120);
    }

    function volOf(uint256 scenario) internal pure returns (uint8) {
        return uint8(scenario >> 112);
    }

    /// @notice What the profile says of an underlying; its default scan range where it is not listed.
    /// @return scanRange r_u.
    /// @return slope What a haircut grows by per USD of spot held; 0 where it does not grow.
    /// @return cap The most that a haircut grows to.
    function riskOf(ScenarioSet set, uint256 underlying)
        internal
        pure
        returns (uint256 scanRange, uint256 slope, uint256 cap)
    {
        uint256 head = _word(set, 3);
        uint256 low;
        uint256 high = (head >> 224) & 0xffff;
        unchecked {
            // counts below 2**16, and `underlying >= 1` wherever it is used as a position
            uint256 list = HEAD_WORDS + (head >> 240);
            // profiles mostly list 1, 2, 3, ...: then the first guess is right
            uint256 guess = underlying - 1;
            while (low < high) {
                if (guess >= high || guess < low) guess = (low + high) >> 1;
                uint256 word = _word(set, list + guess);
                uint256 found = word >> 240;
                if (found == underlying) return (uint64(word >> 176), uint64(word >> 112), uint64(word >> 48));
                if (found < underlying) low = guess + 1;
                else high = guess;
                guess = (low + high) >> 1;
            }
        }
        return (uint64(head >> 144), 0, 0);
    }

    function _word(ScenarioSet set, uint256 i) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(set, shl(5, i)))
        }
    }

    // ------------------------------------------------------------------------------------------------ encode

    /// @notice The words of a profile. Assumes that `ProfileBounds.check` has passed.
    /// @param order The positions of the underlyings in ascending order of their numbers.
    function encode(RiskProfile calldata p, uint256[] memory order) internal pure returns (bytes memory) {
        uint256 n = p.scenarios.length;
        uint256 k = p.underlyings.length;
        uint256[] memory words = new uint256[](HEAD_WORDS + n + k);
        words[0] = uint256(p.name);
        words[1] = _rate(p.rho, RHO) | _rate(p.mmFactor, MM_FACTOR) | _rate(p.rollMin, ROLL_MIN)
            | _rate(p.perpInitial, PERP_INITIAL) | _rate(p.haircut, HAIRCUT) | _rate(p.haircutInitial, HAIRCUT_INITIAL)
            | _rate(p.floorNet, FLOOR_NET) | _rate(p.floorHedged, FLOOR_HEDGED);
        words[2] = _rate(p.volUp, VOL_UP) | _rate(p.volDown, VOL_DOWN) | _rate(p.volUpFloor, VOL_UP_FLOOR)
            | _rate(p.volPowerShort, VOL_POWER_SHORT) | _rate(p.volPowerLong, VOL_POWER_LONG)
            | _rate(p.rollRate, ROLL_RATE) | _rate(p.shortRate, SHORT_RATE) | _rate(p.shortInitial, SHORT_INITIAL);
        uint256 firstOuter = _encodeScenarios(p, words);
        words[3] = (n << 240) | (k << 224) | (firstOuter << 208) | (p.defaultScanRange << 144);
        for (uint256 i = 0; i < k; ++i) {
            UnderlyingRisk calldata u = p.underlyings[order[i]];
            words[HEAD_WORDS + n + i] = (uint256(u.underlying) << 240) | (u.scanRange << 176) | (u.haircutSlope << 112)
                | (u.haircutCap << 48) | order[i];
        }
        return abi.encodePacked(words);
    }

    function _rate(uint256 wad, uint256 shift) private pure returns (uint256) {
        return (wad / RATE_UNIT) << shift;
    }

    /// @dev From the last scenario to the first, so that the distances to the next ones are known.
    /// @return firstOuter Offset in bytes of the first outer scenario.
    function _encodeScenarios(RiskProfile calldata p, uint256[] memory words) private pure returns (uint256 firstOuter) {
        uint256 n = p.scenarios.length;
        uint256 widest = _widestScanRange(p);
        uint256 nextDistinct = n;
        uint256 nextOuter = n;
        for (uint256 i = n; i != 0;) {
            --i;
            Scenario calldata s = p.scenarios[i];
            words[HEAD_WORDS + i] = (uint256(s.move) << 184) | (s.weight << 120) | (uint256(s.vol) << 112)
                | (32 * (nextDistinct - i) << STRIDE_DISTINCT_SHIFT) | (32 * (nextOuter - i) << STRIDE_OUTER_SHIFT);
            if (i != 0 && s.move == p.scenarios[i - 1].move && s.weight == p.scenarios[i - 1].weight) continue;
            nextDistinct = i;
            if (!_isInner(p.scenarios, s, widest)) nextOuter = i;
        }
        return 32 * nextOuter;
    }

    function _widestScanRange(RiskProfile calldata p) private pure returns (uint256 widest) {
        widest = p.defaultScanRange;
        for (uint256 i = 0; i < p.underlyings.length; ++i) {
            if (p.underlyings[i].scanRange > widest) widest = p.underlyings[i].scanRange;
        }
    }

    /// @dev True for no move, and where another scenario of the same weight goes at least 4/3 as far the same way while
    /// its shock stays within the bound even for the widest scan range.
    function _isInner(Scenario[] calldata scenarios, Scenario calldata s, uint256 widest) private pure returns (bool) {
        if (s.move == 0) return true;
        for (uint256 i = 0; i < scenarios.length; ++i) {
            Scenario calldata far = scenarios[i];
            if (far.weight != s.weight) continue;
            if (s.move > 0 && far.move * 3 >= s.move * 4) return true;
            // |far.move| * widest <= 0.99 in wad, so that no rounding can take the shock below the bound
            bool bounded = far.move < 0 && uint256(-far.move) * widest <= uint256(-MIN_SHOCK) * 1e18;
            if (s.move < 0 && bounded && far.move * 3 <= s.move * 4) return true;
        }
        return false;
    }

    // ------------------------------------------------------------------------------------------------ decode

    /// @notice The profile that was encoded, exactly, its underlyings in their original order.
    function decode(ScenarioSet set) internal pure returns (RiskProfile memory p) {
        p.name = bytes32(_word(set, 0));
        uint256 rates = linearRates(set);
        p.rho = ppm(rates, RHO) * RATE_UNIT;
        p.mmFactor = ppm(rates, MM_FACTOR) * RATE_UNIT;
        p.rollMin = ppm(rates, ROLL_MIN) * RATE_UNIT;
        p.perpInitial = ppm(rates, PERP_INITIAL) * RATE_UNIT;
        p.haircut = ppm(rates, HAIRCUT) * RATE_UNIT;
        p.haircutInitial = ppm(rates, HAIRCUT_INITIAL) * RATE_UNIT;
        p.floorNet = ppm(rates, FLOOR_NET) * RATE_UNIT;
        p.floorHedged = ppm(rates, FLOOR_HEDGED) * RATE_UNIT;
        rates = optionRates(set);
        p.volUp = ppm(rates, VOL_UP) * RATE_UNIT;
        p.volDown = ppm(rates, VOL_DOWN) * RATE_UNIT;
        p.volUpFloor = ppm(rates, VOL_UP_FLOOR) * RATE_UNIT;
        p.volPowerShort = ppm(rates, VOL_POWER_SHORT) * RATE_UNIT;
        p.volPowerLong = ppm(rates, VOL_POWER_LONG) * RATE_UNIT;
        p.rollRate = ppm(rates, ROLL_RATE) * RATE_UNIT;
        p.shortRate = ppm(rates, SHORT_RATE) * RATE_UNIT;
        p.shortInitial = ppm(rates, SHORT_INITIAL) * RATE_UNIT;
        _decodeLists(set, p);
    }

    function _decodeLists(ScenarioSet set, RiskProfile memory p) private pure {
        uint256 head = _word(set, 3);
        uint256 n = head >> 240;
        uint256 k = (head >> 224) & 0xffff;
        p.defaultScanRange = uint64(head >> 144);
        p.scenarios = new Scenario[](n);
        for (uint256 i = 0; i < n; ++i) {
            uint256 s = scenarioAt(set, i);
            p.scenarios[i] = Scenario({move: moveOf(s), vol: VolMove(volOf(s)), weight: weightOf(s)});
        }
        p.underlyings = new UnderlyingRisk[](k);
        for (uint256 i = 0; i < k; ++i) {
            uint256 u = _word(set, HEAD_WORDS + n + i);
            p.underlyings[u & 0xffff] = UnderlyingRisk({
                underlying: uint16(u >> 240),
                scanRange: uint64(u >> 176),
                haircutSlope: uint64(u >> 112),
                haircutCap: uint64(u >> 48)
            });
        }
    }
}
