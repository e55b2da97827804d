// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {LiquidationBase} from "./LiquidationBase.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";

contract ProRataTest is LiquidationBase {
    /// @dev f = (1.2 * 5,587.5 - 5,500) / (1.15 * 5,587.5) = 1,205 / 6,425.625 = 0.187530395875887...
    function test_ByHand() public {
        longAt(3_750e18);
        (ILiquidator.Selection memory selection, uint256 fraction) = liquidator.proRata(aliceId);
        assertEq(fraction, 187_530_395_875_887_559);
        assertEq(selection.instruments.length, uint256(1));
        assertEq(selection.assetIds.length, uint256(0));
        assertEq(selection.sizes[0], 1_875_303_958_758_875_590);
        ILiquidator.Quote memory terms = liquidateChecked(selection);
        // it lands on 1.2 as closely as 18 digits let it, from below
        assertApproxEqAbs(uint256(terms.next.equity) * 10, terms.next.maintenanceMargin * 12, 100_000);
    }

    /// @dev The larger phi of a later moment needs a larger fraction: 1,205 / (0.7 * 5,587.5).
    function test_FractionGrowsWithTheRamp() public {
        longAt(3_750e18);
        flag();
        skip(900);
        (, uint256 fraction) = liquidator.proRata(aliceId);
        assertEq(fraction, uint256(1_205e36) / 3_911.25e18);
        liquidate(aliceId);
        IRiskTypes.Margin memory m = margin(aliceId);
        assertApproxEqAbs(uint256(m.equity) * 10, m.maintenanceMargin * 12, 100_000);
    }

    /// @dev All legs and balances shrink alike: f = (10,159.2 - 8,000) / (1.15 * 8,466).
    function test_CrossAsset() public {
        crossAt(3_600e18);
        (ILiquidator.Selection memory selection, uint256 fraction) = liquidator.proRata(aliceId);
        assertEq(fraction, uint256(2_159.2e36) / 9_735.9e18);
        assertEq(selection.instruments.length, uint256(2));
        assertEq(selection.sizes[0], 10 * fraction);
        assertEq(selection.sizes[1], (0.3e18 * fraction) / 1e18);
        assertEq(selection.amounts[0], 5 * fraction);
        ILiquidator.Quote memory terms = liquidateChecked(selection);
        assertApproxEqAbs(uint256(terms.next.equity) * 10, terms.next.maintenanceMargin * 12, 1_000_000);
    }

    /// @dev At E <= 0 all of it goes.
    function test_InsolventGoesWhole() public {
        longAt(3_100e18);
        (ILiquidator.Selection memory selection, uint256 fraction) = liquidator.proRata(aliceId);
        assertEq(fraction, 1e18);
        assertEq(selection.sizes[0], 10e18);
    }

    /// @dev What is too small for the fraction is left out instead of being asked for with a size of zero.
    function test_LeavesOutWhatRoundsToNothing() public {
        fund(aliceId, WETH_ID, 1);
        longAt(3_750e18);
        (ILiquidator.Selection memory selection, ) = liquidator.proRata(aliceId);
        assertEq(selection.instruments.length, uint256(1));
        assertEq(selection.assetIds.length, uint256(0));
        assertEq(selection.amounts.length, uint256(0));
        liquidateChecked(selection);
    }

    /// @dev At every price below the threshold, for any odd equity and at any time: the proposal is accepted, keeps the
    /// health and, where the account can pay the ramp, lands on 1.2.
    function testFuzz_Accepted(uint256 price, uint256 odd, uint256 wait) public {
        insure(100_000e6);
        fund(aliceId, USDC_ID, 8_000e6);
        trade(aliceId, bobId, ethPerp, 10e18 - bound(odd, 0, 1e9));
        shave(bound(odd, 1, 100e18));
        setPrice(ETH, bound(price, 3_000e18, 3_740e18));
        flag();
        skip(bound(wait, 0, 2_000));
        (ILiquidator.Selection memory selection, uint256 fraction) = liquidator.proRata(aliceId);
        ILiquidator.Quote memory terms = liquidateChecked(selection);
        // clear of the point where f reaches 1
        if (fraction < 0.999e18) {
            assertApproxEqRel(
                uint256(terms.next.equity),
                (terms.next.maintenanceMargin * 12) / 10,
                1e7,
                "did not reach the target"
            );
            (bool liquidatable, ) = liquidator.isLiquidatable(aliceId);
            assertFalse(liquidatable);
        }
    }

    /// @dev The same for a short, whose value rounds the other way.
    function testFuzz_AcceptedForShorts(uint256 price, uint256 odd) public {
        insure(100_000e6);
        fund(aliceId, USDC_ID, 8_000e6);
        trade(bobId, aliceId, ethPerp, 10e18 - bound(odd, 0, 1e9));
        shave(bound(odd, 1, 100e18));
        setPrice(ETH, bound(price, 4_260e18, 5_200e18));
        liquidateChecked(_proRata());
    }

    function testFuzz_AcceptedForCrossAsset(uint256 price, uint256 btcPrice, uint256 odd) public {
        insure(100_000e6);
        fund(aliceId, WETH_ID, 5e18 + bound(odd, 0, 1e9));
        trade(aliceId, bobId, ethPerp, 10e18 + bound(odd, 0, 1e9));
        trade(bobId, aliceId, btcPerp, 0.3e18 + bound(odd, 0, 1e9));
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, 6_000e6, alice);
        setPrice(ETH, bound(price, 2_500e18, 3_600e18));
        setPrice(BTC, bound(btcPrice, 100_000e18, 115_000e18));
        liquidateChecked(_proRata());
    }

    function _proRata() private view returns (ILiquidator.Selection memory selection) {
        (selection, ) = liquidator.proRata(aliceId);
    }
}
