// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SERIES, Stage} from "../Stage.sol";
import {GhostMath} from "./GhostMath.sol";

/// @title GhostSides: the two sides of each series, as deleveraging has thinned them (SPEC-D4, D5)
/// @dev A side is the list of what was done to it. A position that has followed it up to some step is rolled through the rest.
abstract contract GhostSides is Stage {
    /// @param size,cash The two indexes after the step.
    struct Step {
        uint256 size;
        int256 cash;
        uint256 generation;
    }

    /// @param ends The last step of each generation that has ended.
    struct Side {
        Step[] steps;
        Step[] ends;
    }

    uint256 private constant ONE = 2 ** 127;
    uint256 private constant LEAST = 2 ** 64;

    mapping(uint256 series => mapping(bool isLong => Side)) private _sides;
    /// @notice What either side of a series holds, but for what rounding has lost.
    uint256[SERIES] public units;

    /// @return How many steps a side has taken.
    function _epochOf(uint256 series, bool isLong) internal view returns (uint256) {
        return _sides[series][isLong].steps.length;
    }

    function _stepAt(Side storage side, uint256 epoch) private view returns (Step memory) {
        return epoch == 0 ? Step(ONE, 0, 0) : side.steps[epoch - 1];
    }

    /// @dev Closes `closed` of the units of one side and pays it `cash` together; negative: takes it.
    function _thin(uint256 series, bool isLong, uint256 closed, int256 cash) internal {
        Side storage side = _sides[series][isLong];
        uint256 all = units[series];
        Step memory step = _stepAt(side, side.steps.length);
        step.cash += GhostMath.floorOf(cash * int256(step.size), int256(all));
        step.size = (step.size * (all - closed)) / all;
        if (step.size < LEAST) {
            side.ends.push(step);
            step = Step(ONE, 0, step.generation + 1);
        }
        side.steps.push(step);
    }

    /// @return left What is left of `held` units that followed their side up to the step `since`.
    /// @return paid What they were paid on the way.
    function _rolled(
        uint256 series,
        bool isLong,
        uint256 held,
        uint256 since
    ) internal view returns (uint256 left, int256 paid) {
        Side storage side = _sides[series][isLong];
        Step memory from = _stepAt(side, since);
        Step memory to = _stepAt(side, side.steps.length);
        left = held;
        while (from.generation != to.generation) {
            Step memory end = side.ends[from.generation];
            paid += _paid(left, from, end);
            left = (left * end.size) / from.size;
            from = Step(ONE, 0, from.generation + 1);
        }
        return ((left * to.size) / from.size, paid + _paid(left, from, to));
    }

    function _paid(uint256 size, Step memory from, Step memory to) private pure returns (int256) {
        return GhostMath.floorOf(int256(size) * (to.cash - from.cash), int256(from.size));
    }
}
