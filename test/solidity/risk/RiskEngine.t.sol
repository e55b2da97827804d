// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskEngine} from "../../../contracts/interfaces/IRiskEngine.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {InstrumentId, futureId, optionId} from "../../../contracts/types/InstrumentId.sol";
import {Portfolio} from "../../../contracts/types/Portfolio.sol";
import {toLinearWord, toOptionWord} from "../../../contracts/types/PositionWord.sol";
import {RiskProfile, Scenario, UnderlyingRisk, VolMove} from "../../../contracts/types/RiskProfile.sol";
import {Presets} from "../../../contracts/risk/Presets.sol";
import {RiskDeployer} from "../helpers/RiskDeployer.sol";
import {RiskTest} from "./RiskTest.sol";

/// @dev Cases worked out by hand. BTC 100,000 (range 15%), ETH 4,000 (18%), SOL 200 (25%). Profile `portfolio` where nothing
/// else is said: rho 0.5, mmFactor 0.8, roll 0.5%, perp 1%, haircut 2% + 3%, floor 2% net and 1% hedged.
contract RiskEngineTest is RiskTest {
    uint256 private constant CUSTOM = 9;
    uint256 private constant EXPIRY = 1_772_784_000;

    // ------------------------------------------------------------------------------------------------ one underlying

    /// @dev Risk: 15% of 100,000 = 15,000 at x = -1 (scenario 12); x = -3 at a third comes to 15 wei less.
    /// Roll 500, extra 1,000, floor 2,000. MM = 0.8 * 15,000 + 500, IM = 15,000 + 500 + 1,000.
    function test_LongPerp() public view {
        Portfolio memory p = withPerp(empty(20_000e18), BTC, 1e18, -100_000e18, 0);
        assertMargin(assess(p), 20_000e18, 16_500e18, 12_500e18);
        IRiskTypes.Report memory r = engine.explain(p);
        assertEq(r.worstScenario, 12);
        assertEq(r.worstShock, -0.15e18);
        assertEq(r.worstVol, 1);
        assertEq(r.risk, 15_000e18);
        assertEq(r.roll, 500e18);
        assertEq(r.initialExtra, 1_000e18);
        assertEq(r.floor, 2_000e18);
        assertEq(r.scenarioPnl[12], -15_000e18);
        assertEq(r.scenarioPnl[15], -14_999.999999999999985e18);
        assertEq(uint256(r.state), uint256(IRiskTypes.State.Healthy));
    }

    /// @dev At the mark 100,300: value -100,300, unrealised -300, risk 15% of 100,300 at x = +1 (scenario 10). Roll and extra
    /// are of the notional at the index. MM = 0.8 * 15,045 + 500, IM = 15,045 + 500 + 1,000.
    function test_ShortPerpWithPremium() public view {
        Portfolio memory p = withPerp(empty(14_000e18), BTC, -1e18, 100_000e18, 300e18);
        IRiskTypes.Margin memory m = assess(p);
        assertMargin(m, 13_700e18, 16_545e18, 12_536e18);
        assertEq(m.unrealised, -300e18);
        IRiskTypes.Report memory r = engine.explain(p);
        assertEq(r.worstScenario, 10);
        assertEq(r.worstShock, 0.15e18);
        assertEq(uint256(r.state), uint256(IRiskTypes.State.AtRisk));
    }

    /// @dev Haircut 2,000, extra 3,000. MM = 12,000 + 2,000, IM = 15,000 + 2,000 + 3,000.
    function test_Spot() public view {
        Portfolio memory p = withSpot(empty(-86_000e18), BTC, 1e18);
        assertMargin(assess(p), 14_000e18, 20_000e18, 14_000e18);
        assertEq(engine.explain(p).haircut, 2_000e18);
        assertEq(assess(p).unrealised, 0);
    }

    /// @dev Nothing at risk. Roll 500, haircut 2,000, extra 1,000 + 3,000; floor 1% of one hedged BTC = 1,000.
    function test_SpotAgainstShortPerp() public view {
        Portfolio memory p = withPerp(withSpot(empty(0), BTC, 1e18), BTC, -1e18, 100_000e18, 0);
        assertMargin(assess(p), 100_000e18, 6_500e18, 2_500e18);
        IRiskTypes.Report memory r = engine.explain(p);
        assertEq(r.risk, 0);
        assertEq(r.floor, 1_000e18);
        assertEq(r.underlyings[0].netDelta, int256(0));
        assertEq(r.worstScenario, 0);
        assertEq(r.worstShock, int256(0));
    }

    /// @dev Two balances of one underlying each round down, as do their values: 3 wei at 0.5 is 1 wei, twice.
    function test_BalancesRoundDownOneByOne() public {
        prices.set(SOL, 0.5e18);
        assertEq(assess(withSpot(withSpot(empty(0), SOL, 3), SOL, 3)).equity, int256(2));
    }

    /// @dev -1 wei of size at 0.5 is worth -1 wei, not 0.
    function test_NegativeValuesRoundDown() public {
        prices.set(SOL, 0.5e18);
        assertEq(assess(withPerp(empty(0), SOL, -1, 0, 0)).equity, -int256(1));
    }

    /// @dev With a range of 1% and no charges: risk 1,000, but 2% of the net delta is 2,000, of which MM takes 0.8.
    function test_FloorDominates() public {
        RiskProfile memory p = _bare();
        p.defaultScanRange = 0.01e18;
        engine.setProfile(CUSTOM, p);
        Portfolio memory portfolio = withPerp(empty(0), BTC, 1e18, -100_000e18, 0);
        portfolio.profileId = CUSTOM;
        assertMargin(assess(portfolio), 0, 2_000e18, 1_600e18);
    }

    /// @dev x = -10 at 15% would be -150%: cut off at -99%.
    function test_ShockIsBoundedBelow() public {
        RiskProfile memory p = _bare();
        p.defaultScanRange = 0.15e18;
        p.scenarios = new Scenario[](2);
        p.scenarios[0] = Scenario(-10e18, VolMove.None, 1e18, false);
        p.scenarios[1] = Scenario(10e18, VolMove.Down, 1e18, false);
        engine.setProfile(CUSTOM, p);
        Portfolio memory portfolio = withSpot(empty(0), BTC, 1e18);
        portfolio.profileId = CUSTOM;
        assertMargin(assess(portfolio), 100_000e18, 99_000e18, 79_200e18);
        assertEq(engine.explain(portfolio).worstShock, -0.99e18);
        // upward there is no bound: a short loses 150%
        portfolio = withPerp(empty(0), BTC, -1e18, 0, 0);
        portfolio.profileId = CUSTOM;
        assertMargin(assess(portfolio), -100_000e18, 150_000e18, 120_000e18);
        assertEq(engine.explain(portfolio).worstVol, 2);
    }

    /// @dev 2% + 1e-8 per USD of 100,000 = 2.1% -> 2,100; of 10 BTC 3% -> 30,000, but the cap is 2.5% -> 25,000.
    function test_HaircutGrowsWithSizeUpToItsCap() public {
        RiskProfile memory p = Presets.portfolio();
        p.underlyings[0].haircutSlope = 1e10;
        p.underlyings[0].haircutCap = 0.025e18;
        engine.setProfile(CUSTOM, p);
        Portfolio memory portfolio = withSpot(empty(0), BTC, 1e18);
        portfolio.profileId = CUSTOM;
        assertEq(engine.explain(portfolio).haircut, 2_100e18);
        assertEq(assess(portfolio).maintenanceMargin, 14_100e18);
        portfolio = withSpot(empty(0), BTC, 10e18);
        portfolio.profileId = CUSTOM;
        assertEq(engine.explain(portfolio).haircut, 25_000e18);
    }

    // ------------------------------------------------------------------------------------------------ two underlyings

    /// @dev Long 1 BTC loses 15,000 at -1, short 25 ETH loses 18,000 at +1, together at +1: 15,000 - 18,000 = -3,000.
    /// Risk = 0.5 * 3,000 + 0.5 * 33,000 = 18,000; roll 1,000, extra 2,000. MM = 14,400 + 1,000.
    function test_TwoUnderlyingsOffset() public view {
        Portfolio memory p = _pair();
        assertMargin(assess(p), 30_000e18, 21_000e18, 15_400e18);
        IRiskTypes.Report memory r = engine.explain(p);
        assertEq(r.worstScenario, 10);
        assertEq(r.worstShock, 0.15e18);
        assertEq(r.risk, 18_000e18);
        assertEq(r.underlyings[0].scan, 15_000e18);
        assertEq(r.underlyings[1].scan, 18_000e18);
        assertEq(r.underlyings[1].netDelta, -25e18);
    }

    /// @dev `standard`: ranges 22.5% and 27%, nothing nets: 22,500 + 27,000. MM = 39,600 + 1,000.
    function test_StandardDoesNotOffset() public view {
        Portfolio memory p = _pair();
        p.profileId = STANDARD;
        assertMargin(assess(p), 30_000e18, 52_500e18, 40_600e18);
    }

    /// @dev ETH's range is 100%, BTC's 15%; moves -1 and -3. Long 25 ETH: both cut off at -99,000. Short 1 BTC: 15,000 and
    /// 45,000. The nearer move is the worse one together: 84,000. Risk = 0.5 * 84,000 + 0.5 * 99,000.
    function test_CutOffShocksMakeTheNearerMoveWorse() public {
        _setCutOff(-1e18, -3e18);
        Portfolio memory p = withPerp(withPerp(empty(0), ETH, 25e18, 0, 0), BTC, -1e18, 0, 0);
        p.profileId = CUSTOM;
        assertEq(assess(p).initialMargin, 91_500e18);
    }

    /// @dev Moves +0.1 and -3. Long 1 BTC, short 5 ETH: up they lose 2,000 - 1,500, which is the side of the tilt; down 45,000
    /// less the 19,800 that the cut off gain of ETH comes to. Risk = 0.5 * 25,200 + 0.5 * (45,000 + 2,000).
    function test_CutOffShocksMakeTheOtherSideWorse() public {
        _setCutOff(0.1e18, -3e18);
        Portfolio memory p = withPerp(withPerp(empty(0), BTC, 1e18, 0, 0), ETH, -5e18, 0, 0);
        p.profileId = CUSTOM;
        assertEq(assess(p).initialMargin, 36_100e18);
    }

    function _setCutOff(int256 first, int256 second) private {
        RiskProfile memory p = _bare();
        p.defaultScanRange = 1e18;
        p.underlyings = new UnderlyingRisk[](1);
        p.underlyings[0] = UnderlyingRisk(BTC, 0.15e18, 0, 0);
        p.scenarios = new Scenario[](2);
        p.scenarios[0] = Scenario(first, VolMove.None, 1e18, false);
        p.scenarios[1] = Scenario(second, VolMove.None, 1e18, false);
        engine.setProfile(CUSTOM, p);
    }

    function test_UnlistedUnderlyingTakesTheDefaultRange() public view {
        // 25% of 200
        assertEq(engine.explain(withPerp(empty(0), SOL, 1e18, 0, 0)).risk, 50e18);
    }

    function test_ReportListsUnderlyingsInOrderOfAppearance() public view {
        Portfolio memory p = withPerp(
            withPerp(withSpot(empty(0), SOL, 1e18), ETH, 1e18, 0, 0),
            BTC,
            1e18,
            0,
            0
        );
        IRiskTypes.Report memory r = engine.explain(p);
        assertEq(r.underlyings.length, 3);
        assertEq(r.underlyings[0].underlying, SOL);
        assertEq(r.underlyings[1].underlying, ETH);
        assertEq(r.underlyings[2].underlying, BTC);
        // the first underlying's: -1 * 25%
        assertEq(r.worstShock, -0.25e18);
    }

    function test_StatesFollowEquity() public view {
        // IM 16,500, MM 12,500
        assertEq(_stateAt(16_500e18), uint256(IRiskTypes.State.Healthy));
        assertEq(_stateAt(16_500e18 - 1), uint256(IRiskTypes.State.AtRisk));
        assertEq(_stateAt(12_500e18), uint256(IRiskTypes.State.AtRisk));
        assertEq(_stateAt(12_500e18 - 1), uint256(IRiskTypes.State.Liquidatable));
        assertEq(_stateAt(0), uint256(IRiskTypes.State.Liquidatable));
        assertEq(_stateAt(-1), uint256(IRiskTypes.State.Insolvent));
    }

    function test_EmptyPortfolio() public view {
        assertMargin(assess(empty(5)), 5, 0, 0);
        assertMargin(assess(empty(-5)), -5, 0, 0);
        IRiskTypes.Report memory r = engine.explain(empty(-5));
        assertEq(uint256(r.state), uint256(IRiskTypes.State.Insolvent));
        assertEq(r.worstShock, int256(0));
        assertEq(r.scenarioPnl.length, 16);
        assertEq(engine.assess(new Portfolio[](0), IRiskTypes.Stance.Adverse).length, 0);
    }

    // ------------------------------------------------------------------------------------------------ guarded prices

    function test_AdverseIsTheLowEndForLongsAndTheHighEndForShorts() public {
        prices.set(BTC, 100_000e18, 99_000e18, 101_000e18, IPriceRouter.Status.Guarded);
        Portfolio[] memory list = new Portfolio[](3);
        list[0] = withPerp(empty(0), BTC, 1e18, -100_000e18, 0);
        list[1] = withPerp(empty(0), BTC, -1e18, 100_000e18, 0);
        list[2] = withPerp(withSpot(empty(0), BTC, 1e18), BTC, -1e18, 100_000e18, 0);
        IRiskTypes.Margin[] memory m = engine.assess(list, IRiskTypes.Stance.Adverse);
        assertEq(m[0].equity, -1_000e18);
        assertEq(m[1].equity, -1_000e18);
        // no net delta: the router's price
        assertEq(m[2].equity, 100_000e18);
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(uint256(m[i].status), uint256(IPriceRouter.Status.Guarded));
        }
        // margin is at the chosen price too: 0.8 * 15% * 99,000 + 0.5% * 99,000
        assertEq(m[0].maintenanceMargin, 12_375e18);
        assertSame(engine.explain(list[0]).margin, m[0]);
    }

    /// @dev Three of spot outweigh a perp of minus one: long, as the spot alone is.
    function test_SpotCountsForTheSideOfThePrice() public {
        prices.set(BTC, 100_000e18, 99_000e18, 101_000e18, IPriceRouter.Status.Guarded);
        Portfolio memory p = withSpot(empty(0), BTC, 3e18);
        assertEq(assess(p, IRiskTypes.Stance.Adverse).equity, 297_000e18);
        p = withPerp(p, BTC, -1e18, 100_000e18, 0);
        assertEq(assess(p, IRiskTypes.Stance.Adverse).equity, 298_000e18);
        assertEq(assess(p, IRiskTypes.Stance.Favourable).equity, 302_000e18);
        assertEq(engine.marksOf(p, IRiskTypes.Stance.Adverse).leg[0], 99_000e18);
    }

    function test_FavourableIsDecidedByTheFirstPortfolioForAll() public {
        prices.set(BTC, 100_000e18, 99_000e18, 101_000e18, IPriceRouter.Status.Guarded);
        prices.set(ETH, 4_000e18, 3_900e18, 4_100e18, IPriceRouter.Status.Guarded);
        Portfolio[] memory list = new Portfolio[](2);
        list[0] = withPerp(empty(0), BTC, 1e18, -100_000e18, 0);
        list[1] = withPerp(withPerp(empty(0), BTC, -1e18, 100_000e18, 0), ETH, -1e18, 4_000e18, 0);
        IRiskTypes.Margin[] memory m = engine.assess(list, IRiskTypes.Stance.Favourable);
        assertEq(m[0].equity, 1_000e18);
        // BTC at the first one's 101,000; ETH, of which the first has none, at the router's price
        assertEq(m[1].equity, -1_000e18);
        (list[0], list[1]) = (list[1], list[0]);
        m = engine.assess(list, IRiskTypes.Stance.Favourable);
        assertEq(m[0].equity, 1_000e18 + 100e18);
        assertEq(m[1].equity, -1_000e18);
    }

    /// @dev The premium of 600 counts for 0.5% of the chosen price: 495 of 99,000.
    function test_PremiumIsBoundedByTheChosenPrice() public {
        prices.set(BTC, 100_000e18, 99_000e18, 101_000e18, IPriceRouter.Status.Guarded);
        Portfolio memory p = withPerp(empty(0), BTC, 1e18, 0, 600e18);
        assertEq(assess(p).equity, 99_495e18);
        IRiskTypes.Marks memory marks = engine.marksOf(p, IRiskTypes.Stance.Adverse);
        assertEq(marks.leg[0], 99_495e18);
        assertEq(engine.marksOf(p, IRiskTypes.Stance.Favourable).leg[0], 101_505e18);
        assertEq(uint256(marks.status), uint256(IPriceRouter.Status.Guarded));
    }

    function test_StatusIsTheWorstOfThePortfoliosOwnPrices() public {
        prices.set(ETH, 4_000e18, 4_000e18, 4_000e18, IPriceRouter.Status.Stale);
        Portfolio[] memory list = new Portfolio[](2);
        list[0] = withPerp(empty(0), BTC, 1e18, 0, 0);
        list[1] = _pair();
        IRiskTypes.Margin[] memory m = engine.assess(list, IRiskTypes.Stance.Adverse);
        assertEq(uint256(m[0].status), uint256(IPriceRouter.Status.Ok));
        assertEq(uint256(m[1].status), uint256(IPriceRouter.Status.Stale));
        assertEq(uint256(engine.explain(list[1]).margin.status), uint256(IPriceRouter.Status.Stale));
        assertEq(
            uint256(engine.marksOf(list[1], IRiskTypes.Stance.Adverse).status),
            uint256(IPriceRouter.Status.Stale)
        );
        assertMargin(m[1], 30_000e18, 21_000e18, 15_400e18);
    }

    // ------------------------------------------------------------------------------------------------ marks, what-if

    function test_MarksOf() public view {
        Portfolio memory p = withPerp(
            withPerp(withSpot(empty(0), SOL, 1e18), ETH, 1e18, 0, -7e18),
            BTC,
            1e18,
            0,
            -1_000e18
        );
        IRiskTypes.Marks memory marks = engine.marksOf(p, IRiskTypes.Stance.Adverse);
        assertEq(marks.spot[0], 200e18);
        assertEq(marks.leg[0], 3_993e18);
        assertEq(marks.leg[1], 99_500e18);
        assertEq(uint256(marks.status), uint256(IPriceRouter.Status.Ok));
    }

    function test_PerpMark() public view {
        assertEq(engine.perpMark(100e18, 0.4e18), 100.4e18);
        assertEq(engine.perpMark(100e18, 0.6e18), 100.5e18);
        assertEq(engine.perpMark(100e18, -0.6e18), 99.5e18);
        assertEq(engine.perpMark(100e18, type(int256).min), 99.5e18);
        assertEq(engine.perpMark(100e18, type(int256).max), 100.5e18);
        // the bound rounds down: 399 / 200 = 1
        assertEq(engine.perpMark(399, 2), 400);
    }

    function test_ExplainAtOtherPrices() public view {
        (uint16[] memory ids, uint256[] memory given) = (new uint16[](2), new uint256[](2));
        (ids[0], ids[1], given[0], given[1]) = (ETH, BTC, 5_000e18, 90_000e18);
        IRiskTypes.Report memory r = engine.explainAt(_pair(), at(ids, given));
        // 30,000 - 10,000 - 25 * 1,000
        assertEq(r.margin.equity, -5_000e18);
        assertEq(r.underlyings[0].index, 90_000e18);
    }

    function test_IndexOf() public view {
        assertEq(engine.indexOf(BTC).price, 100_000e18);
        assertEq(address(engine.router()), address(prices));
    }

    // ------------------------------------------------------------------------------------------------ reverts

    function test_RevertWhen_ProfileIsUnknown() public {
        Portfolio memory p = empty(0);
        p.profileId = 77;
        vm.expectRevert(abi.encodeWithSelector(IRiskTypes.UnknownProfile.selector, 77));
        this.assessOne(p);
        vm.expectRevert(abi.encodeWithSelector(IRiskTypes.UnknownProfile.selector, 77));
        engine.explain(p);
        vm.expectRevert(abi.encodeWithSelector(IRiskTypes.UnknownProfile.selector, 77));
        engine.profile(77);
    }

    function test_RevertWhen_InstrumentHasNoPricing() public {
        InstrumentId none = InstrumentId.wrap(uint96(BTC) << 80);
        _expectNotPriced(withLeg(empty(0), toLinearWord(none, 1e18, 0, 0)), none);
        prices.set(0x800, 1e18);
        none = InstrumentId.wrap(uint96(0x800) << 80);
        _expectNotPriced(withLeg(empty(0), toLinearWord(none, 1e18, 0, 0)), none);
        InstrumentId later = InstrumentId.wrap(
            (uint96(5) << 92) | (uint96(BTC) << 80) | (uint96(EXPIRY / 3600) << 60)
        );
        _expectNotPriced(withLeg(empty(0), toOptionWord(later, 1e18, 0)), later);
        // a strike of zero, and one of 10**39
        InstrumentId call = optionId(BTC, EXPIRY, 100_000e18, true);
        InstrumentId bare = InstrumentId.wrap((InstrumentId.unwrap(call) >> 60) << 60);
        _expectNotPriced(withLeg(empty(0), toOptionWord(bare, 1e18, 0)), bare);
        InstrumentId vast = InstrumentId.wrap(InstrumentId.unwrap(bare) | (1 << 6) | 39);
        _expectNotPriced(withLeg(withPerp(empty(0), BTC, 1e18, 0, 0), toOptionWord(vast, 1e18, 0)), vast);
    }

    function test_RevertWhen_GivenTermsAreOutOfBounds() public {
        Portfolio memory p = withFuture(empty(0), BTC, EXPIRY, 1e18, 0);
        (uint16[] memory ids, uint256[] memory given) = (new uint16[](1), new uint256[](1));
        (ids[0], given[0]) = (BTC, 100_000e18);
        IRiskTypes.MarketInput memory market = at(ids, given);
        vm.expectRevert(abi.encodeWithSelector(IRiskTypes.TermMissing.selector, BTC, uint40(EXPIRY)));
        engine.explainAt(p, market);
        market.terms = new IRiskTypes.TermInput[](1);
        market.terms[0] = IRiskTypes.TermInput(BTC, uint40(EXPIRY), 100_000e27 + 1, 0, 0, 0, 0, 1e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRiskTypes.TermOutOfBounds.selector,
                "forward",
                int256(100_000e27 + 1),
                int256(1),
                int256(100_000e27)
            )
        );
        engine.explainAt(p, market);
        market.terms[0].forward = 100_000e27;
        assertEq(engine.explainAt(p, market).margin.equity, 100_000e27);
        market.terms[0].rho = 1e18 + 1;
        vm.expectPartialRevert(IRiskTypes.TermOutOfBounds.selector);
        engine.explainAt(p, market);
    }

    /// @dev In whatever order terms are given, each expiry finds its own.
    function test_TermsAreFoundWhereverTheyStand() public view {
        uint256 later = EXPIRY + 7 days;
        Portfolio memory p = withFuture(empty(0), BTC, EXPIRY, 1e18, 0);
        p = withFuture(p, BTC, later, 2e18, 0);
        (uint16[] memory ids, uint256[] memory given) = (new uint16[](1), new uint256[](1));
        (ids[0], given[0]) = (BTC, 100_000e18);
        IRiskTypes.MarketInput memory market = at(ids, given);
        market.terms = new IRiskTypes.TermInput[](2);
        market.terms[0] = IRiskTypes.TermInput(BTC, uint40(EXPIRY), 101_000e18, 0, 0, 0, 0, 1e18);
        market.terms[1] = IRiskTypes.TermInput(BTC, uint40(later), 103_000e18, 0, 0, 0, 0, 1e18);
        assertEq(engine.explainAt(p, market).margin.equity, 101_000e18 + 2 * 103_000e18);
        (market.terms[0], market.terms[1]) = (market.terms[1], market.terms[0]);
        assertEq(engine.explainAt(p, market).margin.equity, 101_000e18 + 2 * 103_000e18);
    }

    /// @dev An absolute move is not a share of the scan range, its weight is: 50% of 100,000 at 0.15 / 0.5 of it, 15,000.
    function test_AbsoluteMove() public {
        RiskProfile memory profile = Presets.portfolio();
        profile.scenarios = new Scenario[](2);
        profile.scenarios[0] = Scenario({move: -0.5e18, vol: VolMove.Up, weight: 1e18, absolute: true});
        profile.scenarios[1] = Scenario({move: 0.5e18, vol: VolMove.Up, weight: 1e18, absolute: true});
        engine.setProfile(CUSTOM, profile);
        Portfolio memory p = withPerp(empty(20_000e18), BTC, 1e18, -100_000e18, 0);
        p.profileId = CUSTOM;
        assertMargin(assess(p), 20_000e18, 16_500e18, 12_500e18);
    }

    function test_RevertWhen_PremiumsDoNotMatchPerps() public {
        Portfolio memory p = withPerp(empty(0), BTC, 1e18, 0, 0);
        p.premiums = new int256[](2);
        vm.expectRevert(abi.encodeWithSelector(IRiskTypes.LengthMismatch.selector, 1, 2));
        this.assessOne(p);
        p.premiums = new int256[](0);
        vm.expectRevert(abi.encodeWithSelector(IRiskTypes.LengthMismatch.selector, 1, 0));
        engine.marksOf(p, IRiskTypes.Stance.Adverse);
    }

    function test_RevertWhen_TooManyUnderlyings() public {
        Portfolio memory p = empty(0);
        for (uint16 u = 1; u <= 8; ++u) {
            prices.set(u, 1e18);
            p = u % 2 == 0 ? withSpot(p, u, 1e18) : withPerp(p, u, 1e18, 0, 0);
        }
        this.assessOne(p);
        prices.set(9, 1e18);
        vm.expectRevert(abi.encodeWithSelector(IRiskTypes.TooManyUnderlyings.selector, 8));
        this.assessOne(withSpot(p, 9, 1e18));
        vm.expectRevert(abi.encodeWithSelector(IRiskTypes.TooManyUnderlyings.selector, 8));
        engine.explain(withSpot(p, 9, 1e18));
        // with room left by another portfolio of the call it is refused all the same
        Portfolio[] memory list = new Portfolio[](2);
        (list[0], list[1]) = (empty(0), withSpot(p, 9, 1e18));
        vm.expectRevert(abi.encodeWithSelector(IRiskTypes.TooManyUnderlyings.selector, 8));
        engine.assess(list, IRiskTypes.Stance.Adverse);
    }

    function test_ManyPortfoliosMayHoldMoreUnderlyingsTogether() public {
        Portfolio[] memory list = new Portfolio[](3);
        for (uint256 i = 0; i < 3; ++i) {
            list[i] = empty(0);
            for (uint256 k = 0; k < 8; ++k) {
                uint16 u = uint16(1 + ((5 * i + k) % 20));
                prices.set(u, u * 1e18);
                list[i] = withPerp(list[i], u, 1e18, 0, 0);
            }
        }
        IRiskTypes.Margin[] memory m = engine.assess(list, IRiskTypes.Stance.Favourable);
        for (uint256 i = 0; i < 3; ++i) {
            assertSame(m[i], assess(list[i]));
        }
    }

    /// @dev Margins as `assess` has them and the first portfolio's marks as `marksOf` has them, at both stances.
    function test_AssessWithMarks() public {
        prices.set(BTC, 100_000e18, 99_000e18, 102_000e18, IPriceRouter.Status.Guarded);
        Portfolio[] memory list = new Portfolio[](3);
        list[0] = withSpot(withPerp(_pair(), BTC, -7e18, 0, 30e18), ETH, 3e18);
        list[1] = withPerp(empty(0), BTC, 2e18, 0, 0);
        list[2] = empty(1);
        for (uint256 i = 0; i < 2; ++i) {
            IRiskTypes.Stance stance = IRiskTypes.Stance(i);
            (IRiskTypes.Margin[] memory m, IRiskTypes.Marks memory marks) = engine.assessWithMarks(
                list,
                stance
            );
            assertEq(abi.encode(m), abi.encode(engine.assess(list, stance)), "margins");
            assertEq(abi.encode(marks), abi.encode(engine.marksOf(list[0], stance)), "marks");
        }
        // the status is the first portfolio's own
        (list[0], list[1]) = (withPerp(empty(0), ETH, 1e18, 0, 0), list[0]);
        (, IRiskTypes.Marks memory alone) = engine.assessWithMarks(list, IRiskTypes.Stance.Adverse);
        assertTrue(alone.status == IPriceRouter.Status.Ok);
        (IRiskTypes.Margin[] memory none, ) = engine.assessWithMarks(
            new Portfolio[](0),
            IRiskTypes.Stance.Adverse
        );
        assertEq(none.length, 0);
    }

    /// @dev What a surface that is not fresh values is guarded, whichever view is asked; what has expired needs none.
    function test_OldSurfacesGuardMarginsMarksAndQuotesAlike() public {
        uint256 near = (block.timestamp / 1 hours + 24) * 1 hours;
        postFlat(BTC, near, 0.5e18);
        Portfolio memory p = withPerp(withFuture(empty(0), BTC, near, 1e18, 0), ETH, 1e18, 0, 0);
        _expectStatus(p, futureId(BTC, near), IPriceRouter.Status.Ok);
        vm.warp(block.timestamp + 1 hours + 1);
        _expectStatus(p, futureId(BTC, near), IPriceRouter.Status.Guarded);
        vm.warp(near);
        _expectStatus(p, futureId(BTC, near), IPriceRouter.Status.Ok);
        // never posted
        InstrumentId other = optionId(BTC, near + 1 days, 100_000e18, true);
        p = withLeg(empty(0), toOptionWord(other, 1e18, 0));
        _expectStatus(p, other, IPriceRouter.Status.Guarded);
        prices.set(BTC, 100_000e18, 99_000e18, 102_000e18, IPriceRouter.Status.Stale);
        _expectStatus(p, other, IPriceRouter.Status.Stale);
    }

    function _expectStatus(Portfolio memory p, InstrumentId leg, IPriceRouter.Status expected) private view {
        assertTrue(assess(p).status == expected, "margin");
        assertTrue(engine.explain(p).margin.status == expected, "explained");
        assertTrue(engine.marksOf(p, IRiskTypes.Stance.Favourable).status == expected, "marks");
        (, , IPriceRouter.Status quoted) = engine.quoteOf(leg, 0);
        assertTrue(quoted == expected, "quote");
        Portfolio[] memory list = new Portfolio[](1);
        list[0] = p;
        (, IRiskTypes.Marks memory marks) = engine.assessWithMarks(list, IRiskTypes.Stance.Adverse);
        assertTrue(marks.status == expected, "marks with margins");
    }

    function test_RevertWhen_APriceIsMissingOrOutOfBounds() public {
        (uint16[] memory ids, uint256[] memory given) = (new uint16[](1), new uint256[](1));
        (ids[0], given[0]) = (BTC, 1e18);
        vm.expectRevert(abi.encodeWithSelector(IRiskTypes.PriceMissing.selector, ETH));
        engine.explainAt(_pair(), at(ids, given));
        vm.expectRevert(abi.encodeWithSelector(IRiskTypes.LengthMismatch.selector, 1, 2));
        engine.explainAt(_pair(), at(ids, new uint256[](2)));
        Portfolio memory p = withPerp(empty(0), BTC, 1e18, 0, 0);
        given[0] = 0;
        vm.expectRevert(
            abi.encodeWithSelector(IRiskTypes.PriceOutOfBounds.selector, BTC, 0, type(uint128).max)
        );
        engine.explainAt(p, at(ids, given));
        given[0] = 1 << 128;
        vm.expectRevert(
            abi.encodeWithSelector(IRiskTypes.PriceOutOfBounds.selector, BTC, 1 << 128, type(uint128).max)
        );
        engine.explainAt(p, at(ids, given));
        vm.expectRevert(
            abi.encodeWithSelector(IRiskTypes.PriceOutOfBounds.selector, 0, 1 << 128, type(uint128).max)
        );
        engine.perpMark(1 << 128, 0);
        prices.set(BTC, 1e18, 1e18, 1 << 200, IPriceRouter.Status.Guarded);
        vm.expectPartialRevert(IRiskTypes.PriceOutOfBounds.selector);
        this.assessOne(p);
    }

    function test_RevertWhen_SpotIsWorthTooMuch() public {
        prices.set(BTC, type(uint128).max);
        vm.expectPartialRevert(IRiskTypes.SpotValueOutOfBounds.selector);
        this.assessOne(withSpot(empty(0), BTC, type(uint128).max));
    }

    function test_RouterErrorsPassThrough() public {
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.UnknownUnderlying.selector, 44));
        this.assessOne(withSpot(empty(0), 44, 1e18));
    }

    function test_RevertWhen_RouterIsNoContract() public {
        IRiskEngine lost = RiskDeployer.deploy(
            address(manager),
            IPriceRouter(address(0xdead)),
            engine.volSurface(),
            engine.settlementTwap()
        );
        lost.setProfile(0, Presets.portfolio());
        Portfolio[] memory list = new Portfolio[](1);
        list[0] = withSpot(empty(0), BTC, 1e18);
        vm.expectRevert();
        lost.assess(list, IRiskTypes.Stance.Adverse);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function assessOne(Portfolio memory p) external view {
        assess(p);
    }

    function _expectNotPriced(Portfolio memory p, InstrumentId instrument) private {
        bytes memory reason = abi.encodeWithSelector(IRiskTypes.InstrumentNotPriced.selector, instrument);
        vm.expectRevert(reason);
        this.assessOne(p);
        vm.expectRevert(reason);
        engine.explain(p);
        vm.expectRevert(reason);
        engine.marksOf(p, IRiskTypes.Stance.Adverse);
    }

    function _pair() private pure returns (Portfolio memory) {
        return withPerp(withPerp(empty(30_000e18), BTC, 1e18, -100_000e18, 0), ETH, -25e18, 100_000e18, 0);
    }

    function _stateAt(int256 equity) private view returns (uint256) {
        return uint256(engine.explain(withPerp(empty(equity), BTC, 1e18, -100_000e18, 0)).state);
    }

    /// @dev `portfolio` without charges and listed underlyings.
    function _bare() private pure returns (RiskProfile memory p) {
        p = Presets.portfolio();
        p.rollMin = p.perpInitial = p.haircut = p.haircutInitial = 0;
        p.underlyings = new UnderlyingRisk[](0);
    }
}
