// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {IVolSurface} from "../interfaces/IVolSurface.sol";
import {WadMath} from "../libraries/WadMath.sol";

/// @title SurfaceBounds: what a surface must satisfy to be priced by
/// @notice Within these bounds SPEC-V4 neither overflows nor finds a total variance of zero or less, at any strike.
/// @dev Fields must have been found to fit their bits (SurfaceWordLib.pack): nothing here overflows then.
library SurfaceBounds {
    int256 private constant MAX_RHO = 1e18 - 1;
    int256 private constant MIN_SIGMA = 1e12;
    int256 private constant MAX_M = 5e18;
    int256 private constant MAX_WING_SLOPE = 2e18;
    /// @dev Far above what rounding can take from w in SPEC-V4, where b <= 2.
    int256 private constant MIN_VARIANCE = 1e6;
    int256 private constant MIN_VOL = 0.01e18;
    int256 private constant MAX_VOL = 5e18;
    int256 private constant MAX_BASIS_TO_EXPIRY = 0.5e18;
    /// @dev Points of a grid on either side of its middle.
    int256 private constant REACH = 8;

    /// @notice Reverts with what is wrong with `surface`, `tau` years (wad, above 0) before its expiry.
    function check(IVolSurface.Surface memory surface, uint256 tau) internal pure {
        _checkFields(surface, tau);
        uint256 atForward = uint256(_variance(surface, -surface.m));
        // sqrt(w / tau) in wad
        int256 vol = int256(FixedPointMathLib.sqrt((atForward * 1e36) / tau));
        _bound("volAtForward", vol, MIN_VOL, MAX_VOL);
        _checkAboutForward(surface, int256(FixedPointMathLib.sqrt(atForward * 1e18)) / 2);
        _checkAboutForward(surface, 0.25e18);
        _checkAboutBend(surface);
    }

    function _checkFields(IVolSurface.Surface memory surface, uint256 tau) private pure {
        int256 rho = surface.rho;
        uint256 b = surface.b;
        _bound("rho", rho, -MAX_RHO, MAX_RHO);
        _bound("sigma", int256(surface.sigma), MIN_SIGMA, type(int256).max);
        _bound("m", surface.m, -MAX_M, MAX_M);
        _bound("wingSlope", int256(WadMath.mulUp(b, 1e18 + WadMath.abs(rho))), 0, MAX_WING_SLOPE);
        // the least of w is at k = m - rho * sigma / sqrt(1 - rho^2)
        uint256 root = FixedPointMathLib.sqrt(1e36 - uint256(rho * rho));
        int256 least = surface.a + int256(WadMath.mulDown(b, WadMath.mulDown(surface.sigma, root)));
        _bound("minVariance", least, MIN_VARIANCE, type(int256).max);
        int256 toExpiry = WadMath.mulFloor(surface.basis, int256(tau));
        _bound("basisToExpiry", toExpiry, -MAX_BASIS_TO_EXPIRY, MAX_BASIS_TO_EXPIRY);
    }

    /// @dev At the forward and at eight multiples of `step` on either side.
    function _checkAboutForward(IVolSurface.Surface memory surface, int256 step) private pure {
        for (int256 i = -REACH; i <= REACH; ++i) _requireNoButterfly(surface, i * step);
    }

    /// @dev Where the slice bends, at m, and at half to 64 times sigma on either side: a narrow bend between two points of
    /// the other grids would go unseen, and it is just outside of it that g is least.
    function _checkAboutBend(IVolSurface.Surface memory surface) private pure {
        int256 m = surface.m;
        _requireNoButterfly(surface, m);
        int256 away = int256(surface.sigma) / 2;
        for (int256 i; i < REACH; ++i) {
            _requireNoButterfly(surface, m - away);
            _requireNoButterfly(surface, m + away);
            away *= 2;
        }
    }

    /// @dev Durrleman's condition.
    function _requireNoButterfly(IVolSurface.Surface memory surface, int256 k) private pure {
        int256 g = durrleman(surface, k);
        if (g < 0) revert IVolSurface.ArbitrageInSurface(k, g);
    }

    /// @notice g(k) = (1 - k w' / 2w)^2 - (w'^2 / 4) (1/w + 1/4) + w'' / 2: the sign of the density of the price at expiry.
    /// @dev Gatheral and Jacquier, "Arbitrage-free SVI volatility surfaces" (2014), lemma 2.2.
    /// Unchecked, since this runs 51 times for each surface: |k| is at most 64 * sigma + |m| < 2300e18, |slope| <= 2e18 and
    /// w > 9e5 wei, so that nothing exceeds 1e68. Divisions truncate; the tests compare with differences of w.
    function durrleman(IVolSurface.Surface memory surface, int256 k) internal pure returns (int256) {
        unchecked {
            int256 d = k - surface.m;
            int256 sigma = int256(surface.sigma);
            int256 b = int256(surface.b);
            int256 rho = surface.rho;
            int256 root = _root(d, sigma);
            int256 w = surface.a + (b * ((rho * d) / 1e18 + root)) / 1e18;
            int256 slope = (b * (rho + (d * 1e18) / root)) / 1e18;
            sigma = (sigma * 1e18) / root;
            int256 bend = (b * ((sigma * sigma) / 1e18)) / root;
            int256 left = 1e18 - (k * slope) / (2 * w);
            slope *= slope;
            return (left * left) / 1e18 - slope / (4 * w) - slope / 16e18 + bend / 2;
        }
    }

    /// @dev SPEC-V4's w at d = k - m, above zero.
    function _variance(IVolSurface.Surface memory surface, int256 d) private pure returns (int256) {
        int256 root = _root(d, int256(surface.sigma));
        return surface.a + WadMath.mulFloor(int256(surface.b), WadMath.mulFloor(surface.rho, d) + root);
    }

    function _root(int256 d, int256 sigma) private pure returns (int256) {
        unchecked {
            return int256(FixedPointMathLib.sqrt(uint256(d * d + sigma * sigma)));
        }
    }

    function _bound(string memory field, int256 value, int256 min, int256 max) private pure {
        if (value < min || value > max) revert IVolSurface.SurfaceOutOfBounds(field, value, min, max);
    }
}
