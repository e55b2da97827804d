// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Stack} from "../helpers/Stack.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {perpId} from "../../../contracts/types/InstrumentId.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";

/// @dev The premium's depth is ten million USD. A trade of 2,500 ETH at 4,020 has a notional of 10,050,000 and so a weight
/// of 0.501246882793017456: from zero the premium moves to 20 times that.
contract FundingTest is Stack {
    int256 private constant PREMIUM = 10_024937655860349120;
    uint256 private constant SIZE = 2_500e18;
    int256 private constant RICH = 50_000_000e18;

    function setUp() public override {
        super.setUp();
        fund(aliceId, USDC_ID, 50_000_000e6);
        fund(bobId, USDC_ID, 50_000_000e6);
        fund(carolId, USDC_ID, 50_000_000e6);
    }

    function _open() private {
        tradeAt(aliceId, bobId, ethPerp, SIZE, 4_020e18);
    }

    // ------------------------------------------------------------------------------------------------ by hand

    function test_TradeMovesThePremium() public {
        assertEq(house.perpState(ETH).premium, 0);
        _open();
        assertEq(house.perpState(ETH).premium, PREMIUM);
        assertEq(house.perpState(ETH).fundingIndex, 0);
        assertEq(markOf(ethPerp), 4_000e18 + uint256(PREMIUM));
    }

    /// @dev Premium times exp(-t/1h), and an eighth of what it lost: after half an hour, one hour, eight and forty hours.
    function test_DecaysAndIntegrates() public {
        _open();
        uint256 start = block.timestamp;
        _assertAt(start + 30 minutes, 6_080432049986998400, 493063200734168840);
        _assertAt(start + 1 hours, 3_687968462616454187, 792121149155486866);
        _assertAt(start + 8 hours, 3362991930593751, 1_252696832991219421);
        _assertAt(start + 40 hours, 40, 1_253117206982543635);
        // at last the premium is gone, and funding with it: an eighth of the premium, to the wei
        _assertAt(start + 42 hours, 0, PREMIUM / 8);
        _assertAt(start + 365 days, 0, PREMIUM / 8);
    }

    /// @dev The same with the signs turned round.
    function test_DiscountDecaysAndIntegrates() public {
        tradeAt(aliceId, bobId, ethPerp, 2_500e18, 3_980e18);
        // notional 9,950,000: weight 0.498746867167919799, premium -20 times that to the floor
        int256 discount = -9_974937343358395980;
        assertEq(house.perpState(ETH).premium, discount);
        _assertAt(block.timestamp + 42 hours, 0, discount / 8);
    }

    function _assertAt(uint256 time, int256 premium, int256 fundingIndex) private {
        vm.warp(time);
        IClearinghouseTypes.PerpState memory state = house.perpState(ETH);
        assertEq(state.premium, premium, "premium");
        assertEq(state.fundingIndex, fundingIndex, "funding index");
    }

    /// @dev Longs pay shorts: 2,500 units times 0.792... after an hour, and the mark falls with the premium.
    function test_LongsPayShorts() public {
        _open();
        skip(1 hours);
        int256 paid = 1_980_302872888717165000;
        int256 value = 2_500 * (4_003_687968462616454187) - 10_050_000e18;
        assertEq(margin(aliceId).equity, RICH + value - paid);
        assertEq(margin(bobId).equity, RICH - value + paid);
        assertEq(margin(aliceId).unrealised, value - paid);
    }

    /// @dev Whoever joins later pays only from then on.
    function test_NewcomerOwesNothing() public {
        _open();
        skip(1 hours);
        trade(carolId, bobId, ethPerp, 1_000e18);
        assertApproxEqAbs(margin(carolId).unrealised, 0, 1_000e18 * 20);
        (, int256 cost) = house.positionOf(carolId, ethPerp);
        // bought at the mark, which one unit's funding until now is added to and owed again
        assertEq(cost, -4_003_687968462616454187000 + 792_121149155486866000);
        assertEq(margin(bobId).equity + margin(aliceId).equity + margin(carolId).equity, 3 * RICH);
    }

    function test_ClosingSettlesFunding() public {
        _open();
        skip(42 hours);
        trade(bobId, aliceId, ethPerp, SIZE);
        // bought at 4,020 and sold at 4,000, having paid PREMIUM / 8 per unit
        int256 paid = 2_500 * (PREMIUM / 8);
        assertEq(house.cashOf(aliceId), RICH - 50_000e18 - paid);
        assertEq(house.cashOf(bobId), RICH + 50_000e18 + paid);
    }

    // ------------------------------------------------------------------------------------------------ bounds

    /// @dev However far off the mark and however large a trade, the premium stays within 0.5% of the index.
    function test_PremiumIsBounded() public {
        fund(aliceId, USDC_ID, 4e17);
        fund(bobId, USDC_ID, 4e17);
        house.setPerp(ETH, IClearinghouseTypes.PerpConfig(true, 1e28, 1_000, 1_000, 0, 0));
        for (uint256 i = 0; i < 3; ++i) {
            tradeAt(aliceId, bobId, ethPerp, 10_000_000e18, 4_400e18);
            assertLe(house.perpState(ETH).premium, 20e18);
        }
        assertGt(house.perpState(ETH).premium, 19.99e18);
        for (uint256 i = 0; i < 3; ++i) {
            tradeAt(aliceId, bobId, ethPerp, 10_000_000e18, 3_620e18);
            assertGe(house.perpState(ETH).premium, -20e18);
        }
        assertLt(house.perpState(ETH).premium, -19.99e18);
    }

    /// @dev When the index falls, an old premium counts for no more than 0.5% of the new one.
    function test_MarkIsBoundedByTheNewIndex() public {
        house.setPerp(ETH, IClearinghouseTypes.PerpConfig(true, 1e28, 1_000, 500, 0, 0));
        tradeAt(aliceId, bobId, ethPerp, SIZE, 4_020e18);
        assertGt(house.perpState(ETH).premium, 19.9e18);
        setPrice(ETH, 2_000e18);
        assertEq(markOf(ethPerp), 2_010e18);
        // and the next trade brings it back within the new bound
        tradeAt(bobId, aliceId, ethPerp, 1, 2_010e18);
        assertEq(house.perpState(ETH).premium, 10e18);
    }

    /// @dev From a market without premium no trade moves the mark by more than 0.5%, and never beyond 0.5% of the index.
    function testFuzz_MarkIsBounded(
        uint256 size,
        uint256 size2,
        uint256 price,
        uint256 price2,
        uint256 depth
    ) public {
        depth = bound(depth, 1_000, 1e9);
        house.setPerp(ETH, IClearinghouseTypes.PerpConfig(true, 1e28, depth, 1_000, 0, 0));
        size = bound(size, 1, 10_000e18);
        tradeAt(aliceId, bobId, ethPerp, size, bound(price, 3_600e18, 4_400e18));
        uint256 mark = markOf(ethPerp);
        assertLe(mark, 4_020e18);
        assertGe(mark, 3_980e18);
        tradeAt(bobId, carolId, ethPerp, bound(size2, 1, 10_000e18), bound(price2, 3_650e18, 4_350e18));
        mark = markOf(ethPerp);
        assertLe(mark, 4_020e18);
        assertGe(mark, 3_980e18);
    }

    /// @dev The premium moves toward the trade's own by its share of the depth, never past it, floor (SPEC-F4).
    function testFuzz_PremiumFollowsTheSpecification(uint256 size, uint256 price, uint256 wait) public {
        _open();
        skip(bound(wait, 0, 6 hours));
        int256 q = house.perpState(ETH).premium;
        size = bound(size, 1, 5_000e18);
        price = bound(price, 3_850e18, 4_150e18);
        tradeAt(bobId, aliceId, ethPerp, size, price);
        int256 d = int256(price) - 4_000e18;
        if (d > 20e18) d = 20e18;
        if (d < -20e18) d = -20e18;
        uint256 n = (size * price) / 1e18;
        int256 w = int256((n * 1e18) / (n + 10_000_000e18));
        int256 moved = (d - q) * w;
        int256 step = moved / 1e18;
        if (moved < 0 && moved % 1e18 != 0) --step;
        assertEq(house.perpState(ETH).premium, q + step);
    }

    // ------------------------------------------------------------------------------------------------ poking

    /// @dev Poking at any times changes nobody's equity but for the rounding of the index: per poke the decayed premium is
    /// off by less than two parts in 1e18 and two wei, an eighth of which goes into the index, and the mark.
    function testFuzz_PokingChangesNothing(uint256 seed, uint256 pokes, bool discount) public {
        pokes = bound(pokes, 1, 12);
        tradeAt(aliceId, bobId, ethPerp, SIZE, discount ? 3_900e18 : 4_100e18);
        trade(carolId, bobId, ethPerp, 77e18);
        uint256 end = block.timestamp + 24 hours;
        uint256 state = vm.snapshotState();
        _settleAt(end);
        int256[3] memory calm = _equities();
        int256 index = house.perpState(ETH).fundingIndex;
        vm.revertToState(state);
        for (uint256 i = 0; i < pokes; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            vm.warp(block.timestamp + (seed % ((end - block.timestamp) / 2)));
            house.accrueFunding(ETH);
        }
        _settleAt(end);
        uint256 tolerance = pokes * 50;
        assertApproxEqAbs(house.perpState(ETH).fundingIndex, index, tolerance);
        int256[3] memory poked = _equities();
        for (uint256 i = 0; i < 3; ++i) {
            assertApproxEqAbs(poked[i], calm[i], 2 * tolerance * 2_577);
        }
    }

    function _settleAt(uint256 time) private {
        vm.warp(time - 1);
        skip(1);
    }

    function _equities() private view returns (int256[3] memory) {
        return [margin(aliceId).equity, margin(bobId).equity, margin(carolId).equity];
    }

    /// @dev In the same second nothing moves, however often it is poked.
    function testFuzz_NothingMovesInNoTime(uint256 wait) public {
        _open();
        skip(bound(wait, 0, 2 days));
        house.accrueFunding(ETH);
        IClearinghouseTypes.PerpState memory before = house.perpState(ETH);
        int256 equity = margin(aliceId).equity;
        house.accrueFunding(ETH);
        house.accrueFunding(ETH);
        IClearinghouseTypes.PerpState memory state = house.perpState(ETH);
        assertEq(state.fundingIndex, before.fundingIndex);
        assertEq(state.premium, before.premium);
        assertEq(state.openInterest, before.openInterest);
        assertEq(state.costSum, before.costSum);
        assertEq(margin(aliceId).equity, equity);
    }

    /// @dev A trade does not move the index that others are charged by, only what they will be charged from now on.
    function testFuzz_TradeLeavesTheIndex(uint256 wait, uint256 size) public {
        _open();
        skip(bound(wait, 0, 2 days));
        int256 index = house.perpState(ETH).fundingIndex;
        tradeAt(carolId, bobId, ethPerp, bound(size, 1, 5_000e18), 4_100e18);
        assertEq(house.perpState(ETH).fundingIndex, index);
    }

    function test_AccrueEmitsTheState() public {
        _open();
        skip(1 hours);
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.PerpUpdated(ETH, 792121149155486866, 3_687968462616454187, SIZE);
        house.accrueFunding(ETH);
    }

    function test_RevertWhen_AccruingAnUnlistedMarket() public {
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.UnknownInstrument.selector, perpId(9)));
        house.accrueFunding(9);
    }

    /// @dev Markets do not share a premium.
    function test_MarketsAreApart() public {
        _open();
        skip(1 hours);
        assertEq(house.perpState(BTC).premium, 0);
        assertEq(house.perpState(BTC).fundingIndex, 0);
    }

    // ------------------------------------------------------------------------------------------------ zero sum

    /// @dev At one mark what the longs gain and pay the shorts lose and get: equities add up to what came in, never to
    /// more, and to less only by the wei that rounding takes at each trade and in each position's value.
    function testFuzz_ZeroSum(uint256 seed) public {
        AccountId[3] memory ids = [aliceId, bobId, carolId];
        for (uint256 i = 0; i < 8; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 a = seed % 3;
            uint256 size = ((seed >> 64) % 2_000e18) + 1;
            uint256 price = 3_860e18 + ((seed >> 128) % 280e18);
            tradeAt(ids[a], ids[(a + 1 + ((seed >> 8) & 1)) % 3], ethPerp, size, price);
            skip((seed >> 32) % 10 hours);
            if ((seed >> 200) & 1 == 0) setPrice(ETH, 3_950e18 + (((seed >> 208) % 100e18) / 1e10) * 1e10);
            int256 sum = margin(aliceId).equity + margin(bobId).equity + margin(carolId).equity;
            assertLe(sum, 3 * RICH);
            assertGe(sum, 3 * RICH - int256(2 * (i + 1) + 6));
            setPrice(ETH, 4_000e18);
        }
    }
}
