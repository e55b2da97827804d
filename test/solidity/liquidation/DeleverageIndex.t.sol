// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {DeleverageIndex} from "../../../contracts/DeleverageIndex.sol";
import {InstrumentId, futureId, optionId, perpId} from "../../../contracts/types/InstrumentId.sol";
import {OpenInterest} from "../../../contracts/types/OpenInterest.sol";
import {PositionWord, toLinearWord, toOptionWord} from "../../../contracts/types/PositionWord.sol";
import {Test} from "../helpers/Test.sol";

/// @dev The indexes alone, without accounts.
contract IndexHarness is DeleverageIndex {
    constructor() AccessManaged(address(1)) {}

    function open(InstrumentId instrument, uint256 units) external {
        Interest storage interest = _interestOf(instrument);
        interest.total = interest.total.moved(int256(units), 0);
    }

    /// @dev Closes units of one side, as `ClearinghouseDeleveraging` does.
    function close(
        InstrumentId instrument,
        bool isLong,
        uint256 size,
        int256 cash
    ) external returns (uint256 index, int256 cashIndex, uint256 generation) {
        Interest storage interest = _interestOf(instrument);
        OpenInterest total = interest.total;
        (index, cashIndex, generation) = _moveIndexes(
            instrument,
            isLong,
            total,
            total.epoch(isLong),
            size,
            cash
        );
        interest.total = total.withNextEpoch(isLong).moved(-int256(size), 0);
    }

    function synced(PositionWord word) external view returns (bool changed, Synced memory result) {
        (changed, , result) = _synced(word);
    }
}

