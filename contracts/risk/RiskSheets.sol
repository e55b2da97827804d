// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {IRiskTypes} from "../interfaces/IRiskTypes.sol";
import {ISettlementTwap} from "../interfaces/ISettlementTwap.sol";
import {IVolSurface} from "../interfaces/IVolSurface.sol";
import {LinearPricing} from "../pricing/LinearPricing.sol";
import {Term} from "../pricing/Term.sol";
import {TermMath} from "../pricing/TermMath.sol";
import {Kind, MAX_UNDERLYING} from "../types/InstrumentId.sol";
import {Portfolio, SpotWord} from "../types/Portfolio.sol";
import {PositionWord} from "../types/PositionWord.sol";
import {DatedLegs} from "./DatedLegs.sol";
import {MarginMath} from "./MarginMath.sol";
import {PortfolioReader} from "./PortfolioReader.sol";
import {ScenarioScan} from "./ScenarioScan.sol";
import {ScenarioSet} from "./ScenarioSet.sol";
// Solhint does not see what assembly uses.
// solhint-disable-next-line no-unused-import
import {BOOK_INDEX, BOOK_QUOTE, BOOK_SIZE, Book, Sheet, SheetLib} from "./Sheet.sol";

/// @title RiskSheets: sorts portfolios into books, one per underlying, prices them and sums them up
/// @notice What `RiskEngine` and `RiskEngineExt` have in common, their storage included.
/// @dev A call reads each price and each surface once, and each profile once from contract code. Portfolios are read where
/// they are, in calldata.
abstract contract RiskSheets is AccessManaged {
    using PortfolioReader for Portfolio[];
    using PortfolioReader for Portfolio;
    using PortfolioReader for uint256[];
    using PortfolioReader for int256[];
    using TermMath for Term;

    /// @notice The most underlyings that one portfolio may hold.
    uint256 public constant MAX_UNDERLYINGS_HELD = 8;
    /// @dev Bytes of an `IPriceRouter.Price` and of a `Margin`.
    uint256 private constant PRICE_SIZE = 192;
    uint256 internal constant MARGIN_SIZE = 160;
    /// @dev Where `SpotWord` and `PositionWord` hold their underlying.
    uint256 private constant SPOT_UNDERLYING_SHIFT = 128;
    uint256 private constant LEG_UNDERLYING_SHIFT = 240;

    IPriceRouter internal immutable _router;
    IVolSurface internal immutable _volSurface;
    ISettlementTwap internal immutable _settlementTwap;

    /// @dev Where an encoded `ScenarioSet` is the code of a contract, behind one byte that keeps it from being called. The
    /// sizes, without and with its tables, spare asking for them.
    struct StoredSet {
        address pointer; // 20
        uint48 headSize; // 6
        uint48 size; // 6
    }

    mapping(uint256 profileId => StoredSet stored) internal _sets;

    constructor(
        address authority,
        IPriceRouter router_,
        IVolSurface volSurface_,
        ISettlementTwap settlementTwap_
    ) AccessManaged(authority) {
        _router = router_;
        _volSurface = volSurface_;
        _settlementTwap = settlementTwap_;
    }

    // ------------------------------------------------------------------------------------------------ profiles

    /// @param whole Whether its tables are needed.
    function _loadSet(uint256 profileId, bool whole) internal view returns (ScenarioSet set) {
        StoredSet storage stored = _sets[profileId];
        (address pointer, uint256 headSize, uint256 size) = (stored.pointer, stored.headSize, stored.size);
        if (pointer == address(0)) revert IRiskTypes.UnknownProfile(profileId);
        if (!whole) size = headSize;
        assembly ("memory-safe") {
            set := mload(0x40)
            extcodecopy(pointer, set, 1, size)
            mstore(0x40, add(set, size))
        }
    }

    // ------------------------------------------------------------------------------------------------ prices

    /// @dev A sheet with the books of one portfolio.
    /// @return sheet The sheet.
    /// @return dated Whether there are legs with an expiry.
    function _open(Portfolio calldata portfolio) internal view returns (Sheet memory sheet, bool dated) {
        sheet = SheetLib.create(MAX_UNDERLYINGS_HELD)[0];
        dated = _addBooks(sheet, portfolio) > uint256(Kind.Perp);
    }

    /// @dev Adds a book for each underlying of the portfolio that has none: spot first, then legs. There is room for what all
    /// portfolios of the call may hold, so that it ends only where one of them holds too many.
    /// @return kinds The legs' kinds, or-ed.
    function _addBooks(
        Sheet memory sheet,
        Portfolio calldata portfolio
    ) internal pure returns (uint256 kinds) {
        bool full;
        (full, ) = sheet.addBooks(portfolio.spotWords(), SPOT_UNDERLYING_SHIFT, type(uint16).max);
        if (!full) (full, kinds) = sheet.addBooks(portfolio.legWords(), LEG_UNDERLYING_SHIFT, MAX_UNDERLYING);
        if (full) revert IRiskTypes.TooManyUnderlyings(MAX_UNDERLYINGS_HELD);
    }

    /// @dev Gives every book its price: `router.pricesOf` of their underlyings, encoded and decoded in place. A `Price` is
    /// six words in the answer and in memory alike, so that the books merely point to theirs.
    /// @return guarded Whether any price leaves a choice.
    function _readPrices(Sheet memory sheet) internal view returns (bool guarded) {
        uint256 n = sheet.count();
        if (n == 0) return false;
        uint256 price = _callRouter(sheet, n);
        uint256 book = sheet.firstBook;
        bool outOfBounds;
        assembly ("memory-safe") {
            for {
                let end := add(price, mul(n, PRICE_SIZE))
            } lt(price, end) {
                price := add(price, PRICE_SIZE)
            } {
                let index := mload(price)
                let low := mload(add(price, 0x20))
                let high := mload(add(price, 0x40))
                mstore(add(book, BOOK_QUOTE), price)
                mstore(add(book, BOOK_INDEX), index)
                if xor(low, high) {
                    guarded := 1
                }
                outOfBounds := or(outOfBounds, shr(128, or(index, or(low, high))))
                book := add(book, BOOK_SIZE)
            }
        }
        if (outOfBounds) _revertOutOfBounds(sheet);
    }

    /// @return price Memory address of the first `Price` of the answer.
    function _callRouter(Sheet memory sheet, uint256 n) private view returns (uint256 price) {
        address target = address(_router);
        uint256 selector = uint256(uint32(IPriceRouter.pricesOf.selector));
        uint256 request = sheet.firstId - SheetLib.REQUEST_HEAD;
        assembly ("memory-safe") {
            mstore(request, selector)
            mstore(add(request, 0x20), 0x20)
            mstore(add(request, 0x40), n)
            let size := mul(n, PRICE_SIZE)
            price := mload(0x40)
            // an answer that is too short, or comes from no contract, fails like a revert without data
            if iszero(
                and(
                    gt(returndatasize(), add(size, 0x3f)),
                    staticcall(gas(), target, add(request, 0x1c), add(0x44, shl(5, n)), 0x00, 0x00)
                )
            ) {
                returndatacopy(price, 0x00, returndatasize())
                revert(price, returndatasize())
            }
            returndatacopy(price, 0x40, size)
            mstore(0x40, add(price, size))
        }
    }

    function _revertOutOfBounds(Sheet memory sheet) private pure {
        for (uint256 i = 0; i < sheet.count(); ++i) {
            Book memory book = sheet.bookAt(i);
            _requireInBounds(uint16(book.underlying), book.quote.price | book.quote.low | book.quote.high);
        }
    }

    function _requireInBounds(uint16 underlying, uint256 price) internal pure {
        if (price == 0 || price > MarginMath.MAX_PRICE) {
            revert IRiskTypes.PriceOutOfBounds(underlying, price, MarginMath.MAX_PRICE);
        }
    }

    // ------------------------------------------------------------------------------------------------ terms

    /// @dev Opens a term for each underlying and expiry among the dated legs, with its surface, or its settlement price.
    function _readTerms(Sheet memory sheet, uint256[] memory keys) internal view {
        uint256 n = keys.length;
        DatedLegs.createTerms(sheet, n);
        uint256 words = _callSurfaces(keys);
        bool expired;
        Term memory last = DatedLegs.termAt(sheet, 0)[0];
        for (uint256 i = 0; i < n; ++i) {
            Term memory term = DatedLegs.termAt(sheet, i)[0];
            uint256 word;
            assembly ("memory-safe") {
                word := mload(add(words, shl(5, i)))
            }
            term.open(keys[i], word, sheet.nowSec, last);
            if (term.leftSec == 0) expired = true;
            last = term;
        }
        if (!expired) return;
        uint256[] memory prices = _settlementTwap.pricesOf(keys);
        for (uint256 i = 0; i < n; ++i) {
            Term memory term = DatedLegs.termAt(sheet, i)[0];
            if (term.leftSec == 0) term.settlement = prices[i];
        }
    }

    /// @dev `volSurface.wordsOf`, encoded and decoded in place: the keys stand where the request has them but for its head.
    /// @return words Memory address of the first word of the answer.
    function _callSurfaces(uint256[] memory keys) private view returns (uint256 words) {
        address target = address(_volSurface);
        uint256 selector = uint256(uint32(IVolSurface.wordsOf.selector));
        assembly ("memory-safe") {
            let size := shl(5, mload(keys))
            let request := mload(0x40)
            mstore(request, selector)
            mstore(add(request, 0x20), 0x20)
            mcopy(add(request, 0x40), keys, add(size, 0x20))
            // an answer that is too short, or comes from no contract, fails like a revert without data
            if iszero(
                and(
                    gt(returndatasize(), add(size, 0x3f)),
                    staticcall(gas(), target, add(request, 0x1c), add(size, 0x44), 0x00, 0x00)
                )
            ) {
                returndatacopy(request, 0x00, returndatasize())
                revert(request, returndatasize())
            }
            returndatacopy(request, 0x40, size)
            words := request
            mstore(0x40, add(request, size))
        }
    }

    /// @dev The keys of the portfolio's dated legs.
    function _keysOf(Portfolio calldata portfolio) internal pure returns (uint256[] memory keys) {
        keys = new uint256[](portfolio.legWords().length + 1);
        uint256 count = DatedLegs.addKeys(portfolio.legWords(), keys, 0);
        assembly ("memory-safe") {
            mstore(keys, count)
        }
    }

    /// @dev Sets each book's index to the end of the price's span that the stance asks for, by the sign of the portfolio's
    /// net delta; underlyings of which it holds nothing net keep the router's choice.
    function _choosePrices(Sheet memory sheet, Portfolio calldata portfolio, bool adverse) internal pure {
        uint256 n = sheet.count();
        for (uint256 i = 0; i < n; ++i) {
            Book memory book = sheet.bookAt(i);
            book.index = book.quote.price;
        }
        sheet.turnTo(sheet.holder + 1);
        _fill(sheet, portfolio, ScenarioSet.wrap(0));
        for (uint256 i = 0; i < n; ++i) {
            Book memory book = sheet.bookAt(i);
            if (book.holder != sheet.holder || book.net == 0) continue;
            bool low = (book.net > 0) == adverse;
            book.index = low ? book.quote.low : book.quote.high;
        }
    }

    // ------------------------------------------------------------------------------------------------ one portfolio

    /// @dev Values every balance and leg in its book.
    /// @param set The profile; 0 where no scenario will be asked for.
    function _fill(Sheet memory sheet, Portfolio calldata portfolio, ScenarioSet set) internal pure {
        uint256[] calldata words = portfolio.spotWords();
        for (uint256 i = 0; i < words.length; ++i) {
            SpotWord balance = SpotWord.wrap(words.word(i));
            MarginMath.addSpot(SheetLib.listAt(sheet.claim(balance.underlying()))[0], balance.amount());
        }
        words = portfolio.legWords();
        int256[] calldata premiums = portfolio.premiumsOf();
        int256 unrealised;
        uint256 perps;
        unchecked {
            // |value| < 2**164, |cost| < 2**103, fewer than 2**20 legs
            for (uint256 i = 0; i < words.length; ++i) {
                PositionWord leg = PositionWord.wrap(words.word(i));
                if (PositionWord.unwrap(leg) >> 252 != uint256(Kind.Perp)) {
                    if (PositionWord.unwrap(leg) >> 252 == 0) {
                        revert IRiskTypes.InstrumentNotPriced(leg.instrument());
                    }
                    i = DatedLegs.add(sheet, words, i, set) - 1;
                    continue;
                }
                if (perps == premiums.length) _revertPremiums(portfolio);
                uint256 book = sheet.claim(leg.underlying());
                uint256 mark = LinearPricing.perpMark(SheetLib.indexOf(book), premiums.premium(perps++));
                unrealised += MarginMath.addPerp(book, leg.size(), mark, leg.epoch()) + leg.cost();
            }
            sheet.unrealised += unrealised;
        }
        if (perps != premiums.length) _revertPremiums(portfolio);
    }

    function _revertPremiums(Portfolio calldata portfolio) internal pure {
        uint256 perps;
        for (uint256 i = 0; i < portfolio.legs.length; ++i) {
            if (portfolio.legs[i].kind() == Kind.Perp) ++perps;
        }
        revert IRiskTypes.LengthMismatch(perps, portfolio.premiums.length);
    }

    /// @dev Charges and scenario rows of the portfolio's books, and the worst status of their prices.
    function _charge(Sheet memory sheet, ScenarioSet set) internal pure {
        uint256 n = sheet.count();
        if (sheet.firstTerm != 0) DatedLegs.close(sheet, set);
        ScenarioScan.openRows(sheet, n);
        uint256 rates = set.linearRates();
        uint256 book = sheet.firstBook;
        unchecked {
            for (uint256 i = 0; i < n; ++i) {
                if (sheet.isClaimed(book)) {
                    uint256 risk = set.find(SheetLib.underlyingOf(book));
                    MarginMath.charge(sheet, book, rates);
                    if (SheetLib.spotOf(book) != 0) {
                        MarginMath.chargeSpot(sheet, SheetLib.listAt(book)[0], rates, risk);
                    }
                    if (sheet.anyOption != 0) {
                        DatedLegs.chargeShort(sheet, SheetLib.listAt(book)[0], set.optionRates());
                    }
                    uint256 range = set.scanRange(risk);
                    MarginMath.chargeCrowded(sheet, SheetLib.listAt(book)[0], rates, range);
                    ScenarioScan.addRow(sheet, book, range);
                }
                book += BOOK_SIZE;
            }
        }
        if (sheet.underlyings > MAX_UNDERLYINGS_HELD)
            revert IRiskTypes.TooManyUnderlyings(MAX_UNDERLYINGS_HELD);
    }

    /// @dev The least of all scenarios' results, and each one's.
    /// @param set Read with its tables.
    function _scanAll(
        Sheet memory sheet,
        ScenarioSet set
    ) internal pure returns (int256[] memory pnl, uint256 worst) {
        sheet.scan = 0;
        pnl = ScenarioScan.all(sheet, set);
        worst = ScenarioScan.worstOf(pnl);
        int256 least = pnl[worst];
        unchecked {
            sheet.lossTogether = least < 0 ? uint256(-least) : 0;
        }
    }

    /// @dev Writes the `Margin` at a memory address (SPEC-M2). The legs' sum is far from overflow; the sum with cash is
    /// checked, since its type would let it be anything.
    function _conclude(Sheet memory sheet, int256 cash, ScenarioSet set, uint256 margin) internal pure {
        (uint256 initial, uint256 maintenance) = MarginMath.margins(sheet, set.linearRates());
        int256 unrealised = sheet.unrealised;
        int256 legs;
        unchecked {
            legs = int256(sheet.spot) + unrealised + sheet.options;
        }
        int256 equity = cash + legs;
        uint256 status = sheet.status;
        assembly ("memory-safe") {
            mstore(margin, equity)
            mstore(add(margin, 0x20), initial)
            mstore(add(margin, 0x40), maintenance)
            mstore(add(margin, 0x60), unrealised)
            mstore(add(margin, 0x80), status)
        }
    }
}
