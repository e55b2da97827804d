// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IncidentBase} from "../helpers/IncidentBase.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, optionId} from "../../../contracts/types/InstrumentId.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";

/// @dev Who pays what an account cannot.
contract BadDebtTest is IncidentBase {
    AccountId private daveId;

    function setUp() public override {
        super.setUp();
        (, daveId) = person("dave");
    }

    // ------------------------------------------------------------------------------------------------ backstop

    /// @dev Hyperliquid, JELLY (2025): a short of a thin token was pushed into the venue's shared vault by taking its margin
    /// away, the spot price was raised, and since the vault's other funds backed it, deleveraging never fired.
    ///
    /// Tried here: the same at one dollar and two, with no liquidator bidding. The margin is taken away, the short is given to the
    /// insurance fund's account, and the long waits to be paid out of the pool.
    ///
    /// Stopped by: margin in use cannot leave; nobody may act for the insurance account, which never holds a position;
    /// what it lacks is known at once, and anyone's `deleverage` closes the long at the short's bankruptcy price. Without it
    /// the long would take 7 million of the lenders' money.
    function test_JellyShortIsNotInherited() public {
        listThin(20_000_000e18);
        fund(crew(0), USDC_ID, 3_000_000e6);
        fund(crew(1), USDC_ID, 3_000_000e6);
        int256 before = wealth();
        wash(crew(0), crew(1), thinPerp, 10_000_000e18, 1e18);
        vm.prank(mallory);
        vm.expectPartialRevert(IClearinghouseTypes.WithdrawalTooLarge.selector);
        house.withdraw(crew(1), USDC_ID, 400_000e6, mallory);

        thinFeed.setAnswer(2e8);
        assertLt(equityOf(crew(1)), -7_000_000e18, "set-up: the short is bankrupt");
        assertGt(equityOf(crew(0)), 12_990_000e18, "set-up: and the long has won it");
        ILiquidator.Call memory push = order(leg(thinPerp, 1e18));
        (push.account, push.liquidator) = (crew(1), insurance.account());
        vm.expectRevert(
            abi.encodeWithSelector(ILiquidator.NotAuthorised.selector, insurance.account(), mallory)
        );
        vm.prank(mallory);
        liquidator.liquidate(push);

        liquidator.deleverage(crew(1));
        assertNoGain(before);
        assertEq(house.positionsOf(insurance.account()).length, 0);
        assertEq(equityOf(bobId), 10_000_000e18);
        assertEq(equityOf(keeperId), 10_000_000e18);
        assertSolvent();
    }

    /// @dev The same with a million in the fund.
    ///
    /// What is left of the attack: the fund pays first, by design, so a jump beyond all margin within one price costs it what it
    /// has, and no more; lenders pay nothing. The cap on open interest bounds the jump's size.
    function test_JellyTakesNoMoreThanTheFund() public {
        insure(1_000_000e6);
        listThin(20_000_000e18);
        fund(crew(0), USDC_ID, 3_000_000e6);
        fund(crew(1), USDC_ID, 3_000_000e6);
        int256 before = wealth();
        wash(crew(0), crew(1), thinPerp, 10_000_000e18, 1e18);
        thinFeed.setAnswer(2e8);
        IClearinghouseTypes.Deleverage memory paid = liquidator.deleverage(crew(1));
        assertEq(paid.covered, 1_000_000e18);
        assertEq(paid.socialised, uint256(0));
        assertLe(wealth(), before + int256(paid.covered), "the fund, which staked for it, and nothing else");
        assertEq(equityOf(bobId), 10_000_000e18);
        assertSolvent();
    }

    /// @dev With a liquidator and a price that doubles in steps of 1% the fund pays nothing: each step takes the short's
    /// risk down while it can still pay, penalty included, and whoever takes it over can sell it on.
    function test_JellyIsLiquidatedOnTheWay() public {
        insure(1_000_000e6);
        fund(crew(0), USDC_ID, 8_500e6);
        fund(crew(1), USDC_ID, 8_500e6);
        wash(crew(0), crew(1), ethPerp, 10e18, 4_000e18);
        int256 before = wealth() + equityOf(keeperId);
        uint256 penalties;
        for (uint256 price = 4_040e18; price < 8_000e18; price = (price * 101) / 100) {
            setPrice(ETH, price);
            (bool below, ) = liquidator.isLiquidatable(crew(1));
            if (below) penalties += liquidate(crew(1)).penalty;
        }
        assertGt(markOf(ethPerp), 7_900e18, "set-up: the price has doubled");
        assertGt(penalties, 100e18);
        assertEq(insurance.balance(), 1_000_000e18);
        assertGe(equityOf(crew(1)), 0);
        assertApproxEqAbs(wealth() + equityOf(keeperId), before, 1e6, "between the two of them");
        assertSolvent();
    }

    // ------------------------------------------------------------------------------------------------ bad debt

    /// @dev Perpetual Protocol v2 (2022): positions closed by one path were not checked for bad debt, so that a trader lost to
    /// himself what he did not have, and the winner withdrew it.
    ///
    /// Tried here: an account that lacks 1,000 closes at the mark against a friend instead of being liquidated.
    ///
    /// Stopped by: an insolvent account's trade must bring in what it lacks in proportion to the risk it sheds: at 3,200 the
    /// friend pays the debt, at the mark of 3,100 the trade is refused.
    function test_PerpV2ClosingAgainstAFriend() public {
        fund(crew(0), USDC_ID, 8_000e6);
        fund(crew(1), USDC_ID, 8_000e6);
        int256 before = wealth();
        wash(crew(0), crew(1), ethPerp, 10e18, 4_000e18);
        int256 fees = before - wealth();
        setPrice(ETH, 3_100e18);
        int256 owed = equityOf(crew(0));
        assertLt(owed, -1_000e18, "set-up: a debt of a thousand to leave behind");
        // what the friend would walk away with
        assertGt(equityOf(crew(1)), 16_900e18, "set-up: more than both had");
        vm.expectPartialRevert(IClearinghouseTypes.BelowInitialMargin.selector);
        // a little above the mark, so that its equity even rises, fee included
        this.close(3_103e18);
        this.close(3_205e18);
        assertGe(house.cashOf(crew(0)), 0, "nothing is owed");
        assertLe(wealth(), before - fees);
        assertSolvent();
    }

    function close(uint256 price) external {
        wash(crew(1), crew(0), ethPerp, 10e18, price);
    }

    /// @dev The same by another path: an expiry turns the positions into cash, a debt remains, and no liquidation can come to it
    /// since there is nothing to take.
    ///
    /// Tried here: mallory sells calls to herself and lets them expire far in the money.
    ///
    /// Stopped by: `coverBadDebt`, which anyone may call: the fund pays, then all positive cash, and the books say so. The
    /// buyer's gain beyond the seller's margin is then what it is everywhere, the risk of a gap of more than the margin.
    function test_PerpV2DebtLeftByAnExpiry() public {
        insure(50_000e6);
        InstrumentId call = _callThatExpires();
        assertEq(house.positionsOf(aliceId).length, 1);
        _settle();
        int256 owed = house.cashOf(aliceId);
        assertLt(owed, 0, "set-up: a debt and nothing else");
        vm.expectPartialRevert(ILiquidator.NothingToDeleverage.selector);
        liquidator.deleverage(aliceId);
        ILiquidator.Call memory take = order(leg(call, 1));
        vm.expectRevert();
        send(take);

        vm.prank(carol);
        (uint256 covered, uint256 remaining) = liquidator.coverBadDebt(aliceId);
        assertEq(covered, uint256(-owed));
        assertEq(remaining, uint256(0));
        assertEq(house.cashOf(aliceId), 0);
        assertEq(insurance.balance(), 50_000e18 + owed);
        assertSolvent();
        // and not once more, nor for anybody who owes nothing or has something to pay with
        AccountId[3] memory others = [aliceId, bobId, daveId];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.AccountNotEmpty.selector, others[i]));
            liquidator.coverBadDebt(others[i]);
        }
    }

    /// @dev Alice sells 10 calls at 4,000 to bob, with 10,000 behind them.
    function _callThatExpires() private returns (InstrumentId call) {
        house.setDated(ETH, IClearinghouseTypes.DatedConfig(true, 1_000e18, 500));
        uint256 expiry = ((block.timestamp / 1 hours) + 24) * 1 hours;
        postFlat(ETH, expiry, 0.6e18, 0);
        call = optionId(ETH, expiry, 4_000e18, true);
        fund(aliceId, USDC_ID, 10_000e6);
        trade(bobId, aliceId, call, 10e18);
        vm.warp(expiry + 1);
        setPrice(BTC, BTC_PRICE);
        setPrice(ETH, 5_500e18);
        surfaces.settle((uint256(ETH) << 20) | (expiry / 1 hours), 5_500e18);
    }

    function _settle() private {
        AccountId[] memory accounts = new AccountId[](2);
        (accounts[0], accounts[1]) = (aliceId, bobId);
        house.settleExpired(accounts);
    }

    // ------------------------------------------------------------------------------------------------ deleveraging

    /// @dev 10 October 2025 (several venues): queues that rank by profit and leverage closed the winning legs of hedged accounts
    /// whole, and left them with the losing ones.
    ///
    /// Tried here: dave holds 10 WETH and is short 10 ETH against them; bob is short 30. A long of 20 goes bankrupt.
    ///
    /// Stopped by: no ranking. Every short closes the same half and pays by its size, so that dave keeps half of his hedge, and
    /// what he lost of it he was paid for. A queue by profit would have taken all 10 of his before or after bob's.
    function test_October10HedgedAccountKeepsItsShare() public {
        fund(daveId, WETH_ID, 10e18);
        fund(carolId, USDC_ID, 100_000e6);
        fund(crew(0), USDC_ID, 16_000e6);
        trade(crew(0), daveId, ethPerp, 10e18);
        trade(crew(0), bobId, ethPerp, 10e18);
        trade(carolId, bobId, ethPerp, 20e18);
        setPrice(ETH, 3_100e18);
        (int256 daves, int256 bobs) = (equityOf(daveId), equityOf(bobId));
        assertApproxEqAbs(equityOf(crew(0)), -2_000e18, 10, "set-up: bankrupt by 2,000");

        liquidator.deleverage(crew(0));
        (int256 size, ) = house.positionOf(daveId, ethPerp);
        assertEq(size, -5e18);
        (size, ) = house.positionOf(bobId, ethPerp);
        assertEq(size, -15e18);
        assertApproxEqAbs(
            daves - equityOf(daveId),
            500e18,
            10,
            "a quarter of the debt for a quarter of the side"
        );
        assertApproxEqAbs(bobs - equityOf(bobId), 1_500e18, 10);
        (bool below, ) = liquidator.isLiquidatable(daveId);
        assertFalse(below);
        // what the closed half has earned is cash: 5 * 900 less the 500
        assertApproxEqAbs(house.cashOf(daveId), 4_000e18, 10);
        assertEq(wealth(), 0, "the bankrupt account has nothing left");
        assertSolvent();
    }

    /// @dev Derive (audit): a counter of insolvency that was not reduced pro rata blocked withdrawals for good.
    ///
    /// Tried here: a bankruptcy beyond the whole side's value, shared by fund, counterparties and all positive cash; then
    /// everybody leaves, one after the other, to the last unit.
    ///
    /// Stopped by: each loss is taken off what it is taken from in the same call, and no counter stands in anybody's way.
    function test_DeriveEverybodyLeavesAfterALoss() public {
        insure(1_000e6);
        longAt(500e18);
        liquidator.deleverage(aliceId);
        assertGt(house.solvency().socialised, 20_000e18, "set-up: a loss that reached the lenders");
        AccountId[2] memory leaving = [bobId, keeperId];
        for (uint256 i = 0; i < 2; ++i) {
            AccountId[] memory one = new AccountId[](1);
            one[0] = leaving[i];
            house.settleExpired(one);
            uint256 all = uint256(house.cashOf(leaving[i])) / 1e12;
            vm.prank(leaving[i].owner());
            house.withdraw(leaving[i], USDC_ID, all, leaving[i].owner());
            assertLt(uint256(house.cashOf(leaving[i])), 1e12);
        }
        assertSolvent();
    }
}
