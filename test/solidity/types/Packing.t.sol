// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccountId, toAccountId} from "../../../contracts/types/AccountId.sol";
import {FundingOutOfBounds, FundingState, toFundingState} from "../../../contracts/types/FundingState.sol";
import {InstrumentId, futureId, optionId} from "../../../contracts/types/InstrumentId.sol";
import {FeesOutOfBounds, ModuleState, toModuleState} from "../../../contracts/types/ModuleState.sol";
import {OpenInterest, OpenInterestOutOfBounds} from "../../../contracts/types/OpenInterest.sol";
import {
    CostOutOfBounds,
    MAX_COST,
    MAX_SIZE,
    PositionWord,
    SizeOutOfBounds,
    toLinearWord,
    toOptionWord
} from "../../../contracts/types/PositionWord.sol";
import {Test} from "../helpers/Test.sol";

/// @dev Words come back as they went in, up to the last number that their bits hold, and refuse the next.
contract PackingTest is Test {
    InstrumentId private _future = futureId(7, 1_772_784_000);
    InstrumentId private _call = optionId(7, 1_772_784_000, 4_200e18, true);

    // what is tested has to be called for its revert to be seen
    function packFunding(int256 fundingIndex, int256 premium) external pure returns (FundingState) {
        return toFundingState(fundingIndex, premium, 1, 0);
    }

    function packModule(uint256 toInsurance, uint256 toVenue) external pure returns (ModuleState) {
        return toModuleState(3, 10_000, toInsurance, toVenue);
    }

    function packLinear(int256 size, int256 cost) external view returns (PositionWord) {
        return toLinearWord(_future, size, cost, 0xfffff);
    }

    function packOption(int256 size) external view returns (PositionWord) {
        return toOptionWord(_call, size, 0xfffff);
    }

    function packCost(int256 cost) external view returns (PositionWord) {
        return toLinearWord(_future, -1, 1, 0xfffff).withCost(cost);
    }

    function move(OpenInterest total, int256 units, int256 cost) external pure returns (OpenInterest) {
        return total.moved(units, cost);
    }

    function testFuzz_AccountId(address owner, uint96 subAccount) public pure {
        AccountId id = toAccountId(owner, subAccount);
        assertEq(id.owner(), owner);
        assertEq(uint256(id.subId()), uint256(subAccount));
    }

    function test_FundingState() public {
        FundingState state = this.packFunding(type(int96).min, type(int88).max);
        assertEq(state.fundingIndex(), int256(type(int96).min));
        assertEq(state.premium(), int256(type(int88).max));
        _refusesFunding(int256(type(int96).max) + 1, 0);
        _refusesFunding(int256(type(int96).min) - 1, 0);
        _refusesFunding(0, int256(type(int88).max) + 1);
        _refusesFunding(0, int256(type(int88).min) - 1);
    }

    function _refusesFunding(int256 fundingIndex, int256 premium) private {
        vm.expectRevert(abi.encodeWithSelector(FundingOutOfBounds.selector, fundingIndex, premium));
        this.packFunding(fundingIndex, premium);
    }

    function test_ModuleState() public {
        uint256 max = type(uint112).max;
        ModuleState state = this.packModule(max, max - 1);
        assertEq(uint256(state.roles()), 3);
        assertEq(uint256(state.insuranceShareBps()), 10_000);
        assertEq(state.insuranceFees(), max);
        assertEq(state.venueFees(), max - 1);
        vm.expectRevert(abi.encodeWithSelector(FeesOutOfBounds.selector, max + 1, 0, max));
        this.packModule(max + 1, 0);
        vm.expectRevert(abi.encodeWithSelector(FeesOutOfBounds.selector, 0, max + 1, max));
        this.packModule(0, max + 1);
    }

    function test_PositionWord() public {
        PositionWord word = this.packLinear(-MAX_SIZE, MAX_COST);
        assertTrue(word.instrument() == _future);
        assertEq(word.size(), -MAX_SIZE);
        assertEq(word.cost(), MAX_COST);
        assertEq(word.epoch(), 0xfffff);
        word = this.packOption(MAX_SIZE);
        assertTrue(word.instrument() == _call);
        assertEq(word.size(), MAX_SIZE);
        assertEq(this.packCost(-MAX_COST).cost(), -MAX_COST);
        assertEq(this.packCost(MAX_COST).size(), -1);
    }

    function test_RevertWhen_SizeIsOutOfBounds() public {
        for (int256 sign = -1; sign <= 1; sign += 2) {
            int256 size = sign * (MAX_SIZE + 1);
            vm.expectRevert(abi.encodeWithSelector(SizeOutOfBounds.selector, size, MAX_SIZE));
            this.packLinear(size, 0);
            vm.expectRevert(abi.encodeWithSelector(SizeOutOfBounds.selector, size, MAX_SIZE));
            this.packOption(size);
        }
    }

    function test_RevertWhen_CostIsOutOfBounds() public {
        for (int256 sign = -1; sign <= 1; sign += 2) {
            int256 cost = sign * (MAX_COST + 1);
            vm.expectRevert(abi.encodeWithSelector(CostOutOfBounds.selector, cost, MAX_COST));
            this.packLinear(1, cost);
            vm.expectRevert(abi.encodeWithSelector(CostOutOfBounds.selector, cost, MAX_COST));
            this.packCost(cost);
        }
    }

    /// @dev Units and costs move, epochs stay.
    function test_OpenInterest() public {
        OpenInterest total = OpenInterest.wrap(0).withNextEpoch(true).withNextEpoch(false).withNextEpoch(
            false
        );
        int256 most = int256(uint256(type(uint104).max));
        total = this.move(total, most, type(int112).min);
        assertEq(total.units(), uint256(most));
        assertEq(total.costSum(), int256(type(int112).min));
        assertEq(total.epoch(true), 1);
        assertEq(total.epoch(false), 2);
        assertEq(this.move(total, -most, -1 - int256(type(int112).min)).units(), 0);
        _refusesMove(total, 1, 0, most + 1, type(int112).min);
        _refusesMove(total, -most - 1, 0, -1, type(int112).min);
        _refusesMove(total, 0, -1, most, int256(type(int112).min) - 1);
    }

    function _refusesMove(
        OpenInterest total,
        int256 units,
        int256 cost,
        int256 newUnits,
        int256 newCost
    ) private {
        vm.expectRevert(abi.encodeWithSelector(OpenInterestOutOfBounds.selector, newUnits, newCost));
        this.move(total, units, cost);
    }
}
