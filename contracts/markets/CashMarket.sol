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
    /// @dev Losses scale the supply index down to this and no further, so that principals keep fitting their bits.
    uint256 internal constant MIN_INDEX = 1e9;

    /// @notice Indexes and rates in one slot, least significant first: 80 + 80 + 32 + 32 + 32 bits, as in `Index`.
    type IndexWord is uint256;

    /// @notice Sums of principals in one slot, least significant first: 128 + 128 bits, as in `Totals`.
    type TotalsWord is uint256;

    /// @param supplyRate,borrowRate Per year, in units of 1e-8.
    struct Index {
        uint256 supplyIndex;
        uint256 borrowIndex;
        uint256 supplyRate;
        uint256 borrowRate;
        uint256 updatedAt;
    }

    struct Totals {
        uint256 supplyPrincipal;
        uint256 borrowPrincipal;
    }

    /// @notice Fills in the indexes as they are at `nowSec`: in place, since a structure returned is a structure allocated
    /// at each function on its way.
    function load(Index memory index, IndexWord word, uint256 nowSec) internal pure {
        uint256 updatedAt = IndexWord.unwrap(word) >> 224;
        assembly ("memory-safe") {
            mstore(index, and(word, 0xffffffffffffffffffff))
            mstore(add(index, 0x20), and(shr(80, word), 0xffffffffffffffffffff))
            mstore(add(index, 0x40), and(shr(160, word), 0xffffffff))
            mstore(add(index, 0x60), and(shr(192, word), 0xffffffff))
            mstore(add(index, 0x80), nowSec)
        }
        // both rates in one look: while nobody borrows nothing accrues
        if (uint64(IndexWord.unwrap(word) >> 160) != 0) _accrue(index, nowSec - updatedAt);
    }

    /// @dev Every field is kept within its bits: indexes saturate, rates are capped by the model's bounds.
    function pack(Index memory index) internal pure returns (IndexWord) {
        return
            IndexWord.wrap(
                index.supplyIndex |
                    (index.borrowIndex << 80) |
                    (index.supplyRate << 160) |
                    (index.borrowRate << 192) |
                    (index.updatedAt << 224)
            );
    }

    function unpack(TotalsWord word) internal pure returns (Totals memory totals) {
        assembly ("memory-safe") {
            mstore(totals, and(word, 0xffffffffffffffffffffffffffffffff))
            mstore(add(totals, 0x20), shr(128, word))
        }
    }

    /// @dev Both sums stay below 2^128: each term is below 2^127 and backed by tokens or by another account's debt.
    function pack(Totals memory totals) internal pure returns (TotalsWord) {
        return TotalsWord.wrap(totals.supplyPrincipal | (totals.borrowPrincipal << 128));
    }

    /// @dev Supply rounds down, borrow up.
    function _accrue(Index memory index, uint256 elapsed) private pure {
        uint256 period = YEAR * (WadMath.WAD / RATE_UNIT);
        uint256 grown =
            index.borrowIndex + WadMath.mulDivUp(index.borrowIndex, index.borrowRate * elapsed, period);
        // saturates after a growth of a million-fold rather than freeze every account
        index.borrowIndex = grown.min(MAX_INDEX);
        grown = index.supplyIndex + WadMath.mulDivDown(index.supplyIndex, index.supplyRate * elapsed, period);
        index.supplyIndex = grown.min(MAX_INDEX);
    }

    /// @notice Present value of a principal, rounded against its owner.
    function toCash(Index memory index, int256 principal) internal pure returns (int256) {
        return
            principal >= 0
                ? int256(uint256(principal).mulDown(index.supplyIndex))
                : -int256(uint256(-principal).mulUp(index.borrowIndex));
    }

    /// @notice The principal that stores a present value, rounded against its owner.
    function toPrincipal(Index memory index, int256 cash) internal pure returns (int256) {
        return
            cash >= 0
                ? int256(uint256(cash).divDown(index.supplyIndex))
                : -int256(uint256(-cash).divUp(index.borrowIndex));
    }

    /// @notice Moves the totals from an account's old principal to its new one.
    function replace(Totals memory totals, int256 oldPrincipal, int256 newPrincipal) internal pure {
        // the totals are sums of exactly these terms, so that taking one out cannot underflow
        if (oldPrincipal >= 0) totals.supplyPrincipal -= uint256(oldPrincipal);
        else totals.borrowPrincipal -= uint256(-oldPrincipal);
        if (newPrincipal >= 0) totals.supplyPrincipal += uint256(newPrincipal);
        else totals.borrowPrincipal += uint256(-newPrincipal);
    }

    /// @notice Whether nobody borrows. Then both rates are zero, and have been since the last one paid back.
    function isIdle(TotalsWord word) internal pure returns (bool) {
        return TotalsWord.unwrap(word) >> 128 == 0;
    }

    /// @notice What a lender's principal becomes by `amount` > 0 while nobody borrows: as by `toCash` and `toPrincipal`.
    function lent(IndexWord word, int256 principal, int256 amount) internal pure returns (int256) {
        uint256 supplyIndex = uint80(IndexWord.unwrap(word));
        unchecked {
            // the present value is below 2**148, and an amount below 2**128
            return int256((uint256(principal).mulDown(supplyIndex) + uint256(amount)).divDown(supplyIndex));
        }
    }

    /// @notice Moves the totals from a lender's old principal to its new one, both positive: `replace` on the word itself.
    function replaceSupply(
        TotalsWord word,
        int256 oldPrincipal,
        int256 newPrincipal
    ) internal pure returns (TotalsWord) {
        unchecked {
            // the sum stays within its bits, see `pack`
            return TotalsWord.wrap(TotalsWord.unwrap(word) + uint256(newPrincipal - oldPrincipal));
        }
    }

    /// @notice Present values of all positive and all negative cash; supply rounds up, borrow down: for solvency.
    function totalCash(
        Index memory index,
        Totals memory totals
    ) internal pure returns (uint256 supplied, uint256 borrowed) {
        supplied = totals.supplyPrincipal.mulUp(index.supplyIndex);
        borrowed = totals.borrowPrincipal.mulDown(index.borrowIndex);
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
            rate +=
                model.slopeLow +
                (utilisation - model.kink).mulDivDown(model.slopeHigh, WadMath.WAD - model.kink);
        }
        index.borrowRate = rate / RATE_UNIT;
        // from the stored borrow rate, so that lenders never earn more than borrowers pay
        index.supplyRate = index.borrowRate.mulDown(utilisation.mulDown(WadMath.WAD - model.reserve));
    }

    /// @notice Lowers the supply index so far that positive cash loses `amount`, rounded up.
    /// @return taken What it has lost.
    function scaleDown(
        Index memory index,
        Totals memory totals,
        uint256 amount
    ) internal pure returns (uint256 taken) {
        uint256 old = index.supplyIndex;
        uint256 supplied = totals.supplyPrincipal.mulDown(old);
        if (supplied == 0 || old <= MIN_INDEX) return 0;
        uint256 left = amount < supplied ? old.mulDivDown(supplied - amount, supplied) : 0;
        index.supplyIndex = left.max(MIN_INDEX);
        taken = supplied - totals.supplyPrincipal.mulDown(index.supplyIndex);
    }
}
