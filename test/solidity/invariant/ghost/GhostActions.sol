// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearinghouseTypes} from "../../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ILiquidator} from "../../../../contracts/interfaces/ILiquidator.sol";
import {IPriceRouter} from "../../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskTypes} from "../../../../contracts/interfaces/IRiskTypes.sol";
import {AccountId} from "../../../../contracts/types/AccountId.sol";
import {INSURANCE, VENUE} from "../Stage.sol";
import {GhostLedger} from "./GhostLedger.sol";
import {GhostMath} from "./GhostMath.sol";

/// @title GhostActions: what traders, keepers and anyone may do, and the very revert data of what they may not
abstract contract GhostActions is GhostLedger {
    struct Fees {
        uint256 insurance;
        uint256 venue;
    }

    /// @dev Venues share fees half and half.
    uint256 internal constant SHARE_BPS = 5_000;
    mapping(address module => Fees) public fees;

    // ------------------------------------------------------------------------------------------------ tokens

    function deposit(AccountId account, uint8 assetId, uint256 amountRaw) external {
        IClearinghouseTypes.AssetInfo memory info = house.assetInfo(assetId);
        uint256 amount = _wadDown(assetId, amountRaw);
        if (amount == 0) revert IClearinghouseTypes.AmountZero();
        uint256 total = recorded[assetId] + amount;
        uint256 place = _placeOf(account);
        if ((!info.enabled || total > info.cap) && !_repays(place, assetId, amount)) {
            if (!info.enabled) revert IClearinghouseTypes.AssetDisabled(assetId);
            revert IClearinghouseTypes.DepositCapExceeded(assetId, info.cap, total);
        }
        recorded[assetId] = total;
        _credit(place, assetId, int256(amount));
        _unflag(place);
    }

    /// @dev What is owed may always be paid back, up to the token's next whole unit.
    function _repays(uint256 place, uint8 assetId, uint256 amount) private view returns (bool) {
        int256 cash = _presentOf(_entries[place].principal);
        if (assetId != 0 || cash >= 0) return false;
        uint256 unit = decimals[0] < 18 ? 10 ** (18 - decimals[0]) : 1;
        return amount <= GhostMath.ceilOf(uint256(-cash), unit) * unit;
    }

    function withdraw(AccountId account, uint8 assetId, uint256 amountRaw, address) external {
        if (amountRaw == 0) revert IClearinghouseTypes.AmountZero();
        uint256 amount = _wadUp(assetId, amountRaw);
        if (amount > recorded[assetId])
            revert IClearinghouseTypes.InsufficientLiquidity(assetId, recorded[assetId], amount);
        _take(_placeOf(account), assetId, amount);
        recorded[assetId] -= amount;
    }

    function transfer(AccountId from, AccountId to, uint8 assetId, uint256 amount) external {
        if (from == to) revert IClearinghouseTypes.SameAccount(from);
        if (from.owner() != to.owner()) revert IClearinghouseTypes.NotAuthorised(to, from.owner(), 4);
        if (amount == 0) revert IClearinghouseTypes.AmountZero();
        _take(_placeOf(from), assetId, amount);
        uint256 place = _placeOf(to);
        _credit(place, assetId, int256(amount));
        _unflag(place);
    }

    function _wadDown(uint256 assetId, uint256 amountRaw) internal view returns (uint256) {
        return (amountRaw * 1e18) / 10 ** decimals[assetId];
    }

    function _wadUp(uint256 assetId, uint256 amountRaw) internal view returns (uint256) {
        return GhostMath.ceilOf(amountRaw * 1e18, 10 ** decimals[assetId]);
    }

    function _credit(uint256 place, uint256 assetId, int256 amount) internal {
        if (assetId != 0) {
            _entries[place].spot[assetId] += uint256(amount);
            return;
        }
        _setCash(place, _presentOf(_entries[place].principal) + amount);
        _accrue();
    }

    function _take(uint256 place, uint8 assetId, uint256 amount) private {
        Book memory book = _touch(place);
        if (assetId == 0) {
            book.cash -= int256(amount);
        } else {
            uint256 held = book.spot[assetId];
            if (held < amount)
                revert IClearinghouseTypes.InsufficientBalance(ids[place], assetId, held, amount);
            book.spot[assetId] = held - amount;
        }
        _requireFree(book);
        _save(book);
        if (assetId == 0) _accrue();
    }

    /// @dev SPEC-M12: without positions and debt everything is free, whatever the prices say.
    function _requireFree(Book memory book) private view {
        if (_isBare(book) && book.cash >= 0) return;
        IRiskTypes.Margin memory m = _marginOf(book, IRiskTypes.Stance.Adverse);
        bool borrowsWhilePaused = house.paused() && book.cash < 0 && book.cash < book.oldCash;
        if (borrowsWhilePaused || m.status == IPriceRouter.Status.Stale) {
            revert IClearinghouseTypes.ReduceOnly(ids[book.place], m.status, borrowsWhilePaused);
        }
        int256 gains = m.unrealised > 0 ? m.unrealised : int256(0);
        if (m.equity - gains >= int256(m.initialMargin)) return;
        revert IClearinghouseTypes.WithdrawalTooLarge(
            ids[book.place],
            m.equity,
            m.initialMargin,
            m.unrealised
        );
    }

    // ------------------------------------------------------------------------------------------------ profiles and flags

    function setProfile(AccountId account, uint8 profileId) external {
        uint256 place = _placeOf(account);
        Book memory book = _touch(place);
        book.profileId = profileId;
        _entries[place].profileId = profileId;
        if (_isBare(book) && !_holdsSpot(book) && book.cash >= 0) return;
        IRiskTypes.Margin memory m = _marginOf(book, IRiskTypes.Stance.Adverse);
        if (house.paused() || m.status != IPriceRouter.Status.Ok)
            revert IClearinghouseTypes.ReduceOnly(account, m.status, house.paused());
        if (m.equity < int256(m.initialMargin))
            revert IClearinghouseTypes.BelowInitialMargin(account, m.equity, m.initialMargin);
    }

    function flag(AccountId account) external {
        Book memory book = _load(_placeOf(account));
        IRiskTypes.Margin memory m = _marginOf(book, IRiskTypes.Stance.Favourable);
        if (m.status == IPriceRouter.Status.Stale) revert ILiquidator.PriceNotUsable(account, m.status);
        if (m.equity >= int256(m.maintenanceMargin))
            revert ILiquidator.NotLiquidatable(account, m.equity, m.maintenanceMargin);
        if (_standing(book.flaggedAt) == 0) _entries[book.place].flaggedAt = block.timestamp;
    }

    function clearFlag(AccountId account) external {
        Book memory book = _load(_placeOf(account));
        if (book.flaggedAt == 0) revert ILiquidator.NotFlagged(account);
        IRiskTypes.Margin memory m = _marginOf(book, IRiskTypes.Stance.Adverse);
        if (m.status == IPriceRouter.Status.Stale) revert ILiquidator.PriceNotUsable(account, m.status);
        if (m.equity < int256(m.maintenanceMargin))
            revert ILiquidator.NotHealthy(account, m.equity, m.maintenanceMargin);
        _entries[book.place].flaggedAt = 0;
    }

    /// @dev A flag lapses after an hour (SPEC-L2).
    function _standing(uint256 flaggedAt) internal view returns (uint256) {
        return block.timestamp > flaggedAt + 1 hours ? 0 : flaggedAt;
    }

    /// @dev What comes in clears the flag of an account that is healthy again; a price that fails leaves it.
    function _unflag(uint256 place) private {
        if (_entries[place].flaggedAt == 0) return;
        try this.isHealthy(place) returns (bool healthy) {
            if (healthy) _entries[place].flaggedAt = 0;
        } catch {}
    }

    function isHealthy(uint256 place) external view returns (bool) {
        IRiskTypes.Margin memory m = _marginOf(_load(place), IRiskTypes.Stance.Adverse);
        return _provesHealth(m);
    }

    function _provesHealth(IRiskTypes.Margin memory m) internal pure returns (bool) {
        return m.status != IPriceRouter.Status.Stale && m.equity >= int256(m.maintenanceMargin);
    }

    // ------------------------------------------------------------------------------------------------ anyone

    function accrueInterest() external {
        _accrue();
    }

    function accrueFunding(uint16 underlying) external {
        (int256 fundingIndex, int256 premium) = perpNow(underlying - 1);
        _setPerp(underlying - 1, fundingIndex, premium);
    }

    function settleExpired(AccountId[] calldata accounts) external {
        for (uint256 i = 0; i < accounts.length; ++i) _touch(_placeOf(accounts[i]));
    }

    function sweepFees(address module) external {
        Fees memory due = fees[module];
        delete fees[module];
        if (due.insurance != 0) _credit(INSURANCE, 0, int256(due.insurance));
        if (due.venue != 0) _credit(VENUE, 0, int256(due.venue));
    }

    function _charge(address module, uint256 total) internal {
        uint256 toInsurance = GhostMath.ceilOf(total * SHARE_BPS, 10_000);
        fees[module].insurance += toInsurance;
        fees[module].venue += total - toInsurance;
    }
}
