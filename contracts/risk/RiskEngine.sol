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
import {OptionScan} from "./OptionScan.sol";
import {PortfolioReader} from "./PortfolioReader.sol";
import {RiskSheets} from "./RiskSheets.sol";
import {ScenarioScan} from "./ScenarioScan.sol";
import {ScenarioSet} from "./ScenarioSet.sol";
import {Sheet, SheetLib} from "./Sheet.sol";

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
    ) external view returns (Margin[] memory, Marks memory marks) {
        uint256 n = portfolios.length;
        (uint256 sheetAt, uint256 answer, bool guarded) = _assess(portfolios, stance);
        Sheet memory sheet = SheetLib.sheetAt(sheetAt)[0];
        // the books' prices are now those of the last portfolio
        if (n > 1 && guarded && stance != Stance.Favourable) {
            _choosePrices(sheet, portfolios.item(0), stance == Stance.Adverse);
        }
        answer = _copyMargins(answer, n);
        if (n == 0) (marks.leg, marks.spot) = (new uint256[](0), new uint256[](0));
        else _markFirst(marks, sheet, portfolios, answer);
        _returnWithMarks(answer, n, marks);
    }

    /// @dev Marks of the first portfolio. What old surfaces value is in its margin's status only.
    /// @param answer As `_copyMargins` started it.
    function _markFirst(
        Marks memory marks,
        Sheet memory sheet,
        Portfolio[] calldata portfolios,
        uint256 answer
    ) private pure {
        _mark(marks, sheet, portfolios.item(0));
        IPriceRouter.Status status;
        assembly ("memory-safe") {
            // the fifth word of the first margin, behind two offsets and a length
            status := mload(add(answer, 0xe0))
        }
        if (status > marks.status) marks.status = status;
    }

    /// @dev Starts the answer of `assessWithMarks`: both offsets, the margins, and room for the three words of the marks, which
    /// the arrays must follow.
    function _copyMargins(uint256 margins, uint256 n) private pure returns (uint256 answer) {
        assembly ("memory-safe") {
            answer := mload(0x40)
            let size := mul(n, MARGIN_SIZE)
            mstore(answer, 0x40)
            mstore(add(answer, 0x20), add(0x60, size))
            mcopy(add(answer, 0x40), add(margins, 0x20), add(size, 0x20))
            mstore(0x40, add(answer, add(0xc0, size)))
        }
    }

    /// @dev Ends the call with it: it ends where used memory ends.
    function _returnWithMarks(uint256 answer, uint256 n, Marks memory marks) private pure {
        uint256[] memory spot = marks.spot;
        uint256 status = uint256(marks.status);
        assembly ("memory-safe") {
            let position := add(answer, add(0x60, mul(n, MARGIN_SIZE)))
            mstore(position, 0x60)
            mstore(add(position, 0x20), sub(spot, position))
            mstore(add(position, 0x40), status)
            return(answer, sub(mload(0x40), answer))
        }
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
            if (dated) sheet.shared = i + 1 < n ? 1 : 0;
            if (guarded) {
                bool adverse = stance == Stance.Adverse || (stance == Stance.TakeOver && i + 1 == n);
                if (adverse || i == 0) _choosePrices(sheet, portfolio, adverse);
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
        if (sheet.anyOption == 0 && !set.isAbsolute() && ScenarioScan.worst(sheet, set)) return;
        OptionScan.worst(sheet, whole ? set : _loadSet(profileId, true));
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

    /// @dev Marks of the portfolio's legs and balances at its books' prices: the two arrays, in this order, are all that is
    /// allocated.
    function _mark(Marks memory marks, Sheet memory sheet, Portfolio calldata portfolio) private pure {
        uint256[] calldata words = portfolio.spotWords();
        marks.leg = new uint256[](portfolio.legWords().length);
        marks.spot = new uint256[](words.length);
        for (uint256 i = 0; i < words.length; ++i) {
            marks.spot[i] = _markBook(marks, sheet, SpotWord.wrap(words.word(i)).underlying());
        }
        _markLegs(marks, sheet, portfolio);
    }

    function _markLegs(Marks memory marks, Sheet memory sheet, Portfolio calldata portfolio) private pure {
        uint256[] calldata words = portfolio.legWords();
        int256[] calldata premiums = portfolio.premiumsOf();
        uint256 perps;
        uint256[] memory leg = marks.leg;
        uint256 last = type(uint256).max;
        uint256 index;
        for (uint256 i = 0; i < words.length; ++i) {
            PositionWord word = PositionWord.wrap(words.word(i));
            uint256 underlying = word.underlying();
            if (underlying != last) (last, index) = (underlying, _markBook(marks, sheet, underlying));
            uint256 known = _markOptions(sheet, words, leg, i, index);
            if (known != 0) {
                i += known - 1;
                continue;
            }
            if (DatedLegs.isDated(word)) {
                leg[i] = DatedLegs.markOf(DatedLegs.termOf(sheet, word)[0], word, index);
                continue;
            }
            if (word.kind() != Kind.Perp) revert InstrumentNotPriced(word.instrument());
            if (perps == premiums.length) _revertPremiums(portfolio);
            leg[i] = LinearPricing.perpMark(index, premiums.premium(perps++));
        }
        if (perps != premiums.length) _revertPremiums(portfolio);
    }

    /// @dev Marks options from the i-th leg on as far as they can be had quickly.
    /// @return How many.
    function _markOptions(
        Sheet memory sheet,
        uint256[] calldata words,
        uint256[] memory leg,
        uint256 i,
        uint256 index
    ) private pure returns (uint256) {
        uint256 first;
        uint256 target;
        assembly ("memory-safe") {
            first := add(words.offset, shl(5, i))
            target := add(add(leg, 0x20), shl(5, i))
        }
        unchecked {
            uint256 end = first + 32 * (words.length - i);
            return (DatedLegs.markOptions(sheet, first, end, target, index) - first) / 32;
        }
    }

    /// @return index The underlying's price, whose status counts toward the marks'.
    function _markBook(
        Marks memory marks,
        Sheet memory sheet,
        uint256 underlying
    ) private pure returns (uint256 index) {
        uint256 book = sheet.find(underlying);
        IPriceRouter.Status status = IPriceRouter.Status(SheetLib.statusOf(book));
        if (status > marks.status) marks.status = status;
        return SheetLib.indexOf(book);
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
