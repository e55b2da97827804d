// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IncidentBase} from "../helpers/IncidentBase.sol";
import {IAggregatorV3} from "../../../contracts/interfaces/IAggregatorV3.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {MockERC20} from "../../../contracts/mocks/MockERC20.sol";

/// @dev A feed that needs almost all the gas that the router gives it.
contract HungryFeed is IAggregatorV3 {
    uint8 public constant decimals = 8;
    int256 private immutable _answer;

    constructor(int256 answer) {
        _answer = answer;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        uint256 left = gasleft();
        while (left - gasleft() < 250_000) {}
        return (1, _answer, block.timestamp, block.timestamp, 1);
    }

    function getRoundData(uint80) external view returns (uint80, int256, uint256, uint256, uint80) {
        return (1, _answer, block.timestamp, block.timestamp, 1);
    }

    function description() external pure returns (string memory) {
        return "hungry";
    }

    function version() external pure returns (uint256) {
        return 4;
    }
}

/// @dev Prices that are wrong, old, missing, or another thing's.
contract FeedsTest is IncidentBase {
    uint8 private constant TOKEN_ID = 3;
    MockERC20 private token;
    MockAggregator private second;

    function setUp() public override {
        super.setUp();
        listThin(1_000_000e18);
        token = new MockERC20("Thin", "THIN", 18);
        house.setAsset(TOKEN_ID, address(token), THIN, true, 1e30);
        second = new MockAggregator("THIN / USD", 8, 1e8);
    }

    function _give(uint256 amount) private {
        token.mint(mallory, amount);
        vm.startPrank(mallory);
        token.approve(address(house), type(uint256).max);
        house.deposit(crew(0), TOKEN_ID, amount);
        vm.stopPrank();
    }

    function _pair(uint16 maxDeviationBps) private {
        router.setSources(
            THIN,
            chainlink(address(thinFeed), 0.01e18, 100e18),
            chainlink(address(second), 0.01e18, 100e18),
            maxDeviationBps
        );
    }

    /// @dev Venus and Blizz, LUNA (2022): the feed stopped at its own floor of 0.10 while the token traded at 0.01; it was
    /// bought there and borrowed against at ten times its price.
    ///
    /// Tried here: ten million bought for 100,000, the feed at its floor, and 700,000 to be borrowed.
    ///
    /// Stopped by: the band of the source, which must lie within the feed's own limits: an answer at the floor is no price,
    /// and what is valued by it lends nothing. Control: with a band that reaches down to the floor the loan goes through.
    function test_LunaFeedStoppedAtItsFloor() public {
        router.setSources(THIN, chainlink(address(thinFeed), 0.11e18, 100e18), none(), 0);
        thinFeed.setAnswer(0.1e8);
        _give(10_000_000e18);
        fund(crew(0), USDC_ID, 1_000e6);
        vm.startPrank(mallory);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPriceRouter.PriceUnavailable.selector,
                THIN,
                IPriceRouter.Fault.OutOfBand,
                IPriceRouter.Fault.None
            )
        );
        house.withdraw(crew(0), USDC_ID, 700_000e6, mallory);
        // her own goes out, and back in, whatever the feed says
        house.withdraw(crew(0), USDC_ID, 1_000e6, mallory);
        vm.stopPrank();
        assertEq(usdc.balanceOf(mallory), 1_000e6);
        vm.prank(mallory);
        house.withdraw(crew(0), TOKEN_ID, 10_000_000e18, mallory);
        assertEq(equityOf(bobId), 10_000_000e18);

        router.setSources(THIN, chainlink(address(thinFeed), 0.1e18, 100e18), none(), 0);
        vm.startPrank(mallory);
        house.deposit(crew(0), TOKEN_ID, 10_000_000e18);
        house.withdraw(crew(0), USDC_ID, 700_000e6, mallory);
        vm.stopPrank();
        assertEq(usdc.balanceOf(mallory), 701_000e6, "control: where the band includes the floor");
    }

    /// @dev Moonwell (2025 and 2026): a token was priced by the feed of its rate to another token instead of to the dollar; the
    /// correction waited behind the timelock while accounts were liquidated.
    ///
    /// Tried here: ETH by a feed that says 1.12, as cbETH / ETH does.
    ///
    /// Stopped by: the band at listing, which no such feed fits, and the second source, with which it must agree at once.
    /// Control: with a band of anything the price is 1.12 and alice's 40,000 of collateral are 11.20.
    function test_MoonwellWrongBase() public {
        fund(aliceId, WETH_ID, 10e18);
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, 10_000e6, alice);
        MockAggregator rate = new MockAggregator("cbETH / ETH", 18, 1.12e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPriceRouter.PriceUnavailable.selector,
                ETH,
                IPriceRouter.Fault.OutOfBand,
                IPriceRouter.Fault.None
            )
        );
        router.setSources(ETH, chainlink(address(rate), 50e18, 1_000_000e18), none(), 0);
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.InvalidSource.selector, ETH, "sources disagree"));
        router.setSources(
            ETH,
            chainlink(address(rate), 0.01e18, 1_000_000e18),
            chainlink(address(ethFeed), 50e18, 1_000_000e18),
            200
        );
        (bool below, ) = liquidator.isLiquidatable(aliceId);
        assertFalse(below);
        assertEq(equityOf(aliceId), 30_000e18);

        router.setSources(ETH, chainlink(address(rate), 0.01e18, 1_000_000e18), none(), 0);
        (below, ) = liquidator.isLiquidatable(aliceId);
        assertTrue(below, "control: without either");
        assertEq(equityOf(aliceId), -9_988.8e18);
    }

    /// @dev 10 October 2025: a venue valued collateral by the price of its own order book, where a stablecoin fell to 0.65 while it
    /// was at par everywhere else, and liquidated its holders.
    ///
    /// Tried here: 100,000 of a stablecoin behind a loan of 65,000; one of its two sources falls to 0.65.
    ///
    /// Stopped by: no price of ours comes from our own trades, and a source that strays from the other guards the price: a
    /// liquidation is judged at the one that favours the account. Control: with the fallen source alone it is liquidatable.
    function test_October10StablecoinOfOneVenue() public {
        _pair(100);
        token.mint(alice, 100_000e18);
        vm.startPrank(alice);
        token.approve(address(house), type(uint256).max);
        house.deposit(aliceId, TOKEN_ID, 100_000e18);
        house.withdraw(aliceId, USDC_ID, 65_000e6, alice);
        vm.stopPrank();
        thinFeed.setAnswer(0.65e8);
        assertStatus(THIN, IPriceRouter.Status.Guarded);
        int256 before = wealth();
        vm.expectPartialRevert(ILiquidator.NotLiquidatable.selector);
        liquidator.flag(aliceId);
        assertEq(wealth(), before);
        // who borrows is judged at the low end: the holder cannot use the high one
        assertEq(equityOf(aliceId), 0);
        vm.prank(alice);
        vm.expectPartialRevert(IClearinghouseTypes.WithdrawalTooLarge.selector);
        house.withdraw(aliceId, USDC_ID, 1e6, alice);

        router.setSources(THIN, chainlink(address(thinFeed), 0.01e18, 100e18), none(), 0);
        (bool below, ) = liquidator.isLiquidatable(aliceId);
        assertTrue(below, "control: by the fallen source alone");
    }

    /// @dev Feeds that stop, are paused, or part from the market (depeg): the last price is a free option for whoever knows the
    /// real one.
    ///
    /// Tried here: the thin feed stops at 1 while mallory knows 0.50. She deposits at 1 and borrows, opens more, and closes.
    /// Then the second source says 0.50 (a depeg), and then the first one reverts.
    ///
    /// Stopped by: Stale refuses loans, new risk and liquidations; Guarded counts the collateral at 0.50; what reduces risk
    /// goes on in each.
    function test_StalePausedAndDepegged() public {
        _give(100_000e18);
        trade(crew(0), bobId, thinPerp, 10_000e18);
        uint256 mark = markOf(thinPerp);
        vm.warp(block.timestamp + 1 days + 1);
        setPrice(ETH, ETH_PRICE);
        setPrice(BTC, BTC_PRICE);
        assertStatus(THIN, IPriceRouter.Status.Stale);
        int256 before = wealth();
        vm.prank(mallory);
        vm.expectPartialRevert(IClearinghouseTypes.ReduceOnly.selector);
        house.withdraw(crew(0), USDC_ID, 10_000e6, mallory);
        vm.expectPartialRevert(IClearinghouseTypes.ReduceOnly.selector);
        tradeAt(crew(0), bobId, thinPerp, 1e18, mark);
        tradeAt(bobId, crew(0), thinPerp, 5_000e18, mark);
        assertNoGain(before);

        thinFeed.setAnswer(1e8);
        second.setAnswer(1e8);
        _pair(100);
        second.setAnswer(0.5e8);
        assertStatus(THIN, IPriceRouter.Status.Guarded);
        // 70% of 50,000, less what the perp takes; at par it were 70% of 100,000
        vm.prank(mallory);
        vm.expectPartialRevert(IClearinghouseTypes.WithdrawalTooLarge.selector);
        house.withdraw(crew(0), USDC_ID, 35_000e6, mallory);

        thinFeed.setMode(MockAggregator.Mode.Revert);
        assertStatus(THIN, IPriceRouter.Status.Guarded);
        assertEq(router.priceOf(THIN).price, 0.5e18, "the living source");
        second.setMode(MockAggregator.Mode.Empty);
        vm.prank(mallory);
        vm.expectPartialRevert(IPriceRouter.PriceUnavailable.selector);
        house.withdraw(crew(0), USDC_ID, 1e6, mallory);
        assertEq(usdc.balanceOf(mallory), 0);
    }

    function _sameAtEveryLimit(bytes memory question) private view {
        (, bytes memory expected) = address(router).staticcall(question);
        uint256 answers;
        for (uint256 limit = 240_000; limit < 330_000; limit += 250) {
            (bool ok, bytes memory answer) = address(router).staticcall{gas: limit}(question);
            if (!ok) continue;
            ++answers;
            assertEq(answer, expected, "another price for less gas");
        }
        assertGt(answers, 0, "set-up: some of them suffice");
    }

    /// @dev Gas (EIP-150): a call gets 63/64 of what is left, so that a caller may choose a limit at which a feed fails and the
    /// rest goes on.
    ///
    /// Tried here: ETH at 3,000 by a first source that needs 250,000 gas and at 4,400 by a second one. Where the first seems
    /// silent the second alone counts and lends 40% more. Withdrawals at every limit from 100,000 to 1,500,000 gas.
    ///
    /// And the router's own price, as an integrator would read it, at every limit about what the feed needs.
    ///
    /// Stopped by: a fault seen with less gas than the feed is entitled to proves nothing and reverts; and the 64th that is left
    /// would pay for nothing more.
    function test_GasStarvedFeed() public {
        HungryFeed hungry = new HungryFeed(4_000e8);
        ethFeed.setAnswer(4_000e8);
        router.setSources(
            ETH,
            chainlink(address(hungry), 1e18, 1_000_000e18),
            chainlink(address(ethFeed), 1e18, 1_000_000e18),
            500
        );
        vm.etch(address(hungry), address(new HungryFeed(3_000e8)).code);
        setPrice(ETH, 4_400e18);
        fund(crew(0), WETH_ID, 10e18);
        bytes memory loan = abi.encodeCall(house.withdraw, (crew(0), USDC_ID, 33_000e6, mallory));
        uint256 failures;
        for (uint256 limit = 100_000; limit < 1_500_000; limit += 7_919) {
            vm.prank(mallory);
            (bool ok, ) = address(house).call{gas: limit}(loan);
            assertFalse(ok);
            ++failures;
        }
        assertGt(failures, 150);
        _sameAtEveryLimit(abi.encodeCall(router.priceOf, (ETH)));
        assertEq(usdc.balanceOf(mallory), 0);
        // control: if the first really is silent, 77% of 44,000 may be borrowed
        vm.etch(address(hungry), hex"fe");
        vm.prank(mallory);
        house.withdraw(crew(0), USDC_ID, 33_000e6, mallory);
        assertEq(usdc.balanceOf(mallory), 33_000e6);
    }
}
