// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../../../../contracts/interfaces/IPriceRouter.sol";
import {ChainlinkSource} from "../../../../contracts/oracle/ChainlinkSource.sol";
import {PackedSource, PackedSourceLib} from "../../../../contracts/oracle/PackedSource.sol";
import {PriceScale} from "../../../../contracts/oracle/PriceScale.sol";
import {PythSource} from "../../../../contracts/oracle/PythSource.sol";

/// @notice The oracle's internal libraries as calls, so that reverts can be expected.
contract SourceHarness {
    function readChainlink(PackedSource source) external view returns (uint256, uint256, IPriceRouter.Fault) {
        return ChainlinkSource.read(source);
    }

    function readPyth(
        PackedSource source,
        bytes32 priceId
    ) external view returns (uint256, uint256, uint256, IPriceRouter.Fault) {
        return PythSource.read(source, priceId);
    }

    function sequencerIsUp(address feed, uint256 graceSec) external view returns (bool) {
        return ChainlinkSource.sequencerIsUp(feed, graceSec);
    }

    function pack(
        IPriceRouter.SourceConfig memory config,
        uint256 detail,
        uint256 deviationBps
    ) external pure returns (PackedSource) {
        return PackedSourceLib.pack(config, detail, deviationBps);
    }

    function toWadDown(uint256 amount, int256 exponent) external pure returns (uint256) {
        return PriceScale.toWadDown(amount, exponent);
    }

    function toWadUp(uint256 amount, int256 exponent) external pure returns (uint256) {
        return PriceScale.toWadUp(amount, exponent);
    }
}
