// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {LiquidationBase} from "./LiquidationBase.sol";
import {AccountId, toAccountId} from "../../../contracts/types/AccountId.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";

/// @dev Several liquidations in one transaction, of which some cannot be made.
contract BatchTest is LiquidationBase {
    AccountId private _second;

    function setUp() public override {
        super.setUp();
        _second = toAccountId(alice, 1);
        usdc.mint(alice, 8_000e6);
        vm.prank(alice);
        house.deposit(_second, USDC_ID, 8_000e6);
        trade(_second, bobId, ethPerp, 10e18);
        longAt(3_700e18);
    }

    function _calls() private view returns (ILiquidator.Call[] memory calls) {
        calls = new ILiquidator.Call[](3);
        (calls[0], calls[1], calls[2]) = (
            order(leg(ethPerp, 1e18)),
            order(leg(ethPerp, 1e18)),
            order(leg(ethPerp, 1e18))
        );
        calls[1].account = bobId;
        calls[2].account = _second;
    }

    /// @dev The middle one is healthy: the two around it are liquidated as if they were alone.
    function test_OneFailureLeavesTheOthersAlone() public {
        ILiquidator.Quote memory first = liquidator.quote(aliceId, leg(ethPerp, 1e18));
        ILiquidator.Call[] memory calls = _calls();
        vm.expectEmit(true, true, false, false, address(liquidator));
        emit ILiquidator.LiquidationFailed(bobId, keeperId, "");
        vm.prank(keeper);
        ILiquidator.Outcome[] memory outcomes = liquidator.liquidateBatch(calls);
        assertTrue(outcomes[0].done && !outcomes[1].done && outcomes[2].done, "which were made");
        assertEq(abi.encode(outcomes[0].terms), abi.encode(first));
        assertEq(outcomes[0].reason.length, uint256(0));
        assertEq(bytes32(bytes4(outcomes[1].reason)), bytes32(ILiquidator.NotLiquidatable.selector));
        (int256 held, ) = house.positionOf(keeperId, ethPerp);
        assertEq(held, 2e18);
        (held, ) = house.positionOf(_second, ethPerp);
        assertEq(held, 9e18);
        (held, ) = house.positionOf(bobId, ethPerp);
        assertEq(held, -20e18);
    }

    /// @dev A batch is no way around the owner: each call is made as the batch's own caller.
    function test_CallerIsKept() public {
        ILiquidator.Call[] memory calls = _calls();
        vm.prank(carol);
        ILiquidator.Outcome[] memory outcomes = liquidator.liquidateBatch(calls);
        for (uint256 i = 0; i < outcomes.length; ++i) {
            assertFalse(outcomes[i].done);
            assertEq(bytes32(bytes4(outcomes[i].reason)), bytes32(ILiquidator.NotAuthorised.selector));
        }
    }

    /// @dev The same account twice: the second sees what the first has left.
    function test_SameAccountTwice() public {
        ILiquidator.Call[] memory calls = new ILiquidator.Call[](2);
        (calls[0], calls[1]) = (order(leg(ethPerp, 6e18)), order(leg(ethPerp, 6e18)));
        vm.prank(keeper);
        ILiquidator.Outcome[] memory outcomes = liquidator.liquidateBatch(calls);
        assertFalse(outcomes[0].done && outcomes[1].done, "more than there is");
    }

    function test_NothingToDo() public {
        assertEq(liquidator.liquidateBatch(new ILiquidator.Call[](0)).length, uint256(0));
    }
}
