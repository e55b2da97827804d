// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearinghouseTypes} from "../../../../contracts/interfaces/IClearinghouseTypes.sol";
import {BTC_ID, ETH_ID} from "../Stage.sol";
import {Actors} from "./Actors.sol";

/// @title Governors: the admin, who sets parameters, and the guardian, who may only take risk away
abstract contract Governors is Actors {
    // ------------------------------------------------------------------------------------------------ admin

    /// @notice Opens or closes deposits of a collateral, under a cap from nothing to plenty.
    function setAsset(uint256 asset, bool enabled, uint256 room) external {
        asset = bound(asset, 1, 4);
        IClearinghouseTypes.AssetInfo memory info = house.assetInfo(uint8(asset));
        uint256 cap = room % 4 == 0 ? info.recorded + bound(room / 4, 0, 10e18) : 1e30;
        bytes memory call_ = abi.encodeCall(
            house.setAsset,
            (uint8(asset), info.token, info.underlying, enabled || room % 2 == 0, cap)
        );
        _govern("setAsset", address(this), call_, true);
    }

    function setPerp(bool eth, bool enabled, uint256 cap) external {
        IClearinghouseTypes.PerpConfig memory config = house.perpConfig(eth ? ETH_ID : BTC_ID);
        (config.enabled, config.openInterestCap) = (enabled || cap % 2 == 0, _capOf(cap));
        bytes memory call_ = abi.encodeCall(house.setPerp, (eth ? ETH_ID : BTC_ID, config));
        _configure("setPerp", eth ? ETH_ID : BTC_ID, call_);
    }

    function setDated(bool enabled, uint256 cap) external {
        IClearinghouseTypes.DatedConfig memory config = house.datedConfig(ETH_ID);
        (config.enabled, config.openInterestCap) = (enabled || cap % 2 == 0, _capOf(cap));
        _configure("setDated", ETH_ID, abi.encodeCall(house.setDated, (ETH_ID, config)));
    }

    /// @dev Mostly plenty.
    function _capOf(uint256 cap) private pure returns (uint256) {
        return cap % 4 == 0 ? bound(cap / 4, 0, 50e18) : 1_000_000e18;
    }

    /// @dev A market is only set while its underlying has a price.
    function _configure(bytes32 action, uint16 underlying, bytes memory call_) private {
        _act(action, address(this), address(house), call_, abi.encodeCall(ghost.requirePriced, (underlying)));
    }

    function unpause() external {
        _govern("unpause", address(this), abi.encodeCall(house.unpause, ()), true);
    }

    // ------------------------------------------------------------------------------------------------ guardian

    /// @notice Now and then; the admin soon takes it back.
    function pause(uint256 dice) external {
        if (dice % 4 != 0) return this.unpause();
        _govern("pause", guardian, abi.encodeCall(house.pause, ()), true);
    }

    function tighten(bool eth, bool dated, uint256 part) external {
        if (dated) {
            IClearinghouseTypes.DatedConfig memory d = house.datedConfig(ETH_ID);
            uint256 cap = (d.openInterestCap * bound(part, 0, 100)) / 100;
            bytes memory tightenDated = abi.encodeCall(
                house.tightenDated,
                (ETH_ID, d.enabled && part % 2 == 0, cap)
            );
            return _govern("tighten", guardian, tightenDated, true);
        }
        uint16 underlying = eth ? ETH_ID : BTC_ID;
        IClearinghouseTypes.PerpConfig memory p = house.perpConfig(underlying);
        bytes memory call_ = abi.encodeCall(
            house.tightenPerp,
            (underlying, p.enabled && part % 2 == 0, (p.openInterestCap * bound(part, 0, 100)) / 100)
        );
        _govern("tighten", guardian, call_, true);
    }

    /// @notice What adds risk is not the guardian's to do.
    function overreach(uint256 which) external {
        bytes memory call_ = abi.encodeCall(house.unpause, ());
        if (which % 4 == 1) call_ = abi.encodeCall(house.setPerp, (ETH_ID, house.perpConfig(ETH_ID)));
        if (which % 4 == 2) call_ = abi.encodeCall(house.setInsuranceAccount, (ids[0]));
        if (which % 4 == 3) call_ = abi.encodeCall(house.setModule, (guardian, 2, 0, ids[0]));
        _govern("overreach", guardian, call_, false);
    }

    function _govern(bytes32 action, address who, bytes memory call_, bool allowed) private {
        bytes memory foretold =
            allowed ? abi.encodeCall(ghost.allow, ()) : abi.encodeCall(ghost.refuse, (who));
        _act(action, who, address(house), call_, foretold);
    }
}
