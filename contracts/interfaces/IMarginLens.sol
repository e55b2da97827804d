// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccountId} from "../types/AccountId.sol";
import {Portfolio} from "../types/Portfolio.sol";
import {IRiskTypes} from "./IRiskTypes.sol";
import {IPriceRouter} from "./IPriceRouter.sol";
import {IClearinghouseTypes} from "./IClearinghouseTypes.sol";

/// @title IMarginLens: batched reads for the keeper, the SDK and pages
interface IMarginLens {
    /// @param ok False when the account could not be assessed; `reason` then holds the revert data.
    struct Assessment {
        AccountId account;
        bool ok;
        IRiskTypes.Margin margin;
        IRiskTypes.State state;
        uint40 flaggedAt;
        bytes reason;
    }

    /// @param account Whose portfolio.
    /// @param underlying Whose index moves; 0 for all of the portfolio's.
    /// @param shock The move as a fraction of the index, wad, -0.99 to 40.
    struct HealthQuery {
        AccountId account;
        uint16 underlying;
        int256 shock;
    }

    /// @param ok False when the query could not be answered; `reason` then holds the revert data.
    struct Health {
        bool ok;
        IRiskTypes.Margin margin;
        IRiskTypes.State state;
        bytes reason;
    }

    /// @notice One account with everything that explains its margin.
    function marginOf(AccountId account) external view returns (IRiskTypes.Report memory);

    /// @notice Assesses many accounts; one that fails does not stop the rest.
    function assessMany(AccountId[] calldata accounts) external view returns (Assessment[] memory);

    /// @notice Equity and margin of an account if an index moved now: verifies a liquidation price on chain. Forwards move
    /// with the index, volatilities are those of the new forward, premiums of perps stay as they are in USD. At prices
    /// adverse to the account while they are guarded. An underlying that the account does not hold moves nothing.
    /// @param underlying Whose index moves; 0 for all of the account's.
    /// @param shock The move as a fraction of the index, wad, -0.99 to 40; the new index rounds down.
    /// @dev Reverts with `IRiskTypes.ShockOutOfBounds`, with `IRiskTypes.PriceOutOfBounds` where the new index is 0 or too
    /// high, and with what the price router says.
    function healthAt(
        AccountId account,
        uint16 underlying,
        int256 shock
    ) external view returns (IRiskTypes.Margin memory margin, IRiskTypes.State state);

    /// @notice As `healthAt` for many queries, in their order; one that fails does not stop the rest. Neighbours of the same
    /// account share the reading of its portfolio.
    function healthAtMany(HealthQuery[] calldata queries) external view returns (Health[] memory);

    function portfoliosOf(AccountId[] calldata accounts) external view returns (Portfolio[] memory);

    /// @notice The most cash that `withdraw` would pay out now, wad USD, not counting the pool's liquidity.
    function withdrawableCash(AccountId account) external view returns (uint256);

    /// @notice Every listed underlying with its price (or why there is none) and its perp market.
    struct MarketView {
        uint16 underlying;
        bool priced;
        IPriceRouter.Price price;
        bytes reason;
        uint256 perpMark;
        IClearinghouseTypes.PerpConfig config;
        IClearinghouseTypes.PerpState state;
    }

    function markets() external view returns (MarketView[] memory);

    function assets() external view returns (IClearinghouseTypes.AssetInfo[] memory);
}
