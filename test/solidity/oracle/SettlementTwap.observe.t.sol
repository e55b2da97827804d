// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {ISettlementTwap} from "../../../contracts/interfaces/ISettlementTwap.sol";
import {SettlementTwap} from "../../../contracts/oracle/SettlementTwap.sol";
import {ExpiryNotRepresentable, UnderlyingNotRepresentable} from "../../../contracts/types/InstrumentId.sol";
import {SettlementBase} from "./helpers/SettlementBase.sol";

contract SettlementObserveTest is SettlementBase {
    function test_RecordsPrices() public {
        vm.warp(START + 10);
        feed.setAnswer(3000e8);
        vm.expectEmit(address(twap));
        emit ISettlementTwap.Observed(ETH, EXPIRY, 3000e18, 1);
        vm.prank(address(0xbeef));
        twap.observe(ETH, EXPIRY);
        observeAt(70, 3100e18);
        observeAt(100, 3050e18);
        ISettlementTwap.Record memory r = twap.recordOf(ETH, EXPIRY);
        assertEq(r.firstPrice, 3000e18);
        assertEq(r.lastPrice, 3050e18);
        assertEq(r.count, 3);
        assertEq(r.firstSec, 10);
        assertEq(r.lastSec, 100);
        assertEq(r.longestGapSec, 60);
        assertEq(r.weighted, 60 * 3000e18 + 30 * 3100e18);
        assertEq(twap.priceOf(ETH, EXPIRY), 0);
    }

    function test_TheFirstOfASecondStands() public {
        observeAt(10, 3000e18);
        bytes memory before = abi.encode(twap.recordOf(ETH, EXPIRY));
        observeAt(10, 3500e18);
        assertEq(abi.encode(twap.recordOf(ETH, EXPIRY)), before);
        // at the window's very start likewise
        vm.warp(START);
        feed2.setAnswer(3000e8);
        router.setSources(BTC, chainlink(address(feed2)), none(), 0);
        twap.observe(BTC, EXPIRY);
        twap.observe(BTC, EXPIRY);
        assertEq(twap.recordOf(BTC, EXPIRY).count, 1);
    }

    function test_ObservesMany() public {
        router.setSources(BTC, chainlink(address(feed2)), none(), 0);
        vm.warp(START);
        feed.setAnswer(3000e8);
        feed2.setAnswer(4000e8);
        uint256[] memory keys = new uint256[](2);
        keys[0] = (uint256(ETH) << 20) | (EXPIRY / 3600);
        keys[1] = (uint256(BTC) << 20) | (EXPIRY / 3600);
        twap.observeMany(keys);
        assertEq(twap.recordOf(ETH, EXPIRY).lastPrice, 3000e18);
        assertEq(twap.recordOf(BTC, EXPIRY).lastPrice, 4000e18);
        keys[1] += 1;
        vm.expectRevert(
            abi.encodeWithSelector(ISettlementTwap.OutsideWindow.selector, START, START + 3600, EXPIRY + 3600)
        );
        twap.observeMany(keys);
    }

    function test_RevertWhen_OutsideTheWindow() public {
        uint256[2] memory times = [START - 1, uint256(EXPIRY) + 1];
        for (uint256 i; i < 2; ++i) {
            vm.warp(times[i]);
            vm.expectRevert(
                abi.encodeWithSelector(ISettlementTwap.OutsideWindow.selector, times[i], START, EXPIRY)
            );
            twap.observe(ETH, EXPIRY);
        }
        observeAt(0, 3000e18);
        observeAt(1800, 3000e18);
    }

    function test_RevertWhen_TheIndexIsNotOk() public {
        vm.warp(START);
        vm.expectRevert(
            abi.encodeWithSelector(ISettlementTwap.IndexNotOk.selector, ETH, IPriceRouter.Status.Stale)
        );
        twap.observe(ETH, EXPIRY);
        feed.setAnswer(3000e8);
        feed2.setAnswer(3000e8);
        listPair();
        feed2.setAnswer(3100e8);
        vm.expectRevert(
            abi.encodeWithSelector(ISettlementTwap.IndexNotOk.selector, ETH, IPriceRouter.Status.Guarded)
        );
        twap.observe(ETH, EXPIRY);
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.UnknownUnderlying.selector, BTC));
        twap.observe(BTC, EXPIRY);
    }

    function test_RevertWhen_ThereIsNoSuchExpiry() public {
        bytes memory notOnTheHour = abi.encodeWithSelector(ExpiryNotRepresentable.selector, EXPIRY + 1);
        vm.expectRevert(notOnTheHour);
        twap.observe(ETH, EXPIRY + 1);
        vm.expectRevert(notOnTheHour);
        twap.settle(ETH, EXPIRY + 1);
        vm.expectRevert(notOnTheHour);
        twap.priceOf(ETH, EXPIRY + 1);
        vm.expectRevert(abi.encodeWithSelector(UnderlyingNotRepresentable.selector, 4096));
        twap.observe(4096, EXPIRY);
    }

    function test_RevertWhen_RouterHasNoCode() public {
        vm.expectRevert(abi.encodeWithSelector(ISettlementTwap.InvalidRouter.selector, address(1)));
        new SettlementTwap(IPriceRouter(address(1)));
        assertEq(address(twap.router()), address(router));
    }
}
