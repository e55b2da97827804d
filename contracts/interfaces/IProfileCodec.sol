// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {RiskProfile} from "../types/RiskProfile.sol";

/// @title IProfileCodec: risk profiles as the engine keeps them, and back
interface IProfileCodec {
    /// @notice Checks a profile's bounds and packs it; `IRiskTypes.InvalidProfile` names the field that breaks one.
    /// @return words The packed profile, see `ScenarioSet`.
    /// @return headSize How many of its bytes portfolios without options need.
    function encode(
        RiskProfile calldata profile
    ) external pure returns (bytes memory words, uint256 headSize);

    /// @notice The profile that was packed, exactly.
    function decode(bytes calldata words) external pure returns (RiskProfile memory);
}
