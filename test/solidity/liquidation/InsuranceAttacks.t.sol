// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {InsuranceBase} from "./InsuranceBase.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId} from "../../../contracts/types/InstrumentId.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ICashPool} from "../../../contracts/interfaces/ICashPool.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";

/// @dev What somebody gains who tries: donations, being first, running from a loss.
contract InsuranceAttacksTest is InsuranceBase {
    // ------------------------------------------------------------------------------------------------ donations

    function test_DonatedTokensChangeNothing() public {
        stake(alice, 1_000e6);
        usdc.mint(address(insurance), 5_000e6);
        usdc.mint(address(house), 5_000e6);
        assertEq(insurance.totalAssets(), 1_000e6);
        assertEq(insurance.convertToAssets(1e12), 1e6);
        assertEq(stake(bob, 10e6), 10e12);
        assertEq(exit(alice), 1_000e6);
    }

    function test_RevertWhen_StrangerDepositsIntoTheAccount() public {
        usdc.mint(carol, 1e6);
        AccountId target = insurance.account();
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.NotAuthorised.selector, target, carol, uint8(4))
        );
        vm.prank(carol);
        house.deposit(target, USDC_ID, 1e6);
    }

    // ------------------------------------------------------------------------------------------------ being first

    /// @dev A first depositor of a unit who makes shares dear by a gift loses half of it to the virtual shares, while the
    /// victim loses less than a share.
    function testFuzz_InflatingTheFirstShareLoses(uint256 first, uint256 given, uint256 victim) public {
        first = bound(first, 1, 1e6);
        given = bound(given, 1, 10_000_000e6);
        victim = bound(victim, given / 1e6 + 2, 10_000_000e6);
        stake(carol, first);
        give(carol, given);
        vm.prank(carol);
        insurance.fund(given);
        uint256 got = insurance.convertToAssets(stake(alice, victim));
        assertGe(got + given / 1e6 + 2, victim, "the victim's loss is less than a share");
        uint256 wealth = insurance.convertToAssets(insurance.balanceOf(carol));
        assertLe(wealth, first + given, "the attack never pays");
    }

    /// @dev What would buy less than a share is refused rather than swallowed.
    function test_RevertWhen_DepositBuysNoShare() public {
        stake(carol, 1);
        gift(4_000_000e6);
        give(alice, 1);
        vm.expectRevert(
            abi.encodeWithSelector(ICashPool.DepositTooSmall.selector, uint256(1), uint256(2_000_001))
        );
        vm.prank(alice);
        insurance.deposit(1, alice);
        vm.prank(alice);
        vm.expectRevert(ICashPool.AmountZero.selector);
        insurance.deposit(0, alice);
    }

    /// @dev What was given before anybody staked belongs to nobody, who bears losses with the others.
    function testFuzz_FirstStakerGetsNoneOfTheGift(uint256 given, uint256 staked) public {
        given = bound(given, 1, 10_000_000e6);
        staked = bound(staked, 1, 10_000_000e6);
        gift(given);
        assertEq(insurance.totalSupply(), 0, "a gift mints nothing");
        assertEq(insurance.previewDeposit(staked), staked * 1e6);
        give(alice, staked);
        vm.expectEmit(address(insurance));
        emit ICashPool.SharesLocked(given * 1e6);
        vm.prank(alice);
        uint256 shares = insurance.deposit(staked, alice);
        assertEq(shares, staked * 1e6, "at par, to the unit");
        assertEq(insurance.balanceOf(insurance.LOCKED()), given * 1e6);
        assertEq(exit(alice), staked);
        assertEq(insurance.totalAssets(), given);
    }

    /// @dev Fees that were swept in before are no different, nor is what is left after everybody left.
    function test_WhatIsLeftBelongsToNobody() public {
        stake(alice, 1_000e6);
        exit(alice);
        assertEq(insurance.totalSupply(), 0);
        gift(500e6);
        assertEq(stake(bob, 100e6), 100e12);
        assertEq(exit(bob), 100e6);
        assertEq(insurance.balanceOf(insurance.LOCKED()), 500e12);
    }

    /// @dev Who wants to add money for good stakes it for the address that cannot leave.
    function test_StakingForNobodyCannotBeCaptured() public {
        stake(carol, 1);
        give(address(this), 1_000_000e6);
        insurance.deposit(1_000_000e6, insurance.LOCKED());
        assertEq(insurance.convertToAssets(insurance.balanceOf(carol)), 1);
    }

    function test_GiftRaisesThePrice() public {
        stake(alice, 1_000e6);
        stake(bob, 3_000e6);
        uint256 supply = insurance.totalSupply();
        gift(400e6);
        assertEq(insurance.totalSupply(), supply);
        // the virtual unit takes its part of 2.5e-10
        assertApproxEqAbs(insurance.convertToAssets(1_000e12), 1_100e6, 1);
        assertApproxEqAbs(insurance.convertToAssets(3_000e12), 3_300e6, 1);
    }

    // ------------------------------------------------------------------------------------------------ running

    /// @dev Alice asks to leave, Bob stays. A liquidation's bad debt takes a quarter: both bear it alike.
    function test_RunningBeforeALossEscapesNothing() public {
        stake(alice, 2_000e6);
        stake(bob, 2_000e6);
        requestAll(alice);
        skip(DELAY / 2);
        uint256 paid = _badDebt();
        assertEq(paid, 1_230.95e6, "bad debt of 1,000 and the liquidator's 230.95");
        skip(DELAY / 2);
        uint256 atPrice = insurance.previewRedeem(insurance.maxRedeem(alice));
        uint256 redeemed = redeem(alice, insurance.maxRedeem(alice));
        assertEq(redeemed, atPrice);
        assertApproxEqAbs(redeemed, 2_000e6 - paid / 2, 1);
        assertApproxEqAbs(exit(bob), redeemed, 1);
    }

    /// @dev A request that is due pays at the price of the moment, not of an earlier one.
    function test_LossAfterTheDelayHitsTheRequestToo() public {
        stake(alice, 2_000e6);
        stake(bob, 2_000e6);
        requestAll(alice);
        skip(DELAY);
        assertEq(insurance.maxWithdraw(alice), 2_000e6);
        lose(1_000e6);
        assertApproxEqAbs(insurance.maxWithdraw(alice), 1_500e6, 1);
        assertApproxEqAbs(redeem(alice, insurance.maxRedeem(alice)), 1_500e6, 1);
    }

    function test_SharesInEscrowShareGains() public {
        stake(alice, 2_000e6);
        stake(bob, 2_000e6);
        requestAll(alice);
        gift(1_000e6);
        skip(DELAY);
        assertApproxEqAbs(redeem(alice, insurance.maxRedeem(alice)), 2_500e6, 1);
    }

    /// @dev Nothing is left: shares redeem for nothing, and who stakes then does not pay for the loss.
    function test_LosingAll() public {
        uint256 shares = stake(alice, 2_000e6);
        requestAll(alice);
        lose(2_000e6);
        assertEq(insurance.totalAssets(), 0);
        stake(bob, 1_000e6);
        assertApproxEqAbs(insurance.convertToAssets(insurance.balanceOf(bob)), 1_000e6, 1);
        skip(DELAY);
        assertLe(redeem(alice, shares), 1);
        assertApproxEqAbs(exit(bob), 1_000e6, 2);
    }

    function test_SharesWithoutValueMayLeave() public {
        uint256 shares = stake(alice, 2_000e6);
        requestAll(alice);
        lose(2_000e6);
        skip(DELAY);
        assertEq(insurance.maxRedeem(alice), shares);
        assertEq(redeem(alice, shares), 0);
        assertEq(insurance.totalSupply(), 0);
        assertEq(stake(bob, 1_000e6), 1_000e12, "at par again");
    }

    /// @dev After losses of everything shares become so many that the fund takes no more, and says so.
    function test_RefusesDepositsBeforeSharesOverflow() public {
        for (uint256 i = 0; i < 8; ++i) {
            uint256 most = insurance.maxDeposit(alice);
            if (most == 0) break;
            uint256 amount = most < 1_000_000e6 ? most : 1_000_000e6;
            stake(alice, amount);
            lose(insurance.totalAssets());
        }
        assertEq(insurance.maxDeposit(alice), 0);
        assertEq(insurance.maxMint(alice), 0);
        assertLe(insurance.totalSupply(), type(uint240).max);
        requestAll(alice);
        skip(DELAY);
        redeem(alice, insurance.maxRedeem(alice));
        assertGt(insurance.maxDeposit(alice), 1_000_000e6);
    }

    /// @dev Carol is 10 ETH long from 4,000 on 8,000 of cash; at 3,100 a keeper takes all of it and 1,000 is missing.
    function _badDebt() private returns (uint256 paid) {
        fund(bobId, USDC_ID, 1_000_000e6);
        fund(keeperId, USDC_ID, 1_000_000e6);
        fund(carolId, USDC_ID, 8_000e6);
        trade(carolId, bobId, ethPerp, 10e18);
        setPrice(ETH, 3_100e18);
        ILiquidator.Selection memory all;
        (all.instruments, all.sizes) = (new InstrumentId[](1), new uint256[](1));
        (all.instruments[0], all.sizes[0]) = (ethPerp, 10e18);
        uint256 before = insurance.totalAssets();
        liquidate(carolId, all);
        assertEq(house.cashOf(carolId), 0, "covered");
        return before - insurance.totalAssets();
    }
}
