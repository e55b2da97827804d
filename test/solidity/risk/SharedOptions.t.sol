// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {Presets} from "../../../contracts/risk/Presets.sol";
import {ProfileCodec} from "../../../contracts/risk/ProfileCodec.sol";
import {Portfolio} from "../../../contracts/types/Portfolio.sol";
import {RiskProfile, Scenario, VolMove} from "../../../contracts/types/RiskProfile.sol";
import {RiskTest} from "./RiskTest.sol";

/// @dev What the engine's short cuts must not change: values shared between portfolios, and the scenarios passed over for
/// portfolios that are short of every strike. Each is held, to the wei, against the explanation, which has no short cuts.
contract SharedOptions is RiskTest {
    uint256 private constant SPAN = 2;
    uint256 private constant GRID = 3;

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
        RiskProfile memory other = Presets.portfolio();
        (other.rho, other.volUp, other.volUpFloor) = (0, 0.1e18, 0);
        other.underlyings[0].scanRange = 0.3e18;
        engine.setProfile(SPAN, other);
        other.scenarios = _grid();
        engine.setProfile(GRID, other);
    }

    // ------------------------------------------------------------------------------------------------ several at once

    function testFuzz_SeveralEqualEachAlone(uint256 seed, bool sameProfile) public {
        _seed = seed;
        Portfolio[] memory list = _related();
        if (!sameProfile) (list[1].profileId, list[2].profileId) = (STANDARD, SPAN);
        IRiskTypes.Margin[] memory all = engine.assess(list, IRiskTypes.Stance.Adverse);
        for (uint256 i = 0; i < list.length; ++i) {
            assertSame(all[i], assess(list[i]));
            assertSame(all[i], engine.explain(list[i]).margin);
        }
    }

    /// @dev Prices that leave a choice: the account's margins at the favourable end, the taker's at the adverse one.
    function testFuzz_TakeOverMixesStances(uint256 seed) public {
        _seed = seed;
        prices.set(BTC, 100_000e18, 98_000e18, 103_000e18, IPriceRouter.Status.Guarded);
        prices.set(ETH, 4_000e18, 3_900e18, 4_050e18, IPriceRouter.Status.Guarded);
        Portfolio[] memory list = _related();
        (IRiskTypes.Margin[] memory all, IRiskTypes.Marks memory marks) = engine.assessWithMarks(
            list,
            IRiskTypes.Stance.TakeOver
        );
        Portfolio[] memory two = new Portfolio[](2);
        (two[0], two[1]) = (list[0], list[1]);
        (IRiskTypes.Margin[] memory account, IRiskTypes.Marks memory expected) = engine.assessWithMarks(
            two,
            IRiskTypes.Stance.Favourable
        );
        assertSame(all[0], account[0]);
        assertSame(all[1], account[1]);
        assertSame(all[2], assess(list[2]));
        assertEq(abi.encode(marks), abi.encode(expected), "marks");
        expected = engine.marksOf(list[0], IRiskTypes.Stance.Favourable);
        assertEq(abi.encode(marks), abi.encode(expected), "marks alone");
    }

    // ------------------------------------------------------------------------------------------------ short of every strike

    function testFuzz_ShortOfEveryStrike(uint256 seed) public {
        _seed = seed;
        Portfolio memory p = empty(int256(_next(1e24)));
        uint256 legs = 1 + _next(10);
        for (uint256 i = 0; i < legs; ++i) {
            p = withOption(p, BTC, _expiry(), _strike(BTC), _next(2) == 0, -_size());
        }
        // anything linear may stand beside them
        if (_next(2) == 0) p = withPerp(p, BTC, _next(2) == 0 ? _size() : -_size(), 0, 0);
        if (_next(3) == 0) p = withSpot(p, BTC, uint256(_size()));
        for (uint256 id = 0; id < 4; ++id) {
            p.profileId = id;
            assertSame(assess(p), engine.explain(p).margin);
        }
    }

    /// @dev A forward turns the worst from the upper end to the lower one: near the turn the ends are within a wei.
    function test_WhereTheEndsAreAlike() public view {
        Portfolio memory p = withOption(empty(0), BTC, _far, 100_000e18, true, -1e18);
        p = withOption(p, BTC, _far, 90_000e18, false, -1e18);
        int256 low = -2e18;
        int256 high = 2e18;
        while (high - low > 1) {
            int256 middle = (low + high) / 2;
            IRiskTypes.Report memory r = engine.explain(withPerp(_copy(p), BTC, middle, 0, 0));
            assertSame(assess(withPerp(_copy(p), BTC, middle, 0, 0)), r.margin);
            if (r.worstShock > 0) low = middle;
            else high = middle;
        }
    }

    /// @dev Results of next to nothing, where rounding decides.
    function testFuzz_Dust(uint256 strike, uint256 size) public view {
        strike = bound(strike, 1e3, 1e7) * 1e15;
        size = bound(size, 1, 1e6);
        Portfolio memory p = withOption(empty(0), BTC, _near, strike, true, -int256(size));
        assertSame(assess(p), engine.explain(p).margin);
        p = withOption(p, BTC, _near, strike, false, -int256(size));
        assertSame(assess(p), engine.explain(p).margin);
    }

    // ------------------------------------------------------------------------------------------------ the set's extremes

    function test_ExtremesOfThePresets() public {
        // +1, -1, +3, -3, each with volatility up
        assertEq(_extremes(Presets.portfolio()), (1 << 10) | (1 << 12) | (1 << 14) | (1 << 15));
    }

    function test_NoExtremesWhereOneIsTooNear() public {
        RiskProfile memory profile = Presets.portfolio();
        assertTrue(_extremes(profile) != 0);
        // +2/3 becomes +0.9: less than a sixteenth of the way from +1 to -1
        profile.scenarios[6].move = 0.9e18;
        assertEq(_extremes(profile), 0);
    }

    function test_NoExtremesWhereOneIsOutside() public {
        RiskProfile memory profile = Presets.portfolio();
        // -1 with volatility down alone: nothing encloses it
        profile.scenarios[12].vol = VolMove.Down;
        assertEq(_extremes(profile), 0);
    }

    function test_NoExtremesWhereAMoveIsAbsolute() public {
        RiskProfile memory profile = Presets.portfolio();
        profile.scenarios[3].absolute = true;
        assertEq(_extremes(profile), 0);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    /// @dev An account, the same with less, and another that holds some of it and more.
    function _related() private returns (Portfolio[] memory list) {
        list = new Portfolio[](3);
        (list[0], list[1], list[2]) = (empty(1e24), empty(1e24), empty(5e23));
        uint256 legs = 1 + _next(8);
        bool isShort = _next(2) == 0;
        for (uint256 i = 0; i < legs; ++i) {
            uint16 u = _next(3) == 0 ? ETH : BTC;
            (uint256 expiry, uint256 strike, bool isCall) = (_expiry(), _strike(u), _next(2) == 0);
            int256 size = isShort || _next(2) == 0 ? -_size() : _size();
            int256 part = (size * int256(_next(5))) / 4;
            if (u == ETH) expiry = _near;
            list[0] = withOption(list[0], u, expiry, strike, isCall, size);
            if (part != size) list[1] = withOption(list[1], u, expiry, strike, isCall, size - part);
            if (part != 0) list[2] = withOption(list[2], u, expiry, strike, isCall, part);
        }
        if (_next(2) == 0) list[0] = withFuture(list[0], BTC, _far, _size(), 0);
        if (_next(2) == 0) list[1] = withPerp(list[1], ETH, -_size(), 0, 0);
        if (_next(2) == 0) list[2] = withOption(list[2], BTC, _far, _strike(BTC), true, _size());
        if (_next(3) == 0) list[2] = withSpot(list[2], ETH, uint256(_size()));
    }

    /// @dev Five moves at each volatility, and the outer ones once more at half their weight.
    function _grid() private pure returns (Scenario[] memory s) {
        s = new Scenario[](17);
        for (uint256 i = 0; i < 15; ++i) {
            int256 move = int256(i / 3) * 0.5e18 - 1e18;
            s[i] = Scenario({move: move, vol: VolMove(i % 3), weight: 1e18, absolute: false});
        }
        s[15] = Scenario({move: 2e18, vol: VolMove.Up, weight: 0.5e18, absolute: false});
        s[16] = Scenario({move: -2e18, vol: VolMove.Up, weight: 0.5e18, absolute: false});
    }

    function _copy(Portfolio memory p) private pure returns (Portfolio memory) {
        return abi.decode(abi.encode(p), (Portfolio));
    }

    function _extremes(RiskProfile memory profile) private returns (uint256) {
        (bytes memory words, ) = new ProfileCodec().encode(profile);
        uint256 head;
        assembly ("memory-safe") {
            head := mload(add(words, 0x80))
        }
        return head & type(uint64).max;
    }

    function _next(uint256 below) private returns (uint256) {
        _seed = uint256(keccak256(abi.encode(_seed)));
        return _seed % below;
    }

    function _size() private returns (int256) {
        return int256(1 + _next(100e18));
    }

    function _expiry() private returns (uint256) {
        return _next(2) == 0 ? _near : _far;
    }

    function _strike(uint16 underlying) private returns (uint256) {
        return ((underlying == BTC ? 100_000e18 : 4_000e18) * (60 + 5 * _next(17))) / 100;
    }
}
