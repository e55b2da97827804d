// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {WadMath} from "../libraries/WadMath.sol";

/// @title LiquidationMath: the formulas of a liquidation (SPEC-L2 to L6)
library LiquidationMath {
    using WadMath for uint256;

    uint256 internal constant RAMP_START = 0.05e18;
    uint256 internal constant RAMP_END = 0.5e18;
    uint256 internal constant RAMP_SEC = 15 minutes;
    /// @dev A flag lapses after this long, so that one left behind by a price that recovered does not find a later fall
    /// already at the ramp's end.
    uint256 internal constant FLAG_LIFETIME_SEC = 1 hours;
    /// @dev The health a liquidation may at most restore, and the one a pro-rata basket aims at.
    uint256 internal constant TARGET_HEALTH = 1.2e18;
    /// @dev Each leg and balance rounds by a wei or two; an account has at most 72 of them.
    uint256 internal constant ROUNDING = 1_000;

    /// @notice When an account was flagged, 0 where it is not or the flag has lapsed.
    /// @param stored The flag that the account carries.
    function flaggedAt(uint256 stored, uint256 nowSec) internal pure returns (uint256) {
        return nowSec > stored + FLAG_LIFETIME_SEC ? 0 : stored;
    }

    /// @notice Share of the relief paid `elapsedSec` after the flag, wad.
    function ramp(uint256 elapsedSec) internal pure returns (uint256) {
        return RAMP_START + ((RAMP_END - RAMP_START) * WadMath.min(elapsedSec, RAMP_SEC)) / RAMP_SEC;
    }

    /// @notice `min(ramp, E / MM)`, and 0 without equity: what keeps a liquidation from lowering E / MM.
    function phi(uint256 rampNow, int256 equity, uint256 maintenance) internal pure returns (uint256) {
        if (equity <= 0) return 0;
        return WadMath.min(rampNow, uint256(equity).divDown(maintenance));
    }

    /// @notice Whether E' > 1.2 * MM', beyond what rounding may leave of the equity of an account closed whole: a wei or
    /// two a leg, and what the 18 digits of phi = E / MM lack, times MM.
    function overshoots(
        int256 equity,
        uint256 maintenance,
        uint256 maintenanceBefore
    ) internal pure returns (bool) {
        uint256 most = TARGET_HEALTH.mulDown(maintenance) + ROUNDING + maintenanceBefore / WadMath.WAD;
        return equity > 0 && uint256(equity) > most;
    }

    /// @notice f = (1.2 * MM - E) / ((1.2 - phi) * MM), floored, at most 1; needs E < MM.
    function proRataFraction(
        int256 equity,
        uint256 maintenance,
        uint256 phiNow
    ) internal pure returns (uint256) {
        int256 missing = int256(TARGET_HEALTH.mulDown(maintenance)) - equity;
        uint256 perUnit = (TARGET_HEALTH - phiNow).mulDown(maintenance);
        if (perUnit == 0 || uint256(missing) >= perUnit) return WadMath.WAD;
        return uint256(missing).divDown(perUnit);
    }
}
