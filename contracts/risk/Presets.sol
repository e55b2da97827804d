// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {RiskProfile, Scenario, UnderlyingRisk, VolMove} from "../types/RiskProfile.sol";

/// @title Presets: the two risk profiles that Novate ships with
/// @notice The grid is SPAN's: sixteen scenarios, of which two are extreme moves that count for a third.
library Presets {
    uint256 private constant THIRD = 333333333333333333;
    uint256 private constant TWO_THIRDS = 666666666666666666;

    /// @notice Profile `portfolio`: half of the scenario risk nets across underlyings.
    function portfolio() internal pure returns (RiskProfile memory p) {
        p.name = "portfolio";
        p.rho = 0.5e18;
        p.mmFactor = 0.8e18;
        p.volUp = 0.4e18;
        p.volDown = 0.25e18;
        p.volUpFloor = 0.5e18;
        p.volPowerShort = 0.3e18;
        p.volPowerLong = 0.13e18;
        p.rollMin = 0.005e18;
        p.rollRate = 0.05e18;
        p.shortRate = 0.005e18;
        p.shortInitial = 0.003e18;
        p.perpInitial = 0.01e18;
        p.haircut = 0.02e18;
        p.haircutInitial = 0.03e18;
        p.floorNet = 0.02e18;
        p.floorHedged = 0.01e18;
        p.defaultScanRange = 0.25e18;
        p.scenarios = span16();
        p.underlyings = new UnderlyingRisk[](2);
        p.underlyings[0] = UnderlyingRisk({
            underlying: 1,
            scanRange: 0.15e18,
            haircutSlope: 0,
            haircutCap: 0
        });
        p.underlyings[1] = UnderlyingRisk({
            underlying: 2,
            scanRange: 0.18e18,
            haircutSlope: 0,
            haircutCap: 0
        });
    }

    /// @notice Profile `standard`: half as wide again, nothing nets across underlyings, short options cost more.
    function standard() internal pure returns (RiskProfile memory p) {
        p = portfolio();
        p.name = "standard";
        p.rho = 0;
        p.shortRate = 0.02e18;
        p.defaultScanRange = 0.375e18;
        p.underlyings[0].scanRange = 0.225e18;
        p.underlyings[1].scanRange = 0.27e18;
    }

    /// @notice Moves 0, +-1/3, +-2/3, +-1 of the scan range, each with volatility up and down, then +-3 at a third.
    function span16() internal pure returns (Scenario[] memory s) {
        s = new Scenario[](16);
        int256[7] memory moves = [
            int256(0),
            int256(THIRD),
            -int256(THIRD),
            int256(TWO_THIRDS),
            -int256(TWO_THIRDS),
            int256(1e18),
            -int256(1e18)
        ];
        for (uint256 i = 0; i < 7; ++i) {
            s[2 * i] = Scenario({move: moves[i], vol: VolMove.Up, weight: 1e18, absolute: false});
            s[2 * i + 1] = Scenario({move: moves[i], vol: VolMove.Down, weight: 1e18, absolute: false});
        }
        s[14] = Scenario({move: 3e18, vol: VolMove.Up, weight: THIRD, absolute: false});
        s[15] = Scenario({move: -3e18, vol: VolMove.Up, weight: THIRD, absolute: false});
    }
}
