// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "../helpers/Test.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {Presets} from "../../../contracts/risk/Presets.sol";
import {IRiskEngine} from "../../../contracts/interfaces/IRiskEngine.sol";
import {ISettlementTwap} from "../../../contracts/interfaces/ISettlementTwap.sol";
import {IVolSurface} from "../../../contracts/interfaces/IVolSurface.sol";
import {RiskDeployer} from "../helpers/RiskDeployer.sol";
import {expiryKey} from "../../../contracts/types/ExpiryKey.sol";
import {InstrumentId, futureId, optionId, perpId} from "../../../contracts/types/InstrumentId.sol";
import {Portfolio, SpotWord, toSpotWord} from "../../../contracts/types/Portfolio.sol";
import {PositionWord, toLinearWord, toOptionWord} from "../../../contracts/types/PositionWord.sol";
import {RiskProfile, Scenario, VolMove} from "../../../contracts/types/RiskProfile.sol";
import {FixedRouter} from "./FixedRouter.sol";
import {FixedSurfaces} from "./FixedSurfaces.sol";

/// @dev The vectors with futures and options, through the engine at posted surfaces: the TypeScript twin meets the same file.
contract OptionVectorsTest is Test {
    uint256 private constant PERP = 1;
    uint256 private constant FUTURE = 2;
    uint256 private constant CALL = 3;

    IRiskEngine private _engine;
    FixedRouter private _prices;
    FixedSurfaces private _surfaces;
    mapping(bytes32 name => uint256 idPlusOne) private _profiles;
    string private _json;

    function setUp() public {
        _prices = new FixedRouter();
        _surfaces = new FixedSurfaces();
        // whoever is the authority may set profiles
        _engine = RiskDeployer.deploy(
            address(this),
            IPriceRouter(address(_prices)),
            IVolSurface(address(_surfaces)),
            ISettlementTwap(address(_surfaces))
        );
        _setProfile(0, "portfolio", Presets.portfolio());
        _setProfile(1, "standard", Presets.standard());
        _setProfile(2, "deribit35", _deribit35());
        _json = vm.readFile("test/vectors/margin-options.json");
    }

    /// @dev The engine's authority: this contract lets itself do anything.
    function canCall(address caller, address, bytes4) external view returns (bool immediate, uint32 delay) {
        return (caller == address(this), 0);
    }

    function test_explain_equalsTheVectors() public {
        uint256 count = _uint(".count");
        assertTrue(count != 0, "no vectors");
        for (uint256 i = 0; i < count; ++i) {
            string memory key = string.concat(".vectors[", vm.toString(i), "]");
            vm.warp(_uint(string.concat(key, ".timestamp")));
            _setMarket(key);
            IRiskTypes.Report memory report = _engine.explain(_portfolio(key));
            _checkMargin(report, key);
            _checkCharges(report, key);
            _checkScenarios(report, key);
            _checkUnderlyings(report, key);
            _clearTerms(key);
        }
    }

    function test_fileHoldsNoMoreVectorsThanItCounts() public view {
        string memory next = string.concat(".vectors[", vm.toString(_uint(".count")), "]");
        assertFalse(vm.keyExistsJson(_json, next), "more vectors than counted");
    }

    // ------------------------------------------------------------------------------------------------ profile

    /// @dev The SDK's preset of that name.
    function _deribit35() private pure returns (RiskProfile memory p) {
        p = Presets.portfolio();
        (p.name, p.rho) = ("deribit35", 0);
        p.volUp = 0.5e18;
        (p.rollMin, p.rollRate) = (0.01e18, 0.075e18);
        (p.shortRate, p.shortInitial, p.perpInitial) = (0, 0, 0);
        (p.haircut, p.haircutInitial, p.floorNet, p.floorHedged) = (0, 0, 0, 0);
        p.underlyings[0].scanRange = 0.16e18;
        p.scenarios = new Scenario[](35);
        int64[9] memory quarters = [int64(0), 1, -1, 2, -2, 3, -3, 4, -4];
        for (uint256 i = 0; i < 27; ++i) {
            VolMove vol = [VolMove.Up, VolMove.None, VolMove.Down][i % 3];
            p.scenarios[i] = Scenario(quarters[i / 3] * 0.25e18, vol, 1e18, false);
        }
        int64[8] memory percents = [int64(-66), -33, 50, 100, 200, 300, 400, 500];
        for (uint256 i = 0; i < 8; ++i) {
            p.scenarios[27 + i] = Scenario(int256(percents[i]) * 0.01e18, VolMove.Up, 1e18, true);
        }
    }

    // ------------------------------------------------------------------------------------------------ input

    function _setProfile(uint256 id, string memory name, RiskProfile memory profile) private {
        _engine.setProfile(id, profile);
        _profiles[keccak256(bytes(name))] = id + 1;
    }

    function _setMarket(string memory key) private {
        uint256[] memory of_ = _uints(string.concat(key, ".underlyings"));
        uint256[] memory indexes = _uints(string.concat(key, ".indexes"));
        for (uint256 i = 0; i < of_.length; ++i) _prices.set(uint16(of_[i]), indexes[i]);
        uint256[] memory keys = _keys(key);
        uint256[] memory words = _uints(string.concat(key, ".termWords"));
        uint256[] memory settlements = _uints(string.concat(key, ".termSettlements"));
        for (uint256 i = 0; i < keys.length; ++i) {
            _surfaces.set(keys[i], words[i]);
            _surfaces.settle(keys[i], settlements[i]);
        }
    }

    function _clearTerms(string memory key) private {
        uint256[] memory keys = _keys(key);
        for (uint256 i = 0; i < keys.length; ++i) {
            _surfaces.set(keys[i], 0);
            _surfaces.settle(keys[i], 0);
        }
    }

    function _keys(string memory key) private view returns (uint256[] memory keys) {
        uint256[] memory of_ = _uints(string.concat(key, ".termUnderlyings"));
        uint256[] memory expiries = _uints(string.concat(key, ".termExpiries"));
        keys = new uint256[](of_.length);
        for (uint256 i = 0; i < of_.length; ++i) keys[i] = expiryKey(of_[i], expiries[i]);
    }

    function _portfolio(string memory key) private view returns (Portfolio memory portfolio) {
        portfolio.cash = _int(string.concat(key, ".cash"));
        bytes32 name = keccak256(bytes(vm.parseJsonString(_json, string.concat(key, ".profile"))));
        assertTrue(_profiles[name] != 0, "unknown profile");
        portfolio.profileId = _profiles[name] - 1;
        _fillLegs(portfolio, key);
        _fillPremiums(portfolio, key);
        uint256[] memory of_ = _uints(string.concat(key, ".spotUnderlyings"));
        uint256[] memory amounts = _uints(string.concat(key, ".spotAmounts"));
        portfolio.spot = new SpotWord[](of_.length);
        for (uint256 i = 0; i < of_.length; ++i) {
            portfolio.spot[i] = toSpotWord(i + 1, of_[i], amounts[i]);
        }
    }

    function _fillLegs(Portfolio memory portfolio, string memory key) private view {
        uint256[] memory kinds = _uints(string.concat(key, ".legKinds"));
        uint256[] memory of_ = _uints(string.concat(key, ".legUnderlyings"));
        uint256[] memory expiries = _uints(string.concat(key, ".legExpiries"));
        uint256[] memory strikes = _uints(string.concat(key, ".legStrikes"));
        int256[] memory sizes = _ints(string.concat(key, ".legSizes"));
        int256[] memory costs = _ints(string.concat(key, ".legCosts"));
        portfolio.legs = new PositionWord[](kinds.length);
        for (uint256 i = 0; i < kinds.length; ++i) {
            if (kinds[i] == PERP) {
                uint256 scale = _ofUnderlying(key, ".scales", of_[i]);
                portfolio.legs[i] = toLinearWord(perpId(of_[i]), sizes[i], costs[i], scale);
            } else if (kinds[i] == FUTURE) {
                portfolio.legs[i] = toLinearWord(futureId(of_[i], expiries[i]), sizes[i], costs[i], 0);
            } else {
                InstrumentId id = optionId(of_[i], expiries[i], strikes[i], kinds[i] == CALL);
                portfolio.legs[i] = toOptionWord(id, sizes[i], 0);
            }
        }
    }

    function _fillPremiums(Portfolio memory portfolio, string memory key) private view {
        uint256[] memory kinds = _uints(string.concat(key, ".legKinds"));
        uint256[] memory of_ = _uints(string.concat(key, ".legUnderlyings"));
        uint256 perps;
        for (uint256 i = 0; i < kinds.length; ++i) if (kinds[i] == PERP) ++perps;
        portfolio.premiums = new int256[](perps);
        perps = 0;
        for (uint256 i = 0; i < kinds.length; ++i) {
            if (kinds[i] == PERP) {
                portfolio.premiums[perps++] = int256(_ofUnderlying(key, ".premiums", of_[i]));
            }
        }
    }

    function _ofUnderlying(
        string memory key,
        string memory field,
        uint256 underlying
    ) private view returns (uint256) {
        uint256[] memory underlyings = _uints(string.concat(key, ".underlyings"));
        uint256[] memory values = _uints(string.concat(key, field));
        for (uint256 i = 0; i < underlyings.length; ++i) {
            if (underlyings[i] == underlying) return values[i];
        }
        revert("a perp without a market");
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
        assertEq(uint256(report.margin.status), _uint(string.concat(key, ".status")), _label(key, "status"));
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
