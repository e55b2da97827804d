// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Test} from "../helpers/Test.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskEngine} from "../../../contracts/interfaces/IRiskEngine.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {futureId, optionId, perpId} from "../../../contracts/types/InstrumentId.sol";
import {Portfolio, SpotWord, toSpotWord} from "../../../contracts/types/Portfolio.sol";
import {PositionWord, toLinearWord, toOptionWord} from "../../../contracts/types/PositionWord.sol";
import {Presets} from "../../../contracts/risk/Presets.sol";
import {ISettlementTwap} from "../../../contracts/interfaces/ISettlementTwap.sol";
import {IVolSurface} from "../../../contracts/interfaces/IVolSurface.sol";
import {RiskDeployer} from "../helpers/RiskDeployer.sol";
import {FixedRouter} from "./FixedRouter.sol";
import {FixedSurfaces} from "./FixedSurfaces.sol";

/// @dev An engine over fixed prices, and portfolios that grow leg by leg.
abstract contract RiskTest is Test {
    uint16 internal constant BTC = 1;
    uint16 internal constant ETH = 2;
    uint16 internal constant SOL = 3;
    uint256 internal constant PORTFOLIO = 0;
    uint256 internal constant STANDARD = 1;

    AccessManager internal manager;
    FixedRouter internal prices;
    FixedSurfaces internal surfaces;
    IRiskEngine internal engine;

    function setUp() public virtual {
        vm.warp(1_770_000_000);
        manager = new AccessManager(address(this));
        prices = new FixedRouter();
        prices.set(BTC, 100_000e18);
        prices.set(ETH, 4_000e18);
        prices.set(SOL, 200e18);
        surfaces = new FixedSurfaces();
        engine = RiskDeployer.deploy(
            address(manager),
            IPriceRouter(address(prices)),
            IVolSurface(address(surfaces)),
            ISettlementTwap(address(surfaces))
        );
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

    function withFuture(
        Portfolio memory p,
        uint16 underlying,
        uint256 expirySec,
        int256 size,
        int256 cost
    ) internal pure returns (Portfolio memory) {
        return withLeg(p, toLinearWord(futureId(underlying, expirySec), size, cost, 0));
    }

    function withOption(
        Portfolio memory p,
        uint16 underlying,
        uint256 expirySec,
        uint256 strike,
        bool isCall,
        int256 size
    ) internal pure returns (Portfolio memory) {
        return withLeg(p, toOptionWord(optionId(underlying, expirySec, strike, isCall), size, 0));
    }

    /// @dev Posts a surface now. All wad; cut to the digits that a word keeps.
    function post(
        uint16 underlying,
        uint256 expirySec,
        int256 a,
        uint256 b,
        int256 rho,
        int256 m,
        uint256 sigma,
        int256 basis
    ) internal {
        uint256 word = (uint256(a / 1e6) << 208) | ((b / 1e6) << 164) | ((sigma / 1e9) << 73);
        word |= (uint256(rho / 1e12) & ((1 << 21) - 1)) << 143;
        word |= (uint256(m / 1e9) & ((1 << 35) - 1)) << 108;
        word |= (uint256(basis / 1e9) & ((1 << 33) - 1)) << 40;
        word |= block.timestamp << 8;
        surfaces.set((uint256(underlying) << 20) | (expirySec / 1 hours), word);
    }

    /// @dev A surface without smile.
    function postFlat(uint16 underlying, uint256 expirySec, uint256 vol) internal {
        uint256 tau = ((expirySec - block.timestamp) * 1e18) / 365 days;
        post(underlying, expirySec, int256((vol * vol * tau) / 1e36), 0, 0, 0, 0.1e18, 0);
    }

    /// @dev A market of index prices alone.
    function at(
        uint16[] memory ids,
        uint256[] memory given
    ) internal view returns (IRiskTypes.MarketInput memory market) {
        market.timestamp = block.timestamp;
        market.underlyings = ids;
        market.prices = given;
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
