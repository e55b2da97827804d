// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {Portfolio} from "../../../contracts/types/Portfolio.sol";
import {RiskProfile, Scenario, UnderlyingRisk, VolMove} from "../../../contracts/types/RiskProfile.sol";
import {Presets} from "../../../contracts/risk/Presets.sol";
import {NaiveMargin} from "./NaiveMargin.sol";
import {RiskTest} from "./RiskTest.sol";

/// @dev The engine against the naive reference, to the wei, and the properties that the model must keep.
contract RiskFuzz is RiskTest {
    uint16 private constant UNDERLYINGS = 6;
    uint256 private constant CUSTOM = 7;

    uint256 private _state;

    // ------------------------------------------------------------------------------------------------ reference

    function testFuzz_EqualsReference(uint256 seed) public {
        _state = seed;
        _randomPrices();
        uint256 profileId = _next() % 2;
        _compare(_random(profileId), profileId == PORTFOLIO ? Presets.portfolio() : Presets.standard());
    }

    function testFuzz_EqualsReferenceWithRandomProfile(uint256 seed) public {
        _state = seed;
        _randomPrices();
        RiskProfile memory profile = _randomProfile();
        engine.setProfile(CUSTOM, profile);
        _compare(_random(CUSTOM), profile);
    }

    /// @dev Long one underlying, short another, so that the sum over underlyings is anything from 0 to some wei.
    function testFuzz_EqualsReferenceWhereUnderlyingsCancel(uint256 seed) public {
        _state = seed;
        RiskProfile memory profile = _next() % 2 == 0 ? Presets.portfolio() : _randomProfile();
        engine.setProfile(CUSTOM, profile);
        (uint256 rangeA, , ) = NaiveMargin.riskOf(profile, 1);
        (uint256 rangeB, , ) = NaiveMargin.riskOf(profile, 2);
        uint256 unit = 10 ** (_next() % 20);
        prices.set(1, rangeB);
        prices.set(2, rangeA);
        int256 size = int256(unit * (1 + (_next() % 1e6)));
        Portfolio memory p = withPerp(
            withPerp(empty(0), 1, size, 0, 0),
            2,
            -size + int256(_next() % 3) - 1,
            0,
            0
        );
        p.profileId = CUSTOM;
        _compare(p, profile);
    }

    function testFuzz_AssessManyEqualsAssessEach(uint256 seed) public {
        _state = seed;
        _randomPrices();
        Portfolio[] memory list = new Portfolio[](1 + (_next() % 4));
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = _random(_next() % 2);
        }
        IRiskTypes.Margin[] memory margins = engine.assess(list, IRiskTypes.Stance.Adverse);
        assertEq(margins.length, list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            assertSame(margins[i], assess(list[i]));
        }
    }

    function _compare(Portfolio memory p, RiskProfile memory profile) private view {
        uint256[] memory priceOf = new uint256[](UNDERLYINGS + 1);
        uint16[] memory ids = NaiveMargin.order(p);
        uint256[] memory given = new uint256[](ids.length);
        for (uint256 k = 0; k < ids.length; ++k) {
            given[k] = priceOf[ids[k]] = prices.priceOf(ids[k]).price;
        }
        NaiveMargin.Result memory r = NaiveMargin.compute(p, profile, priceOf);
        assertMargin(assess(p), r.equity, r.initial, r.maintenance);
        assertSame(assess(p, IRiskTypes.Stance.Favourable), assess(p));
        IRiskTypes.Report memory report = engine.explain(p);
        assertEq(abi.encode(engine.explainAt(p, ids, given)), abi.encode(report));
        assertSame(report.margin, assess(p));
        _compareReport(report, r, ids);
        if (ids.length != 0)
            assertEq(report.worstShock, NaiveMargin.shock(profile, ids[0], r.worst), "shock");
        assertEq(report.worstVol, uint256(profile.scenarios[r.worst].vol), "vol");
    }

    function _compareReport(
        IRiskTypes.Report memory report,
        NaiveMargin.Result memory r,
        uint16[] memory ids
    ) private pure {
        assertEq(report.margin.unrealised, r.unrealised, "unrealised");
        assertEq(report.worstScenario, r.worst, "worst");
        assertEq(report.risk, r.risk, "risk");
        assertEq(report.roll, r.roll, "roll");
        assertEq(report.haircut, r.hair, "haircut");
        assertEq(report.initialExtra, r.extra, "extra");
        assertEq(report.floor, r.floor, "floor");
        assertEq(keccak256(abi.encode(report.scenarioPnl)), keccak256(abi.encode(r.total)));
        assertEq(report.underlyings.length, ids.length);
        for (uint256 k = 0; k < ids.length; ++k) {
            assertEq(report.underlyings[k].underlying, ids[k], "order");
            assertEq(report.underlyings[k].scan, r.scan[k], "scan");
        }
    }

    // ------------------------------------------------------------------------------------------------ properties

    /// @dev Risk(a + b) <= Risk(a) + Risk(b), and the same of both margins; rounding may cost some wei per underlying.
    function testFuzz_Subadditive(int256[4] memory a, int256[4] memory b, bool standard) public view {
        (Portfolio memory pa, Portfolio memory pb, Portfolio memory sum) = _three(a, b);
        pa.profileId = pb.profileId = sum.profileId = standard ? STANDARD : PORTFOLIO;
        IRiskTypes.Report memory ra = engine.explain(pa);
        IRiskTypes.Report memory rb = engine.explain(pb);
        IRiskTypes.Report memory rs = engine.explain(sum);
        uint256 dust = _dust(pa) + _dust(pb);
        assertLe(rs.risk, ra.risk + rb.risk + dust, "risk");
        assertLe(
            rs.margin.maintenanceMargin,
            ra.margin.maintenanceMargin + rb.margin.maintenanceMargin + dust,
            "MM"
        );
        assertLe(rs.margin.initialMargin, ra.margin.initialMargin + rb.margin.initialMargin + dust, "IM");
    }

    function testFuzz_PositivelyHomogeneous(int256[4] memory sizes, uint256 factor) public view {
        factor = bound(factor, 2, 1e4);
        Portfolio memory once = _fourPerps(sizes);
        for (uint256 i = 0; i < 4; ++i) {
            sizes[i] = once.legs[i].size() * int256(factor);
        }
        Portfolio memory many = empty(0);
        for (uint256 i = 0; i < 4; ++i) {
            many = withPerp(many, uint16(1 + i), sizes[i], 0, 0);
        }
        IRiskTypes.Report memory a = engine.explain(once);
        IRiskTypes.Report memory b = engine.explain(many);
        uint256 dust = factor * _dust(once);
        assertNear(b.risk, a.risk * factor, dust);
        assertNear(b.margin.maintenanceMargin, a.margin.maintenanceMargin * factor, dust);
        assertNear(b.margin.initialMargin, a.margin.initialMargin * factor, dust);
    }

    /// @dev Spot that covers a short perp takes away its risk and costs its haircut and half the floor.
    function testFuzz_SpotAgainstShortPerpNeverRaisesMaintenance(
        uint256 size,
        uint256 price,
        int256 premium,
        bool standard
    ) public {
        size = bound(size, 1e12, 1e24);
        prices.set(ETH, bound(price, 1e12, 1e24));
        Portfolio memory bare = withPerp(empty(0), ETH, -int256(size), 0, premium);
        bare.profileId = standard ? STANDARD : PORTFOLIO;
        uint256 before = assess(bare).maintenanceMargin;
        assertLe(assess(withSpot(bare, ETH, size)).maintenanceMargin, before, "MM");
    }

    function testFuzz_MonotoneInSize(
        int256 small,
        int256 large,
        uint256 price,
        int256 premium,
        bool spot
    ) public {
        small = bound(small, 0, int256(1e27));
        large = bound(large, small, int256(1e27));
        prices.set(SOL, bound(price, 1, 1e27));
        (Portfolio memory a, Portfolio memory b) = (empty(0), empty(0));
        if (spot) {
            (a, b) = (withSpot(a, SOL, uint256(small)), withSpot(b, SOL, uint256(large)));
        } else {
            (a, b) = (withPerp(a, SOL, small, 0, premium), withPerp(b, SOL, large, 0, premium));
        }
        _assertNotMore(a, b);
        if (!spot)
            _assertNotMore(
                withPerp(empty(0), SOL, -small, 0, premium),
                withPerp(empty(0), SOL, -large, 0, premium)
            );
    }

    function testFuzz_NeverMoreThanItsParts(int256[4] memory sizes, uint256 spotAmount) public view {
        Portfolio memory whole = withSpot(_fourPerps(sizes), BTC, bound(spotAmount, 0, 1e24));
        uint256 parts = assess(withSpot(empty(0), BTC, whole.spot[0].amount())).maintenanceMargin;
        for (uint256 i = 0; i < 4; ++i) {
            parts += assess(withPerp(empty(0), uint16(1 + i), whole.legs[i].size(), 0, 0)).maintenanceMargin;
        }
        assertLe(assess(whole).maintenanceMargin, parts + _dust(whole), "MM");
    }

    function testFuzz_RemovingARiskNeverRaisesRiskOfOneUnderlying(
        int256 size,
        uint256 spotAmount
    ) public view {
        // of the same underlying only what does not hedge: a hedge's removal raises risk by design
        size = bound(size, 0, int256(1e24));
        Portfolio memory both = withPerp(
            withSpot(empty(0), BTC, bound(spotAmount, 0, 1e24)),
            BTC,
            size,
            0,
            0
        );
        Portfolio memory less = withSpot(empty(0), BTC, both.spot[0].amount());
        assertLe(engine.explain(less).risk, engine.explain(both).risk, "risk");
    }

    // ------------------------------------------------------------------------------------------------ bounds

    /// @dev Within the types' bounds nothing overflows: the answer is that of checked arithmetic.
    function testFuzz_ExtremesDoNotOverflow(uint256 seed) public {
        _state = seed;
        RiskProfile memory profile = _randomProfile();
        engine.setProfile(CUSTOM, profile);
        Portfolio memory p = empty(_next() % 2 == 0 ? type(int128).max : type(int128).min);
        p.profileId = CUSTOM;
        for (uint16 u = 1; u <= UNDERLYINGS; ++u) {
            prices.set(u, type(uint128).max - (_next() % 2 == 0 ? 0 : _next() >> 129));
            int256 size = type(int96).max;
            int256 cost = type(int104).max;
            p = withPerp(
                p,
                u,
                _next() % 2 == 0 ? size : -size,
                _next() % 2 == 0 ? cost : -cost,
                int256(_next())
            );
            // 2**184 is the bound on its value: price 2**128 at 2**115 units of 1e-18
            p = withSpot(p, u, (1 << 115) - (_next() >> 150));
        }
        _compare(p, profile);
    }

    // ------------------------------------------------------------------------------------------------ random things

    function _next() private returns (uint256) {
        _state = uint256(keccak256(abi.encode(_state)));
        return _state;
    }

    function _magnitude(uint256 digits) private returns (uint256) {
        return _next() % 10 ** (1 + (_next() % digits));
    }

    function _signed(uint256 digits) private returns (int256) {
        int256 value = int256(_magnitude(digits));
        return _next() % 2 == 0 ? value : -value;
    }

    function _randomPrices() private {
        for (uint16 u = 1; u <= UNDERLYINGS; ++u) {
            prices.set(u, 1 + _magnitude(26));
        }
    }

    function _random(uint256 profileId) private returns (Portfolio memory p) {
        p = empty(_signed(27));
        p.profileId = profileId;
        uint256 spots = _next() % 5;
        for (uint256 i = 0; i < spots; ++i) {
            p = withSpot(p, uint16(1 + (_next() % UNDERLYINGS)), _magnitude(26));
        }
        uint256 perps = _next() % 7;
        for (uint256 i = 0; i < perps; ++i) {
            p = withPerp(p, uint16(1 + (_next() % UNDERLYINGS)), _signed(26), _signed(29), _signed(26));
        }
    }

    function _rate(uint256 maxPpm) private returns (uint256) {
        return (_next() % (maxPpm + 1)) * 1e12;
    }

    function _randomProfile() private returns (RiskProfile memory p) {
        p.rho = _rate(999_999);
        p.mmFactor = 0.5e18 + _rate(500_000);
        p.rollMin = _rate(999_999);
        p.perpInitial = _rate(999_999);
        p.haircut = _rate(999_999);
        p.haircutInitial = _rate(999_999);
        p.floorNet = _rate(999_999);
        p.floorHedged = _rate(999_999);
        p.defaultScanRange = 0.01e18 + (_next() % 0.99e18);
        p.scenarios = new Scenario[](1 + (_next() % 64));
        for (uint256 j = 0; j < p.scenarios.length; ++j) {
            int256[5] memory moves = [int256(0), 1e18, 0.25e18, 40e18, int256(_magnitude(19))];
            int256 move = moves[_next() % 5];
            uint256 weight =
                _next() % 3 == 0
                    ? 1 + (_magnitude(18) % 1e18)
                    : _next() % 2 == 0
                        ? 1e18
                        : 0.5e18;
            p.scenarios[j] = Scenario(_next() % 2 == 0 ? move : -move, VolMove(_next() % 3), weight);
            if (j != 0 && _next() % 3 == 0) p.scenarios[j] = p.scenarios[j - 1];
        }
        p.underlyings = new UnderlyingRisk[](_next() % 4);
        uint256 first = _next() % 3;
        for (uint256 i = 0; i < p.underlyings.length; ++i) {
            // descending, to be sorted by the engine; some of them near the default
            uint16 u = uint16(1 + first + p.underlyings.length - i);
            uint256 cap = p.haircut + (_next() % (1e18 - p.haircut + 1));
            p.underlyings[i] = UnderlyingRisk(
                u,
                0.01e18 + (_next() % 0.99e18),
                (_next() % 2) * _magnitude(17),
                cap
            );
        }
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _fourPerps(int256[4] memory sizes) private pure returns (Portfolio memory p) {
        p = empty(0);
        for (uint256 i = 0; i < 4; ++i) {
            p = withPerp(p, uint16(1 + i), bound(sizes[i], -1e24, 1e24), 0, 0);
        }
    }

    /// @dev Two portfolios of spot in the first and perps in all underlyings, and their sum, leg by leg.
    function _three(
        int256[4] memory a,
        int256[4] memory b
    ) private pure returns (Portfolio memory pa, Portfolio memory pb, Portfolio memory sum) {
        (pa, pb, sum) = (_fourPerps(a), _fourPerps(b), empty(0));
        for (uint256 i = 0; i < 4; ++i) {
            sum = withPerp(sum, uint16(1 + i), pa.legs[i].size() + pb.legs[i].size(), 0, 0);
        }
        uint256 x = uint256(keccak256(abi.encode(a))) % 1e24;
        uint256 y = uint256(keccak256(abi.encode(b))) % 1e24;
        (pa, pb, sum) = (withSpot(pa, 1, x), withSpot(pb, 1, y), withSpot(sum, 1, x + y));
    }

    /// @dev What rounding may come to: a wei of delta at the price, and a wei at each step of each underlying.
    function _dust(Portfolio memory p) private view returns (uint256 dust) {
        for (uint256 i = 0; i < p.legs.length; ++i) {
            dust += 20 + 4 * (prices.priceOf(p.legs[i].underlying()).price / 1e18);
        }
    }

    function assertNear(uint256 a, uint256 b, uint256 dust) private pure {
        assertLe(a, b + dust, "more");
        assertLe(b, a + dust, "less");
    }

    function _assertNotMore(Portfolio memory a, Portfolio memory b) private view {
        (IRiskTypes.Margin memory x, IRiskTypes.Margin memory y) = (assess(a), assess(b));
        assertLe(x.maintenanceMargin, y.maintenanceMargin, "MM");
        assertLe(x.initialMargin, y.initialMargin, "IM");
    }

    function setUp() public override {
        super.setUp();
        prices.set(4, 1e18);
        prices.set(5, 1e18);
        prices.set(6, 1e18);
    }
}
