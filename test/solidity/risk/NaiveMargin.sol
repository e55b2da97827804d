// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Portfolio} from "../../../contracts/types/Portfolio.sol";
import {RiskProfile, UnderlyingRisk} from "../../../contracts/types/RiskProfile.sol";

/// @dev Section M of the specification, word for word: checked arithmetic, plain loops, no packing, nothing skipped. It
/// shares no code with the engine.
library NaiveMargin {
    int256 private constant W = 1e18;

    struct Result {
        int256 equity;
        int256 unrealised;
        uint256 initial;
        uint256 maintenance;
        uint256 risk;
        uint256 worst;
        int256[] total;
        uint256[] scan;
        uint16[] underlyings;
        uint256 roll;
        uint256 hair;
        uint256 extra;
        uint256 floor;
    }

    function compute(
        Portfolio memory p,
        RiskProfile memory profile,
        uint256[] memory priceOf
    ) internal pure returns (Result memory r) {
        r.underlyings = order(p);
        uint256 n = r.underlyings.length;
        r.scan = new uint256[](n);
        r.total = new int256[](profile.scenarios.length);
        r.equity = p.cash;
        uint256 sumScan;
        for (uint256 k = 0; k < n; ++k) {
            uint16 u = r.underlyings[k];
            sumScan += one(p, profile, u, priceOf[u], r, k);
        }
        int256 least;
        for (uint256 j = 0; j < r.total.length; ++j) {
            if (r.total[j] < r.total[r.worst]) r.worst = j;
        }
        least = r.total[r.worst];
        r.risk = up(profile.rho, least < 0 ? uint256(-least) : 0) + up(1e18 - profile.rho, sumScan);
        uint256 cmm = r.roll + r.hair;
        r.maintenance = max(up(r.risk, profile.mmFactor) + cmm, up(r.floor, profile.mmFactor));
        r.initial = max(r.risk + cmm + r.extra, r.floor);
    }

    struct One {
        uint256 spotAmount;
        uint256 spotValue;
        int256 perpSize;
        uint256 perpGross;
        int256 perpValue;
        uint256 range;
        uint256 slope;
        uint256 cap;
    }

    /// @return R_u.
    function one(
        Portfolio memory p,
        RiskProfile memory profile,
        uint16 u,
        uint256 s,
        Result memory r,
        uint256 k
    ) internal pure returns (uint256) {
        One memory x;
        (x.range, x.slope, x.cap) = riskOf(profile, u);
        addSpots(p, u, s, x);
        addPerps(p, profile, u, s, x, r);
        r.equity += int256(x.spotValue);
        r.extra += up(x.spotValue, profile.haircutInitial);
        uint256 h = profile.haircut;
        if (x.slope != 0) {
            h = profile.haircut + up(x.slope, x.spotValue);
            if (h > x.cap) h = x.cap;
        }
        r.hair += up(x.spotValue, h);
        int256 net = int256(x.spotAmount) + x.perpSize;
        uint256 absNet = net < 0 ? uint256(-net) : uint256(net);
        uint256 hedged = (x.spotAmount + x.perpGross - absNet) / 2;
        r.floor += up(up(absNet, profile.floorNet) + up(hedged, profile.floorHedged), s);
        r.scan[k] = scanOne(profile, x, r);
        return r.scan[k];
    }

    function addSpots(Portfolio memory p, uint16 u, uint256 s, One memory x) internal pure {
        for (uint256 i = 0; i < p.spot.length; ++i) {
            if (p.spot[i].underlying() != u) continue;
            x.spotAmount += p.spot[i].amount();
            x.spotValue += (p.spot[i].amount() * s) / 1e18;
        }
    }

    function addPerps(
        Portfolio memory p,
        RiskProfile memory profile,
        uint16 u,
        uint256 s,
        One memory x,
        Result memory r
    ) internal pure {
        int256 bound = int256((s * 0.005e18) / 1e18);
        for (uint256 i = 0; i < p.legs.length; ++i) {
            if (p.legs[i].underlying() != u) continue;
            int256 size = p.legs[i].size();
            int256 premium =
                p.premiums[i] > bound
                    ? bound
                    : p.premiums[i] < -bound
                        ? -bound
                        : p.premiums[i];
            int256 value = floorMul(size, int256(s) + premium);
            uint256 units = size < 0 ? uint256(-size) : uint256(size);
            x.perpValue += value;
            x.perpSize += size;
            x.perpGross += units;
            r.unrealised += value + p.legs[i].cost();
            r.equity += value + p.legs[i].cost();
        }
        // one perp per underlying is what an account can hold; where there are more, each leg's notional rounds up
        uint256 notional;
        for (uint256 i = 0; i < p.legs.length; ++i) {
            if (p.legs[i].underlying() != u) continue;
            int256 size = p.legs[i].size();
            notional += up(size < 0 ? uint256(-size) : uint256(size), s);
        }
        r.roll += up(notional, profile.rollMin);
        r.extra += up(notional, profile.perpInitial);
    }

    function scanOne(
        RiskProfile memory profile,
        One memory x,
        Result memory r
    ) internal pure returns (uint256) {
        int256 least;
        for (uint256 j = 0; j < profile.scenarios.length; ++j) {
            int256 m = floorMul(profile.scenarios[j].move, int256(x.range));
            if (m < -0.99e18) m = -0.99e18;
            int256 value = int256(x.spotValue) + x.perpValue;
            int256 pnl = floorMul(floorMul(value, m), int256(profile.scenarios[j].weight));
            r.total[j] += pnl;
            if (pnl < least) least = pnl;
        }
        return uint256(-least);
    }

    /// @dev Underlyings in the order of first appearance: spot balances first, then legs.
    function order(Portfolio memory p) internal pure returns (uint16[] memory list) {
        uint16[] memory all = new uint16[](p.spot.length + p.legs.length);
        uint256 n;
        for (uint256 i = 0; i < all.length; ++i) {
            uint16 u = i < p.spot.length ? p.spot[i].underlying() : p.legs[i - p.spot.length].underlying();
            bool seen;
            for (uint256 k = 0; k < n; ++k) {
                if (all[k] == u) seen = true;
            }
            if (!seen) all[n++] = u;
        }
        list = new uint16[](n);
        for (uint256 k = 0; k < n; ++k) {
            list[k] = all[k];
        }
    }

    function riskOf(RiskProfile memory profile, uint16 u) internal pure returns (uint256, uint256, uint256) {
        for (uint256 i = 0; i < profile.underlyings.length; ++i) {
            UnderlyingRisk memory x = profile.underlyings[i];
            if (x.underlying == u) return (x.scanRange, x.haircutSlope, x.haircutCap);
        }
        return (profile.defaultScanRange, 0, 0);
    }

    function shock(RiskProfile memory profile, uint16 u, uint256 j) internal pure returns (int256 m) {
        (uint256 range, , ) = riskOf(profile, u);
        m = floorMul(profile.scenarios[j].move, int256(range));
        if (m < -0.99e18) m = -0.99e18;
    }

    function floorMul(int256 a, int256 b) internal pure returns (int256 q) {
        int256 x = a * b;
        q = x / W;
        if (x % W < 0) q -= 1;
    }

    function up(uint256 a, uint256 b) internal pure returns (uint256) {
        uint256 x = a * b;
        return x % 1e18 == 0 ? x / 1e18 : x / 1e18 + 1;
    }

    function max(uint256 a, uint256 b) internal pure returns (uint256) {
        return a > b ? a : b;
    }
}
