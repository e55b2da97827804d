// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {Test} from "../helpers/Test.sol";
import {Black76} from "../../../contracts/libraries/Black76.sol";

contract Black76Test is Test {
    function _table(uint256 n, uint256 off) private pure returns (uint256 table) {
        uint256[] memory t = new uint256[](3 * n);
        for (uint256 i = 0; i < n; ++i) {
            uint256 f = 1e18 + 0.25e18 - (0.5e18 * i) / n;
            t[3 * i] = uint256(FixedPointMathLib.lnWad(int256(f)));
            t[3 * i + 1] = f;
            t[3 * i + 2] = off;
        }
        assembly {
            table := add(t, 0x20)
        }
    }

    function _gas(uint256 n, uint256 s, uint256 K) private view returns (uint256 used) {
        uint256 table = _table(n, 0x80);
        uint256[] memory option = new uint256[](7);
        (option[0], option[2], option[3]) = (2e18, 3000e18, K);
        option[1] = uint256(FixedPointMathLib.lnWad(int256((3000e18 * 1e18) / K)));
        (option[4], option[5], option[6]) = (s, s * 2, s / 2);
        uint256[] memory acc = new uint256[](n);
        uint256 o;
        uint256 a;
        assembly {
            o := add(option, 0x20)
            a := add(acc, 0x20)
        }
        used = gasleft();
        Black76.addScenarios(o, table, n, a);
        used -= gasleft();
    }

    event Gas(string s, uint256 v);

    function test_gas() public {
        emit Gas("s=.05 atm", (_gas(16, 0.05e18, 3000e18) - _gas(8, 0.05e18, 3000e18)) / 8);
        emit Gas("s=.2 atm", (_gas(16, 0.2e18, 3000e18) - _gas(8, 0.2e18, 3000e18)) / 8);
        emit Gas("s=.2 otm", (_gas(16, 0.2e18, 4400e18) - _gas(8, 0.2e18, 4400e18)) / 8);
        emit Gas("s=.9 atm", (_gas(16, 0.9e18, 3000e18) - _gas(8, 0.9e18, 3000e18)) / 8);
        emit Gas("s=1.9 atm", (_gas(16, 1.9e18, 3000e18) - _gas(8, 1.9e18, 3000e18)) / 8);
        assertTrue(false);
    }
}
