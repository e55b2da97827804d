// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice How a scenario moves implied volatility.
enum VolMove {
    None,
    Up,
    Down
}

/// @param move x_j in multiples of the underlying's scan range, wad; where `absolute`, as a fraction of the index itself.
/// @param vol What happens to implied volatility.
/// @param weight Share of the scenario's profit and loss that counts, wad, (0, 1]. Where `absolute` it is multiplied by the
/// scan range over |move|, at most 1: a tail beyond the range counts for less the further out it is.
struct Scenario {
    int256 move;
    VolMove vol;
    uint256 weight;
    bool absolute;
}

/// @param scanRange r_u, the scan range as a fraction of the index, wad.
/// @param haircutSlope Concentration: what a spot haircut grows by per USD of value held, wad per wad USD; 0 is off.
/// @param haircutCap The most a spot haircut grows to, wad; ignored while the slope is 0.
struct UnderlyingRisk {
    uint16 underlying;
    uint256 scanRange;
    uint256 haircutSlope;
    uint256 haircutCap;
}

/// @notice A margin mode as data: scenarios and charges. Rates are wad fractions with a resolution of 1e-6.
/// @param name A short ASCII name, such as "portfolio".
/// @param rho Share of the scenario risk that nets across underlyings, [0, 1).
/// @param mmFactor Maintenance margin over initial risk, (0, 1].
/// @param volUp,volDown Relative shocks of implied volatility at 30 days.
/// @param volUpFloor The least that a volatility shocked upward becomes.
/// @param volPowerShort,volPowerLong Exponents of the shocks' time scaling, below and from 30 days.
/// @param rollMin,rollRate Roll charge: the least, and per year.
/// @param shortRate,shortInitial Charge on net short options, for maintenance and on top for initial margin.
/// @param perpInitial Charge on perps, initial margin only.
/// @param haircut,haircutInitial Charge on spot: for both margins, and on top for initial margin.
/// @param floorNet,floorHedged The floor's rates on net and on hedged delta.
/// @param defaultScanRange The scan range of underlyings that are not in `underlyings`.
/// @param scenarios At most 64.
/// @param underlyings What differs from the default, each underlying once.
struct RiskProfile {
    bytes32 name;
    uint256 rho;
    uint256 mmFactor;
    uint256 volUp;
    uint256 volDown;
    uint256 volUpFloor;
    uint256 volPowerShort;
    uint256 volPowerLong;
    uint256 rollMin;
    uint256 rollRate;
    uint256 shortRate;
    uint256 shortInitial;
    uint256 perpInitial;
    uint256 haircut;
    uint256 haircutInitial;
    uint256 floorNet;
    uint256 floorHedged;
    uint256 defaultScanRange;
    Scenario[] scenarios;
    UnderlyingRisk[] underlyings;
}
