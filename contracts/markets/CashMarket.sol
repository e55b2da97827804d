// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {RateModel} from "../types/RateModel.sol";
import {WadMath} from "../libraries/WadMath.sol";

/// @title CashMarket: interest on cash (SPEC-C1 to C3)
/// @notice Positive cash is lent to those whose cash is negative, at a rate kinked in utilisation. Balances are
/// principals times an index, so that accruing costs the same for any number of accounts.
library CashMarket {
    using WadMath for uint256;

    uint256 internal constant YEAR = 365 days;
    /// @dev Rates are stored with this resolution so that both fit beside both indexes in one slot.
    uint256 internal constant RATE_UNIT = 1e10;
    uint256 internal constant MAX_INDEX = type(uint80).max;

    /// @notice Indexes and rates in one slot: 80 + 80 + 32 + 32 + 32 bits. Rates per year in units of 1e-8.
    struct Index {
        uint80 supplyIndex;
        uint80 borrowIndex;
        uint32 supplyRate;
        uint32 borrowRate;
        uint32 updatedAt;
    }

    /// @notice Sums of principals in one slot: 128 + 128 bits.
    struct Totals {
        uint128 supplyPrincipal;
        uint128 borrowPrincipal;
    }

    /// @notice Indexes at `nowSec`; supply rounds down, borrow up.
    function accrued(Index memory index, uint256 nowSec) internal pure returns (Index memory) {
        uint256 elapsed = nowSec - index.updatedAt;
        if (elapsed == 0) return index;
        uint256 period = YEAR * (WadMath.WAD / RATE_UNIT);
        if (index.borrowRate != 0) {
            uint256 grown =
                uint256(index.borrowIndex) + WadMath.mulDivUp(index.borrowIndex, index.borrowRate * elapsed, period);
            // saturates after a growth of a million-fold rather than freeze every account
            index.borrowIndex = uint80(grown.min(MAX_INDEX));
        }
        if (index.supplyRate != 0) {
            uint256 grown =
                uint256(index.supplyIndex) + WadMath.mulDivDown(index.supplyIndex, index.supplyRate * elapsed, period);
            index.supplyIndex = uint80(grown.min(MAX_INDEX));
        }
        index.updatedAt = uint32(nowSec);
        return index;
    }

    /// @notice Present value of a principal, rounded against its owner.
    function toCash(Index memory index, int256 principal) internal pure returns (int256) {
        return principal >= 0
            ? int256(uint256(principal).mulDown(index.supplyIndex))
            : -int256(uint256(-principal).mulUp(index.borrowIndex));
    }

    /// @notice The principal that stores a present value, rounded against its owner.
    function toPrincipal(Index memory index, int256 cash) internal pure returns (int256) {
        return cash >= 0
            ? int256(uint256(cash).divDown(index.supplyIndex))
            : -int256(uint256(-cash).divUp(index.borrowIndex));
    }

    /// @notice Moves the totals from an account's old principal to its new one.
    function replace(Totals memory totals, int256 oldPrincipal, int256 newPrincipal) internal pure {
        // the totals are sums of exactly these terms, so that taking one out cannot underflow
        if (oldPrincipal >= 0) totals.supplyPrincipal -= uint128(uint256(oldPrincipal));
        else totals.borrowPrincipal -= uint128(uint256(-oldPrincipal));
        if (newPrincipal >= 0) totals.supplyPrincipal += uint128(uint256(newPrincipal));
        else totals.borrowPrincipal += uint128(uint256(-newPrincipal));
    }

    /// @notice Present values of all positive and all negative cash; supply rounds up, borrow down: for solvency.
    function totalCash(Index memory index, Totals memory totals)
        internal
        pure
        returns (uint256 supplied, uint256 borrowed)
    {
        supplied = uint256(totals.supplyPrincipal).mulUp(index.supplyIndex);
        borrowed = uint256(totals.borrowPrincipal).mulDown(index.borrowIndex);
    }

    /// @notice Sets the rates that hold from now on.
    function setRates(Index memory index, Totals memory totals, RateModel memory model) internal pure {
        if (totals.borrowPrincipal == 0) {
            // nobody pays, so nothing moves until somebody borrows: no slot is written meanwhile
            index.supplyRate = 0;
            index.borrowRate = 0;
            return;
        }
        (uint256 supplied, uint256 borrowed) = totalCash(index, totals);
        uint256 utilisation = supplied <= borrowed ? WadMath.WAD : borrowed.divDown(supplied);
        uint256 rate = model.base;
        if (utilisation <= model.kink) {
            rate += utilisation.mulDivDown(model.slopeLow, model.kink);
        } else {
            rate += model.slopeLow + (utilisation - model.kink).mulDivDown(model.slopeHigh, WadMath.WAD - model.kink);
        }
        index.borrowRate = uint32(rate / RATE_UNIT);
        // from the stored borrow rate, so that lenders never earn more than borrowers pay
        index.supplyRate =
            uint32((index.borrowRate * utilisation.mulDown(WadMath.WAD - model.reserve)) / WadMath.WAD);
    }
}
