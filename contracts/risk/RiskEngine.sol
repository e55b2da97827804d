// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SSTORE2} from "solady/src/utils/SSTORE2.sol";
import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {IRiskEngine} from "../interfaces/IRiskEngine.sol";
import {LinearPricing} from "../pricing/LinearPricing.sol";
import {Kind, MAX_UNDERLYING} from "../types/InstrumentId.sol";
import {Portfolio, SpotWord} from "../types/Portfolio.sol";
import {PositionWord} from "../types/PositionWord.sol";
import {RiskProfile} from "../types/RiskProfile.sol";
import {MarginMath} from "./MarginMath.sol";
import {PortfolioReader} from "./PortfolioReader.sol";
import {ProfileBounds} from "./ProfileBounds.sol";
import {ScenarioScan} from "./ScenarioScan.sol";
import {ScenarioSet, ScenarioSetLib} from "./ScenarioSet.sol";
// Solhint does not see what assembly uses.
// solhint-disable-next-line no-unused-import
import {BOOK_INDEX, BOOK_QUOTE, BOOK_SIZE, Book, Sheet, SheetLib} from "./Sheet.sol";

/// @title RiskEngine: sorts portfolios into books, one per underlying, and has MarginMath judge them
/// @dev A call reads each price once, and each profile once from contract code. Portfolios are read where they are, in
/// calldata. It works for spot and perps; `_fill` is where other kinds of instrument join.
contract RiskEngine is IRiskEngine, AccessManaged {
    using PortfolioReader for Portfolio[];
    using PortfolioReader for Portfolio;
    using PortfolioReader for uint256[];
    using PortfolioReader for int256[];

    /// @notice The most underlyings that one portfolio may hold.
    uint256 public constant MAX_UNDERLYINGS_HELD = 8;
    /// @dev Bytes of an `IPriceRouter.Price` and of a `Margin`.
    uint256 private constant PRICE_SIZE = 192;
    uint256 private constant MARGIN_SIZE = 160;
    /// @dev Where `SpotWord` and `PositionWord` hold their underlying.
    uint256 private constant SPOT_UNDERLYING_SHIFT = 128;
    uint256 private constant LEG_UNDERLYING_SHIFT = 240;

    /// @inheritdoc IRiskEngine
    IPriceRouter public immutable router;

    /// @dev Where an encoded `ScenarioSet` is the code of a contract, behind one byte that keeps it from being called. The
    /// size spares asking for it.
    struct StoredSet {
        address pointer; // 20
        uint96 size; // 12
    }

    mapping(uint256 profileId => StoredSet stored) private _sets;

    constructor(address authority, IPriceRouter router_) AccessManaged(authority) {
        router = router_;
    }

    // ------------------------------------------------------------------------------------------------ margin

    /// @inheritdoc IRiskEngine
    function assess(Portfolio[] calldata portfolios, Stance stance) external view returns (Margin[] memory) {
        uint256 n = portfolios.length;
        Sheet memory sheet = SheetLib.create(n * MAX_UNDERLYINGS_HELD)[0];
        _return(_assess(sheet, portfolios, stance), n);
    }

    /// @inheritdoc IRiskEngine
    function assessWithMarks(
        Portfolio[] calldata portfolios,
        Stance stance
    ) external view returns (Margin[] memory margins, Marks memory marks) {
        uint256 n = portfolios.length;
        Sheet memory sheet = SheetLib.create(n * MAX_UNDERLYINGS_HELD)[0];
        uint256 answer = _assess(sheet, portfolios, stance);
        margins = new Margin[](n);
        for (uint256 i = 0; i < n; ++i) {
            assembly ("memory-safe") {
                mstore(add(margins, shl(5, add(i, 1))), add(add(answer, 0x40), mul(i, MARGIN_SIZE)))
            }
        }
        // the books' prices are now those of the last portfolio
        if (n > 1 && stance == Stance.Adverse) _choosePrices(sheet, portfolios.item(0), stance);
        if (n != 0) _mark(marks, sheet, portfolios.item(0));
    }

    /// @return answer Where the margins stand, as `_allocateAnswer` lays them out.
    function _assess(
        Sheet memory sheet,
        Portfolio[] calldata portfolios,
        Stance stance
    ) private view returns (uint256 answer) {
        uint256 n = portfolios.length;
        for (uint256 i = 0; i < n; ++i) {
            _addBooks(sheet, portfolios.item(i));
        }
        bool guarded = _readPrices(sheet);
        answer = _allocateAnswer(n);
        ScenarioSet set;
        for (uint256 i = 0; i < n; ++i) {
            Portfolio calldata portfolio = portfolios.item(i);
            if (guarded && (stance == Stance.Adverse || i == 0)) _choosePrices(sheet, portfolio, stance);
            if (i == 0 || portfolio.profileId != portfolios.item(i - 1).profileId)
                set = _loadSet(portfolio.profileId);
            sheet.turnTo(i + 1);
            _fill(sheet, portfolio);
            _charge(sheet, set);
            ScenarioScan.worst(sheet, set);
            _conclude(sheet, portfolio.cash, set, answer + 0x40 + i * MARGIN_SIZE);
        }
    }

    /// @inheritdoc IRiskEngine
    function explain(Portfolio calldata portfolio) external view returns (Report memory) {
        Sheet memory sheet = _open(portfolio);
        if (_readPrices(sheet)) _choosePrices(sheet, portfolio, Stance.Adverse);
        return _report(sheet, portfolio);
    }

    /// @inheritdoc IRiskEngine
    function explainAt(
        Portfolio calldata portfolio,
        uint16[] calldata underlyings,
        uint256[] calldata prices
    ) external view returns (Report memory) {
        if (prices.length != underlyings.length) revert LengthMismatch(underlyings.length, prices.length);
        Sheet memory sheet = _open(portfolio);
        IPriceRouter.Price memory given; // status Ok
        for (uint256 b = 0; b < sheet.count(); ++b) {
            Book memory book = sheet.bookAt(b);
            uint16 underlying = uint16(book.underlying);
            uint256 i;
            while (i < underlyings.length && underlyings[i] != underlying) ++i;
            if (i == underlyings.length) revert PriceMissing(underlying);
            _requireInBounds(underlying, prices[i]);
            book.index = prices[i];
            book.quote = given;
        }
        return _report(sheet, portfolio);
    }

    /// @inheritdoc IRiskEngine
    function marksOf(Portfolio calldata portfolio, Stance stance) external view returns (Marks memory marks) {
        Sheet memory sheet = _open(portfolio);
        if (_readPrices(sheet)) _choosePrices(sheet, portfolio, stance);
        _mark(marks, sheet, portfolio);
    }

    /// @inheritdoc IRiskEngine
    function indexOf(uint16 underlying) external view returns (IPriceRouter.Price memory) {
        return router.priceOf(underlying);
    }

    /// @inheritdoc IRiskEngine
    function perpMark(uint256 index, int256 premium) external pure returns (uint256) {
        if (index > MarginMath.MAX_PRICE) revert PriceOutOfBounds(0, index, MarginMath.MAX_PRICE);
        return LinearPricing.perpMark(index, premium);
    }

    // ------------------------------------------------------------------------------------------------ profiles

    /// @inheritdoc IRiskEngine
    function profile(uint256 profileId) external view returns (RiskProfile memory) {
        return _loadSet(profileId).decode();
    }

    /// @inheritdoc IRiskEngine
    function isProfile(uint256 profileId) external view returns (bool) {
        return _sets[profileId].pointer != address(0);
    }

    /// @inheritdoc IRiskEngine
    function setProfile(uint256 profileId, RiskProfile calldata newProfile) external restricted {
        uint256[] memory order = ProfileBounds.check(newProfile);
        bytes memory words = ScenarioSetLib.encode(newProfile, order);
        address pointer = SSTORE2.write(words);
        _sets[profileId] = StoredSet({pointer: pointer, size: uint96(words.length)});
        emit ProfileSet(profileId, newProfile.name, pointer);
    }

    function _loadSet(uint256 profileId) private view returns (ScenarioSet set) {
        StoredSet storage stored = _sets[profileId];
        (address pointer, uint256 size) = (stored.pointer, stored.size);
        if (pointer == address(0)) revert UnknownProfile(profileId);
        assembly ("memory-safe") {
            set := mload(0x40)
            extcodecopy(pointer, set, 1, size)
            mstore(0x40, add(set, size))
        }
    }

    // ------------------------------------------------------------------------------------------------ prices

    /// @dev A sheet with the books of one portfolio.
    function _open(Portfolio calldata portfolio) private pure returns (Sheet memory sheet) {
        sheet = SheetLib.create(MAX_UNDERLYINGS_HELD)[0];
        _addBooks(sheet, portfolio);
    }

    /// @dev Adds a book for each underlying of the portfolio that has none: spot first, then legs. There is room for what all
    /// portfolios of the call may hold, so that it ends only where one of them holds too many.
    function _addBooks(Sheet memory sheet, Portfolio calldata portfolio) private pure {
        if (
            sheet.addBooks(portfolio.spotWords(), SPOT_UNDERLYING_SHIFT, type(uint16).max) ||
            sheet.addBooks(portfolio.legWords(), LEG_UNDERLYING_SHIFT, MAX_UNDERLYING)
        ) revert TooManyUnderlyings(MAX_UNDERLYINGS_HELD);
    }

    /// @dev Gives every book its price: `router.pricesOf` of their underlyings, encoded and decoded in place. A `Price` is
    /// six words in the answer and in memory alike, so that the books merely point to theirs.
    /// @return guarded Whether any price leaves a choice.
    function _readPrices(Sheet memory sheet) private view returns (bool guarded) {
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
        address target = address(router);
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

    function _requireInBounds(uint16 underlying, uint256 price) private pure {
        if (price == 0 || price > MarginMath.MAX_PRICE) {
            revert PriceOutOfBounds(underlying, price, MarginMath.MAX_PRICE);
        }
    }

    /// @dev Sets each book's index to the end of the price's span that the stance asks for, by the sign of the portfolio's
    /// net delta; underlyings of which it holds nothing net keep the router's choice.
    function _choosePrices(Sheet memory sheet, Portfolio calldata portfolio, Stance stance) private pure {
        for (uint256 i = 0; i < sheet.count(); ++i) {
            sheet.bookAt(i).net = 0;
        }
        for (uint256 i = 0; i < portfolio.spot.length; ++i) {
            sheet.bookOf(portfolio.spot[i].underlying()).net += int256(portfolio.spot[i].amount());
        }
        for (uint256 i = 0; i < portfolio.legs.length; ++i) {
            sheet.bookOf(portfolio.legs[i].underlying()).net += portfolio.legs[i].size();
        }
        for (uint256 i = 0; i < sheet.count(); ++i) {
            Book memory book = sheet.bookAt(i);
            bool low = (book.net > 0) == (stance == Stance.Adverse);
            book.index =
                book.net == 0
                    ? book.quote.price
                    : low
                        ? book.quote.low
                        : book.quote.high;
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
        if (premiums.length != words.length) _revertPremiums(portfolio);
        marks.leg = new uint256[](words.length);
        for (uint256 i = 0; i < words.length; ++i) {
            PositionWord leg = PositionWord.wrap(words.word(i));
            _requirePerp(leg);
            uint256 index = _markBook(marks, sheet, leg.underlying());
            marks.leg[i] = LinearPricing.perpMark(index, premiums.premium(i));
        }
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

    // ------------------------------------------------------------------------------------------------ one portfolio

    /// @dev Values every balance and leg in its book.
    function _fill(Sheet memory sheet, Portfolio calldata portfolio) private pure {
        uint256[] calldata words = portfolio.spotWords();
        for (uint256 i = 0; i < words.length; ++i) {
            SpotWord balance = SpotWord.wrap(words.word(i));
            MarginMath.addSpot(SheetLib.atAddress(sheet.claim(balance.underlying())), balance.amount());
        }
        words = portfolio.legWords();
        int256[] calldata premiums = portfolio.premiumsOf();
        // as long as perps are the only legs, the i-th perp is the i-th leg
        if (words.length != premiums.length) _revertPremiums(portfolio);
        int256 unrealised;
        unchecked {
            // |value| < 2**164, |cost| < 2**103, fewer than 2**20 legs
            for (uint256 i = 0; i < words.length; ++i) {
                PositionWord leg = PositionWord.wrap(words.word(i));
                _requirePerp(leg);
                uint256 book = sheet.claim(leg.underlying());
                uint256 mark = LinearPricing.perpMark(SheetLib.indexOf(book), premiums.premium(i));
                unrealised += MarginMath.addPerp(book, leg.size(), mark) + leg.cost();
            }
        }
        sheet.unrealised = unrealised;
    }

    function _requirePerp(PositionWord leg) private pure {
        if (PositionWord.unwrap(leg) >> 252 != uint256(Kind.Perp))
            revert InstrumentNotPriced(leg.instrument());
    }

    /// @dev A leg without pricing is the better reason why premiums and legs differ in number.
    function _revertPremiums(Portfolio calldata portfolio) private pure {
        for (uint256 i = 0; i < portfolio.legs.length; ++i) {
            _requirePerp(portfolio.legs[i]);
        }
        revert LengthMismatch(portfolio.legs.length, portfolio.premiums.length);
    }

    /// @dev Charges and scenario rows of the portfolio's books, and the worst status of their prices.
    function _charge(Sheet memory sheet, ScenarioSet set) private pure {
        uint256 n = sheet.count();
        ScenarioScan.openRows(sheet, n);
        uint256 rates = set.linearRates();
        uint256 book = sheet.firstBook;
        unchecked {
            for (uint256 i = 0; i < n; ++i) {
                if (sheet.isClaimed(book)) {
                    uint256 risk = set.find(SheetLib.underlyingOf(book));
                    MarginMath.charge(sheet, book, rates);
                    if (SheetLib.spotOf(book) != 0) {
                        MarginMath.chargeSpot(sheet, SheetLib.atAddress(book), rates, risk);
                    }
                    ScenarioScan.addRow(sheet, book, set.scanRange(risk));
                }
                book += BOOK_SIZE;
            }
        }
        if (sheet.underlyings > MAX_UNDERLYINGS_HELD) revert TooManyUnderlyings(MAX_UNDERLYINGS_HELD);
    }

    /// @dev Writes the `Margin` at a memory address (SPEC-M2). The legs' sum is far from overflow; the sum with cash is
    /// checked, since its type would let it be anything.
    function _conclude(Sheet memory sheet, int256 cash, ScenarioSet set, uint256 margin) private pure {
        (uint256 initial, uint256 maintenance) = MarginMath.margins(sheet, set.linearRates());
        int256 unrealised = sheet.unrealised;
        int256 legs;
        unchecked {
            legs = int256(sheet.spot) + unrealised;
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

    // ------------------------------------------------------------------------------------------------ report

    function _report(
        Sheet memory sheet,
        Portfolio calldata portfolio
    ) private view returns (Report memory report) {
        sheet.turnTo(1);
        _fill(sheet, portfolio);
        ScenarioSet set = _loadSet(portfolio.profileId);
        _charge(sheet, set);
        report.scenarioPnl = ScenarioScan.all(sheet, set);
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
        uint256 worst = ScenarioScan.worstOf(report.scenarioPnl);
        int256 least = report.scenarioPnl[worst];
        if (least < 0) sheet.lossTogether = uint256(-least);
        report.worstScenario = worst;
        uint256 scenario = set.scenarioAt(worst);
        report.worstVol = ScenarioSetLib.volOf(scenario);
        if (sheet.count() == 0) return;
        uint256 scanRange = set.scanRange(set.find(sheet.bookAt(0).underlying));
        report.worstShock = ScenarioScan.shockOf(scenario, scanRange);
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
            r.haircut = book.haircut;
            r.initialExtra = book.initialExtra;
            r.floor = book.floor;
            report.roll += book.roll;
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
}
