// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Stack} from "../helpers/Stack.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";

/// @dev Staking in the insurance fund. The test is also a liquidator module, so that it can make the fund pay.
abstract contract InsuranceBase is Stack {
    uint256 internal constant DELAY = 14 days;
    uint256 internal constant WINDOW = 7 days;
    /// @dev One USD in raw units, one share in its own.
    uint256 internal usd;
    uint256 internal share;
    uint256 private _losses;

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

    /// @dev The fund pays somebody's debt: a trader buys ETH at 4,000 with 1,600 of its own for each less the amount, and is
    /// closed at 2,400.
    function lose(uint256 amountRaw) internal {
        uint256 amount = (amountRaw * 1e18) / usd;
        (, AccountId trader) = person(string.concat("broke ", vm.toString(++_losses)));
        (, AccountId other) = person(string.concat("rich ", vm.toString(_losses)));
        // at least ten times the amount, and whole in the token's own units
        uint256 size = (amount / 400 / 1e14 + 1) * 1e14;
        fund(trader, USDC_ID, ((size * 1_600 - amount) * usd) / 1e18);
        fund(other, USDC_ID, (size * 4_000 * usd) / 1e18);
        trade(trader, other, ethPerp, size);
        setPrice(ETH, 2_400e18);
        // liquidators have had their time, so that the fund pays and no incentive with it
        house.setFlag(trader, uint40(block.timestamp - 15 minutes));
        house.executeDeleverage(trader);
        setPrice(ETH, ETH_PRICE);
    }

    /// @dev Alice borrows against WETH, so that interest runs and the index of cash leaves one.
    function borrow(uint256 amountRaw) internal {
        fund(aliceId, WETH_ID, (amountRaw * 1e18) / usd / 1_000 + 1e18);
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, amountRaw, keeper);
    }
}
