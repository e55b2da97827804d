// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IMarginLens} from "../../../contracts/interfaces/IMarginLens.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {Portfolio} from "../../../contracts/types/Portfolio.sol";
import {Stack} from "../helpers/Stack.sol";

/// @dev Alice is 10 ETH long on 8,000 of cash: E = 10 * price - 32,000, MM = 1.49 * price, IM = 1.95 * price. Bob is short of them,
/// Carol has 1 BTC and no position.
contract MarginLensTest is Stack {
    function setUp() public override {
        super.setUp();
        fund(aliceId, USDC_ID, 8_000e6);
        fund(bobId, USDC_ID, 100_000e6);
        fund(carolId, WBTC_ID, 1e8);
        trade(aliceId, bobId, ethPerp, 10e18);
    }

    function _three() private view returns (AccountId[] memory list) {
        list = new AccountId[](3);
        (list[0], list[1], list[2]) = (aliceId, carolId, bobId);
    }

    function _stateAt(uint256 price) private returns (IRiskTypes.State) {
        setPrice(ETH, price);
        IMarginLens.Assessment memory first = lens.assessMany(_three())[0];
        assertTrue(first.ok && first.account == aliceId);
        assertEq(abi.encode(first.margin), abi.encode(margin(aliceId)));
        return first.state;
    }

    /// @dev E = MM at 3,760.28, E = IM at 3,975.16, E = 0 at 3,200; at exactly 0 nothing is lacking yet.
    function test_StatesByEquity() public {
        assertTrue(_stateAt(4_000e18) == IRiskTypes.State.Healthy);
        assertTrue(_stateAt(3_976e18) == IRiskTypes.State.Healthy);
        assertTrue(_stateAt(3_975e18) == IRiskTypes.State.AtRisk);
        assertTrue(_stateAt(3_761e18) == IRiskTypes.State.AtRisk);
        assertTrue(_stateAt(3_760e18) == IRiskTypes.State.Liquidatable);
        assertTrue(_stateAt(3_200e18) == IRiskTypes.State.Liquidatable);
        assertTrue(_stateAt(3_199e18) == IRiskTypes.State.Insolvent);
    }

    /// @dev Without a price of ETH only who holds none of it can be assessed; the flag is told in either case.
    function test_OneThatFailsDoesNotStopTheRest() public {
        setPrice(ETH, 3_700e18);
        liquidator.flag(aliceId);
        ethFeed.setMode(MockAggregator.Mode.Revert);
        IMarginLens.Assessment[] memory results = lens.assessMany(_three());
        assertFalse(results[0].ok);
        assertEq(bytes32(bytes4(results[0].reason)), bytes32(IPriceRouter.PriceUnavailable.selector));
        assertEq(uint256(results[0].flaggedAt), block.timestamp);
        assertTrue(results[1].ok && results[1].state == IRiskTypes.State.Healthy);
        assertEq(results[1].margin.equity, margin(carolId).equity);
        assertEq(uint256(results[1].flaggedAt), 0);
        assertFalse(results[2].ok);
        IMarginLens.HealthQuery[] memory queries = new IMarginLens.HealthQuery[](3);
        queries[0] = IMarginLens.HealthQuery(aliceId, ETH, -0.1e18);
        queries[1] = IMarginLens.HealthQuery(carolId, BTC, -0.1e18);
        queries[2] = IMarginLens.HealthQuery(carolId, BTC, -1e18);
        IMarginLens.Health[] memory healths = lens.healthAtMany(queries);
        assertFalse(healths[0].ok || healths[2].ok);
        assertEq(healths[0].reason, results[0].reason);
        assertTrue(healths[1].ok && healths[1].state == IRiskTypes.State.Healthy);
        assertLt(healths[1].margin.equity, results[1].margin.equity);
        assertEq(bytes32(bytes4(healths[2].reason)), bytes32(IRiskTypes.ShockOutOfBounds.selector));
    }

    function test_PortfoliosAreTheClearinghouses() public view {
        Portfolio[] memory portfolios = lens.portfoliosOf(_three());
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(abi.encode(portfolios[i]), abi.encode(house.portfolioOf(_three()[i])));
        }
    }

    function test_ExplainsAsTheEngineDoes() public view {
        bytes memory explained = abi.encode(engine.explain(house.portfolioOf(aliceId)));
        assertEq(abi.encode(lens.marginOf(aliceId)), explained);
    }

    // ------------------------------------------------------------------------------------------------ withdrawable

    /// @dev What the view says goes out; a raw unit more does not.
    function _takesAll(AccountId account) private {
        uint256 raw = lens.withdrawableCash(account) / 1e12;
        vm.startPrank(account.owner());
        vm.expectRevert();
        house.withdraw(account, USDC_ID, raw + 1, account.owner());
        if (raw != 0) house.withdraw(account, USDC_ID, raw, account.owner());
        vm.stopPrank();
        assertLt(lens.withdrawableCash(account), 1e12);
    }

    /// @dev At 4,100: E = 9,000, of which 1,000 are unrealised gains, and IM = 7,995. At 3,990: 7,900 - 7,780.50, without gains.
    function test_WithdrawableIsWhatWithdrawPays() public {
        setPrice(ETH, 4_100e18);
        assertEq(lens.withdrawableCash(aliceId), 5e18);
        setPrice(ETH, 3_990e18);
        assertEq(lens.withdrawableCash(aliceId), 119.5e18);
        _takesAll(aliceId);
        setPrice(ETH, 3_900e18);
        assertEq(lens.withdrawableCash(aliceId), 0);
        _takesAll(bobId);
    }

    function test_WithdrawableWithoutPositions() public {
        assertEq(lens.withdrawableCash(keeperId), 0);
        fund(keeperId, USDC_ID, 7e6);
        assertEq(lens.withdrawableCash(keeperId), 7e18);
        _takesAll(keeperId);
        // against collateral she may borrow up to her initial margin, and her own cash is free whatever BTC is worth
        assertGt(lens.withdrawableCash(carolId), 50_000e18);
        fund(carolId, USDC_ID, 500_000e6);
        setPrice(BTC, 100e18);
        assertEq(
            lens.withdrawableCash(carolId),
            uint256(margin(carolId).equity) - margin(carolId).initialMargin
        );
        _takesAll(carolId);
    }

    // ------------------------------------------------------------------------------------------------ markets, assets

    function test_Markets() public {
        tradeAt(aliceId, bobId, ethPerp, 0.001e18, 4_010e18);
        IMarginLens.MarketView[] memory views = lens.markets();
        assertEq(views.length, 2);
        for (uint256 i = 0; i < 2; ++i) {
            uint16 underlying = views[i].underlying;
            assertEq(uint256(underlying), i == 0 ? BTC : ETH);
            assertTrue(views[i].priced);
            assertEq(abi.encode(views[i].price), abi.encode(router.priceOf(underlying)));
            assertEq(views[i].perpMark, markOf(i == 0 ? btcPerp : ethPerp));
            assertEq(abi.encode(views[i].config), abi.encode(house.perpConfig(underlying)));
            assertEq(abi.encode(views[i].state), abi.encode(house.perpState(underlying)));
        }
        assertEq(uint256(views[1].state.openInterest), 10.001e18);
        btcFeed.setMode(MockAggregator.Mode.Revert);
        views = lens.markets();
        assertFalse(views[0].priced);
        assertEq(bytes32(bytes4(views[0].reason)), bytes32(IPriceRouter.PriceUnavailable.selector));
        assertEq(views[0].perpMark, 0);
        assertTrue(views[1].priced);
    }

    function test_Assets() public view {
        IClearinghouseTypes.AssetInfo[] memory infos = lens.assets();
        assertEq(infos.length, 3);
        for (uint8 i = 0; i < 3; ++i) assertEq(abi.encode(infos[i]), abi.encode(house.assetInfo(i)));
        assertEq(infos[2].token, address(wbtc));
        assertEq(infos[2].recorded, 1e18);
    }
}
