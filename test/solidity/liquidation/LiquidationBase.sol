// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Stack} from "../helpers/Stack.sol";
import {AccountId, toAccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId} from "../../../contracts/types/InstrumentId.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";

/// @dev Accounts to liquidate. In profile 0 a lone ETH perp needs MM = 14.9% (0.8 * 18% scan + 0.5% roll) and IM = 19.5%
/// (18% + 0.5% + 1%) of its notional.
abstract contract LiquidationBase is Stack {
    /// @dev What rounding may cost an account in one liquidation: per leg a wei each of value and funding, per balance one,
    /// and two where the cash principal is stored.
    uint256 internal constant DUST = 8;

    function setUp() public virtual override {
        super.setUp();
        fund(bobId, USDC_ID, 10_000_000e6);
        fund(keeperId, USDC_ID, 10_000_000e6);
    }

    // ------------------------------------------------------------------------------------------------ accounts

    /// @dev Alice: 10 ETH long from 4,000 on 8,000 of cash; then ETH at `price`. E = 10 * price - 32,000, MM = 1.49 * price.
    function longAt(uint256 price) internal {
        fund(aliceId, USDC_ID, 8_000e6);
        trade(aliceId, bobId, ethPerp, 10e18);
        setPrice(ETH, price);
    }

    /// @dev Alice: 10 ETH long, 0.3 BTC short, 5 WETH, 6,000 of borrowed cash; then ETH at `price`.
    function crossAt(uint256 price) internal {
        fund(aliceId, WETH_ID, 5e18);
        trade(aliceId, bobId, ethPerp, 10e18);
        trade(bobId, aliceId, btcPerp, 0.3e18);
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, 6_000e6, alice);
        setPrice(ETH, price);
    }

    /// @dev Takes `amount` wei of cash off alice's account, so that her equity is no round number.
    function shave(uint256 amount) internal {
        vm.prank(alice);
        house.transfer(aliceId, toAccountId(alice, 99), USDC_ID, amount);
    }

    function insure(uint256 amountRaw) internal {
        usdc.mint(carol, amountRaw);
        vm.startPrank(carol);
        usdc.approve(address(insurance), amountRaw);
        insurance.fund(amountRaw);
        vm.stopPrank();
    }

    // ------------------------------------------------------------------------------------------------ selections

    function leg(
        InstrumentId instrument,
        uint256 size
    ) internal pure returns (ILiquidator.Selection memory selection) {
        selection.instruments = new InstrumentId[](1);
        selection.sizes = new uint256[](1);
        (selection.instruments[0], selection.sizes[0]) = (instrument, size);
    }

    function legs(
        InstrumentId a,
        uint256 sizeA,
        InstrumentId b,
        uint256 sizeB
    ) internal pure returns (ILiquidator.Selection memory selection) {
        selection.instruments = new InstrumentId[](2);
        selection.sizes = new uint256[](2);
        (selection.instruments[0], selection.sizes[0]) = (a, sizeA);
        (selection.instruments[1], selection.sizes[1]) = (b, sizeB);
    }

    function withAsset(
        ILiquidator.Selection memory selection,
        uint8 assetId,
        uint256 amount
    ) internal pure returns (ILiquidator.Selection memory) {
        uint256 n = selection.assetIds.length;
        uint8[] memory assetIds = new uint8[](n + 1);
        uint256[] memory amounts = new uint256[](n + 1);
        for (uint256 i = 0; i < n; ++i) {
            (assetIds[i], amounts[i]) = (selection.assetIds[i], selection.amounts[i]);
        }
        (assetIds[n], amounts[n]) = (assetId, amount);
        (selection.assetIds, selection.amounts) = (assetIds, amounts);
        return selection;
    }

    function asset(
        uint8 assetId,
        uint256 amount
    ) internal pure returns (ILiquidator.Selection memory selection) {
        return withAsset(selection, assetId, amount);
    }

    function order(ILiquidator.Selection memory selection) internal view returns (ILiquidator.Call memory) {
        return ILiquidator.Call(aliceId, keeperId, selection, 0, type(int256).min, uint40(block.timestamp));
    }

    function send(ILiquidator.Call memory params) internal returns (ILiquidator.Quote memory) {
        vm.prank(keeper);
        return liquidator.liquidate(params);
    }

    function flag() internal {
        vm.prank(carol);
        liquidator.flag(aliceId);
    }

    function flaggedAt(AccountId account) internal view returns (uint256 since) {
        (, , since, ) = house.accountInfo(account);
    }

    // ------------------------------------------------------------------------------------------------ checks

    /// @dev E' / MM' >= E / MM by cross-multiplication; without equity there is no health, then E' >= E.
    function assertHealthKept(IRiskTypes.Margin memory before, IRiskTypes.Margin memory next) internal pure {
        if (before.equity <= 0) {
            assertGe(next.equity + int256(DUST), before.equity, "equity of an insolvent account fell");
            return;
        }
        assertGe(
            (next.equity + int256(DUST)) * int256(before.maintenanceMargin),
            before.equity * int256(next.maintenanceMargin),
            "health fell"
        );
    }

    /// @dev E' <= 1.2 * MM'. Where phi = E / MM takes all of the equity, phi's 18 digits leave up to MM * 1e-18 of it.
    function assertNoOvershoot(IRiskTypes.Margin memory before, IRiskTypes.Margin memory next) internal pure {
        int256 dust = int256(DUST + 1_000 + before.maintenanceMargin / 1e18);
        assertLe((next.equity - dust) * 10, int256(next.maintenanceMargin * 12), "overshoot");
    }

    /// @dev Liquidates, and holds what happened against the quote and against the account as measured before and after.
    function liquidateChecked(
        ILiquidator.Selection memory selection
    ) internal returns (ILiquidator.Quote memory terms) {
        IRiskTypes.Margin memory before = margin(aliceId);
        terms = liquidator.quote(aliceId, selection);
        int256 insured = insurance.balance();
        ILiquidator.Quote memory done = send(order(selection));
        assertEq(abi.encode(done), abi.encode(terms), "quote");
        assertEq(abi.encode(terms.before), abi.encode(before), "margin before");
        IRiskTypes.Margin memory next = margin(aliceId);
        assertHealthKept(before, next);
        if (before.maintenanceMargin >= 100e18) assertNoOvershoot(before, next);
        if (next.maintenanceMargin != 0) {
            // storing the cash principal may cost what the quote does not see
            assertLe(next.equity, terms.next.equity, "equity above the quote");
            assertGe(next.equity + 2, terms.next.equity, "equity below the quote");
            assertEq(insurance.balance(), insured - int256(terms.incentive), "insurance");
        }
        assertEq(next.maintenanceMargin, terms.next.maintenanceMargin, "maintenance margin");
        assertEq(terms.relief, before.maintenanceMargin - next.maintenanceMargin, "relief");
    }
}
