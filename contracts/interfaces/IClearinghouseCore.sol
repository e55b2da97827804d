// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Portfolio} from "../types/Portfolio.sol";
import {IClearinghouseTypes} from "./IClearinghouseTypes.sol";
import {IRiskEngine} from "./IRiskEngine.sol";
import {IRiskTypes} from "./IRiskTypes.sol";
import {RateModel} from "../types/RateModel.sol";

/// @title IClearinghouseCore: what the clearinghouse's own code does
interface IClearinghouseCore is IClearinghouseTypes {
    // ------------------------------------------------------------------------------------------------ traders

    /// @notice Takes `amountRaw` of an asset from the caller and credits the account with what arrived.
    /// @dev For tokens of more than 18 decimals the amount is cut to a whole wad first. The caller must be the owner or
    /// hold scope 4: dust from strangers could fill an account's slots. Cash that the account owes may be paid in whatever
    /// is closed or capped.
    function deposit(AccountId account, uint8 assetId, uint256 amountRaw) external;

    /// @notice Pays `amountRaw` of an asset out of the account. Cash may go below zero: then the account borrows.
    /// @dev Needs `equity - max(0, unrealised) >= initial margin` afterwards, unless the account has neither positions
    /// nor debt. Refused while the clearinghouse holds less of the token than it recorded: nobody leaves ahead of a loss.
    function withdraw(AccountId account, uint8 assetId, uint256 amountRaw, address to) external;

    /// @notice Moves `amount` (wad) of an asset to another account of the same owner, or to one that the caller also
    /// may act for. Same check as a withdrawal.
    function transfer(AccountId from, AccountId to, uint8 assetId, uint256 amount) external;

    // ------------------------------------------------------------------------------------------------ modules

    /// @notice Executes a trade for a venue. Both accounts end above initial margin, or their risk fell.
    function trade(Trade calldata params) external;

    /// @notice As `trade`, and one side pays a tip out of its cash. It is in force when the margin is checked, as fees are.
    function tradeWithTip(Trade calldata params, Tip calldata tip) external;

    // ------------------------------------------------------------------------------------------------ views

    function portfolioOf(AccountId account) external view returns (Portfolio memory);

    /// @notice Equity and margin now, at prices adverse to the account while they are guarded.
    function marginOf(AccountId account) external view returns (IRiskTypes.Margin memory);

    /// @notice Cash, present value, wad USD.
    function cashOf(AccountId account) external view returns (int256);

    function positionOf(
        AccountId account,
        InstrumentId instrument
    ) external view returns (int256 size, int256 cost);

    function accountInfo(
        AccountId account
    ) external view returns (uint8 profileId, uint8 positionCount, uint40 flaggedAt, uint64 collateralMask);

    /// @notice True for the owner, and for an operator whose approval has all the given scopes and has not expired.
    function isAuthorised(AccountId account, address caller, uint8 scopes) external view returns (bool);

    function riskEngine() external view returns (IRiskEngine);

    /// @notice Where calls go that the core does not know: governance and the rarely used reads.
    function extension() external view returns (address);

    /// @notice Where calls of IClearinghouseLiquidation go.
    function liquidation() external view returns (address);

    /// @notice Where calls of IClearinghouseDeleveraging go.
    function deleveraging() external view returns (address);

    /// @notice The interest rate model, fixed at deployment.
    function rateModel() external view returns (RateModel memory);
}
