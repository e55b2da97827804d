// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {OracleBase} from "./helpers/OracleBase.sol";

contract MockAggregatorTest is OracleBase {
    uint80 private constant FIRST = (1 << 64) + 1;

    function test_KeepsEveryRound() public {
        vm.warp(NOW + 1);
        feed.setAnswer(-5);
        feed.setAnswerAt(7, uint64(NOW + 9));
        _assertRound(FIRST, 3000e8, NOW);
        _assertRound(FIRST + 1, -5, NOW + 1);
        _assertRound(FIRST + 2, 7, NOW + 9);
        (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound) = feed
            .latestRoundData();
        assertEq(roundId, FIRST + 2);
        assertEq(answer, 7);
        assertEq(startedAt, NOW + 9);
        assertEq(updatedAt, NOW + 9);
        assertEq(answeredInRound, FIRST + 2);
        assertEq(feed.decimals(), 8);
        assertEq(feed.description(), "ETH / USD");
    }

    function test_StartsAPhaseAndRewritesRounds() public {
        feed.startPhase();
        feed.setAnswer(9);
        assertEq(feed.latestRound(), (2 << 64) + 1);
        _assertRound((2 << 64) + 1, 9, NOW);
        _assertRound(FIRST, 3000e8, NOW);
        feed.setRound(FIRST, 8, 77);
        _assertRound(FIRST, 8, 77);
        assertEq(feed.latestRound(), (2 << 64) + 1);
    }

    function test_RevertWhen_RoundIsMissing() public {
        vm.expectRevert(abi.encodeWithSelector(MockAggregator.NoData.selector, FIRST - 1));
        feed.getRoundData(FIRST - 1);
        vm.expectRevert(abi.encodeWithSelector(MockAggregator.NoData.selector, FIRST + 1));
        feed.getRoundData(FIRST + 1);
    }

    function test_RevertWhen_CallerIsNotOwner() public {
        vm.startPrank(address(0xbad));
        bytes memory refusal = abi.encodeWithSelector(MockAggregator.NotOwner.selector, address(0xbad));
        vm.expectRevert(refusal);
        feed.setAnswer(1);
        vm.expectRevert(refusal);
        feed.setAnswerAt(1, 1);
        vm.expectRevert(refusal);
        feed.setMode(MockAggregator.Mode.Revert);
        vm.expectRevert(refusal);
        feed.startPhase();
        vm.expectRevert(refusal);
        feed.setRound(1, 1, 1);
        vm.expectRevert(refusal);
        feed.transferOwnership(address(0xbad));
        vm.stopPrank();
    }

    function test_RevertWhen_AnswerDoesNotFit() public {
        vm.expectRevert(abi.encodeWithSelector(MockAggregator.AnswerTooLarge.selector, type(int256).max));
        feed.setAnswer(type(int256).max);
        vm.expectRevert(abi.encodeWithSelector(MockAggregator.AnswerTooLarge.selector, type(int256).max));
        feed.setRound(FIRST, type(int256).max, 1);
    }

    function test_TransfersOwnership() public {
        feed.transferOwnership(address(0xbeef));
        vm.prank(address(0xbeef));
        feed.setAnswer(1);
        assertEq(feed.owner(), address(0xbeef));
    }

    function _assertRound(uint80 roundId, int256 answer, uint256 updatedAt) private view {
        (uint80 r, int256 a, , uint256 u, ) = feed.getRoundData(roundId);
        assertEq(r, roundId);
        assertEq(a, answer);
        assertEq(u, updatedAt);
    }
}
