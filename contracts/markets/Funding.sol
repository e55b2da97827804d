// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {FundingState} from "../types/FundingState.sol";
import {WadMath} from "../libraries/WadMath.sol";

/// @title Funding: a perp's traded premium and what it makes longs pay shorts (SPEC-F1 to F4)
/// @notice The premium decays exponentially and funding is its integral over eight hours, in closed form. So no
/// transaction is needed for it to accrue, and poking it at any time changes nothing.
library Funding {
    /// @dev The premium's time constant.
    uint256 internal constant DECAY_SEC = 1 hours;
    /// @dev A premium held constant is paid once per interval.
    uint256 internal constant INTERVAL_SEC = 8 hours;
    /// @dev A premium counts for at most 0.5% of the index.
    uint256 internal constant PREMIUM_BOUND = 0.005e18;
    int256 internal constant INTERVALS_PER_DECAY = int256(INTERVAL_SEC / DECAY_SEC);

    /// @notice Funding index and premium at time `nowSec`, at or after the state's own.
    function current(
        FundingState state,
        uint256 nowSec
    ) internal pure returns (int256 fundingIndex, int256 premium) {
        fundingIndex = state.fundingIndex();
        premium = state.premium();
        uint256 elapsed = nowSec - state.updatedAt();
        if (premium == 0 || elapsed == 0) return (fundingIndex, premium);
        int256 decay = FixedPointMathLib.expWad(-int256((elapsed * 1e18) / DECAY_SEC));
        unchecked {
            // premium < 2^87 and decay <= 1e18; toward zero on both sides, so that a premium dies out
            int256 decayed = (premium * decay) / WadMath.SWAD;
            // the integral of premium(t) / INTERVAL is (premium(then) - premium(now)) * DECAY / INTERVAL
            fundingIndex += (premium - decayed) / INTERVALS_PER_DECAY;
            premium = decayed;
        }
    }

    /// @notice The premium after a trade: moved toward the trade's own by its share of `depth` (SPEC-F4).
    /// @param premium The decayed premium before, wad USD per unit.
    /// @param index Index price, wad USD.
    /// @param price Trade price, wad USD.
    /// @param notional Traded notional, wad USD.
    /// @param depth Notional at which the premium moves half way, wad USD.
    function afterTrade(
        int256 premium,
        uint256 index,
        uint256 price,
        uint256 notional,
        uint256 depth
    ) internal pure returns (int256) {
        int256 bound = int256(WadMath.mulDown(index, PREMIUM_BOUND));
        int256 traded = clamp(int256(price) - int256(index), bound);
        int256 weight = int256(WadMath.divDown(notional, notional + depth));
        return clamp(premium + WadMath.mulFloor(traded - premium, weight), bound);
    }

    function clamp(int256 value, int256 bound) internal pure returns (int256) {
        if (value > bound) return bound;
        if (value < -bound) return -bound;
        return value;
    }
}
