// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {WadMath} from "../libraries/WadMath.sol";
import {Term} from "./Term.sol";

/// @title TermMath: forward, volatility and its shocks for one underlying and expiry (SPEC-V)
/// @dev Unchecked within the bounds that a surface's word has: |a|, b, |m|, sigma < 2**68, |rho| <= 2**60, tau < 2**68.
library TermMath {
    using WadMath for uint256;

    int256 private constant SWAD = 1e18;
    uint256 private constant WAD = 1e18;
    uint256 private constant YEAR = 365 days;
    /// @dev The largest sigma * sqrt(tau) that `Black76` takes.
    uint256 private constant MAX_ROOT = 24e18;
    uint256 private constant FRESH_SEC = 1 hours;
    uint256 private constant WIDEN_SEC = 1 days;
    /// @dev What a surface that is a day old is scanned up to: a volatility of 200%.
    uint256 private constant FALLBACK_VOL = 2;
    int256 private constant MIN_CARRY = -0.9e18;
    uint256 private constant MONTH_SEC = 30 days;

    // ------------------------------------------------------------------------------------------------ the surface

    /// @notice Reads a surface's word (SPEC-V1) and dates the term.
    /// @param key The underlying's number << 20 | hours since the epoch.
    /// @param last A term that was dated before, or the same one.
    function open(
        Term memory term,
        uint256 key,
        uint256 word,
        uint256 nowSec,
        Term memory last
    ) internal pure {
        uint256 expirySec = (key & 0xfffff) * 1 hours;
        term.key = key;
        if (last.expirySec == expirySec) {
            (term.leftSec, term.tau, term.sqrtTau) = (last.leftSec, last.tau, last.sqrtTau);
        } else {
            term.expirySec = expirySec;
            date(term, nowSec);
        }
        term.expirySec = expirySec;
        if (word == 0) {
            term.age = WAD;
            return;
        }
        assembly ("memory-safe") {
            // a, b, rho, m, sigma, basis from word 5 on; each is brought to wad
            mstore(add(term, 0xa0), mul(sar(208, word), 1000000))
            mstore(add(term, 0xc0), mul(and(shr(164, word), 0xfffffffffff), 1000000))
            mstore(add(term, 0xe0), mul(sar(235, shl(92, word)), 1000000000000))
            mstore(add(term, 0x100), mul(sar(221, shl(113, word)), 1000000000))
            mstore(add(term, 0x120), mul(and(shr(73, word), 0x7ffffffff), 1000000000))
            mstore(add(term, 0x140), mul(sar(223, shl(183, word)), 1000000000))
        }
        term.hasSurface = 1;
        uint256 postedAt = uint32(word >> 8);
        unchecked {
            uint256 age = nowSec > postedAt ? nowSec - postedAt : 0;
            if (age > FRESH_SEC) term.age = WadMath.min(WAD, ((age - FRESH_SEC) * WAD) / WIDEN_SEC);
        }
    }

    /// @notice SPEC-V2.
    function date(Term memory term, uint256 nowSec) internal pure {
        unchecked {
            uint256 left = term.expirySec > nowSec ? term.expirySec - nowSec : 0;
            term.leftSec = left;
            term.tau = (left * WAD) / YEAR;
            term.sqrtTau = FixedPointMathLib.sqrt(term.tau * WAD);
        }
    }

    // ------------------------------------------------------------------------------------------------ the forward

    /// @notice SPEC-V3: the forward at an index price, and what follows from it.
    /// @param given The forward where it is not to follow from the basis, else 0.
    function price(Term memory term, uint256 index, uint256 given) internal pure {
        unchecked {
            uint256 forward = index;
            if (term.tau != 0) {
                if (given != 0) {
                    forward = given;
                } else {
                    int256 carry = WadMath.mulFloor(term.basis, int256(term.tau));
                    if (carry < MIN_CARRY) carry = MIN_CARRY;
                    forward = uint256(int256(index) + WadMath.mulFloor(int256(index), carry));
                }
            }
            // an index of some wei may round down to nothing, of which there is no logarithm
            if (forward == 0) forward = 1;
            term.forward = forward;
            term.ratio = (forward * WAD) / index;
            term.lnForward = FixedPointMathLib.lnWad(int256(forward));
        }
    }

    // ------------------------------------------------------------------------------------------------ volatility

    /// @notice SPEC-V4.
    /// @param moneyness L = ln(F / K).
    /// @return s sigma * sqrt(tau), wad.
    function root(Term memory term, int256 moneyness) internal pure returns (uint256 s) {
        if (term.tau == 0) return 0;
        if (term.hasSurface == 0) return WadMath.min(term.sqrtTau, MAX_ROOT);
        uint256 sum;
        uint256 variance;
        assembly ("memory-safe") {
            // d = -L - m; sigma is word 9, m word 8, b 6, rho 7, a 5
            let d := sub(sub(0, moneyness), mload(add(term, 0x100)))
            let sigma := mload(add(term, 0x120))
            sum := add(mul(d, d), mul(sigma, sigma))
            variance := mul(mload(add(term, 0xe0)), d)
            variance := sub(sdiv(variance, WAD), slt(smod(variance, WAD), 0))
        }
        sum = FixedPointMathLib.sqrt(sum);
        assembly ("memory-safe") {
            variance := mul(mload(add(term, 0xc0)), add(variance, sum))
            variance := sub(sdiv(variance, WAD), slt(smod(variance, WAD), 0))
            variance := add(variance, mload(add(term, 0xa0)))
            variance := mul(mul(variance, WAD), sgt(variance, 0))
        }
        s = FixedPointMathLib.sqrt(variance);
        if (s > MAX_ROOT) s = MAX_ROOT;
    }

    /// @notice SPEC-V5: how far the profile moves volatility at this expiry.
    function setShocks(
        Term memory term,
        uint256 volUp,
        uint256 volDown,
        uint256 volUpFloor,
        uint256 power
    ) internal pure {
        if (term.tau == 0) return;
        unchecked {
            uint256 left = term.leftSec < 1 days ? 1 days : term.leftSec;
            int256 ratio = int256((MONTH_SEC * WAD) / left);
            uint256 scale = uint256(
                FixedPointMathLib.expWad(_mulFloor(int256(power), FixedPointMathLib.lnWad(ratio)))
            );
            term.up = WAD + (volUp * scale) / WAD;
            uint256 cut = WadMath.mulUp(volDown, scale);
            term.down = cut < WAD ? WAD - cut : 0;
            term.upFloor = (volUpFloor * term.sqrtTau) / WAD;
        }
    }

    /// @notice Whether the expiry is near enough for the profile's short power.
    function isShort(Term memory term) internal pure returns (bool) {
        return term.leftSec < MONTH_SEC;
    }

    /// @notice SPEC-V5 and V6.
    function shocked(Term memory term, uint256 s) internal pure returns (uint256 sUp, uint256 sDown) {
        if (term.tau == 0) return (0, 0);
        unchecked {
            sUp = (s * term.up) / WAD;
            if (sUp < term.upFloor) sUp = term.upFloor;
            sDown = (s * term.down) / WAD;
            uint256 age = term.age;
            if (age != 0) {
                uint256 fallbackRoot = FALLBACK_VOL * term.sqrtTau;
                if (fallbackRoot > sUp) sUp += (age * (fallbackRoot - sUp)) / WAD;
                sDown -= WadMath.mulUp(age, sDown);
            }
            if (sUp > MAX_ROOT) sUp = MAX_ROOT;
        }
    }

    function _mulFloor(int256 a, int256 b) private pure returns (int256 q) {
        assembly ("memory-safe") {
            let p := mul(a, b)
            q := sub(sdiv(p, SWAD), slt(smod(p, SWAD), 0))
        }
    }
}
