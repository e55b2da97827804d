// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IClearinghouseTypes} from "../interfaces/IClearinghouseTypes.sol";
import {ILiquidityVault} from "../interfaces/ILiquidityVault.sol";
import {IOrderMatcher} from "../interfaces/IOrderMatcher.sol";
import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {IRiskTypes} from "../interfaces/IRiskTypes.sol";
import {WadMath} from "../libraries/WadMath.sol";
import {CashPool} from "../markets/CashPool.sol";
import {AccountId} from "../types/AccountId.sol";
import {perpId} from "../types/InstrumentId.sol";
import {PositionWord} from "../types/PositionWord.sol";
import {VaultQuotes} from "./VaultQuotes.sol";

/// @title LiquidityVault: see ILiquidityVault
/// @dev Signed orders are filled through the matcher, where their fills are kept: the vault is the maker, with an order that
/// it makes in the same call, and says yes to that one order alone when the matcher asks for its signature.
contract LiquidityVault is ILiquidityVault, CashPool {
    /// @dev What the vault is worth, wad USD, and whether every price behind it is fresh.
    struct Worth {
        int256 atIndex;
        int256 toEnter;
        int256 toLeave;
        bool fresh;
    }

    uint256 private constant BPS = 10_000;
    uint256 private constant WAD_PER_BPS = 1e14;
    uint8 private constant SCOPE_TRADE = 1;
    uint256 private constant MAX_SPREAD_BPS = 1_000;
    uint256 private constant MAX_PRICE = type(uint104).max;

    /// @inheritdoc ILiquidityVault
    IOrderMatcher public immutable orderMatcher;

    // -- 2 + 2 + 8 = 12 bytes
    uint16 private _takerFeeBps;
    uint16 private _cushionBps;
    uint64 private _nonce;
    // -- 1 + 2 + 2 + 2 + 4 + 4 + 12 = 27 bytes; a market that is listed has a price age
    mapping(uint256 underlying => Market market) private _markets;
    mapping(uint256 underlying => VaultQuotes.Range range) private _ranges;
    /// @dev Hash of the one order that the vault is making right now.
    bytes32 private transient _offered;

    /// @param clearinghouse_ Lists its cash token already.
    /// @param authority The AccessManager.
    constructor(
        IClearinghouse clearinghouse_,
        address authority,
        IOrderMatcher orderMatcher_,
        uint256 delaySec,
        uint256 windowSec,
        uint16 takerFeeBps,
        uint16 cushionBps
    ) CashPool(clearinghouse_, authority, "Novate Liquidity Vault", "nvLP", delaySec, windowSec) {
        if (address(orderMatcher_).code.length == 0) revert NotAContract(address(orderMatcher_));
        orderMatcher = orderMatcher_;
        _setTerms(takerFeeBps, cushionBps);
    }

    // ------------------------------------------------------------------------------------------------ traders

    /// @inheritdoc ILiquidityVault
    function trade(
        AccountId trader,
        uint16 underlying,
        int256 size,
        uint256 limitPrice,
        uint40 deadlineSec
    ) external nonReentrant returns (uint256 price) {
        if (!clearinghouse.isAuthorised(trader, msg.sender, SCOPE_TRADE)) {
            revert NotAuthorised(trader, msg.sender);
        }
        if (block.timestamp > deadlineSec) revert DeadlinePassed(deadlineSec, block.timestamp);
        Quote memory quoted = _quote(underlying, size);
        price = quoted.price;
        if (size > 0 ? price > limitPrice : price < limitPrice) revert PriceBeyondLimit(price, limitPrice);
        _remember(underlying, quoted);
        clearinghouse.trade(_tradeOf(trader, underlying, size, price));
        _finish(trader, underlying, size, quoted);
    }

    /// @inheritdoc ILiquidityVault
    function fillOrder(
        IOrderMatcher.SignedOrder calldata taker,
        uint256 maxSize
    ) external nonReentrant returns (uint256 filled) {
        (IOrderMatcher.SignedOrder memory maker, Quote memory quoted) = _offer(taker.order, maxSize);
        filled = orderMatcher.matchOrders(maker, taker, maxSize);
        _close(taker.order, filled, quoted);
    }

    /// @inheritdoc ILiquidityVault
    function fillTriggered(
        IOrderMatcher.SignedTriggerOrder calldata taker,
        uint256 maxSize,
        AccountId executor
    ) external nonReentrant returns (uint256 filled) {
        IOrderMatcher.Order calldata order = taker.triggerOrder.order;
        (IOrderMatcher.SignedOrder memory maker, Quote memory quoted) = _offer(order, maxSize);
        filled = orderMatcher.executeTriggered(maker, taker, maxSize, executor);
        _close(order, filled, quoted);
    }

    /// @inheritdoc ILiquidityVault
    function observe(uint16 underlying) external nonReentrant {
        Quote memory quoted;
        _readRange(quoted, underlying, _marketOf(underlying));
        _remember(underlying, quoted);
    }

    // ------------------------------------------------------------------------------------------------ governance

    /// @inheritdoc ILiquidityVault
    function setMarket(uint16 underlying, Market calldata market) external restricted {
        _within("baseSpreadBps", market.baseSpreadBps, 1, 500);
        _within("skewSpreadBps", market.skewSpreadBps, 0, MAX_SPREAD_BPS);
        _within("maxSpreadBps", market.maxSpreadBps, market.baseSpreadBps, MAX_SPREAD_BPS);
        _within("volMultiplierBps", market.volMultiplierBps, 0, 50_000);
        _within("maxPriceAgeSec", market.maxPriceAgeSec, 1, 7 days);
        // an underlying without a price could be listed by mistake only
        clearinghouse.riskEngine().indexOf(underlying);
        _markets[underlying] = market;
        emit MarketSet(underlying, market);
    }

    /// @inheritdoc ILiquidityVault
    function tighten(uint16 underlying, bool enabled, uint96 positionCap) external restricted {
        Market memory market = _marketOf(underlying);
        _within("positionCap", positionCap, 0, market.positionCap);
        if (enabled && !market.enabled) revert InvalidConfig("enabled", 1, 0, 0);
        (market.enabled, market.positionCap) = (enabled, positionCap);
        _markets[underlying] = market;
        emit MarketSet(underlying, market);
    }

    /// @inheritdoc ILiquidityVault
    function setTerms(uint16 takerFeeBps, uint16 cushionBps) external restricted {
        _setTerms(takerFeeBps, cushionBps);
    }

    // ------------------------------------------------------------------------------------------------ views

    /// @inheritdoc ILiquidityVault
    function quote(uint16 underlying, int256 size) external view returns (Quote memory) {
        return _quote(underlying, size);
    }

    /// @inheritdoc ILiquidityVault
    function worth() external view returns (uint256 atIndex, uint256 toEnter, uint256 toLeave) {
        Worth memory value = _worth();
        return (_toRaw(value.atIndex), _toRaw(value.toEnter), _toRaw(value.toLeave));
    }

    /// @inheritdoc IERC4626
    function totalAssets() public view override(ERC4626, IERC4626) returns (uint256) {
        return _toRaw(_worth().atIndex);
    }

    /// @inheritdoc ILiquidityVault
    function marketOf(uint16 underlying) external view returns (Market memory) {
        return _markets[underlying];
    }

    /// @inheritdoc ILiquidityVault
    function terms() external view returns (uint16 takerFeeBps, uint16 cushionBps) {
        return (_takerFeeBps, _cushionBps);
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes calldata) external view returns (bytes4) {
        return hash != 0 && hash == _offered ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }

    // ------------------------------------------------------------------------------------------------ quotes

    function _marketOf(uint256 underlying) private view returns (Market memory market) {
        market = _markets[underlying];
        if (market.maxPriceAgeSec == 0) revert UnknownMarket(uint16(underlying));
    }

    function _quote(uint16 underlying, int256 size) private view returns (Quote memory quoted) {
        if (size == 0) revert AmountZero();
        Market memory market = _marketOf(underlying);
        uint256 units = WadMath.abs(size);
        if (units > type(uint96).max) revert PositionCapExceeded(underlying, units, market.positionCap);
        uint256 width = _readRange(quoted, underlying, market);
        (quoted.inventory, ) = clearinghouse.positionOf(account(), perpId(underlying));
        uint256 spread = VaultQuotes.calm(market, width, quoted.index);
        spread += _skew(quoted, underlying, market, size);
        uint256 max = VaultQuotes.maxSpread(market);
        if (spread > max) revert SpreadTooWide(underlying, spread, max);
        quoted.spread = spread;
        quoted.price = size > 0 ? VaultQuotes.ask(quoted.high, spread) : VaultQuotes.bid(quoted.low, spread);
    }

    /// @dev Judges and prices what the trade does to the vault's own position.
    function _skew(
        Quote memory quoted,
        uint16 underlying,
        Market memory market,
        int256 size
    ) private pure returns (uint256) {
        (int256 inventory, int256 left) = (quoted.inventory, quoted.inventory - size);
        uint256 to = WadMath.abs(left);
        uint256 from = (left > 0) == (inventory > 0) ? WadMath.abs(inventory) : 0;
        if (to <= from) return 0;
        quoted.adds = true;
        if (!market.enabled) revert MarketClosed(underlying);
        if (to > market.positionCap) revert PositionCapExceeded(underlying, to, market.positionCap);
        return VaultQuotes.skew(market, from, to, WadMath.abs(size));
    }

    /// @dev Fills in index and range.
    /// @return width Of the range and the source's confidence together, wad USD.
    function _readRange(
        Quote memory quoted,
        uint16 underlying,
        Market memory market
    ) private view returns (uint256 width) {
        (IPriceRouter.Price memory price, uint256 ageSec, bool fresh) = _priceOf(underlying, market);
        if (!fresh) revert PriceNotFresh(underlying, price.status, ageSec, market.maxPriceAgeSec);
        quoted.index = price.price;
        (quoted.high, quoted.low) = VaultQuotes.current(_ranges[underlying], price.price, block.timestamp);
        width = quoted.high - quoted.low + price.confidence;
    }

    function _priceOf(
        uint16 underlying,
        Market memory market
    ) private view returns (IPriceRouter.Price memory price, uint256 ageSec, bool fresh) {
        price = clearinghouse.riskEngine().indexOf(underlying);
        if (price.price > MAX_PRICE) {
            revert IRiskTypes.PriceOutOfBounds(underlying, price.price, MAX_PRICE);
        }
        ageSec = block.timestamp - WadMath.min(price.timestamp, block.timestamp);
        fresh = price.status == IPriceRouter.Status.Ok && ageSec <= market.maxPriceAgeSec;
    }

    // ------------------------------------------------------------------------------------------------ trades

    function _tradeOf(
        AccountId trader,
        uint16 underlying,
        int256 size,
        uint256 price
    ) private view returns (IClearinghouseTypes.Trade memory params) {
        bool buys = size > 0;
        uint256 units = WadMath.abs(size);
        uint256 fee = WadMath.mulDivUp(WadMath.mulUp(units, price), _takerFeeBps, BPS);
        params.buyer = buys ? trader : account();
        params.seller = buys ? account() : trader;
        params.instrument = perpId(underlying);
        params.size = units;
        params.price = price;
        if (buys) params.buyerFee = fee;
        else params.sellerFee = fee;
    }

    /// @dev Makes the order that answers another, and makes it valid until `_close`. The price is such that after the
    /// matcher's fee the vault has its quote.
    function _offer(
        IOrderMatcher.Order calldata taker,
        uint256 maxSize
    ) private returns (IOrderMatcher.SignedOrder memory maker, Quote memory quoted) {
        uint16 underlying = taker.instrument.underlying();
        if (taker.instrument != perpId(underlying)) {
            revert IClearinghouseTypes.UnknownInstrument(taker.instrument);
        }
        (, uint256 filled) = orderMatcher.filledOf(taker.account, taker.nonce);
        uint256 open = WadMath.abs(taker.size);
        uint256 units = WadMath.min(maxSize, open > filled ? open - filled : 0);
        int256 size = taker.size > 0 ? int256(units) : -int256(units);
        quoted = _quote(underlying, size);
        _remember(underlying, quoted);

        (uint16 makerFeeBps, ) = orderMatcher.fees();
        uint256 fee = makerFeeBps * WAD_PER_BPS;
        quoted.price =
            size > 0
                ? WadMath.divUp(quoted.price, WadMath.WAD - fee)
                : WadMath.divDown(quoted.price, WadMath.WAD + fee);
        IOrderMatcher.Order memory order = maker.order;
        (order.account, order.instrument) = (account(), taker.instrument);
        (order.size, order.limitPrice) = (int128(-size), uint128(quoted.price));
        (order.maxFee, order.nonce) = (uint64(fee), _nonce++);
        (order.expirySec, order.postOnly) = (uint40(block.timestamp), true);
        maker.signer = address(this);
        _offered = orderMatcher.orderHash(order);
    }

    function _close(IOrderMatcher.Order calldata taker, uint256 filled, Quote memory quoted) private {
        _offered = 0;
        int256 size = taker.size > 0 ? int256(filled) : -int256(filled);
        _finish(taker.account, taker.instrument.underlying(), size, quoted);
    }

    /// @dev What belongs after a trade of either kind.
    function _finish(AccountId trader, uint16 underlying, int256 size, Quote memory quoted) private {
        emit VaultTraded(trader, underlying, size, quoted.price, quoted.inventory - size);
        if (!quoted.adds) return;
        IRiskTypes.Margin memory margin = clearinghouse.marginOf(account());
        if (margin.equity < int256(_cushioned(margin))) {
            revert CushionTooThin(margin.equity, margin.initialMargin, _cushionBps);
        }
    }

    function _remember(uint16 underlying, Quote memory quoted) private {
        _ranges[underlying] = VaultQuotes.Range({
            high: uint104(WadMath.min(quoted.high, MAX_PRICE)),
            low: uint104(quoted.low),
            seenAt: uint40(block.timestamp)
        });
        emit RangeUpdated(underlying, quoted.high, quoted.low);
    }

    // ------------------------------------------------------------------------------------------------ worth

    /// @dev Cash and positions at the index, and at the ends of the range with the spread that every trade pays.
    function _worth() private view returns (Worth memory value) {
        int256 cash = clearinghouse.cashOf(account());
        (value.atIndex, value.toEnter, value.toLeave, value.fresh) = (cash, cash, cash, true);
        PositionWord[] memory legs = clearinghouse.positionsOf(account());
        for (uint256 i = 0; i < legs.length; ++i) {
            _addLeg(value, legs[i]);
        }
    }

    function _addLeg(Worth memory value, PositionWord leg) private view {
        uint16 underlying = leg.instrument().underlying();
        int256 size = leg.size();
        Market memory market = _markets[underlying];
        (IPriceRouter.Price memory price, , bool fresh) = _priceOf(underlying, market);
        if (!fresh) value.fresh = false;
        uint256 index = price.price;
        (uint256 high, uint256 low) = VaultQuotes.current(_ranges[underlying], index, block.timestamp);
        uint256 spread = WadMath.min(
            VaultQuotes.calm(market, high - low + price.confidence, index),
            VaultQuotes.maxSpread(market)
        );
        (int256 better, int256 worse) = (
            int256(VaultQuotes.ask(high, spread)),
            int256(VaultQuotes.bid(low, spread))
        );
        if (size < 0) (better, worse) = (worse, better);
        int256 fundingIndex = clearinghouse.perpState(underlying).fundingIndex;
        int256 cost = leg.cost() - WadMath.mulCeil(size, fundingIndex);
        value.atIndex += WadMath.mulFloor(size, int256(index)) + cost;
        value.toEnter += WadMath.mulFloor(size, better) + cost;
        value.toLeave += WadMath.mulFloor(size, worse) + cost;
    }

    function _toRaw(int256 amount) private view returns (uint256) {
        return amount > 0 ? uint256(amount) / _unit : 0;
    }

    // ------------------------------------------------------------------------------------------------ the pool

    /// @inheritdoc CashPool
    function _entryPool() internal view override returns (uint256, uint256) {
        return _poolOf(_toRaw(_worth().toEnter));
    }

    /// @inheritdoc CashPool
    function _exitPool() internal view override returns (uint256, uint256) {
        return _poolOf(_toRaw(_worth().toLeave));
    }

    /// @dev Shares of a vault that is worth nothing are not sold again.
    function _isOpen() internal view override returns (bool) {
        Worth memory value = _worth();
        return value.fresh && (value.atIndex > 0 || (value.atIndex == 0 && totalSupply() == 0));
    }

    /// @dev Free of what the margin needs, unrealised gains aside, as the clearinghouse wants it too.
    function _payable() internal view override returns (uint256 free) {
        free = super._payable();
        if (!_worth().fresh) return 0;
        IRiskTypes.Margin memory margin = clearinghouse.marginOf(account());
        int256 gains = margin.unrealised > 0 ? margin.unrealised : int256(0);
        int256 spare = margin.equity - gains - int256(_cushioned(margin));
        return spare > 0 ? WadMath.min(free, uint256(spare)) : 0;
    }

    function _cushioned(IRiskTypes.Margin memory margin) private view returns (uint256) {
        return WadMath.mulDivUp(margin.initialMargin, _cushionBps, BPS);
    }

    /// @inheritdoc CashPool
    function _redemptionBounds() internal pure override returns (uint256, uint256, uint256, uint256) {
        return (1 hours, 30 days, 1 hours, 7 days);
    }

    function _setTerms(uint16 takerFeeBps, uint16 cushionBps) private {
        _within("takerFeeBps", takerFeeBps, 0, 100);
        _within("cushionBps", cushionBps, BPS, 5 * BPS);
        (_takerFeeBps, _cushionBps) = (takerFeeBps, cushionBps);
        emit TermsSet(takerFeeBps, cushionBps);
    }
}
