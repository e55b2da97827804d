// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {WadMath} from "./WadMath.sol";

/// @title PositionMath: what a trade does to a position with a cost basis (SPEC-F6, F7)
library PositionMath {
    /// @notice Cost that buying `delta` units (negative: selling) adds, funding folded in.
    /// @param delta Units, wad, not zero.
    /// @param price Wad USD per unit.
    /// @param fundingIndex What one unit long has paid until now, wad USD; 0 for instruments without funding.
    function costOf(int256 delta, uint256 price, int256 fundingIndex) internal pure returns (int256) {
        int256 notional = int256(WadMath.mulDown(WadMath.abs(delta), price));
        return (delta > 0 ? -notional : notional) + WadMath.mulFloor(delta, fundingIndex);
    }

    /// @notice The position after a trade and the cash the trade realises. `realised` plus the change of the cost always
    /// equals the trade's own cost, so that nothing is created or lost by the way it is split.
    /// @param size,cost The position before; size 0 with cost 0 is none.
    function traded(
        int256 size,
        int256 cost,
        int256 delta,
        uint256 price,
        int256 fundingIndex
    ) internal pure returns (int256 newSize, int256 newCost, int256 realised) {
        int256 tradeCost = costOf(delta, price, fundingIndex);
        newSize = size + delta;
        if (size == 0 || (size > 0) == (delta > 0)) return (newSize, cost + tradeCost, 0);

        if (newSize == 0) return (0, 0, cost + tradeCost);
        if ((newSize > 0) == (size > 0)) {
            int256 share = WadMath.mulDivFloor(cost, int256(WadMath.abs(delta)), int256(WadMath.abs(size)));
            return (newSize, cost - share, share + tradeCost);
        }
        int256 closing = costOf(-size, price, fundingIndex);
        return (newSize, tradeCost - closing, cost + closing);
    }
}
