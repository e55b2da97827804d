// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {LiquidationBase} from "./LiquidationBase.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ICashPool} from "../../../contracts/interfaces/ICashPool.sol";
import {IInsuranceFund} from "../../../contracts/interfaces/IInsuranceFund.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";

contract InsuranceTest is LiquidationBase {
    // ------------------------------------------------------------------------------------------------ the fund

    function test_Fund() public {
        usdc.mint(carol, 1_000e6);
        vm.startPrank(carol);
        usdc.approve(address(insurance), 1_000e6);
        vm.expectEmit(address(insurance));
        emit IInsuranceFund.Funded(carol, 1_000e6);
        insurance.fund(1_000e6);
        vm.stopPrank();
        assertEq(insurance.balance(), 1_000e18);
        assertEq(usdc.balanceOf(address(insurance)), 0);
    }

    function test_RevertWhen_AmountZero() public {
        vm.expectRevert(ICashPool.AmountZero.selector);
        insurance.fund(0);
    }

    // ------------------------------------------------------------------------------------------------ incentive

    /// @dev ETH at 3,220: E = 200, MM = 4,797.8, E / MM = 4.1686% < 5%. A tenth frees 479.78: the account pays 4.1686% of it
    /// and the fund what is missing to 5%, 23.989.
    function test_TopsUpToFivePercent() public {
        insure(1_000e6);
        longAt(3_220e18);
        ILiquidator.Quote memory terms = liquidateChecked(leg(ethPerp, 1e18));
        assertEq(terms.relief, 479.78e18);
        assertEq(terms.phi, uint256(200e36) / 4_797.8e18);
        assertApproxEqAbs(terms.penalty, 20e18, 1_000);
        assertEq(terms.penalty + terms.incentive, 23.989e18);
        assertEq(insurance.balance(), 1_000e18 - int256(terms.incentive));
    }

    function test_EmitsIncentive() public {
        insure(2_000e6);
        longAt(3_100e18);
        ILiquidator.Call memory params = order(leg(ethPerp, 1e18));
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.IncentivePaid(keeperId, 23.095e18);
        vm.prank(keeper);
        liquidator.liquidate(params);
        assertEq(house.cashOf(keeperId), 10_000_000e18 + 23.095e18);
    }

    function test_PaysNoIncentiveWhereTheAccountCan() public {
        insure(1_000e6);
        longAt(3_750e18);
        assertEq(liquidateChecked(leg(ethPerp, 1e18)).incentive, uint256(0));
        assertEq(insurance.balance(), 1_000e18);
    }

    function test_PaysAsFarAsItHas() public {
        insure(2e6);
        longAt(3_220e18);
        ILiquidator.Quote memory terms = liquidateChecked(leg(ethPerp, 1e18));
        assertEq(terms.incentive, 2e18);
        assertEq(insurance.balance(), 0);
        assertEq(liquidator.quote(aliceId, leg(ethPerp, 1e18)).incentive, uint256(0));
    }

    /// @dev What it pays counts toward the reward that the liquidator asks for.
    function test_CountsTowardMinReward() public {
        insure(2_000e6);
        longAt(3_100e18);
        ILiquidator.Call memory params = order(leg(ethPerp, 1e18));
        params.minReward = 23.095e18;
        send(params);
    }

    // ------------------------------------------------------------------------------------------------ bad debt

    /// @dev ETH at 3,100: E = -1,000, MM = 4,619. All of it goes at mark; the fund pays 5% of the relief, 230.95, then the debt.
    function test_CoversBadDebt() public {
        insure(5_000e6);
        longAt(3_100e18);
        ILiquidator.Call memory params = order(leg(ethPerp, 10e18));
        vm.expectEmit(address(liquidator));
        emit ILiquidator.Liquidated(
            aliceId,
            keeperId,
            keeper,
            -1_000e18,
            4_619e18,
            -1_000e18,
            0,
            0,
            230.95e18
        );
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.BadDebtCovered(aliceId, 1_000e18, 0);
        vm.expectEmit(address(liquidator));
        emit ILiquidator.BadDebt(aliceId, 1_000e18, 0);
        vm.prank(keeper);
        liquidator.liquidate(params);
        assertEq(house.cashOf(aliceId), 0);
        assertEq(insurance.balance(), 5_000e18 - 230.95e18 - 1_000e18);
        assertEq(house.cashState().borrowed, uint256(0));
        assertEq(flaggedAt(aliceId), uint256(0));
    }

    /// @dev 1,100 in the fund: 1,000 are kept for the debt, so that 100 are left for the incentive of 230.95.
    function test_KeepsWhatTheDebtWillNeed() public {
        insure(1_100e6);
        longAt(3_100e18);
        ILiquidator.Quote memory terms = send(order(leg(ethPerp, 10e18)));
        assertEq(terms.incentive, 100e18);
        assertEq(insurance.balance(), 0);
        assertEq(house.cashOf(aliceId), 0);
    }

    /// @dev Where the fund cannot pay what the account lacks, its positions are closed against their counterparties.
    function test_RevertWhen_TheFundCannotPayTheDebt() public {
        insure(500e6);
        longAt(3_100e18);
        ILiquidator.Call memory params = order(leg(ethPerp, 10e18));
        vm.expectRevert(
            abi.encodeWithSelector(ILiquidator.DeleverageRequired.selector, aliceId, 1_000e18, 500e18)
        );
        vm.prank(keeper);
        liquidator.liquidate(params);
        params.selection = leg(ethPerp, 1);
        vm.expectPartialRevert(ILiquidator.DeleverageRequired.selector);
        vm.prank(keeper);
        liquidator.liquidate(params);
    }

    /// @dev Collateral has no counterparties: what an account without positions owes is borne by all positive cash.
    function test_SocialisesWhatIsLeftOfACollateralLoan() public {
        _borrowAgainstWeth();
        insure(100e6);
        int256 lent = house.cashOf(bobId);
        // without what the keeper pays for the collateral, and the fund for the debt
        uint256 claims = house.cashState().supplied - 10_100e18;
        uint256 loss = uint256(-house.cashOf(aliceId)) - 10_000e18 - 100e18;
        assertGe(loss, 900e18);
        ILiquidator.Selection memory all = asset(WETH_ID, 5e18);
        vm.expectEmit(address(liquidator));
        emit ILiquidator.BadDebt(aliceId, 100e18, 0);
        send(order(all));
        assertEq(house.cashOf(aliceId), 0);
        assertEq(house.cashState().borrowed, uint256(0));
        assertApproxEqRel(uint256(lent - house.cashOf(bobId)), (uint256(lent) * loss) / claims, 1e9);
        IClearinghouseTypes.Solvency memory pool = house.solvency();
        assertEq(pool.covered, 100e18);
        assertEq(pool.socialised, loss);
        assertEq(pool.badDebt, uint256(0));
        assertGe(int256(pool.assets), pool.claims);
    }

    /// @dev Alice owes 11,000 against 5 WETH, which are then worth 10,000.
    function _borrowAgainstWeth() private {
        fund(aliceId, WETH_ID, 5e18);
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, 11_000e6, alice);
        setPrice(ETH, 2_000e18);
    }

    /// @dev Debt is bad only once nothing else is left: a part of an insolvent account leaves it alone.
    function test_PartOfAnInsolventAccountIsNotBadDebt() public {
        insure(5_000e6);
        longAt(3_100e18);
        liquidateChecked(leg(ethPerp, 9e18));
        assertEq(insurance.balance(), 5_000e18 - int256(uint256(0.05e18 * 4_157.1e18) / 1e18));
    }

    /// @dev Every wei of the loss comes from somewhere: the fund's cash falls by what the keeper and the account gained.
    function testFuzz_PaysEachWeiOnce(uint256 price, uint256 fundRaw) public {
        fundRaw = bound(fundRaw, 1, 10_000e6);
        insure(fundRaw);
        longAt(bound(price, 2_500e18, 3_199e18));
        if (fundRaw * 1e12 < uint256(-margin(aliceId).equity)) {
            vm.expectPartialRevert(ILiquidator.DeleverageRequired.selector);
            send(order(leg(ethPerp, 10e18)));
            return;
        }
        int256 keeperBefore = house.cashOf(keeperId);
        int256 equity = margin(aliceId).equity;
        ILiquidator.Quote memory terms = send(order(leg(ethPerp, 10e18)));
        int256 paid = int256(fundRaw * 1e12) - insurance.balance();
        int256 covered = house.cashOf(aliceId) - equity;
        assertEq(house.cashOf(keeperId) - keeperBefore, int256(terms.incentive));
        assertEq(paid, int256(terms.incentive) + covered);
        assertGe(insurance.balance(), 0);
        if (insurance.balance() > 0) assertEq(house.cashOf(aliceId), 0);
    }

    function test_RevertWhen_CoveringAnAccountWithPositions() public {
        longAt(3_100e18);
        house.setModule(address(this), 2, 0, aliceId);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.AccountNotEmpty.selector, aliceId));
        house.coverBadDebt(aliceId);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.AccountNotEmpty.selector, carolId));
        house.coverBadDebt(carolId);
    }

    function test_RevertWhen_StrangerDrawsOnIt() public {
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.NotModule.selector, carol, uint8(2)));
        vm.prank(carol);
        house.coverBadDebt(aliceId);
        ILiquidator.Call memory params = order(leg(ethPerp, 1e18));
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.NotModule.selector, carol, uint8(2)));
        vm.prank(carol);
        house.executeLiquidation(params, keeper, 0, 0);
    }

    // ------------------------------------------------------------------------------------------------ the fund's account

    /// @dev Cash that the fund's account would pay for its own liquidation would come out of what it is short of.
    function test_DoesNotPayForItsOwnLiquidation() public {
        longAt(3_220e18);
        house.setInsuranceAccount(aliceId);
        assertGt(house.cashOf(aliceId), 0);
        ILiquidator.Quote memory terms = liquidateChecked(leg(ethPerp, 1e18));
        assertEq(terms.incentive, uint256(0));
        assertApproxEqAbs(terms.penalty, 20e18, 1_000);
    }

    /// @dev The fund's account may be the taker: the incentive then leaves and enters it.
    function test_TakerIsTheFund() public {
        longAt(3_220e18);
        house.setInsuranceAccount(keeperId);
        int256 cash = house.cashOf(keeperId);
        ILiquidator.Quote memory terms = send(order(leg(ethPerp, 1e18)));
        assertGt(terms.incentive, 0);
        assertApproxEqAbs(house.cashOf(keeperId) - cash, int256(terms.penalty), DUST);
    }
}
