// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IncidentBase} from "../helpers/IncidentBase.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {IOrderMatcher} from "../../../contracts/interfaces/IOrderMatcher.sol";

/// @dev The last wei, many times over.
contract RoundingTest is IncidentBase {
    /// @dev Empties the pool of cash.
    function _everybodyLeaves() private {
        AccountId[2] memory accounts = [bobId, keeperId];
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(accounts[i].owner());
            house.withdraw(accounts[i], USDC_ID, 10_000_000e6, accounts[i].owner());
        }
        assertEq(house.cashState().supplied, uint256(0), "set-up: nobody is in the market");
    }

    /// @dev Sonne (2024), Hundred (2023), Onyx (2023): an empty market; the first supplier keeps a wei, donates, and redeems more
    /// than it is worth because the division rounds.
    ///
    /// Tried here: the only supplier of cash holds the smallest unit, lends it to herself at 64% for ten years so that the index
    /// leaves one, and sends a million to the pool. Alice supplies 999,999 and takes it out; so does mallory, unit by unit.
    ///
    /// Stopped by: the index is a number that time moves and not a quotient of balances; what is credited rounds down and what
    /// is debited rounds up.
    function test_SonneEmptyMarket() public {
        _everybodyLeaves();
        fund(crew(0), USDC_ID, 1);
        fund(crew(1), WETH_ID, 10e18);
        vm.prank(mallory);
        house.withdraw(crew(1), USDC_ID, 1, mallory);
        for (uint256 i = 0; i < 120; ++i) {
            skip(30 days);
            house.accrueInterest();
        }
        assertGt(house.cashState().supplyIndex, 100e18, "set-up: a unit of principal is worth hundreds");
        usdc.mint(address(house), 1_000_000e6);

        fund(aliceId, USDC_ID, 999_999e6);
        int256 alices = house.cashOf(aliceId);
        assertGe(alices + 1_000, 999_999e18, "a donation and an index cost her a thousand wei at most");
        int256 before = wealth();
        fund(crew(0), USDC_ID, 100);
        int256 given = 100e12;
        for (uint256 i = 0; i < 100; ++i) {
            vm.prank(mallory);
            house.withdraw(crew(0), USDC_ID, 1, mallory);
        }
        assertLe(wealth(), before + given);
        assertEq(house.cashOf(aliceId), alices);
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, 999_998_999_999, alice);
        assertSolvent();
    }

    /// @dev zkLend (2025), Radiant (2024): the accumulator was inflated, and burning a floored share took out more than it cost.
    ///
    /// Tried here: on an index made large by years of interest, deposits and withdrawals of 1 to 9 units in every pairing,
    /// loans of a unit and their repayment, and transfers of a wei.
    ///
    /// Stopped by: a principal is written anew from the whole balance, floored for lenders and ceiled for borrowers, so that
    /// each round trip costs a wei or nothing.
    function test_ZkLendInflatedAccumulator() public {
        fund(crew(2), WETH_ID, 20_000e18);
        vm.prank(mallory);
        house.withdraw(crew(2), USDC_ID, 19_000_000e6, mallory);
        for (uint256 i = 0; i < 36; ++i) {
            skip(30 days);
            house.accrueInterest();
        }
        assertGt(house.cashState().supplyIndex, 2e18, "set-up: the accumulator is far from one");
        fund(crew(0), USDC_ID, 1_000);
        fund(crew(1), WETH_ID, 1e18);
        int256 before = wealth();
        int256 bobs = house.cashOf(bobId);
        vm.startPrank(mallory);
        for (uint256 i = 1; i < 10; ++i) {
            for (uint256 j = 1; j < 10; ++j) {
                house.deposit(crew(0), USDC_ID, i);
                house.withdraw(crew(0), USDC_ID, j, mallory);
            }
            house.withdraw(crew(1), USDC_ID, i, mallory);
            house.deposit(crew(1), USDC_ID, i);
            house.transfer(crew(0), crew(3), USDC_ID, 1);
            house.transfer(crew(0), crew(3), USDC_ID, i * 1e11 + 7);
        }
        vm.stopPrank();
        assertNoGain(before);
        assertGe(wealth() + 1_000, before, "and what it costs is dust");
        assertEq(house.cashOf(bobId), bobs);
        assertSolvent();
    }

    /// @dev Balancer v2 (2025): amounts were scaled rounding down, and a batch of dust swaps multiplied the error.
    ///
    /// Tried here: at a price of 0.37 a trade of one or two wei has a notional of nothing. Mallory takes bob's resting orders, to
    /// buy and to sell, wei by wei, 60 times; and pays no fee, as it rounds to nothing.
    ///
    /// Stopped by: the cash leg is the same number on both sides, so that the pool loses nothing; a fill errs by less than a
    /// wei of a dollar for whoever it is with; it costs a transaction each, and no batch shares its rounding.
    function test_BalancerBatchOfDust() public {
        listThin(1_000_000e18);
        thinFeed.setAnswer(0.37e8);
        fund(crew(0), USDC_ID, 1_000e6);
        (, uint256 bobKey) = makeAddrAndKey("bob");
        IOrderMatcher.SignedOrder[2] memory resting = [
            signed(bobKey, orderOf(bobId, thinPerp, 1_000e18, 0.37e18)),
            signed(bobKey, orderOf(bobId, thinPerp, -1_000e18, 0.37e18))
        ];
        int256 before = wealth();
        int256 bobs = equityOf(bobId);
        for (uint256 i = 0; i < 60; ++i) {
            int256 size = i % 2 == 0 ? -int256(1 + (i % 3)) : int256(1 + (i % 3));
            IOrderMatcher.SignedOrder memory takes = signed(
                malloryKey,
                orderOf(crew(0), thinPerp, size, 0.37e18)
            );
            matcher.matchOrders(resting[i % 2], takes, 10);
        }
        // 60 fills of up to three wei
        assertLe(wealth(), before + 60, "less than a wei a fill");
        assertGe(equityOf(bobId), bobs - 120);
        assertSolvent();
    }
}