/// @dev What deleveraging leaves of a position and pays for the rest, against the same closed step by step (SPEC-D4, D5).
contract DeleverageIndexTest is Test {
    uint256 private constant ONE = 2 ** 127;
    int256 private constant BIG = 2 ** 90;
    int256 private constant SMALL = 2 ** 20;

    IndexHarness private harness = new IndexHarness();
    InstrumentId private future = futureId(7, 1_772_784_000);

    function _check(PositionWord word, int256 size, int256 cost, uint256 epoch, int256 paid) private view {
        (bool changed, IndexHarness.Synced memory synced) = harness.synced(word);
        assertTrue(changed, "changed");
        assertEq(synced.word.size(), size, "size");
        assertEq(synced.word.cost(), cost, "cost");
        assertEq(synced.word.epoch(), epoch, "epoch");
        assertEq(synced.paid, paid, "paid");
        assertEq(synced.closed, word.size() - size, "closed");
        assertEq(synced.cost, word.cost() - cost, "cost of what was closed");
    }

    /// @dev All but a 2^70th of a side is closed, then half of that, then the rest: a generation ends with something left, and one
    /// with nothing.
    function test_GenerationsEnd() public {
        harness.open(future, uint256(BIG));
        PositionWord old = toLinearWord(future, BIG, -BIG, 0);
        (uint256 index, int256 cashIndex, uint256 generation) = harness.close(
            future,
            true,
            uint256(BIG - SMALL),
            3 * BIG
        );
        assertEq(index, ONE);
        assertEq(cashIndex, int256(0));
        assertEq(generation, 1);
        _check(old, SMALL, -SMALL, 1, 3 * BIG);
        PositionWord touched = toLinearWord(future, SMALL, -SMALL, 1);
        (bool changed, ) = harness.synced(touched);
        assertFalse(changed, "nothing has happened to it yet");

        (index, cashIndex, generation) = harness.close(future, true, uint256(SMALL / 2), -2 * SMALL);
        assertEq(index, ONE / 2);
        assertEq(cashIndex, -2 * int256(ONE));
        assertEq(generation, 1);
        _check(old, SMALL / 2, -SMALL / 2, 2, 3 * BIG - 2 * SMALL);
        _check(touched, SMALL / 2, -SMALL / 2, 2, -2 * SMALL);

        (, , generation) = harness.close(future, true, uint256(SMALL / 2), 5);
        assertEq(generation, 2);
        _check(old, 0, 0, 3, 3 * BIG - 2 * SMALL + 5);
        _check(touched, 0, 0, 3, -2 * SMALL + 5);
        _check(toLinearWord(future, SMALL / 2, 7, 2), 0, 0, 3, 5);

        // who comes later has no part in any of it
        harness.open(future, 10e18);
        PositionWord late = toLinearWord(future, 10e18, 0, 3);
        (changed, ) = harness.synced(late);
        assertFalse(changed, "opened later");
        harness.close(future, true, 5e18, -80e18);
        _check(late, 5e18, 0, 4, -80e18);
    }

    /// @dev A generation goes on down to an index of exactly 2^64.
    function test_AGenerationEndsBelow64Bits() public {
        harness.open(future, uint256(2 ** 80));
        (uint256 index, , uint256 generation) = harness.close(future, false, 2 ** 80 - 2 ** 17, 0);
        assertEq(index, 2 ** 64);
        assertEq(generation, 0);
        (index, , generation) = harness.close(future, false, 1, 0);
        assertEq(index, ONE);
        assertEq(generation, 1);
    }

    /// @dev Either side, other instruments: each has indexes of its own.
    function test_EachSideOfEachInstrument() public {
        InstrumentId call = optionId(7, 1_772_784_000, 4_200e18, true);
        harness.open(future, 10e18);
        harness.open(call, 10e18);
        harness.open(perpId(7), 10e18);
        harness.close(future, false, 5e18, 30e18);
        harness.close(call, true, 5e18, 70e18);
        (bool changed, ) = harness.synced(toLinearWord(future, 10e18, 0, 0));
        assertFalse(changed, "the longs of the future");
        (changed, ) = harness.synced(toLinearWord(perpId(7), 10e18, 0, 0));
        assertFalse(changed, "the perp");
        (changed, ) = harness.synced(toOptionWord(call, -10e18, 0));
        assertFalse(changed, "the shorts of the call");
        _check(toLinearWord(future, -10e18, -9, 0), -5e18, -4, 1, 30e18);
        IndexHarness.Synced memory synced;
        (changed, synced) = harness.synced(toOptionWord(call, 10e18, 0));
        assertTrue(changed);
        assertTrue(synced.word.instrument() == call);
        assertEq(synced.word.size(), 5e18);
        assertEq(synced.closed, 5e18);
        assertEq(synced.paid, 70e18);
        assertEq(synced.cost, 0);
    }

    /// @dev Paid and left are rounded down, whatever the signs.
    function test_RoundsAgainstTheHolder() public {
        harness.open(future, 3);
        harness.close(future, false, 1, 1);
        _check(toLinearWord(future, -1, 0, 0), 0, 0, 1, 0);
        _check(toLinearWord(future, -2, -3, 0), -1, -1, 1, 0);
        harness.close(future, false, 1, -1);
        _check(toLinearWord(future, -1, 0, 1), 0, 0, 2, -1);
    }

    /// @dev Rounds of any sizes and payments against the same, closed one by one.
    function testFuzz_AsIfClosedOneByOne(
        uint256 held,
        uint256[6] memory closed,
        int256[6] memory paid
    ) public {
        uint256 units = 1e24;
        harness.open(future, units);
        held = bound(held, 1, units);
        (uint256 left, int256 cash) = (held, 0);
        for (uint256 i = 0; i < 6; ++i) {
            // now and then nearly all of it
            uint256 size = bound(closed[i], 1, i % 3 == 2 ? units : (units + 1) / 2);
            int256 each = bound(paid[i], -1e6, 1e6);
            harness.close(future, true, size, int256(size) * each);
            cash += (int256(left) * int256(size) * each) / int256(units);
            left = (left * (units - size)) / units;
            units -= size;
            if (units == 0) break;
        }
        (, IndexHarness.Synced memory synced) = harness.synced(toLinearWord(future, int256(held), 0, 0));
        assertApproxEqAbs(uint256(synced.word.size()), left, 8 + held / 2 ** 60);
        assertApproxEqAbs(synced.paid, cash, 1e8 + (held * 1e6) / 2 ** 60);
        assertLe(uint256(synced.word.size()), units, "more than there is");
    }
}
