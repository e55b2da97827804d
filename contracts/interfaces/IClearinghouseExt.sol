// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {PositionWord} from "../types/PositionWord.sol";
import {IClearinghouseTypes} from "./IClearinghouseTypes.sol";
import {IRiskEngine} from "./IRiskEngine.sol";

/// @title IClearinghouseExt: governance and the rarely used reads, called at the clearinghouse's own address
interface IClearinghouseExt is IClearinghouseTypes {
    // ------------------------------------------------------------------------------------------------ traders

    /// @notice Switches the account's risk profile; needs the new profile's initial margin.
    function setProfile(AccountId account, uint8 profileId) external;

    /// @notice Lets `operator` act for an account of the caller. Scopes: see `Approval`.
    function setOperator(AccountId account, address operator, uint8 scopes, uint40 expirySec) external;

    // ------------------------------------------------------------------------------------------------ anyone

    /// @notice Brings the cash indexes up to now.
    function accrueInterest() external;

    /// @notice Brings a perp's funding index up to now. Changes nobody's equity: funding is a closed form of time.
    function accrueFunding(uint16 underlying) external;

    /// @notice Turns positions whose expiry has settled into cash. Every action does the same for the accounts it touches.
    function settleExpired(AccountId[] calldata accounts) external;

    /// @notice Pays the fees collected from a module's trades to the insurance account and the module's fee account.
    function sweepFees(address module) external;

    // ------------------------------------------------------------------------------------------------ the core

    /// @notice As `settleExpired` for one account, in the midst of the core's actions and at no other time.
    function settleWithin(AccountId account) external;

    // ------------------------------------------------------------------------------------------------ modules

    /// @notice Sets or clears the liquidation flag. For the liquidator module.
    function setFlag(AccountId account, uint40 flaggedAt) external;

    // ------------------------------------------------------------------------------------------------ views

    function approvalOf(AccountId account, address operator) external view returns (Approval memory);

    function cashPrincipalOf(AccountId account) external view returns (int256);

    function collateralOf(AccountId account, uint8 assetId) external view returns (uint256);

    function positionsOf(AccountId account) external view returns (PositionWord[] memory);

    function insuranceAccount() external view returns (AccountId);

    function paused() external view returns (bool);

    function assetCount() external view returns (uint8);

    function assetInfo(uint8 assetId) external view returns (AssetInfo memory);

    function perpConfig(uint16 underlying) external view returns (PerpConfig memory);

    function datedConfig(uint16 underlying) external view returns (DatedConfig memory);

    /// @notice What an instrument's positions add up to.
    /// @return units Held by longs, as many as by shorts.
    /// @return costSum Sum of the stored cost bases, 0 for options.
    function openInterestOf(InstrumentId instrument) external view returns (uint256 units, int256 costSum);

    function perpState(uint16 underlying) external view returns (PerpState memory);

    function cashState() external view returns (CashState memory);

    function moduleInfo(
        address module
    )
        external
        view
        returns (
            uint8 roles,
            uint16 insuranceShareBps,
            uint256 insuranceFees,
            uint256 venueFees,
            AccountId feeAccount
        );

    // ------------------------------------------------------------------------------------------------ governance

    /// @notice Lists an asset under the next number, or changes whether it is enabled and its cap. Token, decimals and
    /// underlying of a listed asset never change. Asset 0 is cash.
    function setAsset(uint8 assetId, address token, uint16 underlying, bool enabled, uint256 cap) external;

    function setPerp(uint16 underlying, PerpConfig calldata config) external;

    function setDated(uint16 underlying, DatedConfig calldata config) external;

    /// @param roles 1 venue, 2 liquidator. Bits combine; 0 removes.
    function setModule(address module, uint8 roles, uint16 insuranceShareBps, AccountId feeAccount) external;

    function setRiskEngine(IRiskEngine newEngine) external;

    function setInsuranceAccount(AccountId account) external;

    /// @notice Stops everything that adds risk. Closing, repaying, withdrawing free collateral and liquidating go on.
    function pause() external;

    function unpause() external;

    /// @notice Lowers a perp's open-interest cap or closes it for new risk at once; never the other way.
    function tightenPerp(uint16 underlying, bool enabled, uint256 openInterestCap) external;

    /// @notice Likewise for an underlying's futures and options.
    function tightenDated(uint16 underlying, bool enabled, uint256 openInterestCap) external;

    /// @notice Lowers an asset's deposit cap or closes it for deposits at once; never the other way. Cash that an account owes
    /// may be paid back all the same, and what is in comes out.
    function tightenAsset(uint8 assetId, bool enabled, uint256 cap) external;
}
