// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {IRiskEngineCore} from "../interfaces/IRiskEngineCore.sol";
import {ISettlementTwap} from "../interfaces/ISettlementTwap.sol";
import {IVolSurface} from "../interfaces/IVolSurface.sol";
import {LinearPricing} from "../pricing/LinearPricing.sol";
import {Term} from "../pricing/Term.sol";
import {TermMath} from "../pricing/TermMath.sol";
import {InstrumentId, Kind} from "../types/InstrumentId.sol";
import {Portfolio, SpotWord} from "../types/Portfolio.sol";
import {PositionWord, toOptionWord} from "../types/PositionWord.sol";
import {DatedLegs} from "./DatedLegs.sol";
import {MarginMath} from "./MarginMath.sol";
import {PortfolioReader} from "./PortfolioReader.sol";
import {RiskSheets} from "./RiskSheets.sol";
import {ScenarioScan} from "./ScenarioScan.sol";
import {ScenarioSet} from "./ScenarioSet.sol";
import {Book, Sheet, SheetLib} from "./Sheet.sol";

/// @title RiskEngine: what every action asks for; see IRiskEngine
/// @dev What explains and what governs is in `RiskEngineExt`, behind the same address.
contract RiskEngine is RiskSheets, IRiskEngineCore {
    using PortfolioReader for Portfolio[];
    using PortfolioReader for Portfolio;
    using PortfolioReader for uint256[];
    using PortfolioReader for int256[];
    using TermMath for Term;

    /// @inheritdoc IRiskEngineCore
    address public immutable extension;

    /// @param extension_ A `RiskEngineExt` with the same sources.
    constructor(
        address authority,
        IPriceRouter router_,
        IVolSurface volSurface_,
        ISettlementTwap settlementTwap_,
        address extension_
    ) RiskSheets(authority, router_, volSurface_, settlementTwap_) {
        if (extension_.code.length == 0) revert NotAContract(extension_);
        extension = extension_;
    }

    /// @dev Explanations and profiles. The extension's address is immutable.
    fallback() external {
        address target = extension;
        assembly {
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), target, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            switch ok
            case 0 {
                revert(0, returndatasize())
            }
            default {
                return(0, returndatasize())
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ margin

    /// @inheritdoc IRiskEngineCore
    function assess(Portfolio[] calldata portfolios, Stance stance) external view returns (Margin[] memory) {
        (, uint256 answer, ) = _assess(portfolios, stance);
        _return(answer, portfolios.length);
    }

    /// @inheritdoc IRiskEngineCore
    function assessWithMarks(
        Portfolio[] calldata portfolios,
        Stance stance
    ) external view returns (Margin[] memory margins, Marks memory marks) {
        uint256 n = portfolios.length;
        (uint256 sheetAt, uint256 answer, bool guarded) = _assess(portfolios, stance);
        margins = new Margin[](n);
        for (uint256 i = 0; i < n; ++i) {
            assembly ("memory-safe") {
                mstore(add(margins, shl(5, add(i, 1))), add(add(answer, 0x40), mul(i, MARGIN_SIZE)))
            }
        }
        if (n == 0) return (margins, marks);
        Sheet memory sheet = SheetLib.sheetAt(sheetAt)[0];
        // the books' prices are now those of the last portfolio
        if (n > 1 && guarded && stance == Stance.Adverse) _choosePrices(sheet, portfolios.item(0), true);
        _mark(marks, sheet, portfolios.item(0));
        // what old surfaces value is in the margin's status only
        if (margins[0].status > marks.status) marks.status = margins[0].status;
    }

    /// @return sheetAt Memory address of the sheet.
    /// @return answer Where the margins stand, as `_allocateAnswer` lays them out.
    /// @return guarded Whether any price left a choice.
    function _assess(
        Portfolio[] calldata portfolios,
        Stance stance
    ) private view returns (uint256 sheetAt, uint256 answer, bool guarded) {
        uint256 n = portfolios.length;
        Sheet memory sheet = SheetLib.create(n * MAX_UNDERLYINGS_HELD)[0];
        assembly ("memory-safe") {
            sheetAt := sheet
        }
        uint256 kinds;
        for (uint256 i = 0; i < n; ++i) {
            kinds |= _addBooks(sheet, portfolios.item(i));
        }
        bool dated = kinds > uint256(Kind.Perp);
        guarded = _readPrices(sheet);
        if (dated) _readTerms(sheet, _keysOfAll(portfolios));
        sheet.turnTo(0);
        answer = _allocateAnswer(n);
        ScenarioSet set;
        for (uint256 i = 0; i < n; ++i) {
            Portfolio calldata portfolio = portfolios.item(i);
            if (guarded && (stance == Stance.Adverse || i == 0)) {
                _choosePrices(sheet, portfolio, stance == Stance.Adverse);
            }
            if (i == 0 || portfolio.profileId != portfolios.item(i - 1).profileId)
                set = _loadSet(portfolio.profileId, dated);
            sheet.turnTo(sheet.holder + 1);
            _fill(sheet, portfolio, set);
            _charge(sheet, set);
            _scan(sheet, set, portfolio.profileId, dated);
            _conclude(sheet, portfolio.cash, set, answer + 0x40 + i * MARGIN_SIZE);
        }
    }

    /// @dev The short way where all legs move in proportion to the index, else all scenarios.
    function _scan(Sheet memory sheet, ScenarioSet set, uint256 profileId, bool whole) private view {
        if (sheet.optionCount == 0 && !set.isAbsolute() && ScenarioScan.worst(sheet, set)) return;
        _scanAll(sheet, whole ? set : _loadSet(profileId, true));
    }

    function _keysOfAll(Portfolio[] calldata portfolios) private pure returns (uint256[] memory keys) {
        uint256 n;
        for (uint256 i = 0; i < portfolios.length; ++i) {
            n += portfolios.item(i).legWords().length;
        }
        keys = new uint256[](n + 1);
        uint256 count;
        for (uint256 i = 0; i < portfolios.length; ++i) {
            count = DatedLegs.addKeys(portfolios.item(i).legWords(), keys, count);
        }
        assembly ("memory-safe") {
            mstore(keys, count)
        }
    }

    /// @dev Room for an ABI-encoded array of `n` margins, which are five words each.
    function _allocateAnswer(uint256 n) private pure returns (uint256 answer) {
        assembly ("memory-safe") {
            answer := mload(0x40)
            mstore(answer, 0x20)
            mstore(add(answer, 0x20), n)
            mstore(0x40, add(add(answer, 0x40), mul(n, MARGIN_SIZE)))
        }
    }

    /// @dev Ends the call with the answer, which spares Solidity's encoding of it.
    function _return(uint256 answer, uint256 n) private pure {
        assembly ("memory-safe") {
            return(answer, add(0x40, mul(n, MARGIN_SIZE)))
        }
    }

    // ------------------------------------------------------------------------------------------------ marks

    /// @inheritdoc IRiskEngineCore
    function marksOf(Portfolio calldata portfolio, Stance stance) external view returns (Marks memory marks) {
        (Sheet memory sheet, bool dated) = _open(portfolio);
        bool guarded = _readPrices(sheet);
        if (dated) _readTerms(sheet, _keysOf(portfolio));
        sheet.turnTo(0);
        if (guarded) _choosePrices(sheet, portfolio, stance == Stance.Adverse);
        _mark(marks, sheet, portfolio);
        if (marks.status == IPriceRouter.Status.Ok && dated && DatedLegs.anyOld(sheet)) {
            marks.status = IPriceRouter.Status.Guarded;
        }
    }

    /// @dev Marks of the portfolio's legs and balances at its books' prices.
    function _mark(Marks memory marks, Sheet memory sheet, Portfolio calldata portfolio) private pure {
        uint256[] calldata words = portfolio.spotWords();
        marks.spot = new uint256[](words.length);
        for (uint256 i = 0; i < words.length; ++i) {
            marks.spot[i] = _markBook(marks, sheet, SpotWord.wrap(words.word(i)).underlying());
        }
        words = portfolio.legWords();
        int256[] calldata premiums = portfolio.premiumsOf();
        uint256 perps;
        marks.leg = new uint256[](words.length);
        for (uint256 i = 0; i < words.length; ++i) {
            PositionWord leg = PositionWord.wrap(words.word(i));
            uint256 index = _markBook(marks, sheet, leg.underlying());
            if (DatedLegs.isDated(leg)) {
                marks.leg[i] = DatedLegs.markOf(DatedLegs.termOf(sheet, leg)[0], leg, index);
                continue;
            }
            if (leg.kind() != Kind.Perp) revert InstrumentNotPriced(leg.instrument());
            if (perps == premiums.length) _revertPremiums(portfolio);
            marks.leg[i] = LinearPricing.perpMark(index, premiums.premium(perps++));
        }
        if (perps != premiums.length) _revertPremiums(portfolio);
    }

    /// @return index The underlying's price, whose status counts toward the marks'.
    function _markBook(
        Marks memory marks,
        Sheet memory sheet,
        uint16 underlying
    ) private pure returns (uint256 index) {
        Book memory book = sheet.bookOf(underlying);
        if (book.quote.status > marks.status) marks.status = book.quote.status;
        return book.index;
    }

    /// @inheritdoc IRiskEngineCore
    function quoteOf(
        InstrumentId instrument,
        int256 premium
    ) external view returns (uint256 index, uint256 mark, IPriceRouter.Status status) {
        uint16 underlying = instrument.underlying();
        IPriceRouter.Price memory price = _router.priceOf(underlying);
        (index, status) = (price.price, price.status);
        _requireInBounds(underlying, index);
        if (instrument.kind() == Kind.Perp) return (index, LinearPricing.perpMark(index, premium), status);
        PositionWord leg = toOptionWord(instrument, 0, 0);
        if (!DatedLegs.isDated(leg)) revert InstrumentNotPriced(instrument);
        Sheet memory sheet = SheetLib.create(1)[0];
        uint256[] memory keys = new uint256[](1);
        keys[0] = DatedLegs.keyOf(leg);
        _readTerms(sheet, keys);
        Term memory term = DatedLegs.termAt(sheet, 0)[0];
        mark = DatedLegs.markOf(term, leg, index);
        if (term.age != 0 && term.leftSec != 0 && status == IPriceRouter.Status.Ok) {
            status = IPriceRouter.Status.Guarded;
        }
    }

    /// @inheritdoc IRiskEngineCore
    function settlementOf(uint16 underlying, uint40 expirySec) external view returns (uint256) {
        return _settlementTwap.priceOf(underlying, expirySec);
    }

    /// @inheritdoc IRiskEngineCore
    function indexOf(uint16 underlying) external view returns (IPriceRouter.Price memory) {
        return _router.priceOf(underlying);
    }

    /// @inheritdoc IRiskEngineCore
    function perpMark(uint256 index, int256 premium) external pure returns (uint256) {
        if (index > MarginMath.MAX_PRICE) revert PriceOutOfBounds(0, index, MarginMath.MAX_PRICE);
        return LinearPricing.perpMark(index, premium);
    }

    /// @inheritdoc IRiskEngineCore
    function router() external view returns (IPriceRouter) {
        return _router;
    }

    /// @inheritdoc IRiskEngineCore
    function volSurface() external view returns (IVolSurface) {
        return _volSurface;
    }

    /// @inheritdoc IRiskEngineCore
    function settlementTwap() external view returns (ISettlementTwap) {
        return _settlementTwap;
    }

    /// @inheritdoc IRiskEngineCore
    function isProfile(uint256 profileId) external view returns (bool) {
        return _sets[profileId].pointer != address(0);
    }
}
