// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IMarginLens} from "../../../contracts/interfaces/IMarginLens.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {futureId, optionId} from "../../../contracts/types/InstrumentId.sol";
import {Stack} from "../helpers/Stack.sol";

/// @dev Alice is long, Bob short of calls, a future and a perp on ETH, and Bob short of a BTC perp.
contract MarginLensHealthAt is Stack {
    uint256 private _expiry;

    function setUp() public override {
        super.setUp();
        _expiry = (block.timestamp / 1 hours + 30 * 24) * 1 hours;
        house.setDated(ETH, IClearinghouseTypes.DatedConfig(true, 10_000e18, 500));
        postFlat(ETH, _expiry, 0.8e18, 0.05e18);
        fund(aliceId, USDC_ID, 100_000e6);
        fund(bobId, USDC_ID, 30_000e6);
        trade(aliceId, bobId, optionId(ETH, _expiry, 4_200e18, true), 10e18);
        trade(aliceId, bobId, optionId(ETH, _expiry, 3_600e18, false), 5e18);
        trade(aliceId, bobId, futureId(ETH, _expiry), 2e18);
        trade(aliceId, bobId, ethPerp, 3e18);
        trade(aliceId, bobId, btcPerp, 0.1e18);
    }

    function testFuzz_IsTheMarginOnceThePriceHasMoved(uint256 move) public {
        // in steps that the feed's eight decimals hold
        uint256 price = bound(move, 1_000e8, 12_000e8) * 1e10;
        int256 shock = int256((price * 1e18) / ETH_PRICE) - 1e18;
        (IRiskTypes.Margin memory there, IRiskTypes.State state) = lens.healthAt(bobId, ETH, shock);
        setPrice(ETH, price);
        IRiskTypes.Margin memory now_ = margin(bobId);
        assertEq(abi.encode(there), abi.encode(now_));
        assertTrue(state == lens.marginOf(bobId).state);
    }

    function test_OfAllUnderlyingsTogether() public {
        (IRiskTypes.Margin memory there, ) = lens.healthAt(bobId, 0, 0.1e18);
        (IRiskTypes.Margin memory ethOnly, ) = lens.healthAt(bobId, ETH, 0.1e18);
        setPrice(ETH, (ETH_PRICE * 11) / 10);
        assertEq(abi.encode(ethOnly), abi.encode(margin(bobId)), "ETH alone");
        setPrice(BTC, (BTC_PRICE * 11) / 10);
        assertEq(abi.encode(there), abi.encode(margin(bobId)), "ETH and BTC");
        assertTrue(there.equity != ethOnly.equity);
    }

    function test_WithoutAShockItIsTheMarginOfNow() public view {
        (IRiskTypes.Margin memory there, IRiskTypes.State state) = lens.healthAt(bobId, ETH, 0);
        assertEq(abi.encode(there), abi.encode(margin(bobId)));
        assertTrue(state == IRiskTypes.State.Healthy);
        (there, ) = lens.healthAt(bobId, 77, 0.5e18);
        assertEq(abi.encode(there), abi.encode(margin(bobId)), "an underlying that it does not hold");
    }

    /// @dev A short of calls has a price above which it is liquidatable: bisected by the view, then verified by the price.
    function test_BracketsALiquidationPrice() public {
        (int256 no, int256 yes) = (0, 1e18);
        assertTrue(_isLiquidatable(yes));
        while (yes - no > 1) {
            int256 middle = (no + yes) / 2;
            (no, yes) = _isLiquidatable(middle) ? (no, middle) : (middle, yes);
        }
        assertTrue(!_isLiquidatable(no) && _isLiquidatable(yes), "one step of the shock apart");
        setPrice(ETH, (ETH_PRICE * uint256(1e18 + no)) / 1e18 - 1e10);
        (bool liquidatable, ) = liquidator.isLiquidatable(bobId);
        assertTrue(!liquidatable, "just before");
        setPrice(ETH, (ETH_PRICE * uint256(1e18 + yes)) / 1e18 + 1e10);
        (liquidatable, ) = liquidator.isLiquidatable(bobId);
        assertTrue(liquidatable, "just beyond");
    }

    function test_States() public view {
        (, IRiskTypes.State state) = lens.healthAt(bobId, ETH, 2e18);
        assertTrue(state == IRiskTypes.State.Insolvent);
        (, state) = lens.healthAt(aliceId, ETH, 2e18);
        assertTrue(state == IRiskTypes.State.Healthy);
    }

    function test_RevertWhen_TheShockIsOutOfBounds() public {
        bytes memory low = abi.encodeWithSelector(
            IRiskTypes.ShockOutOfBounds.selector,
            -0.99e18 - 1,
            -0.99e18,
            40e18
        );
        vm.expectRevert(low);
        lens.healthAt(bobId, ETH, -0.99e18 - 1);
        vm.expectPartialRevert(IRiskTypes.ShockOutOfBounds.selector);
        lens.healthAt(bobId, ETH, 40e18 + 1);
        lens.healthAt(bobId, ETH, -0.99e18);
        lens.healthAt(bobId, ETH, 40e18);
    }

    // ------------------------------------------------------------------------------------------------ many

    function test_ManyAreEachOne() public view {
        IMarginLens.HealthQuery[] memory queries = _queries();
        IMarginLens.Health[] memory results = lens.healthAtMany(queries);
        assertEq(results.length, queries.length);
        for (uint256 i = 0; i < queries.length; ++i) {
            if (i == 3) continue;
            (IRiskTypes.Margin memory one, IRiskTypes.State state) = lens.healthAt(
                queries[i].account,
                queries[i].underlying,
                queries[i].shock
            );
            assertTrue(results[i].ok);
            assertEq(abi.encode(results[i].margin), abi.encode(one));
            assertTrue(results[i].state == state);
            assertEq(results[i].reason.length, 0);
        }
        assertEq(lens.healthAtMany(new IMarginLens.HealthQuery[](0)).length, 0);
    }

    /// @dev One that fails says why, and the rest are answered.
    function test_OneThatFailsDoesNotStopTheRest() public {
        IMarginLens.Health[] memory results = lens.healthAtMany(_queries());
        assertTrue(!results[3].ok && results[4].ok);
        assertEq(
            results[3].reason,
            abi.encodeWithSelector(IRiskTypes.ShockOutOfBounds.selector, 41e18, -0.99e18, 40e18)
        );
        ethFeed.setAnswer(0);
        results = lens.healthAtMany(_queries());
        assertTrue(!results[0].ok && results[5].ok, "carol holds nothing that needs the price");
        assertTrue(bytes4(results[0].reason) == IPriceRouter.PriceUnavailable.selector);
    }

    function _queries() private view returns (IMarginLens.HealthQuery[] memory queries) {
        queries = new IMarginLens.HealthQuery[](7);
        queries[0] = IMarginLens.HealthQuery(bobId, ETH, 0.05e18);
        queries[1] = IMarginLens.HealthQuery(bobId, ETH, 0.5e18);
        queries[2] = IMarginLens.HealthQuery(aliceId, 0, -0.5e18);
        queries[3] = IMarginLens.HealthQuery(aliceId, ETH, 41e18);
        queries[4] = IMarginLens.HealthQuery(bobId, BTC, 0.2e18);
        queries[5] = IMarginLens.HealthQuery(carolId, ETH, 0.2e18);
        queries[6] = IMarginLens.HealthQuery(bobId, ETH, 0.05e18);
    }

    function _isLiquidatable(int256 shock) private view returns (bool) {
        (, IRiskTypes.State state) = lens.healthAt(bobId, ETH, shock);
        return state >= IRiskTypes.State.Liquidatable;
    }
}
