// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IncidentBase} from "../helpers/IncidentBase.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";
import {IOrderMatcher} from "../../../contracts/interfaces/IOrderMatcher.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";

/// @dev Prices made by the attacker's own trades: marks, premiums and the funding that follows from them.
contract MarkManipulationTest is IncidentBase {
    function setUp() public override {
        super.setUp();
        fund(crew(0), USDC_ID, 100_000_000e6);
        fund(crew(1), USDC_ID, 100_000_000e6);
    }

    /// @dev Polter Finance (2024): a lender read the spot price of a thin pool, which a flash loan moved.
    ///
    /// Tried here: mallory buys 250 million of ETH from herself 5% above the mark, to liquidate a short that is 0.8% of its
    /// notional away from maintenance margin.
    ///
    /// Stopped by: a trade moves nothing but the premium, which counts for 0.5% of the index at most, however large it is.
    function test_PolterWashTradesMoveTheMarkByTheBoundOnly() public {
        fund(aliceId, USDC_ID, 8_000e6);
        trade(bobId, aliceId, ethPerp, 10e18);
        setPrice(ETH, 4_150e18);
        int256 victims = equityOf(aliceId);
        int256 before = wealth();
        for (uint256 i = 0; i < 3; ++i) {
            wash(crew(0), crew(1), ethPerp, 20_000e18, (markOf(ethPerp) * 105) / 100);
        }
        assertGt(markOf(ethPerp), 4_150e18 + 20.7e18, "set-up: the premium is at its bound");
        assertLe(markOf(ethPerp), (4_150e18 * 1_005) / 1_000);
        IRiskTypes.Margin memory m = margin(aliceId);
        // at the price that was traded: 207.50 a unit lost, and 5% more to margin
        assertLt(victims - 2_075e18, int256(m.maintenanceMargin), "set-up: the traded price would do");
        assertGe(m.equity, int256(m.maintenanceMargin));
        vm.expectPartialRevert(ILiquidator.NotLiquidatable.selector);
        liquidator.flag(aliceId);

        wash(crew(1), crew(0), ethPerp, 60_000e18, markOf(ethPerp));
        // 7 basis points of 500 million
        assertLt(wealth(), before - 340_000e18, "and it cost the fees");
        skip(1 days);
        assertApproxEqAbs(equityOf(aliceId), victims, 30e18, "the premium has gone, but for its funding");
    }

    /// @dev Self-trading: one account on both sides of a trade books twice what happens once.
    ///
    /// Tried here: two orders of one account, and a venue that names it twice.
    ///
    /// Stopped by: `SameAccount` at the matcher and again at the clearinghouse.
    function test_SelfTradeOfOneAccount() public {
        int256 before = wealth();
        bytes memory refusal = abi.encodeWithSelector(IClearinghouseTypes.SameAccount.selector, crew(0));
        vm.expectRevert(refusal);
        this.washExternal(crew(0), crew(0));
        uint256 mark = markOf(ethPerp);
        vm.expectRevert(refusal);
        tradeAt(crew(0), crew(0), ethPerp, 1e18, mark);
        this.washExternal(crew(0), crew(1));
        // two accounts of one owner may: it costs 7 basis points of 4,000 and nothing else
        assertApproxEqAbs(wealth(), before - 2.8e18, 4);
    }

    function washExternal(AccountId buyer, AccountId seller) external {
        wash(buyer, seller, ethPerp, 1e18, 4_000e18);
    }

    /// @dev Moves within a block: whoever sees a price before it is posted trades at the old one (many, since 2019).
    ///
    /// Tried here: 100 million are lent, used and returned in one block; a resting order is taken at the price of before the
    /// update; and mallory is long and short of herself over it.
    ///
    /// Stopped by: a trade's price must lie within the band about the mark of now; profit is somebody's loss; interest and
    /// funding are integrals over time, and none has passed.
    function test_SameBlockPriceMove() public {
        fund(aliceId, USDC_ID, 100_000e6);
        (, uint256 aliceKey) = makeAddrAndKey("alice");
        IOrderMatcher.SignedOrder memory resting = signed(
            aliceKey,
            orderOf(aliceId, ethPerp, -10e18, 4_000e18)
        );
        int256 before = wealth();
        wash(crew(0), crew(1), ethPerp, 20_000e18, 4_000e18);
        setPrice(ETH, 4_400e18);
        assertEq(
            (markOf(ethPerp) - 4_000e18) * 10,
            4_000e18,
            "set-up: 400 a unit to be had from the resting order"
        );
        IOrderMatcher.SignedOrder memory takes = signed(
            malloryKey,
            orderOf(crew(0), ethPerp, 10e18, 4_000e18)
        );
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.PriceOutOfBand.selector, 4_000e18, 4_400e18, 500)
        );
        matcher.matchOrders(resting, takes, 10e18);
        assertEq(equityOf(aliceId), 100_000e18);

        wash(crew(1), crew(0), ethPerp, 20_000e18, 4_400e18);
        uint256 cash = uint256(house.cashOf(crew(0))) / 1e12;
        vm.prank(mallory);
        house.withdraw(crew(0), USDC_ID, cash, mallory);
        // the fees of 80 and 88 million
        assertApproxEqAbs(wealth(), before - 117_600e18, 1e13);
        assertSolvent();
    }

    /// @dev Funding as spot rate times elapsed time (audits of Derive; several venues): who moves the rate just before a
    /// rare update is paid for the whole time since the last one.
    ///
    /// Tried here: a market idle for 30 days, a short of 10 million, then a wash trade of 10 million at the bound and a poke.
    ///
    /// Stopped by: funding is the integral of the decaying premium, so that the past cannot change, and what one trade adds is
    /// an eighth of the premium it leaves. While the position is not larger than `premiumDepthUsd` that is less than the fees.
    function test_FundingOfAnIdleMarket() public {
        fund(crew(2), USDC_ID, 5_000_000e6);
        trade(bobId, crew(2), ethPerp, 2_500e18);
        skip(30 days);
        int256 bobs = equityOf(bobId);
        int256 before = wealth();
        int256 paidBefore = house.perpState(ETH).fundingIndex;
        wash(crew(0), crew(1), ethPerp, 2_500e18, 4_020e18);
        house.accrueFunding(ETH);
        IClearinghouseTypes.PerpState memory state = house.perpState(ETH);
        // spot rate times elapsed time: the premium, 90 times, a quarter of the index
        assertGt(state.premium * 90, 890e18, "set-up: what the naive rule would charge a long");
        assertEq(state.fundingIndex, paidBefore, "the past is what it was");

        skip(30 days);
        int256 paid = house.perpState(ETH).fundingIndex - paidBefore;
        assertApproxEqAbs(paid, state.premium / 8, 1, "an eighth of the premium, ever");
        assertApproxEqAbs(equityOf(bobId), bobs - (paid * 2_500), 1e6);
        // 3,100 of funding for 7,000 of fees
        assertGt(paid * 2_500, 3_000e18, "set-up: there is something to gain");
        assertLt(wealth(), before - 3_500e18, "but less than it costs");
        // control: four times the market's depth would have earned more than the fees
        assertGt(paid * 10_000, 7_040e18);
    }
}
