// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ICashPool} from "../../../contracts/interfaces/ICashPool.sol";
import {ILiquidityVault} from "../../../contracts/interfaces/ILiquidityVault.sol";
import {IOrderMatcher} from "../../../contracts/interfaces/IOrderMatcher.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {LiquidityVault} from "../../../contracts/venues/LiquidityVault.sol";
import {VaultBase} from "./helpers/VaultBase.sol";

/// @dev What may be set, by whom, and within which bounds.
contract LiquidityVaultGovernanceTest is VaultBase {
    bytes4 private constant UNAUTHORISED = bytes4(keccak256("AccessManagedUnauthorized(address)"));

    function test_RevertWhen_AStrangerSets() public {
        ILiquidityVault.Market memory market = ethMarket();
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(UNAUTHORISED, alice));
        vault.setMarket(ETH, market);
        vm.expectRevert(abi.encodeWithSelector(UNAUTHORISED, alice));
        vault.tighten(ETH, false, 0);
        vm.expectRevert(abi.encodeWithSelector(UNAUTHORISED, alice));
        vault.setTerms(0, 10_000);
        vm.expectRevert(abi.encodeWithSelector(UNAUTHORISED, alice));
        vault.setRedemption(1 days, 1 days);
        vm.stopPrank();
    }

    function test_Market() public {
        ILiquidityVault.Market memory market = ILiquidityVault.Market(
            true,
            500,
            1_000,
            1_000,
            50_000,
            7 days,
            1
        );
        vm.expectEmit(address(vault));
        emit ILiquidityVault.MarketSet(BTC, market);
        vault.setMarket(BTC, market);
        assertEq(abi.encode(vault.marketOf(BTC)), abi.encode(market));
        market = ILiquidityVault.Market(false, 1, 0, 1, 0, 1, 0);
        vault.setMarket(BTC, market);
        assertEq(abi.encode(vault.marketOf(BTC)), abi.encode(market));
    }

    function test_RevertWhen_AMarketIsOutOfBounds() public {
        ILiquidityVault.Market memory market = ethMarket();
        market.baseSpreadBps = 0;
        _refused(market, "baseSpreadBps", 0, 1, 500);
        market.baseSpreadBps = 501;
        _refused(market, "baseSpreadBps", 501, 1, 500);
        market = ethMarket();
        market.skewSpreadBps = 1_001;
        _refused(market, "skewSpreadBps", 1_001, 0, 1_000);
        market = ethMarket();
        market.maxSpreadBps = 9;
        _refused(market, "maxSpreadBps", 9, 10, 1_000);
        market.maxSpreadBps = 1_001;
        _refused(market, "maxSpreadBps", 1_001, 10, 1_000);
        market = ethMarket();
        market.volMultiplierBps = 50_001;
        _refused(market, "volMultiplierBps", 50_001, 0, 50_000);
        market = ethMarket();
        market.maxPriceAgeSec = 0;
        _refused(market, "maxPriceAgeSec", 0, 1, 7 days);
        market.maxPriceAgeSec = 7 days + 1;
        _refused(market, "maxPriceAgeSec", 7 days + 1, 1, 7 days);
        market = ethMarket();
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.UnknownUnderlying.selector, uint16(9)));
        vault.setMarket(9, market);
    }

    function test_Tighten() public {
        provide(carol, DEPOSIT);
        trades(aliceId, 10e18);
        vault.tighten(ETH, true, 5e18);
        assertEq(vault.marketOf(ETH).positionCap, 5e18);
        // above the new cap it only reduces
        vm.expectPartialRevert(ILiquidityVault.PositionCapExceeded.selector);
        trades(aliceId, 1);
        trades(aliceId, -6e18);
        vault.tighten(ETH, false, 5e18);
        vm.expectRevert(abi.encodeWithSelector(ILiquidityVault.MarketClosed.selector, ETH));
        trades(aliceId, 1);
        trades(aliceId, -4e18);
        assertEq(inventory(), 0);
        vm.expectRevert(abi.encodeWithSelector(ILiquidityVault.MarketClosed.selector, ETH));
        trades(aliceId, -1);
    }

    function test_RevertWhen_TightenLoosens() public {
        vm.expectRevert(_invalid("positionCap", ETH_CAP + 1, 0, ETH_CAP));
        vault.tighten(ETH, true, ETH_CAP + 1);
        vault.tighten(ETH, false, ETH_CAP);
        vm.expectRevert(_invalid("enabled", 1, 0, 0));
        vault.tighten(ETH, true, 0);
        vm.expectRevert(abi.encodeWithSelector(ILiquidityVault.UnknownMarket.selector, uint16(3)));
        vault.tighten(3, false, 0);
    }

    function test_Terms() public {
        vm.expectEmit(address(vault));
        emit ILiquidityVault.TermsSet(100, 50_000);
        vault.setTerms(100, 50_000);
        (uint16 fee, uint16 cushion) = vault.terms();
        assertEq(fee, 100);
        assertEq(cushion, 50_000);
        vm.expectRevert(_invalid("takerFeeBps", 101, 0, 100));
        vault.setTerms(101, 10_000);
        vm.expectRevert(_invalid("cushionBps", 9_999, 10_000, 50_000));
        vault.setTerms(0, 9_999);
        vm.expectRevert(_invalid("cushionBps", 50_001, 10_000, 50_000));
        vault.setTerms(0, 50_001);
    }

    function test_Redemption() public {
        vault.setRedemption(1 hours, 7 days);
        vault.setRedemption(30 days, 1 hours);
        vm.expectRevert(_invalid("delaySec", 1 hours - 1, 1 hours, 30 days));
        vault.setRedemption(1 hours - 1, 1 hours);
        vm.expectRevert(_invalid("delaySec", 30 days + 1, 1 hours, 30 days));
        vault.setRedemption(30 days + 1, 1 hours);
        vm.expectRevert(_invalid("windowSec", 7 days + 1, 1 hours, 7 days));
        vault.setRedemption(1 hours, 7 days + 1);
    }

    function test_RevertWhen_TheMatcherIsNoContract() public {
        vm.expectRevert(abi.encodeWithSelector(ILiquidityVault.NotAContract.selector, alice));
        new LiquidityVault(house, address(manager), IOrderMatcher(alice), DELAY, WINDOW, 0, 15_000);
    }

    function _refused(
        ILiquidityVault.Market memory market,
        string memory field,
        uint256 value,
        uint256 min,
        uint256 max
    ) private {
        vm.expectRevert(_invalid(field, value, min, max));
        vault.setMarket(ETH, market);
    }

    function _invalid(
        string memory field,
        uint256 value,
        uint256 min,
        uint256 max
    ) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICashPool.InvalidConfig.selector, field, value, min, max);
    }
}
