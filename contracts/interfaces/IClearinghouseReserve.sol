// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccountId} from "../types/AccountId.sol";
import {IClearinghouseTypes} from "./IClearinghouseTypes.sol";

/// @title IClearinghouseReserve: storage for positions paid ahead, called at the clearinghouse's own address
/// @notice A position opened in a slot that was never used costs 17,100 gas more than one in a slot that was. Slots stay in
/// use when their position is closed, but for those of an account that was liquidated as a whole. Whoever expects to take
/// over many positions at once, when gas is dear, reserves slots for them when it is cheap.
interface IClearinghouseReserve is IClearinghouseTypes {
    /// @notice Makes sure that the account's first `count` positions have slots in use, at 22,100 gas for each that has
    /// none. Changes nothing else. Anyone may, since whoever calls pays.
    /// @param count At most 64, else `TooManyPositions`.
    function reservePositions(AccountId account, uint256 count) external;

    /// @notice How many positions the account can have before one needs a slot that was never used, 0 to 64.
    function reservedPositions(AccountId account) external view returns (uint256);
}
