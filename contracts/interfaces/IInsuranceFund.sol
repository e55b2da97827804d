// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ICashPool} from "./ICashPool.sol";

/// @title IInsuranceFund: pays what a liquidated account cannot, with the money of those who stake in it
/// @notice A cash pool. The liquidator module draws on its account through the clearinghouse. Its share of the trading fees
/// and interest raise the price of a share, what it pays lowers it.
///
/// Nobody can stop a redemption that is due: not governance, not a pause of the clearinghouse, not its prices. Only cash
/// that is lent out has to come back first, and tokens that the clearinghouse has lost.
/// @dev Bounds of the delay: 1 to 60 days, and of the time after it: 1 to 30 days.
interface IInsuranceFund is ICashPool {
    /// @notice A gift.
    event Funded(address indexed from, uint256 amountRaw);

    /// @notice Adds `amountRaw` of the cash token from the caller as a gift to all who hold shares; it mints none.
    /// @dev Before anybody staked it is nobody's and stays so: the first deposit turns it into shares of `LOCKED`. Where
    /// few have staked it is theirs: to add money that nobody can take, deposit with `LOCKED` as the receiver.
    function fund(uint256 amountRaw) external;

    /// @notice Cash of the fund, wad USD. `totalAssets` is this in raw units of the token, rounded down, at least zero.
    function balance() external view returns (int256);
}
