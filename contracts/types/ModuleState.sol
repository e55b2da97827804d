// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title ModuleState: what a venue or liquidator may do and the fees it has collected, in one slot
/// @notice Layout, least significant bits first:
///
///   roles 8 | insuranceShareBps 16 | insuranceFees 112 | venueFees 112 | free 8
///
/// Fees are wad USD, collected and not yet swept.
type ModuleState is uint256;

using ModuleStateLib for ModuleState global;

/// @notice Collected fees that their bits cannot hold: sweep them first.
error FeesOutOfBounds(uint256 insuranceFees, uint256 venueFees, uint256 max);

function toModuleState(
    uint256 newRoles,
    uint256 newShareBps,
    uint256 newInsuranceFees,
    uint256 newVenueFees
) pure returns (ModuleState) {
    uint256 max = type(uint112).max;
    if (newInsuranceFees > max || newVenueFees > max)
        revert FeesOutOfBounds(newInsuranceFees, newVenueFees, max);
    return ModuleState.wrap(newRoles | (newShareBps << 8) | (newInsuranceFees << 24) | (newVenueFees << 136));
}

library ModuleStateLib {
    function roles(ModuleState state) internal pure returns (uint8) {
        return uint8(ModuleState.unwrap(state));
    }

    function insuranceShareBps(ModuleState state) internal pure returns (uint16) {
        return uint16(ModuleState.unwrap(state) >> 8);
    }

    function insuranceFees(ModuleState state) internal pure returns (uint256) {
        return uint112(ModuleState.unwrap(state) >> 24);
    }

    function venueFees(ModuleState state) internal pure returns (uint256) {
        return uint112(ModuleState.unwrap(state) >> 136);
    }

    /// @notice The state with more fees collected.
    function withFees(
        ModuleState state,
        uint256 toInsurance,
        uint256 toVenue
    ) internal pure returns (ModuleState) {
        return
            toModuleState(
                roles(state),
                insuranceShareBps(state),
                insuranceFees(state) + toInsurance,
                venueFees(state) + toVenue
            );
    }
}
