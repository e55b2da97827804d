// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {ILiquidityVault} from "../interfaces/ILiquidityVault.sol";
import {WadMath} from "../libraries/WadMath.sol";

/// @title VaultQuotes: at what price the liquidity vault trades (SPEC-Q1 to Q5)
/// @notice Rounds for the vault: spreads and asks up, bids down.
library VaultQuotes {
    /// @dev 13 + 13 + 5 = 31 bytes. Prices in wad USD.
    struct Range {
        uint104 high;
        uint104 low;
        uint40 seenAt;
    }

    /// @dev The time constant with which the range closes on the index.
    uint256 internal constant MEMORY_SEC = 10 minutes;
    uint256 private constant WAD_PER_BPS = 1e14;

    /// @notice The range now: the ends seen, as far as they have not closed on the index.
    /// @dev Exponential, so that it does not matter who observes when.
    function current(
        Range memory range,
        uint256 index,
        uint256 nowSec
    ) internal pure returns (uint256 high, uint256 low) {
        int256 elapsed = int256(((nowSec - range.seenAt) * WadMath.WAD) / MEMORY_SEC);
        uint256 kept = uint256(FixedPointMathLib.expWad(-elapsed));
        high = index;
        low = index;
        if (range.high > index) high += WadMath.mulUp(range.high - index, kept);
        if (range.low < index) low -= WadMath.mulUp(index - range.low, kept);
    }

    /// @notice The parts of the spread that every trade pays: fixed and volatility, wad.
    /// @param width The range's width plus the source's confidence, wad USD.
    function calm(
        ILiquidityVault.Market memory market,
        uint256 width,
        uint256 index
    ) internal pure returns (uint256) {
        uint256 volatility = WadMath.mulUp(
            market.volMultiplierBps * WAD_PER_BPS,
            WadMath.divUp(width, index)
        );
        return market.baseSpreadBps * WAD_PER_BPS + volatility;
    }

    /// @notice The part for skew, wad: `skewSpread * position / cap`, averaged over the units by which a trade takes the
    /// vault's position from `from` further away to `to`; no matter in how many trades, the same sum is paid.
    /// @param from,to Distances from zero; where the trade crosses zero `from` is 0.
    /// @param units The whole trade.
    function skew(
        ILiquidityVault.Market memory market,
        uint256 from,
        uint256 to,
        uint256 units
    ) internal pure returns (uint256) {
        // all below 2**97
        return
            WadMath.mulDivUp(
                market.skewSpreadBps * WAD_PER_BPS,
                to * to - from * from,
                2 * uint256(market.positionCap) * units
            );
    }

    function ask(uint256 high, uint256 spread) internal pure returns (uint256) {
        return high + WadMath.mulUp(high, spread);
    }

    function bid(uint256 low, uint256 spread) internal pure returns (uint256) {
        return low - WadMath.mulUp(low, spread);
    }

    function maxSpread(ILiquidityVault.Market memory market) internal pure returns (uint256) {
        return market.maxSpreadBps * WAD_PER_BPS;
    }
}
