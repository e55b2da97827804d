// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;
import {Portfolio} from "../../../contracts/types/Portfolio.sol";
import {IRiskEngineCore} from "../../../contracts/interfaces/IRiskEngineCore.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {RiskProfile, Scenario} from "../../../contracts/types/RiskProfile.sol";
import {Presets} from "../../../contracts/risk/Presets.sol";
import {RiskTest} from "./RiskTest.sol";
contract Tmp is RiskTest {
    function _p(uint256 n, uint256 e) private pure returns (Portfolio memory p) {
        p = empty(1_000_000e18);
        for (uint256 i = 0; i < n; ++i) p = withOption(p, BTC, e, 80_000e18 + 1_000e18 * i, i % 2 == 0, 1e18);
    }
    function _m(Portfolio memory p) private returns (uint256 g) {
        Portfolio[] memory list = new Portfolio[](1);
        list[0] = p;
        bytes memory data = abi.encodeCall(IRiskEngineCore.assess, (list, IRiskTypes.Stance.Adverse));
        for (uint256 i = 0; i < 2; ++i) {
            g = gasleft();
            (bool ok, ) = address(engine).staticcall(data);
            g -= gasleft();
            assertTrue(ok);
        }
    }
    function test_x() public {
        uint256 e = (block.timestamp / 1 hours + 168) * 1 hours;
        post(BTC, e, 0.01e18, 0.04e18, -0.2e18, 0.01e18, 0.1e18, 0.03e18);
        RiskProfile memory half = Presets.portfolio();
        for (uint256 n = 1; n <= 16; n = n * 4) {
            Scenario[] memory some = new Scenario[](n);
            for (uint256 j = 0; j < n; ++j) some[j] = half.scenarios[j];
            half.scenarios = some;
            engine.setProfile(7, half);
            for (uint256 k = 1; k <= 16; k *= 4) {
                Portfolio memory p = _p(k, e);
                p.profileId = 7;
                vm.snapshotValue("tmp", string.concat(vm.toString(n), " scn ", vm.toString(k), " opt"), _m(p));
            }
            half = Presets.portfolio();
        }
    }
}
