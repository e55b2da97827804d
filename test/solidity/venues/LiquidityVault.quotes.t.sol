// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILiquidityVault} from "../../../contracts/interfaces/ILiquidityVault.sol";
import {ICashPool} from "../../../contracts/interfaces/ICashPool.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {VaultBase} from "./helpers/VaultBase.sol";

/// @dev At what price the vault trades, and when it does not.
contract LiquidityVaultQuotesTest is VaultBase {
    function setUp() public override {
        super.setUp();
        provide(carol, DEPOSIT);
    }

    // ------------------------------------------------------------------------------------------------ the spread

    /// @dev SPEC-Q2 to Q4.
    function test_BaseAndSkew() public {
        // 10 of a cap of 100: 5% of the skew spread on average, 0.05%, and the base of 0.1%
        assertEq(vault.quote(ETH, 10e18).price, 4_006e18);
        assertEq(vault.quote(ETH, -10e18).price, 3_994e18);
        assertEq(trades(aliceId, 10e18), 4_006e18);
        assertEq(inventory(), -10e18);
        // further out: from 10% to 20% of the cap, 15% on average
        assertEq(vault.quote(ETH, 10e18).price, 4_010e18);
        // back toward zero: the base alone
        assertEq(vault.quote(ETH, -10e18).price, 3_996e18);
        // through zero: the second half of it adds
        assertEq(vault.quote(ETH, -20e18).price, 3_995e18);
        assertTrue(vault.quote(ETH, -20e18).adds);
        assertFalse(vault.quote(ETH, -10e18).adds);
    }

    /// @dev SPEC-Q1, Q2.
    function test_VolatilityWidensUntilTheRangeCloses() public {
        vault.observe(ETH);
        setPrice(ETH, 4_040e18);
        ILiquidityVault.Quote memory quoted = vault.quote(ETH, 1e18);
        assertEq(quoted.high, 4_040e18);
        assertEq(quoted.low, 4_000e18);
        // half of 40 / 4040, rounded up, on top of base and skew
        assertEq(quoted.spread, 0.001e18 + 0.00005e18 + 4950495049504951);
        // after a time constant 1/e of the gap is left
        skip(600);
        quoted = vault.quote(ETH, 1e18);
        assertApproxEqAbs(quoted.low, 4_040e18 - 14.71517764685769e18, 1e6);
        skip(1 days);
        quoted = vault.quote(ETH, 1e18);
        assertEq(quoted.low, 4_040e18);
        assertEq(quoted.spread, 0.00105e18);
    }

    /// @dev It does not matter who observes when, while the index stays (SPEC-Q1).
    function testFuzz_ObservingMoreOftenChangesNothing(uint256 first, uint256 second) public {
        first = bound(first, 0, 1 hours);
        second = bound(second, 0, 1 hours);
        vault.observe(ETH);
        setPrice(ETH, 4_100e18);
        uint256 snapshot = vm.snapshotState();
        skip(first + second);
        uint256 once = vault.quote(ETH, 1e18).low;
        vm.revertToState(snapshot);
        skip(first);
        vault.observe(ETH);
        skip(second);
        assertApproxEqAbs(vault.quote(ETH, 1e18).low, once, 1_000);
    }

    /// @dev bid < index < ask, whatever the vault holds and the index did (SPEC-Q4).
    function testFuzz_QuotesNeverCross(int256 held, uint256 index, uint256 wait, uint256 size) public {
        held = bound(held, -90e18, 90e18);
        if (held != 0) trades(aliceId, -held);
        index = bound(index, 3_920e8, 4_080e8) * 1e10;
        setPrice(ETH, index);
        skip(bound(wait, 0, 2 hours));
        size = bound(size, 1, 5e18);
        ILiquidityVault.Quote memory buys = vault.quote(ETH, int256(size));
        ILiquidityVault.Quote memory sells = vault.quote(ETH, -int256(size));
        assertLt(sells.price, index);
        assertGt(buys.price, index);
        assertLe(sells.price, sells.low);
        assertGe(buys.price, buys.high);
        // more is never cheaper
        assertGe(vault.quote(ETH, int256(size) * 2).price + 1, buys.price);
        assertLe(vault.quote(ETH, -int256(size) * 2).price, sells.price + 1);
    }

    /// @dev The skew is the same sum in however many trades (SPEC-Q3).
    function testFuzz_SplittingATradeChangesNothing(int256 held, uint256 first, uint256 second) public {
        held = bound(held, -50e18, 50e18);
        if (held != 0) trades(bobId, -held);
        first = bound(first, 1e15, 20e18);
        second = bound(second, 1e15, 20e18);
        uint256 whole = (vault.quote(ETH, int256(first + second)).price * (first + second)) / 1e18;
        uint256 parts = (trades(aliceId, int256(first)) * first) / 1e18;
        parts += (trades(aliceId, int256(second)) * second) / 1e18;
        // a spread that is off by a wei is 4,000 wei a unit
        assertApproxEqAbs(whole, parts, 1e6);
    }

    /// @dev Whatever somebody does at one index: flat again he has lost.
    function testFuzz_ARoundTripNeverProfits(int256[6] memory sizes, int256 held) public {
        held = bound(held, -40e18, 40e18);
        if (held != 0) trades(bobId, -held);
        int256 before = worthOf(aliceId);
        int256 position;
        for (uint256 i = 0; i < 6; ++i) {
            int256 size = bound(sizes[i], -9e18, 9e18);
            if (size == 0) continue;
            trades(aliceId, size);
            position += size;
        }
        if (position != 0) trades(aliceId, -position);
        (int256 left, ) = house.positionOf(aliceId, ethPerp);
        assertEq(left, 0);
        assertLe(house.cashOf(aliceId), before);
    }

    // ------------------------------------------------------------------------------------------------ bounds

    /// @dev SPEC-Q5.
    function test_RevertWhen_TheCapIsExceeded() public {
        vm.expectRevert(_overCap(100e18 + 1));
        vault.quote(ETH, 100e18 + 1);
        vm.expectRevert(_overCap(type(uint96).max));
        vault.quote(ETH, -int256(uint256(type(uint96).max)));
        vm.expectRevert(_overCap(1 << 255));
        vault.quote(ETH, type(int256).min);
        trades(aliceId, 60e18);
        vm.expectRevert(_overCap(101e18));
        vault.quote(ETH, 41e18);
        // to the other side's cap
        assertEq(vault.quote(ETH, -160e18).inventory, -60e18);
    }

    /// @dev SPEC-Q2.
    function test_RevertWhen_TheSpreadIsTooWide() public {
        vault.observe(ETH);
        setPrice(ETH, 4_800e18);
        vm.expectPartialRevert(ILiquidityVault.SpreadTooWide.selector);
        vault.quote(ETH, 1e18);
    }

    /// @dev SPEC-Q5.
    function test_RevertWhen_ThePriceIsNotFresh() public {
        trades(aliceId, 1e18);
        vm.warp(block.timestamp + 1 hours);
        vault.quote(ETH, 1e18);
        vm.warp(block.timestamp + 1);
        vm.expectRevert(_notFresh(IPriceRouter.Status.Ok, 3_601));
        vault.quote(ETH, 1e18);
        vm.warp(block.timestamp + 1 days);
        vm.expectRevert(_notFresh(IPriceRouter.Status.Stale, 90_001));
        vault.quote(ETH, -1e18);
    }

    function test_RevertWhen_SizeIsZeroOrTheMarketUnknown() public {
        vm.expectRevert(ICashPool.AmountZero.selector);
        vault.quote(ETH, 0);
        vm.expectRevert(abi.encodeWithSelector(ILiquidityVault.UnknownMarket.selector, uint16(3)));
        vault.quote(3, 1e18);
        vm.expectRevert(abi.encodeWithSelector(ILiquidityVault.UnknownMarket.selector, uint16(3)));
        vault.observe(3);
    }

    // ------------------------------------------------------------------------------------------------ trade

    function test_TradeMovesPositionsAtTheQuoteAndTakesTheFee() public {
        vault.setTerms(5, 15_000);
        vm.expectEmit(address(vault));
        emit ILiquidityVault.VaultTraded(aliceId, ETH, 10e18, 4_006e18, -10e18);
        trades(aliceId, 10e18);
        (int256 size, int256 cost) = house.positionOf(aliceId, ethPerp);
        assertEq(size, 10e18);
        assertEq(cost, -40_060e18);
        assertEq(house.cashOf(aliceId), 10_000_000e18 - 20.03e18);
        assertEq(house.cashOf(vaultId), 1_000_000e18);
        (, , uint256 toInsurance, uint256 toVenue, ) = house.moduleInfo(address(vault));
        assertEq(toInsurance + toVenue, 20.03e18);
    }

    function test_AnOperatorTradesForTheAccount() public {
        vm.expectRevert(abi.encodeWithSelector(ILiquidityVault.NotAuthorised.selector, aliceId, keeper));
        vm.prank(keeper);
        vault.trade(aliceId, ETH, 1e18, type(uint256).max, uint40(block.timestamp));
        vm.prank(alice);
        house.setOperator(aliceId, keeper, 1, uint40(block.timestamp));
        vm.prank(keeper);
        vault.trade(aliceId, ETH, 1e18, type(uint256).max, uint40(block.timestamp));
        assertEq(inventory(), -1e18);
    }

    function test_RevertWhen_BeyondTheLimitOrTooLate() public {
        vm.startPrank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(ILiquidityVault.PriceBeyondLimit.selector, 4_006e18, 4_006e18 - 1)
        );
        vault.trade(aliceId, ETH, 10e18, 4_006e18 - 1, uint40(block.timestamp));
        vm.expectRevert(
            abi.encodeWithSelector(ILiquidityVault.PriceBeyondLimit.selector, 3_994e18, 3_994e18 + 1)
        );
        vault.trade(aliceId, ETH, -10e18, 3_994e18 + 1, uint40(block.timestamp));
        vm.expectRevert(
            abi.encodeWithSelector(
                ILiquidityVault.DeadlinePassed.selector,
                block.timestamp - 1,
                block.timestamp
            )
        );
        vault.trade(aliceId, ETH, 10e18, 4_006e18, uint40(block.timestamp - 1));
        vault.trade(aliceId, ETH, 10e18, 4_006e18, uint40(block.timestamp));
        vault.trade(aliceId, ETH, -10e18, 3_996e18, uint40(block.timestamp));
        vm.stopPrank();
    }

    /// @dev The vault is margined like anybody, and keeps a cushion on top (SPEC-Q5).
    function test_RevertWhen_TheCushionWouldBeTooThin() public {
        address lp = makeAddr("lp");
        _leave(DEPOSIT - 60_000e6);
        vm.expectPartialRevert(ILiquidityVault.CushionTooThin.selector);
        trades(aliceId, 60e18);
        trades(aliceId, 40e18);
        // what the margin alone would allow
        vault.setTerms(0, 10_000);
        trades(aliceId, 20e18);
        vm.expectPartialRevert(IClearinghouseTypes.BelowInitialMargin.selector);
        trades(aliceId, 35e18);
        // toward zero it always trades
        vault.setTerms(0, 50_000);
        trades(aliceId, -30e18);
        // and with more money again
        provide(lp, DEPOSIT);
        trades(aliceId, 10e18);
    }

    function test_TheVaultCanBeLiquidated() public {
        _leave(DEPOSIT - 60_000e6);
        trades(aliceId, 40e18);
        setPrice(ETH, 5_200e18);
        fund(keeperId, USDC_ID, 1_000_000e6);
        assertLt(margin(vaultId).equity, int256(margin(vaultId).maintenanceMargin));
        liquidate(vaultId);
        assertGt(inventory(), -40e18);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _leave(uint256 amountRaw) private {
        requestAll(carol);
        skip(DELAY);
        vm.prank(carol);
        vault.withdraw(amountRaw, carol, carol);
        vm.prank(carol);
        vault.cancelRequest();
    }

    function _overCap(uint256 position) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                ILiquidityVault.PositionCapExceeded.selector,
                ETH,
                position,
                uint256(ETH_CAP)
            );
    }

    function _notFresh(IPriceRouter.Status status, uint256 ageSec) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                ILiquidityVault.PriceNotFresh.selector,
                ETH,
                status,
                ageSec,
                uint256(1 hours)
            );
    }
}
