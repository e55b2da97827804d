// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SSTORE2} from "solady/src/utils/SSTORE2.sol";
import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {IRiskEngine} from "../interfaces/IRiskEngine.sol";
import {LinearPricing} from "../pricing/LinearPricing.sol";
import {Kind} from "../types/InstrumentId.sol";
import {Portfolio, SpotWord} from "../types/Portfolio.sol";
import {PositionWord} from "../types/PositionWord.sol";
import {RiskProfile} from "../types/RiskProfile.sol";
import {Book, BooksLib} from "./Books.sol";
import {MarginMath} from "./MarginMath.sol";
import {ProfileBounds} from "./ProfileBounds.sol";
import {ScenarioSet, ScenarioSetLib} from "./ScenarioSet.sol";

/// @title RiskEngine: sorts portfolios into books, one per underlying, and has MarginMath judge them
/// @dev A call reads each price once, and each profile once from contract code. Portfolios are read where they are, in
/// calldata. It works for spot and perps; `_fillBooks` is where other kinds of instrument join.
contract RiskEngine is IRiskEngine, AccessManaged {
    using BooksLib for Book[];

    /// @notice The most underlyings that one portfolio may hold.
    uint256 public constant MAX_UNDERLYINGS_HELD = 8;
    /// @dev Bytes of an `IPriceRouter.Price`.
    uint256 private constant PRICE_SIZE = 192;

    /// @inheritdoc IRiskEngine
    IPriceRouter public immutable router;

    /// @dev Contracts whose code is an encoded `ScenarioSet`.
    mapping(uint256 profileId => address pointer) private _pointers;

    constructor(address authority, IPriceRouter router_) AccessManaged(authority) {
        router = router_;
    }

    // ------------------------------------------------------------------------------------------------ margin

    /// @inheritdoc IRiskEngine
    function assess(Portfolio[] calldata portfolios, Stance stance) external view returns (Margin[] memory margins) {
        uint256 n = portfolios.length;
        uint256 most;
        for (uint256 i = 0; i < n; ++i) {
            most += _mostBooks(portfolios[i]);
        }
        Book[] memory books = BooksLib.withCapacity(most);
        for (uint256 i = 0; i < n; ++i) {
            _openBooks(books, portfolios[i]);
        }
        bool guarded = _readPrices(books);
        margins = new Margin[](n);
        ScenarioSet set;
        for (uint256 i = 0; i < n; ++i) {
            Portfolio calldata portfolio = portfolios[i];
            if (guarded && (stance == Stance.Adverse || i == 0)) _choosePrices(books, portfolio, stance);
            if (i == 0 || portfolio.profileId != portfolios[i - 1].profileId) set = _loadSet(portfolio.profileId);
            MarginMath.Totals memory totals;
            _fillBooks(books, portfolio, i + 1, totals);
            MarginMath.Rows memory rows = MarginMath.openRows();
            _charge(books, i + 1, set, totals, rows);
            (totals.lossTogether, totals.scan) = MarginMath.scan(rows, set);
            _conclude(margins[i], portfolio.cash, set, totals);
        }
    }

    /// @inheritdoc IRiskEngine
    function explain(Portfolio calldata portfolio) external view returns (Report memory) {
        Book[] memory books = BooksLib.withCapacity(_mostBooks(portfolio));
        _openBooks(books, portfolio);
        if (_readPrices(books)) _choosePrices(books, portfolio, Stance.Adverse);
        return _report(books, portfolio);
    }

    /// @inheritdoc IRiskEngine
    function explainAt(Portfolio calldata portfolio, uint16[] calldata underlyings, uint256[] calldata prices)
        external
        view
        returns (Report memory)
    {
        if (prices.length != underlyings.length) revert LengthMismatch(underlyings.length, prices.length);
        Book[] memory books = BooksLib.withCapacity(_mostBooks(portfolio));
        _openBooks(books, portfolio);
        for (uint256 b = 0; b < books.length; ++b) {
            uint16 underlying = uint16(books[b].underlying);
            uint256 i;
            while (i < underlyings.length && underlyings[i] != underlying) ++i;
            if (i == underlyings.length) revert PriceMissing(underlying);
            if (prices[i] == 0) revert PriceOutOfBounds(underlying, 0, MarginMath.MAX_PRICE);
            IPriceRouter.Price memory price;
            price.price = price.low = price.high = prices[i];
            _quote(books[b], price);
        }
        return _report(books, portfolio);
    }

    /// @inheritdoc IRiskEngine
    function marksOf(Portfolio calldata portfolio, Stance stance) external view returns (Marks memory marks) {
        Book[] memory books = BooksLib.withCapacity(_mostBooks(portfolio));
        _openBooks(books, portfolio);
        if (_readPrices(books)) _choosePrices(books, portfolio, stance);
        marks.spot = new uint256[](portfolio.spot.length);
        for (uint256 i = 0; i < marks.spot.length; ++i) {
            marks.spot[i] = books[books.find(portfolio.spot[i].underlying())].index;
        }
        marks.leg = new uint256[](portfolio.legs.length);
        int256[] calldata premiums = portfolio.premiums;
        _requirePremiums(portfolio.legs, premiums);
        for (uint256 i = 0; i < marks.leg.length; ++i) {
            PositionWord leg = portfolio.legs[i];
            marks.leg[i] = LinearPricing.perpMark(books[books.find(leg.underlying())].index, premiums[i]);
        }
        uint256 worst;
        for (uint256 i = 0; i < books.length; ++i) {
            uint256 status = uint256(books[i].quote.status);
            if (status > worst) worst = status;
        }
        marks.status = IPriceRouter.Status(worst);
    }

    /// @inheritdoc IRiskEngine
    function indexOf(uint16 underlying) external view returns (IPriceRouter.Price memory) {
        return router.priceOf(underlying);
    }

    /// @inheritdoc IRiskEngine
    function perpMark(uint256 index, int256 premium) external pure returns (uint256) {
        return LinearPricing.perpMark(index, premium);
    }

    // ------------------------------------------------------------------------------------------------ profiles

    /// @inheritdoc IRiskEngine
    function profile(uint256 profileId) external view returns (RiskProfile memory) {
        return _loadSet(profileId).decode();
    }

    /// @inheritdoc IRiskEngine
    function isProfile(uint256 profileId) external view returns (bool) {
        return _pointers[profileId] != address(0);
    }

    /// @inheritdoc IRiskEngine
    function setProfile(uint256 profileId, RiskProfile calldata newProfile) external restricted {
        uint256[] memory order = ProfileBounds.check(newProfile);
        address pointer = SSTORE2.write(ScenarioSetLib.encode(newProfile, order));
        _pointers[profileId] = pointer;
        emit ProfileSet(profileId, newProfile.name, pointer);
    }

    function _loadSet(uint256 profileId) private view returns (ScenarioSet set) {
        address pointer = _pointers[profileId];
        if (pointer == address(0)) revert UnknownProfile(profileId);
        bytes memory words = SSTORE2.read(pointer);
        assembly ("memory-safe") {
            set := add(words, 0x20)
        }
    }

    // ------------------------------------------------------------------------------------------------ prices

    /// @dev No portfolio has more underlyings than balances and legs.
    function _mostBooks(Portfolio calldata portfolio) private pure returns (uint256) {
        return portfolio.spot.length + portfolio.legs.length;
    }

    /// @dev Opens a book for each underlying of the portfolio that has none: spot first, then legs.
    function _openBooks(Book[] memory books, Portfolio calldata portfolio) private pure {
        SpotWord[] calldata spot = portfolio.spot;
        for (uint256 i = 0; i < spot.length; ++i) {
            books.open(spot[i].underlying());
        }
        PositionWord[] calldata legs = portfolio.legs;
        for (uint256 i = 0; i < legs.length; ++i) {
            books.open(legs[i].underlying());
        }
    }

    /// @dev Gives every book its price.
    /// @return guarded Whether any price leaves a choice.
    function _readPrices(Book[] memory books) private view returns (bool guarded) {
        uint256 n = books.length;
        if (n == 0) return false;
        IPriceRouter.Price[] memory prices = _pricesOf(books);
        for (uint256 i = 0; i < n; ++i) {
            if (_quote(books[i], prices[i])) guarded = true;
        }
    }

    /// @dev `router.pricesOf` of the books' underlyings, encoded and decoded in place: a `Price` is six words in the answer
    /// and in memory alike, so that only pointers to them are written.
    function _pricesOf(Book[] memory books) private view returns (IPriceRouter.Price[] memory prices) {
        address target = address(router);
        uint256 selector = uint256(uint32(IPriceRouter.pricesOf.selector));
        assembly ("memory-safe") {
            let n := mload(books)
            let words := shl(5, n)
            prices := mload(0x40)
            // the request, where afterwards the answer goes: behind the pointers
            let free := add(prices, add(0x20, words))
            mstore(free, selector)
            mstore(add(free, 0x20), 0x20)
            mstore(add(free, 0x40), n)
            for { let i := 0x20 } iszero(gt(i, words)) { i := add(i, 0x20) } {
                mstore(add(add(free, 0x40), i), mload(mload(add(books, i))))
            }
            // an answer that is too short, or comes from no contract, fails like a revert without data
            if iszero(
                and(
                    gt(returndatasize(), add(mul(n, PRICE_SIZE), 0x3f)),
                    staticcall(gas(), target, add(free, 0x1c), add(0x44, words), 0x00, 0x00)
                )
            ) {
                returndatacopy(free, 0x00, returndatasize())
                revert(free, returndatasize())
            }
            let size := mul(n, PRICE_SIZE)
            returndatacopy(free, 0x40, size)
            mstore(0x40, add(free, size))
            mstore(prices, n)
            for { let i := 0x20 } iszero(gt(i, words)) { i := add(i, 0x20) } {
                mstore(add(prices, i), free)
                free := add(free, PRICE_SIZE)
            }
        }
    }

    /// @return guarded Whether the price leaves a choice.
    function _quote(Book memory book, IPriceRouter.Price memory price) private pure returns (bool guarded) {
        uint256 value = price.price;
        if ((value | price.low | price.high) > MarginMath.MAX_PRICE) {
            revert PriceOutOfBounds(uint16(book.underlying), value, MarginMath.MAX_PRICE);
        }
        book.index = value;
        book.quote = price;
        return price.low != price.high;
    }

    /// @dev Sets each book's index to the end of the price's span that the stance asks for, by the sign of the portfolio's
    /// net delta; underlyings of which it holds nothing net keep the router's choice.
    function _choosePrices(Book[] memory books, Portfolio calldata portfolio, Stance stance) private pure {
        for (uint256 i = 0; i < books.length; ++i) {
            books[i].net = 0;
        }
        for (uint256 i = 0; i < portfolio.spot.length; ++i) {
            books[books.find(portfolio.spot[i].underlying())].net += int256(portfolio.spot[i].amount());
        }
        for (uint256 i = 0; i < portfolio.legs.length; ++i) {
            books[books.find(portfolio.legs[i].underlying())].net += portfolio.legs[i].size();
        }
        for (uint256 i = 0; i < books.length; ++i) {
            Book memory book = books[i];
            IPriceRouter.Price memory price = book.quote;
            bool low = (book.net > 0) == (stance == Stance.Adverse);
            book.index = book.net == 0 ? price.price : low ? price.low : price.high;
        }
    }

    // ------------------------------------------------------------------------------------------------ one portfolio

    /// @dev Values every balance and leg in its book.
    /// @param number One more than the portfolio's position in the call.
    function _fillBooks(Book[] memory books, Portfolio calldata portfolio, uint256 number, MarginMath.Totals memory totals)
        private
        pure
    {
        SpotWord[] calldata spot = portfolio.spot;
        for (uint256 i = 0; i < spot.length; ++i) {
            SpotWord word = spot[i];
            Book memory book = books[books.find(word.underlying())];
            if (book.portfolio != number) _claim(book, number, totals);
            MarginMath.addSpot(book, word.amount());
        }
        PositionWord[] calldata legs = portfolio.legs;
        _requirePremiums(legs, portfolio.premiums);
        for (uint256 i = 0; i < legs.length; ++i) {
            PositionWord leg = legs[i];
            Book memory book = books[books.find(leg.underlying())];
            if (book.portfolio != number) _claim(book, number, totals);
            int256 value = MarginMath.addPerp(book, leg.size(), LinearPricing.perpMark(book.index, portfolio.premiums[i]));
            unchecked {
                // |value| < 2**164, |cost| < 2**103
                totals.unrealised += value + leg.cost();
            }
        }
    }

    /// @dev Every leg is a perp, and has its premium: as long as perps are the only legs, the i-th perp is the i-th leg.
    function _requirePremiums(PositionWord[] calldata legs, int256[] calldata premiums) private pure {
        for (uint256 i = 0; i < legs.length; ++i) {
            PositionWord leg = legs[i];
            if (PositionWord.unwrap(leg) >> 252 != uint256(Kind.Perp)) revert InstrumentNotPriced(leg.instrument());
        }
        if (legs.length != premiums.length) revert LengthMismatch(legs.length, premiums.length);
    }

    /// @dev Empties a book when a portfolio first comes to it.
    function _claim(Book memory book, uint256 number, MarginMath.Totals memory totals) private pure {
        BooksLib.claim(book, number);
        if (++totals.underlyings > MAX_UNDERLYINGS_HELD) revert TooManyUnderlyings(MAX_UNDERLYINGS_HELD);
        uint256 status = uint256(book.quote.status);
        if (status > totals.status) totals.status = status;
    }

    /// @dev Charges and scenario rows of the portfolio's books.
    function _charge(
        Book[] memory books,
        uint256 number,
        ScenarioSet set,
        MarginMath.Totals memory totals,
        MarginMath.Rows memory rows
    ) private pure {
        for (uint256 i = 0; i < books.length; ++i) {
            Book memory book = books[i];
            if (book.portfolio != number) continue;
            (uint256 scanRange, uint256 slope, uint256 cap) = set.riskOf(book.underlying);
            MarginMath.charge(book, set, totals, slope, cap);
            MarginMath.addRow(rows, book, scanRange);
        }
    }

    /// @dev SPEC-M2, M5, M10.
    function _conclude(Margin memory margin, int256 cash, ScenarioSet set, MarginMath.Totals memory totals) private pure {
        totals.risk = MarginMath.offset(set, totals.lossTogether, totals.scan);
        (margin.initialMargin, margin.maintenanceMargin) = MarginMath.margins(set, totals);
        margin.equity = cash + (int256(totals.spot) + totals.unrealised);
        margin.unrealised = totals.unrealised;
        margin.status = IPriceRouter.Status(totals.status);
    }

    // ------------------------------------------------------------------------------------------------ report

    function _report(Book[] memory books, Portfolio calldata portfolio) private view returns (Report memory report) {
        MarginMath.Totals memory totals;
        _fillBooks(books, portfolio, 1, totals);
        ScenarioSet set = _loadSet(portfolio.profileId);
        MarginMath.Rows memory rows = MarginMath.openRows();
        _charge(books, 1, set, totals, rows);
        report.scenarioPnl = MarginMath.scanAll(rows, set);
        _reportWorst(report, set, books, totals);
        _reportUnderlyings(report, books, rows, totals);
        _conclude(report.margin, portfolio.cash, set, totals);
        report.state = _stateOf(report.margin);
        report.risk = totals.risk;
        report.roll = totals.roll;
        report.haircut = totals.haircut;
        report.initialExtra = totals.initialExtra;
        report.floor = totals.floor;
    }

    function _reportWorst(Report memory report, ScenarioSet set, Book[] memory books, MarginMath.Totals memory totals)
        private
        pure
    {
        int256[] memory pnl = report.scenarioPnl;
        uint256 worst;
        for (uint256 j = 1; j < pnl.length; ++j) {
            if (pnl[j] < pnl[worst]) worst = j;
        }
        if (pnl[worst] < 0) totals.lossTogether = uint256(-pnl[worst]);
        report.worstScenario = worst;
        uint256 scenario = set.scenarioAt(worst);
        report.worstVol = ScenarioSetLib.volOf(scenario);
        if (books.length == 0) return;
        (uint256 scanRange,,) = set.riskOf(books[0].underlying);
        report.worstShock = MarginMath.shockOf(scenario, scanRange);
    }

    /// @dev The rows are in the books' order, without those that are worth nothing.
    function _reportUnderlyings(
        Report memory report,
        Book[] memory books,
        MarginMath.Rows memory rows,
        MarginMath.Totals memory totals
    ) private pure {
        UnderlyingReport[] memory reports = new UnderlyingReport[](books.length);
        uint256 row = rows.first;
        for (uint256 i = 0; i < reports.length; ++i) {
            Book memory book = books[i];
            if (int256(book.spot) + book.perp != 0) {
                book.scan = MarginMath.lossOf(row);
                totals.scan += book.scan;
                row += MarginMath.ROW;
            }
            UnderlyingReport memory r = reports[i];
            r.underlying = uint16(book.underlying);
            r.index = book.index;
            r.netDelta = book.net;
            r.scan = book.scan;
            r.roll = book.roll;
            r.haircut = book.haircut;
            r.initialExtra = book.initialExtra;
            r.floor = book.floor;
        }
        report.underlyings = reports;
    }

    function _stateOf(Margin memory margin) private pure returns (State) {
        if (margin.equity < 0) return State.Insolvent;
        uint256 equity = uint256(margin.equity);
        if (equity >= margin.initialMargin) return State.Healthy;
        return equity >= margin.maintenanceMargin ? State.AtRisk : State.Liquidatable;
    }
}
