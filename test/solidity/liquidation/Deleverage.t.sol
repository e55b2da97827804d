// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {LiquidationBase} from "./LiquidationBase.sol";
import {AccountId, toAccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, futureId, optionId} from "../../../contracts/types/InstrumentId.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {Portfolio} from "../../../contracts/types/Portfolio.sol";

/// @dev What is left of a loss when the insurance fund is empty: closed against all who hold the other side (SPEC-D).
contract DeleverageTest is LiquidationBase {
    AccountId private daveId;

    function setUp() public override {
        super.setUp();
        (, daveId) = person("dave");
        fund(daveId, USDC_ID, 1_000_000e6);
        fund(carolId, USDC_ID, 1_000_000e6);
    }

    function _deleverage() private returns (IClearinghouseTypes.Deleverage memory) {
        vm.prank(carol);
        return liquidator.deleverage(aliceId);
    }

    function _touch(AccountId account) private {
        AccountId[] memory list = new AccountId[](1);
        list[0] = account;
        house.settleExpired(list);
    }

    function _size(AccountId account, InstrumentId instrument) private view returns (int256 size) {
        (size, ) = house.positionOf(account, instrument);
    }

    function _equity(AccountId account) private view returns (int256) {
        return margin(account).equity;
    }

    // ------------------------------------------------------------------------------------------------ who pays

    /// @dev ETH at 3,100: E = -1,000 on 10 ETH worth 31,000. The fund's 400 go first, then bob, who holds all of the other
    /// side, closes at 3,160 instead of 3,100.
    function test_OneCounterparty() public {
        insure(400e6);
        longAt(3_100e18);
        int256 bobs = _equity(bobId);
        IClearinghouseTypes.Deleverage memory result = _deleverage();
        assertEq(result.covered, 400e18);
        assertEq(result.deleveraged, 600e18);
        assertEq(result.socialised, uint256(0));
        assertEq(result.remaining, uint256(0));
        assertEq(_equity(aliceId), 0);
        assertEq(house.cashOf(aliceId), 0);
        assertEq(_size(aliceId, ethPerp), 0);
        assertEq(_size(bobId, ethPerp), 0);
        assertEq(house.positionsOf(bobId).length, 0, "no word of nothing");
        assertEq(_equity(bobId), bobs - 600e18);
        assertEq(insurance.balance(), 0);
        assertEq(uint256(house.perpState(ETH).openInterest), 0);
    }

    /// @dev Bob is short 6 of 20 and carol 14; alice's 10 of 20 are closed: each keeps half and pays by its size.
    function test_ProRata() public {
        fund(aliceId, USDC_ID, 8_000e6);
        trade(aliceId, bobId, ethPerp, 6e18);
        trade(aliceId, carolId, ethPerp, 4e18);
        trade(daveId, carolId, ethPerp, 10e18);
        setPrice(ETH, 3_100e18);
        (int256 bobs, int256 carols, int256 daves) = (_equity(bobId), _equity(carolId), _equity(daveId));
        assertEq(_deleverage().deleveraged, 1_000e18);
        assertEq(_size(bobId, ethPerp), -3e18);
        assertEq(_size(carolId, ethPerp), -7e18);
        assertEq(_size(daveId, ethPerp), 10e18, "the same side is left alone");
        assertApproxEqAbs(_equity(bobId), bobs - 300e18, 2);
        assertApproxEqAbs(_equity(carolId), carols - 700e18, 2);
        assertEq(_equity(daveId), daves);
        assertEq(uint256(house.perpState(ETH).openInterest), 10e18);
    }

    /// @dev A short is closed below its mark, and longs receive less.
    function test_LongsPayForAShort() public {
        fund(aliceId, USDC_ID, 8_000e6);
        trade(bobId, aliceId, ethPerp, 10e18);
        trade(daveId, carolId, ethPerp, 30e18);
        setPrice(ETH, 4_900e18);
        (int256 bobs, int256 daves) = (_equity(bobId), _equity(daveId));
        assertEq(_deleverage().deleveraged, 1_000e18);
        assertEq(_size(bobId, ethPerp), 7.5e18);
        assertEq(_size(daveId, ethPerp), 22.5e18);
        assertEq(_size(carolId, ethPerp), -30e18);
        assertApproxEqAbs(_equity(bobId), bobs - 250e18, 2);
        assertApproxEqAbs(_equity(daveId), daves - 750e18, 2);
    }

    /// @dev Each leg is closed at its mark moved by the same fraction: 1,000 of 30,000 + 30,000.
    function test_EachLegByItsValue() public {
        fund(aliceId, USDC_ID, 9_000e6);
        trade(aliceId, bobId, ethPerp, 10e18);
        trade(carolId, aliceId, btcPerp, 0.3e18);
        setPrice(ETH, 3_000e18);
        (int256 bobs, int256 carols) = (_equity(bobId), _equity(carolId));
        assertEq(_deleverage().deleveraged, 1_000e18);
        assertApproxEqAbs(_equity(bobId), bobs - 500e18, 2);
        assertApproxEqAbs(_equity(carolId), carols - 500e18, 2);
        assertEq(_size(carolId, btcPerp), 0);
        assertEq(_equity(aliceId), 0);
    }

    /// @dev Funding that had accrued is settled with what is closed.
    function test_FundingIsPaid() public {
        fund(aliceId, USDC_ID, 8_000e6);
        tradeAt(aliceId, bobId, ethPerp, 10e18, 4_020e18);
        skip(30 minutes);
        setPrice(ETH, 3_100e18);
        (int256 alices, int256 bobs) = (_equity(aliceId), _equity(bobId));
        assertEq(_deleverage().deleveraged, uint256(-alices));
        assertEq(_equity(aliceId), 0);
        assertApproxEqAbs(_equity(bobId), bobs + alices, 3);
    }

    /// @dev At 500 she lacks 27,000 against positions worth 5,000: they pay 5,000, and all positive cash the rest.
    function test_BeyondTheMarkAllCashPays() public {
        longAt(3_100e18);
        setPrice(ETH, 500e18);
        (int256 bobs, int256 keepers) = (_equity(bobId), _equity(keeperId));
        // without alice's own
        uint256 supplied = house.cashState().supplied - 8_000e18;
        IClearinghouseTypes.Deleverage memory result = _deleverage();
        assertEq(result.deleveraged, 5_000e18);
        assertEq(result.socialised, 22_000e18);
        assertEq(result.remaining, uint256(0));
        assertEq(_equity(aliceId), 0);
        uint256 keeperPays = uint256(keepers - _equity(keeperId));
        assertApproxEqRel(keeperPays, (uint256(keepers) * 22_000e18) / supplied, 1e12);
        _touch(bobId);
        assertLt(_equity(bobId), bobs - 5_000e18);
        assertSolvent();
    }

    /// @dev Collateral stays for liquidators: only the positions are closed, and the account ends with nothing.
    function test_CollateralStays() public {
        crossAt(2_000e18);
        int256 short = _equity(aliceId);
        assertLt(short, 0);
        assertEq(_deleverage().deleveraged, uint256(-short));
        assertEq(house.collateralOf(aliceId, WETH_ID), 5e18);
        assertApproxEqAbs(_equity(aliceId), 0, 2);
        assertEq(house.positionsOf(aliceId).length, 0);
        send(order(asset(WETH_ID, 5e18)));
        assertApproxEqAbs(house.cashOf(aliceId), 0, 4);
        assertSolvent();
    }

    function test_OptionsAndFutures() public {
        uint256 expiry = (block.timestamp / 1 hours + 30 * 24) * 1 hours;
        house.setDated(ETH, IClearinghouseTypes.DatedConfig(true, 10_000e18, 500));
        postFlat(ETH, expiry, 0.8e18, 0.05e18);
        InstrumentId call = optionId(ETH, expiry, 4_200e18, true);
        InstrumentId future = futureId(ETH, expiry);
        fund(aliceId, USDC_ID, 10_000e6);
        trade(bobId, aliceId, call, 10e18);
        trade(carolId, bobId, call, 10e18);
        trade(aliceId, daveId, future, 3e18);
        setPrice(ETH, 6_200e18);
        int256 short = _equity(aliceId);
        assertLt(short, 0);
        uint256 options = 10 * markOf(call);
        uint256 futures = 3 * markOf(future);
        (int256 carols, int256 daves) = (_equity(carolId), _equity(daveId));
        assertEq(_deleverage().deleveraged, uint256(-short));
        int256 byOptions = (-short * int256(options)) / int256(options + futures);
        assertApproxEqAbs(_equity(carolId), carols - byOptions, 4);
        assertApproxEqAbs(_equity(daveId), daves + short + byOptions, 4);
        assertEq(_size(carolId, call), 0);
        assertEq(_size(daveId, future), 0);
        _touch(carolId);
        _touch(daveId);
        assertEq(house.positionsOf(carolId).length, 0);
        (uint256 units, int256 costs) = house.openInterestOf(future);
        assertEq(units, 0);
        assertEq(costs, 0);
        assertSolvent();
    }

    // ------------------------------------------------------------------------------------------------ lazily

    /// @dev Views say what an account has whether or not it was touched, and touching changes nothing but where it is written.
    function test_ViewsNeedNoTouch() public {
        test_ProRata();
        Portfolio memory portfolio = house.portfolioOf(bobId);
        IRiskTypes.Margin memory before = margin(bobId);
        vm.expectEmit(true, true, false, false, address(house));
        emit IClearinghouseTypes.PositionDeleveraged(bobId, ethPerp, -3e18, 0);
        _touch(bobId);
        // storing the cash rounds it
        assertApproxEqAbs(margin(bobId).equity, before.equity, 2);
        assertEq(margin(bobId).initialMargin, before.initialMargin);
        assertApproxEqAbs(house.portfolioOf(bobId).cash, portfolio.cash, 2);
        assertEq(abi.encode(house.portfolioOf(bobId).legs), abi.encode(portfolio.legs));
        int256 pending = house.solvency().pending;
        _touch(bobId);
        assertEq(house.solvency().pending, pending, "once");
    }

    /// @dev Whoever trades, withdraws or is liquidated follows first; who comes later has no part in it.
    function test_ActionsFollowFirst() public {
        test_ProRata();
        (, AccountId erin) = person("erin");
        fund(erin, USDC_ID, 100_000e6);
        trade(erin, bobId, ethPerp, 1e18);
        assertEq(_size(bobId, ethPerp), -4e18);
        assertEq(_size(erin, ethPerp), 1e18);
        trade(daveId, erin, ethPerp, 3e18);
        assertEq(_size(erin, ethPerp), -2e18, "opened after it");
        vm.prank(carol);
        house.withdraw(carolId, USDC_ID, 1e6, carol);
        (int256 size, ) = _stored(carolId);
        assertEq(size, -7e18);
    }

    function _stored(AccountId account) private view returns (int256 size, uint256 epoch) {
        size = house.positionsOf(account)[0].size();
        epoch = house.positionsOf(account)[0].epoch();
    }

    /// @dev Whether a position is touched after each of several rounds or only after the last makes no difference.
    function testFuzz_TouchingMakesNoDifference(uint256[4] memory sizes, uint256 touched) public {
        (, AccountId lazy) = person("lazy");
        (, AccountId busy) = person("busy");
        fund(lazy, USDC_ID, 1_000_000e6);
        fund(busy, USDC_ID, 1_000_000e6);
        trade(daveId, lazy, ethPerp, 7e18);
        trade(daveId, busy, ethPerp, 7e18);
        for (uint256 i = 0; i < sizes.length; ++i) {
            _round(bound(sizes[i], 3.2e18, 12e18), i);
            if ((touched >> i) & 1 == 1) _touch(busy);
        }
        assertApproxEqAbs(_size(lazy, ethPerp), _size(busy, ethPerp), 8);
        assertApproxEqAbs(_equity(lazy), _equity(busy), 40_000);
        _touch(lazy);
        assertApproxEqAbs(_equity(lazy), _equity(busy), 40_000);
        assertSolvent();
    }

    /// @dev Somebody opens `size` long against carol and goes under.
    function _round(uint256 size, uint256 number) private {
        setPrice(ETH, 4_000e18);
        AccountId id = toAccountId(alice, uint96(number + 1));
        usdc.mint(alice, 10_000e6);
        vm.prank(alice);
        house.deposit(id, USDC_ID, 10_000e6);
        skip(1 days);
        trade(id, carolId, ethPerp, size);
        setPrice(ETH, 4_000e18 - 11_000e36 / size);
        liquidator.deleverage(id);
        assertEq(_equity(id), 0);
    }

    /// @dev Where one account holds all of a side nothing is left of the other, however often; who opens anew is untouched.
    function test_WholeSidesAgainAndAgain() public {
        (, AccountId witness) = person("witness");
        fund(witness, USDC_ID, 100_000e6);
        for (uint256 i = 0; i < 3; ++i) {
            setPrice(ETH, 4_000e18);
            skip(1 days);
            fund(aliceId, USDC_ID, 8_000e6);
            trade(aliceId, bobId, ethPerp, 10e18);
            setPrice(ETH, 3_100e18);
            int256 bobs = _equity(bobId);
            _deleverage();
            assertEq(_size(bobId, ethPerp), 0);
            assertApproxEqAbs(_equity(bobId), bobs - 1_000e18, 2);
            assertEq(uint256(house.perpState(ETH).openInterest), 0);
        }
        trade(bobId, witness, ethPerp, 1e18);
        assertEq(_size(bobId, ethPerp), 1e18);
        assertEq(_size(witness, ethPerp), -1e18);
        assertSolvent();
    }

    /// @dev All that was owned before is owned afterwards.
    function testFuzz_Conserves(uint256 price, uint256 others, uint256 insuredRaw) public {
        insuredRaw = bound(insuredRaw, 0, 2_000e6);
        if (insuredRaw != 0) insure(insuredRaw);
        fund(aliceId, USDC_ID, 8_000e6);
        trade(aliceId, bobId, ethPerp, 10e18);
        trade(daveId, carolId, ethPerp, bound(others, 1, 500e18));
        setPrice(ETH, bound(price, 900e18, 3_199e18));
        int256 owned = _sum();
        if (uint256(-_equity(aliceId)) <= insuredRaw * 1e12) return;
        _deleverage();
        // rounded down: sizes to the wei, at the price; the cash index by its eighteenth digit
        assertApproxEqAbs(_sum(), owned, 1e9);
        assertLe(_sum(), owned + 10_000, "nothing is made");
        _touch(bobId);
        _touch(carolId);
        assertApproxEqAbs(_sum(), owned, 1e9);
        assertApproxEqAbs(house.solvency().pending, 0, 10_000);
        assertSolvent();
    }

    function _sum() private view returns (int256) {
        int256 traders = _equity(aliceId) + _equity(bobId) + _equity(carolId) + _equity(daveId);
        return traders + _equity(keeperId) + insurance.balance();
    }

    function assertSolvent() private view {
        IClearinghouseTypes.Solvency memory pool = house.solvency();
        assertGe(int256(pool.assets) + 100_000, pool.claims, "claims beyond the pool");
        assertEq(pool.shortAssets, uint256(0));
        assertEq(pool.badDebt, uint256(0));
    }

    // ------------------------------------------------------------------------------------------------ when

    function test_RevertWhen_Solvent() public {
        longAt(3_210e18);
        vm.expectRevert(abi.encodeWithSelector(ILiquidator.NotInsolvent.selector, aliceId, int256(100e18)));
        liquidator.deleverage(aliceId);
    }

    /// @dev While the fund can pay, liquidators have a quarter of an hour from the flag.
    function test_RevertWhen_InsuranceSuffices() public {
        insure(1_000e6);
        longAt(3_100e18);
        bytes memory refusal = abi.encodeWithSelector(
            ILiquidator.InsuranceSuffices.selector,
            aliceId,
            1_000e18,
            1_000e18
        );
        vm.expectRevert(refusal);
        liquidator.deleverage(aliceId);
        flag();
        skip(15 minutes - 1);
        vm.expectRevert(refusal);
        liquidator.deleverage(aliceId);
        skip(1);
        int256 bobs = _equity(bobId);
        assertEq(_deleverage().covered, 1_000e18);
        assertEq(_equity(bobId), bobs, "closed at the mark");
        assertEq(flaggedAt(aliceId), uint256(0));
    }

    function test_RevertWhen_NoPositions() public {
        vm.expectRevert(abi.encodeWithSelector(ILiquidator.NothingToDeleverage.selector, aliceId));
        liquidator.deleverage(aliceId);
    }

    function test_RevertWhen_PriceIsStale() public {
        longAt(3_100e18);
        vm.warp(block.timestamp + 2 days);
        vm.expectPartialRevert(ILiquidator.PriceNotUsable.selector);
        liquidator.deleverage(aliceId);
    }

    function test_RevertWhen_NotTheModule() public {
        longAt(3_100e18);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.NotModule.selector, carol, uint8(2)));
        vm.prank(carol);
        house.executeDeleverage(aliceId);
    }
}
