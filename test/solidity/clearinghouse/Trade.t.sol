// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Stack} from "../helpers/Stack.sol";
import {Vm} from "../helpers/Vm.sol";
import {AccountId, toAccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, futureId, optionId, perpId} from "../../../contracts/types/InstrumentId.sol";
import {MAX_SIZE, SizeOutOfBounds} from "../../../contracts/types/PositionWord.sol";
import {RiskProfile} from "../../../contracts/types/RiskProfile.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {Presets} from "../../../contracts/risk/Presets.sol";

/// @dev Three rich accounts; `dave` has just what a test gives him. One ETH at 4,000 needs an initial margin of
/// 18% scan + 0.5% roll + 1% = 780 and a maintenance margin of 0.8 * 720 + 20 = 596.
contract TradeTest is Stack {
    uint256 private constant RICH_RAW = 50_000_000e6;
    int256 private constant RICH = 50_000_000e18;

    address private dave;
    AccountId private daveId;

    function setUp() public override {
        super.setUp();
        (dave, daveId) = person("dave");
        fund(aliceId, USDC_ID, RICH_RAW);
        fund(bobId, USDC_ID, RICH_RAW);
        fund(carolId, USDC_ID, RICH_RAW);
    }

    // ------------------------------------------------------------------------------------------------ one position

    function test_Opens() public {
        tradeAt(aliceId, bobId, ethPerp, 2e18, 4_000e18);
        _assertAccount(aliceId, 2e18, -8_000e18, RICH);
        _assertAccount(bobId, -2e18, 8_000e18, RICH);
        (, uint8 count, , ) = house.accountInfo(aliceId);
        assertEq(uint256(count), 1);
        assertEq(house.perpState(ETH).openInterest, 2e18);
        assertEq(house.perpState(ETH).costSum, 0);
    }

    function test_Increases() public {
        tradeAt(aliceId, bobId, ethPerp, 2e18, 4_000e18);
        tradeAt(aliceId, bobId, ethPerp, 1e18, 4_050e18);
        _assertAccount(aliceId, 3e18, -12_050e18, RICH);
        _assertAccount(bobId, -3e18, 12_050e18, RICH);
        assertEq(house.perpState(ETH).openInterest, 3e18);
    }

    /// @dev A third of the cost of -12,050 is -4,016.66...67 to the floor, of 12,050 it is 4,016.66...66: the wei stays in
    /// the long's remaining cost. Nobody's total changes.
    function test_Reduces() public {
        tradeAt(aliceId, bobId, ethPerp, 2e18, 4_000e18);
        tradeAt(aliceId, bobId, ethPerp, 1e18, 4_050e18);
        tradeAt(bobId, aliceId, ethPerp, 1e18, 4_100e18);
        _assertAccount(aliceId, 2e18, -8_033_333333333333333333, RICH + 83_333333333333333333);
        _assertAccount(bobId, -2e18, 8_033_333333333333333334, RICH - 83_333333333333333334);
        assertEq(house.perpState(ETH).openInterest, 2e18);
        assertEq(house.perpState(ETH).costSum, 1);
    }

    function test_Closes() public {
        tradeAt(aliceId, bobId, ethPerp, 2e18, 4_000e18);
        tradeAt(bobId, aliceId, ethPerp, 2e18, 4_150e18);
        _assertAccount(aliceId, 0, 0, RICH + 300e18);
        _assertAccount(bobId, 0, 0, RICH - 300e18);
        (, uint8 count, , ) = house.accountInfo(aliceId);
        assertEq(uint256(count), 0);
        assertEq(house.positionsOf(bobId).length, 0);
        assertEq(house.perpState(ETH).openInterest, 0);
        assertEq(house.perpState(ETH).costSum, 0);
    }

    function test_FlipsLongToShort() public {
        tradeAt(aliceId, bobId, ethPerp, 2e18, 4_000e18);
        tradeAt(carolId, aliceId, ethPerp, 5e18, 4_100e18);
        _assertAccount(aliceId, -3e18, 12_300e18, RICH + 200e18);
        _assertAccount(carolId, 5e18, -20_500e18, RICH);
        assertEq(house.perpState(ETH).openInterest, 5e18);
        assertEq(house.perpState(ETH).costSum, -200e18);
    }

    function test_FlipsShortToLong() public {
        tradeAt(aliceId, bobId, ethPerp, 2e18, 4_000e18);
        tradeAt(bobId, carolId, ethPerp, 5e18, 4_100e18);
        _assertAccount(bobId, 3e18, -12_300e18, RICH - 200e18);
        _assertAccount(carolId, -5e18, 20_500e18, RICH);
        assertEq(house.perpState(ETH).openInterest, 5e18);
    }

    /// @dev Both sides of one trade flip: open interest stays, for the longs and shorts have changed places.
    function test_BothFlip() public {
        tradeAt(aliceId, bobId, ethPerp, 2e18, 4_000e18);
        tradeAt(bobId, aliceId, ethPerp, 4e18, 3_900e18);
        _assertAccount(aliceId, -2e18, 7_800e18, RICH - 200e18);
        _assertAccount(bobId, 2e18, -7_800e18, RICH + 200e18);
        assertEq(house.perpState(ETH).openInterest, 2e18);
        assertEq(house.perpState(ETH).costSum, 0);
    }

    /// @dev The long passes to another account: open interest stays.
    function test_PassesOn() public {
        tradeAt(aliceId, bobId, ethPerp, 2e18, 4_000e18);
        tradeAt(carolId, aliceId, ethPerp, 2e18, 4_010e18);
        _assertAccount(aliceId, 0, 0, RICH + 20e18);
        _assertAccount(carolId, 2e18, -8_020e18, RICH);
        assertEq(house.perpState(ETH).openInterest, 2e18);
        assertEq(house.perpState(ETH).costSum, -20e18);
    }

    /// @dev Closing the first of two positions leaves the other one as it was.
    function test_ClosesOneOfTwo() public {
        tradeAt(aliceId, bobId, ethPerp, 2e18, 4_000e18);
        tradeAt(aliceId, bobId, btcPerp, 1e18, 100_000e18);
        tradeAt(bobId, aliceId, ethPerp, 2e18, 4_000e18);
        (int256 size, int256 cost) = house.positionOf(aliceId, btcPerp);
        assertEq(size, 1e18);
        assertEq(cost, -100_000e18);
        _assertAccount(aliceId, 0, 0, RICH);
        assertEq(house.positionsOf(aliceId).length, 1);
    }

    function test_EmitsTraded() public {
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.Traded(aliceId, bobId, ethPerp, 2e18, 4_010e18, 3e18, 1e18, address(this));
        house.trade(IClearinghouseTypes.Trade(aliceId, bobId, ethPerp, 2e18, 4_010e18, 3e18, 1e18));
    }

    function test_EmitsPositions() public {
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.PositionUpdated(aliceId, ethPerp, 2e18, -8_020e18);
        tradeAt(aliceId, bobId, ethPerp, 2e18, 4_010e18);
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.PositionUpdated(bobId, ethPerp, 0, 0);
        tradeAt(bobId, aliceId, ethPerp, 2e18, 4_010e18);
    }

    function test_EmitsCashOfWhatWasRealised() public {
        tradeAt(aliceId, bobId, ethPerp, 2e18, 4_000e18);
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.CashUpdated(aliceId, RICH + 20e18);
        tradeAt(bobId, aliceId, ethPerp, 2e18, 4_010e18);
    }

    function test_EmitsMarketState() public {
        vm.expectEmit(address(house));
        // premium 20 * 10,050,000 / 20,050,000: see Funding.t.sol
        emit IClearinghouseTypes.PerpUpdated(ETH, 0, 10024937655860349120, 2_500e18);
        tradeAt(aliceId, bobId, ethPerp, 2_500e18, 4_020e18);
    }

    /// @dev Cost and cash of any trade on any position, against SPEC-F6 and F7 written out once more.
    function testFuzz_FollowsTheSpecification(
        uint256 first,
        uint256 second,
        uint256 price1,
        uint256 price2,
        uint256 wait,
        bool same
    ) public {
        first = bound(first, 1, 5_000e18);
        second = bound(second, 1, 5_000e18);
        price1 = bound(price1, 3_900e18, 4_100e18);
        price2 = bound(price2, 3_900e18, 4_100e18);
        // carol and bob make a premium, so that the funding index is not zero
        tradeAt(carolId, bobId, ethPerp, 2_000e18, 4_020e18);
        skip(bound(wait, 0, 2 days));
        int256 index1 = house.perpState(ETH).fundingIndex;
        tradeAt(aliceId, carolId, ethPerp, first, price1);
        int256 cost = _costOf(int256(first), price1, index1);
        _assertAccount(aliceId, int256(first), cost, RICH);

        skip(bound(wait, 0, 3 hours));
        int256 index2 = house.perpState(ETH).fundingIndex;
        int256 delta = same ? int256(second) : -int256(second);
        if (same) tradeAt(aliceId, bobId, ethPerp, second, price2);
        else tradeAt(bobId, aliceId, ethPerp, second, price2);
        (int256 size, int256 left, int256 cash) = _traded(int256(first), cost, delta, price2, index2);
        _assertAccount(aliceId, size, left, RICH + cash);
    }

    /// @dev One trade or the same in two parts at the same price: the same but for rounding. The premium may differ, and with
    /// it the mark; size, cost and cash do not.
    function testFuzz_SplitIsTheWhole(
        uint256 held,
        bool long,
        uint256 size,
        uint256 part,
        uint256 price
    ) public {
        held = bound(held, 1, 1_000e18);
        size = bound(size, 2, 2_000e18);
        part = bound(part, 1, size - 1);
        price = bound(price, 3_820e18, 4_180e18);
        if (long) trade(aliceId, bobId, ethPerp, held);
        else trade(bobId, aliceId, ethPerp, held);
        uint256 state = vm.snapshotState();
        tradeAt(aliceId, bobId, ethPerp, size, price);
        (int256 whole, int256 wholeValue) = _sizeAndValue(aliceId);
        uint256 openInterest = house.perpState(ETH).openInterest;
        vm.revertToState(state);
        tradeAt(aliceId, bobId, ethPerp, part, price);
        tradeAt(aliceId, bobId, ethPerp, size - part, price);
        (int256 parts, int256 partsValue) = _sizeAndValue(aliceId);
        assertEq(parts, whole);
        assertApproxEqAbs(partsValue, wholeValue, 2);
        assertEq(house.perpState(ETH).openInterest, openInterest);
    }

    /// @dev Through zero in one trade, or to zero and on in two: the same size, cost and cash.
    function testFuzz_FlipIsCloseAndOpen(uint256 held, uint256 beyond, uint256 price, bool long) public {
        held = bound(held, 1, 1_000e18);
        beyond = bound(beyond, 1, 1_000e18);
        price = bound(price, 3_820e18, 4_180e18);
        (AccountId buyer, AccountId seller) = long ? (aliceId, bobId) : (bobId, aliceId);
        trade(buyer, seller, ethPerp, held);
        uint256 state = vm.snapshotState();
        tradeAt(seller, buyer, ethPerp, held + beyond, price);
        (int256 size, int256 cost) = house.positionOf(aliceId, ethPerp);
        int256 cash = house.cashOf(aliceId);
        vm.revertToState(state);
        tradeAt(seller, buyer, ethPerp, held, price);
        tradeAt(seller, buyer, ethPerp, beyond, price);
        (int256 size2, int256 cost2) = house.positionOf(aliceId, ethPerp);
        assertEq(size2, size);
        assertApproxEqAbs(cost2, cost, 1);
        assertEq(house.cashOf(aliceId), cash);
    }

    // ------------------------------------------------------------------------------------------------ zero sum

    /// @dev After every trade of a random sequence: sizes cancel, open interest is what the longs hold, the sum of costs is
    /// kept to the wei, and cash together with costs is what came in, less a wei or so per trade, which stays in the pool.
    function testFuzz_ZeroSum(uint256 seed) public {
        for (uint256 i = 0; i < 10; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            _randomTrade(seed);
            int256 values = _assertConserved(ethPerp) + _assertConserved(btcPerp);
            values += house.cashOf(aliceId) + house.cashOf(bobId) + house.cashOf(carolId);
            assertLe(values, 3 * RICH);
            assertGe(values, 3 * RICH - int256(2 * (i + 1)));
        }
    }

    function _randomTrade(uint256 seed) private {
        AccountId[3] memory ids = [aliceId, bobId, carolId];
        uint256 a = seed % 3;
        uint256 b = (a + 1 + ((seed >> 8) & 1)) % 3;
        InstrumentId instrument = (seed >> 16) & 1 == 0 ? ethPerp : btcPerp;
        if ((seed >> 24) & 1 == 0) skip((seed >> 32) % 12 hours);
        (int256 held, ) = house.positionOf(ids[a], instrument);
        uint256 size = ((seed >> 64) % (instrument == ethPerp ? 500e18 : 20e18)) + 1;
        // every fourth trade closes the seller or the buyer exactly
        if ((seed >> 25) & 3 == 0 && held != 0) size = uint256(held < 0 ? -held : held);
        uint256 mark = markOf(instrument);
        uint256 price = mark - mark / 25 + ((seed >> 128) % ((2 * mark) / 25));
        tradeAt(ids[a], ids[b], instrument, size, price);
    }

    function _assertConserved(InstrumentId instrument) private view returns (int256 costs) {
        AccountId[3] memory ids = [aliceId, bobId, carolId];
        int256 sizes;
        int256 longs;
        for (uint256 i = 0; i < 3; ++i) {
            (int256 size, int256 cost) = house.positionOf(ids[i], instrument);
            sizes += size;
            costs += cost;
            if (size > 0) longs += size;
        }
        IClearinghouseTypes.PerpState memory state = house.perpState(instrument.underlying());
        assertEq(sizes, 0);
        assertEq(int256(state.openInterest), longs);
        assertEq(state.costSum, costs);
    }

    // ------------------------------------------------------------------------------------------------ fees

    /// @dev The odd wei goes to the insurance account.
    function test_FeesGoToInsuranceAndVenue() public {
        house.trade(IClearinghouseTypes.Trade(aliceId, bobId, ethPerp, 2e18, 4_000e18, 3e18, 2e18 + 1));
        assertEq(house.cashOf(aliceId), RICH - 3e18);
        assertEq(house.cashOf(bobId), RICH - 2e18 - 1);
        (, , uint256 toInsurance, uint256 toVenue, ) = house.moduleInfo(address(this));
        assertEq(toInsurance, 2.5e18 + 1);
        assertEq(toVenue, 2.5e18);
        // what the position cost has no fee in it
        (, int256 cost) = house.positionOf(aliceId, ethPerp);
        assertEq(cost, -8_000e18);
    }

    function test_SweepFees() public {
        house.trade(IClearinghouseTypes.Trade(aliceId, bobId, ethPerp, 2e18, 4_000e18, 3e18, 2e18 + 1));
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.FeesSwept(address(this), 2.5e18 + 1, 2.5e18);
        vm.prank(keeper);
        house.sweepFees(address(this));
        assertEq(house.cashOf(insurance.account()), 2.5e18 + 1);
        assertEq(house.cashOf(toAccountId(address(this), 0)), 2.5e18);
        (, , uint256 toInsurance, uint256 toVenue, ) = house.moduleInfo(address(this));
        assertEq(toInsurance + toVenue, 0);
        house.sweepFees(address(this));
        assertEq(house.cashOf(insurance.account()), 2.5e18 + 1);
    }

    function testFuzz_FeesAreConserved(uint16 share, uint256 buyerFee, uint256 sellerFee) public {
        share = uint16(bound(uint256(share), 0, 10_000));
        buyerFee = bound(buyerFee, 0, 80e18);
        sellerFee = bound(sellerFee, 0, 80e18);
        AccountId treasury = toAccountId(keeper, 9);
        house.setModule(address(this), 1, share, treasury);
        house.trade(IClearinghouseTypes.Trade(aliceId, bobId, ethPerp, 2e18, 4_000e18, buyerFee, sellerFee));
        house.sweepFees(address(this));
        uint256 total = buyerFee + sellerFee;
        int256 toInsurance = house.cashOf(insurance.account());
        assertEq(toInsurance + house.cashOf(treasury), int256(total));
        assertEq(toInsurance, int256((total * share + 9_999) / 10_000));
        assertEq(house.cashOf(aliceId) + house.cashOf(bobId), 2 * RICH - int256(total));
    }

    /// @dev After the fee the initial margin of 780 must be there, to the wei.
    function test_FeeCountsForMargin() public {
        fund(daveId, USDC_ID, 785e6);
        house.trade(IClearinghouseTypes.Trade(daveId, aliceId, ethPerp, 1e18, 4_000e18, 5e18, 0));
        trade(aliceId, daveId, ethPerp, 1e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.BelowInitialMargin.selector,
                daveId,
                int256(780e18 - 1),
                uint256(780e18)
            )
        );
        house.trade(IClearinghouseTypes.Trade(daveId, aliceId, ethPerp, 1e18, 4_000e18, 1, 0));
    }

    function test_FeeCap() public {
        house.trade(IClearinghouseTypes.Trade(aliceId, bobId, ethPerp, 1e18, 4_000e18, 40e18, 40e18));
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.FeeTooHigh.selector,
                uint256(40e18 + 1),
                uint256(40e18)
            )
        );
        house.trade(IClearinghouseTypes.Trade(aliceId, bobId, ethPerp, 1e18, 4_000e18, 40e18 + 1, 0));
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.FeeTooHigh.selector,
                uint256(40e18 + 1),
                uint256(40e18)
            )
        );
        house.trade(IClearinghouseTypes.Trade(aliceId, bobId, ethPerp, 1e18, 4_000e18, 0, 40e18 + 1));
    }

    // ------------------------------------------------------------------------------------------------ validation

    function test_RevertWhen_NotAVenue() public {
        IClearinghouseTypes.Trade memory params = IClearinghouseTypes.Trade(
            aliceId,
            bobId,
            ethPerp,
            1e18,
            4_000e18,
            0,
            0
        );
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.NotModule.selector, alice, uint8(1)));
        vm.prank(alice);
        house.trade(params);
        // the liquidator is a module, but not a venue
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.NotModule.selector, address(liquidator), uint8(1))
        );
        vm.prank(address(liquidator));
        house.trade(params);
        house.setModule(address(this), 0, 0, aliceId);
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.NotModule.selector, address(this), uint8(1))
        );
        house.trade(params);
    }

    function test_RevertWhen_SelfTrade() public {
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.SameAccount.selector, aliceId));
        tradeAt(aliceId, aliceId, ethPerp, 1e18, 4_000e18);
    }

    /// @dev Two accounts of one owner are two accounts.
    function test_TradesBetweenSubAccounts() public {
        AccountId second = toAccountId(alice, 1);
        fund(second, USDC_ID, 10_000e6);
        trade(aliceId, second, ethPerp, 1e18);
        _assertAccount(second, -1e18, 4_000e18, 10_000e18);
    }

    function test_RevertWhen_SizeOrPriceIsZero() public {
        vm.expectRevert(IClearinghouseTypes.AmountZero.selector);
        tradeAt(aliceId, bobId, ethPerp, 0, 4_000e18);
        vm.expectRevert(IClearinghouseTypes.AmountZero.selector);
        tradeAt(aliceId, bobId, ethPerp, 1e18, 0);
    }

    function test_RevertWhen_SizeOrPriceIsTooLarge() public {
        uint256 max = uint256(MAX_SIZE);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.AmountTooLarge.selector, max + 1, max));
        tradeAt(aliceId, bobId, ethPerp, max + 1, 4_000e18);
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.AmountTooLarge.selector, type(uint256).max, max)
        );
        tradeAt(aliceId, bobId, ethPerp, type(uint256).max, 4_000e18);
        uint256 maxPrice = type(uint128).max;
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.AmountTooLarge.selector, maxPrice + 1, maxPrice)
        );
        tradeAt(aliceId, bobId, ethPerp, 1e18, maxPrice + 1);
    }

    /// @dev Each trade fits, their sum does not: nothing wraps around.
    function test_RevertWhen_SizesAddUpToTooMuch() public {
        fund(aliceId, USDC_ID, 4e17);
        fund(bobId, USDC_ID, 4e17);
        house.setPerp(ETH, IClearinghouseTypes.PerpConfig(true, type(uint96).max, 10_000_000, 500, 0, 0));
        setPrice(ETH, 1e18);
        tradeAt(aliceId, bobId, ethPerp, uint256(MAX_SIZE), 1e18);
        vm.expectRevert(abi.encodeWithSelector(SizeOutOfBounds.selector, MAX_SIZE + 1, MAX_SIZE));
        tradeAt(aliceId, bobId, ethPerp, 1, 1e18);
        tradeAt(bobId, aliceId, ethPerp, uint256(MAX_SIZE), 1e18);
        _assertAccount(aliceId, 0, 0, RICH + 4e29);
    }

    function test_RevertWhen_UnknownInstrument() public {
        _expectUnknown(perpId(3));
        // no kind, and kinds beyond the last
        _expectUnknown(InstrumentId.wrap(0));
        _expectUnknown(InstrumentId.wrap(uint96(ETH) << 80));
        for (uint96 kind = 5; kind < 16; ++kind) {
            _expectUnknown(InstrumentId.wrap((kind << 92) | (uint96(ETH) << 80)));
        }
    }

    /// @dev An id that decodes to the ETH perp but has other bits set would be a second name for one position.
    function testFuzz_RevertWhen_NonCanonicalPerp(uint96 bits) public {
        bits = uint96(bound(uint256(bits), 1, (1 << 80) - 1));
        _expectUnknown(InstrumentId.wrap(InstrumentId.unwrap(ethPerp) | bits));
    }

    function _expectUnknown(InstrumentId instrument) private {
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.UnknownInstrument.selector, instrument));
        tradeAt(aliceId, bobId, instrument, 1e18, 4_000e18);
    }

    function test_RevertWhen_FuturesAndOptionsAreNotListed() public {
        uint256 expiry = (block.timestamp / 1 hours + 100) * 1 hours;
        _expectUnknown(futureId(ETH, expiry));
        _expectUnknown(optionId(ETH, expiry, 4_000e18, true));
        _expectUnknown(optionId(ETH, expiry, 4_000e18, false));
    }

    /// @dev 5% of 4,000 to either side, to the wei.
    function test_PriceBand() public {
        uint256 state = vm.snapshotState();
        tradeAt(aliceId, bobId, ethPerp, 1e18, 4_200e18);
        vm.revertToState(state);
        tradeAt(aliceId, bobId, ethPerp, 1e18, 3_800e18);
        vm.revertToState(state);
        vm.expectRevert(_outOfBand(4_200e18 + 1, 4_000e18));
        tradeAt(aliceId, bobId, ethPerp, 1e18, 4_200e18 + 1);
        vm.expectRevert(_outOfBand(3_800e18 - 1, 4_000e18));
        tradeAt(aliceId, bobId, ethPerp, 1e18, 3_800e18 - 1);
    }

    /// @dev The band lies around the mark, which the premium moves, not around the index.
    function test_PriceBandFollowsTheMark() public {
        tradeAt(aliceId, bobId, ethPerp, 2_500e18, 4_020e18);
        uint256 mark = 4_010_024937655860349120;
        assertEq(markOf(ethPerp), mark);
        uint256 top = mark + mark / 20;
        vm.expectRevert(_outOfBand(top + 1, mark));
        tradeAt(aliceId, bobId, ethPerp, 1e18, top + 1);
        tradeAt(aliceId, bobId, ethPerp, 1e18, top);
    }

    function _outOfBand(uint256 price, uint256 mark) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IClearinghouseTypes.PriceOutOfBand.selector, price, mark, uint256(500));
    }

    function test_OpenInterestCap() public {
        house.setPerp(ETH, IClearinghouseTypes.PerpConfig(true, 10e18, 10_000_000, 500, 0, 0));
        trade(aliceId, bobId, ethPerp, 10e18);
        _refuses(
            aliceId,
            bobId,
            ethPerp,
            1,
            abi.encodeWithSelector(
                IClearinghouseTypes.OpenInterestCapExceeded.selector,
                ethPerp,
                uint256(10e18),
                uint256(10e18 + 1)
            )
        );
    }

    /// @dev Above a cap that was lowered, positions may pass on and shrink; only growth is refused.
    function test_AboveTheCapEverythingButGrowthGoesOn() public {
        trade(aliceId, bobId, ethPerp, 10e18);
        house.tightenPerp(ETH, true, 5e18);
        trade(carolId, aliceId, ethPerp, 4e18);
        trade(bobId, aliceId, ethPerp, 1e18);
        assertEq(house.perpState(ETH).openInterest, 9e18);
        _refuses(
            carolId,
            bobId,
            ethPerp,
            1e18,
            abi.encodeWithSelector(
                IClearinghouseTypes.OpenInterestCapExceeded.selector,
                ethPerp,
                uint256(5e18),
                uint256(10e18)
            )
        );
    }

    // ------------------------------------------------------------------------------------------------ margin

    /// @dev 780 USD carry one ETH long or short, a cent less does not.
    function test_InitialMarginToTheCent() public {
        fund(daveId, USDC_ID, 779_999999);
        bytes memory refusal = abi.encodeWithSelector(
            IClearinghouseTypes.BelowInitialMargin.selector,
            daveId,
            int256(779.999999e18),
            uint256(780e18)
        );
        _refuses(daveId, aliceId, ethPerp, 1e18, refusal);
        _refuses(aliceId, daveId, ethPerp, 1e18, refusal);
        fund(daveId, USDC_ID, 1);
        uint256 state = vm.snapshotState();
        trade(daveId, aliceId, ethPerp, 1e18);
        vm.revertToState(state);
        trade(aliceId, daveId, ethPerp, 1e18);
    }

    /// @dev 5 ETH bought at 4,000 with 4,000 USD, then 3,800: equity 3,000 between MM 2,831 and IM 3,705.
    function _putAtRisk() private {
        fund(daveId, USDC_ID, 4_000e6);
        trade(daveId, aliceId, ethPerp, 5e18);
        setPrice(ETH, 3_800e18);
        IRiskTypes.Margin memory m = margin(daveId);
        assertEq(m.equity, 3_000e18);
        assertEq(m.maintenanceMargin, 2_831e18);
        assertEq(m.initialMargin, 3_705e18);
    }

    function test_AtRiskMayReduce() public {
        _putAtRisk();
        trade(aliceId, daveId, ethPerp, 0.5e18);
        trade(aliceId, daveId, ethPerp, 4.5e18);
        assertEq(house.cashOf(daveId), 3_000e18);
    }

    function test_RevertWhen_AtRiskAdds() public {
        _putAtRisk();
        _refuses(daveId, aliceId, ethPerp, 0.001e18, IClearinghouseTypes.BelowInitialMargin.selector);
        // through zero to as much on the other side is as much risk as before
        _refuses(aliceId, daveId, ethPerp, 10e18, IClearinghouseTypes.BelowInitialMargin.selector);
        // another instrument does not help either
        _refuses(daveId, aliceId, btcPerp, 0.001e18, IClearinghouseTypes.BelowInitialMargin.selector);
    }

    /// @dev An account below maintenance margin may still reduce.
    function test_LiquidatableMayReduce() public {
        _putAtRisk();
        setPrice(ETH, 3_500e18);
        IRiskTypes.Margin memory m = margin(daveId);
        assertLt(m.equity, int256(m.maintenanceMargin));
        trade(aliceId, daveId, ethPerp, 1e18);
    }

    /// @dev 500 short on 5 ETH: closing one of them must bring in 100 more than the mark, whoever pays that.
    function test_InsolventMayOnlyCloseAtItsBankruptcyPrice() public {
        _putAtRisk();
        setPrice(ETH, 3_100e18);
        assertEq(margin(daveId).equity, -500e18);
        _refuses(aliceId, daveId, ethPerp, 1e18, IClearinghouseTypes.BelowInitialMargin.selector);
        // the trade itself moves the mark by half a cent, for the account before and after alike
        vm.expectPartialRevert(IClearinghouseTypes.BelowInitialMargin.selector);
        tradeAt(aliceId, daveId, ethPerp, 1e18, 3_199.8e18);
        tradeAt(aliceId, daveId, ethPerp, 1e18, 3_200.2e18);
        assertApproxEqAbs(margin(daveId).equity, -400e18, 0.4e18);
    }

    /// @dev 10 ETH of collateral against 30,000 of debt, at risk at 3,800: selling perps hedges the collateral. The
    /// position grows and the account's risk falls, which is what counts.
    function test_HedgeOfCollateralIsAllowedAtRisk() public {
        fund(daveId, WETH_ID, 10e18);
        vm.prank(dave);
        house.withdraw(daveId, USDC_ID, 30_000e6, dave);
        setPrice(ETH, 3_800e18);
        IRiskTypes.Margin memory m = margin(daveId);
        assertEq(m.equity, 8_000e18);
        assertEq(m.initialMargin, 8_740e18);
        assertEq(m.maintenanceMargin, 6_232e18);
        trade(aliceId, daveId, ethPerp, 0.5e18);
        m = margin(daveId);
        assertEq(m.equity, 8_000e18);
        // 18% of 9.5 ETH + 5% of the collateral + 1.5% of the perp: still above the equity, but less than before
        assertEq(m.initialMargin, 8_426.5e18);
        // the same in the other direction adds risk
        _refuses(daveId, aliceId, ethPerp, 0.5e18, IClearinghouseTypes.BelowInitialMargin.selector);
    }

    /// @dev Equity cannot be handed over by selling below the mark faster than risk falls: below maintenance margin a
    /// sale at the band's edge would lower the health E / MM.
    function test_RevertWhen_EquityLeavesThroughAnOffMarketPrice() public {
        _putAtRisk();
        setPrice(ETH, 3_260e18);
        assertEq(margin(daveId).equity, 300e18);
        uint256 low = 3_097e18;
        vm.expectPartialRevert(IClearinghouseTypes.BelowInitialMargin.selector);
        tradeAt(aliceId, daveId, ethPerp, 1e18, low);
        vm.expectPartialRevert(IClearinghouseTypes.BelowInitialMargin.selector);
        tradeAt(aliceId, daveId, ethPerp, 5e18, low);
        trade(aliceId, daveId, ethPerp, 1e18);
    }

    /// @dev The same for an account between maintenance and initial margin, under a profile with a narrow scan range:
    /// 10 ETH at 4,000 need IM 4.5% and MM 2.9% of notional; equity 4%.
    function test_RevertWhen_EquityLeavesThroughAnOffMarketPriceAtRisk() public {
        RiskProfile memory narrow = Presets.portfolio();
        narrow.underlyings[1].scanRange = 0.03e18;
        engine.setProfile(2, narrow);
        vm.prank(dave);
        house.setProfile(daveId, 2);
        fund(daveId, USDC_ID, 2_000e6);
        trade(daveId, aliceId, ethPerp, 10e18);
        setPrice(ETH, 3_960e18);
        IRiskTypes.Margin memory m = margin(daveId);
        assertEq(m.equity, 1_600e18);
        assertGe(m.equity, int256(m.maintenanceMargin));
        assertLt(m.equity, int256(m.initialMargin));
        vm.expectPartialRevert(IClearinghouseTypes.BelowInitialMargin.selector);
        tradeAt(aliceId, daveId, ethPerp, 1e18, 3_762e18);
        // what a tenth of the margin is worth may go, the health stays as it was
        tradeAt(aliceId, daveId, ethPerp, 1e18, 3_950e18);
    }

    /// @dev Whatever an account that is below its initial margin does, its health does not fall and its margin does.
    function testFuzz_BelowInitialMarginHealthNeverFalls(
        uint256 index,
        uint256 size,
        uint256 price,
        bool buys
    ) public {
        fund(daveId, USDC_ID, 4_000e6);
        trade(daveId, aliceId, ethPerp, 5e18);
        index = (bound(index, 3_210e18, 3_960e18) / 1e10) * 1e10;
        setPrice(ETH, index);
        size = bound(size, 1, 6e18);
        uint256 mark = markOf(ethPerp);
        price = bound(price, mark - mark / 20, mark + mark / 20);
        IRiskTypes.Margin memory before = margin(daveId);
        bytes memory call = abi.encodeCall(
            house.trade,
            IClearinghouseTypes.Trade(
                buys ? daveId : aliceId,
                buys ? aliceId : daveId,
                ethPerp,
                size,
                price,
                0,
                0
            )
        );
        (bool ok, ) = address(house).call(call);
        IRiskTypes.Margin memory m = margin(daveId);
        if (!ok || before.equity >= int256(before.initialMargin)) return;
        if (m.equity >= int256(m.initialMargin)) return;
        assertLt(m.initialMargin, before.initialMargin);
        assertGe(
            m.equity * int256(before.maintenanceMargin),
            before.equity * int256(m.maintenanceMargin),
            "health fell"
        );
    }

    // ------------------------------------------------------------------------------------------------ flags

    function _putLiquidatableAndFlag() private {
        _putAtRisk();
        setPrice(ETH, 3_700e18);
        liquidator.flag(daveId);
        (, , uint40 flaggedAt, ) = house.accountInfo(daveId);
        assertEq(uint256(flaggedAt), block.timestamp);
    }

    function test_TradeThatRestoresHealthClearsTheFlag() public {
        _putLiquidatableAndFlag();
        trade(aliceId, daveId, ethPerp, 0.01e18);
        (, , uint40 flaggedAt, ) = house.accountInfo(daveId);
        assertEq(uint256(flaggedAt), block.timestamp, "still below maintenance margin");
        trade(aliceId, daveId, ethPerp, 4e18);
        (, , flaggedAt, ) = house.accountInfo(daveId);
        assertEq(uint256(flaggedAt), 0);
    }

    /// @dev Replaying events alone must rebuild every account, its flag included.
    function test_TradeThatClearsTheFlagSaysSo() public {
        _putLiquidatableAndFlag();
        vm.recordLogs();
        trade(aliceId, daveId, ethPerp, 4e18);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        bool said;
        for (uint256 i = 0; i < logs.length; ++i) {
            said =
                said ||
                (logs[i].topics[0] == IClearinghouseTypes.FlagUpdated.selector &&
                    logs[i].topics[1] == bytes32(AccountId.unwrap(daveId)) &&
                    abi.decode(logs[i].data, (uint40)) == 0);
        }
        assertTrue(said, "flag cleared without FlagUpdated");
    }

    // ------------------------------------------------------------------------------------------------ restricted

    function test_ClosedMarketOnlyReduces() public {
        _openFive();
        house.setPerp(ETH, IClearinghouseTypes.PerpConfig(false, 1_000_000e18, 10_000_000, 500, 0, 0));
        _assertOnlyReduces(IPriceRouter.Status.Ok, true);
    }

    function test_TightenedMarketOnlyReduces() public {
        _openFive();
        house.tightenPerp(ETH, false, 0);
        // the cap of zero answers before, where open interest would grow
        _refuses(aliceId, bobId, ethPerp, 1, IClearinghouseTypes.OpenInterestCapExceeded.selector);
        _assertReduces(true, IPriceRouter.Status.Ok);
    }

    function test_PausedOnlyReduces() public {
        _openFive();
        house.pause();
        _assertOnlyReduces(IPriceRouter.Status.Ok, true);
        house.unpause();
        trade(aliceId, bobId, ethPerp, 1e18);
    }

    function test_GuardedOnlyReduces() public {
        MockAggregator second = _pairEth();
        _openFive();
        second.setAnswer(4_100e8);
        _assertOnlyReduces(IPriceRouter.Status.Guarded, false);
        second.setAnswer(4_000e8);
        trade(aliceId, bobId, ethPerp, 1e18);
    }

    /// @dev One of two sources gone is guarded too.
    function test_OneSourceOnlyReduces() public {
        MockAggregator second = _pairEth();
        _openFive();
        second.setMode(MockAggregator.Mode.Revert);
        _assertOnlyReduces(IPriceRouter.Status.Guarded, false);
    }

    function test_StaleOnlyReduces() public {
        _openFive();
        vm.warp(block.timestamp + 1 days + 1);
        _assertOnlyReduces(IPriceRouter.Status.Stale, false);
    }

    /// @dev Who holds anything at a guarded price adds no risk elsewhere; others may.
    function test_GuardedHoldingStopsOtherMarkets() public {
        MockAggregator second = _pairEth();
        trade(aliceId, bobId, ethPerp, 5e18);
        fund(daveId, USDC_ID, 1_000_000e6);
        second.setAnswer(4_100e8);
        _refuses(aliceId, carolId, btcPerp, 1e18, _reduceOnly(aliceId, IPriceRouter.Status.Guarded, false));
        trade(daveId, carolId, btcPerp, 1e18);
    }

    /// @dev While guarded, a loss at the adverse end counts: long at the low, short at the high.
    function test_GuardedIsJudgedAtTheAdverseEnd() public {
        MockAggregator second = _pairEth();
        _openFive();
        second.setAnswer(4_100e8);
        assertEq(margin(aliceId).equity, RICH);
        assertEq(margin(bobId).equity, RICH - 500e18);
        second.setAnswer(3_900e8);
        assertEq(margin(aliceId).equity, RICH - 500e18);
        assertEq(margin(bobId).equity, RICH);
    }

    function _openFive() private {
        trade(aliceId, bobId, ethPerp, 5e18);
    }

    function _pairEth() private returns (MockAggregator second) {
        second = new MockAggregator("ETH / USD 2", 8, 4_000e8);
        router.setSources(
            ETH,
            chainlink(address(ethFeed), 1e18, 1_000_000e18),
            chainlink(address(second), 1e18, 1_000_000e18),
            100
        );
    }

    /// @dev alice is long 5 and bob short 5. Nothing may grow on either side of a trade, nor pass through zero.
    function _assertOnlyReduces(IPriceRouter.Status status, bool restricted) private {
        _refuses(aliceId, bobId, ethPerp, 1, _reduceOnly(aliceId, status, restricted));
        _assertReduces(restricted, status);
    }

    function _assertReduces(bool restricted, IPriceRouter.Status status) private {
        // passing on is a reduction for one and new risk for the other
        _refuses(carolId, aliceId, ethPerp, 1e18, _reduceOnly(carolId, status, restricted));
        _refuses(bobId, carolId, ethPerp, 1e18, _reduceOnly(carolId, status, restricted));
        _refuses(bobId, aliceId, ethPerp, 6e18, _reduceOnly(bobId, status, restricted));
        uint256 state = vm.snapshotState();
        trade(bobId, aliceId, ethPerp, 2e18);
        (int256 size, ) = house.positionOf(aliceId, ethPerp);
        assertEq(size, 3e18);
        vm.revertToState(state);
        trade(bobId, aliceId, ethPerp, 5e18);
        (size, ) = house.positionOf(bobId, ethPerp);
        assertEq(size, 0);
    }

    function _reduceOnly(
        AccountId account,
        IPriceRouter.Status status,
        bool restricted
    ) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IClearinghouseTypes.ReduceOnly.selector, account, status, restricted);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    /// @dev A trade at the mark fails with exactly this error.
    function _refuses(
        AccountId buyer,
        AccountId seller,
        InstrumentId instrument,
        uint256 size,
        bytes memory reason
    ) private {
        uint256 mark = markOf(instrument);
        vm.expectRevert(reason);
        tradeAt(buyer, seller, instrument, size, mark);
    }

    /// @dev A trade at the mark fails with this error and any values.
    function _refuses(
        AccountId buyer,
        AccountId seller,
        InstrumentId instrument,
        uint256 size,
        bytes4 selector
    ) private {
        uint256 mark = markOf(instrument);
        vm.expectPartialRevert(selector);
        tradeAt(buyer, seller, instrument, size, mark);
    }

    function _assertAccount(AccountId account, int256 size, int256 cost, int256 cash) private view {
        (int256 actualSize, int256 actualCost) = house.positionOf(account, ethPerp);
        assertEq(actualSize, size, "size");
        assertEq(actualCost, cost, "cost");
        assertEq(house.cashOf(account), cash, "cash");
    }

    /// @dev Size, and what the account's cash and cost are together.
    function _sizeAndValue(AccountId account) private view returns (int256 size, int256 value) {
        int256 cost;
        (size, cost) = house.positionOf(account, ethPerp);
        value = cost + house.cashOf(account);
    }

    function _floor(int256 a, int256 b) private pure returns (int256 q) {
        q = a / b;
        if (a % b != 0 && (a < 0) != (b < 0)) --q;
    }

    /// @dev SPEC-F6.
    function _costOf(int256 delta, uint256 price, int256 fundingIndex) private pure returns (int256) {
        int256 notional = int256((uint256(delta < 0 ? -delta : delta) * price) / 1e18);
        return (delta < 0 ? notional : -notional) + _floor(delta * fundingIndex, 1e18);
    }

    /// @dev SPEC-F7.
    function _traded(
        int256 size,
        int256 cost,
        int256 delta,
        uint256 price,
        int256 fundingIndex
    ) private pure returns (int256 newSize, int256 newCost, int256 cash) {
        int256 own = _costOf(delta, price, fundingIndex);
        newSize = size + delta;
        if ((size > 0) == (delta > 0)) return (newSize, cost + own, 0);
        int256 d = delta < 0 ? -delta : delta;
        int256 s = size < 0 ? -size : size;
        cash = d <= s ? _floor(cost * d, s) + own : cost + _costOf(-size, price, fundingIndex);
        newCost = cost + own - cash;
    }
}
