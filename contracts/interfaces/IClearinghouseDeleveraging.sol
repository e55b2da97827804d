// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccountId} from "../types/AccountId.sol";
import {IClearinghouseTypes} from "./IClearinghouseTypes.sol";

/// @title IClearinghouseDeleveraging: losses that an account cannot pay, called at the clearinghouse's own address
interface IClearinghouseDeleveraging is IClearinghouseTypes {
    /// @notice Closes every position of an account whose equity is negative at its bankruptcy price, against all who hold the
    /// other sides, pro rata. For the liquidator module; see `ILiquidator.deleverage`.
    function executeDeleverage(AccountId account) external returns (Deleverage memory);

    /// @notice Pays the debt of an account that has nothing else left out of the insurance account, as far as it goes.
    /// For the liquidator module.
    function coverBadDebt(AccountId account) external returns (uint256 covered, uint256 remaining);

    /// @notice Whether the pool covers its claims, from running totals, in one call.
    function solvency() external view returns (Solvency memory);
}
