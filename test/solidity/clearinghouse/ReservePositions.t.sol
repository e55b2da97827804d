// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {LiquidationBase} from "../liquidation/LiquidationBase.sol";
import {AccountId, toAccountId} from "../../../contracts/types/AccountId.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {MockERC20} from "../../../contracts/mocks/MockERC20.sol";
import {PositionWord} from "../../../contracts/types/PositionWord.sol";
import {InstrumentId} from "../../../contracts/types/InstrumentId.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";

/// @dev Reserves slots in the midst of its transfer.
contract ReservingToken is MockERC20 {
    IClearinghouse private immutable _house;
    bytes public lastReturn;

    constructor(IClearinghouse house) MockERC20("Reserving", "RSV", 18) {
        _house = house;
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        AccountId mine = toAccountId(address(this), 0);
        (, lastReturn) = address(_house).call(abi.encodeCall(_house.reservePositions, (mine, 1)));
        return super.transferFrom(from, to, amount);
    }
}

/// @dev Slots of positions: reserved, used, left in use, given back (SPEC-K1, K2).
contract ReservePositionsTest is LiquidationBase {
    uint256 private constant SAVED = 17_000;

    function setUp() public override {
        super.setUp();
        fund(aliceId, USDC_ID, 1_000_000e6);
    }

    function test_AnyoneReservesForAnyone() public {
        assertEq(house.reservedPositions(aliceId), 0);
        vm.prank(makeAddr("stranger"));
        house.reservePositions(aliceId, 3);
        assertEq(house.reservedPositions(aliceId), 3);
        // fewer is nothing new
        house.reservePositions(aliceId, 2);
        assertEq(house.reservedPositions(aliceId), 3);
        house.reservePositions(aliceId, 64);
        assertEq(house.reservedPositions(aliceId), 64);
    }

    function test_RevertWhen_MoreThanAnAccountCanHave() public {
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.TooManyPositions.selector, aliceId, uint256(64))
        );
        house.reservePositions(aliceId, 65);
    }

    function test_ChangesNothingThatTheAccountHas() public {
        trade(aliceId, bobId, ethPerp, 2e18);
        bytes32 before = _everything();
        house.reservePositions(aliceId, 5);
        assertEq(_everything(), before);
        assertEq(house.reservedPositions(aliceId), 5);
        trade(aliceId, bobId, btcPerp, 1e18);
        assertEq(house.positionsOf(aliceId).length, 2);
        assertEq(house.reservedPositions(aliceId), 5);
    }

    function test_SavesGasAtOpening() public {
        uint256 snapshot = vm.snapshotState();
        uint256 fresh = _gasOfOpening();
        vm.revertToState(snapshot);
        house.reservePositions(aliceId, 1);
        assertGe(fresh - _gasOfOpening(), SAVED);
    }

    function test_AClosedPositionLeavesItsSlotInUse() public {
        uint256 first = _gasOfOpening();
        trade(bobId, aliceId, ethPerp, 1e18);
        assertEq(house.positionsOf(aliceId).length, 0);
        assertEq(house.reservedPositions(aliceId), 1);
        // bob's too
        assertGe(first - _gasOfOpening(), 2 * SAVED);
    }

    /// @dev What a slot held before its position closed never comes back.
    function test_WhatIsLeftInASlotIsNoPosition() public {
        trade(aliceId, bobId, ethPerp, 1e18);
        trade(aliceId, bobId, btcPerp, 2e18);
        trade(bobId, aliceId, ethPerp, 1e18);
        // bitcoin's moved to the first slot, and its word is in the second still
        PositionWord[] memory words = house.positionsOf(aliceId);
        assertEq(words.length, 1);
        assertEq(InstrumentId.unwrap(words[0].instrument()), InstrumentId.unwrap(btcPerp));
        (int256 size, ) = house.positionOf(aliceId, btcPerp);
        assertEq(size, 2e18);
        trade(bobId, aliceId, btcPerp, 2e18);
        _expectNothing();
        assertEq(house.reservedPositions(aliceId), 2);
        trade(aliceId, bobId, btcPerp, 3e18);
        (size, ) = house.positionOf(aliceId, btcPerp);
        assertEq(size, 3e18);
        assertEq(house.positionsOf(aliceId).length, 1);
    }

    function test_LiquidationAsAWholeGivesTheSlotsBack() public {
        fund(carolId, USDC_ID, 160e6);
        trade(carolId, bobId, ethPerp, 0.19e18);
        trade(carolId, bobId, btcPerp, 0.0001e18);
        // below the dust margin it is taken whole
        setPrice(ETH, 3_250e18);
        liquidate(carolId);
        _expectNone(carolId);
        assertEq(house.positionsOf(keeperId).length, 2);
        assertEq(house.reservedPositions(carolId), 0);
        assertEq(house.reservedPositions(keeperId), 2);
    }

    function test_LiquidationInPartKeepsThem() public {
        _leave();
        longAt(3_650e18);
        liquidate(aliceId);
        assertEq(house.positionsOf(aliceId).length, 1);
        assertEq(house.reservedPositions(aliceId), 1);
    }

    function test_DeleveragingGivesTheSlotsBack() public {
        _leave();
        longAt(3_150e18);
        liquidator.deleverage(aliceId);
        _expectNone(aliceId);
        assertEq(house.reservedPositions(aliceId), 0);
        // the other side's is closed when it is touched next, and stays in use
        fund(carolId, USDC_ID, 1_000e6);
        trade(carolId, bobId, btcPerp, 0.001e18);
        assertEq(house.positionsOf(bobId).length, 1);
        assertEq(house.reservedPositions(bobId), 1);
    }

    function test_NotWithinAnotherAction() public {
        ReservingToken token = new ReservingToken(house);
        house.setAsset(3, address(token), ETH, true, 1e30);
        token.mint(alice, 1e18);
        vm.startPrank(alice);
        token.approve(address(house), 1e18);
        house.deposit(aliceId, 3, 1e18);
        vm.stopPrank();
        assertEq(
            keccak256(token.lastReturn()),
            keccak256(abi.encodePacked(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector))
        );
        assertEq(house.reservedPositions(toAccountId(address(token), 0)), 0);
    }

    function _leave() private {
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, 1_000_000e6, alice);
    }

    function _gasOfOpening() private returns (uint256 used) {
        uint256 price = markOf(ethPerp);
        IClearinghouseTypes.Trade memory params = IClearinghouseTypes.Trade(
            aliceId,
            bobId,
            ethPerp,
            1e18,
            price,
            0,
            0
        );
        uint256 left = gasleft();
        house.trade(params);
        return left - gasleft();
    }

    function _everything() private view returns (bytes32) {
        IRiskTypes.Margin memory now_ = margin(aliceId);
        return keccak256(abi.encode(house.portfolioOf(aliceId), now_, house.cashOf(aliceId)));
    }

    function _expectNothing() private view {
        _expectNone(aliceId);
        (int256 size, int256 cost) = house.positionOf(aliceId, btcPerp);
        assertEq(size, 0);
        assertEq(cost, 0);
        assertEq(margin(aliceId).maintenanceMargin, 0);
    }

    function _expectNone(AccountId account) private view {
        assertEq(house.positionsOf(account).length, 0);
        assertEq(house.portfolioOf(account).legs.length, 0);
    }
}
