// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IVolSurface} from "../../../../contracts/interfaces/IVolSurface.sol";
import {VolSurface} from "../../../../contracts/oracle/VolSurface.sol";
import {Test} from "../../helpers/Test.sol";

/// @notice Surfaces that two of three keys sign; the test contract administers them.
abstract contract SurfaceBase is Test {
    uint16 internal constant ETH = 2;
    uint256 internal constant NOW = 1_770_267_600;
    uint40 internal constant EXPIRY = uint40(NOW + 30 days);

    AccessManager internal manager;
    VolSurface internal surfaces;
    /// @dev In ascending order of their addresses.
    uint256[3] internal keys;

    function setUp() public virtual {
        vm.warp(NOW);
        manager = new AccessManager(address(this));
        _sortKeys();
        address[] memory signers = new address[](3);
        for (uint256 i; i < 3; ++i) signers[i] = vm.addr(keys[i]);
        surfaces = new VolSurface(address(manager), signers, 2);
    }

    /// @notice A usual month of ETH: about 60% at the money, skewed down.
    function usual() internal pure returns (IVolSurface.Report memory) {
        return
            IVolSurface.Report({
                underlying: ETH,
                expirySec: EXPIRY,
                a: 0.012e18,
                b: 0.08e18,
                rho: -0.2e18,
                m: 0.01e18,
                sigma: 0.2e18,
                basis: 0.05e18,
                timestamp: uint40(NOW)
            });
    }

    function single(
        IVolSurface.Report memory report
    ) internal pure returns (IVolSurface.Report[] memory batch) {
        batch = new IVolSurface.Report[](1);
        batch[0] = report;
    }

    function sign(uint256 key, bytes32 digest) internal pure returns (IVolSurface.Signature memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return IVolSurface.Signature(vm.addr(key), abi.encodePacked(r, s, v));
    }

    /// @notice The first two signers' signatures.
    function signed(
        IVolSurface.Report[] memory batch
    ) internal view returns (IVolSurface.Signature[] memory signatures) {
        bytes32 digest = surfaces.batchHash(batch);
        signatures = new IVolSurface.Signature[](2);
        signatures[0] = sign(keys[0], digest);
        signatures[1] = sign(keys[1], digest);
    }

    function post(IVolSurface.Report memory report) internal {
        IVolSurface.Report[] memory batch = single(report);
        surfaces.post(batch, signed(batch));
    }

    /// @notice Posting `report` must revert with `data`.
    function refuse(IVolSurface.Report memory report, bytes memory data) internal {
        IVolSurface.Report[] memory batch = single(report);
        IVolSurface.Signature[] memory signatures = signed(batch);
        vm.expectRevert(data);
        surfaces.post(batch, signatures);
    }

    function keyOf(uint256 underlying, uint256 expirySec) internal pure returns (uint256[] memory list) {
        list = new uint256[](1);
        list[0] = (underlying << 20) | (expirySec / 3600);
    }

    function _sortKeys() private {
        keys = [uint256(0xa11ce), 0xb0b, 0xca201];
        for (uint256 i; i < 3; ++i) {
            for (uint256 j = i + 1; j < 3; ++j) {
                if (vm.addr(keys[j]) < vm.addr(keys[i])) (keys[i], keys[j]) = (keys[j], keys[i]);
            }
        }
    }
}
