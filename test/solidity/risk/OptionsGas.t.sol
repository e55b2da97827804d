// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRiskEngineCore} from "../../../contracts/interfaces/IRiskEngineCore.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {Portfolio} from "../../../contracts/types/Portfolio.sol";
import {RiskProfile, Scenario} from "../../../contracts/types/RiskProfile.sol";
import {Presets} from "../../../contracts/risk/Presets.sol";
import {RiskTest} from "./RiskTest.sol";

/// @dev The engine's own gas for options, without the router's, everything warm.
contract OptionsGas is RiskTest {
    uint256 private constant HALF = 7;
    uint256[4] private _expiries;

    function setUp() public override {
        super.setUp();
        for (uint256 e = 0; e < 4; ++e) {
            _expiries[e] = (block.timestamp / 1 hours + 24 * 7 * (e + 1)) * 1 hours;
            for (uint16 u = 1; u <= 3; ++u) {
                post(u, _expiries[e], int256(0.01e18 * (e + 1)), 0.04e18, -0.2e18, 0.01e18, 0.1e18, 0.03e18);
            }
        }
        RiskProfile memory half = Presets.portfolio();
        Scenario[] memory some = new Scenario[](8);
        for (uint256 j = 0; j < 8; ++j) {
            some[j] = half.scenarios[j];
        }
        half.scenarios = some;
        engine.setProfile(HALF, half);
    }

    function test_Gas_SixteenOptionsOfOneExpiry() public {
        _measure("16 options of one expiry, calls and puts of 8 strikes", _options(16, 1, 2), 170_000);
        Portfolio memory p = _options(16, 1, 1);
        uint256 all = _measure("16 options of one expiry, 16 strikes", p, 300_000);
        p.profileId = HALF;
        uint256 half = _measure("16 options, 16 strikes, 8 scenarios", p, 230_000);
        uint256 each = (all - half) / (8 * 16);
        vm.snapshotValue("risk", "one option in one scenario", each);
        assertLe(each, 700, "gas of one option in one scenario");
    }

    function test_Gas_SixtyFourOptionsOfFourExpiries() public {
        _measure("64 options of four expiries, calls and puts of 8 strikes", _options(64, 4, 2), 650_000);
        _measure("64 options of four expiries, 16 strikes", _options(64, 4, 1), 1_200_000);
    }

    function test_Gas_Mixed() public {
        Portfolio memory p = withSpot(withSpot(empty(100_000e18), BTC, 0.1e18), ETH, 2e18);
        for (uint256 i = 0; i < 8; ++i) {
            uint16 u = uint16(1 + (i % 3));
            uint256 index =
                u == BTC
                    ? 100_000e18
                    : u == ETH
                        ? 4_000e18
                        : 200e18;
            p = withOption(
                p,
                u,
                _expiries[0],
                (index * (90 + 3 * i)) / 100,
                i % 2 == 0,
                i % 3 == 0 ? -1e18 : int256(1e18)
            );
        }
        for (uint256 i = 0; i < 4; ++i) {
            p = withFuture(p, uint16(1 + (i % 3)), _expiries[0], i % 2 == 0 ? -1e18 : int256(1e18), 0);
        }
        p = withPerp(withPerp(p, BTC, 0.1e18, 0, 0), ETH, -2e18, 0, 0);
        _measure("8 options, 4 futures, 2 perps, 2 spot", p, 220_000);
    }

    /// @param perStrike 2: a call and a put of each strike; 1: one of the two.
    function _options(
        uint256 n,
        uint256 expiries,
        uint256 perStrike
    ) private view returns (Portfolio memory p) {
        p = empty(1_000_000e18);
        for (uint256 i = 0; i < n; ++i) {
            uint256 k = i / perStrike / expiries;
            uint256 strike = 80_000e18 + (40_000e18 * k * expiries * perStrike) / n;
            uint256 expiry = _expiries[(i / perStrike) % expiries];
            p = withOption(p, BTC, expiry, strike, i % 2 == 0, i % 3 == 0 ? -1e18 : int256(1e18));
        }
    }

    function _measure(string memory name, Portfolio memory p, uint256 most) private returns (uint256 own) {
        Portfolio[] memory list = new Portfolio[](1);
        list[0] = p;
        own = _warm(
            address(engine),
            abi.encodeCall(IRiskEngineCore.assess, (list, IRiskTypes.Stance.Adverse))
        );
        vm.snapshotValue("risk", string.concat("assess: ", name), own);
        assertLe(own, most, name);
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
