// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ClearinghouseStorage, MAX_COLLATERALS, MAX_POSITIONS} from "./ClearinghouseStorage.sol";
import {RateModel} from "./types/RateModel.sol";
import {AccountHeader, toAccountHeader} from "./types/AccountHeader.sol";
import {AccountId} from "./types/AccountId.sol";
import {FundingState} from "./types/FundingState.sol";
import {InstrumentId, Kind} from "./types/InstrumentId.sol";
import {PositionWord, toLinearWord, toOptionWord} from "./types/PositionWord.sol";
import {Portfolio, SpotWord, toSpotWord} from "./types/Portfolio.sol";
import {IClearinghouseTypes} from "./interfaces/IClearinghouseTypes.sol";
import {PositionMath} from "./libraries/PositionMath.sol";
import {WadMath} from "./libraries/WadMath.sol";
import {CashMarket} from "./markets/CashMarket.sol";
import {Funding} from "./markets/Funding.sol";

/// @title ClearinghouseLedger: loads an account into memory once, changes it there, writes back what changed
/// @dev Entry points never touch account storage themselves. A view that previews an action runs the same changes and
/// simply does not write.
abstract contract ClearinghouseLedger is ClearinghouseStorage {
    /// @param principal,cash The stored principal and the present value that the action changes.
    /// @param count Positions in use in `legs`, which has room for more.
    /// @param legs,oldLegs As changed, and as loaded.
    /// @param due Whether some leg has expired.
    /// @param spot,oldSpot Likewise; `spotCount` in use. An amount of 0 is removed when written.
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
        bool due;
        PositionWord[] legs;
        PositionWord[] oldLegs;
        uint256 spotCount;
        SpotWord[] spot;
        SpotWord[] oldSpot;
    }

    // ------------------------------------------------------------------------------------------------ load

    function _cashIndex() internal view returns (CashMarket.Index memory) {
        return CashMarket.accrued(CashMarket.unpack(_s.cashIndex), block.timestamp);
    }

    /// @param room How many positions and balances the action may add.
    function _load(
        AccountId id,
        CashMarket.Index memory index,
        uint256 room
    ) internal view returns (Loaded memory loaded) {
        Account storage account = _s.accounts[id];
        AccountHeader header = account.header;
        loaded.id = id;
        loaded.header = header;
        loaded.principal = header.cashPrincipal();
        loaded.mask = header.collateralMask();
        loaded.flaggedAt = header.flaggedAt();
        loaded.profileId = header.profileId();
        loaded.oldCash = loaded.cash = CashMarket.toCash(index, loaded.principal);

        uint256 count = header.positionCount();
        loaded.oldCount = loaded.count = count;
        PositionWord[] memory legs = new PositionWord[](count + room);
        PositionWord[] memory oldLegs = new PositionWord[](count);
        PositionWord[MAX_POSITIONS] storage positions = account.positions;
        bool due;
        assembly ("memory-safe") {
            // both arrays have at least `count` words, and the storage array is contiguous
            for {
                let i := 0
            } lt(i, count) {
                i := add(i, 1)
            } {
                let word := sload(add(positions.slot, i))
                let offset := mul(add(i, 1), 0x20)
                mstore(add(legs, offset), word)
                mstore(add(oldLegs, offset), word)
                // expiry in hours, 0 for perps: one second less is then beyond any time
                let expiry := mul(and(shr(220, word), 0xfffff), 3600)
                due := or(due, lt(sub(expiry, 1), timestamp()))
            }
        }
        loaded.due = due;
        loaded.legs = legs;
        loaded.oldLegs = oldLegs;
        _loadSpot(account, loaded, room);
    }

    /// @notice As `_load`, with what has expired and settled turned into cash first.
    function _loadForAction(
        AccountId id,
        CashMarket.Index memory index,
        uint256 room
    ) internal returns (Loaded memory loaded) {
        loaded = _load(id, index, room);
        if (!loaded.due) return loaded;
        _settleFirst(id);
        return _load(id, index, room);
    }

    /// @dev Settles an account in storage.
    function _settleFirst(AccountId id) internal virtual;

    function _loadSpot(Account storage account, Loaded memory loaded, uint256 room) private view {
        uint256 mask = loaded.mask;
        if (mask == 0 && room == 0) return;
        loaded.spot = new SpotWord[](MAX_COLLATERALS + room);
        loaded.oldSpot = new SpotWord[](MAX_COLLATERALS);
        uint256 n;
        for (uint256 assetId = 1; mask >> assetId != 0; ++assetId) {
            if ((mask >> assetId) & 1 == 0) continue;
            SpotWord word = toSpotWord(assetId, _s.assetUnderlying[assetId], account.collateral[assetId]);
            loaded.oldSpot[n] = loaded.spot[n] = word;
            ++n;
        }
        loaded.spotCount = n;
    }

    // ------------------------------------------------------------------------------------------------ change

    /// @dev Index of the instrument among the legs, or `count` where there is none.
    function _find(Loaded memory loaded, InstrumentId instrument) internal pure returns (uint256 i) {
        uint256 count = loaded.count;
        for (; i < count; ++i) {
            if (loaded.legs[i].isInstrument(instrument)) return i;
        }
    }

    /// @notice Trades `delta` units for the account. An option's premium is cash; other instruments keep a cost.
    /// @return oldSize The position before.
    /// @return newSize The position after.
    /// @return costDelta What the account's stored cost changed by.
    function _apply(
        Loaded memory loaded,
        InstrumentId instrument,
        int256 delta,
        uint256 price,
        int256 fundingIndex
    ) internal pure returns (int256 oldSize, int256 newSize, int256 costDelta) {
        uint256 i = _find(loaded, instrument);
        int256 oldCost;
        uint256 epoch;
        if (i < loaded.count) {
            PositionWord word = loaded.legs[i];
            (oldSize, epoch) = (word.size(), word.epoch());
            if (!instrument.isOption()) oldCost = word.cost();
        } else {
            if (i == MAX_POSITIONS) revert IClearinghouseTypes.TooManyPositions(loaded.id, MAX_POSITIONS);
            loaded.count = i + 1;
        }
        PositionWord word_;
        if (instrument.isOption()) {
            newSize = oldSize + delta;
            loaded.cash += PositionMath.costOf(delta, price, 0);
            word_ = toOptionWord(instrument, newSize, epoch);
        } else {
            int256 newCost;
            int256 realised;
            (newSize, newCost, realised) = PositionMath.traded(oldSize, oldCost, delta, price, fundingIndex);
            loaded.cash += realised;
            costDelta = newCost - oldCost;
            word_ = toLinearWord(instrument, newSize, newCost, epoch);
        }
        if (newSize != 0) loaded.legs[i] = word_;
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
            if (principal > type(int128).max || principal < -type(int128).max) {
                revert IClearinghouseTypes.AmountTooLarge(
                    WadMath.abs(principal),
                    uint256(int256(type(int128).max))
                );
            }
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
            loaded.profileId
        );
        if (AccountHeader.unwrap(header) != AccountHeader.unwrap(loaded.header)) account.header = header;
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

    /// @dev The interest rate model.
    function _rateModel() internal view virtual returns (RateModel memory);

    /// @notice Writes indexes and totals with the rates that follow from them.
    function _storeCash(CashMarket.Index memory index, CashMarket.Totals memory totals) internal {
        CashMarket.setRates(index, totals, _rateModel());
        _s.cashTotals = CashMarket.pack(totals);
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

    // ------------------------------------------------------------------------------------------------ portfolios

    /// @notice The account in memory as the risk engine takes it.
    function _portfolio(Loaded memory loaded) internal view returns (Portfolio memory portfolio) {
        return
            _toPortfolio(
                loaded.cash,
                loaded.profileId,
                loaded.legs,
                loaded.count,
                loaded.spot,
                loaded.spotCount
            );
    }

    /// @notice The same account as it was loaded, at the same prices and funding.
    function _portfolioBefore(Loaded memory loaded) internal view returns (Portfolio memory portfolio) {
        uint256 spotCount;
        while (spotCount < loaded.oldSpot.length && SpotWord.unwrap(loaded.oldSpot[spotCount]) != 0)
            ++spotCount;
        return
            _toPortfolio(
                loaded.oldCash,
                loaded.profileId,
                loaded.oldLegs,
                loaded.oldCount,
                loaded.oldSpot,
                spotCount
            );
    }

    function _toPortfolio(
        int256 cash,
        uint256 profileId,
        PositionWord[] memory legs,
        uint256 count,
        SpotWord[] memory spot,
        uint256 spotCount
    ) private view returns (Portfolio memory portfolio) {
        portfolio.cash = cash;
        portfolio.profileId = profileId;
        PositionWord[] memory netted = new PositionWord[](count);
        int256[] memory premiums = new int256[](count);
        uint256 perps;
        for (uint256 i = 0; i < count;) {
            PositionWord word = legs[i];
            if (word.kind() == Kind.Perp) {
                FundingState state = _s.perps[word.underlying()].funding;
                (int256 fundingIndex, int256 premium) = Funding.current(state, block.timestamp);
                premiums[perps] = premium;
                word = word.withCost(word.cost() - WadMath.mulCeil(word.size(), fundingIndex)).withEpoch(
                    state.scale()
                );
                unchecked {
                    ++perps;
                }
            }
            netted[i] = word;
            unchecked {
                ++i;
            }
        }
        portfolio.legs = netted;
        assembly ("memory-safe") {
            mstore(premiums, perps)
        }
        portfolio.premiums = premiums;
        portfolio.spot = _nonZero(spot, spotCount);
    }

    function _nonZero(SpotWord[] memory spot, uint256 count) private pure returns (SpotWord[] memory kept) {
        kept = new SpotWord[](count);
        uint256 n;
        for (uint256 i = 0; i < count; ++i) {
            if (spot[i].amount() != 0) kept[n++] = spot[i];
        }
        assembly ("memory-safe") {
            mstore(kept, n)
        }
    }
}
