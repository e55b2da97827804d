// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {AccountHeader} from "./types/AccountHeader.sol";
import {AccountId} from "./types/AccountId.sol";
import {AssetConfig} from "./types/AssetConfig.sol";
import {AssetTotals} from "./types/AssetTotals.sol";
import {FundingState} from "./types/FundingState.sol";
import {InstrumentId, MAX_UNDERLYING} from "./types/InstrumentId.sol";
import {ModuleState} from "./types/ModuleState.sol";
import {OpenInterest} from "./types/OpenInterest.sol";
import {PositionWord} from "./types/PositionWord.sol";
import {IRiskEngine} from "./interfaces/IRiskEngine.sol";
import {CashMarket} from "./markets/CashMarket.sol";

uint256 constant MAX_POSITIONS = 64;
uint256 constant MAX_COLLATERALS = 8;
uint256 constant MAX_ASSETS = 64;
/// @dev The cash asset's number.
uint8 constant CASH = 0;
/// @dev What a module may do; bits combine.
uint8 constant ROLE_VENUE = 1;
uint8 constant ROLE_LIQUIDATOR = 2;

/// @dev What an operator may do for an account; bits combine.
uint8 constant SCOPE_TRADE = 1;
uint8 constant SCOPE_WITHDRAW = 2;
uint8 constant SCOPE_DEPOSIT = 4;
uint8 constant SCOPE_LIQUIDATE = 8;

/// @title ClearinghouseStorage: everything the clearinghouse remembers
abstract contract ClearinghouseStorage is AccessManaged, ReentrancyGuardTransient {
    /// @dev One slot and two fixed arrays: a position or balance is found by one addition, without a hash of its own.
    struct Account {
        // -- 31 bytes: cash, collateral mask, flag, number of positions, profile
        AccountHeader header;
        // -- two balances a slot, wad
        uint128[MAX_ASSETS] collateral;
        // -- one position a slot, the first `positionCount` in use
        PositionWord[MAX_POSITIONS] positions;
    }

    struct Asset {
        // -- 20 + 1 + 2 + 1 = 24 bytes: token, decimals, underlying, enabled
        AssetConfig config;
        // -- 16 + 16 = 32 bytes: recorded, cap
        AssetTotals totals;
    }

    /// @dev What an instrument's positions add up to; a struct so that code may be given a place in storage.
    struct Interest {
        // -- 13 + 14 + 2.5 + 2.5 = 32 bytes: units held by longs, sum of cost bases, deleveraging epochs
        OpenInterest total;
    }

    struct Perp {
        // -- 12 + 11 + 5 = 28 bytes
        FundingState funding;
        // -- 32 bytes
        Interest interest;
        // -- 1 + 12 + 6 + 2 + 1 + 2 + 2 = 26 bytes
        bool enabled; //  1
        uint96 openInterestCap; // 12
        uint48 premiumDepthUsd; //  6
        uint16 priceBandBps; //  2
        bool listed; //  1
        uint16 scaleFromBps; //  2
        uint16 scaleToBps; //  2
    }

    /// @dev An underlying's futures and options.
    struct Dated {
        // -- 1 + 12 + 2 + 1 = 16 bytes
        bool enabled; //  1
        uint96 openInterestCap; // 12
        uint16 priceBandBps; //  2
        bool listed; //  1
    }

    struct Module {
        // -- 1 + 2 + 14 + 14 = 31 bytes: roles, insurance share, fees collected
        ModuleState state;
        // -- 32 bytes
        AccountId feeAccount; // 32
    }

    struct Operator {
        // -- 1 + 5 = 6 bytes
        uint8 scopes; //  1
        uint40 expirySec; //  5
    }

    /// @dev A side's deleveraging indexes after one step, or at the end of a generation: see DeleverageMath.
    struct Checkpoint {
        // -- 16 + 16 = 32 bytes: size index, generation
        uint256 sizes;
        // -- 32 bytes
        int256 cash;
    }

    /// @dev Where losses went, since the beginning, wad USD.
    struct Losses {
        // -- 16 + 16 = 32 bytes
        uint128 covered; // 16
        uint128 deleveraged; // 16
        // -- 16 + 16 = 32 bytes
        uint128 socialised; // 16
        uint128 unassigned; // 16
    }

    struct Storage {
        // -- 20 + 1 + 1 + 2 + 2 = 26 bytes, read by every check
        IRiskEngine riskEngine; // 20
        bool paused; //  1
        uint8 assetCount; //  1
        /// @dev How many times an account was deleveraged; at its maximum it stays there.
        uint16 deleverages; //  2
        uint16 perpCount; //  2
        // -- 10 + 10 + 4 + 4 + 4 = 32 bytes
        CashMarket.IndexWord cashIndex;
        // -- 16 + 16 = 32 bytes
        CashMarket.TotalsWord cashTotals;
        // -- 32 bytes
        AccountId insuranceAccount;
        // -- 16 assets a slot, so that an account's balances are valued without reading each asset
        uint16[MAX_ASSETS] assetUnderlying;
        mapping(AccountId account => Account) accounts;
        mapping(uint256 assetId => Asset) assets;
        mapping(uint256 underlying => Perp) perps;
        mapping(address module => Module) modules;
        mapping(AccountId account => mapping(address operator => Operator)) operators;
        mapping(uint256 underlying => Dated) dated;
        mapping(InstrumentId instrument => Interest) interests;
        mapping(InstrumentId instrument => mapping(uint256 key => Checkpoint)) checkpoints;
        // -- 16 + 16 = 32 bytes
        /// @dev What deleveraged positions are still going to receive when they are touched.
        int128 pendingCash; // 16
        /// @dev Sum of all futures' cost bases.
        int128 futureCosts; // 16
        Losses losses;
        // -- 16 perps a slot, the first `perpCount` in use, in the order of their listing
        uint16[MAX_UNDERLYING + 1] perpIds;
    }

    Storage internal _s;
}
