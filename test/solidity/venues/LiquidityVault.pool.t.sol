// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ICashPool} from "../../../contracts/interfaces/ICashPool.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {VaultBase} from "./helpers/VaultBase.sol";

/// @dev What shares cost and what leaves.
contract LiquidityVaultPoolTest is VaultBase {
    bytes4 private constant TOO_MUCH = bytes4(keccak256("ERC4626ExceededMaxRedeem(address,uint256,uint256)"));

    function test_WithoutPositionsASharesPriceIsCash() public {
        assertEq(provide(carol, DEPOSIT), DEPOSIT * 1e6);
        assertEq(vault.totalAssets(), DEPOSIT);
        (uint256 atIndex, uint256 toEnter, uint256 toLeave) = vault.worth();
        assertEq(atIndex, DEPOSIT);
        assertEq(toEnter, DEPOSIT);
        assertEq(toLeave, DEPOSIT);
        requestAll(carol);
        skip(DELAY);
        assertEq(redeemMost(carol), DEPOSIT);
        assertEq(vault.totalSupply(), 0);
        assertEq(usdc.balanceOf(carol), DEPOSIT);
    }

    /// @dev What the traders pay is the holders'.
    function test_TheSpreadRaisesTheShare() public {
        provide(carol, DEPOSIT);
        trades(aliceId, 10e18);
        // sold 10 at 4006
        assertEq(vault.totalAssets(), DEPOSIT + 60e6);
        trades(aliceId, -10e18);
        assertEq(vault.totalAssets(), DEPOSIT + 100e6);
        assertEq(house.cashOf(vaultId), 1_000_100e18);
    }

    /// @dev SPEC-Q6.
    function test_TheIndexMovesTheShare() public {
        provide(carol, DEPOSIT);
        trades(aliceId, 10e18);
        setPrice(ETH, 4_100e18);
        assertEq(vault.totalAssets(), DEPOSIT + 60e6 - 1_000e6);
        setPrice(ETH, 3_900e18);
        assertEq(vault.totalAssets(), DEPOSIT + 60e6 + 1_000e6);
    }

    /// @dev A mark moves by trading, up to half a percent, and with it the margin. Shares do not follow it (SPEC-Q6).
    function test_TheMarkDoesNotMoveTheShare() public {
        provide(carol, DEPOSIT);
        trades(aliceId, 50e18);
        uint256 before = vault.totalAssets();
        int256 equity = margin(vaultId).equity;
        tradeAt(aliceId, bobId, ethPerp, 1_000e18, (markOf(ethPerp) * 104) / 100);
        assertLt(margin(vaultId).equity, equity - 50e18);
        assertEq(vault.totalAssets(), before);
        // funding, which follows from the mark, counts once it has accrued
        skip(1 hours);
        assertGt(vault.totalAssets(), before);
    }

    /// @dev SPEC-Q6.
    function test_ComersPayTheSpreadOnTheInventoryAndLeaversToo() public {
        provide(carol, DEPOSIT);
        trades(aliceId, 50e18);
        (uint256 atIndex, uint256 toEnter, uint256 toLeave) = vault.worth();
        // 50 short: 0.1% of 4,000 each
        assertEq(toEnter - atIndex, 200e6);
        assertEq(atIndex - toLeave, 200e6);
        assertEq(vault.totalAssets(), atIndex);
        assertLt(vault.previewDeposit(1e6), vault.convertToShares(1e6));
        assertGt(vault.previewMint(1e12), vault.convertToAssets(1e12));
        assertLt(vault.previewRedeem(1e12), vault.convertToAssets(1e12));
        assertGt(vault.previewWithdraw(1e6), vault.convertToShares(1e6));
    }

    /// @dev Whoever comes or goes never takes from those who stay.
    function testFuzz_StayersNeverLose(int256 held, uint256 index, uint256 comes, uint256 goes) public {
        provide(carol, DEPOSIT);
        provide(keeper, DEPOSIT / 2);
        held = bound(held, -90e18, 90e18);
        if (held != 0) trades(aliceId, -held);
        requestAll(keeper);
        setPrice(ETH, bound(index, 3_900e8, 4_100e8) * 1e10);
        skip(DELAY + 10);
        uint256 price = sharePrice();
        provide(bob, bound(comes, 1e6, DEPOSIT));
        assertGe(sharePrice(), price, "after a deposit");
        price = sharePrice();
        uint256 most = vault.maxRedeem(keeper);
        uint256 shares = bound(goes, 0, most);
        vm.prank(keeper);
        vault.redeem(shares, keeper, keeper);
        assertGe(sharePrice(), price, "after a redemption");
    }

    // ------------------------------------------------------------------------------------------------ leaving

    /// @dev Each of the four ways rounds against whoever asks, by less than a unit (SPEC-I2, Q6).
    function testFuzz_RoundsAgainstTheCaller(int256 held, uint256 index, uint256 amount) public {
        provide(carol, DEPOSIT);
        trades(aliceId, bound(held, 1e18, 50e18));
        ethFeed.setAnswer(int256(bound(index, 3_900e8, 4_100e8)));
        amount = bound(amount, 1, 1e15);
        (, uint256 toEnter, uint256 toLeave) = vault.worth();
        uint256 shares = vault.totalSupply() + 1e6;
        roundsDown(vault.previewDeposit(amount), amount * shares, toEnter + 1);
        roundsUp(vault.previewMint(amount), amount * (toEnter + 1), shares);
        roundsUp(vault.previewWithdraw(amount), amount * shares, toLeave + 1);
        roundsDown(vault.previewRedeem(amount), amount * (toLeave + 1), shares);
    }

    function roundsDown(uint256 result, uint256 product, uint256 divisor) private pure {
        assertEq(result, product / divisor, "down");
    }

    function roundsUp(uint256 result, uint256 product, uint256 divisor) private pure {
        assertEq(result, (product + divisor - 1) / divisor, "up");
    }

    /// @dev SPEC-I4.
    function test_LeavingTakesARequestAndItsDelay() public {
        provide(carol, DEPOSIT);
        assertEq(vault.maxRedeem(carol), 0);
        vm.prank(carol);
        vm.expectRevert(abi.encodeWithSelector(ICashPool.NothingRequested.selector, carol));
        vault.redeem(1, carol, carol);
        requestAll(carol);
        skip(DELAY - 1);
        assertEq(vault.maxRedeem(carol), 0);
        skip(1);
        assertEq(vault.maxRedeem(carol), DEPOSIT * 1e6);
        skip(WINDOW);
        assertEq(vault.maxRedeem(carol), 0);
    }

    /// @dev SPEC-Q7.
    function test_RevertWhen_TheMarginNeedsIt() public {
        provide(carol, DEPOSIT);
        trades(aliceId, 90e18);
        requestAll(carol);
        skip(DELAY);
        uint256 most = vault.maxRedeem(carol);
        assertLt(most, DEPOSIT * 1e6);
        vm.expectRevert(abi.encodeWithSelector(TOO_MUCH, carol, most + 1e12, most));
        vm.prank(carol);
        vault.redeem(most + 1e12, carol, carol);
        redeemMost(carol);
        assertEq(vault.maxRedeem(carol) / 1e12, 0);
        // when the position is gone the rest may leave
        trades(aliceId, -90e18);
        redeemMost(carol);
        assertEq(vault.balanceOf(address(vault)), 0);
    }

    /// @dev Whoever leaves, the vault keeps equity, unrealised gains aside, of its margin times the cushion (SPEC-Q7).
    function testFuzz_TheMarginStaysCushioned(int256 held, uint256 index) public {
        provide(carol, DEPOSIT);
        held = bound(held, -95e18, 95e18);
        if (held != 0) trades(aliceId, -held);
        requestAll(carol);
        setPrice(ETH, bound(index, 2_000e8, 6_000e8) * 1e10);
        skip(DELAY);
        redeemMost(carol);
        IRiskTypes.Margin memory left = margin(vaultId);
        int256 gains = left.unrealised > 0 ? left.unrealised : int256(0);
        assertGe(left.equity - gains, int256((left.initialMargin * 15_000) / 10_000));
    }

    /// @dev SPEC-Q7.
    function test_StalePricesStopComingAndGoing() public {
        provide(carol, DEPOSIT);
        requestAll(carol);
        trades(aliceId, 1e18);
        skip(DELAY);
        vm.warp(block.timestamp + 1 hours);
        assertGt(vault.maxRedeem(carol), 0);
        assertGt(vault.maxDeposit(carol), 0);
        vm.warp(block.timestamp + 1);
        assertEq(vault.maxRedeem(carol), 0);
        assertEq(vault.maxDeposit(carol), 0);
        // without positions no price is needed
        skip(0);
        trades(aliceId, -1e18);
        vm.warp(block.timestamp + 2 hours);
        assertGt(vault.maxRedeem(carol), 0);
    }

    function test_AVaultThatLostEverythingTakesNoDeposits() public {
        provide(carol, 60_000e6);
        trades(aliceId, 40e18);
        setPrice(ETH, 6_000e18);
        assertEq(vault.totalAssets(), 0);
        assertEq(vault.maxDeposit(bob), 0);
        assertEq(vault.maxMint(bob), 0);
    }
}
