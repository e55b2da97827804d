// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccountId} from "../types/AccountId.sol";
import {IClearinghouseTypes} from "./IClearinghouseTypes.sol";
import {ILiquidator} from "./ILiquidator.sol";

/// @title IClearinghouseLiquidation: liquidations in one pass, called at the clearinghouse's own address
/// @notice The liquidator module is the public entry: it holds the two parameters, and its events tell what happened.
/// Errors are those of ILiquidator.
interface IClearinghouseLiquidation is IClearinghouseTypes {
    /// @notice What a liquidation did to the account's flag.
    enum FlagChange {
        None,
        Set,
        Cleared
    }

    /// @notice Takes the selection over at mark, with penalty and incentive, and sets or clears the flag. For the liquidator
    /// module; the taker must end above its initial margin, or its risk fell.
    /// @dev All of `params` is enforced but its deadline.
    /// @param caller Who must be allowed to act for `params.liquidator`.
    /// @param dustMargin,minReward As in `ILiquidator.parameters`.
    /// @return terms What `quoteLiquidation` would have said.
    /// @return flagChange What happened to the flag.
    /// @return badDebt Whether a debt is left and nothing else: see `coverBadDebt`.
    function executeLiquidation(
        ILiquidator.Call calldata params,
        address caller,
        uint256 dustMargin,
        uint256 minReward
    ) external returns (ILiquidator.Quote memory terms, FlagChange flagChange, bool badDebt);

    /// @notice Exactly what `executeLiquidation` would do to the account now; reverts as it would.
    function quoteLiquidation(
        AccountId account,
        ILiquidator.Selection calldata selection,
        uint256 dustMargin,
        uint256 minReward
    ) external view returns (ILiquidator.Quote memory terms);
}
