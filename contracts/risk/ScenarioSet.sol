// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {WadMath} from "../libraries/WadMath.sol";
import {RiskProfile, Scenario, UnderlyingRisk, VolMove} from "../types/RiskProfile.sol";

/// @title ScenarioSet: a risk profile as a run of words, read from contract code in one copy
/// @notice The value is the memory address of the first word. Layout:
///
///   0             name
///   1, 2          sixteen rates of 32 bits, in units of 1e-6
///   3             scenarios 16 | underlyings 16 | outer down 16 | outer up 16 | bounded 8 | default scan range 64 |
///                 absolute 8 | 48 unused | extremes 64
///   4 ..          one word per listed underlying, ascending: underlying 16 | scan range 64 | slope 64 | cap 64 | table 32 |
///                 position 16
///   then          one word per outer scenario, those that move prices down first: |move| 128 | weight 128
///   then          one word per scenario: move int72 | weight 64 | vol 8 | absolute 8 | 104 unused
///   then          tables, one for each of the first distinct scan ranges, as `Black76.addScenarios` takes them: per scenario
///                 the three words ln(1 + m), 1 + m, place of the volatility; after these per scenario its weight
///
/// The tables are what a portfolio with options needs; others read the set without them.
///
/// *Outer* is a scenario that moves, that is not preceded by one that differs from it in volatility alone (which does not
/// touch linear legs), and for which no other scenario of the same direction and weight moves at least 4/3 as far. Only
/// these can be the worst for linear legs; see `ScenarioScan.worst` for the proof.
///
/// *Extremes* has a bit for each scenario: of those of one weight with volatility up it marks the furthest move down and
/// the furthest up. It is 0 where these do not enclose all others, where another one stands within a sixteenth of their
/// distance from one of them without standing there, and where the set is bounded or absolute. See `OptionScan`.
///
/// *Bounded* is 1 where some scenario reaches the bound of -0.99 for some underlying, *absolute* where some scenario is.
type ScenarioSet is uint256;

using ScenarioSetLib for ScenarioSet global;

