// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, futureId, optionId} from "../../../contracts/types/InstrumentId.sol";
import {PositionWord, toOptionWord} from "../../../contracts/types/PositionWord.sol";
import {Vm} from "../helpers/Vm.sol";
import {LiquidationBase} from "./LiquidationBase.sol";

/// @dev Baskets of many options, in whatever order, to takers of every kind: what each side holds afterwards, what its cash
/// changed by and what the markets add up to.
contract BasketsTest is LiquidationBase {
    uint256 internal constant LEGS = 8;

    uint256 private _expiry;
    uint256 private _seed;
    InstrumentId[] internal _options;

    function setUp() public virtual override {
        super.setUp();
        _expiry = (block.timestamp / 1 hours + 30 * 24) * 1 hours;
        house.setDated(ETH, IClearinghouseTypes.DatedConfig(true, 10_000e18, 500));
        postFlat(ETH, _expiry, 0.8e18, 0.05e18);
        for (uint256 i = 0; i < LEGS; ++i) {
            _options.push(optionId(ETH, _expiry, (3_600 + 200 * (i / 2)) * 1e18, i % 2 == 0));
        }
    }

    // ------------------------------------------------------------------------------------------------ all at once

    function test_TakerOpensAll() public {
        _write(LEGS);
        _take(_fractions(8), false);
    }

    function test_TakerHoldsThem() public {
        _write(LEGS);
        _take(_fractions(8), false);
        setPrice(ETH, 5_800e18);
        _take(_fractions(8), false);
    }

    /// @dev A flag that is old enough lets a taker close an account of low health whole.
    function test_Whole() public {
        _write(LEGS);
        flag();
        skip(15 minutes);
        setPrice(ETH, 6_050e18);
        _take(_fractions(1), true);
        assertEq(house.positionsOf(aliceId).length, 0);
        assertEq(house.positionsOf(keeperId).length, LEGS);
    }

    function test_WholeBackwards() public {
        _write(LEGS);
        flag();
        skip(15 minutes);
        setPrice(ETH, 6_050e18);
        ILiquidator.Selection memory selection = _fractions(1);
        for (uint256 i = 0; i < LEGS / 2; ++i) {
            uint256 j = LEGS - 1 - i;
            (selection.instruments[i], selection.instruments[j]) = (
                selection.instruments[j],
                selection.instruments[i]
            );
            (selection.sizes[i], selection.sizes[j]) = (selection.sizes[j], selection.sizes[i]);
        }
        _take(selection, true);
        assertEq(house.positionsOf(aliceId).length, 0);
    }

    /// @dev Longs meet shorts: open interest falls.
    function test_TakerHoldsTheOpposite() public {
        _write(LEGS);
        for (uint256 i = 0; i < LEGS; i += 3) {
            tradeBack(_options[i], 0.25e18 * (1 + i));
        }
        _take(_fractions(8), false);
    }

    /// @dev Nothing in its place: another order, an instrument twice, a future in between.
    function testFuzz_AnyOrder(uint256 seed) public {
        _seed = seed;
        _write(LEGS);
        if (_next(2) == 0) trade(aliceId, bobId, futureId(ETH, _expiry), 0.1e18);
        for (uint256 i = 0; i < LEGS; ++i) {
            uint256 kind = _next(4);
            if (kind == 0) tradeBack(_options[i], 1 + _next(2e18));
            else if (kind == 1) tradeBack(_options[i], 0.25e18);
        }
        PositionWord[] memory held = house.positionsOf(aliceId);
        uint256 n = 1 + _next(held.length + 2);
        ILiquidator.Selection memory selection;
        selection.instruments = new InstrumentId[](n);
        selection.sizes = new uint256[](n);
        for (uint256 i = 0; i < n; ++i) {
            PositionWord word = held[_next(3) == 0 ? _next(held.length) : i % held.length];
            selection.instruments[i] = word.instrument();
            // never more than there is, however often one comes
            uint256 size = uint256(word.size() < 0 ? -word.size() : word.size());
            selection.sizes[i] = (size * (1 + _next(3))) / (3 * (n + 1));
        }
        _take(selection, true);
    }

    // ------------------------------------------------------------------------------------------------ refused

    function test_RevertWhen_MoreThanHeld() public {
        _write(LEGS);
        ILiquidator.Selection memory selection = _fractions(8);
        selection.sizes[5] = 1e18 + 1;
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.ReducesPastZero.selector,
                aliceId,
                _options[5],
                int256(-1e18),
                1e18 + 1
            )
        );
        send(order(selection));
    }

    function test_RevertWhen_Zero() public {
        _write(LEGS);
        ILiquidator.Selection memory selection = _fractions(8);
        selection.sizes[LEGS - 1] = 0;
        vm.expectRevert(IClearinghouseTypes.AmountZero.selector);
        send(order(selection));
    }

    function test_RevertWhen_NotHeld() public {
        _write(LEGS - 1);
        ILiquidator.Selection memory selection = leg(_options[LEGS - 1], 1e18);
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.PositionNotFound.selector, aliceId, _options[LEGS - 1])
        );
        send(order(selection));
    }

    function test_RevertWhen_TakerHasNoRoom() public {
        fund(carolId, USDC_ID, 1_000_000e6);
        for (uint256 i = 0; i < 64; ++i) {
            trade(keeperId, carolId, optionId(ETH, _expiry, (2_000 + i) * 1e18, true), 1e15);
        }
        _write(LEGS);
        ILiquidator.Call memory params = order(_fractions(8));
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.TooManyPositions.selector, keeperId, uint256(64))
        );
        send(params);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    /// @dev What happens between a liquidation and the look at what everybody holds.
    function _afterwards() internal virtual {}

    /// @dev Alice writes one of each, and then ETH rises.
    function _write(uint256 count) private {
        fund(aliceId, USDC_ID, 7_500e6);
        for (uint256 i = 0; i < count; ++i) {
            trade(bobId, aliceId, _options[i], 1e18);
        }
        setPrice(ETH, 5_600e18);
    }

    /// @dev The keeper buys.
    function tradeBack(InstrumentId instrument, uint256 size) internal {
        trade(keeperId, bobId, instrument, size);
    }

    function _fractions(uint256 parts) private view returns (ILiquidator.Selection memory selection) {
        selection.instruments = new InstrumentId[](LEGS);
        selection.sizes = new uint256[](LEGS);
        for (uint256 i = 0; i < LEGS; ++i) {
            (int256 size, ) = house.positionOf(aliceId, _options[i]);
            (selection.instruments[i], selection.sizes[i]) = (_options[i], uint256(-size) / parts);
        }
    }

    /// @dev Liquidates and holds each position, both cash balances and the markets' sums against what must come of it.
    /// @param mayRevert Whether the selection may be one that no liquidation may take.
    function _take(ILiquidator.Selection memory selection, bool mayRevert) private {
        PositionWord[] memory held = house.positionsOf(aliceId);
        int256[] memory both = new int256[](held.length);
        int256 worth = margin(aliceId).equity + margin(keeperId).equity;
        for (uint256 i = 0; i < held.length; ++i) {
            both[i] = _sizeOf(aliceId, held[i]) + _sizeOf(keeperId, held[i]);
        }
        try liquidator.quote(aliceId, selection) returns (ILiquidator.Quote memory terms) {
            vm.recordLogs();
            ILiquidator.Quote memory done = send(order(selection));
            assertEq(abi.encode(done), abi.encode(terms), "quote");
            _checkEvents();
            int256 now_ = margin(aliceId).equity + margin(keeperId).equity - int256(terms.incentive);
            assertApproxEqAbs(now_, worth, 100, "nothing but what changed hands");
        } catch (bytes memory reason) {
            if (!mayRevert) _bubble(reason);
            bytes4 selector = bytes4(reason);
            assertTrue(
                selector == ILiquidator.Overshoot.selector || selector == ILiquidator.NoRelief.selector,
                "for a reason"
            );
            return;
        }
        _afterwards();
        for (uint256 i = 0; i < held.length; ++i) {
            assertEq(_sizeOf(aliceId, held[i]) + _sizeOf(keeperId, held[i]), both[i], "zero sum");
            assertEq(_sizeOf(aliceId, held[i]), held[i].size() + _taken(selection, held[i]), "taken");
            _checkMarket(held[i].instrument());
        }
    }

    /// @dev What the selection takes, signed toward zero.
    function _taken(
        ILiquidator.Selection memory selection,
        PositionWord word
    ) private pure returns (int256 taken) {
        for (uint256 i = 0; i < selection.sizes.length; ++i) {
            if (selection.instruments[i] == word.instrument()) taken += int256(selection.sizes[i]);
        }
        return word.size() < 0 ? taken : -taken;
    }

    /// @dev Open interest is what longs hold, and the sum of costs that of all.
    function _checkMarket(InstrumentId instrument) private view {
        AccountId[3] memory all = [aliceId, bobId, keeperId];
        (uint256 units, int256 costs) = house.openInterestOf(instrument);
        int256 longs;
        for (uint256 i = 0; i < 3; ++i) {
            (int256 size, int256 cost) = house.positionOf(all[i], instrument);
            if (size > 0) longs += size;
            if (!instrument.isOption()) costs -= cost;
        }
        assertEq(int256(units), longs, "open interest");
        assertEq(costs, int256(0), "costs");
    }

    /// @dev The last word that the events tell of a position is the position.
    function _checkEvents() private {
        bytes32 topic = IClearinghouseTypes.PositionsUpdated.selector;
        uint256 found;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != topic) continue;
            ++found;
            AccountId account = AccountId.wrap(uint256(logs[i].topics[1]));
            PositionWord[] memory words = abi.decode(logs[i].data, (PositionWord[]));
            for (uint256 j = 0; j < words.length; ++j) {
                if (!_isLast(words, j)) continue;
                (int256 size, int256 cost) = house.positionOf(account, words[j].instrument());
                assertEq(words[j].size(), size, "told size");
                if (!words[j].instrument().isOption()) assertEq(words[j].cost(), cost, "told cost");
                else assertEq(PositionWord.unwrap(words[j]), _wordOf(words[j], size), "told word");
            }
        }
        assertEq(found, uint256(2), "one for each side");
    }

    function _bubble(bytes memory reason) private pure {
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }

    function _wordOf(PositionWord word, int256 size) private pure returns (uint256) {
        return PositionWord.unwrap(toOptionWord(word.instrument(), size, word.epoch()));
    }

    function _isLast(PositionWord[] memory words, uint256 j) private pure returns (bool) {
        for (uint256 k = j + 1; k < words.length; ++k) {
            if (words[k].instrument() == words[j].instrument()) return false;
        }
        return true;
    }

    function _sizeOf(AccountId account, PositionWord word) private view returns (int256 size) {
        (size, ) = house.positionOf(account, word.instrument());
    }

    function _next(uint256 below) private returns (uint256) {
        _seed = uint256(keccak256(abi.encode(_seed)));
        return _seed % below;
    }
}

