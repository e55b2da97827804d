// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {PackedSource, PackedSourceLib} from "../../../contracts/oracle/PackedSource.sol";
import {OracleBase} from "./helpers/OracleBase.sol";
import {RawFeed} from "./helpers/RawFeed.sol";
import {SourceHarness} from "./helpers/SourceHarness.sol";

contract PythSourceTest is OracleBase {
    SourceHarness private _harness = new SourceHarness();
    RawFeed private _raw;

    function setUp() public override {
        super.setUp();
        _raw = new RawFeed();
    }

    /// @dev Through the SDK's mock: selector, argument and the order of the words are Pyth's own.
    function test_FreshAnswer() public view {
        _assertRead(address(pyth), IPriceRouter.Fault.None, 3000e18, 1e18, NOW);
    }

    function test_UnknownIdIsAFault() public view {
        (, , , IPriceRouter.Fault fault) = _harness.readPyth(_pack(address(pyth)), keccak256("other"));
        assertFault(fault, IPriceRouter.Fault.Reverted);
    }

    function test_AgeIsFreshUpToTheLastSecond() public {
        vm.warp(NOW + MAX_AGE);
        _assertRead(address(pyth), IPriceRouter.Fault.None, 3000e18, 1e18, NOW);
        vm.warp(NOW + MAX_AGE + 1);
        _assertRead(address(pyth), IPriceRouter.Fault.Stale, 3000e18, 1e18, NOW);
    }

    function test_FutureIsAFault() public {
        _raw.setPyth(3000e8, 1e8, -8, NOW + 1);
        _assertRead(address(_raw), IPriceRouter.Fault.FromFuture, 3000e18, 1e18, NOW + 1);
        _raw.setPyth(3000e8, 1e8, -8, type(uint256).max);
        _assertRead(address(_raw), IPriceRouter.Fault.FromFuture, 3000e18, 1e18, type(uint256).max);
    }

    function test_ZeroAndNegativeAreFaults() public {
        _raw.setPyth(0, 0, -8, NOW);
        _assertRead(address(_raw), IPriceRouter.Fault.NotPositive, 0, 0, NOW);
        _raw.setPyth(type(int64).min, 0, -8, NOW);
        _assertRead(address(_raw), IPriceRouter.Fault.NotPositive, 0, 0, NOW);
    }

    function test_BandIncludesItsEnds() public {
        _raw.setPyth(10, 0, 0, NOW);
        _assertRead(address(_raw), IPriceRouter.Fault.None, 10e18, 0, NOW);
        _raw.setPyth(10e8 - 1, 0, -8, NOW);
        _assertRead(address(_raw), IPriceRouter.Fault.OutOfBand, 10e18 - 1e10, 0, NOW);
        _raw.setPyth(1, 0, 5, NOW);
        _assertRead(address(_raw), IPriceRouter.Fault.None, 100_000e18, 0, NOW);
        _raw.setPyth(100_001, 0, 0, NOW);
        _assertRead(address(_raw), IPriceRouter.Fault.OutOfBand, 100_001e18, 0, NOW);
    }

    function test_ConfidenceUpToTheBound() public {
        // 50 bps of 3000 are 15.
        _raw.setPyth(3000e8, 15e8, -8, NOW);
        _assertRead(address(_raw), IPriceRouter.Fault.None, 3000e18, 15e18, NOW);
        _raw.setPyth(3000e8, 15e8 + 1, -8, NOW);
        _assertRead(address(_raw), IPriceRouter.Fault.TooWide, 3000e18, 15e18 + 1e10, NOW);
        _raw.setPyth(3000e8, type(uint64).max, -8, NOW);
        (, , , IPriceRouter.Fault fault) = _harness.readPyth(_pack(address(_raw)), PYTH_ID);
        assertFault(fault, IPriceRouter.Fault.TooWide);
    }

    function test_TooWideAndOldIsNotMerelyStale() public {
        _raw.setPyth(3000e8, 16e8, -8, NOW - 1 days);
        _assertRead(address(_raw), IPriceRouter.Fault.TooWide, 3000e18, 16e18, NOW - 1 days);
    }

    function test_FaultyFeedsAreFaults() public {
        _assertRead(address(0xdead), IPriceRouter.Fault.Reverted, 0, 0, 0);
        _raw.setAnswer("");
        _assertRead(address(_raw), IPriceRouter.Fault.Reverted, 0, 0, 0);
        _raw.setAnswer(abi.encode(3000e8, 1e8, int256(-8)));
        _assertRead(address(_raw), IPriceRouter.Fault.Reverted, 0, 0, 0);
        _raw.setPyth(3000e8, 1e8, -8, NOW);
        _raw.setGasToBurn(400_000);
        _assertRead(address(_raw), IPriceRouter.Fault.Reverted, 0, 0, 0);
    }

    /// @dev Words wider than their declared types: abi.decode would revert in the router.
    function test_DirtyWordsAreFaults() public {
        _raw.setPyth(int256(type(int64).max) + 1, 1, -8, NOW);
        _assertRead(address(_raw), IPriceRouter.Fault.Reverted, 0, 0, 0);
        _raw.setPyth(int256(type(int64).min) - 1, 1, -8, NOW);
        _assertRead(address(_raw), IPriceRouter.Fault.Reverted, 0, 0, 0);
        _raw.setPyth(3000e8, uint256(type(uint64).max) + 1, -8, NOW);
        _assertRead(address(_raw), IPriceRouter.Fault.Reverted, 0, 0, 0);
        _raw.setPyth(3000e8, 1, int256(type(int32).max) + 1, NOW);
        _assertRead(address(_raw), IPriceRouter.Fault.Reverted, 0, 0, 0);
        _raw.setPyth(3000e8, 1, type(int256).min, NOW);
        _assertRead(address(_raw), IPriceRouter.Fault.Reverted, 0, 0, 0);
    }

    function test_ExtremeExponentsAreOutOfBand() public {
        _raw.setPyth(type(int64).max, 0, type(int32).max, NOW);
        (, , , IPriceRouter.Fault fault) = _harness.readPyth(_pack(address(_raw)), PYTH_ID);
        assertFault(fault, IPriceRouter.Fault.OutOfBand);
        _raw.setPyth(type(int64).max, type(uint64).max, type(int32).min, NOW);
        (, , , fault) = _harness.readPyth(_pack(address(_raw)), PYTH_ID);
        assertFault(fault, IPriceRouter.Fault.OutOfBand);
    }

    function testFuzz_ScalesEveryExponent(uint256 price, uint256 confidence) public {
        price = bound(price, 1, uint64(type(int64).max));
        confidence = bound(confidence, 0, type(uint64).max);
        for (int256 exponent = -20; exponent <= 6; ++exponent) {
            _raw.setPyth(int256(price), confidence, exponent, NOW);
            (uint256 p, uint256 c, , ) = _harness.readPyth(_pack(address(_raw)), PYTH_ID);
            assertEq(p, scaleDigitwise(price, exponent), "price");
            uint256 cut = scaleDigitwise(confidence, exponent);
            bool exact = exponent >= -18 || cut * 10 ** uint256(-exponent - 18) == confidence;
            assertEq(c, exact ? cut : cut + 1, "confidence");
        }
    }

    function _assertRead(
        address oracle,
        IPriceRouter.Fault fault,
        uint256 price,
        uint256 confidence,
        uint256 timestamp
    ) private view {
        (uint256 p, uint256 c, uint256 t, IPriceRouter.Fault f) = _harness.readPyth(_pack(oracle), PYTH_ID);
        assertFault(f, fault);
        assertEq(p, price, "price");
        assertEq(c, confidence, "confidence");
        assertEq(t, timestamp, "timestamp");
    }

    function _pack(address oracle) private pure returns (PackedSource) {
        return PackedSourceLib.pack(pythSource(oracle), CONFIDENCE_BPS, 0);
    }
}
