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

    /// @notice One account with everything that explains its margin.
    function marginOf(AccountId account) external view returns (IRiskTypes.Report memory);

    /// @notice Assesses many accounts; one that fails does not stop the rest.
    function assessMany(AccountId[] calldata accounts) external view returns (Assessment[] memory);

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
