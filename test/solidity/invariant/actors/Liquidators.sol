// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILiquidator} from "../../../../contracts/interfaces/ILiquidator.sol";
import {IRiskTypes} from "../../../../contracts/interfaces/IRiskTypes.sol";
import {InstrumentId} from "../../../../contracts/types/InstrumentId.sol";
import {GhostLedger} from "../ghost/GhostLedger.sol";
import {GhostLiquidations} from "../ghost/GhostLiquidations.sol";
import {ACCOUNTS, INSURANCE, LIQUIDATOR, SERIES, TRADERS} from "../Stage.sol";
import {Actors} from "./Actors.sol";

/// @title Liquidators: a rich one, and owners who liquidate themselves from their other account
abstract contract Liquidators is Actors {
    /// @dev What was before a liquidation.
    struct Scene {
        uint256 account;
        uint256 taker;
        bool known;
        IRiskTypes.Margin margin;
        int256 takerEquity;
        int256 wealth;
        int256 insured;
        GhostLedger.Entry[ACCOUNTS] entries;
    }

    /// @notice The first liquidatable account from a random one on; where there is none, that one, which must be refused.
    /// @param mode Even: the proposed basket; odd: one of `part` of two legs and two balances. Above 3 of 4 of an owner with two
    /// accounts: himself.
    function liquidate(uint256 account, uint256 mode, uint256 part) external {
        account = _target(account);
        uint256 taker = mode % 4 == 3 && account < 4 ? account ^ 1 : LIQUIDATOR;
        ILiquidator.Call memory p = _callOf(account, taker, mode, part);
        Scene memory scene = _sceneOf(account, taker);
        bytes memory call_ = abi.encodeCall(liquidator.liquidate, (p));
        address sender = ids[taker].owner();
        (bool ok, bytes memory why) = _actSame("liquidate", sender, address(liquidator), call_);
        if (ok) _check(scene);
        else if (bytes4(why) == ILiquidator.NotLiquidatable.selector && scene.known)
            check11Liquidatable(false, scene.margin);
    }

    /// @notice Three liquidations in one transaction, of accounts of which some may be well or the same: each is made or refused as
    /// if it were alone.
    function liquidateBatch(uint256 account, uint256 mode, uint256 part) external {
        ILiquidator.Call[] memory calls = new ILiquidator.Call[](3);
        for (uint256 i = 0; i < 3; ++i) {
            uint256 next = mode % 2 == 0 ? _target(account / 2 + i) : _trader(account / (i + 1));
            calls[i] = _callOf(next, LIQUIDATOR, mode / (i + 1), part / (i + 1));
        }
        bytes memory call_ = abi.encodeCall(liquidator.liquidateBatch, (calls));
        address sender = ids[LIQUIDATOR].owner();
        (, bytes memory answer) = _actSame("liquidateBatch", sender, address(liquidator), call_);
        ILiquidator.Outcome[] memory outcomes = abi.decode(answer, (ILiquidator.Outcome[]));
        GhostLiquidations.Attempt[] memory attempts = ghost.attempts();
        for (uint256 i = 0; i < 3 && !loose; ++i) {
            assertEq(outcomes[i].done, attempts[i].done, "a liquidation of a batch is not as foretold");
            assertEq(outcomes[i].reason, attempts[i].reason, "refused in a batch for another reason");
            _count("batched", bytes4(outcomes[i].reason));
        }
    }

    function _callOf(
        uint256 account,
        uint256 taker,
        uint256 mode,
        uint256 part
    ) private view returns (ILiquidator.Call memory p) {
        (p.account, p.liquidator) = (ids[account], ids[taker]);
        p.selection = mode % 3 != 0 ? _proposed(account) : _basket(account, part);
        (p.minCash, p.deadlineSec) = (type(int256).min, uint40(block.timestamp));
    }

    function _sceneOf(uint256 account, uint256 taker) private view returns (Scene memory scene) {
        (scene.account, scene.taker) = (account, taker);
        try liquidator.isLiquidatable(ids[account]) returns (bool, IRiskTypes.Margin memory m) {
            (scene.known, scene.margin) = (true, m);
        } catch {}
        scene.takerEquity = _healthBefore(taker).equity;
        scene.wealth = _wealthOf(account) + _wealthOf(taker);
        scene.insured = house.cashOf(ids[INSURANCE]);
        for (uint256 i = 0; i < ACCOUNTS; ++i) scene.entries[i] = _entryOf(i);
    }

    function _check(Scene memory scene) private view {
        GhostLiquidations.Verdict memory verdict = ghost.verdict();
        check11Liquidatable(true, scene.margin);
        (, IRiskTypes.Margin memory next) = liquidator.isLiquidatable(ids[scene.account]);
        check12Health(scene.margin, next, verdict.emptied);
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            bool isParty = i == scene.account || i == scene.taker || i == INSURANCE;
            check16OnlyParties(scene.entries[i], _entryOf(i), isParty);
        }
        if (verdict.debt != 0) {
            int256 insured = house.cashOf(ids[INSURANCE]);
            check15BadDebt(
                verdict,
                scene.insured > 0 ? uint256(scene.insured) : 0,
                scene.insured - insured,
                house.cashOf(ids[scene.account])
            );
        }
        if (!_pricesAgree()) return;
        int256 gain = house.marginOf(ids[scene.taker]).equity - scene.takerEquity;
        check13LiquidatorGain(gain, verdict.penalty, verdict.incentive);
        if (ids[scene.account].owner() != ids[scene.taker].owner()) return;
        int256 wealth = _wealthOf(scene.account) + _wealthOf(scene.taker);
        check14SelfLiquidation(scene.wealth, wealth, verdict.incentive);
    }

    /// @dev What an owner may call his own of an account: nobody owes a debt beyond it.
    function _wealthOf(uint256 account) private view returns (int256) {
        Health memory health = _healthOf(account);
        return health.equity > 0 ? health.equity : int256(0);
    }

    function _target(uint256 seed) internal view returns (uint256 account) {
        uint256 first = _trader(seed);
        for (uint256 i = 0; i < TRADERS; ++i) {
            account = (first + i) % TRADERS;
            Health memory health = _healthBefore(account);
            if (health.known && health.equity < int256(health.maintenance)) return account;
        }
        return first;
    }

    function _proposed(uint256 account) private view returns (ILiquidator.Selection memory selection) {
        try liquidator.proRata(ids[account]) returns (ILiquidator.Selection memory proposal, uint256) {
            return proposal;
        } catch {
            return _basket(account, 0x0f_f0_ffff_ff0f_ffff);
        }
    }

    /// @dev A share of every leg and of one balance, by four bits of `part` each.
    function _basket(
        uint256 account,
        uint256 part
    ) private view returns (ILiquidator.Selection memory selection) {
        selection.instruments = new InstrumentId[](SERIES);
        selection.sizes = new uint256[](SERIES);
        uint256 n;
        // mostly something of everything
        if (part % 16 == 0 && part != 0) part = type(uint256).max;
        for (uint256 k = 0; k < SERIES; ++k) {
            (int256 held, ) = house.positionOf(ids[account], instruments[k]);
            uint256 size = (uint256(held > 0 ? held : -held) * ((part >> (4 * k)) & 15)) / 15;
            if (size == 0) continue;
            (selection.instruments[n], selection.sizes[n++]) = (instruments[k], size);
        }
        uint8 asset = uint8(1 + ((part >> 32) & 3));
        uint256 amount = (house.collateralOf(ids[account], asset) * ((part >> 36) & 15)) / 15;
        uint256 m = amount == 0 ? 0 : 1;
        (selection.assetIds, selection.amounts) = (new uint8[](m), new uint256[](m));
        if (m == 1) (selection.assetIds[0], selection.amounts[0]) = (asset, amount);
        (InstrumentId[] memory a, uint256[] memory b) = (selection.instruments, selection.sizes);
        assembly ("memory-safe") {
            mstore(a, n)
            mstore(b, n)
        }
    }
}
