// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IProfileCodec} from "../interfaces/IProfileCodec.sol";
import {RiskProfile} from "../types/RiskProfile.sol";
import {ProfileBounds} from "./ProfileBounds.sol";
import {ScenarioSet, ScenarioSetLib} from "./ScenarioSet.sol";

/// @title ProfileCodec: see IProfileCodec
/// @dev A contract of its own for its size; it has neither storage nor rights.
contract ProfileCodec is IProfileCodec {
    /// @inheritdoc IProfileCodec
    function encode(
        RiskProfile calldata profile
    ) external pure returns (bytes memory words, uint256 headSize) {
        return ScenarioSetLib.encode(profile, ProfileBounds.check(profile));
    }

    /// @inheritdoc IProfileCodec
    function decode(bytes calldata words) external pure returns (RiskProfile memory) {
        bytes memory copy = words;
        ScenarioSet set;
        assembly ("memory-safe") {
            set := add(copy, 0x20)
        }
        return set.decode();
    }
}
