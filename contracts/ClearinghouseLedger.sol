// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {MAX_COLLATERALS, MAX_POSITIONS} from "./ClearinghouseStorage.sol";
import {RateModel} from "./types/RateModel.sol";
import {AccountHeader, toAccountHeader} from "./types/AccountHeader.sol";
import {AccountId} from "./types/AccountId.sol";
import {FundingState} from "./types/FundingState.sol";
import {InstrumentId} from "./types/InstrumentId.sol";
import {OpenInterest} from "./types/OpenInterest.sol";
import {MAX_SIZE, PositionWord, SizeOutOfBounds, toLinearWord} from "./types/PositionWord.sol";
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
        return _indexIn(loaded.legs, loaded.count, instrument, 0);
    }

    /// @dev Index of the instrument among the first `count` of `legs`, or `count`.
    /// @param guess Where to look first.
    // solhint-disable-next-line function-max-lines
    function _indexIn(
        PositionWord[] memory legs,
        uint256 count,
        InstrumentId instrument,
        uint256 guess
    ) internal pure returns (uint256 i) {
        uint256 id = InstrumentId.unwrap(instrument);
        assembly ("memory-safe") {
            // what of a word tells its instrument: the first 36 bits, and of an option also the strike's 60 from bit 20 on
            let mask := shl(220, 0xfffffffff)
            let strike := and(id, 0xfffffffffffffff)
            let target := shl(220, shr(60, id))
            switch gt(shr(92, id), 2)
            case 0 {
                // with a strike it is no perp or future: no word has all of its bits set
                if strike {
                    mask := not(0)
                    target := mask
                }
            }
            default {
                mask := or(mask, shl(20, 0xfffffffffffffff))
                target := or(target, shl(20, strike))
            }
            let first := add(legs, 0x20)
            let end := add(first, shl(5, count))
            let position := add(first, shl(5, guess))
            if iszero(lt(position, end)) {
                position := first
            }
            if and(xor(mload(position), target), mask) {
                for {
                    position := first
                } lt(position, end) {
                    position := add(position, 0x20)
                } {
                    if iszero(and(xor(mload(position), target), mask)) {
                        break
                    }
                }
            }
            i := shr(5, sub(position, first))
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
        if (instrument.isOption()) {
            loaded.cash += PositionMath.costOf(delta, price, 0);
            (oldSize, newSize, ) = _changeOption(loaded, i, instrument, delta, total);
        } else {
            (oldSize, newSize, costDelta, ) = _changeLinear(
                loaded,
                i,
                instrument,
                delta,
                price,
                fundingIndex,
                total
            );
        }
    }

    /// @notice Adds `delta` units of a perp or future to the leg at `i`, or adds that leg.
    /// @param i As `_find` says.
    /// @param total The instrument's totals, for the epoch that a position takes part in from now on.
    /// @return oldSize The position before.
    /// @return newSize The position after.
    /// @return costDelta What the account's stored cost changed by.
    /// @return changed The leg's new word, of size 0 where it is closed.
    function _changeLinear(
        Loaded memory loaded,
        uint256 i,
        InstrumentId instrument,
        int256 delta,
        uint256 price,
        int256 fundingIndex,
        OpenInterest total
    ) internal pure returns (int256 oldSize, int256 newSize, int256 costDelta, PositionWord changed) {
        int256 oldCost;
        if (i < loaded.count) {
            PositionWord word = loaded.legs[i];
            (oldSize, oldCost) = (word.size(), word.cost());
        } else {
            if (i == MAX_POSITIONS) revert IClearinghouseTypes.TooManyPositions(loaded.id, MAX_POSITIONS);
            loaded.count = i + 1;
        }
        int256 newCost;
        int256 realised;
        (newSize, newCost, realised) = PositionMath.traded(oldSize, oldCost, delta, price, fundingIndex);
        loaded.cash += realised;
        costDelta = newCost - oldCost;
        changed = toLinearWord(instrument, newSize, newCost, total.epoch(newSize > 0));
        if (newSize != 0) loaded.legs[i] = changed;
        else _remove(loaded, i);
    }

    /// @notice Likewise an option, without its premium. Its word is built and changed in place: baskets have many. There must
    /// be room for one leg more.
    /// @param delta Below 2**254.
    // solhint-disable-next-line function-max-lines
    function _changeOption(
        Loaded memory loaded,
        uint256 i,
        InstrumentId instrument,
        int256 delta,
        OpenInterest total
    ) internal pure returns (int256 oldSize, int256 newSize, PositionWord changed) {
        (PositionWord[] memory legs, uint256 count) = (loaded.legs, loaded.count);
        uint256 id = InstrumentId.unwrap(instrument);
        assembly ("memory-safe") {
            let first := add(legs, 0x20)
            let position := add(first, shl(5, i))
            switch eq(i, count)
            case 0 {
                changed := mload(position)
            }
            default {
                // of size 0
                changed := or(shl(220, shr(60, id)), shl(20, and(id, 0xfffffffffffffff)))
                count := add(count, 1)
            }
            // the size is a signed number in bits 124 to 219
            oldSize := sar(160, shl(36, changed))
            newSize := add(oldSize, delta)
            changed := xor(changed, shr(36, shl(160, xor(oldSize, newSize))))
            // the side's epoch: that of longs in the totals from bit 216 on, of shorts from 236
            id := xor(changed, shr(sub(236, mul(20, sgt(newSize, 0))), total))
            changed := xor(changed, and(id, 0xfffff))
            switch newSize
            case 0 {
                // the last leg moves to its place
                count := sub(count, 1)
                let last := add(first, shl(5, count))
                mstore(position, mload(last))
                mstore(last, 0)
            }
            default {
                mstore(position, changed)
            }
        }
        if (count > MAX_POSITIONS) revert IClearinghouseTypes.TooManyPositions(loaded.id, MAX_POSITIONS);
        if (newSize > MAX_SIZE || newSize < -MAX_SIZE) revert SizeOutOfBounds(newSize, MAX_SIZE);
        loaded.count = count;
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

    function _holdsNoSpot(Loaded memory loaded) internal pure returns (bool) {
        for (uint256 i = 0; i < loaded.spotCount; ++i) {
            if (loaded.spot[i].amount() != 0) return false;
        }
        return true;
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
            // writes the slots whose word changed; those beyond the new count stay as they are, in use, and are not read
            let slot := positions.slot
            let word := add(legs, 0x20)
            let apart := sub(oldLegs, legs)
            let end := add(word, shl(5, count))
            let endOfOld := add(word, shl(5, oldCount))
            let both := end
            if lt(endOfOld, end) {
                both := endOfOld
            }
            for {} lt(word, both) {
                word := add(word, 0x20)
            } {
                let changed := mload(word)
                if xor(changed, mload(add(word, apart))) {
                    sstore(slot, changed)
                }
                slot := add(slot, 1)
            }
            for {} lt(word, end) {
                word := add(word, 0x20)
            } {
                sstore(slot, mload(word))
                slot := add(slot, 1)
            }
        }
    }

    /// @notice Gives back the slots that an account's positions had, for the refund: of one that is not expected to trade on.
    function _clearLegs(Loaded memory loaded) internal {
        if (loaded.count != 0) return;
        PositionWord[MAX_POSITIONS] storage positions = _s.accounts[loaded.id].positions;
        for (uint256 i = 0; i < loaded.oldCount; ++i) positions[i] = PositionWord.wrap(0);
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
        for (uint256 i = 0; i < count;) {
            PositionWord word;
            assembly ("memory-safe") {
                word := mload(add(add(legs, 0x20), shl(5, i)))
            }
            if (PositionWord.unwrap(word) >> 252 == 1) {
                int256 premiumNow;
                (word, premiumNow) = _netted(word);
                assembly ("memory-safe") {
                    mstore(premium, premiumNow)
                    premium := add(premium, 0x20)
                }
            }
            assembly ("memory-safe") {
                mstore(leg, word)
                leg := add(leg, 0x20)
                i := add(i, 1)
            }
        }
        assembly ("memory-safe") {
            // behind the legs stands the premiums' length, behind the premiums the balances'
            mstore(leg, shr(5, sub(sub(premium, leg), 0x20)))
            mstore(add(portfolio, 0x80), sub(premium, portfolio))
            mstore(premium, 0)
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

    /// @dev A perp with its funding taken off the cost.
    function _netted(PositionWord word) private view returns (PositionWord, int256 premium) {
        int256 fundingIndex;
        FundingState state = _s.perps[word.underlying()].funding;
        (fundingIndex, premium) = Funding.current(state, block.timestamp);
        // where a stored position has its epoch, the engine takes the open-interest scale
        word = word.withEpoch(state.scale());
        if (fundingIndex == 0) return (word, premium);
        unchecked {
            // |cost| < 2**103, |size * fundingIndex| < 2**190
            word = word.withCost(word.cost() - WadMath.mulCeil(word.size(), fundingIndex));
        }
        return (word, premium);
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
