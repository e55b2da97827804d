// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccountId, toAccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, futureId, optionId} from "../../../contracts/types/InstrumentId.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";
import {Stack} from "../helpers/Stack.sol";

/// @dev Everything that can be paused or closed, in all combinations: closing, repaying, taking out what is free, leaving the
/// insurance fund and liquidating go on in each.
contract PausingTest is Stack {
    /// @dev One bit for each way to stop something.
    uint256 private constant WAYS = 9;

    uint256 private _expiry;
    InstrumentId private _call;
    InstrumentId private _future;
    AccountId private _poorId;
    address private _poor;
    address private _staker;

    function setUp() public override {
        super.setUp();
        _expiry = (block.timestamp / 1 hours + 60 * 24) * 1 hours;
        _call = optionId(ETH, _expiry, 4_200e18, true);
        _future = futureId(ETH, _expiry);
        house.setDated(ETH, IClearinghouseTypes.DatedConfig(true, 10_000e18, 500));
        postFlat(ETH, _expiry, 0.8e18, 0);
        (_poor, _poorId) = person("poor");
        _fundAll();
        _stake();
        // alice and bob hold a perp, an option and a future against each other
        trade(aliceId, bobId, ethPerp, 10e18);
        trade(aliceId, bobId, _call, 10e18);
        trade(aliceId, bobId, _future, 10e18);
        // carol owes cash, an odd amount of it
        vm.prank(carol);
        house.withdraw(carolId, USDC_ID, 10_000e6, carol);
        vm.prank(carol);
        house.transfer(carolId, toAccountId(carol, 1), USDC_ID, 1);
        // the poor one is about to be liquidated, with a position and collateral
        trade(_poorId, bobId, ethPerp, 10e18);
        skip(1);
        setPrice(ETH, 3_550e18);
        postFlat(ETH, _expiry, 0.8e18, 0);
    }

    function _fundAll() private {
        fund(aliceId, USDC_ID, 100_000e6);
        fund(bobId, USDC_ID, 1_000_000e6);
        fund(carolId, WETH_ID, 100e18);
        fund(keeperId, USDC_ID, 1_000_000e6);
        fund(_poorId, USDC_ID, 3_000e6);
        fund(_poorId, WETH_ID, 2e18);
    }

    function _stake() private {
        _staker = makeAddr("staker");
        usdc.mint(_staker, 1_000e6);
        vm.startPrank(_staker);
        usdc.approve(address(insurance), 1_000e6);
        insurance.deposit(1_000e6, _staker);
        insurance.requestRedeem(500e12);
        vm.stopPrank();
        skip(14 days);
        postFlat(ETH, _expiry, 0.8e18, 0);
    }

    // ------------------------------------------------------------------------------------------------ pausing

    function _stop(uint256 ways) private {
        if (ways & 1 != 0) house.pause();
        if (ways & 2 != 0) house.tightenPerp(ETH, false, 1_000_000e18);
        if (ways & 4 != 0) house.tightenPerp(ETH, ways & 2 == 0, 0);
        if (ways & 8 != 0) house.tightenDated(ETH, false, 10_000e18);
        if (ways & 16 != 0) house.tightenDated(ETH, ways & 8 == 0, 0);
        if (ways & 32 != 0) {
            house.tightenAsset(USDC_ID, false, 1e30);
            house.tightenAsset(WETH_ID, false, 1e30);
        }
        if (ways & 64 != 0) {
            house.tightenAsset(USDC_ID, ways & 32 == 0, 0);
            house.tightenAsset(WETH_ID, ways & 32 == 0, 0);
        }
        if (ways & 128 != 0) {
            // the AccessManager's own switch
            manager.setTargetClosed(address(house), true);
            manager.setTargetClosed(address(engine), true);
            manager.setTargetClosed(address(router), true);
        }
        if (ways & 256 != 0) {
            manager.setTargetClosed(address(liquidator), true);
            manager.setTargetClosed(address(insurance), true);
        }
    }

    /// @dev The ways do stop what they should: otherwise what follows would prove nothing.
    function test_StoppingStops() public {
        uint256 before = vm.snapshotState();
        for (uint256 i = 0; i < WAYS; ++i) {
            _stop(1 << i);
            if (i < 3) {
                _expectAnyRevert(abi.encodeCall(house.trade, (_tradeOf(aliceId, bobId, ethPerp, 1e18))));
            }
            if (i == 0 || i == 3 || i == 4) {
                _expectAnyRevert(abi.encodeCall(house.trade, (_tradeOf(aliceId, bobId, _future, 1e18))));
            }
            if (i == 5 || i == 6) {
                usdc.mint(alice, 1e6);
                vm.prank(alice);
                _expectAnyRevert(abi.encodeCall(house.deposit, (aliceId, USDC_ID, 1e6)));
            }
            if (i == 7) _expectAnyRevert(abi.encodeCall(house.pause, ()));
            if (i == 8) {
                vm.expectRevert();
                liquidator.setParameters(0, 0);
            }
            vm.revertToState(before);
            before = vm.snapshotState();
        }
    }

    function _expectAnyRevert(bytes memory data) private {
        (bool ok, ) = address(house).call(data);
        assertFalse(ok);
    }

    function _tradeOf(
        AccountId buyer,
        AccountId seller,
        InstrumentId instrument,
        uint256 size
    ) private view returns (IClearinghouseTypes.Trade memory) {
        return IClearinghouseTypes.Trade(buyer, seller, instrument, size, markOf(instrument), 0, 0);
    }

    // ------------------------------------------------------------------------------------------------ what goes on

    function test_NoPauseStopsAnExit() public {
        uint256 before = vm.snapshotState();
        for (uint256 ways = 0; ways < 1 << WAYS; ++ways) {
            _stop(ways);
            _close();
            _repay();
            _withdrawWhatIsFree();
            _leaveTheFund();
            _liquidate();
            vm.revertToState(before);
            before = vm.snapshotState();
        }
    }

    function _close() private {
        trade(bobId, aliceId, ethPerp, 4e18);
        trade(bobId, aliceId, ethPerp, 6e18);
        trade(bobId, aliceId, _call, 10e18);
        trade(bobId, aliceId, _future, 10e18);
        assertEq(house.positionsOf(aliceId).length, 0);
    }

    /// @dev In parts, then all of it to the token's next whole unit; and by a transfer between accounts.
    function _repay() private {
        AccountId other = toAccountId(carol, 2);
        vm.startPrank(carol);
        int256 debt = -house.cashOf(carolId);
        assertGt(debt, 9_000e18);
        usdc.mint(carol, 1_000e6);
        house.deposit(carolId, USDC_ID, 1_000e6);
        house.deposit(carolId, USDC_ID, _rawUp(uint256(-house.cashOf(carolId))));
        assertGe(house.cashOf(carolId), 0);
        assertLt(house.cashOf(carolId), 1e12);
        vm.stopPrank();
        vm.prank(keeper);
        house.setOperator(keeperId, carol, 2, type(uint40).max);
        vm.startPrank(carol);
        house.transfer(carolId, other, WETH_ID, 1e18);
        house.transfer(keeperId, carolId, USDC_ID, 1e18);
        vm.stopPrank();
    }

    function _rawUp(uint256 wad) private pure returns (uint256) {
        return (wad + 1e12 - 1) / 1e12;
    }

    function _withdrawWhatIsFree() private {
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, 50_000e6, alice);
        vm.prank(carol);
        house.withdraw(carolId, WETH_ID, 99e18, carol);
        // beside positions
        vm.prank(bob);
        house.withdraw(bobId, USDC_ID, 100_000e6, bob);
    }

    function _leaveTheFund() private {
        vm.startPrank(_staker);
        uint256 had = usdc.balanceOf(_staker);
        insurance.redeem(500e12, _staker, _staker);
        assertGe(usdc.balanceOf(_staker), had + 499e6);
        insurance.requestRedeem(500e12);
        vm.stopPrank();
    }

    function _liquidate() private {
        liquidator.flag(_poorId);
        ILiquidator.Quote memory terms = liquidate(_poorId);
        assertGt(terms.relief, 0);
        (int256 taken, ) = house.positionOf(keeperId, ethPerp);
        assertGt(taken, 0);
        assertGt(house.collateralOf(keeperId, WETH_ID), 0);
    }

    // ------------------------------------------------------------------------------------------------ repaying

    /// @dev Not a way around the cap: what is more than the debt is refused, and so is everything but cash.
    function test_RevertWhen_MoreThanTheDebt() public {
        house.tightenAsset(USDC_ID, true, 0);
        house.tightenAsset(WETH_ID, false, 0);
        uint256 debt = uint256(-house.cashOf(carolId));
        uint256 raw = _rawUp(debt);
        usdc.mint(carol, raw + 1);
        uint256 total = house.assetInfo(USDC_ID).recorded + (raw + 1) * 1e12;
        vm.startPrank(carol);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.DepositCapExceeded.selector,
                USDC_ID,
                uint256(0),
                total
            )
        );
        house.deposit(carolId, USDC_ID, raw + 1);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.AssetDisabled.selector, WETH_ID));
        house.deposit(carolId, WETH_ID, 1);
        house.deposit(carolId, USDC_ID, raw);
        // nothing is owed any more
        vm.expectPartialRevert(IClearinghouseTypes.DepositCapExceeded.selector);
        house.deposit(carolId, USDC_ID, 1);
        vm.stopPrank();
    }

    /// @dev Who owes nothing gets nothing in, closed or capped.
    function test_RevertWhen_NothingIsOwed() public {
        usdc.mint(alice, 1);
        house.tightenAsset(USDC_ID, false, 1e30);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.AssetDisabled.selector, USDC_ID));
        vm.prank(alice);
        house.deposit(aliceId, USDC_ID, 1);
    }

    // ------------------------------------------------------------------------------------------------ tightening assets

    function test_TightenAsset() public {
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.AssetSet(WETH_ID, address(weth), 18, ETH, true, 5e18);
        house.tightenAsset(WETH_ID, true, 5e18);
        house.tightenAsset(WETH_ID, false, 5e18);
        IClearinghouseTypes.AssetInfo memory info = house.assetInfo(WETH_ID);
        assertFalse(info.enabled);
        assertEq(info.cap, 5e18);
        assertEq(info.recorded, 102e18);
        assertEq(info.token, address(weth));
        assertEq(uint256(info.decimals), 18);
        assertEq(uint256(info.underlying), ETH);
    }

    function testFuzz_TightenAssetOnlyTightens(
        bool enabled,
        uint256 cap,
        bool newEnabled,
        uint256 newCap
    ) public {
        cap = bound(cap, 0, type(uint128).max);
        house.setAsset(WETH_ID, address(weth), ETH, enabled, cap);
        bytes memory data = abi.encodeCall(house.tightenAsset, (WETH_ID, newEnabled, newCap));
        (bool ok, ) = address(house).call(data);
        assertEq(ok, newCap <= cap && (enabled || !newEnabled));
        IClearinghouseTypes.AssetInfo memory info = house.assetInfo(WETH_ID);
        assertEq(info.enabled, ok ? newEnabled : enabled);
        assertEq(info.cap, ok ? newCap : cap);
        assertEq(info.recorded, 102e18);
    }
}
