// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Test} from "../helpers/Test.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {perpId} from "../../../contracts/types/InstrumentId.sol";
import {Portfolio, SpotWord, toSpotWord} from "../../../contracts/types/Portfolio.sol";
import {PositionWord, toLinearWord} from "../../../contracts/types/PositionWord.sol";
import {Presets} from "../../../contracts/risk/Presets.sol";
import {RiskEngine} from "../../../contracts/risk/RiskEngine.sol";
import {FixedRouter} from "./FixedRouter.sol";

/// @dev An engine over fixed prices, and portfolios that grow leg by leg.
abstract contract RiskTest is Test {
    uint16 internal constant BTC = 1;
    uint16 internal constant ETH = 2;
    uint16 internal constant SOL = 3;
    uint256 internal constant PORTFOLIO = 0;
    uint256 internal constant STANDARD = 1;

    AccessManager internal manager;
    FixedRouter internal prices;
    RiskEngine internal engine;

    function setUp() public virtual {
        vm.warp(1_770_000_000);
        manager = new AccessManager(address(this));
        prices = new FixedRouter();
        prices.set(BTC, 100_000e18);
        prices.set(ETH, 4_000e18);
        prices.set(SOL, 200e18);
        engine = new RiskEngine(address(manager), IPriceRouter(address(prices)));
        engine.setProfile(PORTFOLIO, Presets.portfolio());
        engine.setProfile(STANDARD, Presets.standard());
    }

    function empty(int256 cash) internal pure returns (Portfolio memory p) {
        p.cash = cash;
    }

    function withSpot(
        Portfolio memory p,
        uint16 underlying,
        uint256 amount
    ) internal pure returns (Portfolio memory) {
        SpotWord[] memory spot = new SpotWord[](p.spot.length + 1);
        for (uint256 i = 0; i < p.spot.length; ++i) {
            spot[i] = p.spot[i];
        }
        spot[p.spot.length] = toSpotWord(p.spot.length + 1, underlying, amount);
        p.spot = spot;
        return p;
    }

    function withPerp(
        Portfolio memory p,
        uint16 underlying,
        int256 size,
        int256 cost,
        int256 premium
    ) internal pure returns (Portfolio memory) {
        p = withLeg(p, toLinearWord(perpId(underlying), size, cost, 0));
        int256[] memory premiums = new int256[](p.premiums.length + 1);
        for (uint256 i = 0; i < p.premiums.length; ++i) {
            premiums[i] = p.premiums[i];
        }
        premiums[p.premiums.length] = premium;
        p.premiums = premiums;
        return p;
    }

    function withLeg(Portfolio memory p, PositionWord leg) internal pure returns (Portfolio memory) {
        PositionWord[] memory legs = new PositionWord[](p.legs.length + 1);
        for (uint256 i = 0; i < p.legs.length; ++i) {
            legs[i] = p.legs[i];
        }
        legs[p.legs.length] = leg;
        p.legs = legs;
        return p;
    }

    function assess(Portfolio memory p) internal view returns (IRiskTypes.Margin memory) {
        return assess(p, IRiskTypes.Stance.Adverse);
    }

    function assess(
        Portfolio memory p,
        IRiskTypes.Stance stance
    ) internal view returns (IRiskTypes.Margin memory) {
        Portfolio[] memory list = new Portfolio[](1);
        list[0] = p;
        return engine.assess(list, stance)[0];
    }

    function assertMargin(
        IRiskTypes.Margin memory m,
        int256 equity,
        uint256 initial,
        uint256 maintenance
    ) internal pure {
        assertEq(m.equity, equity, "equity");
        assertEq(m.initialMargin, initial, "initial margin");
        assertEq(m.maintenanceMargin, maintenance, "maintenance margin");
    }

    function assertSame(IRiskTypes.Margin memory a, IRiskTypes.Margin memory b) internal pure {
        assertMargin(a, b.equity, b.initialMargin, b.maintenanceMargin);
        assertEq(a.unrealised, b.unrealised, "unrealised");
        assertEq(uint256(a.status), uint256(b.status), "status");
    }
}
