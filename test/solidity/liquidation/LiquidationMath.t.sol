// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {LiquidationBase} from "./LiquidationBase.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";

/// @dev SPEC-L2 to L6 as `ramp`, `quote` and `proRata` show them.
contract LiquidationMathTest is LiquidationBase {
    // ------------------------------------------------------------------------------------------------ ramp

    function test_Ramp() public view {
        assertEq(liquidator.ramp(0), 0.05e18);
        assertEq(liquidator.ramp(1), 0.0505e18);
        assertEq(liquidator.ramp(450), 0.275e18);
        assertEq(liquidator.ramp(899), 0.4995e18);
        assertEq(liquidator.ramp(900), 0.5e18);
        assertEq(liquidator.ramp(901), 0.5e18);
        assertEq(liquidator.ramp(type(uint256).max), 0.5e18);
    }

    function testFuzz_RampRises(uint256 a, uint256 b) public view {
        a = bound(a, 0, 1_000);
        b = bound(b, a, 1_000);
        assertLe(liquidator.ramp(a), liquidator.ramp(b));
    }

    // ------------------------------------------------------------------------------------------------ phi

    /// @dev E = 200, MM = 4,797.8: E / MM is the smaller.
    function test_PhiIsCappedByHealth() public {
        longAt(3_220e18);
        assertEq(liquidator.quote(aliceId, leg(ethPerp, 1e18)).phi, uint256(200e36) / 4_797.8e18);
        flag();
        skip(900);
        assertEq(liquidator.quote(aliceId, leg(ethPerp, 1e18)).phi, uint256(200e36) / 4_797.8e18);
    }

    /// @dev E = 1,000 of MM = 4,917 at 3,300: 20.3% takes over from the ramp between 300 s (20%) and 310 s (20.5%).
    function test_PhiFollowsTheRampUpToHealth() public {
        longAt(3_300e18);
        flag();
        skip(300);
        assertEq(liquidator.quote(aliceId, leg(ethPerp, 1e18)).phi, 0.2e18);
        skip(10);
        assertEq(liquidator.quote(aliceId, leg(ethPerp, 1e18)).phi, uint256(1_000e36) / 4_917e18);
    }

    function test_PhiIsZeroWithoutEquity() public {
        insure(5_000e6);
        longAt(3_200e18);
        ILiquidator.Quote memory terms = liquidator.quote(aliceId, leg(ethPerp, 10e18));
        assertEq(terms.before.equity, int256(0));
        assertEq(terms.phi, uint256(0));
        assertEq(terms.penalty, uint256(0));
        setPrice(ETH, 3_100e18);
        terms = liquidator.quote(aliceId, leg(ethPerp, 10e18));
        assertEq(terms.phi, uint256(0));
        assertEq(terms.penalty, uint256(0));
    }

    // ------------------------------------------------------------------------------------------------ fraction

    /// @dev With phi = E / MM the fraction is 1: (1.2 * MM - E) / ((1.2 - E / MM) * MM).
    function test_FractionReachesOne() public {
        longAt(3_220e18);
        (, uint256 fraction) = liquidator.proRata(aliceId);
        assertApproxEqAbs(fraction, 1e18, 2);
        assertLe(fraction, 1e18);
    }

    function testFuzz_FractionSolvesTheTarget(uint256 price, uint256 wait) public {
        longAt(bound(price, 3_300e18, 3_760e18));
        flag();
        skip(bound(wait, 0, 1_000));
        (, uint256 fraction) = liquidator.proRata(aliceId);
        (, uint256 mm) = (0, margin(aliceId).maintenanceMargin);
        uint256 equity = uint256(margin(aliceId).equity);
        uint256 phi = liquidator.ramp(block.timestamp - flaggedAt(aliceId));
        if (phi > (equity * 1e18) / mm) phi = (equity * 1e18) / mm;
        // E - phi * f * MM = 1.2 * (1 - f) * MM, to the 18 digits of f and phi
        uint256 left = equity - (((phi * fraction) / 1e18) * mm) / 1e18;
        assertApproxEqAbs(left, (12 * (1e18 - fraction) * mm) / 1e19, 1e6);
    }

    // ------------------------------------------------------------------------------------------------ parameters

    function test_Parameters() public {
        vm.expectEmit(address(liquidator));
        emit ILiquidator.ParametersSet(200e18, 7e18);
        liquidator.setParameters(200e18, 7e18);
        (uint256 dustMargin, uint256 minReward) = liquidator.parameters();
        assertEq(dustMargin, 200e18);
        assertEq(minReward, 7e18);
    }

    function test_RevertWhen_ParametersOutOfBounds() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                ILiquidator.ParameterOutOfBounds.selector,
                "dustMargin",
                10_000e18 + 1,
                10_000e18
            )
        );
        liquidator.setParameters(10_000e18 + 1, 0);
        vm.expectRevert(
            abi.encodeWithSelector(ILiquidator.ParameterOutOfBounds.selector, "minReward", 100e18 + 1, 100e18)
        );
        liquidator.setParameters(0, 100e18 + 1);
    }

    function test_RevertWhen_StrangerSetsParameters() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, carol));
        vm.prank(carol);
        liquidator.setParameters(0, 0);
    }
}