/// @dev The same after both sides of every option were deleveraged: a position with a wrong epoch would lose units that it
/// never lost.
contract BasketsAfterDeleveragingTest is BasketsTest {
    function setUp() public override {
        super.setUp();
        (, AccountId writer) = person("writer");
        fund(writer, USDC_ID, 10_000e6);
        for (uint256 i = 0; i < LEGS; ++i) {
            trade(bobId, writer, _options[i], 0.5e18);
        }
        setPrice(ETH, 12_000e18);
        liquidator.deleverage(writer);
        setPrice(ETH, 4_000e18);
        (, AccountId holder) = person("holder");
        fund(holder, USDC_ID, 15_000e6);
        trade(holder, bobId, ethPerp, 10e18);
        for (uint256 i = 0; i < LEGS; ++i) {
            trade(holder, bobId, _options[i], 0.5e18);
        }
        setPrice(ETH, 1_500e18);
        liquidator.deleverage(holder);
        setPrice(ETH, 4_000e18);
    }

    /// @dev Somebody else's perp is deleveraged: only now are the epochs of what changed hands compared with the markets'.
    function _afterwards() internal override {
        (, AccountId other) = person("other");
        fund(other, USDC_ID, 20_000e6);
        trade(other, bobId, btcPerp, 1e18);
        setPrice(BTC, BTC_PRICE / 2);
        liquidator.deleverage(other);
        setPrice(BTC, BTC_PRICE);
    }

    /// @dev Who was long of an option before takes its shorts over, and is short afterwards.
    function test_ToTheOtherSide() public {
        for (uint256 i = 0; i < LEGS; ++i) {
            tradeBack(_options[i], 1e16);
        }
        test_TakerOpensAll();
        for (uint256 i = 0; i < LEGS; ++i) {
            (int256 size, ) = house.positionOf(keeperId, _options[i]);
            assertEq(size, 1e16 - 0.125e18);
        }
    }
}
