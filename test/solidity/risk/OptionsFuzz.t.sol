// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {Portfolio} from "../../../contracts/types/Portfolio.sol";
import {PositionWord, toLinearWord, toOptionWord} from "../../../contracts/types/PositionWord.sol";
import {RiskTest} from "./RiskTest.sol";

/// @dev What the model must keep for portfolios of options, futures, perps and spot.
contract OptionsFuzz is RiskTest {
    /// @dev Prices of options are within 1e-9 of the index each; sizes here are below 1e3 units of 100,000 USD.
    uint256 private constant DUST = 1e15;
    uint256 private constant LEGS = 6;

    uint256 private _near;
    uint256 private _far;
    uint256 private _seed;

    function setUp() public override {
        super.setUp();
        _near = (block.timestamp / 1 hours + 7 * 24) * 1 hours;
        _far = (block.timestamp / 1 hours + 90 * 24) * 1 hours;
        post(BTC, _near, 0.002e18, 0.02e18, -0.3e18, 0.01e18, 0.08e18, 0.04e18);
        post(BTC, _far, 0.03e18, 0.06e18, -0.2e18, 0.02e18, 0.2e18, 0.06e18);
        post(ETH, _near, 0.004e18, 0.03e18, -0.25e18, 0, 0.1e18, -0.02e18);
        post(ETH, _far, 0.05e18, 0.08e18, -0.15e18, -0.01e18, 0.25e18, 0.03e18);
    }

    function testFuzz_Subadditive(uint256 seed, bool standard) public {
        _seed = seed;
        (Portfolio memory a, Portfolio memory b) = (_random(0), _random(0));
        Portfolio memory sum = _joined(a, b);
        a.profileId = b.profileId = sum.profileId = standard ? STANDARD : PORTFOLIO;
        IRiskTypes.Report memory ra = engine.explain(a);
        IRiskTypes.Report memory rb = engine.explain(b);
        IRiskTypes.Report memory rs = engine.explain(sum);
        assertLe(rs.risk, ra.risk + rb.risk + DUST, "risk");
        assertLe(
            rs.margin.maintenanceMargin,
            ra.margin.maintenanceMargin + rb.margin.maintenanceMargin + DUST,
            "MM"
        );
        assertLe(rs.margin.initialMargin, ra.margin.initialMargin + rb.margin.initialMargin + DUST, "IM");
    }

    function testFuzz_NeverMoreThanItsParts(uint256 seed) public {
        _seed = seed;
        Portfolio memory whole = _random(0);
        uint256 parts;
        uint256 perps;
        for (uint256 i = 0; i < whole.legs.length; ++i) {
            Portfolio memory one = withLeg(empty(0), whole.legs[i]);
            if (uint256(PositionWord.unwrap(whole.legs[i])) >> 252 == 1) {
                one.premiums = new int256[](1);
                one.premiums[0] = whole.premiums[perps++];
            }
            parts += assess(one).maintenanceMargin;
        }
        assertLe(assess(whole).maintenanceMargin, parts + DUST, "MM");
    }

    /// @dev Within one underlying: spot against an equal short perp takes away the perp's risk.
    function testFuzz_SpotAgainstShortPerpNeverRaisesMaintenance(uint256 size) public view {
        size = bound(size, 1e12, 1e21);
        Portfolio memory bare = withPerp(empty(0), ETH, -int256(size), 0, 0);
        assertLe(assess(withSpot(bare, ETH, size)).maintenanceMargin, assess(bare).maintenanceMargin, "MM");
    }

    function testFuzz_MonotoneInSizeOfOneLeg(uint256 seed, uint256 factor) public {
        _seed = seed;
        factor = bound(factor, 1e18, 50e18);
        (uint16 u, uint256 expiry, uint256 strike, bool isCall, int256 size) = _option();
        IRiskTypes.Margin memory small = assess(withOption(empty(0), u, expiry, strike, isCall, size));
        size = (size * int256(factor)) / 1e18;
        IRiskTypes.Margin memory large = assess(withOption(empty(0), u, expiry, strike, isCall, size));
        assertLe(small.maintenanceMargin, large.maintenanceMargin + DUST, "MM");
        assertLe(small.initialMargin, large.initialMargin + DUST, "IM");
    }

    function testFuzz_MonotoneInSizeOfOneFuture(uint256 seed, uint256 factor) public {
        _seed = seed;
        factor = bound(factor, 1e18, 50e18);
        (uint16 u, uint256 expiry, , , int256 size) = _option();
        IRiskTypes.Margin memory small = assess(withFuture(empty(0), u, expiry, size, 0));
        size = (size * int256(factor)) / 1e18;
        IRiskTypes.Margin memory large = assess(withFuture(empty(0), u, expiry, size, 0));
        assertLe(small.maintenanceMargin, large.maintenanceMargin + DUST, "MM");
        assertLe(small.initialMargin, large.initialMargin + DUST, "IM");
    }

    function testFuzz_PositivelyHomogeneous(uint256 seed, uint256 factor) public {
        _seed = seed;
        factor = bound(factor, 2, 100);
        Portfolio memory once = _random(0);
        Portfolio memory many = empty(0);
        many.premiums = once.premiums;
        for (uint256 i = 0; i < once.legs.length; ++i) {
            many = withLeg(many, _times(once.legs[i], int256(factor)));
        }
        IRiskTypes.Report memory a = engine.explain(once);
        IRiskTypes.Report memory b = engine.explain(many);
        // nothing but the roundings of one leg and scenario, in wei, is multiplied
        uint256 dust = factor * 1e9;
        assertApproxEqAbs(b.risk, a.risk * factor, dust);
        assertApproxEqAbs(b.margin.maintenanceMargin, a.margin.maintenanceMargin * factor, dust);
        assertApproxEqAbs(b.margin.initialMargin, a.margin.initialMargin * factor, dust);
    }

    /// @dev Spot against a part of a short future or call of one underlying, to what covers its delta: the haircut on it is
    /// less than the risk it takes away.
    function testFuzz_SpotAgainstShortFutureNeverRaisesMaintenance(uint256 size, uint256 share) public view {
        size = bound(size, 1e12, 1e21);
        share = bound(share, 0, 1e18);
        Portfolio memory bare = withFuture(empty(0), ETH, _far, -int256(size), 0);
        uint256 covered = (uint256(-engine.explain(bare).underlyings[0].netDelta) * share) / 1e18;
        assertLe(
            assess(withSpot(bare, ETH, covered)).maintenanceMargin,
            assess(bare).maintenanceMargin + 1e6,
            "MM"
        );
    }

    /// @dev Call less put is the forward less the strike, whatever the surface.
    function testFuzz_Parity(uint256 seed) public {
        _seed = seed;
        (uint16 u, uint256 expiry, uint256 strike, , ) = _option();
        Portfolio memory p = withOption(
            withOption(empty(0), u, expiry, strike, true, 1e18),
            u,
            expiry,
            strike,
            false,
            -1e18
        );
        p = withFuture(p, u, expiry, -1e18, 0);
        IRiskTypes.Report memory r = engine.explain(p);
        assertApproxEqAbs(uint256(-r.margin.equity), strike, 10, "locked at the strike");
        for (uint256 j = 0; j < r.scenarioPnl.length; ++j) {
            assertApproxEqAbs(r.scenarioPnl[j], 0, 1e12, "no scenario moves it");
        }
    }

    function testFuzz_OptionBounds(uint256 seed) public {
        _seed = seed;
        (uint16 u, uint256 expiry, uint256 strike, bool isCall, ) = _option();
        uint256 value = _value(withOption(empty(0), u, expiry, strike, isCall, 1e18));
        uint256 forward = _value(withFuture(empty(0), u, expiry, 1e18, 0));
        assertGe(value, _intrinsic(forward, strike, isCall), "at least intrinsic");
        assertLe(value, isCall ? forward : strike, "at most the forward, or the strike");
    }

    /// @dev A long option cannot lose more than it is worth, in any scenario.
    function testFuzz_LongOptionRisksItsValue(uint256 seed) public {
        _seed = seed;
        (uint16 u, uint256 expiry, uint256 strike, bool isCall, int256 size) = _option();
        if (size < 0) size = -size;
        Portfolio memory p = withOption(empty(0), u, expiry, strike, isCall, size);
        assertLe(engine.explain(p).risk, _value(p) + DUST);
    }

    function test_WithoutTimeItIsIntrinsic() public {
        vm.warp(_near);
        prices.set(BTC, 100_000e18);
        Portfolio memory p = withOption(empty(0), BTC, _near, 90_000e18, true, 1e18);
        assertEq(assess(p).equity, 10_000e18);
        surfaces.settle((uint256(BTC) << 20) | (_near / 1 hours), 95_000e18);
        assertEq(assess(p).equity, 5_000e18, "settled");
        assertEq(assess(p).maintenanceMargin, 0);
        Portfolio memory future = withFuture(empty(0), BTC, _near, -2e18, 150_000e18);
        assertEq(assess(future).equity, -40_000e18);
        assertEq(assess(future).unrealised, -40_000e18);
    }

    function test_WithoutVarianceItIsIntrinsic() public {
        post(BTC, _far, 0, 0, 0, 0, 0.1e18, 0);
        assertEq(_value(withOption(empty(0), BTC, _far, 90_000e18, true, 1e18)), 10_000e18);
        assertEq(_value(withOption(empty(0), BTC, _far, 110_000e18, true, 1e18)), 0);
        assertEq(_value(withOption(empty(0), BTC, _far, 110_000e18, false, 1e18)), 10_000e18);
    }

    /// @dev The limit of no volatility: the intrinsic value at the forward, and scenarios that are its changes.
    function testFuzz_WithoutVarianceItIsIntrinsic(uint256 seed, int256 basis) public {
        _seed = seed;
        (uint16 u, uint256 expiry, uint256 strike, bool isCall, ) = _option();
        post(u, expiry, 0, 0, 0, 0, 0.1e18, bound(basis, -1e18, 1e18));
        uint256 forward = _value(withFuture(empty(0), u, expiry, 1e18, 0));
        Portfolio memory p = withOption(empty(0), u, expiry, strike, isCall, 1e18);
        assertEq(_value(p), _intrinsic(forward, strike, isCall));
    }

    /// @dev The limit of no time: the intrinsic value at the index before the settlement price is known, at that price after.
    function testFuzz_WithoutTimeItIsIntrinsic(uint256 seed, uint256 index, uint256 settled) public {
        _seed = seed;
        (uint16 u, uint256 expiry, uint256 strike, bool isCall, ) = _option();
        index = bound(index, 1e18, 1_000_000e18);
        settled = bound(settled, 1e18, 1_000_000e18);
        vm.warp(expiry + _next(1 days));
        prices.set(u, index);
        Portfolio memory p = withOption(empty(0), u, expiry, strike, isCall, 1e18);
        assertEq(_value(p), _intrinsic(index, strike, isCall), "by the index");
        surfaces.settle((uint256(u) << 20) | (expiry / 1 hours), settled);
        assertEq(_value(p), _intrinsic(settled, strike, isCall), "settled");
        assertEq(assess(p).maintenanceMargin, 0, "no risk left");
    }

    /// @dev Toward the limit: within a minute of the expiry an option is worth its intrinsic value but for the little that
    /// the last minute's volatility gives it near the money.
    function testFuzz_TheLastMinuteIsNearlyIntrinsic(uint256 seed) public {
        _seed = seed;
        (uint16 u, , uint256 strike, bool isCall, ) = _option();
        vm.warp(_near - 60);
        postFlat(u, _near, 0.8e18);
        uint256 value = _value(withOption(empty(0), u, _near, strike, isCall, 1e18));
        uint256 forward = _value(withFuture(empty(0), u, _near, 1e18, 0));
        uint256 intrinsic = _intrinsic(forward, strike, isCall);
        // 0.4 * 80% * sqrt(one minute in years) of the forward
        assertTrue(value >= intrinsic && value - intrinsic <= forward / 2_000);
    }

    /// @dev The longer a surface is silent, the more both sides of an option need.
    function test_OldSurfacesWidenBothWays() public {
        Portfolio memory long = withOption(empty(0), BTC, _far, 100_000e18, true, 1e18);
        Portfolio memory short = withOption(empty(0), BTC, _far, 100_000e18, true, -1e18);
        (uint256 longThen, uint256 shortThen) = (engine.explain(long).risk, engine.explain(short).risk);
        for (uint256 i = 1; i < 4; ++i) {
            vm.warp(block.timestamp + 8 hours);
            (uint256 longNow, uint256 shortNow) = (engine.explain(long).risk, engine.explain(short).risk);
            assertGt(longNow, longThen, "long");
            assertGt(shortNow, shortThen, "short");
            (longThen, shortThen) = (longNow, shortNow);
        }
    }

    function testFuzz_HealthAtIsThePriceMoved(uint256 seed, int256 shock) public {
        _seed = seed;
        Portfolio memory p = _random(10_000e18);
        shock = bound(shock, -0.5e18, 1e18);
        IRiskTypes.Margin memory there = engine.healthAt(p, ETH, shock);
        prices.set(ETH, (4_000e18 * uint256(1e18 + shock)) / 1e18);
        assertSame(there, assess(p));
    }

    function testFuzz_AssessManyEqualsAssessEach(uint256 seed) public {
        _seed = seed;
        Portfolio[] memory list = new Portfolio[](3);
        for (uint256 i = 0; i < 3; ++i) {
            list[i] = _random(int256(i) * 1e18);
            list[i].profileId = i % 2;
        }
        list[1] = withPerp(empty(5e18), SOL, 3e18, 0, 0);
        IRiskTypes.Margin[] memory all = engine.assess(list, IRiskTypes.Stance.Adverse);
        for (uint256 i = 0; i < 3; ++i) {
            assertSame(all[i], assess(list[i]));
            assertSame(all[i], engine.explain(list[i]).margin);
        }
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _next(uint256 below) private returns (uint256) {
        _seed = uint256(keccak256(abi.encode(_seed)));
        return _seed % below;
    }

    function _size() private returns (int256) {
        int256 size = int256(1 + _next(1_000e18));
        return _next(2) == 0 ? size : -size;
    }

    function _option()
        private
        returns (uint16 underlying, uint256 expiry, uint256 strike, bool isCall, int256 size)
    {
        underlying = _next(2) == 0 ? BTC : ETH;
        expiry = _next(2) == 0 ? _near : _far;
        strike = ((underlying == BTC ? 100_000e18 : 4_000e18) * (50 + _next(100))) / 100;
        (isCall, size) = (_next(2) == 0, _size());
    }

    function _random(int256 cash) private returns (Portfolio memory p) {
        p = empty(cash);
        for (uint256 i = 0; i < LEGS; ++i) {
            uint256 kind = _next(6);
            (uint16 u, uint256 expiry, uint256 strike, bool isCall, int256 size) = _option();
            if (kind == 0) p = withPerp(p, u, size, 0, 0);
            else if (kind == 1) p = withFuture(p, u, expiry, size, 0);
            else p = withOption(p, u, expiry, strike, isCall, size);
        }
    }

    function _joined(Portfolio memory a, Portfolio memory b) private pure returns (Portfolio memory p) {
        p = empty(0);
        p.legs = new PositionWord[](a.legs.length + b.legs.length);
        p.premiums = new int256[](a.premiums.length + b.premiums.length);
        for (uint256 i = 0; i < p.legs.length; ++i) {
            p.legs[i] = i < a.legs.length ? a.legs[i] : b.legs[i - a.legs.length];
        }
    }

    function _times(PositionWord leg, int256 factor) private pure returns (PositionWord) {
        return
            leg.instrument().isOption()
                ? toOptionWord(leg.instrument(), leg.size() * factor, 0)
                : toLinearWord(leg.instrument(), leg.size() * factor, leg.cost() * factor, 0);
    }

    function _intrinsic(uint256 price, uint256 strike, bool isCall) private pure returns (uint256) {
        if (isCall) return price > strike ? price - strike : 0;
        return strike > price ? strike - price : 0;
    }

    function _value(Portfolio memory p) private view returns (uint256) {
        return uint256(assess(p).equity);
    }
}
