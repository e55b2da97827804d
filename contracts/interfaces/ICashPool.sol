// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {AccountId} from "../types/AccountId.sol";

/// @title ICashPool: an ERC-4626 pool of the cash token whose money is an account in the clearinghouse
/// @notice Its money is counted, earns interest and conserves like everybody's.
///
/// Leaving takes two steps, so that nobody runs from a loss that he sees coming: `requestRedeem` puts shares in escrow,
/// and from `readyAtSec` until before `lapsesAtSec` they may be redeemed, at the price of then. Shares in escrow bear losses
/// and gains like all others. `maxRedeem` and `maxWithdraw` count only what may leave now.
/// @dev Amounts of assets are raw units of the token, shares have six decimals more. All reads that involve the price
/// revert while the clearinghouse is in the middle of a call, as its own do.
interface ICashPool is IERC4626 {
    /// @param shares In escrow.
    /// @param readyAtSec First second at which they may be redeemed.
    /// @param lapsesAtSec First second at which they no longer may.
    struct Request {
        uint256 shares;
        uint40 readyAtSec;
        uint40 lapsesAtSec;
    }

    /// @notice Money that was there before anybody held a share became shares that nobody can redeem.
    event SharesLocked(uint256 shares);
    /// @notice The owner's request as it is now; without shares it is gone.
    event RequestUpdated(address indexed owner, uint256 shares, uint40 readyAtSec, uint40 lapsesAtSec);
    event RedemptionSet(uint256 delaySec, uint256 windowSec);

    error AmountZero();
    error InvalidConfig(string field, uint256 value, uint256 min, uint256 max);
    /// @notice A cash token this fine cannot be held to the unit by a clearinghouse that counts in wad.
    error TooManyDecimals(address token, uint256 decimals, uint256 max);
    /// @notice The assets are worth less than one share.
    error DepositTooSmall(uint256 assets, uint256 min);
    /// @notice The owner has no shares in escrow.
    error NothingRequested(address owner);
    error RequestNotReady(address owner, uint40 readyAtSec, uint256 nowSec);
    error RequestLapsed(address owner, uint40 lapsesAtSec, uint256 nowSec);

    // ------------------------------------------------------------------------------------------------ shares

    /// @notice Puts `shares` of the caller in escrow, beside those that are there already, and starts the delay.
    /// @dev The delay starts anew for all of them: one request per owner. With zero it renews a request, lapsed or not.
    function requestRedeem(uint256 shares) external;

    /// @notice Gives the caller all his shares in escrow back.
    function cancelRequest() external;

    // ------------------------------------------------------------------------------------------------ governance

    /// @notice Sets the delay and the time after it of requests made or renewed from now on, within the pool's bounds.
    function setRedemption(uint256 delaySec, uint256 windowSec) external;

    // ------------------------------------------------------------------------------------------------ views

    function requestOf(address owner) external view returns (Request memory);

    function redemption() external view returns (uint256 delaySec, uint256 windowSec);

    /// @notice The pool's account in the clearinghouse.
    function account() external view returns (AccountId);

    /// @notice Holds shares for good: nobody can redeem them.
    // solhint-disable-next-line func-name-mixedcase
    function LOCKED() external view returns (address);
}
