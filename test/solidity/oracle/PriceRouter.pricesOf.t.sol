// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {PriceRouter} from "../../../contracts/oracle/PriceRouter.sol";
import {OracleBase} from "./helpers/OracleBase.sol";

contract PricesOfTest is OracleBase {
    function test_None() public view {
        assertEq(router.pricesOf(new uint16[](0)).length, 0);
    }

    function test_InTheOrderAsked() public {
        _listEthAndBtc();
        uint16[] memory ids = new uint16[](3);
        (ids[0], ids[1], ids[2]) = (BTC, ETH, BTC);
        IPriceRouter.Price[] memory prices = router.pricesOf(ids);
        assertEq(prices.length, 3);
        for (uint256 i; i < ids.length; ++i) {
            assertEq(abi.encode(prices[i]), abi.encode(router.priceOf(ids[i])));
        }
        assertEq(prices[0].price, 60_000e18);
        assertEq(prices[1].price, 3000e18);
    }

    function test_SequencerCountsForAll() public {
        MockAggregator sequencer = new MockAggregator("L2 sequencer uptime", 0, 1);
        router = new PriceRouter(address(manager), address(sequencer), GRACE);
        _listEthAndBtc();
        IPriceRouter.Price[] memory prices = router.pricesOf(_both());
        assertPrice(prices[0], IPriceRouter.Status.Stale, 3000e18);
        assertPrice(prices[1], IPriceRouter.Status.Stale, 60_000e18);
    }

    function test_RevertWhen_OneIsUnlisted() public {
        listSingle();
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.UnknownUnderlying.selector, BTC));
        router.pricesOf(_both());
    }

    function test_RevertWhen_OneIsUnavailable() public {
        _listEthAndBtc();
        feed.setAnswer(0);
        expectUnavailable(IPriceRouter.Fault.NotPositive, IPriceRouter.Fault.None);
        router.pricesOf(_both());
    }

    function _both() private pure returns (uint16[] memory ids) {
        ids = new uint16[](2);
        (ids[0], ids[1]) = (ETH, BTC);
    }

    function _listEthAndBtc() private {
        listSingle();
        feed2.setAnswer(60_000e8);
        router.setSources(BTC, chainlink(address(feed2)), none(), 0);
    }
}
