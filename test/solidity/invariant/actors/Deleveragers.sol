// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearinghouseTypes} from "../../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IRiskTypes} from "../../../../contracts/interfaces/IRiskTypes.sol";
import {AccountId} from "../../../../contracts/types/AccountId.sol";
import {GhostDeleveraging} from "../ghost/GhostDeleveraging.sol";
import {GhostLedger} from "../ghost/GhostLedger.sol";
import {GhostLiquidations} from "../ghost/GhostLiquidations.sol";
import {ACCOUNTS, INSURANCE, SERIES, TRADERS} from "../Stage.sol";
import {Keepers} from "./Keepers.sol";

/// @title Deleveragers: they close what an account that cannot pay holds, and have its debt assigned
abstract contract Deleveragers is Keepers {
    /// @dev What was before.
    struct Ruin {
        uint256 place;
        bool agree;
        int256 insured;
        IRiskTypes.Margin margin;
        GhostLedger.Entry[ACCOUNTS] entries;
        Health[ACCOUNTS] healths;
    }

    address private constant ANYBODY = address(0xA2B0D4);

    /// @notice The first insolvent account from a random one on; where there is none, that one, which must be refused.
    function deleverage(uint256 account) external {
        account = _insolvent(account);
        Ruin memory ruin = _ruinOf(account);
        bytes memory call_ = abi.encodeCall(liquidator.deleverage, (ids[account]));
        (bool ok, bytes memory answer) = _actSame("deleverage", ANYBODY, address(liquidator), call_);
        if (ok) _checkRuin(ruin, abi.decode(answer, (IClearinghouseTypes.Deleverage)));
    }

    /// @notice Assigns the debt of an account that has nothing else; of any other it is refused.
    function coverBadDebt(uint256 account) external {
        account = _indebted(account);
        int256 insured = house.cashOf(ids[INSURANCE]);
        bytes memory call_ = abi.encodeCall(liquidator.coverBadDebt, (ids[account]));
        (bool ok, bytes memory answer) = _actSame("coverBadDebt", ANYBODY, address(liquidator), call_);
        if (!ok) return;
        GhostLiquidations.Verdict memory verdict = ghost.verdict();
        (uint256 covered, uint256 remaining) = abi.decode(answer, (uint256, uint256));
        assertEq(covered, verdict.covered, "15: covered is not as foretold");
        assertEq(remaining, uint256(0), "15: a loss that nobody bears");
        int256 paid = insured - house.cashOf(ids[INSURANCE]);
        int256 left = house.cashOf(ids[account]);
        check15BadDebt(verdict, insured > 0 ? uint256(insured) : 0, paid, left);
    }

    function _ruinOf(uint256 place) private view returns (Ruin memory ruin) {
        (ruin.place, ruin.agree, ruin.insured) = (place, _pricesAgree(), house.cashOf(ids[INSURANCE]));
        try liquidator.isLiquidatable(ids[place]) returns (bool, IRiskTypes.Margin memory m) {
            ruin.margin = m;
        } catch {}
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            (ruin.entries[i], ruin.healths[i]) = (_entryOf(i), _healthOf(i));
        }
    }

    function _checkRuin(Ruin memory ruin, IClearinghouseTypes.Deleverage memory done) private view {
        GhostDeleveraging.Waterfall memory w = ghost.waterfall();
        int256 paid = ruin.insured - house.cashOf(ids[INSURANCE]);
        // at the prices that favour it, as before
        (, IRiskTypes.Margin memory left) = liquidator.isLiquidatable(ids[ruin.place]);
        checkDeleveraged(w, done, ruin.margin.equity, paid, left.equity);
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            if (i == ruin.place || i == INSURANCE) continue;
            GhostLedger.Entry memory entry = _entryOf(i);
            check16OnlyParties(ruin.entries[i], entry, _isParty(w, ruin.entries[i].sizes));
            checkProRata(w, ruin.entries[i].sizes, entry.sizes);
            Health memory health = _healthOf(i);
            // a loss that all cash bears is not the positions'; prices that differ value what was closed otherwise
            bool known = ruin.agree && ruin.healths[i].known && health.known && w.socialised == 0;
            if (known) checkLosses(w, ruin.entries[i].sizes, ruin.healths[i].equity, health.equity);
        }
    }

    /// @dev Whether an account holds the other side of anything that was closed.
    function _isParty(
        GhostDeleveraging.Waterfall memory w,
        int256[SERIES] memory sizes
    ) private pure returns (bool) {
        for (uint256 k = 0; k < SERIES; ++k) if (_isOpposite(w.sizes[k], sizes[k])) return true;
        return false;
    }

    function _insolvent(uint256 seed) private view returns (uint256 account) {
        uint256 first = _trader(seed);
        for (uint256 i = 0; i < TRADERS; ++i) {
            account = (first + i) % TRADERS;
            Health memory health = _healthBefore(account);
            if (health.known && health.equity < 0 && !_isBare(ids[account]) && _holds(account))
                return account;
        }
        return first;
    }

    function _holds(uint256 account) private view returns (bool) {
        return house.positionsOf(ids[account]).length != 0;
    }

    function _indebted(uint256 seed) private view returns (uint256 account) {
        uint256 first = _trader(seed);
        for (uint256 i = 0; i < TRADERS; ++i) {
            account = (first + i) % TRADERS;
            AccountId id = ids[account];
            (, , , uint64 mask) = house.accountInfo(id);
            if (house.cashOf(id) < 0 && mask == 0 && !_holds(account)) return account;
        }
        return first;
    }
}
