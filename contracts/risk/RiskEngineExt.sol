// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SSTORE2} from "solady/src/utils/SSTORE2.sol";
import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {IProfileCodec} from "../interfaces/IProfileCodec.sol";
import {IRiskEngineExt} from "../interfaces/IRiskEngineExt.sol";
import {ISettlementTwap} from "../interfaces/ISettlementTwap.sol";
import {IVolSurface} from "../interfaces/IVolSurface.sol";
import {WadMath} from "../libraries/WadMath.sol";
import {Term} from "../pricing/Term.sol";
import {TermMath} from "../pricing/TermMath.sol";
import {Portfolio} from "../types/Portfolio.sol";
import {RiskProfile} from "../types/RiskProfile.sol";
import {DatedLegs} from "./DatedLegs.sol";
import {MarginMath} from "./MarginMath.sol";
import {RiskSheets} from "./RiskSheets.sol";
import {ScenarioSet, ScenarioSetLib} from "./ScenarioSet.sol";
import {Book, Sheet} from "./Sheet.sol";

/// @title RiskEngineExt: explains margins and keeps the profiles; see IRiskEngine
/// @dev `RiskEngine` delegates the calls it does not know to this contract, and so stays below the code size limit. Called
/// at its own address it knows no profile.
contract RiskEngineExt is RiskSheets, IRiskEngineExt {
    using TermMath for Term;

    int256 private constant ONE = 1e18;
    int256 private constant MAX_TERM = 1000e18;
    uint256 private constant MAX_FORWARD_RATIO = 1e9;
    int256 private constant MIN_SHOCK = -0.99e18;
    int256 private constant MAX_SHOCK = 40e18;

    IProfileCodec private immutable _codec;

    constructor(
        address authority,
        IPriceRouter router_,
        IVolSurface volSurface_,
        ISettlementTwap settlementTwap_,
        IProfileCodec codec
    ) RiskSheets(authority, router_, volSurface_, settlementTwap_) {
        _codec = codec;
    }

    // ------------------------------------------------------------------------------------------------ explanations

    /// @inheritdoc IRiskEngineExt
    function explain(Portfolio calldata portfolio) external view returns (Report memory) {
        return _report(_priced(portfolio), portfolio);
    }

    /// @inheritdoc IRiskEngineExt
    function healthAt(
        Portfolio calldata portfolio,
        uint16 underlying,
        int256 shock
    ) external view returns (Margin memory) {
        if (shock < MIN_SHOCK || shock > MAX_SHOCK) revert ShockOutOfBounds(shock, MIN_SHOCK, MAX_SHOCK);
        Sheet memory sheet = _priced(portfolio);
        for (uint256 i = 0; i < sheet.count(); ++i) {
            Book memory book = sheet.bookAt(i);
            if (underlying != 0 && book.underlying != underlying) continue;
            book.index = WadMath.mulDown(book.index, uint256(ONE + shock));
            _requireInBounds(uint16(book.underlying), book.index);
        }
        return _report(sheet, portfolio).margin;
    }

    /// @inheritdoc IRiskEngineExt
    function explainAt(
        Portfolio calldata portfolio,
        MarketInput calldata market
    ) external view returns (Report memory) {
        uint256 n = market.underlyings.length;
        if (market.prices.length != n) revert LengthMismatch(n, market.prices.length);
        (Sheet memory sheet, ) = _open(portfolio);
        IPriceRouter.Price memory given; // status Ok
        for (uint256 b = 0; b < sheet.count(); ++b) {
            Book memory book = sheet.bookAt(b);
            uint16 underlying = uint16(book.underlying);
            uint256 i;
            while (i < n && market.underlyings[i] != underlying) ++i;
            if (i == n) revert PriceMissing(underlying);
            _requireInBounds(underlying, market.prices[i]);
            book.index = market.prices[i];
            book.quote = given;
        }
        sheet.nowSec = market.timestamp;
        _giveTerms(sheet, _keysOf(portfolio), market.terms);
        sheet.turnTo(0);
        return _report(sheet, portfolio);
    }

    /// @dev A sheet at the router's prices, or at the adverse end of guarded ones.
    function _priced(Portfolio calldata portfolio) private view returns (Sheet memory sheet) {
        bool dated;
        (sheet, dated) = _open(portfolio);
        bool guarded = _readPrices(sheet);
        if (dated) _readTerms(sheet, _keysOf(portfolio));
        sheet.turnTo(0);
        if (guarded) _choosePrices(sheet, portfolio, true);
    }

    function _giveTerms(Sheet memory sheet, uint256[] memory keys, TermInput[] calldata inputs) private pure {
        if (keys.length == 0) return;
        DatedLegs.createTerms(sheet, keys.length);
        for (uint256 k = 0; k < keys.length; ++k) {
            Term memory term = DatedLegs.termAt(sheet, k)[0];
            term.open(keys[k], 0, sheet.nowSec, term);
            uint256 i;
            while (
                i < inputs.length &&
                !(inputs[i].underlying == keys[k] >> 20 && inputs[i].expirySec == term.expirySec)
            ) ++i;
            if (i != inputs.length) {
                _give(term, inputs[i]);
                // forwards this far from the index would leave the bounds that deltas are computed in
                uint256 most = WadMath.min(
                    sheet.bookOf(keys[k] >> 20).index * MAX_FORWARD_RATIO,
                    MarginMath.MAX_PRICE
                );
                _within("forward", _signed(term.given), 1, int256(most));
            } else if (term.leftSec != 0) {
                revert TermMissing(uint16(keys[k] >> 20), uint40(term.expirySec));
            }
        }
    }

    function _give(Term memory term, TermInput calldata input) private pure {
        _within("a", input.a, -MAX_TERM, MAX_TERM);
        _within("b", _signed(input.b), 0, MAX_TERM);
        _within("rho", input.rho, -ONE, ONE);
        _within("m", input.m, -MAX_TERM, MAX_TERM);
        _within("sigma", _signed(input.sigma), 0, MAX_TERM);
        _requireInBounds(input.underlying, input.forward);
        (term.a, term.b, term.rho, term.m, term.sigma) = (input.a, input.b, input.rho, input.m, input.sigma);
        term.given = input.forward;
        term.hasSurface = 1;
        term.age = 0;
    }

    function _signed(uint256 value) private pure returns (int256) {
        return value > uint256(type(int256).max) ? type(int256).max : int256(value);
    }

    function _within(string memory field, int256 value, int256 min, int256 max) private pure {
        if (value < min || value > max) revert TermOutOfBounds(field, value, min, max);
    }

    // ------------------------------------------------------------------------------------------------ report

    function _report(
        Sheet memory sheet,
        Portfolio calldata portfolio
    ) private view returns (Report memory report) {
        sheet.turnTo(sheet.holder + 1);
        ScenarioSet set = _loadSet(portfolio.profileId, true);
        _fill(sheet, portfolio, set);
        _charge(sheet, set);
        (report.scenarioPnl, report.worstScenario) = _scanAll(sheet, set);
        _reportWorst(report, sheet, set);
        Margin memory margin = report.margin;
        uint256 position;
        assembly ("memory-safe") {
            position := margin
        }
        _conclude(sheet, portfolio.cash, set, position);
        report.state = _stateOf(margin);
        report.risk = sheet.risk;
        report.initialExtra = sheet.initialExtra;
        report.floor = sheet.floor;
        _reportUnderlyings(report, sheet);
    }

    function _reportWorst(Report memory report, Sheet memory sheet, ScenarioSet set) private pure {
        uint256 scenario = set.scenarioAt(report.worstScenario);
        report.worstVol = ScenarioSetLib.volOf(scenario);
        if (sheet.count() == 0) return;
        uint256 risk = set.find(sheet.bookAt(0).underlying);
        uint256 row = set.tableOf(risk, set.headSize(), set.scenarioCount()) + 96 * report.worstScenario;
        int256 factor;
        assembly ("memory-safe") {
            factor := mload(add(row, 0x20))
        }
        report.worstShock = factor - ONE;
    }

    function _reportUnderlyings(Report memory report, Sheet memory sheet) private pure {
        UnderlyingReport[] memory reports = new UnderlyingReport[](sheet.count());
        for (uint256 i = 0; i < reports.length; ++i) {
            Book memory book = sheet.bookAt(i);
            UnderlyingReport memory r = reports[i];
            r.underlying = uint16(book.underlying);
            r.index = book.index;
            r.netDelta = book.net;
            r.scan = book.scan;
            r.roll = book.roll;
            r.shortOption = book.shortOption;
            r.haircut = book.haircut;
            r.initialExtra = book.initialExtra;
            r.floor = book.floor;
            report.roll += book.roll;
            report.shortOption += book.shortOption;
            report.haircut += book.haircut;
        }
        report.underlyings = reports;
    }

    function _stateOf(Margin memory margin) private pure returns (State) {
        if (margin.equity < 0) return State.Insolvent;
        uint256 equity = uint256(margin.equity);
        if (equity >= margin.initialMargin) return State.Healthy;
        return equity >= margin.maintenanceMargin ? State.AtRisk : State.Liquidatable;
    }

    // ------------------------------------------------------------------------------------------------ profiles

    /// @inheritdoc IRiskEngineExt
    function profile(uint256 profileId) external view returns (RiskProfile memory) {
        address pointer = _sets[profileId].pointer;
        if (pointer == address(0)) revert UnknownProfile(profileId);
        return _codec.decode(SSTORE2.read(pointer));
    }

    /// @inheritdoc IRiskEngineExt
    function setProfile(uint256 profileId, RiskProfile calldata newProfile) external restricted {
        (bytes memory words, uint256 headSize) = _codec.encode(newProfile);
        address pointer = SSTORE2.write(words);
        _sets[profileId] = StoredSet(pointer, uint48(headSize), uint48(words.length));
        emit ProfileSet(profileId, newProfile.name, pointer);
    }
}
