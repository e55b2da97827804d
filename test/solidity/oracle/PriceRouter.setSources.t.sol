// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {PriceRouter} from "../../../contracts/oracle/PriceRouter.sol";
import {OracleBase} from "./helpers/OracleBase.sol";
import {RawFeed} from "./helpers/RawFeed.sol";

contract SetSourcesTest is OracleBase {
    function test_ListsOneSource() public {
        IPriceRouter.SourceConfig memory primary = chainlink(address(feed));
        vm.expectEmit(address(router));
        emit IPriceRouter.SourcesSet(ETH, primary, none(), 0);
        router.setSources(ETH, primary, none(), 0);
        _assertInForce(primary, none(), 0);
        assertEq(router.underlyings().length, 1);
        assertEq(router.underlyings()[0], ETH);
    }

    function test_ListsTwoSources() public {
        IPriceRouter.SourceConfig memory primary = chainlink(address(feed));
        IPriceRouter.SourceConfig memory secondary = pythSource(address(pyth));
        vm.expectEmit(address(router));
        emit IPriceRouter.SourcesSet(ETH, primary, secondary, DEVIATION_BPS);
        router.setSources(ETH, primary, secondary, DEVIATION_BPS);
        _assertInForce(primary, secondary, DEVIATION_BPS);
    }

    function test_ReplacesSourcesAndListsOnce() public {
        router.setSources(ETH, chainlink(address(feed)), pythSource(address(pyth)), DEVIATION_BPS);
        router.setSources(ETH, pythSource(address(pyth)), none(), 0);
        _assertInForce(pythSource(address(pyth)), none(), 0);
        router.setSources(ETH, chainlink(address(feed2)), none(), 0);
        _assertInForce(chainlink(address(feed2)), none(), 0);
        assertEq(router.underlyings().length, 1);
    }

    function test_KeepsTheOrderOfListing() public {
        router.setSources(4095, chainlink(address(feed)), none(), 0);
        router.setSources(ETH, chainlink(address(feed)), none(), 0);
        uint16[] memory listed = router.underlyings();
        assertEq(listed.length, 2);
        assertEq(listed[0], 4095);
        assertEq(listed[1], ETH);
    }

    /// @dev What has no meaning is not kept: the event and inspect() show what is in force.
    function test_DropsWhatHasNoMeaning() public {
        IPriceRouter.SourceConfig memory primary = chainlink(address(feed));
        primary.maxConfidenceBps = 77;
        IPriceRouter.SourceConfig memory secondary = pythSource(address(pyth));
        secondary.kind = IPriceRouter.SourceKind.None;
        vm.expectEmit(address(router));
        emit IPriceRouter.SourcesSet(ETH, chainlink(address(feed)), none(), 0);
        router.setSources(ETH, primary, secondary, DEVIATION_BPS);
        _assertInForce(chainlink(address(feed)), none(), 0);
    }

    function test_BandIsRoundedInward() public {
        IPriceRouter.SourceConfig memory primary = chainlink(address(feed));
        primary.minPrice = 1_234_567_891e12;
        primary.maxPrice = 9_876_543_219e13;
        IPriceRouter.SourceConfig memory inForce = chainlink(address(feed));
        inForce.minPrice = 1_234_570_000e12;
        inForce.maxPrice = 9_876_540_000e13;
        vm.expectEmit(address(router));
        emit IPriceRouter.SourcesSet(ETH, inForce, none(), 0);
        router.setSources(ETH, primary, none(), 0);
        _assertInForce(inForce, none(), 0);
        // Inside what was asked, outside what is in force.
        feed.setAnswer(123_456_800_000);
        expectUnavailable(IPriceRouter.Fault.OutOfBand, IPriceRouter.Fault.None);
        router.priceOf(ETH);
    }

    function test_ExtremesOfEveryBound() public {
        RawFeed raw = rawFeed();
        raw.setDecimals(abi.encode(uint256(36)));
        raw.setRound(3000e36, NOW);
        IPriceRouter.SourceConfig memory primary = chainlink(address(raw));
        primary.minPrice = 1;
        primary.maxPrice = type(uint128).max;
        primary.maxAgeSec = 7 days;
        IPriceRouter.SourceConfig memory secondary = pythSource(address(pyth));
        secondary.maxAgeSec = 1;
        secondary.maxConfidenceBps = 1_000;
        router.setSources(4095, primary, secondary, 10);
        router.setSources(4095, primary, secondary, 2_000);
        vm.warp(NOW + 7 days);
        assertEq(uint256(router.priceOf(4095).status), uint256(IPriceRouter.Status.Guarded));
    }

    // ------------------------------------------------------------ refusals

    function test_RevertWhen_CallerIsNotAdmin() public {
        vm.prank(address(0xbad));
        vm.expectRevert(
            abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(0xbad))
        );
        router.setSources(ETH, chainlink(address(feed)), none(), 0);
    }

    function test_RevertWhen_UnderlyingIsOutOfRange() public {
        _expectInvalid(0, "underlying outside 1..4095");
        router.setSources(0, chainlink(address(feed)), none(), 0);
        _expectInvalid(4096, "underlying outside 1..4095");
        router.setSources(4096, chainlink(address(feed)), none(), 0);
    }

    function test_RevertWhen_NoPrimary() public {
        _expectInvalid(ETH, "no primary");
        router.setSources(ETH, none(), chainlink(address(feed)), DEVIATION_BPS);
    }

    function test_RevertWhen_FeedHasNoCode() public {
        _refuse(chainlink(address(0xdead)), "feed has no code");
        _refuse(chainlink(address(0)), "feed has no code");
        _refuse(pythSource(address(0xdead)), "feed has no code");
    }

    function test_RevertWhen_DecimalsAreNotUsable() public {
        RawFeed raw = rawFeed();
        raw.setDecimals(abi.encode(uint256(37)));
        _refuse(chainlink(address(raw)), "decimals not answered or above 36");
        raw.setDecimals(abi.encode(type(uint256).max));
        _refuse(chainlink(address(raw)), "decimals not answered or above 36");
        raw.setDecimals("");
        _refuse(chainlink(address(raw)), "decimals not answered or above 36");
        raw.setDecimals(new bytes(31));
        _refuse(chainlink(address(raw)), "decimals not answered or above 36");
        // Pyth has no decimals(): its fallback reverts.
        _refuse(chainlink(address(pyth)), "decimals not answered or above 36");
    }

    function test_RevertWhen_MaxAgeIsOutOfBounds() public {
        IPriceRouter.SourceConfig memory config = chainlink(address(feed));
        config.maxAgeSec = 0;
        _refuse(config, "maxAgeSec outside 1..7 days");
        config.maxAgeSec = 7 days + 1;
        _refuse(config, "maxAgeSec outside 1..7 days");
    }

    function test_RevertWhen_BandIsInvalid() public {
        string memory reason = "band not 0 < minPrice < maxPrice < 2^128";
        IPriceRouter.SourceConfig memory config = chainlink(address(feed));
        config.minPrice = 0;
        _refuse(config, reason);
        config.minPrice = config.maxPrice;
        _refuse(config, reason);
        config.minPrice = 1;
        config.maxPrice = 1 << 128;
        _refuse(config, reason);
        config.minPrice = 3_000_001e14 + 1;
        config.maxPrice = 3_000_001e14 + 2;
        _refuse(config, "band empty once rounded inward");
    }

    function test_RevertWhen_PythIsIncomplete() public {
        IPriceRouter.SourceConfig memory config = pythSource(address(pyth));
        config.priceId = bytes32(0);
        _refuse(config, "no price id");
        config.priceId = PYTH_ID;
        config.maxConfidenceBps = 0;
        _refuse(config, "maxConfidenceBps outside 1..1000");
        config.maxConfidenceBps = 1_001;
        _refuse(config, "maxConfidenceBps outside 1..1000");
    }

    function test_RevertWhen_ChainlinkHasAPriceId() public {
        IPriceRouter.SourceConfig memory config = chainlink(address(feed));
        config.priceId = PYTH_ID;
        _refuse(config, "price id on Chainlink");
    }

    function test_RevertWhen_DeviationIsOutOfBounds() public {
        uint16[3] memory refused = [uint16(0), 9, 2_001];
        for (uint256 i; i < refused.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IPriceRouter.DeviationOutOfBounds.selector, refused[i], 10, 2_000)
            );
            router.setSources(ETH, chainlink(address(feed)), chainlink(address(feed2)), refused[i]);
        }
    }

    function test_RevertWhen_SecondaryIsThePrimary() public {
        _expectInvalid(ETH, "secondary is the primary");
        router.setSources(ETH, chainlink(address(feed)), chainlink(address(feed)), DEVIATION_BPS);
        _expectInvalid(ETH, "secondary is the primary");
        router.setSources(ETH, pythSource(address(pyth)), pythSource(address(pyth)), DEVIATION_BPS);
    }

    function test_RevertWhen_SecondaryIsInvalid() public {
        IPriceRouter.SourceConfig memory secondary = chainlink(address(feed2));
        secondary.maxAgeSec = 0;
        _expectInvalid(ETH, "maxAgeSec outside 1..7 days");
        router.setSources(ETH, chainlink(address(feed)), secondary, DEVIATION_BPS);
    }

    /// @dev A ratio feed where a USD feed was meant (Moonwell: cbETH/ETH) answers 1.1, far below the band.
    function test_RevertWhen_FeedIsOfAnotherPair() public {
        MockAggregator ratio = new MockAggregator("cbETH / ETH", 18, 1.1e18);
        expectUnavailable(IPriceRouter.Fault.OutOfBand, IPriceRouter.Fault.None);
        router.setSources(ETH, chainlink(address(ratio)), none(), 0);
        expectUnavailable(IPriceRouter.Fault.None, IPriceRouter.Fault.OutOfBand);
        router.setSources(ETH, chainlink(address(feed)), chainlink(address(ratio)), DEVIATION_BPS);
    }

    function test_RevertWhen_AnswerIsNotUsableNow() public {
        feed.setAnswerAt(3000e8, uint64(NOW - MAX_AGE - 1));
        expectUnavailable(IPriceRouter.Fault.Stale, IPriceRouter.Fault.None);
        router.setSources(ETH, chainlink(address(feed)), none(), 0);
        IPriceRouter.SourceConfig memory config = pythSource(address(pyth));
        config.priceId = keccak256("other");
        expectUnavailable(IPriceRouter.Fault.Reverted, IPriceRouter.Fault.None);
        router.setSources(ETH, config, none(), 0);
    }

    function test_RevertWhen_SourcesDisagree() public {
        feed2.setAnswer(3031e8);
        _expectInvalid(ETH, "sources disagree");
        router.setSources(ETH, chainlink(address(feed)), chainlink(address(feed2)), DEVIATION_BPS);
    }

    /// @dev A sequencer in its grace period says nothing about which feeds are right.
    function test_ListsDuringTheSequencersGrace() public {
        MockAggregator sequencer = new MockAggregator("L2 sequencer uptime", 0, 0);
        router = new PriceRouter(address(manager), address(sequencer), GRACE);
        listPair();
        assertEq(uint256(router.priceOf(ETH).status), uint256(IPriceRouter.Status.Stale));
    }

    function _refuse(IPriceRouter.SourceConfig memory config, string memory reason) private {
        _expectInvalid(ETH, reason);
        router.setSources(ETH, config, none(), 0);
        assertEq(router.underlyings().length, 0);
    }

    function _expectInvalid(uint16 underlying, string memory reason) private {
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.InvalidSource.selector, underlying, reason));
    }

    function _assertInForce(
        IPriceRouter.SourceConfig memory primary,
        IPriceRouter.SourceConfig memory secondary,
        uint16 deviationBps
    ) private view {
        (IPriceRouter.SourceConfig memory p, IPriceRouter.SourceConfig memory s, uint16 d, ) = router.inspect(
            ETH
        );
        assertEq(abi.encode(p), abi.encode(primary));
        assertEq(abi.encode(s), abi.encode(secondary));
        assertEq(d, deviationBps, "deviation");
    }
}
