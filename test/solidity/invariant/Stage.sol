// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {IInsuranceFund} from "../../../contracts/interfaces/IInsuranceFund.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";
import {IOrderMatcher} from "../../../contracts/interfaces/IOrderMatcher.sol";
import {IRiskEngine} from "../../../contracts/interfaces/IRiskEngine.sol";
import {ISettlementTwap} from "../../../contracts/interfaces/ISettlementTwap.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId} from "../../../contracts/types/InstrumentId.sol";
import {FixedSurfaces} from "../risk/FixedSurfaces.sol";

uint256 constant ASSETS = 5;
uint256 constant SERIES = 6;
uint256 constant ACCOUNTS = 9;
/// @dev Accounts 0 and 1 are one owner's, and so are 2 and 3; 4 and 5 have an owner each. They trade.
uint256 constant TRADERS = 6;
uint256 constant LIQUIDATOR = 6;
uint256 constant INSURANCE = 7;
/// @dev Collects the venues' share of fees, and belongs to the handler.
uint256 constant VENUE = 8;
uint16 constant BTC_ID = 1;
uint16 constant ETH_ID = 2;
/// @dev Instruments: BTC perp, ETH perp, and ETH's future, call and put of the near expiry and call of the far one.
uint256 constant FIRST_DATED = 2;

/// @param assetUnits One raw unit of each asset in wad; 0 for the asset of more than 18 decimals.
/// @param expiries Of each instrument, 0 for perps.
struct Parts {
    IClearinghouse house;
    ILiquidator liquidator;
    IInsuranceFund insurance;
    IRiskEngine engine;
    IOrderMatcher matcher;
    ISettlementTwap twap;
    FixedSurfaces surfaces;
    AccessManager manager;
    MockAggregator btcFeed;
    MockAggregator ethFeed;
    MockAggregator ethBackup;
    MockAggregator sequencer;
    address guardian;
    AccountId[] accounts;
    InstrumentId[] instruments;
    uint256[] traderKeys;
}

/// @title Stage: what everybody in the invariant suites acts on: nine accounts, six instruments, five tokens
/// @dev The tokens have 6 (or another number of, for cash), 18, 8, 2 and 24 decimals.
abstract contract Stage {
    IClearinghouse internal house;
    ILiquidator internal liquidator;
    IInsuranceFund internal insurance;
    IRiskEngine internal engine;
    IOrderMatcher internal matcher;
    ISettlementTwap internal twap;
    FixedSurfaces internal surfaces;
    AccessManager internal manager;
    MockAggregator internal btcFeed;
    MockAggregator internal ethFeed;
    MockAggregator internal ethBackup;
    MockAggregator internal sequencer;
    address internal guardian;
    AccountId[] internal ids;
    InstrumentId[] internal instruments;
    uint256[] internal traderKeys;

    error UnknownAccount(AccountId account);
    error UnknownSeries(InstrumentId instrument);

    function _enter(Parts memory parts) internal {
        (house, liquidator, insurance) = (parts.house, parts.liquidator, parts.insurance);
        (engine, matcher, twap) = (parts.engine, parts.matcher, parts.twap);
        (surfaces, manager, guardian) = (parts.surfaces, parts.manager, parts.guardian);
        (btcFeed, ethFeed) = (parts.btcFeed, parts.ethFeed);
        (ethBackup, sequencer) = (parts.ethBackup, parts.sequencer);
        ids = parts.accounts;
        instruments = parts.instruments;
        traderKeys = parts.traderKeys;
    }

    function _placeOf(AccountId account) internal view returns (uint256 i) {
        for (; i < ids.length; ++i) if (ids[i] == account) return i;
        revert UnknownAccount(account);
    }

    function _seriesOf(InstrumentId instrument) internal view returns (uint256 k) {
        for (; k < SERIES; ++k) if (instruments[k] == instrument) return k;
        revert UnknownSeries(instrument);
    }

    function _underlyingOf(uint256 series) internal pure returns (uint16) {
        return series == 0 ? BTC_ID : ETH_ID;
    }
}
