// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {PackedSource, PackedSourceLib as Lib} from "../../../contracts/oracle/PackedSource.sol";
import {Test} from "../helpers/Test.sol";
import {SourceHarness} from "./helpers/SourceHarness.sol";

contract PackedSourceTest is Test {
    SourceHarness private _harness = new SourceHarness();

    function test_ZeroIsEmpty() public pure {
        assertTrue(PackedSource.wrap(0).isEmpty());
    }

    function test_RoundNumbersAreKeptExactly() public pure {
        uint256[6] memory prices = [uint256(1), 1e14, 1e18, 100_000e18, 123_450e18, 1_048_575e12];
        for (uint256 i; i < prices.length; ++i) {
            assertEq(Lib.unpackPrice(Lib.packPriceUp(prices[i])), prices[i]);
            assertEq(Lib.unpackPrice(Lib.packPriceDown(prices[i])), prices[i]);
        }
    }

    function test_RoundsInward() public pure {
        // 1,048,576 is the first mantissa that does not fit.
        assertEq(Lib.unpackPrice(Lib.packPriceUp(1_048_576)), 1_048_580);
        assertEq(Lib.unpackPrice(Lib.packPriceDown(1_048_576)), 1_048_570);
        assertEq(Lib.unpackPrice(Lib.packPriceUp(123_456_789e10)), 123_457e13);
        assertEq(Lib.unpackPrice(Lib.packPriceDown(123_456_789e10)), 123_456e13);
    }

    function test_GreatestPrice() public pure {
        assertGe(Lib.unpackPrice(Lib.packPriceUp(type(uint128).max)), type(uint128).max);
        assertLe(Lib.unpackPrice(Lib.packPriceDown(type(uint128).max)), type(uint128).max);
    }

    /// @dev Never outward, and by less than one in the fifth digit; and always in 26 bits.
    function testFuzz_BandRounding(uint256 price, uint256 magnitude) public pure {
        price = bound(price, 1, 2 ** bound(magnitude, 1, 128) - 1);
        uint256 up = Lib.packPriceUp(price);
        uint256 down = Lib.packPriceDown(price);
        assertLt(up, 1 << 26);
        assertLt(down, 1 << 26);
        assertGe(Lib.unpackPrice(up), price);
        assertLe(Lib.unpackPrice(down), price);
        assertLe(Lib.unpackPrice(up) - price, price / 100_000);
        assertLe(price - Lib.unpackPrice(down), price / 100_000);
    }

    function testFuzz_RoundTrip(
        address feed,
        uint32 maxAgeSec,
        uint256 detail,
        uint256 deviationBps,
        uint256 minPrice,
        uint256 maxPrice,
        bool isPyth
    ) public view {
        IPriceRouter.SourceConfig memory config;
        config.kind = isPyth ? IPriceRouter.SourceKind.Pyth : IPriceRouter.SourceKind.Chainlink;
        config.feed = feed;
        config.maxAgeSec = uint32(bound(maxAgeSec, 1, 7 days));
        // Mantissas that need no rounding.
        config.minPrice = bound(minPrice, 1, (1 << 20) - 1) * 1e12;
        config.maxPrice = bound(maxPrice, 1, (1 << 20) - 1) * 1e30;
        detail = bound(detail, 0, 1_000);
        deviationBps = bound(deviationBps, 0, 2_000);
        PackedSource packed = _harness.pack(config, detail, deviationBps);
        assertEq(uint256(packed.kind()), uint256(config.kind));
        assertEq(packed.feed(), feed);
        assertEq(packed.maxAgeSec(), config.maxAgeSec);
        assertEq(packed.detail(), detail);
        assertEq(packed.maxDeviationBps(), deviationBps);
        assertEq(packed.minPrice(), config.minPrice);
        assertEq(packed.maxPrice(), config.maxPrice);
        assertFalse(packed.isEmpty());
    }

    function test_RevertWhen_AFieldIsTooWide() public {
        IPriceRouter.SourceConfig memory config;
        vm.expectRevert(abi.encodeWithSelector(Lib.SourceNotRepresentable.selector, 1024, 1023));
        _harness.pack(config, 1024, 0);
        vm.expectRevert(abi.encodeWithSelector(Lib.SourceNotRepresentable.selector, 2048, 2047));
        _harness.pack(config, 0, 2048);
        config.maxAgeSec = 1 << 20;
        vm.expectRevert(abi.encodeWithSelector(Lib.SourceNotRepresentable.selector, 1 << 20, (1 << 20) - 1));
        _harness.pack(config, 0, 0);
        config.maxAgeSec = 1;
        config.maxPrice = 1 << 128;
        vm.expectRevert(
            abi.encodeWithSelector(Lib.SourceNotRepresentable.selector, 1 << 128, (1 << 128) - 1)
        );
        _harness.pack(config, 0, 0);
    }
}