/// @title ScenarioSetLib: reads, encodes and decodes scenario sets
library ScenarioSetLib {
    uint256 private constant RATE_UNIT = 1e12;
    uint256 private constant RATE_MASK = 0xffffffff;
    uint256 private constant HEAD_WORDS = 4;
    uint256 private constant COUNT_MASK = 0xffff;
    /// @notice The furthest that a scenario moves a price down, as a fraction.
    int256 internal constant MIN_SHOCK = -0.99e18;

    // where the head holds what
    uint256 private constant SCENARIOS = 240;
    uint256 private constant UNDERLYINGS = 224;
    uint256 private constant OUTER_DOWN = 208;
    uint256 private constant OUTER_UP = 192;
    uint256 private constant BOUNDED = 184;
    uint256 private constant DEFAULT_SCAN_RANGE = 120;
    uint256 private constant ABSOLUTE = 112;
    uint256 private constant EXTREMES_MASK = 0xffffffffffffffff;
    /// @dev The share of the distance between two extremes that others keep from them, as its inverse.
    int256 private constant MARGIN_PARTS = 16;
    /// @dev Number of a table that the set has no room for: it is computed where it is needed.
    uint256 private constant NO_TABLE = 0xffffffff;
    /// @dev A contract holds 24,575 bytes behind the first one.
    uint256 private constant MAX_WORDS = 767;
    uint256 private constant WAD = 1e18;
    /// @dev From the start of an option's record to its volatilities, see `Black76.addScenarios`.
    uint256 private constant FIRST_VOL = 0x80;

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
        return _word(set, 3) >> SCENARIOS;
    }

    /// @notice Memory addresses of the first outer scenario that moves prices down, of the first one that moves them up, and
    /// of the end of these.
    function outer(ScenarioSet set) internal pure returns (uint256 down, uint256 up, uint256 end) {
        uint256 head = _word(set, 3);
        unchecked {
            // memory addresses and counts below 2**16
            down = ScenarioSet.unwrap(set) + 32 * (HEAD_WORDS + ((head >> UNDERLYINGS) & COUNT_MASK));
            up = down + 32 * ((head >> OUTER_DOWN) & COUNT_MASK);
            end = up + 32 * ((head >> OUTER_UP) & COUNT_MASK);
        }
    }

    /// @notice Whether the bound on shocks may change anything.
    function isBounded(ScenarioSet set) internal pure returns (bool) {
        return (_word(set, 3) >> BOUNDED) & 0xff != 0;
    }

    /// @notice The i-th scenario's word.
    function scenarioAt(ScenarioSet set, uint256 i) internal pure returns (uint256 scenario) {
        (, , uint256 first) = outer(set);
        assembly ("memory-safe") {
            scenario := mload(add(first, shl(5, i)))
        }
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

    /// @notice The underlying's word; 0 where it is not listed.
    function find(ScenarioSet set, uint256 underlying) internal pure returns (uint256 word) {
        uint256 high = (_word(set, 3) >> UNDERLYINGS) & COUNT_MASK;
        unchecked {
            // profiles mostly list 1, 2, 3, ...
            if (underlying - 1 < high) {
                word = _word(set, HEAD_WORDS - 1 + underlying);
                if (word >> 240 == underlying) return word;
            }
            uint256 low;
            while (low < high) {
                uint256 middle = (low + high) >> 1;
                word = _word(set, HEAD_WORDS + middle);
                uint256 found = word >> 240;
                if (found == underlying) return word;
                if (found < underlying) low = middle + 1;
                else high = middle;
            }
        }
        return 0;
    }

    /// @notice r_u, the underlying's scan range.
    /// @param word As `find` returned it.
    function scanRange(ScenarioSet set, uint256 word) internal pure returns (uint256) {
        return word == 0 ? uint64(_word(set, 3) >> DEFAULT_SCAN_RANGE) : uint64(word >> 176);
    }

    /// @notice What the underlying's haircut grows by per USD of spot held, and the most that it grows to.
    function concentration(uint256 word) internal pure returns (uint256 slope, uint256 cap) {
        return (uint64(word >> 112), uint64(word >> 48));
    }

    /// @notice Whether some scenario's move is a fraction of the index itself.
    function isAbsolute(ScenarioSet set) internal pure returns (bool) {
        return (_word(set, 3) >> ABSOLUTE) & 0xff != 0;
    }

    /// @notice A bit for each extreme scenario; 0 where there is no such thing.
    function extremes(ScenarioSet set) internal pure returns (uint256) {
        return _word(set, 3) & EXTREMES_MASK;
    }

    /// @notice A bit for each scenario that differs from the given one in volatility alone.
    function siblings(ScenarioSet set, uint256 i) internal pure returns (uint256 mask) {
        (, , uint256 first) = outer(set);
        uint256 n = scenarioCount(set);
        assembly ("memory-safe") {
            let scenario := mload(add(first, shl(5, i)))
            for {
                let j := 0
            } lt(j, n) {
                j := add(j, 1)
            } {
                // move and weight, in the top 136 bits
                if iszero(shr(120, xor(mload(add(first, shl(5, j))), scenario))) {
                    mask := or(mask, shl(j, 1))
                }
            }
            mask := xor(mask, shl(i, 1))
        }
    }

    /// @notice How many bytes of the set come before its tables.
    function headSize(ScenarioSet set) internal pure returns (uint256) {
        (, , uint256 end) = outer(set);
        return end - ScenarioSet.unwrap(set) + 32 * scenarioCount(set);
    }

    /// @notice Memory address of the underlying's table: n records of three words, then n weights. The set must have been
    /// read with its tables.
    /// @param word As `find` returned it.
    /// @param size What `headSize` says.
    /// @param n What `scenarioCount` says.
    function tableOf(ScenarioSet set, uint256 word, uint256 size, uint256 n) internal pure returns (uint256) {
        unchecked {
            // memory addresses
            uint256 number = word == 0 ? 0 : (word >> 16) & NO_TABLE;
            if (number != NO_TABLE) return ScenarioSet.unwrap(set) + size + number * n * 128;
        }
        uint256[] memory table = new uint256[](4 * n);
        for (uint256 j = 0; j < n; ++j) {
            _writeRow(table, n, j, scenarioAt(set, j), scanRange(set, word));
        }
        uint256 position;
        assembly ("memory-safe") {
            position := add(table, 0x20)
        }
        return position;
    }

    /// @dev One scenario of a table (SPEC-M3).
    function _writeRow(
        uint256[] memory table,
        uint256 n,
        uint256 j,
        uint256 scenario,
        uint256 range
    ) private pure {
        int256 move = moveOf(scenario);
        uint256 weight = weightOf(scenario);
        int256 shock = move;
        if (uint8(scenario >> 104) == 0) {
            shock = WadMath.mulFloor(move, int256(range));
        } else if (WadMath.abs(move) > range) {
            weight = WadMath.mulDown(weight, WadMath.divDown(range, WadMath.abs(move)));
        }
        if (shock < MIN_SHOCK) shock = MIN_SHOCK;
        table[3 * j] = uint256(FixedPointMathLib.lnWad(int256(WAD) + shock));
        table[3 * j + 1] = uint256(int256(WAD) + shock);
        table[3 * j + 2] = FIRST_VOL + 32 * uint256(volOf(scenario));
        table[3 * n + j] = weight;
    }

    function _word(ScenarioSet set, uint256 i) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(set, shl(5, i)))
        }
    }

    // ------------------------------------------------------------------------------------------------ encode

    /// @notice The words of a profile. Assumes that `ProfileBounds.check` has passed.
    /// @param order The positions of the underlyings in ascending order of their numbers.
    /// @return words The set.
    /// @return size How many bytes come before its tables.
    function encode(
        RiskProfile calldata p,
        uint256[] memory order
    ) internal pure returns (bytes memory words, uint256 size) {
        uint256[] memory head = _head(p);
        uint256[] memory down = _outer(p.scenarios, true);
        uint256[] memory up = _outer(p.scenarios, false);
        head[3] |= (down.length << OUTER_DOWN) | (up.length << OUTER_UP);
        uint256[] memory scenarios = _scenarioWords(p.scenarios);
        size = HEAD_WORDS + p.underlyings.length + down.length + up.length + scenarios.length;
        uint256[] memory ranges = _ranges(p, order, (MAX_WORDS - size) / (4 * scenarios.length));
        size *= 32;
        words = abi.encodePacked(
            head,
            _underlyingWords(p.underlyings, order, ranges),
            down,
            up,
            scenarios,
            _tables(scenarios, ranges)
        );
    }

    function _head(RiskProfile calldata p) private pure returns (uint256[] memory head) {
        head = new uint256[](HEAD_WORDS);
        head[0] = uint256(p.name);
        head[1] =
            _rate(p.rho, RHO) |
            _rate(p.mmFactor, MM_FACTOR) |
            _rate(p.rollMin, ROLL_MIN) |
            _rate(p.perpInitial, PERP_INITIAL) |
            _rate(p.haircut, HAIRCUT) |
            _rate(p.haircutInitial, HAIRCUT_INITIAL) |
            _rate(p.floorNet, FLOOR_NET) |
            _rate(p.floorHedged, FLOOR_HEDGED);
        head[2] =
            _rate(p.volUp, VOL_UP) |
            _rate(p.volDown, VOL_DOWN) |
            _rate(p.volUpFloor, VOL_UP_FLOOR) |
            _rate(p.volPowerShort, VOL_POWER_SHORT) |
            _rate(p.volPowerLong, VOL_POWER_LONG) |
            _rate(p.rollRate, ROLL_RATE) |
            _rate(p.shortRate, SHORT_RATE) |
            _rate(p.shortInitial, SHORT_INITIAL);
        head[3] =
            (p.scenarios.length << SCENARIOS) |
            (p.underlyings.length << UNDERLYINGS) |
            (uint256(_reachesBound(p) ? 1 : 0) << BOUNDED) |
            (p.defaultScanRange << DEFAULT_SCAN_RANGE) |
            (uint256(_anyAbsolute(p.scenarios) ? 1 : 0) << ABSOLUTE);
        if ((head[3] >> ABSOLUTE) & 0xff == 0 && (head[3] >> BOUNDED) & 0xff == 0)
            head[3] |= _extremes(p.scenarios);
    }

    function _extremes(Scenario[] calldata scenarios) private pure returns (uint256 mask) {
        for (uint256 i = 0; i < scenarios.length; ++i) {
            (bool found, uint256 lowest, uint256 highest) = _around(scenarios, scenarios[i].weight);
            if (!found) return 0;
            int256 low = scenarios[lowest].move;
            int256 distance = scenarios[highest].move - low;
            int256 move = scenarios[i].move - low;
            if (move < 0 || move > distance) return 0;
            bool inside = move != 0 && move != distance;
            if (inside && (move * MARGIN_PARTS < distance || (distance - move) * MARGIN_PARTS < distance)) {
                return 0;
            }
            mask |= (1 << lowest) | (1 << highest);
        }
    }

    /// @dev The first scenarios of the least and of the largest move among those of a weight with volatility up.
    function _around(
        Scenario[] calldata scenarios,
        uint256 weight
    ) private pure returns (bool found, uint256 lowest, uint256 highest) {
        for (uint256 i = 0; i < scenarios.length; ++i) {
            if (scenarios[i].weight != weight || scenarios[i].vol != VolMove.Up) continue;
            if (!found) (found, lowest, highest) = (true, i, i);
            if (scenarios[i].move < scenarios[lowest].move) lowest = i;
            if (scenarios[i].move > scenarios[highest].move) highest = i;
        }
    }

    /// @dev The first distinct scan ranges, the default one first, as many as there is room for.
    function _ranges(
        RiskProfile calldata p,
        uint256[] memory order,
        uint256 room
    ) private pure returns (uint256[] memory ranges) {
        ranges = new uint256[](WadMath.min(room, p.underlyings.length + 1));
        ranges[0] = p.defaultScanRange;
        uint256 n = 1;
        for (uint256 i = 0; i < order.length && n < ranges.length; ++i) {
            uint256 range = p.underlyings[order[i]].scanRange;
            if (_tableNumber(ranges, n, range) == NO_TABLE) ranges[n++] = range;
        }
        assembly ("memory-safe") {
            mstore(ranges, n)
        }
    }

    function _tableNumber(uint256[] memory ranges, uint256 n, uint256 range) private pure returns (uint256) {
        for (uint256 i = 0; i < n; ++i) {
            if (ranges[i] == range) return i;
        }
        return NO_TABLE;
    }

    function _tables(
        uint256[] memory scenarios,
        uint256[] memory ranges
    ) private pure returns (bytes memory tables) {
        uint256 n = scenarios.length;
        for (uint256 i = 0; i < ranges.length; ++i) {
            uint256[] memory table = new uint256[](4 * n);
            for (uint256 j = 0; j < n; ++j) {
                _writeRow(table, n, j, scenarios[j], ranges[i]);
            }
            tables = abi.encodePacked(tables, table);
        }
    }

    function _anyAbsolute(Scenario[] calldata scenarios) private pure returns (bool) {
        for (uint256 i = 0; i < scenarios.length; ++i) {
            if (scenarios[i].absolute) return true;
        }
        return false;
    }

    function _rate(uint256 wad, uint256 shift) private pure returns (uint256) {
        return (wad / RATE_UNIT) << shift;
    }

    function _scenarioWords(Scenario[] calldata scenarios) private pure returns (uint256[] memory words) {
        words = new uint256[](scenarios.length);
        for (uint256 i = 0; i < words.length; ++i) {
            Scenario calldata s = scenarios[i];
            words[i] =
                (uint256(s.move) << 184) |
                (s.weight << 120) |
                (uint256(s.vol) << 112) |
                (uint256(s.absolute ? 1 : 0) << 104);
        }
    }

    function _underlyingWords(
        UnderlyingRisk[] calldata list,
        uint256[] memory order,
        uint256[] memory ranges
    ) private pure returns (uint256[] memory words) {
        words = new uint256[](list.length);
        for (uint256 i = 0; i < words.length; ++i) {
            UnderlyingRisk calldata u = list[order[i]];
            words[i] =
                (uint256(u.underlying) << 240) |
                (u.scanRange << 176) |
                (u.haircutSlope << 112) |
                (u.haircutCap << 48) |
                (_tableNumber(ranges, ranges.length, u.scanRange) << 16) |
                order[i];
        }
    }

    /// @dev The words of the outer scenarios of one direction.
    function _outer(Scenario[] calldata scenarios, bool down) private pure returns (uint256[] memory words) {
        words = new uint256[](scenarios.length);
        uint256 n;
        for (uint256 i = 0; i < scenarios.length; ++i) {
            Scenario calldata s = scenarios[i];
            if (s.move < 0 != down || !_isOuter(scenarios, i)) continue;
            words[n++] = (uint256(down ? -s.move : s.move) << 128) | s.weight;
        }
        assembly ("memory-safe") {
            mstore(words, n)
        }
    }

    /// @dev Of scenarios that differ in volatility alone the first one counts.
    function _isOuter(Scenario[] calldata scenarios, uint256 position) private pure returns (bool) {
        Scenario calldata s = scenarios[position];
        if (s.move == 0) return false;
        for (uint256 i = 0; i < scenarios.length; ++i) {
            Scenario calldata far = scenarios[i];
            if (far.weight != s.weight) continue;
            if (s.move > 0 ? far.move * 3 >= s.move * 4 : far.move * 3 <= s.move * 4) return false;
            if (i < position && far.move == s.move) return false;
        }
        return true;
    }

    /// @dev Whether the furthest move down takes the widest scan range below the bound, before rounding.
    function _reachesBound(RiskProfile calldata p) private pure returns (bool) {
        uint256 widest = p.defaultScanRange;
        for (uint256 i = 0; i < p.underlyings.length; ++i) {
            if (p.underlyings[i].scanRange > widest) widest = p.underlyings[i].scanRange;
        }
        int256 furthest;
        for (uint256 i = 0; i < p.scenarios.length; ++i) {
            if (p.scenarios[i].move < furthest) furthest = p.scenarios[i].move;
        }
        return furthest * int256(widest) < MIN_SHOCK * 1e18;
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
        uint256 n = head >> SCENARIOS;
        uint256 k = (head >> UNDERLYINGS) & COUNT_MASK;
        p.defaultScanRange = uint64(head >> DEFAULT_SCAN_RANGE);
        p.scenarios = new Scenario[](n);
        for (uint256 i = 0; i < n; ++i) {
            uint256 s = scenarioAt(set, i);
            p.scenarios[i] = Scenario({
                move: moveOf(s),
                vol: VolMove(volOf(s)),
                weight: weightOf(s),
                absolute: uint8(s >> 104) != 0
            });
        }
        p.underlyings = new UnderlyingRisk[](k);
        for (uint256 i = 0; i < k; ++i) {
            uint256 u = _word(set, HEAD_WORDS + i);
            p.underlyings[u & 0xffff] = UnderlyingRisk({
                underlying: uint16(u >> 240),
                scanRange: uint64(u >> 176),
                haircutSlope: uint64(u >> 112),
                haircutCap: uint64(u >> 48)
            });
        }
    }
}
