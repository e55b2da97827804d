// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IOrderMatcher} from "../../../contracts/interfaces/IOrderMatcher.sol";
import {OrderMatcher} from "../../../contracts/venues/OrderMatcher.sol";
import {OrderMatcherBase} from "./helpers/OrderMatcherBase.sol";

/// @dev Fees of matchOrders, setFees, fees and the constructor.
contract FeesTest is OrderMatcherBase {
    uint16 private constant MAX_BPS = 100;

    function test_FeesRoundUp() public {
        // notional 12_345 wei: 2 bps are 2.469, 5 bps are 6.1725
        matchSigned(orderOf(aliceId, 12_345, 1e18), orderOf(bobId, -12_345, 1e18), type(uint256).max);
        assertEq(house.lastTrade().buyerFee, 3);
        assertEq(house.lastTrade().sellerFee, 7);
    }

    function test_NotionalRoundsDown() public {
        // 3 wei at 0.999... USD are 2 wei, of which 2 bps round up to one
        matchSigned(orderOf(aliceId, 3, 1e18 - 1), orderOf(bobId, -3, 1e18 - 1), type(uint256).max);
        assertEq(house.lastTrade().buyerFee, 1);
        IOrderMatcher.Order memory make = orderOf(aliceId, 1, 1e18 - 1);
        IOrderMatcher.Order memory take = orderOf(bobId, -1, 1e18 - 1);
        (make.nonce, take.nonce) = (2, 2);
        matchSigned(make, take, type(uint256).max);
        assertEq(house.lastTrade().buyerFee, 0, "no notional, no fee");
    }

    function test_NoFeesAtRateZero() public {
        matcher.setFees(0, 0);
        IOrderMatcher.Order memory make = aliceOrder(1e18 + 1);
        IOrderMatcher.Order memory take = bobOrder(-1e18 - 1);
        (make.maxFee, take.maxFee) = (0, 0);
        matchSigned(make, take, type(uint256).max);
        assertEq(house.lastTrade().buyerFee, 0);
        assertEq(house.lastTrade().sellerFee, 0);
    }

    // ------------------------------------------------------------------------------------------------ bound

    /// @dev Of no size does rounding take an order above a bound that is the rate itself.
    function testFuzz_ABoundOfTheVeryRateSuffices(
        uint256 size,
        uint256 price,
        uint16 makerBps,
        uint16 takerBps
    ) public {
        matcher.setFees(uint16(bound(makerBps, 0, MAX_BPS)), uint16(bound(takerBps, 0, MAX_BPS)));
        (makerBps, takerBps) = matcher.fees();
        int128 units = int128(int256(bound(size, 1, uint256(int256(type(int128).max)))));
        IOrderMatcher.Order memory make = orderOf(aliceId, units, bound(price, 0, type(uint128).max));
        IOrderMatcher.Order memory take = orderOf(bobId, -units, make.limitPrice);
        make.maxFee = uint64(makerBps) * 1e14;
        take.maxFee = uint64(takerBps) * 1e14;
        matchSigned(make, take, type(uint256).max);
        IClearinghouseTypes.Trade memory done = house.lastTrade();
        uint256 notional = (done.size * done.price) / 1e18;
        assertEq(done.buyerFee, (notional * makerBps + 9_999) / 10_000);
        assertEq(done.sellerFee, (notional * takerBps + 9_999) / 10_000);
    }

    function test_RevertWhen_TheFeeIsAboveTheMakersBound() public {
        IOrderMatcher.Order memory make = aliceOrder(1e18);
        make.maxFee = 0.0002e18 - 1;
        // a wei's fraction of 3000 USD below the rate is 3000 wei
        matchReverts(
            make,
            bobOrder(-1e18),
            abi.encodeWithSelector(
                IOrderMatcher.FeeAboveMax.selector,
                aliceId,
                uint256(0.6e18),
                uint256(0.6e18 - 3_000)
            )
        );
    }

    function test_RevertWhen_TheFeeIsAboveTheTakersBound() public {
        IOrderMatcher.Order memory take = bobOrder(-1e18);
        take.maxFee = 0;
        matchReverts(
            aliceOrder(1e18),
            take,
            abi.encodeWithSelector(IOrderMatcher.FeeAboveMax.selector, bobId, uint256(1.5e18), uint256(0))
        );
    }

    function test_RevertWhen_FeesRiseAboveTheBoundAfterSigning() public {
        IOrderMatcher.Order memory make = aliceOrder(1e18);
        matcher.setFees(11, 0);
        matchReverts(
            make,
            bobOrder(-1e18),
            abi.encodeWithSelector(
                IOrderMatcher.FeeAboveMax.selector,
                aliceId,
                uint256(3.3e18),
                uint256(3e18)
            )
        );
    }

    // ------------------------------------------------------------------------------------------------ setFees

    function test_SetFees() public {
        vm.expectEmit(address(matcher));
        emit IOrderMatcher.FeesSet(MAX_BPS, 0);
        matcher.setFees(MAX_BPS, 0);
        (uint16 makerBps, uint16 takerBps) = matcher.fees();
        assertEq(makerBps, MAX_BPS);
        assertEq(takerBps, 0);
    }

    function test_RevertWhen_AFeeIsOutOfBounds() public {
        bytes memory failure = abi.encodeWithSelector(
            IOrderMatcher.FeeOutOfBounds.selector,
            MAX_BPS + 1,
            MAX_BPS
        );
        vm.expectRevert(failure);
        matcher.setFees(MAX_BPS + 1, 0);
        vm.expectRevert(failure);
        matcher.setFees(0, MAX_BPS + 1);
        vm.expectRevert(failure);
        new OrderMatcher(IClearinghouse(address(house)), address(manager), MAX_BPS + 1, 0);
    }

    function test_RevertWhen_AStrangerSetsFees() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, alice));
        matcher.setFees(0, 0);
    }

    // ------------------------------------------------------------------------------------------------ constructor

    function test_Constructor() public {
        vm.expectEmit();
        emit IOrderMatcher.FeesSet(3, 4);
        OrderMatcher fresh = new OrderMatcher(IClearinghouse(address(house)), address(manager), 3, 4);
        (uint16 makerBps, uint16 takerBps) = fresh.fees();
        assertEq(makerBps, 3);
        assertEq(takerBps, 4);
        assertEq(address(fresh.clearinghouse()), address(house));
        assertEq(fresh.authority(), address(manager));
    }

    function test_RevertWhen_TheClearinghouseHasNoCode() public {
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.NotAContract.selector, alice));
        new OrderMatcher(IClearinghouse(alice), address(manager), 0, 0);
    }
}
