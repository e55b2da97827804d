// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ClearinghouseAdmin} from "./ClearinghouseAdmin.sol";
import {ClearinghouseConfig} from "./ClearinghouseConfig.sol";
import {ClearinghouseLedger} from "./ClearinghouseLedger.sol";
import {CASH, MAX_ASSETS, ROLE_LIQUIDATOR, ROLE_VENUE} from "./ClearinghouseStorage.sol";
import {AccountId} from "./types/AccountId.sol";
import {InstrumentId, perpId} from "./types/InstrumentId.sol";
import {PositionWord} from "./types/PositionWord.sol";
import {Portfolio} from "./types/Portfolio.sol";
import {IClearinghouse} from "./interfaces/IClearinghouse.sol";
import {IPriceRouter} from "./interfaces/IPriceRouter.sol";
import {IRiskEngine} from "./interfaces/IRiskEngine.sol";
import {WadMath} from "./libraries/WadMath.sol";
import {CashMarket} from "./markets/CashMarket.sol";
import {Funding} from "./markets/Funding.sol";

/// @title Clearinghouse: see IClearinghouse
/// @dev Every action reads the same: authorise, validate, load, change in memory, check margin, write, emit, call out.
/// The margin check is a static call to the risk engine with the account as it will be.
contract Clearinghouse is ClearinghouseAdmin, ReentrancyGuardTransient {
    uint8 internal constant SCOPE_TRADE = 1;
    uint8 internal constant SCOPE_WITHDRAW = 2;
    uint8 internal constant SCOPE_DEPOSIT = 4;

    uint256 internal immutable _rateBase;
    uint256 internal immutable _rateSlopeLow;
    uint256 internal immutable _rateSlopeHigh;
    uint256 internal immutable _rateKink;
    uint256 internal immutable _rateReserve;

    /// @param authority The AccessManager.
    /// @param model Interest on cash, fixed for good; each rate at most 300% a year.
    constructor(address authority, CashMarket.RateModel memory model) AccessManaged(authority) {
        ClearinghouseConfig.within("base", model.base, 0, 3e18);
        ClearinghouseConfig.within("slopeLow", model.slopeLow, 0, 3e18);
        ClearinghouseConfig.within("slopeHigh", model.slopeHigh, 0, 3e18);
        ClearinghouseConfig.within("kink", model.kink, 0.1e18, 0.99e18);
        ClearinghouseConfig.within("reserve", model.reserve, 0, 0.5e18);
        _rateBase = model.base;
        _rateSlopeLow = model.slopeLow;
        _rateSlopeHigh = model.slopeHigh;
        _rateKink = model.kink;
        _rateReserve = model.reserve;
        _s.cashIndex = CashMarket.Index(1e18, 1e18, 0, 0, uint32(block.timestamp));
    }

    // ------------------------------------------------------------------------------------------------ traders

    /// @inheritdoc IClearinghouse
    function deposit(AccountId account, uint8 assetId, uint256 amountRaw) external nonReentrant {
        _authorise(account, SCOPE_DEPOSIT);
        Asset storage asset = _asset(assetId);
        if (!asset.enabled) revert AssetDisabled(assetId);
        uint256 decimals = asset.decimals;
        (uint256 amount, uint256 takenRaw) = _toWad(amountRaw, decimals);
        uint256 recorded = asset.recorded + amount;
        if (recorded > asset.cap) revert DepositCapExceeded(assetId, asset.cap, recorded);

        _pull(IERC20(asset.token), takenRaw, asset.recorded, decimals);
        asset.recorded = uint128(recorded);
        _credit(account, assetId, int256(amount));
        emit Deposited(account, assetId, msg.sender, takenRaw);
        _clearFlagIfHealthy(account);
    }

    /// @inheritdoc IClearinghouse
    function withdraw(AccountId account, uint8 assetId, uint256 amountRaw, address to) external nonReentrant {
        _authorise(account, SCOPE_WITHDRAW);
        if (to == address(0) || to == address(this)) revert InvalidRecipient(to);
        if (amountRaw == 0) revert AmountZero();
        Asset storage asset = _asset(assetId);
        uint256 amount = _rawToWadUp(amountRaw, asset.decimals);
        uint256 recorded = asset.recorded;
        if (amount > recorded) revert InsufficientLiquidity(assetId, recorded, amount);

        _take(account, assetId, amount);
        asset.recorded = uint128(recorded - amount);
        emit Withdrawn(account, assetId, to, amountRaw);
        _push(IERC20(asset.token), to, amountRaw);
    }

    /// @inheritdoc IClearinghouse
    function transfer(AccountId from, AccountId to, uint8 assetId, uint256 amount) external nonReentrant {
        _authorise(from, SCOPE_WITHDRAW);
        if (from == to) revert SameAccount(from);
        if (from.owner() != to.owner()) _authorise(to, SCOPE_DEPOSIT);
        if (amount == 0) revert AmountZero();
        if (amount > type(uint128).max) revert AmountTooLarge(amount, type(uint128).max);
        _asset(assetId);
        _take(from, assetId, amount);
        _credit(to, assetId, int256(amount));
        emit Transferred(from, to, assetId, amount);
        _clearFlagIfHealthy(to);
    }

    /// @inheritdoc IClearinghouse
    function setProfile(AccountId account, uint8 profileId) external nonReentrant {
        _authorise(account, SCOPE_TRADE);
        if (!_s.riskEngine.isProfile(profileId)) revert IRiskEngine.UnknownProfile(profileId);
        CashMarket.Index memory index = _cashIndex();
        Loaded memory loaded = _load(account, index, 0);
        loaded.profileId = profileId;
        if (loaded.count != 0 || loaded.spotCount != 0 || loaded.cash < 0) {
            IRiskEngine.Margin memory margin = _assess(_portfolio(loaded));
            if (_s.paused || margin.status != IPriceRouter.Status.Ok) {
                revert ReduceOnly(account, margin.status, _s.paused);
            }
            if (margin.equity < int256(margin.initialMargin)) {
                revert BelowInitialMargin(account, margin.equity, margin.initialMargin);
            }
        }
        _s.accounts[account].profileId = profileId;
        emit ProfileChanged(account, profileId);
    }

    /// @inheritdoc IClearinghouse
    function setOperator(AccountId account, address operator, uint8 scopes, uint40 expirySec) external {
        if (msg.sender != account.owner()) revert NotAuthorised(account, msg.sender, type(uint8).max);
        _s.operators[account][operator] = Operator(scopes, expirySec);
        emit OperatorSet(account, operator, scopes, expirySec);
    }

    // ------------------------------------------------------------------------------------------------ anyone

    /// @inheritdoc IClearinghouse
    function accrueInterest() external nonReentrant {
        _storeCash(_cashIndex(), _s.cashTotals);
    }

    /// @inheritdoc IClearinghouse
    function accrueFunding(uint16 underlying) external nonReentrant {
        Perp storage perp = _s.perps[underlying];
        if (!perp.listed) revert UnknownInstrument(perpId(underlying));
        (int256 fundingIndex, int256 premium) = Funding.current(perp.funding, block.timestamp);
        _storeFunding(perp, fundingIndex, premium);
        emit PerpUpdated(underlying, fundingIndex, premium, perp.openInterest);
    }

    /// @inheritdoc IClearinghouse
    function sweepFees(address module) external nonReentrant {
        Module storage entry = _s.modules[module];
        (uint256 toInsurance, uint256 toVenue) = (entry.insuranceFees, entry.venueFees);
        entry.insuranceFees = 0;
        entry.venueFees = 0;
        if (toInsurance != 0) _credit(_s.insuranceAccount, CASH, int256(toInsurance));
        if (toVenue != 0) _credit(entry.feeAccount, CASH, int256(toVenue));
        emit FeesSwept(module, toInsurance, toVenue);
    }

    // ------------------------------------------------------------------------------------------------ modules

    /// @inheritdoc IClearinghouse
    function trade(Trade calldata params) external nonReentrant {
        Module storage module = _module(ROLE_VENUE);
        Perp storage perp = _validateTrade(params);
        (int256 fundingIndex, int256 premium) = _movePremium(perp, params);
        CashMarket.Index memory index = _cashIndex();
        Sides memory sides;
        sides.a = _load(params.buyer, index, 1);
        sides.b = _load(params.seller, index, 1);
        bool added = _exchange(sides, perp, params.instrument, int256(params.size), params.price, fundingIndex);
        uint256 openInterest = perp.openInterest;
        if (added && openInterest > perp.openInterestCap) {
            revert OpenInterestCapExceeded(params.instrument, perp.openInterestCap, openInterest);
        }
        _chargeFees(module, sides, params);
        _checkTrade(sides, _s.paused || !perp.enabled);
        _storeBoth(sides, index);
        _emitTrade(sides, params, fundingIndex, premium, openInterest);
    }

    function _emitTrade(
        Sides memory sides,
        Trade calldata params,
        int256 fundingIndex,
        int256 premium,
        uint256 openInterest
    ) private {
        _emitPosition(sides.a, params.instrument);
        _emitPosition(sides.b, params.instrument);
        emit PerpUpdated(params.instrument.underlying(), fundingIndex, premium, openInterest);
        emit Traded(
            params.buyer,
            params.seller,
            params.instrument,
            params.size,
            params.price,
            params.buyerFee,
            params.sellerFee,
            msg.sender
        );
    }

    /// @inheritdoc IClearinghouse
    function moveBasket(AccountId from, AccountId to, Basket calldata basket, uint256 reward, uint256 incentive)
        external
        nonReentrant
        returns (int256 cashToFrom)
    {
        _module(ROLE_LIQUIDATOR);
        if (from == to) revert SameAccount(from);
        if (incentive != 0) {
            _debitInsurance(incentive);
            emit IncentivePaid(to, incentive);
        }
        CashMarket.Index memory index = _cashIndex();
        Sides memory sides;
        sides.a = _load(from, index, 0);
        sides.b = _load(to, index, basket.instruments.length + basket.assetIds.length);
        cashToFrom = _moveLegs(sides, basket) + _moveSpot(sides, basket);
        sides.a.cash -= int256(reward);
        sides.b.cash += int256(reward + incentive);
        // taking over risk goes on while paused or guarded: the taker is judged at the price adverse to it
        IRiskEngine.Margin memory margin = _assess(_portfolio(sides.b));
        if (margin.equity < int256(margin.initialMargin)) _requireReduced(sides.b, margin);
        _storeBoth(sides, index);
        emit BasketMoved(from, to, cashToFrom, reward);
    }

    /// @inheritdoc IClearinghouse
    function setFlag(AccountId account, uint40 flaggedAt) external nonReentrant {
        _module(ROLE_LIQUIDATOR);
        _s.accounts[account].flaggedAt = flaggedAt;
        emit FlagUpdated(account, flaggedAt);
    }

    /// @inheritdoc IClearinghouse
    function coverBadDebt(AccountId account) external nonReentrant returns (uint256 covered, uint256 remaining) {
        _module(ROLE_LIQUIDATOR);
        Account storage entry = _s.accounts[account];
        if (entry.positionCount != 0 || entry.collateralMask != 0 || entry.cashPrincipal >= 0) {
            revert AccountNotEmpty(account);
        }
        CashMarket.Index memory index = _cashIndex();
        uint256 debt = uint256(-CashMarket.toCash(index, entry.cashPrincipal));
        int256 available = CashMarket.toCash(index, _s.accounts[_s.insuranceAccount].cashPrincipal);
        covered = available <= 0 ? 0 : WadMath.min(debt, uint256(available));
        remaining = debt - covered;
        if (covered != 0) {
            _debitInsurance(covered);
            _credit(account, CASH, int256(covered));
        }
        emit BadDebtCovered(account, covered, remaining);
    }

    // ------------------------------------------------------------------------------------------------ views

    /// @inheritdoc IClearinghouse
    function portfolioOf(AccountId account) external view nonReentrantView returns (Portfolio memory) {
        return _portfolio(_load(account, _cashIndex(), 0));
    }

    /// @inheritdoc IClearinghouse
    function previewBasket(AccountId account, Basket calldata basket)
        external
        view
        nonReentrantView
        returns (Portfolio memory)
    {
        Loaded memory loaded = _load(account, _cashIndex(), 0);
        _previewBasket(loaded, basket);
        return _portfolio(loaded);
    }

    /// @inheritdoc IClearinghouse
    function marginOf(AccountId account) external view nonReentrantView returns (IRiskEngine.Margin memory) {
        return _assess(_portfolio(_load(account, _cashIndex(), 0)));
    }

    /// @inheritdoc IClearinghouse
    function cashOf(AccountId account) external view nonReentrantView returns (int256) {
        return CashMarket.toCash(_cashIndex(), _s.accounts[account].cashPrincipal);
    }

    /// @inheritdoc IClearinghouse
    function cashPrincipalOf(AccountId account) external view nonReentrantView returns (int256) {
        return _s.accounts[account].cashPrincipal;
    }

    /// @inheritdoc IClearinghouse
    function collateralOf(AccountId account, uint8 assetId) external view nonReentrantView returns (uint256) {
        if (assetId >= MAX_ASSETS) revert UnknownAsset(assetId);
        return _s.accounts[account].collateral[assetId];
    }

    /// @inheritdoc IClearinghouse
    function positionOf(AccountId account, InstrumentId instrument)
        external
        view
        nonReentrantView
        returns (int256, int256)
    {
        Account storage entry = _s.accounts[account];
        uint256 count = entry.positionCount;
        for (uint256 i = 0; i < count; ++i) {
            PositionWord word = entry.positions[i];
            if (word.isInstrument(instrument)) return (word.size(), word.cost());
        }
        return (0, 0);
    }

    /// @inheritdoc IClearinghouse
    function positionsOf(AccountId account) external view nonReentrantView returns (PositionWord[] memory) {
        return _load(account, _s.cashIndex, 0).legs;
    }

    /// @inheritdoc IClearinghouse
    function accountInfo(AccountId account)
        external
        view
        nonReentrantView
        returns (uint8 profileId, uint8 positionCount, uint40 flaggedAt, uint64 collateralMask)
    {
        Account storage entry = _s.accounts[account];
        return (entry.profileId, entry.positionCount, entry.flaggedAt, entry.collateralMask);
    }

    /// @inheritdoc IClearinghouse
    function isAuthorised(AccountId account, address caller, uint8 scopes) public view returns (bool) {
        if (caller == account.owner()) return true;
        Operator memory approval = _s.operators[account][caller];
        return approval.scopes & scopes == scopes && block.timestamp <= approval.expirySec;
    }

    /// @inheritdoc IClearinghouse
    function approvalOf(AccountId account, address operator) external view returns (Approval memory) {
        Operator memory approval = _s.operators[account][operator];
        return Approval(approval.scopes, approval.expirySec);
    }

    /// @inheritdoc IClearinghouse
    function assetCount() external view returns (uint8) {
        return _s.assetCount;
    }

    /// @inheritdoc IClearinghouse
    function assetInfo(uint8 assetId) external view nonReentrantView returns (AssetInfo memory) {
        Asset storage asset = _asset(assetId);
        return AssetInfo(
            asset.token, asset.decimals, asset.underlying, asset.enabled, asset.recorded, asset.cap
        );
    }

    /// @inheritdoc IClearinghouse
    function perpConfig(uint16 underlying) external view returns (PerpConfig memory) {
        Perp storage perp = _s.perps[underlying];
        return PerpConfig(perp.enabled, perp.openInterestCap, perp.premiumDepthUsd, perp.priceBandBps);
    }

    /// @inheritdoc IClearinghouse
    function perpState(uint16 underlying) external view nonReentrantView returns (PerpState memory) {
        Perp storage perp = _s.perps[underlying];
        (int256 fundingIndex, int256 premium) = Funding.current(perp.funding, block.timestamp);
        return PerpState(fundingIndex, premium, perp.openInterest, perp.costSum);
    }

    /// @inheritdoc IClearinghouse
    function cashState() external view nonReentrantView returns (CashState memory) {
        CashMarket.Index memory index = _cashIndex();
        (uint256 supplied, uint256 borrowed) = CashMarket.totalCash(index, _s.cashTotals);
        return CashState(
            index.supplyIndex,
            index.borrowIndex,
            uint256(index.supplyRate) * CashMarket.RATE_UNIT,
            uint256(index.borrowRate) * CashMarket.RATE_UNIT,
            supplied,
            borrowed
        );
    }

    /// @inheritdoc IClearinghouse
    function moduleInfo(address module)
        external
        view
        nonReentrantView
        returns (uint8, uint16, uint256, uint256, AccountId)
    {
        Module storage entry = _s.modules[module];
        return (entry.roles, entry.insuranceShareBps, entry.insuranceFees, entry.venueFees, entry.feeAccount);
    }

    /// @inheritdoc IClearinghouse
    function riskEngine() external view returns (IRiskEngine) {
        return _s.riskEngine;
    }

    /// @inheritdoc IClearinghouse
    function insuranceAccount() external view returns (AccountId) {
        return _s.insuranceAccount;
    }

    /// @inheritdoc IClearinghouse
    function paused() external view returns (bool) {
        return _s.paused;
    }

    // ------------------------------------------------------------------------------------------------ authority

    function _authorise(AccountId account, uint8 scopes) private view {
        if (!isAuthorised(account, msg.sender, scopes)) revert NotAuthorised(account, msg.sender, scopes);
    }

    function _module(uint8 role) private view returns (Module storage module) {
        module = _s.modules[msg.sender];
        if (module.roles & role == 0) revert NotModule(msg.sender, role);
    }

    /// @inheritdoc ClearinghouseLedger
    function _rateModel() internal view override returns (CashMarket.RateModel memory) {
        return CashMarket.RateModel(_rateBase, _rateSlopeLow, _rateSlopeHigh, _rateKink, _rateReserve);
    }
}
