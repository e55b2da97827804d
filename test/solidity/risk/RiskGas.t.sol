// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskEngine} from "../../../contracts/interfaces/IRiskEngine.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {Portfolio} from "../../../contracts/types/Portfolio.sol";
import {RiskTest} from "./RiskTest.sol";

/// @dev The engine's own gas: call, calldata, computation and answer, without the router's, everything warm. A first access
/// in a transaction costs 7,000 more: engine, slot of the profile's pointer, and profile, 2,500 + 2,000 + 2,500.
contract RiskGas is RiskTest {
    function test_Gas_AssessTwoPerpsOneLongOneShort() public {
        _report("2 perps, one long and one short", _hedgedPair(1), 14_500);
    }

    function test_Gas_AssessTwoPerpsBothLong() public {
        Portfolio[] memory list = new Portfolio[](1);
        list[0] = withPerp(
            withPerp(empty(10_000e18), BTC, 0.1e18, -10_000e18, 10e18),
            ETH,
            2e18,
            -8_000e18,
            -1e18
        );
        _report("2 perps, both long", list, 13_500);
    }

    function test_Gas_AssessTwoPortfoliosOfTwoPerps() public {
        _report("2 portfolios of 2 perps", _hedgedPair(2), 25_500);
    }

    function test_Gas_AssessSpotAgainstShortPerp() public {
        Portfolio[] memory list = new Portfolio[](1);
        list[0] = withPerp(withSpot(empty(10_000e18), ETH, 2e18), ETH, -2e18, 8_000e18, -1e18);
        _report("spot against a short perp", list, 13_000);
    }

    function _hedgedPair(uint256 n) private pure returns (Portfolio[] memory list) {
        list = new Portfolio[](n);
        for (uint256 i = 0; i < n; ++i) {
            list[i] = withPerp(
                withPerp(empty(10_000e18), BTC, 0.1e18, -10_000e18, 10e18),
                ETH,
                -2e18,
                8_000e18,
                -1e18
            );
        }
    }

    function _report(string memory name, Portfolio[] memory list, uint256 most) private {
        uint16[] memory ids = new uint16[](list[0].legs.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            ids[i] = list[0].legs[i].underlying();
        }
        uint256 all = _warm(
            address(engine),
            abi.encodeCall(IRiskEngine.assess, (list, IRiskTypes.Stance.Adverse))
        );
        uint256 own = all - _warm(address(prices), abi.encodeCall(IPriceRouter.pricesOf, (ids)));
        vm.snapshotValue("risk", string.concat("assess: ", name), own);
        assertLe(own, most, "gas");
    }

    function _warm(address target, bytes memory data) private view returns (uint256 gas) {
        for (uint256 i = 0; i < 2; ++i) {
            gas = gasleft();
            (bool ok, ) = target.staticcall(data);
            gas -= gasleft();
            assertTrue(ok, "call");
        }
    }
}
