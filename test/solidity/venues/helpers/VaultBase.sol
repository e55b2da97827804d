// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILiquidityVault} from "../../../../contracts/interfaces/ILiquidityVault.sol";
import {AccountId, toAccountId} from "../../../../contracts/types/AccountId.sol";
import {LiquidityVault} from "../../../../contracts/venues/LiquidityVault.sol";
import {OrderMatcher} from "../../../../contracts/venues/OrderMatcher.sol";
import {Stack} from "../../helpers/Stack.sol";

/// @dev A vault of a million that makes markets in ETH and BTC. Alice and Bob trade, Carol provides.
abstract contract VaultBase is Stack {
    uint256 internal constant DELAY = 1 days;
    uint256 internal constant WINDOW = 4 hours;
    uint256 internal constant DEPOSIT = 1_000_000e6;
    uint96 internal constant ETH_CAP = 100e18;

    OrderMatcher internal matcher;
    LiquidityVault internal vault;
    AccountId internal vaultId;

    function setUp() public virtual override {
        super.setUp();
        matcher = new OrderMatcher(house, address(manager), 2, 5);
        vault = new LiquidityVault(house, address(manager), matcher, DELAY, WINDOW, 0, 15_000);
        vaultId = vault.account();
        house.setModule(address(matcher), 1, 5_000, toAccountId(address(this), 1));
        house.setModule(address(vault), 1, 5_000, toAccountId(address(this), 2));
        vault.setMarket(ETH, ethMarket());
        ILiquidityVault.Market memory market = ethMarket();
        market.positionCap = 5e18;
        vault.setMarket(BTC, market);
        fund(aliceId, USDC_ID, 10_000_000e6);
        fund(bobId, USDC_ID, 10_000_000e6);
    }

    function ethMarket() internal pure returns (ILiquidityVault.Market memory) {
        return ILiquidityVault.Market(true, 10, 100, 500, 5_000, 1 hours, ETH_CAP);
    }

    // ------------------------------------------------------------------------------------------------ trading

    function trades(AccountId who, int256 size) internal returns (uint256) {
        return tradesIn(who, ETH, size);
    }

    function tradesIn(AccountId who, uint16 underlying, int256 size) internal returns (uint256) {
        vm.prank(who.owner());
        return vault.trade(who, underlying, size, size > 0 ? type(uint256).max : 0, uint40(block.timestamp));
    }

    function inventory() internal view returns (int256 size) {
        (size, ) = house.positionOf(vaultId, ethPerp);
    }

    /// @dev What an account is worth at the index, whatever the marks say.
    function worthOf(AccountId who) internal view returns (int256 value) {
        value = house.cashOf(who);
        (int256 size, int256 cost) = house.positionOf(who, ethPerp);
        (, int256 answer, , , ) = ethFeed.latestRoundData();
        int256 fundingIndex = house.perpState(ETH).fundingIndex;
        value += cost + (size * (answer * 1e10 - fundingIndex)) / 1e18;
    }

    // ------------------------------------------------------------------------------------------------ shares

    function provide(address who, uint256 amountRaw) internal returns (uint256) {
        usdc.mint(who, amountRaw);
        vm.startPrank(who);
        usdc.approve(address(vault), amountRaw);
        uint256 shares = vault.deposit(amountRaw, who);
        vm.stopPrank();
        return shares;
    }

    function requestAll(address who) internal {
        uint256 shares = vault.balanceOf(who);
        vm.prank(who);
        vault.requestRedeem(shares);
    }

    function redeemMost(address who) internal returns (uint256 assets) {
        uint256 shares = vault.maxRedeem(who);
        vm.prank(who);
        assets = vault.redeem(shares, who, who);
    }

    /// @dev What a share of the vault is worth at the index, in units of 1e-18 of the token's.
    function sharePrice() internal view returns (uint256) {
        return ((vault.totalAssets() + 1) * 1e36) / (vault.totalSupply() + 1e6);
    }
}
