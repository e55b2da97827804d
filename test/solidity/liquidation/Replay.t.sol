// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {LiquidationBase} from "./LiquidationBase.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";

/// @dev Every failure that was found once, kept.
contract LiquidationReplayTest is LiquidationBase {
    /// @dev E = ceil(phi * MM) for a phi about 3%, which is below the ramp: the penalty is all of the equity but a wei of
    /// rounding. The proposal is the whole account, and that wei must not count as overshooting.
    function test_AcceptedWhenAWeiOfEquityIsLeft() public {
        fund(aliceId, USDC_ID, 8_000e6);
        trade(aliceId, bobId, ethPerp, 10e18 - 7);
        uint256 state = vm.snapshotState();
        setPrice(ETH, 3_220e18);
        IRiskTypes.Margin memory m = margin(aliceId);
        vm.revertToState(state);
        shave(uint256(m.equity) - _equityThatLeavesAWei(m.maintenanceMargin));
        setPrice(ETH, 3_220e18);
        (ILiquidator.Selection memory selection, uint256 fraction) = liquidator.proRata(aliceId);
        assertEq(fraction, 1e18);
        liquidateChecked(selection);
    }

    /// @dev Where phi * MM has a fraction, and so small a one to the next wei that 1.2 * MM does not cross it.
    function _equityThatLeavesAWei(uint256 mm) private pure returns (uint256 equity) {
        for (uint256 phi = 0.03e18; ; ++phi) {
            uint256 fraction = (phi * mm) % 1e18;
            if (fraction != 0 && ((mm * 12) % 10) * 0.1e18 + (1e18 - fraction) < 1e18)
                return (phi * mm) / 1e18 + 1;
        }
    }

    /// @dev E = 0 for a short of an odd size: closing pays a wei more than the value that was rounded against it.
    function test_AcceptedWhenClosingAShortGainsAWei() public {
        fund(aliceId, USDC_ID, 8_100e6);
        trade(bobId, aliceId, ethPerp, 10e18 - 7);
        uint256 state = vm.snapshotState();
        setPrice(ETH, 4_800.1e18);
        IRiskTypes.Margin memory m = margin(aliceId);
        vm.revertToState(state);
        shave(uint256(m.equity));
        setPrice(ETH, 4_800.1e18);
        assertEq(margin(aliceId).equity, int256(0));
        liquidateChecked(_proRata());
    }

    /// @dev Who rebuilds accounts from events has to hear of it.
    function test_TradeThatClearsSaysSo() public {
        longAt(3_750e18);
        flag();
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.FlagUpdated(aliceId, 0);
        house.trade(IClearinghouseTypes.Trade(bobId, aliceId, ethPerp, 1e18, 3_750e18, 0, 0));
    }

    /// @dev The quote refuses what the action refuses.
    function test_RevertWhen_QuotingACollateralAmountOfZero() public {
        crossAt(3_600e18);
        ILiquidator.Selection memory selection = withAsset(leg(ethPerp, 1e18), WETH_ID, 0);
        vm.expectRevert(IClearinghouseTypes.AmountZero.selector);
        send(order(selection));
        vm.expectRevert(IClearinghouseTypes.AmountZero.selector);
        liquidator.quote(aliceId, selection);
    }

    function _proRata() private view returns (ILiquidator.Selection memory selection) {
        (selection, ) = liquidator.proRata(aliceId);
    }
}
