// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev What `Gaussian.millsNear` lacks.
uint256 constant MILLS_NEAR_BASE = 9257678387288901;

/// @title Gaussian: the bell curve and its Mills ratio M(z) = (1 - N(z)) / phi(z), for z >= 0
/// @notice A point z is given as x = z * sqrt(log2(e) / 2), scaled by 2^56: then exp(-z^2 / 2) = 2^-(x^2), and the square's
/// integer part is a shift. Results are scaled by 2^64.
/// @dev Rational approximations, written as continued fractions c0 / (x + b1 + c1 / (x + b2 + ...)): two coefficients for 20
/// gas, where Horner's rule on numerator and denominator takes 28, and no bits to keep count of. All of them
/// are minimax fits: Remez' exchange on the reference points, 40 digits, the numerator and denominator then split by Euclid's
/// algorithm, scaled and rounded. x is scaled by 2^56, hence the c by 2^112, except the first, which also scales the result.
///
/// Nothing reverts; a quotient whose divisor is 0 is 0. Where a divisor can change its sign on the way (the innermost one of
/// `bell` and of `millsWide`) the fraction passes through infinity and is right on both sides of it.
library Gaussian {
    /// @notice phi(z) = g * 2^-(64 + n), within 1e-10 of itself.
    /// @dev n is x^2 rounded to the nearest integer and f what is left, -1/2 <= f < 1/2: the low 112 bits, read as a signed
    /// number. A rational function of degree 3 over 3 for 2^-f, in which every second b vanishes.
    function bell(uint256 x) internal pure returns (uint256 g, uint256 n) {
        assembly ("memory-safe") {
            n := mul(x, x)
            let f := signextend(13, n)
            n := shr(112, sub(n, f))
            // at f = 0 the inner quotients are 0 one after the other, as they should be
            g := sdiv(561277075159669948339047616590299849629986578571749062170174120863096, f)
            g := sdiv(2810599623357947494806914008876260967004949679638268293274685907052287, add(f, g))
            g := div(
                1324702069189789008298916916077507819292218805362966956,
                add(add(f, 90003299466429180571343692885281293), g)
            )
            g := sub(g, 7359186146747302452)
        }
    }

    /// @notice M(z) - `MILLS_NEAR_BASE` for z <= 8, within 4.4e-10 for z <= 1 and 4.4e-10 * exp((z - 1)^2 / 2) beyond: as good
    /// as it has to be in a product with phi(z - 1) or less. Falls from any x to any x + 64 or more, up to z = 8.
    /// @dev Degree 4 over 4; its constant term is left out because differences do not need it. Every divisor is positive. The
    /// last one is off by less than 2, and grows by more than 0.6 for each unit of x.
    function millsNear(uint256 x) internal pure returns (uint256 m) {
        assembly ("memory-safe") {
            m := div(494202111679847928041090678243160294, add(x, 765412243952964026))
            m := div(11581773849551320552863202306291907, add(sub(x, 566624377097420618), m))
            m := div(14066871907821310933953325343105597, sub(add(x, 367069295694959190), m))
            m := div(1110865379893070677186885860096257384, add(sub(x, 15714278867398516), m))
        }
    }

    /// @notice M(z), within 7.5e-11 for z <= 32.
    /// @dev Degree 5 over 6.
    function millsWide(uint256 x) internal pure returns (uint256 m) {
        assembly ("memory-safe") {
            // odd, so that the innermost divisor is not 0 and need not be told from infinity
            x := or(x, 1)
            m := sdiv(118630860728700221139049969367210620, sub(x, 94997937554787962))
            m := sdiv(9619406285096867437242096981436510, add(add(x, 325732527100157053), m))
            m := sdiv(873422847021105809545557255353742928, add(add(x, 1221658553078897682), m))
            m := sdiv(4104173665527106668163023796685282, add(sub(x, 665455714667115360), m))
            m := sdiv(3752598327631754479291299429991738, add(add(x, 3087656574518313), m))
            m := sdiv(1128941847431534627426602841907359048, add(sub(x, 2606188558315), m))
        }
    }
}
