// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {AccountId} from "../types/AccountId.sol";

/// @title IInsuranceFund: pays what a liquidated account cannot, with the money of those who stake in it
/// @notice An ERC-4626 pool of the cash token. Its money is the cash of its own account in the clearinghouse, so that it
/// is counted, earns interest and conserves like everybody's; the liquidator module draws on it through the
/// clearinghouse. Its share of the trading fees and interest raise the price of a share, what it pays lowers it.
///
/// Leaving takes two steps, so that nobody runs from a loss that he sees coming: `requestRedeem` puts shares in escrow,
/// and from `readyAtSec` until before `lapsesAtSec` they may be redeemed, at the price of then. Shares in escrow bear losses
/// and gains like all others. `maxRedeem` and `maxWithdraw` count only what may leave now.
///
/// Nobody can stop a redemption that is due: not governance, not a pause of the clearinghouse, not its prices. Only cash
/// that is lent out has to come back first, and tokens that the clearinghouse has lost.
/// @dev Amounts of assets are raw units of the token, shares have six decimals more. All reads that involve the price
/// revert while the clearinghouse is in the middle of a call, as its own do.
interface IInsuranceFund is IERC4626 {
    /// @param shares In escrow.
    /// @param readyAtSec First second at which they may be redeemed.
    /// @param lapsesAtSec First second at which they no longer may.
    struct Request {
        uint256 shares;
        uint40 readyAtSec;
        uint40 lapsesAtSec;
    }

    /// @notice A gift.
    event Funded(address indexed from, uint256 amountRaw);
    /// @notice Money that was there before anybody staked became shares that nobody can redeem.
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

    // ------------------------------------------------------------------------------------------------ staking

    /// @notice Puts `shares` of the caller in escrow, beside those that are there already, and starts the delay.
    /// @dev The delay starts anew for all of them: one request per owner. With zero it renews a request, lapsed or not.
    function requestRedeem(uint256 shares) external;

    /// @notice Gives the caller all his shares in escrow back.
    function cancelRequest() external;

    /// @notice Adds `amountRaw` of the cash token from the caller as a gift to all who hold shares; it mints none.
    /// @dev Before anybody staked it is nobody's and stays so: the first deposit turns it into shares of `LOCKED`. Where
    /// few have staked it is theirs: to add money that nobody can take, deposit with `LOCKED` as the receiver.
    function fund(uint256 amountRaw) external;

    // ------------------------------------------------------------------------------------------------ governance

    /// @notice Sets the delay (1 to 60 days) and the time after it (1 to 30 days) of requests made or renewed from now on.
    function setRedemption(uint256 delaySec, uint256 windowSec) external;

    // ------------------------------------------------------------------------------------------------ views

    function requestOf(address owner) external view returns (Request memory);

    function redemption() external view returns (uint256 delaySec, uint256 windowSec);

    /// @notice The fund's account in the clearinghouse.
    function account() external view returns (AccountId);

    /// @notice Cash of the fund, wad USD. `totalAssets` is this in raw units of the token, rounded down, at least zero.
    function balance() external view returns (int256);

    /// @notice Holds shares for good: nobody can redeem them.
    // solhint-disable-next-line func-name-mixedcase
    function LOCKED() external view returns (address);
}
