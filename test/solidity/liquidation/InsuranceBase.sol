// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Stack} from "../helpers/Stack.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";

/// @dev Staking in the insurance fund. The test is also a liquidator module, so that it can make the fund pay.
abstract contract InsuranceBase is Stack {
    uint256 internal constant DELAY = 14 days;
    uint256 internal constant WINDOW = 7 days;
    /// @dev One USD in raw units, one share in its own.
    uint256 internal usd;
    uint256 internal share;

    function setUp() public virtual override {
        super.setUp();
        usd = 10 ** cashDecimals();
        share = usd * 1e6;
        house.setModule(address(this), 3, 5_000, bobId);
    }

    function give(address who, uint256 amountRaw) internal {
        usdc.mint(who, amountRaw);
        vm.prank(who);
        usdc.approve(address(insurance), type(uint256).max);
    }

    function stake(address who, uint256 amountRaw) internal returns (uint256 shares) {
        give(who, amountRaw);
        vm.prank(who);
        return insurance.deposit(amountRaw, who);
    }

    function gift(uint256 amountRaw) internal {
        give(address(this), amountRaw);
        insurance.fund(amountRaw);
    }

    function request(address who, uint256 shares) internal {
        vm.prank(who);
        insurance.requestRedeem(shares);
    }

    function requestAll(address who) internal {
        request(who, insurance.balanceOf(who));
    }

    function redeem(address who, uint256 shares) internal returns (uint256) {
        vm.prank(who);
        return insurance.redeem(shares, who, who);
    }

    /// @dev Requests all that `who` has, waits and redeems as much as goes.
    function exit(address who) internal returns (uint256) {
        requestAll(who);
        skip(DELAY);
        return redeem(who, insurance.maxRedeem(who));
    }

    /// @dev The fund pays an incentive to the keeper, as it does in a liquidation.
    function lose(uint256 amountRaw) internal {
        IClearinghouseTypes.Basket memory basket;
        house.moveBasket(aliceId, keeperId, basket, 0, amountRaw * (1e18 / usd));
    }

    /// @dev Alice borrows against WETH, so that interest runs and the index of cash leaves one.
    function borrow(uint256 amountRaw) internal {
        fund(aliceId, WETH_ID, (amountRaw * 1e18) / usd / 1_000 + 1e18);
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, amountRaw, keeper);
    }
}
