// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IncidentBase} from "../helpers/IncidentBase.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";

/// @dev Profit that is not realised: borrowed against, taken out, or used to build more of the same.
contract UnrealisedProfitTest is IncidentBase {
    uint256 private constant SIZE = 10_000_000e18;

    function setUp() public override {
        super.setUp();
        listThin(15_000_000e18);
        fund(crew(0), USDC_ID, 5_000_000e6);
    }

    /// @dev Mango Markets (2022): a trader was long and short of himself on a thin token, raised its price, and borrowed the
    /// pool's deposits against the long's unrealised profit, leaving the short's loss behind.
    ///
    /// Tried here: the same two accounts at one dollar, then the index at three. The long withdraws; then closes against
    /// its own insolvent short at the mark, which would turn the profit into cash and leave the debt to the lenders.
    ///
    /// Stopped by: a withdrawal counts no unrealised profit; an insolvent account may close only at a price that pays its
    /// debt; deleveraging closes both at the short's bankruptcy price.
    function test_MangoBorrowsNothingAgainstItsOwnShort() public {
        fund(crew(1), USDC_ID, 5_000_000e6);
        int256 before = wealth();
        wash(crew(0), crew(1), thinPerp, SIZE, 1e18);
        int256 fees = before - wealth();
        thinFeed.setAnswer(3e8);

        IRiskTypes.Margin memory long = margin(crew(0));
        assertApproxEqAbs(long.unrealised, 20_000_000e18, 1e4, "set-up: the profit is there");
        // if it counted, 17 million of the lenders' 20 could go
        assertGt(long.equity - int256(long.initialMargin), 17_000_000e18, "set-up: and would be enough");
        vm.startPrank(mallory);
        vm.expectPartialRevert(IClearinghouseTypes.WithdrawalTooLarge.selector);
        house.withdraw(crew(0), USDC_ID, 1, mallory);
        vm.stopPrank();

        assertLt(equityOf(crew(1)), -14_900_000e18, "set-up: the short owes three times its deposit");
        vm.expectPartialRevert(IClearinghouseTypes.BelowInitialMargin.selector);
        // below the mark and the premium that the trade leaves, so that the short's equity even rises, fee included
        this.washClose(2.95e18);

        vm.prank(carol);
        liquidator.deleverage(crew(1));
        assertApproxEqAbs(wealth(), before - fees, 1e6, "what the long has won the short has lost");
        uint256 left = uint256(equityOf(crew(0))) / 1e12;
        vm.prank(mallory);
        house.withdraw(crew(0), USDC_ID, left, mallory);
        assertNoGain(before);
        assertEq(equityOf(bobId), 10_000_000e18);
        assertEq(equityOf(keeperId), 10_000_000e18);
        assertSolvent();
    }

    /// @dev External so that its revert can be expected: hashing and signing orders are calls too.
    function washClose(uint256 price) external {
        wash(crew(1), crew(0), thinPerp, SIZE, price);
    }

    /// @dev dYdX v3, YFI (2023): one trader held most of the open interest through many accounts, took the unrealised profit
    /// out while the price rose, and opened more with it; the fall back cost the insurance fund 9 million.
    ///
    /// Tried here: long at 1, then 1.50; the profit goes to a second account to open more, and the first opens more on it.
    ///
    /// Stopped by: transfers count no unrealised profit, and the market's cap on open interest counts all accounts together.
    function test_DydxPyramidOfUnrealisedProfit() public {
        trade(crew(0), bobId, thinPerp, SIZE);
        int256 bobs = equityOf(bobId);
        int256 before = wealth();
        thinFeed.setAnswer(1.5e8);

        IRiskTypes.Margin memory m = margin(crew(0));
        assertEq(m.equity - int256(m.initialMargin), 6_025_000e18, "set-up: free, were profit money");
        vm.startPrank(mallory);
        vm.expectPartialRevert(IClearinghouseTypes.WithdrawalTooLarge.selector);
        house.transfer(crew(0), crew(1), USDC_ID, 1_025_001e18);
        house.transfer(crew(0), crew(1), USDC_ID, 1_025_000e18);
        vm.stopPrank();

        // 6 more million, on either account, would be within their margin
        assertGe(
            equityOf(crew(0)),
            int256((m.initialMargin * 16) / 10),
            "set-up: margin alone would allow it"
        );
        uint256 mark = markOf(thinPerp);
        for (uint96 i = 0; i < 2; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IClearinghouseTypes.OpenInterestCapExceeded.selector,
                    thinPerp,
                    15_000_000e18,
                    16_000_000e18
                )
            );
            tradeAt(crew(i), bobId, thinPerp, 6_000_000e18, mark);
        }

        thinFeed.setAnswer(1e8);
        assertEq(wealth(), before, "back where it began");
        assertEq(equityOf(bobId), bobs);
        assertSolvent();
    }
}
