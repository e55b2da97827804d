// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRiskTypes} from "../interfaces/IRiskTypes.sol";
import {RiskProfile, Scenario, UnderlyingRisk} from "../types/RiskProfile.sol";
import {MAX_UNDERLYING} from "../types/InstrumentId.sol";

/// @title ProfileBounds: what no risk profile may exceed, whoever sets it
/// @notice Every refusal names the field with the bounds it broke. Rates are kept with a resolution of 1e-6; one that is
/// not a multiple is refused (`"... is not a multiple of 1e-6"`, bounds: its two neighbours) rather than rounded.
library ProfileBounds {
    int256 private constant ONE = 1e18;
    /// @dev The largest rate below one.
    int256 private constant BELOW_ONE = 1e18 - 1e12;
    uint256 internal constant RATE_RESOLUTION = 1e12;
    uint256 internal constant MAX_SCENARIOS = 64;
    /// @dev Keeps the stored set below the 24,576 bytes of a contract: 4 + 256 + 2 * 64 words of 32 bytes.
    uint256 internal constant MAX_UNDERLYINGS = 256;
    int256 internal constant MAX_MOVE = 40e18;
    int256 private constant MIN_SCAN_RANGE = 0.01e18;

    /// @return order The positions of the underlyings in ascending order of their numbers.
    function check(RiskProfile calldata p) internal pure returns (uint256[] memory order) {
        _rate("rho", p.rho, 0, BELOW_ONE);
        _rate("mmFactor", p.mmFactor, 0.5e18, ONE);
        _rate("volUp", p.volUp, 0, 5e18);
        _rate("volDown", p.volDown, 0, ONE);
        _rate("volUpFloor", p.volUpFloor, 0, 5e18);
        _rate("volPowerShort", p.volPowerShort, 0, ONE);
        _rate("volPowerLong", p.volPowerLong, 0, ONE);
        _rate("rollMin", p.rollMin, 0, BELOW_ONE);
        _rate("rollRate", p.rollRate, 0, BELOW_ONE);
        _rate("shortRate", p.shortRate, 0, BELOW_ONE);
        _rate("shortInitial", p.shortInitial, 0, BELOW_ONE);
        _rate("perpInitial", p.perpInitial, 0, BELOW_ONE);
        _rate("haircut", p.haircut, 0, BELOW_ONE);
        _rate("haircutInitial", p.haircutInitial, 0, BELOW_ONE);
        _rate("floorNet", p.floorNet, 0, BELOW_ONE);
        _rate("floorHedged", p.floorHedged, 0, BELOW_ONE);
        _within("defaultScanRange", p.defaultScanRange, MIN_SCAN_RANGE, ONE);
        _checkScenarios(p.scenarios);
        _checkUnderlyings(p.underlyings, p.haircut);
        order = _ascending(p.underlyings);
    }

    function _checkScenarios(Scenario[] calldata scenarios) private pure {
        uint256 n = scenarios.length;
        _within("scenarios", n, 1, int256(MAX_SCENARIOS));
        for (uint256 i = 0; i < n; ++i) {
            int256 move = scenarios[i].move;
            if (move < -MAX_MOVE || move > MAX_MOVE) {
                revert IRiskTypes.InvalidProfile("scenarios.move", move, -MAX_MOVE, MAX_MOVE);
            }
            _within("scenarios.weight", scenarios[i].weight, 1, ONE);
        }
    }

    function _checkUnderlyings(UnderlyingRisk[] calldata list, uint256 haircut) private pure {
        uint256 n = list.length;
        _within("underlyings", n, 0, int256(MAX_UNDERLYINGS));
        for (uint256 i = 0; i < n; ++i) {
            UnderlyingRisk calldata u = list[i];
            _within("underlyings.underlying", u.underlying, 1, int256(MAX_UNDERLYING));
            _within("underlyings.scanRange", u.scanRange, MIN_SCAN_RANGE, ONE);
            _within("underlyings.haircutSlope", u.haircutSlope, 0, ONE);
            // the cap counts only where there is a slope; below the base haircut it would be a discount for size
            _within(
                "underlyings.haircutCap",
                u.haircutCap,
                u.haircutSlope == 0 ? int256(0) : int256(haircut),
                ONE
            );
        }
    }

    /// @dev Insertion sort: profiles list their underlyings in order or nearly so, and are set rarely.
    function _ascending(UnderlyingRisk[] calldata list) private pure returns (uint256[] memory order) {
        order = new uint256[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            uint16 id = list[i].underlying;
            uint256 j = i;
            while (j != 0 && list[order[j - 1]].underlying >= id) {
                if (list[order[j - 1]].underlying == id) {
                    revert IRiskTypes.InvalidProfile(
                        "underlyings.underlying is listed twice",
                        int256(uint256(id)),
                        1,
                        int256(MAX_UNDERLYING)
                    );
                }
                order[j] = order[j - 1];
                --j;
            }
            order[j] = i;
        }
    }

    function _within(string memory field, uint256 value, int256 min, int256 max) private pure {
        int256 signed = value > uint256(type(int256).max) ? type(int256).max : int256(value);
        if (signed < min || signed > max) revert IRiskTypes.InvalidProfile(field, signed, min, max);
    }

    function _rate(string memory field, uint256 value, int256 min, int256 max) private pure {
        _within(field, value, min, max);
        uint256 excess = value % RATE_RESOLUTION;
        if (excess != 0) {
            int256 below = int256(value - excess);
            revert IRiskTypes.InvalidProfile(
                string.concat(field, " is not a multiple of 1e-6"),
                int256(value),
                below,
                below + int256(RATE_RESOLUTION)
            );
        }
    }
}
