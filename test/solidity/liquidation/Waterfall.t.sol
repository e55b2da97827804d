// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {LiquidationBase} from "./LiquidationBase.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";

/// @dev One account that falls through every step of the waterfall; docs/waterfall.md tells it with these figures.
contract WaterfallTest is LiquidationBase {
    function test_EveryStep() public {
        insure(1_000e6);
        _open();
        _penalty();
        _incentive();
        _deleverage();
        _socialise();
    }

    /// @dev 5 WETH of collateral, 6,000 borrowed, 10 ETH long of bob, at 4,000.
    function _open() private {
        fund(aliceId, WETH_ID, 5e18);
        trade(aliceId, bobId, ethPerp, 10e18);
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, 6_000e6, alice);
        _expect(14_000e18, 9_240e18);
    }

    /// @dev ETH at 3,600: below maintenance. A liquidator takes 2 ETH and the account pays 5% of what that frees.
    function _penalty() private {
        setPrice(ETH, 3_600e18);
        _expect(8_000e18, 8_316e18);
        ILiquidator.Quote memory terms = send(order(leg(ethPerp, 2e18)));
        assertEq(terms.relief, 1_072.8e18);
        assertEq(terms.penalty, 53.64e18);
        assertEq(terms.incentive, uint256(0));
        _expect(7_946.36e18, 7_243.2e18);
    }

    /// @dev ETH at 3,000: E / MM is 2.4%, and the fund adds what is missing to 5%.
    function _incentive() private {
        setPrice(ETH, 3_000e18);
        _expect(146.36e18, 6_036e18);
        ILiquidator.Quote memory terms = send(order(leg(ethPerp, 1e18)));
        assertEq(terms.relief, 447e18);
        assertApproxEqAbs(int256(terms.penalty), 10.8388e18, 1e14);
        assertEq(terms.penalty + terms.incentive, 22.35e18);
        assertApproxEqAbs(insurance.balance(), 988.4888e18, 1e14);
    }

    /// @dev ETH at 2,600 within a block: the account lacks more than the fund has. The fund pays what it has, and bob, who
    /// holds the other side, closes 7 of his 10 ETH at 3,125.14 instead of 2,600.
    function _deleverage() private {
        setPrice(ETH, 2_600e18);
        int256 equity = margin(aliceId).equity;
        assertApproxEqAbs(equity, -4_664.4788e18, 1e14);
        ILiquidator.Call memory call = order(leg(ethPerp, 1e18));
        vm.expectPartialRevert(ILiquidator.DeleverageRequired.selector);
        send(call);
        int256 bobs = margin(bobId).equity;
        vm.prank(carol);
        IClearinghouseTypes.Deleverage memory losses = liquidator.deleverage(aliceId);
        assertApproxEqAbs(int256(losses.covered), 988.4888e18, 1e14);
        assertApproxEqAbs(int256(losses.deleveraged), 3_675.99e18, 1e14);
        assertEq(losses.covered + losses.deleveraged, uint256(-equity), "each wei once");
        assertEq(losses.socialised, uint256(0));
        assertApproxEqAbs(margin(bobId).equity, bobs - int256(losses.deleveraged), 5_000);
        (int256 size, ) = house.positionOf(bobId, ethPerp);
        assertApproxEqAbs(size, -3e18, 1);
        assertEq(insurance.balance(), 0);
        _expect(0, 2_132e18);
    }

    /// @dev ETH at 2,500 before anybody has taken the collateral: 5 WETH pay 12,500 of a debt of 13,000, nothing insures it,
    /// and all positive cash bears 500.
    function _socialise() private {
        setPrice(ETH, 2_500e18);
        assertApproxEqAbs(margin(aliceId).equity, -500e18, 1_000);
        uint256 supplied = house.cashState().supplied - 12_500e18;
        int256 bobs = house.cashOf(bobId);
        send(order(asset(WETH_ID, 5e18)));
        assertEq(house.cashOf(aliceId), 0);
        IClearinghouseTypes.Solvency memory pool = house.solvency();
        assertApproxEqAbs(int256(pool.socialised), 500e18, 1_000);
        assertApproxEqAbs(int256(pool.covered + pool.deleveraged + pool.socialised), 5_164.4788e18, 1e14);
        assertEq(pool.badDebt, uint256(0));
        assertGe(int256(pool.assets), pool.claims);
        // what bob's closed position has paid is still pending, and bears nothing
        assertApproxEqRel(uint256(bobs - house.cashOf(bobId)), (uint256(bobs) * 500e18) / supplied, 1e15);
    }

    function _expect(int256 equity, uint256 maintenance) private view {
        IRiskTypes.Margin memory now_ = margin(aliceId);
        assertApproxEqAbs(now_.equity, equity, 1_000);
        assertEq(now_.maintenanceMargin, maintenance);
    }
}
