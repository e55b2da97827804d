// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVolSurface} from "../../../contracts/interfaces/IVolSurface.sol";
import {SurfaceWord} from "../../../contracts/oracle/SurfaceWord.sol";
import {Test} from "../helpers/Test.sol";
import {SurfaceHarness} from "./helpers/SurfaceHarness.sol";

contract SurfaceWordTest is Test {
    SurfaceHarness private _harness = new SurfaceHarness();

    /// @dev Each field alone, at the place that SPEC-V1 gives it.
    function test_Layout() public view {
        IVolSurface.Surface memory s;
        s.a = 1e6;
        _assertWord(s, 1 << 208);
        s.a = -1e6;
        _assertWord(s, ((1 << 48) - 1) << 208);
        s.a = 0;
        s.b = 1e6;
        _assertWord(s, 1 << 164);
        s.b = 0;
        s.rho = -1e12;
        _assertWord(s, ((1 << 21) - 1) << 143);
        s.rho = 0;
        s.m = -1e9;
        _assertWord(s, ((1 << 35) - 1) << 108);
        s.m = 0;
        s.sigma = 1e9;
        _assertWord(s, 1 << 73);
        s.sigma = 0;
        s.basis = -1e9;
        _assertWord(s, ((1 << 33) - 1) << 40);
        s.basis = 0;
        s.timestamp = 1;
        _assertWord(s, 1 << 8);
    }

    function testFuzz_RoundTrip(
        int48 a,
        uint256 b,
        int256 rho,
        int256 m,
        uint256 sigma,
        int256 basis,
        uint32 timestamp
    ) public view {
        IVolSurface.Surface memory s = IVolSurface.Surface({
            a: int256(a) * 1e6,
            b: bound(b, 0, (1 << 44) - 1) * 1e6,
            rho: bound(rho, -(1 << 20), (1 << 20) - 1) * 1e12,
            m: bound(m, -(1 << 34), (1 << 34) - 1) * 1e9,
            sigma: bound(sigma, 0, (1 << 35) - 1) * 1e9,
            basis: bound(basis, -(1 << 32), (1 << 32) - 1) * 1e9,
            timestamp: timestamp
        });
        SurfaceWord word = _harness.pack(s);
        assertEq(abi.encode(_harness.unpack(word)), abi.encode(s));
        assertEq(word.timestamp(), timestamp);
        assertEq(SurfaceWord.unwrap(word) & 0xff, 0);
    }

    function test_RevertWhen_AFieldDoesNotFit() public {
        IVolSurface.Surface memory s;
        s.a = (1 << 47) * 1e6;
        _refuse(s, "a", s.a, 1e6);
        s.a = -(1 << 47) * 1e6 - 1e6;
        _refuse(s, "a", s.a, 1e6);
        s.a = type(int256).min;
        _refuse(s, "a", s.a, 1e6);
        s.a = 1e6 + 1;
        _refuse(s, "a", s.a, 1e6);
        s.a = -1e6 + 1;
        _refuse(s, "a", s.a, 1e6);
        s.a = 0;
        s.b = (1 << 44) * 1e6;
        _refuse(s, "b", int256(s.b), 1e6);
        s.b = type(uint256).max;
        _refuse(s, "b", type(int256).max, 1e6);
        s.b = 1;
        _refuse(s, "b", 1, 1e6);
        s.b = 0;
        s.rho = (1 << 20) * 1e12;
        _refuse(s, "rho", s.rho, 1e12);
        s.rho = 1e11;
        _refuse(s, "rho", s.rho, 1e12);
        s.rho = 0;
        s.m = -(1 << 34) * 1e9 - 1e9;
        _refuse(s, "m", s.m, 1e9);
        s.m = 0;
        s.sigma = (1 << 35) * 1e9;
        _refuse(s, "sigma", int256(s.sigma), 1e9);
        s.sigma = 0;
        s.basis = (1 << 32) * 1e9;
        _refuse(s, "basis", s.basis, 1e9);
        s.basis = 0;
        s.timestamp = 1 << 32;
        _refuse(s, "timestamp", 1 << 32, 1);
    }

    function _assertWord(IVolSurface.Surface memory s, uint256 expected) private view {
        SurfaceWord word = _harness.pack(s);
        assertEq(SurfaceWord.unwrap(word), expected);
        assertEq(abi.encode(_harness.unpack(word)), abi.encode(s));
    }

    function _refuse(
        IVolSurface.Surface memory s,
        string memory field,
        int256 value,
        uint256 resolution
    ) private {
        vm.expectRevert(
            abi.encodeWithSelector(IVolSurface.SurfaceNotRepresentable.selector, field, value, resolution)
        );
        _harness.pack(s);
    }
}
