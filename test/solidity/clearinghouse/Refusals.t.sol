// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {MockERC20} from "../../../contracts/mocks/MockERC20.sol";
import {AccountId, toAccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, futureId} from "../../../contracts/types/InstrumentId.sol";
import {PositionWord} from "../../../contracts/types/PositionWord.sol";
import {LiquidationBase} from "../liquidation/LiquidationBase.sol";

/// @dev Seldom seen: amounts that no number holds, feeds and tokens that fail in the middle of an action, shares of nothing.
contract RefusalsTest is LiquidationBase {
    error OutOfOrder(uint256 code);

    // ------------------------------------------------------------------------------------------------ amounts

    function test_RevertWhen_TransferIsTooLarge() public {
        uint256 amount = uint256(type(uint128).max) + 1;
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.AmountTooLarge.selector, amount, type(uint128).max)
        );
        vm.prank(bob);
        house.transfer(bobId, toAccountId(bob, 1), USDC_ID, amount);
    }

    /// @dev Cash of 2e38 wei is a token amount that is accepted, and more than a principal holds.
    function test_RevertWhen_CashIsTooLarge() public {
        house.setAsset(USDC_ID, address(usdc), 0, true, type(uint128).max);
        usdc.mint(alice, 2e26);
        bytes memory refusal = abi.encodeWithSelector(
            IClearinghouseTypes.AmountTooLarge.selector,
            2e38,
            uint256(int256(type(int128).max))
        );
        vm.expectRevert(refusal);
        vm.prank(alice);
        house.deposit(aliceId, USDC_ID, 2e26);
    }

    function test_RevertWhen_BasketIsTooLarge() public {
        crossAt(3_000e18);
        uint256 amount = uint256(type(uint128).max) + 1;
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.AmountTooLarge.selector, amount, type(uint128).max)
        );
        send(order(asset(WETH_ID, amount)));
    }

    /// @dev Who has eight collaterals cannot take over a ninth, and cannot be made to.
    function test_RevertWhen_TakerHasEightCollaterals() public {
        uint8 last;
        for (uint8 i = 3; i < 10; ++i) {
            MockERC20 token = new MockERC20("More", "MORE", 18);
            house.setAsset(i, address(token), ETH, true, 1e30);
            vm.prank(keeper);
            token.approve(address(house), type(uint256).max);
            fund(keeperId, i, 1);
            last = i;
        }
        fund(keeperId, WBTC_ID, 1);
        assertEq(uint256(last), 9);
        crossAt(3_300e18);
        bytes memory refusal = abi.encodeWithSelector(
            IClearinghouseTypes.TooManyCollaterals.selector,
            keeperId,
            8
        );
        vm.expectRevert(refusal);
        send(order(asset(WETH_ID, 0.1e18)));
        vm.prank(keeper);
        house.withdraw(keeperId, last, 1, keeper);
        send(order(asset(WETH_ID, 0.1e18)));
        assertEq(house.collateralOf(keeperId, WETH_ID), 0.1e18);
    }

    // ------------------------------------------------------------------------------------------------ feeds

    function _dead() private view returns (bytes4) {
        (bool ok, bytes memory answer) = address(router).staticcall(abi.encodeCall(router.priceOf, (ETH)));
        assertFalse(ok, "the feed is dead");
        return bytes4(answer);
    }

    /// @dev Without a price nobody trades, is liquidated or deleveraged, for the router's reason.
    function test_RevertWhen_FeedIsDead() public {
        longAt(3_100e18);
        ethFeed.setMode(MockAggregator.Mode.Revert);
        assertEq(bytes32(_dead()), bytes32(IPriceRouter.PriceUnavailable.selector));
        vm.expectPartialRevert(IPriceRouter.PriceUnavailable.selector);
        tradeAt(aliceId, bobId, ethPerp, 1e18, 3_100e18);
        vm.expectPartialRevert(IPriceRouter.PriceUnavailable.selector);
        send(order(leg(ethPerp, 1e18)));
        vm.expectPartialRevert(IPriceRouter.PriceUnavailable.selector);
        liquidator.deleverage(aliceId);
    }

    /// @dev Money comes in whatever the feeds say; the flag stays until health is proven.
    function test_DepositWhileTheFeedIsDead() public {
        longAt(3_700e18);
        flag();
        ethFeed.setMode(MockAggregator.Mode.Revert);
        fund(aliceId, USDC_ID, 20_000e6);
        assertEq(house.cashOf(aliceId), 28_000e18);
        assertEq(flaggedAt(aliceId), block.timestamp);
        ethFeed.setMode(MockAggregator.Mode.Normal);
        fund(aliceId, USDC_ID, 1);
        assertEq(flaggedAt(aliceId), 0);
    }

    // ------------------------------------------------------------------------------------------------ tokens

    /// @dev A token's own error comes through; where it has none, ours says which token.
    function test_RevertWhen_TokenDoesNotTellBalances() public {
        bytes memory ask = abi.encodeCall(usdc.balanceOf, (address(house)));
        usdc.mint(alice, 1e6);
        vm.mockCallRevert(address(usdc), ask, abi.encodeWithSelector(OutOfOrder.selector, 7));
        vm.expectRevert(abi.encodeWithSelector(OutOfOrder.selector, 7));
        vm.prank(alice);
        house.deposit(aliceId, USDC_ID, 1e6);
        vm.mockCallRevert(address(usdc), ask, "");
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.TokenNotAnswering.selector, address(usdc))
        );
        vm.prank(alice);
        house.deposit(aliceId, USDC_ID, 1e6);
    }

    /// @dev `solvency` names the assets of which tokens are missing, by a bit for each.
    function test_SolvencyNamesShortAssets() public {
        fund(aliceId, WETH_ID, 5e18);
        fund(aliceId, WBTC_ID, 1e8);
        assertEq(house.solvency().shortAssets, uint256(0));
        vm.mockCall(address(wbtc), abi.encodeCall(wbtc.balanceOf, (address(house))), abi.encode(1e8 - 1));
        assertEq(house.solvency().shortAssets, uint256(1 << WBTC_ID));
        vm.mockCall(address(usdc), abi.encodeCall(usdc.balanceOf, (address(house))), abi.encode(0));
        assertEq(house.solvency().shortAssets, uint256((1 << WBTC_ID) | (1 << USDC_ID)));
    }

    // ------------------------------------------------------------------------------------------------ markets

    function test_TightenDated() public {
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.UnknownInstrument.selector, InstrumentId.wrap(0))
        );
        house.tightenDated(ETH, false, 0);
        house.setDated(ETH, IClearinghouseTypes.DatedConfig(true, 10e18, 500));
        house.tightenDated(ETH, true, 9e18);
        assertEq(house.datedConfig(ETH).openInterestCap, 9e18);
        house.tightenDated(ETH, false, 9e18);
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.InvalidConfig.selector, "enabled", 1, 0, 0)
        );
        house.tightenDated(ETH, true, 9e18);
        assertFalse(house.datedConfig(ETH).enabled);
    }

    /// @dev Up to the lower bound open interest raises nothing; from there it does.
    function test_ScaleStartsAtItsBound() public {
        house.setPerp(ETH, IClearinghouseTypes.PerpConfig(true, 100e18, 10_000_000, 500, 1_000, 2_000));
        fund(aliceId, USDC_ID, 100_000e6);
        trade(aliceId, bobId, ethPerp, 10e18);
        assertEq(margin(aliceId).initialMargin, (0.195e18 * 40_000e18) / 1e18, "10 of 100: at the bound");
        trade(aliceId, bobId, ethPerp, 10e18);
        assertGt(margin(aliceId).initialMargin, (0.195e18 * 80_000e18) / 1e18, "20 of 100: beyond it");
    }

    // ------------------------------------------------------------------------------------------------ shares of nothing

    /// @dev A share of a leg of one wei is nothing, and the proposal leaves it out.
    function test_ProRataLeavesOutWhatIsTooSmall() public {
        fund(aliceId, USDC_ID, 1e6);
        trade(aliceId, bobId, btcPerp, 1);
        longAt(3_700e18);
        (ILiquidator.Selection memory selection, uint256 fraction) = liquidator.proRata(aliceId);
        assertLt(fraction, 1e18);
        assertEq(selection.instruments.length, 1);
        assertEq(selection.sizes.length, 1);
        assertTrue(selection.instruments[0] == ethPerp);
        send(order(selection));
        (int256 size, ) = house.positionOf(aliceId, btcPerp);
        assertEq(size, 1);
    }

    /// @dev Of two legs only the one whose other side was deleveraged changes, listed or touched.
    function test_OneOfTwoLegsIsDeleveraged() public {
        (, AccountId dave) = person("dave");
        fund(dave, USDC_ID, 1_000_000e6);
        trade(bobId, dave, btcPerp, 0.1e18);
        longAt(3_100e18);
        trade(dave, bobId, ethPerp, 4e18);
        liquidator.deleverage(aliceId);
        PositionWord[] memory list = house.positionsOf(bobId);
        assertEq(list.length, 2);
        assertEq(list[0].size(), 0.1e18);
        assertApproxEqAbs(list[1].size(), -4e18, 1);
        AccountId[] memory accounts = new AccountId[](1);
        accounts[0] = bobId;
        house.settleExpired(accounts);
        assertEq(abi.encode(_sizes(house.positionsOf(bobId))), abi.encode(_sizes(list)));
        (int256 size, int256 cost) = house.positionOf(bobId, btcPerp);
        assertEq(size, 0.1e18);
        assertEq(cost, -10_000e18);
    }

    function _sizes(PositionWord[] memory list) private pure returns (int256[] memory sizes) {
        sizes = new int256[](list.length);
        for (uint256 i = 0; i < list.length; ++i) sizes[i] = list[i].size();
    }

    /// @dev Whoever was deleveraged without being touched is liquidated by what is left of it.
    function test_LiquidationFollowsDeleveragingFirst() public {
        (, AccountId dave) = person("dave");
        fund(dave, USDC_ID, 12_000e6);
        longAt(4_000e18);
        fund(carolId, USDC_ID, 100_000e6);
        trade(carolId, dave, ethPerp, 10e18);
        setPrice(ETH, 3_100e18);
        liquidator.deleverage(aliceId);
        setPrice(ETH, 4_900e18);
        (int256 size, ) = house.positionOf(dave, ethPerp);
        assertEq(size, -5e18);
        setPrice(ETH, 7_000e18);
        (bool liquidatable, ) = liquidator.isLiquidatable(dave);
        assertTrue(liquidatable);
        ILiquidator.Call memory params = order(leg(ethPerp, 6e18));
        params.account = dave;
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.ReducesPastZero.selector, dave, ethPerp, -5e18, 6e18)
        );
        send(params);
        params.selection.sizes[0] = 1e18;
        insure(100_000e6);
        send(params);
        (size, ) = house.positionOf(dave, ethPerp);
        assertEq(size, -4e18);
    }

    /// @dev A future never traded is listed as soon as its underlying is.
    function test_UnknownFuture() public {
        InstrumentId future = futureId(BTC, (block.timestamp / 1 hours + 24) * 1 hours);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.UnknownInstrument.selector, future));
        house.openInterestOf(future);
        house.setDated(BTC, IClearinghouseTypes.DatedConfig(true, 10e18, 500));
        (uint256 units, ) = house.openInterestOf(future);
        assertEq(units, 0);
    }
}

/// @dev Cash of eighteen decimals has no smaller unit than a wei: a debt may be repaid to the wei while deposits are closed.
contract RepaymentOfWeiTest is LiquidationBase {
    function cashDecimals() internal pure override returns (uint8) {
        return 18;
    }

    function test_RepaysToTheWeiAndNoMore() public {
        fund(bobId, USDC_ID, 10_000e18);
        fund(aliceId, WETH_ID, 5e18);
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, 1_000e18, alice);
        skip(1 hours);
        uint256 debt = uint256(-house.cashOf(aliceId));
        assertGt(debt, 1_000e18);
        house.tightenAsset(USDC_ID, false, 0);
        usdc.mint(alice, debt);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.AssetDisabled.selector, USDC_ID));
        house.deposit(aliceId, USDC_ID, debt + 1);
        house.deposit(aliceId, USDC_ID, debt);
        vm.stopPrank();
        assertGe(house.cashOf(aliceId), 0);
    }
}
