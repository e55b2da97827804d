// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskTypes} from "../../../../contracts/interfaces/IRiskTypes.sol";
import {MockERC20} from "../../../../contracts/mocks/MockERC20.sol";
import {AccountId} from "../../../../contracts/types/AccountId.sol";
import {Ghost} from "../ghost/Ghost.sol";
import {GhostLedger} from "../ghost/GhostLedger.sol";
import {InvariantsSpec} from "../InvariantsSpec.sol";
import {ACCOUNTS, ASSETS, FIRST_DATED, Parts, SERIES, TRADERS} from "../Stage.sol";

/// @title Actors: what all actors share: every act is foretold by the ghost, done, and followed by the checks
/// @dev An act that the ghost did not see refused must succeed; one that it did must be refused with the very revert data. So a
/// run fails on any other revert.
abstract contract Actors is InvariantsSpec {
    /// @dev What may have moved prices, beside the actor.
    enum Cause {
        Act,
        Market
    }

    Health[ACCOUNTS] private _healths;
    Accumulators private _last;
    uint256[ACCOUNTS] private _hits;
    /// @dev An action's name, and in the last four bytes why it was refused.
    bytes32[] private _keys;
    mapping(bytes32 key => uint256) public counts;

    constructor(Parts memory parts) {
        _enter(parts);
        ghost = new Ghost(parts);
        loose = vm.envOr("INVARIANT_LOOSE", false);
    }

    // ------------------------------------------------------------------------------------------------ acts

    /// @param action A name to count under.
    /// @param call_ What `sender` calls `target` with; `foretold`, what the ghost is called with before.
    function _act(
        bytes32 action,
        address sender,
        address target,
        bytes memory call_,
        bytes memory foretold
    ) internal returns (bool ok, bytes memory answer) {
        (bool expected, bytes memory why) = address(ghost).call(foretold);
        vm.prank(sender);
        (ok, answer) = target.call(call_);
        if (!loose) _requireForetold(action, ok, answer, expected, why);
        _count(action, ok ? bytes4(0) : bytes4(answer));
        _checkStep(Cause.Act);
    }

    function _requireForetold(
        bytes32 action,
        bool ok,
        bytes memory answer,
        bool expected,
        bytes memory why
    ) private pure {
        if (ok && !expected) fail(string.concat(_name(action), " succeeded, foretold: ", vm.toString(why)));
        if (!ok && expected) fail(string.concat(_name(action), " was refused: ", vm.toString(answer)));
        if (!ok && keccak256(answer) != keccak256(why)) {
            fail(
                string.concat(
                    _name(action),
                    " was refused: ",
                    vm.toString(answer),
                    ", foretold: ",
                    vm.toString(why)
                )
            );
        }
    }

    /// @dev As `_act` for calls that the ghost takes as they are.
    function _actSame(
        bytes32 action,
        address sender,
        address target,
        bytes memory call_
    ) internal returns (bool ok, bytes memory answer) {
        return _act(action, sender, target, call_, call_);
    }

    /// @dev What follows every act. `healths` and accumulators are those of before until here.
    function _checkStep(Cause cause) internal {
        dust += DUST_PER_CALL;
        Accumulators memory next = _accumulators();
        if (cause == Cause.Act) check08Accumulators(_last, next);
        if (!loose) check28OthersUntouched();
        uint256[ACCOUNTS] memory hits = ghost.hits();
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            Health memory health = _healthOf(i);
            bool excused = _markMoved(i, next) || hits[i] != _hits[i];
            if (cause == Cause.Act) check10StaysHealthy(_healths[i], health, excused);
            _healths[i] = health;
        }
        (_last, _hits) = (next, hits);
    }

    function _markMoved(uint256 place, Accumulators memory next) private view returns (bool) {
        for (uint256 k = 0; k < FIRST_DATED; ++k) {
            if (next.premiums[k] == _last.premiums[k]) continue;
            (int256 size, ) = house.positionOf(ids[place], instruments[k]);
            if (size != 0) return true;
        }
        return false;
    }

    /// @notice The checks of the state, after each call.
    function checkState() external view {
        check01TokenBalances();
        check03CashTotals();
        check04OpenInterest();
        check05CostSums();
        check06Funding();
        _checkConservation();
        checkSolvency();
    }

    function _checkConservation() private view {
        Health[ACCOUNTS] memory healths;
        for (uint256 i = 0; i < ACCOUNTS; ++i) healths[i] = _healths[i];
        check02Conservation(healths);
    }

    // ------------------------------------------------------------------------------------------------ counts

    /// @param reason The selector of the refusal; 0 for a success.
    function _count(bytes32 action, bytes4 reason) internal {
        bytes32 key = action | (bytes32(reason) >> 224);
        if (counts[key]++ == 0) _keys.push(key);
    }

    /// @notice A line for each action and outcome: name, refusal's selector or 0x00000000, how often.
    function report() external view returns (string memory text) {
        for (uint256 i = 0; i < _keys.length; ++i) {
            bytes32 key = _keys[i];
            bytes memory reason = abi.encodePacked(bytes4(key << 224));
            string memory line = string.concat(_name(key), " ", vm.toString(reason), " ");
            text = string.concat(text, line, vm.toString(counts[key]), "\n");
        }
    }

    function _name(bytes32 action) private pure returns (string memory) {
        uint256 length;
        while (length < 28 && action[length] != 0) ++length;
        bytes memory name = new bytes(length);
        for (uint256 i = 0; i < length; ++i) name[i] = action[i];
        return string(name);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function accountOf(uint256 place) external view returns (AccountId) {
        return ids[place];
    }

    function _healthBefore(uint256 place) internal view returns (Health memory) {
        return _healths[place];
    }

    function _trader(uint256 seed) internal pure returns (uint256) {
        return bound(seed, 0, TRADERS - 1);
    }

    function _token(uint256 assetId) internal view returns (MockERC20) {
        return MockERC20(house.assetInfo(uint8(assetId)).token);
    }

    /// @dev Mints for `who` and lets `spender` have it.
    function _arm(address who, uint256 assetId, address spender, uint256 amountRaw) internal {
        MockERC20 token = _token(assetId);
        token.mint(who, amountRaw);
        vm.prank(who);
        token.approve(spender, amountRaw);
    }

    /// @dev The index and the mark; where there is none, numbers to be refused with.
    function _quote(uint256 series) internal view returns (uint256 index, uint256 mark) {
        int256 premium;
        if (series < FIRST_DATED) (, premium) = ghost.perpNow(series);
        try engine.quoteOf(instruments[series], premium) returns (
            uint256 index_,
            uint256 mark_,
            IPriceRouter.Status
        ) {
            return (index_, mark_ == 0 ? 1 : mark_);
        } catch {
            return (1_000e18, 1_000e18);
        }
    }

    /// @dev An account as the protocol has it.
    function _entryOf(uint256 place) internal view returns (GhostLedger.Entry memory entry) {
        entry.principal = house.cashPrincipalOf(ids[place]);
        for (uint256 k = 0; k < SERIES; ++k) {
            (entry.sizes[k], entry.costs[k]) = house.positionOf(ids[place], instruments[k]);
        }
        for (uint8 a = 1; a < ASSETS; ++a) entry.spot[a] = house.collateralOf(ids[place], a);
    }

    function _isBare(AccountId id) internal view returns (bool) {
        (, uint8 count, , ) = house.accountInfo(id);
        return count == 0 && house.cashOf(id) >= 0;
    }

    function _tryMargin(AccountId id) internal view returns (bool ok, IRiskTypes.Margin memory margin) {
        try house.marginOf(id) returns (IRiskTypes.Margin memory m) {
            return (true, m);
        } catch {}
    }
}
