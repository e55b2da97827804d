// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {OracleBase} from "./helpers/OracleBase.sol";

/// @dev Every fault of both sources is in the matrix of `PriceRouter.priceOf.t.sol`, configurations are in `setSources`.
contract InspectTest is OracleBase {
    function test_RevertWhen_Unlisted() public {
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.UnknownUnderlying.selector, ETH));
        router.inspect(ETH);
    }

    function test_NoFaultsOfHealthySources() public {
        listPair();
        (, , , IPriceRouter.Fault[2] memory faults) = router.inspect(ETH);
        assertFault(faults[0], IPriceRouter.Fault.None);
        assertFault(faults[1], IPriceRouter.Fault.None);
    }

    function test_AnswersWherePriceOfReverts() public {
        listSingle();
        feed.setMode(MockAggregator.Mode.BurnGas);
        (IPriceRouter.SourceConfig memory primary, , , IPriceRouter.Fault[2] memory faults) = router.inspect(
            ETH
        );
        assertEq(primary.feed, address(feed));
        assertFault(faults[0], IPriceRouter.Fault.Reverted);
        assertFault(faults[1], IPriceRouter.Fault.None);
    }
}
