// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {MAX_COLLATERALS, MAX_POSITIONS} from "./ClearinghouseStorage.sol";
import {RateModel} from "./types/RateModel.sol";
import {AccountHeader, toAccountHeader} from "./types/AccountHeader.sol";
import {AccountId} from "./types/AccountId.sol";
import {FundingState} from "./types/FundingState.sol";
import {InstrumentId, Kind} from "./types/InstrumentId.sol";
import {OpenInterest} from "./types/OpenInterest.sol";
import {PositionWord, toLinearWord, toOptionWord} from "./types/PositionWord.sol";
import {SpotWord, toSpotWord} from "./types/Portfolio.sol";
import {IClearinghouseCore} from "./interfaces/IClearinghouseCore.sol";
import {IClearinghouseExt} from "./interfaces/IClearinghouseExt.sol";
import {IClearinghouseTypes} from "./interfaces/IClearinghouseTypes.sol";
import {PositionMath} from "./libraries/PositionMath.sol";
import {WadMath} from "./libraries/WadMath.sol";
import {DeleverageIndex} from "./DeleverageIndex.sol";
import {CashMarket} from "./markets/CashMarket.sol";
import {Funding} from "./markets/Funding.sol";

/// @title ClearinghouseLedger: loads an account into memory once, changes it there, writes back what changed
/// @dev Entry points never touch account storage themselves. A view that previews an action runs the same changes and
/// simply does not write.
abstract contract ClearinghouseLedger is DeleverageIndex {
    /// @param principal,cash The stored principal and the present value that the action changes.
    /// @param count Positions in use in `legs`, which has room for more; what is beyond them is undefined.
    /// @param legs,oldLegs As changed, and as loaded.
    /// @param spot,oldSpot Likewise; `spotCount` in use, of which the first `oldSpotCount` were loaded. An amount of 0 is
    /// removed when written.
    /// @param due Whether some leg has expired.
    /// @param epoch The clearinghouse's number of deleveragings now.
    /// @param moved Whether deleveraging changed the account since it was touched: then `legs`, `oldLegs` and the cash are
    /// what that made of them, which storage does not say yet.
    struct Loaded {
        AccountId id;
        AccountHeader header;
        int256 principal;
        int256 cash;
        int256 oldCash;
        uint256 mask;
        uint256 flaggedAt;
        uint256 oldCount;
        uint256 count;
        uint256 profileId;
        PositionWord[] legs;
        PositionWord[] oldLegs;
        uint256 spotCount;
        uint256 oldSpotCount;
        SpotWord[] spot;
        SpotWord[] oldSpot;
        bool due;
        uint256 epoch;
        bool moved;
    }

    // ------------------------------------------------------------------------------------------------ load

    function _cashIndex() internal view returns (CashMarket.Index memory index) {
        CashMarket.load(index, _s.cashIndex, block.timestamp);
    }

    function _load(AccountId id, CashMarket.Index memory index) internal view returns (Loaded memory loaded) {
        _loadInto(loaded, id, index, 0, 0);
    }

    /// @notice Fills `loaded`, which spares an account that is part of a larger structure a second allocation.
    /// @param room How many positions the action may add.
    /// @param spotRoom How many balances it may add.
    function _loadInto(
        Loaded memory loaded,
        AccountId id,
        CashMarket.Index memory index,
        uint256 room,
        uint256 spotRoom
    ) internal view {
        Account storage account = _s.accounts[id];
        AccountHeader header = account.header;
        loaded.id = id;
        loaded.header = header;
        int256 principal = header.cashPrincipal();
        loaded.principal = principal;
        loaded.flaggedAt = header.flaggedAt();
        loaded.profileId = header.profileId();
        loaded.oldCash = loaded.cash = CashMarket.toCash(index, principal);
        uint256 count = header.positionCount();
        loaded.oldCount = loaded.count = count;
        (loaded.legs, loaded.oldLegs, loaded.due) = _loadLegs(account, count, room);
        uint256 mask = header.collateralMask();
        loaded.mask = mask;
        if (mask != 0 || spotRoom != 0) _loadSpot(account, loaded, spotRoom);
        uint256 epoch = _s.deleverages;
        loaded.epoch = epoch;
        if (count != 0 && _isBehind(header, epoch)) _syncLegs(loaded);
    }

    /// @dev At its maximum the number says nothing any more.
    function _isBehind(AccountHeader header, uint256 epoch) internal pure returns (bool) {
        return header.epoch() != epoch || epoch == type(uint16).max;
    }

    /// @dev Lets the account take part in what it has missed, in memory.
    function _syncLegs(Loaded memory loaded) private view {
        for (uint256 i = 0; i < loaded.count;) {
            (bool changed, , Synced memory synced) = _synced(loaded.legs[i]);
            if (changed) {
                loaded.moved = true;
                loaded.cash += synced.cost + synced.paid;
                loaded.legs[i] = synced.word;
                if (synced.word.size() == 0) {
                    _remove(loaded, i);
                    continue;
                }
            }
            ++i;
        }
        if (!loaded.moved) return;
        (loaded.oldCash, loaded.oldCount) = (loaded.cash, loaded.count);
        for (uint256 i = 0; i < loaded.count; ++i) loaded.oldLegs[i] = loaded.legs[i];
    }

    /// @notice As `_loadInto`, with what was deleveraged, or has expired and settled, turned into cash first.
    function _loadForAction(
        Loaded memory loaded,
        AccountId id,
        CashMarket.Index memory index,
        uint256 room,
        uint256 spotRoom
    ) internal {
        _loadInto(loaded, id, index, room, spotRoom);
        if (!loaded.due && !loaded.moved) return;
        _settleFirst(id);
        _loadInto(loaded, id, index, room, spotRoom);
    }

    /// @dev Settles an account in storage: a call of the extension, in the same context.
    function _settleFirst(AccountId id) internal virtual {
        IClearinghouseExt(address(this)).settleWithin(id);
    }

    /// @return legs The positions, with room for more.
    /// @return oldLegs The same once more.
    /// @return due Whether some leg has expired.
    function _loadLegs(
        Account storage account,
        uint256 count,
        uint256 room
    ) private view returns (PositionWord[] memory legs, PositionWord[] memory oldLegs, bool due) {
        PositionWord[MAX_POSITIONS] storage positions = account.positions;
        assembly ("memory-safe") {
            // both arrays side by side; the storage array is contiguous
            legs := mload(0x40)
            let size := shl(5, count)
            let word := add(legs, 0x20)
            oldLegs := add(word, add(size, shl(5, room)))
            mstore(0x40, add(oldLegs, add(size, 0x20)))
            mstore(legs, add(count, room))
            mstore(oldLegs, count)
            let slot := positions.slot
            for {
                let end := add(slot, count)
            } lt(slot, end) {
                slot := add(slot, 1)
            } {
                let leg := sload(slot)
                mstore(word, leg)
                word := add(word, 0x20)
                // expiry in hours, 0 for perps: one second less is then beyond any time
                due := or(due, lt(sub(mul(and(shr(220, leg), 0xfffff), 3600), 1), timestamp()))
            }
            mcopy(add(oldLegs, 0x20), add(legs, 0x20), size)
        }
    }

    function _loadSpot(Account storage account, Loaded memory loaded, uint256 room) private view {
        uint256 mask = loaded.mask;
        loaded.spot = new SpotWord[](MAX_COLLATERALS + room);
        loaded.oldSpot = new SpotWord[](MAX_COLLATERALS + room);
        uint256 n;
        for (uint256 assetId = 1; mask >> assetId != 0; ++assetId) {
            if ((mask >> assetId) & 1 == 0) continue;
            SpotWord word = toSpotWord(assetId, _s.assetUnderlying[assetId], account.collateral[assetId]);
            loaded.oldSpot[n] = loaded.spot[n] = word;
            ++n;
        }
        loaded.spotCount = loaded.oldSpotCount = n;
    }

    // ------------------------------------------------------------------------------------------------ change

    /// @dev Index of the instrument among the legs, or `count` where there is none.
    function _find(Loaded memory loaded, InstrumentId instrument) internal pure returns (uint256) {
        return _indexIn(loaded.legs, loaded.count, instrument);
    }

    /// @dev Index of the instrument among the first `count` of `legs`, or `count`.
    function _indexIn(
        PositionWord[] memory legs,
        uint256 count,
        InstrumentId instrument
    ) internal pure returns (uint256 i) {
        for (; i < count;) {
            PositionWord word;
            assembly ("memory-safe") {
                // `legs` has at least `count` words
                word := mload(add(add(legs, 0x20), shl(5, i)))
            }
            if (word.isInstrument(instrument)) return i;
            unchecked {
                ++i;
            }
        }
    }

    /// @notice Trades `delta` units for the account. An option's premium is cash; other instruments keep a cost.
    /// @param total The instrument's totals, for the epoch that a position takes part in from now on.
    /// @return oldSize The position before.
    /// @return newSize The position after.
    /// @return costDelta What the account's stored cost changed by.
    function _apply(
        Loaded memory loaded,
        InstrumentId instrument,
        int256 delta,
        uint256 price,
        int256 fundingIndex,
        OpenInterest total
    ) internal pure returns (int256 oldSize, int256 newSize, int256 costDelta) {
        uint256 i = _find(loaded, instrument);
        int256 oldCost;
        if (i < loaded.count) {
            PositionWord word = loaded.legs[i];
            oldSize = word.size();
            if (!instrument.isOption()) oldCost = word.cost();
        } else {
            if (i == MAX_POSITIONS) revert IClearinghouseTypes.TooManyPositions(loaded.id, MAX_POSITIONS);
            loaded.count = i + 1;
        }
        PositionWord changed;
        if (instrument.isOption()) {
            newSize = oldSize + delta;
            loaded.cash += PositionMath.costOf(delta, price, 0);
            changed = toOptionWord(instrument, newSize, total.epoch(newSize > 0));
        } else {
            int256 newCost;
            int256 realised;
            (newSize, newCost, realised) = PositionMath.traded(oldSize, oldCost, delta, price, fundingIndex);
            loaded.cash += realised;
            costDelta = newCost - oldCost;
            changed = toLinearWord(instrument, newSize, newCost, total.epoch(newSize > 0));
        }
        if (newSize != 0) loaded.legs[i] = changed;
        else _remove(loaded, i);
    }

    /// @dev Takes a leg out; the last one moves to its place.
    function _remove(Loaded memory loaded, uint256 i) internal pure {
        uint256 last = --loaded.count;
        loaded.legs[i] = loaded.legs[last];
        loaded.legs[last] = PositionWord.wrap(0);
    }

    /// @notice Adds (or takes, where negative) collateral; the amount must be there.
    function _applySpot(Loaded memory loaded, uint256 assetId, int256 delta) internal view {
        uint256 n = loaded.spotCount;
        uint256 i;
        while (i < n && loaded.spot[i].assetId() != assetId) ++i;
        uint256 held = i < n ? loaded.spot[i].amount() : 0;
        if (delta < 0 && held < uint256(-delta)) {
            revert IClearinghouseTypes.InsufficientBalance(loaded.id, uint8(assetId), held, uint256(-delta));
        }
        uint256 amount = uint256(int256(held) + delta);
        if (amount > type(uint128).max) revert IClearinghouseTypes.AmountTooLarge(amount, type(uint128).max);
        if (i == n) {
            if (n == MAX_COLLATERALS)
                revert IClearinghouseTypes.TooManyCollaterals(loaded.id, MAX_COLLATERALS);
            loaded.spotCount = n + 1;
        }
        loaded.spot[i] = toSpotWord(assetId, _s.assetUnderlying[assetId], amount);
    }

    // ------------------------------------------------------------------------------------------------ write

    /// @notice Writes what changed and emits one event per changed balance. Positions emit where they are traded.
    function _store(
        Loaded memory loaded,
        CashMarket.Index memory index,
        CashMarket.Totals memory totals
    ) internal {
        Account storage account = _s.accounts[loaded.id];
        _storeLegs(account, loaded);
        _storeSpot(account, loaded);
        if (loaded.cash != loaded.oldCash) {
            int256 principal = CashMarket.toPrincipal(index, loaded.cash);
            _requirePrincipal(principal);
            CashMarket.replace(totals, loaded.principal, principal);
            loaded.principal = principal;
            emit IClearinghouseTypes.CashUpdated(loaded.id, principal);
        }
        if (loaded.flaggedAt != loaded.header.flaggedAt()) {
            emit IClearinghouseTypes.FlagUpdated(loaded.id, uint40(loaded.flaggedAt));
        }
        AccountHeader header = toAccountHeader(
            loaded.principal,
            loaded.mask,
            loaded.flaggedAt,
            loaded.count,
            loaded.profileId,
            loaded.epoch
        );
        if (AccountHeader.unwrap(header) != AccountHeader.unwrap(loaded.header)) account.header = header;
    }

    /// @dev A principal must fit its 128 bits.
    function _requirePrincipal(int256 principal) internal pure {
        uint256 amount = WadMath.abs(principal);
        uint256 max = uint256(int256(type(int128).max));
        if (amount > max) revert IClearinghouseTypes.AmountTooLarge(amount, max);
    }

    function _storeLegs(Account storage account, Loaded memory loaded) private {
        PositionWord[MAX_POSITIONS] storage positions = account.positions;
        (PositionWord[] memory legs, PositionWord[] memory oldLegs) = (loaded.legs, loaded.oldLegs);
        (uint256 count, uint256 oldCount) = (loaded.count, loaded.oldCount);
        assembly ("memory-safe") {
            // writes the slots whose word changed, and clears those beyond the new count
            let n := count
            if gt(oldCount, n) {
                n := oldCount
            }
            for {
                let i := 0
            } lt(i, n) {
                i := add(i, 1)
            } {
                let offset := mul(add(i, 1), 0x20)
                let word := 0
                if lt(i, count) {
                    word := mload(add(legs, offset))
                }
                let old := 0
                if lt(i, oldCount) {
                    old := mload(add(oldLegs, offset))
                }
                if xor(word, old) {
                    sstore(add(positions.slot, i), word)
                }
            }
        }
    }

    function _storeSpot(Account storage account, Loaded memory loaded) private {
        uint256 mask = loaded.mask;
        for (uint256 i = 0; i < loaded.spotCount; ++i) {
            SpotWord word = loaded.spot[i];
            if (SpotWord.unwrap(word) == SpotWord.unwrap(loaded.oldSpot[i])) continue;
            uint8 assetId = word.assetId();
            uint256 amount = word.amount();
            account.collateral[assetId] = uint128(amount);
            mask = amount == 0 ? mask & ~(1 << assetId) : mask | (1 << assetId);
            emit IClearinghouseTypes.CollateralUpdated(loaded.id, assetId, amount);
        }
        loaded.mask = mask;
    }

    /// @dev The interest rate model. It is part of the core's code: a contract that the core delegates to asks it, in whose
    /// context it runs.
    function _rateModel() internal view virtual returns (RateModel memory) {
        return IClearinghouseCore(address(this)).rateModel();
    }

    /// @notice Writes indexes and totals with the rates that follow from them.
    function _storeCash(CashMarket.Index memory index, CashMarket.Totals memory totals) internal {
        _s.cashTotals = CashMarket.pack(totals);
        if (totals.borrowPrincipal == 0) {
            // nobody borrows, and as long as nobody did nothing has accrued either
            if (index.supplyRate | index.borrowRate == 0) return;
            (index.supplyRate, index.borrowRate) = (0, 0);
        } else {
            CashMarket.setRates(index, totals, _rateModel());
        }
        _storeIndex(index);
    }

    function _storeIndex(CashMarket.Index memory index) private {
        CashMarket.IndexWord word = CashMarket.pack(index);
        // the time alone, in the top 32 bits, is no change: while nobody borrows nothing is written
        uint256 changed = CashMarket.IndexWord.unwrap(word) ^ CashMarket.IndexWord.unwrap(_s.cashIndex);
        if (changed << 32 == 0) return;
        _s.cashIndex = word;
        emit IClearinghouseTypes.InterestAccrued(
            index.supplyIndex,
            index.borrowIndex,
            index.supplyRate * CashMarket.RATE_UNIT,
            index.borrowRate * CashMarket.RATE_UNIT
        );
    }

    /// @notice Scales all positive cash down by `amount`, and writes indexes and totals (SPEC-D7).
    /// @return socialised What positive cash bears; at least `amount` unless the index would fall below its bound.
    /// @return remaining What it does not.
    function _socialise(
        CashMarket.Index memory index,
        CashMarket.Totals memory totals,
        AccountId account,
        uint256 amount
    ) internal returns (uint256 socialised, uint256 remaining) {
        socialised = WadMath.min(amount, CashMarket.scaleDown(index, totals, amount));
        remaining = amount - socialised;
        _s.cashTotals = CashMarket.pack(totals);
        CashMarket.setRates(index, totals, _rateModel());
        _storeIndex(index);
        emit IClearinghouseTypes.LossSocialised(account, socialised, remaining, index.supplyIndex);
    }

    function _addLosses(IClearinghouseTypes.Deleverage memory losses) internal {
        Losses storage total = _s.losses;
        total.covered += SafeCast.toUint128(losses.covered);
        total.deleveraged += SafeCast.toUint128(losses.deleveraged);
        total.socialised += SafeCast.toUint128(losses.socialised);
        total.unassigned += SafeCast.toUint128(losses.remaining);
    }

    // ------------------------------------------------------------------------------------------------ portfolios

    /// @notice Writes the account as the risk engine takes it, ABI-encoded as a `Portfolio`, to free memory: with the
    /// positions net of the funding owed until now.
    /// @param before Whether as it was loaded, at the same prices and funding, or as it is now.
    /// @return portfolio Memory address of the encoding, which ends at or before the new end of used memory.
    function _encode(Loaded memory loaded, bool before) internal view returns (uint256 portfolio) {
        uint256 count = before ? loaded.oldCount : loaded.count;
        PositionWord[] memory legs = before ? loaded.oldLegs : loaded.legs;
        portfolio = _encodeHead(before ? loaded.oldCash : loaded.cash, loaded.profileId, count);
        uint256 leg;
        uint256 premium;
        unchecked {
            // behind the five words and the number of legs; behind them and the number of premiums
            leg = portfolio + 0xc0;
            premium = leg + (count << 5) + 0x20;
        }
        uint256 perps;
        for (uint256 i = 0; i < count;) {
            (PositionWord word, bool isPerp, int256 premiumNow) = _netted(legs, i);
            assembly ("memory-safe") {
                mstore(leg, word)
                leg := add(leg, 0x20)
                // where the next perp's premium stands unless this one is a perp
                mstore(add(premium, shl(5, perps)), premiumNow)
                perps := add(perps, isPerp)
            }
            unchecked {
                ++i;
            }
        }
        assembly ("memory-safe") {
            mstore(sub(premium, 0x20), perps)
            let spot := add(premium, shl(5, perps))
            mstore(add(portfolio, 0x80), sub(spot, portfolio))
            mstore(spot, 0)
        }
        _encodeSpot(loaded, before, portfolio);
    }

    /// @dev Starts a portfolio: five words, of which the last is still missing, then the legs, the premiums and the spot
    /// balances, each behind its length. Room is for `count` legs, as many premiums, and the balances' length.
    function _encodeHead(
        int256 cash,
        uint256 profileId,
        uint256 count
    ) private pure returns (uint256 portfolio) {
        assembly ("memory-safe") {
            portfolio := mload(0x40)
            let size := shl(5, count)
            mstore(portfolio, cash)
            mstore(add(portfolio, 0x20), profileId)
            mstore(add(portfolio, 0x40), 0xa0)
            mstore(add(portfolio, 0x60), add(0xc0, size))
            mstore(add(portfolio, 0xa0), count)
            mstore(0x40, add(portfolio, add(0x100, shl(1, size))))
        }
    }

    /// @dev The i-th leg with its funding taken off the cost.
    function _netted(
        PositionWord[] memory legs,
        uint256 i
    ) private view returns (PositionWord word, bool isPerp, int256 premium) {
        assembly ("memory-safe") {
            word := mload(add(add(legs, 0x20), shl(5, i)))
        }
        if (PositionWord.unwrap(word) >> 252 != uint256(Kind.Perp)) return (word, false, 0);
        int256 fundingIndex;
        FundingState state = _s.perps[word.underlying()].funding;
        (fundingIndex, premium) = Funding.current(state, block.timestamp);
        isPerp = true;
        // where a stored position has its epoch, the engine takes the open-interest scale
        word = word.withEpoch(state.scale());
        if (fundingIndex == 0) return (word, isPerp, premium);
        unchecked {
            // |cost| < 2**103, |size * fundingIndex| < 2**190
            word = word.withCost(word.cost() - WadMath.mulCeil(word.size(), fundingIndex));
        }
    }

    /// @dev Appends the balances, without those of nothing, to a portfolio whose spot is the last in memory and empty.
    function _encodeSpot(Loaded memory loaded, bool before, uint256 portfolio) private pure {
        uint256 count = before ? loaded.oldSpotCount : loaded.spotCount;
        if (count == 0) return;
        SpotWord[] memory spot = before ? loaded.oldSpot : loaded.spot;
        assembly ("memory-safe") {
            let length := add(portfolio, mload(add(portfolio, 0x80)))
            let target := add(length, 0x20)
            let source := add(spot, 0x20)
            for {
                let end := add(source, shl(5, count))
            } lt(source, end) {
                source := add(source, 0x20)
            } {
                let word := mload(source)
                // the amount, in the low 128 bits
                if shl(128, word) {
                    mstore(target, word)
                    target := add(target, 0x20)
                }
            }
            mstore(length, shr(5, sub(sub(target, length), 0x20)))
            if gt(target, mload(0x40)) {
                mstore(0x40, target)
            }
        }
    }
}
