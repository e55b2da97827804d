// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {AccountId} from "../types/AccountId.sol";
import {ICashPool} from "./ICashPool.sol";
import {IOrderMatcher} from "./IOrderMatcher.sol";
import {IPriceRouter} from "./IPriceRouter.sol";

/// @title ILiquidityVault: a cash pool that makes markets in perps around the oracle's price
/// @notice Formulas: `docs/spec.md`, section Q. The vault trades for an account of its own, which is margined, and may be
/// liquidated, like anybody's. Who holds shares owns what the account is worth and bears what it loses.
///
/// Quotes: the ask lies above the highest and the bid below the lowest index of the recent past (the *range*, which closes
/// on the index with a time constant of ten minutes), each by a spread of three parts: a fixed one, one for volatility
/// (the range's width and the source's confidence), and one for skew, paid by trades that add to the vault's own position.
/// So whoever trades around a change of the index gets its worse side.
///
/// Shares are priced at the index, not at marks, which trades move. Who comes pays the vault's own spread on the positions
/// that he buys into, who leaves pays it on those that he leaves, and leaving takes a delay (see ICashPool), so that coming
/// and going around a change of the index does not pay. Both need fresh prices of all positions, and nobody can take out
/// what the vault's margin, times a cushion, needs.
/// @dev Bounds of the delay: 1 hour to 30 days, and of the time after it: 1 hour to 7 days.
interface ILiquidityVault is ICashPool, IERC1271 {
    /// @param enabled Whether the vault may add to its position; if not it only reduces it.
    /// @param baseSpreadBps Half the spread without volatility and skew, 1 to 500. Below the deviation at which the feed
    /// is updated, whoever knows the next price profits.
    /// @param skewSpreadBps What a unit costs more that brings the position to its cap, 0 to 1000; rising from 0 with it.
    /// @param maxSpreadBps With a wider spread there is no quote; `baseSpreadBps` to 1000.
    /// @param volMultiplierBps The part for volatility, as a multiple of (range's width + confidence) / index; 0 to 50,000.
    /// @param maxPriceAgeSec The oldest price that is quoted on, 1 second to 7 days.
    /// @param positionCap The most that the vault may be long or short, units wad.
    struct Market {
        bool enabled;
        uint16 baseSpreadBps;
        uint16 skewSpreadBps;
        uint16 maxSpreadBps;
        uint32 volMultiplierBps;
        uint32 maxPriceAgeSec;
        uint96 positionCap;
    }

    /// @param index Wad USD.
    /// @param high,low The range now, `index` included.
    /// @param spread Fraction of the range's end, wad.
    /// @param price What the trade costs, wad USD per unit.
    /// @param inventory The vault's position before, units wad.
    /// @param adds Whether the trade brings the vault's position further from zero, or to its other side.
    struct Quote {
        uint256 index;
        uint256 high;
        uint256 low;
        uint256 spread;
        uint256 price;
        int256 inventory;
        bool adds;
    }

    event MarketSet(uint16 indexed underlying, Market market);
    event TermsSet(uint16 takerFeeBps, uint16 cushionBps);
    /// @notice The range as it was stored.
    event RangeUpdated(uint16 indexed underlying, uint256 high, uint256 low);
    /// @param size What the account traded, + bought and - sold, units wad.
    /// @param inventory The vault's position afterwards.
    event VaultTraded(
        AccountId indexed account,
        uint16 indexed underlying,
        int256 size,
        uint256 price,
        int256 inventory
    );

    error NotAuthorised(AccountId account, address caller);
    error NotAContract(address target);
    error UnknownMarket(uint16 underlying);
    /// @notice The market takes only trades that bring the vault's position toward zero.
    error MarketClosed(uint16 underlying);
    error DeadlinePassed(uint40 deadlineSec, uint256 nowSec);
    error PriceBeyondLimit(uint256 price, uint256 limitPrice);
    error PriceNotFresh(uint16 underlying, IPriceRouter.Status status, uint256 ageSec, uint256 maxAgeSec);
    error PositionCapExceeded(uint16 underlying, uint256 position, uint256 cap);
    error SpreadTooWide(uint16 underlying, uint256 spread, uint256 max);
    /// @notice Afterwards the vault's equity would not be its initial margin times the cushion.
    error CushionTooThin(int256 equity, uint256 initialMargin, uint256 cushionBps);

    // ------------------------------------------------------------------------------------------------ traders

    /// @notice Trades a perp with the vault at its quote. The caller must be the account's owner or hold the trade scope.
    /// @param size Units, wad; + buys and - sells.
    /// @param limitPrice The worst price, wad USD per unit.
    /// @return price What was paid or got per unit, fee aside.
    function trade(
        AccountId account,
        uint16 underlying,
        int256 size,
        uint256 limitPrice,
        uint40 deadlineSec
    ) external returns (uint256 price);

    /// @notice Fills a signed order from the vault, through the order matcher, where the vault's quote is not worse than
    /// the order's limit. Anyone may call it. The quote, widened by the matcher's maker fee, is the price.
    /// @param maxSize Upper bound of the fill, units wad; what is filled less than quoted is filled at the same price.
    function fillOrder(
        IOrderMatcher.SignedOrder calldata taker,
        uint256 maxSize
    ) external returns (uint256 filled);

    /// @notice Likewise a trigger order whose trigger is reached. The tip goes to `executor`.
    function fillTriggered(
        IOrderMatcher.SignedTriggerOrder calldata taker,
        uint256 maxSize,
        AccountId executor
    ) external returns (uint256 filled);

    /// @notice Takes the present index into the range, so that volatility between trades counts.
    function observe(uint16 underlying) external;

    // ------------------------------------------------------------------------------------------------ governance

    /// @notice Lists a market or changes it; for the bounds see `Market`.
    function setMarket(uint16 underlying, Market calldata market) external;

    /// @notice Lowers a market's cap or closes it at once; never the other way. For the guardian.
    function tighten(uint16 underlying, bool enabled, uint96 positionCap) external;

    /// @param takerFeeBps What traders pay in `trade`, 0 to 100; it goes where the clearinghouse sends a venue's fees.
    /// @param cushionBps Equity that the vault keeps when it adds to a position or pays out, in multiples of its initial
    /// margin; 10,000 to 50,000.
    function setTerms(uint16 takerFeeBps, uint16 cushionBps) external;

    // ------------------------------------------------------------------------------------------------ views

    /// @notice What trading `size` units now would cost; reverts as the trade would where the vault does not trade.
    function quote(uint16 underlying, int256 size) external view returns (Quote memory);

    /// @notice What the vault is worth to nobody in particular, to who comes and to who leaves, raw units of the token.
    function worth() external view returns (uint256 atIndex, uint256 toEnter, uint256 toLeave);

    function marketOf(uint16 underlying) external view returns (Market memory);

    function terms() external view returns (uint16 takerFeeBps, uint16 cushionBps);

    function orderMatcher() external view returns (IOrderMatcher);
}
