// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice The rate model, fixed at deployment. Wad per year.
/// @param base Borrow rate at zero utilisation.
/// @param slopeLow,slopeHigh What the rate rises by up to the kink, and from there to full utilisation.
/// @param kink Utilisation, (0, 1).
/// @param reserve Share of the interest that stays in the pool as a reserve, [0, 1).
struct RateModel {
    uint256 base;
    uint256 slopeLow;
    uint256 slopeHigh;
    uint256 kink;
    uint256 reserve;
}
