// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IncidentBase} from "../helpers/IncidentBase.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, futureId} from "../../../contracts/types/InstrumentId.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";
import {MockERC20} from "../../../contracts/mocks/MockERC20.sol";

/// @dev A token that its old address can move too.
contract TwoAddressToken is MockERC20 {
    address public immutable legacy = address(new LegacyAddress(this));

    constructor() MockERC20("Two addresses", "TWO", 18) {}

    function moveFor(address spender, address from, address to, uint256 amount) external returns (bool) {
        require(msg.sender == legacy);
        if (spender != from) _spendAllowance(from, spender, amount);
        _transfer(from, to, amount);
        return true;
    }
}

/// @dev The old address: forwards everything.
contract LegacyAddress {
    TwoAddressToken private immutable _token;

    constructor(TwoAddressToken token) {
        _token = token;
    }

    function decimals() external pure returns (uint8) {
        return 18;
    }

    function balanceOf(address owner) external view returns (uint256) {
        return _token.balanceOf(owner);
    }

    function allowance(address owner, address spender) external view returns (uint256) {
        return _token.allowance(owner, spender);
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        return _token.moveFor(msg.sender, msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        return _token.moveFor(msg.sender, from, to, amount);
    }
}

/// @dev One thing under two names, or named twice.
contract AliasesTest is IncidentBase {
    /// @dev Level (2023): an array of ids to claim rewards for held the same id many times, and each was paid.
    ///
    /// Tried here: a liquidator names the same leg twice, the same balance twice, more of them than there is; a batch holds
    /// the same liquidation twice; `settleExpired` the same account.
    ///
    /// Stopped by: each item is taken off the account in memory before the next one is looked at, so that twice one is two, and a
    /// third is one too many; penalty and overshoot are of the account before and after, not of items.
    function test_LevelDuplicatedItems() public {
        crossAt(3_600e18);
        ILiquidator.Selection memory once = withAsset(leg(ethPerp, 2e18), WETH_ID, 0.5e18);
        ILiquidator.Selection memory twice = withAsset(
            withAsset(legs(ethPerp, 1e18, ethPerp, 1e18), WETH_ID, 0.25e18),
            WETH_ID,
            0.25e18
        );
        bytes memory terms = abi.encode(liquidator.quote(aliceId, once));
        assertEq(abi.encode(liquidator.quote(aliceId, twice)), terms, "twice one is two");
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.ReducesPastZero.selector,
                aliceId,
                ethPerp,
                int256(4e18),
                uint256(6e18)
            )
        );
        liquidator.quote(aliceId, legs(ethPerp, 6e18, ethPerp, 6e18));
        vm.expectPartialRevert(IClearinghouseTypes.InsufficientBalance.selector);
        liquidator.quote(aliceId, withAsset(withAsset(leg(ethPerp, 1e18), WETH_ID, 3e18), WETH_ID, 3e18));

        int256 alices = equityOf(aliceId);
        int256 keepers = equityOf(keeperId);
        ILiquidator.Call[] memory calls = new ILiquidator.Call[](2);
        (calls[0], calls[1]) = (order(twice), order(twice));
        vm.prank(keeper);
        ILiquidator.Outcome[] memory outcomes = liquidator.liquidateBatch(calls);
        assertTrue(outcomes[0].done, "set-up: the first is made");
        assertEq(abi.encode(outcomes[0].terms), terms);
        assertFalse(outcomes[1].done, "the second finds an account that is well");
        assertEq(bytes4(outcomes[1].reason), ILiquidator.NotLiquidatable.selector);
        int256 penalty = int256(outcomes[0].terms.penalty);
        assertApproxEqAbs(equityOf(aliceId), alices - penalty, DUST);
        assertApproxEqAbs(equityOf(keeperId), keepers + penalty, DUST);
    }

    function test_LevelDuplicatedAccounts() public {
        house.setDated(ETH, IClearinghouseTypes.DatedConfig(true, 1_000e18, 500));
        uint256 expiry = ((block.timestamp / 1 hours) + 24) * 1 hours;
        InstrumentId future = futureId(ETH, expiry);
        postFlat(ETH, expiry, 0.6e18, 0);
        fund(crew(0), USDC_ID, 100_000e6);
        trade(crew(0), bobId, future, 10e18);
        vm.warp(expiry + 1);
        setPrice(ETH, 4_500e18);
        setPrice(BTC, BTC_PRICE);
        surfaces.settle((uint256(ETH) << 20) | (expiry / 1 hours), 4_500e18);
        AccountId[] memory accounts = new AccountId[](5);
        for (uint256 i = 0; i < 5; ++i) accounts[i] = crew(0);
        house.settleExpired(accounts);
        assertEq(house.cashOf(crew(0)), 105_000e18, "500 for each of 10, once");
        (uint256 units, ) = house.openInterestOf(future);
        assertEq(units, 0);
    }

    /// @dev bZx, iETH (2020): a transfer to oneself wrote the credited balance over the debited one.
    ///
    /// Tried here: transfers of cash and of collateral from an account to itself; to itself by way of a second account; and a
    /// trade and a liquidation with the same account on both sides.
    ///
    /// Stopped by: `SameAccount` and `SelfLiquidation`, before anything is loaded.
    function test_BzxTransferToOneself() public {
        fund(crew(0), WETH_ID, 10e18);
        fund(crew(0), USDC_ID, 10_000e6);
        int256 before = wealth();
        bytes memory refusal = abi.encodeWithSelector(IClearinghouseTypes.SameAccount.selector, crew(0));
        vm.startPrank(mallory);
        vm.expectRevert(refusal);
        house.transfer(crew(0), crew(0), WETH_ID, 5e18);
        vm.expectRevert(refusal);
        house.transfer(crew(0), crew(0), USDC_ID, 5_000e18);
        house.transfer(crew(0), crew(1), WETH_ID, 5e18);
        house.transfer(crew(1), crew(0), WETH_ID, 5e18);
        ILiquidator.Call memory self = order(asset(WETH_ID, 1e18));
        (self.account, self.liquidator) = (crew(0), crew(0));
        vm.expectRevert(abi.encodeWithSelector(ILiquidator.SelfLiquidation.selector, crew(0)));
        liquidator.liquidate(self);
        vm.stopPrank();
        assertEq(wealth(), before);
        assertEq(house.collateralOf(crew(0), WETH_ID), 10e18);
    }

    /// @dev Self-liquidation (Euler 2023 and others): the discount is paid to oneself, and by somebody else.
    ///
    /// Tried here: mallory's second account liquidates her first: at 10% of the maintenance margin, and at 2%, where the
    /// insurance fund adds what is missing to 5% of the relief.
    ///
    /// Stopped by: the penalty goes from one pocket to the other. The incentive is what the fund pays anybody who comes, 5% of
    /// the relief at most, and who liquidates himself gets no more: the account was out of reach of nobody else since it
    /// fell below its maintenance margin.
    function test_SelfLiquidation() public {
        insure(100_000e6);
        fund(crew(0), USDC_ID, 8_000e6);
        fund(crew(1), USDC_ID, 100_000e6);
        trade(crew(0), bobId, ethPerp, 10e18);
        setPrice(ETH, 3_250e18);
        int256 before = wealth();
        uint256 snapshot = vm.snapshotState();
        ILiquidator.Quote memory terms = _liquidateOwn();
        assertGt(terms.penalty, 100e18, "set-up: a penalty was paid");
        assertEq(terms.incentive, uint256(0));
        assertLe(wealth(), before);
        vm.revertToState(snapshot);

        setPrice(ETH, 3_210e18);
        before = wealth();
        terms = _liquidateOwn();
        assertGt(terms.incentive, 0, "set-up: the fund adds to it");
        assertEq(terms.penalty + terms.incentive, (terms.relief * 5) / 100);
        assertLe(wealth(), before + int256(terms.incentive));
        assertEq(insurance.balance(), 100_000e18 - int256(terms.incentive), "and no more");
        assertSolvent();
    }

    function _liquidateOwn() private returns (ILiquidator.Quote memory) {
        (ILiquidator.Selection memory selection, ) = liquidator.proRata(crew(0));
        ILiquidator.Call memory call = order(selection);
        (call.account, call.liquidator) = (crew(0), crew(1));
        vm.prank(mallory);
        return liquidator.liquidate(call);
    }

    /// @dev Compound, TUSD (2022): a token that two addresses move; a function that swept tokens "other than the asset" took the
    /// asset by its second address.
    ///
    /// Tried here: governance lists both addresses. Mallory deposits by one and withdraws by the other; deposits the same tokens
    /// twice; and deposits what was donated.
    ///
    /// Stopped by: each number is credited what arrived and pays what it recorded, so that together they never exceed the
    /// tokens; and there is no function that sweeps.
    function test_CompoundTusdTwoAddresses() public {
        TwoAddressToken token = new TwoAddressToken();
        house.setAsset(3, address(token), ETH, true, 1e30);
        vm.expectPartialRevert(IClearinghouseTypes.InvalidConfig.selector);
        house.setAsset(4, address(token), ETH, true, 1e30);
        house.setAsset(4, token.legacy(), ETH, true, 1e30);
        token.mint(alice, 100e18);
        token.mint(mallory, 50e18);
        vm.startPrank(alice);
        token.approve(address(house), type(uint256).max);
        house.deposit(aliceId, 3, 100e18);
        vm.stopPrank();
        assertEq(LegacyAddress(token.legacy()).balanceOf(address(house)), 100e18, "set-up: one ledger");

        vm.startPrank(mallory);
        token.approve(address(house), type(uint256).max);
        house.deposit(crew(0), 4, 50e18);
        vm.expectPartialRevert(IClearinghouseTypes.InsufficientBalance.selector);
        house.withdraw(crew(0), 3, 1e18, mallory);
        vm.expectRevert();
        house.deposit(crew(0), 3, 1e18);
        vm.expectPartialRevert(IClearinghouseTypes.InsufficientLiquidity.selector);
        house.withdraw(crew(0), 4, 51e18, mallory);
        house.withdraw(crew(0), 4, 50e18, mallory);
        vm.stopPrank();
        assertEq(token.balanceOf(mallory), 50e18);
        vm.prank(alice);
        house.withdraw(aliceId, 3, 100e18, alice);
        assertEq(token.balanceOf(alice), 100e18);
        assertEq(token.balanceOf(address(house)), 0);
    }

    /// @dev The same of instruments: a second encoding of one would have open interest, caps and marks of its own.
    ///
    /// Tried here: every single bit that a perp's id leaves empty.
    ///
    /// Stopped by: an instrument has one encoding; any other is unknown.
    function test_InstrumentHasOneName() public {
        fund(crew(0), USDC_ID, 100_000e6);
        uint96 raw = InstrumentId.unwrap(ethPerp);
        for (uint256 bit = 0; bit < 80; ++bit) {
            InstrumentId twin = InstrumentId.wrap(raw | uint96(1 << bit));
            vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.UnknownInstrument.selector, twin));
            house.trade(IClearinghouseTypes.Trade(crew(0), bobId, twin, 1e18, ETH_PRICE, 0, 0));
        }
        house.trade(IClearinghouseTypes.Trade(crew(0), bobId, ethPerp, 1e18, ETH_PRICE, 0, 0));
    }
}
