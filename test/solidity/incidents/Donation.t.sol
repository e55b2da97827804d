// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IncidentBase} from "../helpers/IncidentBase.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IOrderMatcher} from "../../../contracts/interfaces/IOrderMatcher.sol";

/// @dev Giving away, and leaving, without being asked what is still owed.
contract DonationTest is IncidentBase {
    /// @dev Euler (2023): a donation to the reserves skipped the health check; the donor made an account of its own insolvent and
    /// liquidated it from another at a large discount.
    ///
    /// Tried here: an account that has 10 dollars more than it needs gives 3,000 to mallory's other account by transfer and by
    /// withdrawal, 200 by buying above the mark, and raises its own requirement by another profile.
    ///
    /// Stopped by: every one of these paths ends in the same check. Had 3,000 gone, 4,800 would be left of the 5,960 that keep
    /// liquidators away.
    function test_EulerDonationToOneself() public {
        fund(crew(0), USDC_ID, 7_810e6);
        fund(crew(1), USDC_ID, 100_000e6);
        trade(crew(0), bobId, ethPerp, 10e18);
        int256 before = wealth();
        assertLt(
            equityOf(crew(0)) - 3_000e18,
            int256(margin(crew(0)).maintenanceMargin),
            "set-up: the gift would make it liquidatable"
        );
        vm.startPrank(mallory);
        vm.expectPartialRevert(IClearinghouseTypes.WithdrawalTooLarge.selector);
        house.transfer(crew(0), crew(1), USDC_ID, 3_000e18);
        vm.expectPartialRevert(IClearinghouseTypes.WithdrawalTooLarge.selector);
        house.withdraw(crew(0), USDC_ID, 3_000e6, mallory);
        vm.expectPartialRevert(IClearinghouseTypes.BelowInitialMargin.selector);
        house.setProfile(crew(0), 1);
        vm.stopPrank();
        vm.expectPartialRevert(IClearinghouseTypes.BelowInitialMargin.selector);
        this.giveAway(4_200e18);
        (bool below, ) = liquidator.isLiquidatable(crew(0));
        assertFalse(below);
        assertEq(wealth(), before);
    }

    /// @dev Buys one ETH from her other account.
    function giveAway(uint256 price) external {
        wash(crew(0), crew(1), ethPerp, 1e18, price);
    }

    /// @dev Platypus (2023): the emergency exit returned the collateral without looking at the debt.
    ///
    /// Tried here: 10 WETH behind a loan of 20,000 leave while all is well, while paused, while the asset is closed, and to
    /// another account.
    ///
    /// Stopped by: there is one way out, and it assesses what is left in every state of the system. Who has repaid leaves in
    /// every state too.
    function test_PlatypusEmergencyExit() public {
        fund(crew(0), WETH_ID, 10e18);
        vm.prank(mallory);
        house.withdraw(crew(0), USDC_ID, 20_000e6, mallory);
        int256 before = wealth();
        for (uint256 i = 0; i < 3; ++i) {
            if (i == 1) house.pause();
            if (i == 2) house.setAsset(WETH_ID, address(weth), ETH, false, 0);
            vm.startPrank(mallory);
            vm.expectPartialRevert(IClearinghouseTypes.WithdrawalTooLarge.selector);
            house.withdraw(crew(0), WETH_ID, 10e18, mallory);
            vm.expectPartialRevert(IClearinghouseTypes.WithdrawalTooLarge.selector);
            house.transfer(crew(0), crew(1), WETH_ID, 10e18);
            vm.stopPrank();
        }
        assertEq(wealth(), before);
        vm.startPrank(mallory);
        house.deposit(crew(0), USDC_ID, 20_000e6);
        house.withdraw(crew(0), WETH_ID, 10e18, mallory);
        vm.stopPrank();
        assertNoGain(before);
        assertSolvent();
    }

    /// @dev Abracadabra (2025): collateral in the escrow of an order still counted after the account had been liquidated.
    ///
    /// Tried here: an account with an open order is liquidated whole. Mallory withdraws what was taken, borrows against it, and
    /// has the order filled.
    ///
    /// Stopped by: orders escrow nothing and are judged when they fill; balances exist once, and moved to the taker.
    function test_AbracadabraEscrowAfterLiquidation() public {
        insure(1_000e6);
        fund(crew(0), WETH_ID, 1e18);
        vm.prank(mallory);
        house.withdraw(crew(0), USDC_ID, 3_000e6, mallory);
        IOrderMatcher.SignedOrder memory open = signed(
            malloryKey,
            orderOf(crew(0), ethPerp, 0.1e18, 3_020e18)
        );
        setPrice(ETH, 3_020e18);
        int256 before = wealth();
        assertEq(equityOf(crew(0)), 20e18, "set-up: below maintenance margin");
        liquidate(crew(0), asset(WETH_ID, 1e18));

        vm.startPrank(mallory);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.InsufficientBalance.selector,
                crew(0),
                WETH_ID,
                uint256(0),
                uint256(1)
            )
        );
        house.withdraw(crew(0), WETH_ID, 1, mallory);
        vm.expectPartialRevert(IClearinghouseTypes.WithdrawalTooLarge.selector);
        house.withdraw(crew(0), USDC_ID, 1e6, mallory);
        vm.stopPrank();
        (, uint256 bobKey) = makeAddrAndKey("bob");
        IOrderMatcher.SignedOrder memory fills = signed(bobKey, orderOf(bobId, ethPerp, -0.1e18, 3_020e18));
        vm.expectPartialRevert(IClearinghouseTypes.BelowInitialMargin.selector);
        matcher.matchOrders(fills, open, 0.1e18);
        assertNoGain(before);
        assertSolvent();
    }

    /// @dev Cream (2021), Venus (2026): a donation raised the price of a share that served as collateral.
    /// Sonne, Hundred, Onyx (2023 and 2024): the first depositor of an empty market did it to round later ones down.
    ///
    /// Tried here: mallory is the first to stake in the insurance fund, one unit; sends 10,000 to the fund and to the clearinghouse;
    /// then gives 10,000 by the door that counts. Alice stakes 1,000 after each.
    ///
    /// Stopped by: balances are recorded, not read from the token; a million virtual shares stand behind the first one, so that
    /// half of a gift is lost at once and the next depositor loses less than a share; and shares are nobody's collateral.
    function test_CreamDonationMovesNoSharePrice() public {
        usdc.mint(mallory, 20_001e6);
        int256 before = wealth();
        vm.startPrank(mallory);
        usdc.approve(address(insurance), type(uint256).max);
        insurance.deposit(1, mallory);
        uint256 price = insurance.convertToAssets(1e12);
        usdc.transfer(address(insurance), 5_000e6);
        usdc.transfer(address(house), 5_000e6);
        vm.stopPrank();
        assertEq(insurance.convertToAssets(1e12), price, "tokens sent are in no price");
        // with balances read from the token a share would cost 5,000 and the 1,000 that alice stakes would buy none
        assertEq(usdc.balanceOf(address(insurance)), 5_000e6, "set-up: the donation is there");
        uint256 got = insurance.convertToAssets(_stake());
        assertEq(got, 1_000e6);

        vm.prank(mallory);
        insurance.fund(10_000e6);
        got = insurance.convertToAssets(_stake());
        assertGe(got + 1, 1_000e6);
        assertLt(wealth(), before - 19_000e18, "the gifts are gone");
        assertEq(insurance.maxRedeem(alice), 0);
    }

    function _stake() private returns (uint256) {
        usdc.mint(alice, 1_000e6);
        vm.startPrank(alice);
        usdc.approve(address(insurance), 1_000e6);
        uint256 shares = insurance.deposit(1_000e6, alice);
        vm.stopPrank();
        return shares;
    }
}
