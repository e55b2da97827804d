// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IncidentBase} from "../helpers/IncidentBase.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {Presets} from "../../../contracts/risk/Presets.sol";
import {RiskProfile} from "../../../contracts/types/RiskProfile.sol";

/// @dev Positions that nobody could sell without moving the price.
contract PositionSizeTest is IncidentBase {
    /// @dev Aave v2, CRV (2022): a borrower built a position larger than the market could absorb; selling the collateral moved
    /// its price, and a debt of 1.6 million was left.
    ///
    /// Tried here: 1,000 WETH of collateral where 1,000 are the cap, then one wei more from another account; then as much cash
    /// against it as margin gives.
    ///
    /// Stopped by: the deposit cap counts all accounts together, and the haircut grows with the size of the balance: the last
    /// dollar of collateral lends less than the first.
    function test_AaveCrvCollateralAboveMarketDepth() public {
        house.setAsset(WETH_ID, address(weth), ETH, true, 1_000e18);
        fund(crew(0), WETH_ID, 1_000e18);
        weth.mint(mallory, 1);
        vm.prank(mallory);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.DepositCapExceeded.selector,
                WETH_ID,
                1_000e18,
                1_000e18 + 1
            )
        );
        house.deposit(crew(1), WETH_ID, 1);

        // 18% scan and 5% haircuts of 4 million: 3.08 million for whoever is not concentrated
        assertEq(margin(crew(0)).initialMargin, 920_000e18, "set-up: without concentration");
        RiskProfile memory sloped = Presets.portfolio();
        (sloped.underlyings[1].haircutSlope, sloped.underlyings[1].haircutCap) = (7e10, 0.3e18);
        engine.setProfile(0, sloped);
        // 18% + min(30%, 2% + 7% a million) + 3%
        assertEq(margin(crew(0)).initialMargin, 2_040_000e18);
        int256 before = wealth();
        vm.startPrank(mallory);
        vm.expectPartialRevert(IClearinghouseTypes.WithdrawalTooLarge.selector);
        house.withdraw(crew(0), USDC_ID, 1_960_001e6, mallory);
        house.withdraw(crew(0), USDC_ID, 1_960_000e6, mallory);
        vm.stopPrank();
        assertNoGain(before);
        // a fall by a third, while nobody buys any of it, leaves no bad debt
        setPrice(ETH, 2_680e18);
        assertGt(equityOf(crew(0)), 0);
        assertSolvent();
    }

    /// @dev The same for positions (dYdX YFI 2023, Mango 2022): most of a market's open interest in one hand.
    ///
    /// Tried here: all of a market of 10,000 ETH, first by one account, then by a second one.
    ///
    /// Stopped by: initial margin rises with the market's open interest up to double, whoever holds it, and ends at the cap.
    function test_OpenInterestOfOneHand() public {
        fund(bobId, USDC_ID, 40_000_000e6);
        fund(crew(0), USDC_ID, 8_000_000e6);
        fund(crew(1), USDC_ID, 8_000_000e6);
        int256 before = wealth();
        house.setPerp(ETH, IClearinghouseTypes.PerpConfig(true, 10_000e18, 10_000_000, 500, 0, 0));
        uint256 snapshot = vm.snapshotState();
        trade(crew(0), bobId, ethPerp, 10_000e18);
        assertEq(margin(crew(0)).initialMargin, 7_800_000e18, "set-up: within the margin of an empty market");
        vm.revertToState(snapshot);

        house.setPerp(ETH, IClearinghouseTypes.PerpConfig(true, 10_000e18, 10_000_000, 500, 5_000, 10_000));
        uint256 mark = markOf(ethPerp);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.BelowInitialMargin.selector,
                crew(0),
                int256(8_000_000e18),
                uint256(15_600_000e18)
            )
        );
        tradeAt(crew(0), bobId, ethPerp, 10_000e18, mark);
        trade(crew(0), bobId, ethPerp, 6_000e18);
        trade(crew(1), bobId, ethPerp, 4_000e18);
        assertEq(margin(crew(1)).initialMargin, 6_240_000e18, "double for the second account too");
        vm.expectPartialRevert(IClearinghouseTypes.OpenInterestCapExceeded.selector);
        tradeAt(crew(1), bobId, ethPerp, 1, mark);
        assertNoGain(before);
    }
}
