// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {Test} from "../helpers/Test.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {Presets} from "../../../contracts/risk/Presets.sol";
import {IRiskEngine} from "../../../contracts/interfaces/IRiskEngine.sol";
import {ISettlementTwap} from "../../../contracts/interfaces/ISettlementTwap.sol";
import {IVolSurface} from "../../../contracts/interfaces/IVolSurface.sol";
import {RiskDeployer} from "../helpers/RiskDeployer.sol";
import {perpId} from "../../../contracts/types/InstrumentId.sol";
import {Portfolio, SpotWord, toSpotWord} from "../../../contracts/types/Portfolio.sol";
import {PositionWord, toLinearWord} from "../../../contracts/types/PositionWord.sol";

/// @dev The vectors that the TypeScript twin is tested with, through the engine: both meet the same file.
contract VectorsTest is Test {
    uint256 private constant PORTFOLIO = 0;
    uint256 private constant STANDARD = 1;

    IRiskEngine private _engine;
    string private _json;

    function setUp() public {
        // whoever is the authority may set profiles; explainAt asks no router
        _engine = RiskDeployer.deploy(
            address(this),
            IPriceRouter(address(0)),
            IVolSurface(address(0)),
            ISettlementTwap(address(0))
        );
        _engine.setProfile(PORTFOLIO, Presets.portfolio());
        _engine.setProfile(STANDARD, Presets.standard());
        _json = vm.readFile("test/vectors/margin-linear.json");
    }

    /// @dev The engine's authority: this contract lets itself do anything.
    function canCall(address caller, address, bytes4) external view returns (bool immediate, uint32 delay) {
        return (caller == address(this), 0);
    }

    function test_explainAt_equalsTheVectors() public view {
        uint256 count = _uint(".count");
        assertTrue(count != 0, "no vectors");
        for (uint256 i = 0; i < count; ++i) {
            string memory key = string.concat(".vectors[", vm.toString(i), "]");
            IRiskTypes.MarketInput memory market;
            market.underlyings = _underlyings(key);
            market.prices = _uints(string.concat(key, ".indexes"));
            IRiskTypes.Report memory report = _engine.explainAt(_portfolio(key), market);
            _checkMargin(report, key);
            _checkCharges(report, key);
            _checkScenarios(report, key);
            _checkUnderlyings(report, key);
        }
    }

    function test_fileHoldsNoMoreVectorsThanItCounts() public view {
        string memory next = string.concat(".vectors[", vm.toString(_uint(".count")), "]");
        assertFalse(vm.keyExistsJson(_json, next), "more vectors than counted");
    }

    function test_exponentialAndLogarithm_equalTheVectors() public {
        _json = vm.readFile("test/vectors/exp-ln.json");
        (int256[] memory xs, int256[] memory results) = (_ints(".expArguments"), _ints(".expResults"));
        assertEq(xs.length, results.length, "exp");
        assertTrue(xs.length != 0, "no exp vectors");
        for (uint256 i = 0; i < xs.length; ++i) {
            assertEq(
                FixedPointMathLib.expWad(xs[i]),
                results[i],
                string.concat("exp of ", vm.toString(xs[i]))
            );
        }
        (xs, results) = (_ints(".lnArguments"), _ints(".lnResults"));
        assertEq(xs.length, results.length, "ln");
        assertTrue(xs.length != 0, "no ln vectors");
        for (uint256 i = 0; i < xs.length; ++i) {
            assertEq(FixedPointMathLib.lnWad(xs[i]), results[i], string.concat("ln of ", vm.toString(xs[i])));
        }
    }

    // ------------------------------------------------------------------------------------------------ input

    function _portfolio(string memory key) private view returns (Portfolio memory portfolio) {
        portfolio.cash = _int(string.concat(key, ".cash"));
        bytes32 name = keccak256(bytes(vm.parseJsonString(_json, string.concat(key, ".profile"))));
        assertTrue(name == keccak256("portfolio") || name == keccak256("standard"), "unknown profile");
        portfolio.profileId = name == keccak256("standard") ? STANDARD : PORTFOLIO;
        _fillLegs(portfolio, key);
        uint256[] memory of_ = _uints(string.concat(key, ".spotUnderlyings"));
        uint256[] memory amounts = _uints(string.concat(key, ".spotAmounts"));
        portfolio.spot = new SpotWord[](of_.length);
        for (uint256 i = 0; i < of_.length; ++i) {
            portfolio.spot[i] = toSpotWord(i + 1, of_[i], amounts[i]);
        }
    }

    function _fillLegs(Portfolio memory portfolio, string memory key) private view {
        uint256[] memory of_ = _uints(string.concat(key, ".perpUnderlyings"));
        int256[] memory sizes = _ints(string.concat(key, ".perpSizes"));
        int256[] memory costs = _ints(string.concat(key, ".perpCosts"));
        portfolio.legs = new PositionWord[](of_.length);
        portfolio.premiums = new int256[](of_.length);
        for (uint256 i = 0; i < of_.length; ++i) {
            portfolio.legs[i] = toLinearWord(perpId(of_[i]), sizes[i], costs[i], 0);
            portfolio.premiums[i] = _premiumOf(key, of_[i]);
        }
    }

    function _premiumOf(string memory key, uint256 underlying) private view returns (int256) {
        uint256[] memory underlyings = _uints(string.concat(key, ".underlyings"));
        int256[] memory premiums = _ints(string.concat(key, ".premiums"));
        for (uint256 i = 0; i < underlyings.length; ++i) {
            if (underlyings[i] == underlying) return premiums[i];
        }
        revert("a perp without a market");
    }

    function _underlyings(string memory key) private view returns (uint16[] memory underlyings) {
        uint256[] memory wide = _uints(string.concat(key, ".underlyings"));
        underlyings = new uint16[](wide.length);
        for (uint256 i = 0; i < wide.length; ++i) {
            underlyings[i] = uint16(wide[i]);
        }
    }

    // ------------------------------------------------------------------------------------------------ checks

    function _checkMargin(IRiskTypes.Report memory report, string memory key) private view {
        assertEq(report.margin.equity, _expectedInt(key, "equity"), _label(key, "equity"));
        assertEq(report.margin.initialMargin, _expected(key, "initialMargin"), _label(key, "initialMargin"));
        assertEq(
            report.margin.maintenanceMargin,
            _expected(key, "maintenanceMargin"),
            _label(key, "maintenanceMargin")
        );
        assertEq(report.margin.unrealised, _expectedInt(key, "unrealised"), _label(key, "unrealised"));
        assertEq(uint256(report.margin.status), uint256(IPriceRouter.Status.Ok), _label(key, "status"));
        assertEq(uint256(report.state), _expected(key, "state"), _label(key, "state"));
    }

    function _checkCharges(IRiskTypes.Report memory report, string memory key) private view {
        assertEq(report.risk, _expected(key, "risk"), _label(key, "risk"));
        assertEq(report.roll, _expected(key, "roll"), _label(key, "roll"));
        assertEq(report.shortOption, _expected(key, "shortOption"), _label(key, "shortOption"));
        assertEq(report.haircut, _expected(key, "haircut"), _label(key, "haircut"));
        assertEq(report.initialExtra, _expected(key, "initialExtra"), _label(key, "initialExtra"));
        assertEq(report.floor, _expected(key, "floor"), _label(key, "floor"));
    }

    function _checkScenarios(IRiskTypes.Report memory report, string memory key) private view {
        assertEq(report.worstScenario, _expected(key, "worstScenario"), _label(key, "worstScenario"));
        assertEq(report.worstShock, _expectedInt(key, "worstShock"), _label(key, "worstShock"));
        assertEq(uint256(report.worstVol), _expected(key, "worstVol"), _label(key, "worstVol"));
        assertEq(
            report.scenarioPnl,
            _ints(string.concat(key, ".expected.scenarioPnl")),
            _label(key, "scenarioPnl")
        );
    }

    function _checkUnderlyings(IRiskTypes.Report memory report, string memory key) private view {
        uint256[] memory order = _uints(string.concat(key, ".expected.underlyingOrder"));
        int256[] memory netDeltas = _ints(string.concat(key, ".expected.netDeltas"));
        uint256[] memory scans = _uints(string.concat(key, ".expected.scans"));
        assertEq(report.underlyings.length, order.length, _label(key, "underlyings"));
        for (uint256 i = 0; i < order.length; ++i) {
            assertEq(uint256(report.underlyings[i].underlying), order[i], _label(key, "underlyingOrder"));
            assertEq(report.underlyings[i].netDelta, netDeltas[i], _label(key, "netDeltas"));
            assertEq(report.underlyings[i].scan, scans[i], _label(key, "scans"));
        }
        _checkParts(report, key);
    }

    /// @dev What the underlyings are charged adds up to the whole.
    function _checkParts(IRiskTypes.Report memory report, string memory key) private view {
        uint256[4] memory sums;
        for (uint256 i = 0; i < report.underlyings.length; ++i) {
            IRiskTypes.UnderlyingReport memory part = report.underlyings[i];
            sums[0] += part.roll;
            sums[1] += part.haircut;
            sums[2] += part.initialExtra;
            sums[3] += part.floor;
        }
        assertEq(sums[0], report.roll, _label(key, "sum of rolls"));
        assertEq(sums[1], report.haircut, _label(key, "sum of haircuts"));
        assertEq(sums[2], report.initialExtra, _label(key, "sum of initial extras"));
        assertEq(sums[3], report.floor, _label(key, "sum of floors"));
    }

    // ------------------------------------------------------------------------------------------------ JSON

    function _label(string memory key, string memory field) private view returns (string memory) {
        return string.concat(vm.parseJsonString(_json, string.concat(key, ".name")), ": ", field);
    }

    function _expected(string memory key, string memory field) private view returns (uint256) {
        return _uint(string.concat(key, ".expected.", field));
    }

    function _expectedInt(string memory key, string memory field) private view returns (int256) {
        return _int(string.concat(key, ".expected.", field));
    }

    function _uint(string memory key) private view returns (uint256) {
        return vm.parseJsonUint(_json, key);
    }

    function _int(string memory key) private view returns (int256) {
        return vm.parseJsonInt(_json, key);
    }

    function _uints(string memory key) private view returns (uint256[] memory) {
        return vm.parseJsonUintArray(_json, key);
    }

    function _ints(string memory key) private view returns (int256[] memory) {
        return vm.parseJsonIntArray(_json, key);
    }
}
