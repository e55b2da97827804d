// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IPriceRouter} from "../../../../contracts/interfaces/IPriceRouter.sol";
import {MockAggregator} from "../../../../contracts/mocks/MockAggregator.sol";
import {MockPythOracle} from "../../../../contracts/mocks/MockPythOracle.sol";
import {PriceRouter} from "../../../../contracts/oracle/PriceRouter.sol";
import {Test} from "../../helpers/Test.sol";
import {RawFeed} from "./RawFeed.sol";

/// @notice ETH at 3,000 USD from two aggregators and from Pyth; the test contract administers the router.
abstract contract OracleBase is Test {
    uint16 internal constant ETH = 1;
    uint16 internal constant BTC = 2;
    bytes32 internal constant PYTH_ID = keccak256("ETH/USD");
    uint256 internal constant NOW = 1_770_267_600;
    uint32 internal constant MAX_AGE = 1 hours;
    uint32 internal constant GRACE = 30 minutes;
    uint16 internal constant DEVIATION_BPS = 100;
    uint16 internal constant CONFIDENCE_BPS = 50;
    uint256 internal constant PYTH_FEE = 7;

    AccessManager internal manager;
    PriceRouter internal router;
    MockAggregator internal feed;
    MockAggregator internal feed2;
    MockPythOracle internal pyth;

    function setUp() public virtual {
        vm.warp(NOW);
        vm.deal(address(this), 10 ether);
        manager = new AccessManager(address(this));
        router = new PriceRouter(address(manager), address(0), 0);
        feed = new MockAggregator("ETH / USD", 8, 3000e8);
        feed2 = new MockAggregator("ETH / USD second", 8, 3000e8);
        pyth = new MockPythOracle(60, PYTH_FEE);
        pushPyth(3000e8, 1e8, -8, uint64(NOW));
    }

    // ------------------------------------------------------------ configurations

    function none() internal pure returns (IPriceRouter.SourceConfig memory config) {}

    function chainlink(address aggregator) internal pure returns (IPriceRouter.SourceConfig memory) {
        return
            IPriceRouter.SourceConfig({
                kind: IPriceRouter.SourceKind.Chainlink,
                feed: aggregator,
                priceId: bytes32(0),
                maxAgeSec: MAX_AGE,
                minPrice: 10e18,
                maxPrice: 100_000e18,
                maxConfidenceBps: 0
            });
    }

    function pythSource(address oracle) internal pure returns (IPriceRouter.SourceConfig memory config) {
        config = chainlink(oracle);
        config.kind = IPriceRouter.SourceKind.Pyth;
        config.priceId = PYTH_ID;
        config.maxConfidenceBps = CONFIDENCE_BPS;
    }

    /// @notice Lists ETH with the one aggregator.
    function listSingle() internal {
        router.setSources(ETH, chainlink(address(feed)), none(), 0);
    }

    /// @notice Lists ETH with both aggregators.
    function listPair() internal {
        router.setSources(ETH, chainlink(address(feed)), chainlink(address(feed2)), DEVIATION_BPS);
    }

    // ------------------------------------------------------------ feeds

    function pythUpdate(
        int64 price,
        uint64 confidence,
        int32 exponent,
        uint64 publishTime
    ) internal view returns (bytes[] memory updates) {
        updates = new bytes[](1);
        updates[0] = pyth.createPriceFeedUpdateData(
            PYTH_ID,
            price,
            confidence,
            exponent,
            price,
            confidence,
            publishTime,
            publishTime - 1
        );
    }

    function pushPyth(int64 price, uint64 confidence, int32 exponent, uint64 publishTime) internal {
        pyth.updatePriceFeeds{value: PYTH_FEE}(pythUpdate(price, confidence, exponent, publishTime));
    }

    function rawFeed() internal returns (RawFeed raw) {
        raw = new RawFeed();
        raw.setRound(3000e8, NOW);
    }

    // ------------------------------------------------------------ assertions

    function assertPrice(
        IPriceRouter.Price memory actual,
        IPriceRouter.Status status,
        uint256 price,
        uint256 low,
        uint256 high
    ) internal pure {
        assertEq(uint256(actual.status), uint256(status), "status");
        assertEq(actual.price, price, "price");
        assertEq(actual.low, low, "low");
        assertEq(actual.high, high, "high");
    }

    function assertPrice(
        IPriceRouter.Price memory actual,
        IPriceRouter.Status status,
        uint256 price
    ) internal pure {
        assertPrice(actual, status, price, price, price);
    }

    function assertFault(IPriceRouter.Fault actual, IPriceRouter.Fault expected) internal pure {
        assertEq(uint256(actual), uint256(expected), "fault");
    }

    function expectUnavailable(IPriceRouter.Fault primary, IPriceRouter.Fault secondary) internal {
        vm.expectRevert(
            abi.encodeWithSelector(IPriceRouter.PriceUnavailable.selector, ETH, primary, secondary)
        );
    }

    /// @notice `amount * 10**exponent` in wad, one digit at a time: independent of the code under test.
    function scaleDigitwise(uint256 amount, int256 exponent) internal pure returns (uint256) {
        for (exponent += 18; exponent > 0; --exponent) amount *= 10;
        for (; exponent < 0; ++exponent) amount /= 10;
        return amount;
    }
}
