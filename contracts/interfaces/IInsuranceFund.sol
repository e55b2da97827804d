// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccountId} from "../types/AccountId.sol";

/// @title IInsuranceFund: pays what a liquidated account cannot
/// @notice The fund's money is the cash of its own account in the clearinghouse, so that it is counted, earns interest
/// and conserves like everybody's. The liquidator module draws on it through the clearinghouse.
interface IInsuranceFund {
    event Funded(address indexed from, uint256 amountRaw);
    event Released(address indexed to, uint256 amountRaw);

    error AmountZero();

    /// @notice Adds `amountRaw` of the cash token from the caller.
    function fund(uint256 amountRaw) external;

    /// @notice Governance takes money out, subject to the clearinghouse's own checks.
    function release(uint256 amountRaw, address to) external;

    function account() external view returns (AccountId);

    /// @notice Cash of the fund, wad USD.
    function balance() external view returns (int256);
}
