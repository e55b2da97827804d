// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {
    CASH,
    MAX_ASSETS,
    MAX_POSITIONS,
    ROLE_LIQUIDATOR,
    ROLE_VENUE,
    SCOPE_TRADE
} from "./ClearinghouseStorage.sol";
import {ClearinghouseLedger} from "./ClearinghouseLedger.sol";
import {ClearinghouseTrading} from "./ClearinghouseTrading.sol";
import {AccountId} from "./types/AccountId.sol";
import {AssetConfig, toAssetConfig} from "./types/AssetConfig.sol";
import {AssetTotals, toAssetTotals} from "./types/AssetTotals.sol";
import {toFundingState} from "./types/FundingState.sol";
import {ModuleState, toModuleState} from "./types/ModuleState.sol";
import {InstrumentId, MAX_UNDERLYING, perpId} from "./types/InstrumentId.sol";
import {OpenInterest} from "./types/OpenInterest.sol";
import {PositionWord} from "./types/PositionWord.sol";
import {IClearinghouseExt} from "./interfaces/IClearinghouseExt.sol";
import {IPriceRouter} from "./interfaces/IPriceRouter.sol";
import {IRiskEngine} from "./interfaces/IRiskEngine.sol";
import {IRiskTypes} from "./interfaces/IRiskTypes.sol";
import {WadMath} from "./libraries/WadMath.sol";
import {CashMarket} from "./markets/CashMarket.sol";
import {Funding} from "./markets/Funding.sol";

/// @title ClearinghouseExt: what governance may set, each within hard bounds, and the rarely used reads
/// @dev The clearinghouse delegates the calls it does not know to this contract, whose address is fixed for good at its
/// deployment, and so stays below the code size limit (as Compound III's Comet does with CometExt). Both inherit
/// the same storage. Called at its own address it acts on storage that nobody reads.
///
/// Who may call what is the AccessManager's to say: changes that add risk wait behind its timelock, `pause` and what
/// tightens belong to the guardian.
contract ClearinghouseExt is ClearinghouseTrading, IClearinghouseExt {
    uint256 private constant MAX_BPS = 10_000;

    constructor(address authority) AccessManaged(authority) {}

    // ------------------------------------------------------------------------------------------------ traders

    /// @inheritdoc IClearinghouseExt
    function setProfile(AccountId account, uint8 profileId) external nonReentrant {
        _authorise(account, SCOPE_TRADE);
        if (!_s.riskEngine.isProfile(profileId)) revert IRiskTypes.UnknownProfile(profileId);
        CashMarket.Index memory index = _cashIndex();
        Loaded memory loaded;
        _loadForAction(loaded, account, index, 0, 0);
        loaded.profileId = profileId;
        if (loaded.count != 0 || loaded.spotCount != 0 || loaded.cash < 0) {
            IRiskTypes.Margin memory margin = _assess(loaded, false);
            if (_s.paused || margin.status != IPriceRouter.Status.Ok) {
                revert ReduceOnly(account, margin.status, _s.paused);
            }
            if (margin.equity < int256(margin.initialMargin)) {
                revert BelowInitialMargin(account, margin.equity, margin.initialMargin);
            }
        }
        _s.accounts[account].header = loaded.header.withProfile(profileId);
        emit ProfileChanged(account, profileId);
    }

    /// @inheritdoc IClearinghouseExt
    function setOperator(AccountId account, address operator, uint8 scopes, uint40 expirySec) external {
        if (msg.sender != account.owner()) revert NotAuthorised(account, msg.sender, type(uint8).max);
        _s.operators[account][operator] = Operator(scopes, expirySec);
        emit OperatorSet(account, operator, scopes, expirySec);
    }

    // ------------------------------------------------------------------------------------------------ anyone

    /// @inheritdoc IClearinghouseExt
    function accrueInterest() external nonReentrant {
        _storeCash(_cashIndex(), CashMarket.unpack(_s.cashTotals));
    }

    /// @inheritdoc IClearinghouseExt
    function accrueFunding(uint16 underlying) external nonReentrant {
        Perp storage perp = _s.perps[underlying];
        if (!perp.listed) revert UnknownInstrument(perpId(underlying));
        (int256 fundingIndex, int256 premium) = Funding.current(perp.funding, block.timestamp);
        _storeFunding(perp, fundingIndex, premium);
        emit PerpUpdated(underlying, fundingIndex, premium, perp.interest.total.units());
    }

    /// @inheritdoc IClearinghouseExt
    function settleExpired(AccountId[] calldata accounts) external nonReentrant {
        for (uint256 i = 0; i < accounts.length; ++i) {
            _settleFirst(accounts[i]);
        }
    }

    /// @inheritdoc IClearinghouseExt
    function settleWithin(AccountId account) external {
        if (!_reentrancyGuardEntered()) revert NotWithinAction();
        _settleFirst(account);
    }

    /// @inheritdoc ClearinghouseLedger
    function _settleFirst(AccountId account) internal override {
        CashMarket.Index memory index = _cashIndex();
        Loaded memory loaded = _load(account, index);
        if (loaded.moved) _bookSync(loaded, index);
        bool settled = loaded.due && _settleLegs(loaded);
        if (!loaded.moved && !settled) return;
        CashMarket.Totals memory totals = CashMarket.unpack(_s.cashTotals);
        _store(loaded, index, totals);
        _storeCash(index, totals);
    }

    /// @dev Books what deleveraging did to the account, so that storing it writes that down.
    function _bookSync(Loaded memory loaded, CashMarket.Index memory index) private {
        PositionWord[MAX_POSITIONS] storage positions = _s.accounts[loaded.id].positions;
        uint256 count = loaded.header.positionCount();
        int256 paid;
        for (uint256 i = 0; i < count; ++i) {
            PositionWord word = positions[i];
            loaded.oldLegs[i] = word;
            (bool changed, InstrumentId instrument, Synced memory synced) = _synced(word);
            if (!changed) continue;
            // the units left with the account that was deleveraged; the costs are still in the sum
            _moveInterest(_interestOf(instrument), instrument, 0, -synced.cost);
            paid += synced.paid;
            _emitSynced(loaded.id, instrument, synced);
        }
        _s.pendingCash -= SafeCast.toInt128(paid);
        (loaded.oldCount, loaded.oldCash) = (count, CashMarket.toCash(index, loaded.principal));
    }

    function _emitSynced(AccountId account, InstrumentId instrument, Synced memory synced) private {
        int256 size = synced.word.size();
        int256 cost = size == 0 || instrument.isOption() ? int256(0) : synced.word.cost();
        emit PositionUpdated(account, instrument, size, cost);
        emit PositionDeleveraged(account, instrument, synced.closed, synced.cost + synced.paid);
    }

    /// @dev Turns legs whose expiry has settled into cash (SPEC-V8), rounded down for either side.
    function _settleLegs(Loaded memory loaded) private returns (bool settled) {
        for (uint256 i = 0; i < loaded.count;) {
            PositionWord leg = loaded.legs[i];
            InstrumentId instrument = leg.instrument();
            uint256 expirySec = instrument.expirySec();
            uint256 price;
            if (expirySec != 0 && expirySec <= block.timestamp) {
                price = _s.riskEngine.settlementOf(instrument.underlying(), uint40(expirySec));
            }
            if (price == 0) {
                ++i;
                continue;
            }
            _settleLeg(loaded, i, leg, price);
            settled = true;
        }
    }

    function _settleLeg(Loaded memory loaded, uint256 i, PositionWord leg, uint256 price) private {
        InstrumentId instrument = leg.instrument();
        int256 size = leg.size();
        int256 cost = instrument.isOption() ? int256(0) : leg.cost();
        int256 cash = WadMath.mulFloor(size, int256(instrument.payoff(price))) + cost;
        loaded.cash += cash;
        _remove(loaded, i);
        _moveInterest(_s.interests[instrument], instrument, -_long(size), -cost);
        emit PositionUpdated(loaded.id, instrument, 0, 0);
        emit PositionSettled(loaded.id, instrument, size, price, cash);
    }

    /// @inheritdoc IClearinghouseExt
    function sweepFees(address module) external nonReentrant {
        _sweepFees(module);
    }

    // ------------------------------------------------------------------------------------------------ modules

    /// @inheritdoc IClearinghouseExt
    function setFlag(AccountId account, uint40 flaggedAt) external nonReentrant {
        _module(ROLE_LIQUIDATOR);
        _s.accounts[account].header = _s.accounts[account].header.withFlag(flaggedAt);
        emit FlagUpdated(account, flaggedAt);
    }

    // ------------------------------------------------------------------------------------------------ governance

    /// @inheritdoc IClearinghouseExt
    function setAsset(
        uint8 assetId,
        address token,
        uint16 underlying,
        bool enabled,
        uint256 cap
    ) external restricted {
        _within("cap", cap, 0, type(uint128).max);
        AssetConfig config = _s.assets[assetId].config;
        uint256 decimals = config.decimals();
        if (assetId == _s.assetCount) {
            decimals = _list(assetId, token, underlying);
        } else if (assetId > _s.assetCount) {
            revert UnknownAsset(assetId);
        } else if (config.token() != token || config.underlying() != underlying) {
            revert InvalidConfig("token", uint160(token), uint160(config.token()), uint160(config.token()));
        }
        _storeAsset(assetId, toAssetConfig(token, decimals, underlying, enabled), cap);
    }

    function _storeAsset(uint8 assetId, AssetConfig config, uint256 cap) private {
        Asset storage asset = _s.assets[assetId];
        asset.config = config;
        asset.totals = toAssetTotals(asset.totals.recorded(), cap);
        emit AssetSet(
            assetId,
            config.token(),
            uint8(config.decimals()),
            config.underlying(),
            config.enabled(),
            cap
        );
    }

    /// @dev Takes the next number. Returns the token's decimals.
    function _list(uint8 assetId, address token, uint16 underlying) private returns (uint256 decimals) {
        _within("assetId", assetId, 0, MAX_ASSETS - 1);
        if (token.code.length == 0) revert NotAContract(token);
        bool isCash = assetId == CASH;
        _within("underlying", underlying, isCash ? 0 : 1, isCash ? 0 : MAX_UNDERLYING);
        // a token under two numbers would be counted twice
        for (uint256 i = 0; i < assetId; ++i) {
            if (_s.assets[i].config.token() == token) revert InvalidConfig("token", uint160(token), 0, 0);
        }
        decimals = _decimalsOf(token);
        _within("decimals", decimals, 2, 24);
        _s.assetUnderlying[assetId] = underlying;
        _s.assetCount = assetId + 1;
        // an underlying without a price would make its holders impossible to assess
        if (!isCash) _s.riskEngine.indexOf(underlying);
    }

    function _decimalsOf(address token) private view returns (uint256 decimals) {
        (bool ok, bytes memory answer) = token.staticcall(abi.encodeCall(IERC20Metadata.decimals, ()));
        if (!ok || answer.length < 32) revert TokenNotAnswering(token);
        return abi.decode(answer, (uint256));
    }

    /// @inheritdoc IClearinghouseExt
    function tightenAsset(uint8 assetId, bool enabled, uint256 cap) external restricted {
        (Asset storage asset, AssetConfig config) = _asset(assetId);
        _within("cap", cap, 0, asset.totals.cap());
        if (enabled && !config.enabled()) revert InvalidConfig("enabled", 1, 0, 0);
        config = toAssetConfig(config.token(), config.decimals(), config.underlying(), enabled);
        _storeAsset(assetId, config, cap);
    }

    /// @inheritdoc IClearinghouseExt
    function setPerp(uint16 underlying, PerpConfig calldata config) external restricted {
        _within("underlying", underlying, 1, MAX_UNDERLYING);
        _within("openInterestCap", config.openInterestCap, 0, type(uint96).max);
        _within("premiumDepthUsd", config.premiumDepthUsd, 1_000, 1e12);
        _within("priceBandBps", config.priceBandBps, 10, 1_000);
        _within("scaleToBps", config.scaleToBps, 0, MAX_BPS);
        if (config.scaleToBps != 0) _within("scaleFromBps", config.scaleFromBps, 0, config.scaleToBps - 1);
        else _within("scaleFromBps", config.scaleFromBps, 0, 0);
        _s.riskEngine.indexOf(underlying);
        Perp storage perp = _s.perps[underlying];
        if (!perp.listed) {
            perp.funding = toFundingState(0, 0, block.timestamp, 0);
            _s.perpIds[_s.perpCount++] = underlying;
        }
        perp.listed = true;
        perp.enabled = config.enabled;
        perp.openInterestCap = uint96(config.openInterestCap);
        perp.premiumDepthUsd = uint48(config.premiumDepthUsd);
        perp.priceBandBps = uint16(config.priceBandBps);
        perp.scaleFromBps = uint16(config.scaleFromBps);
        perp.scaleToBps = uint16(config.scaleToBps);
        emit PerpSet(underlying, config);
    }

    /// @inheritdoc IClearinghouseExt
    function setDated(uint16 underlying, DatedConfig calldata config) external restricted {
        _within("underlying", underlying, 1, MAX_UNDERLYING);
        _within("openInterestCap", config.openInterestCap, 0, type(uint96).max);
        _within("priceBandBps", config.priceBandBps, 10, 2_000);
        _s.riskEngine.indexOf(underlying);
        _s.dated[underlying] = Dated(
            config.enabled,
            uint96(config.openInterestCap),
            uint16(config.priceBandBps),
            true
        );
        emit DatedSet(underlying, config);
    }

    /// @inheritdoc IClearinghouseExt
    function tightenDated(uint16 underlying, bool enabled, uint256 openInterestCap) external restricted {
        Dated storage dated = _s.dated[underlying];
        if (!dated.listed) revert UnknownInstrument(InstrumentId.wrap(0));
        _within("openInterestCap", openInterestCap, 0, dated.openInterestCap);
        if (enabled && !dated.enabled) revert InvalidConfig("enabled", 1, 0, 0);
        dated.enabled = enabled;
        dated.openInterestCap = uint96(openInterestCap);
        emit DatedSet(underlying, DatedConfig(enabled, openInterestCap, dated.priceBandBps));
    }

    /// @inheritdoc IClearinghouseExt
    function tightenPerp(uint16 underlying, bool enabled, uint256 openInterestCap) external restricted {
        Perp storage perp = _s.perps[underlying];
        if (!perp.listed) revert UnknownInstrument(perpId(underlying));
        _within("openInterestCap", openInterestCap, 0, perp.openInterestCap);
        if (enabled && !perp.enabled) revert InvalidConfig("enabled", 1, 0, 0);
        perp.enabled = enabled;
        perp.openInterestCap = uint96(openInterestCap);
        emit PerpSet(underlying, _perpConfig(underlying));
    }

    /// @inheritdoc IClearinghouseExt
    function setModule(
        address module,
        uint8 roles,
        uint16 insuranceShareBps,
        AccountId feeAccount
    ) external restricted {
        _within("roles", roles, 0, ROLE_VENUE | ROLE_LIQUIDATOR);
        _within("insuranceShareBps", insuranceShareBps, 0, MAX_BPS);
        if (roles != 0 && module.code.length == 0) revert NotAContract(module);
        // what was earned until now belongs to the account that was set until now
        _sweepFees(module);
        Module storage entry = _s.modules[module];
        ModuleState state = entry.state;
        entry.state = toModuleState(roles, insuranceShareBps, state.insuranceFees(), state.venueFees());
        entry.feeAccount = feeAccount;
        emit ModuleSet(module, roles, insuranceShareBps, feeAccount);
    }

    /// @inheritdoc IClearinghouseExt
    function setRiskEngine(IRiskEngine newEngine) external restricted {
        if (address(newEngine).code.length == 0) revert NotAContract(address(newEngine));
        // profile 0 is what every account starts with
        if (!newEngine.isProfile(0)) revert IRiskTypes.UnknownProfile(0);
        _s.riskEngine = newEngine;
        emit RiskEngineSet(address(newEngine));
    }

    function _sweepFees(address module) private {
        Module storage entry = _s.modules[module];
        ModuleState state = entry.state;
        (uint256 toInsurance, uint256 toVenue) = (state.insuranceFees(), state.venueFees());
        if (toInsurance + toVenue == 0) return;
        entry.state = toModuleState(state.roles(), state.insuranceShareBps(), 0, 0);
        if (toInsurance != 0) _credit(_s.insuranceAccount, CASH, int256(toInsurance));
        if (toVenue != 0) _credit(entry.feeAccount, CASH, int256(toVenue));
        emit FeesSwept(module, toInsurance, toVenue);
    }

    function _within(string memory field, uint256 value, uint256 min, uint256 max) internal pure {
        if (value < min || value > max) revert InvalidConfig(field, value, min, max);
    }

    /// @inheritdoc IClearinghouseExt
    function setInsuranceAccount(AccountId account) external restricted {
        _s.insuranceAccount = account;
        emit InsuranceAccountSet(account);
    }

    /// @inheritdoc IClearinghouseExt
    function pause() external restricted {
        _s.paused = true;
        emit PauseSet(true);
    }

    /// @inheritdoc IClearinghouseExt
    function unpause() external restricted {
        _s.paused = false;
        emit PauseSet(false);
    }

    // ------------------------------------------------------------------------------------------------ views

    /// @inheritdoc IClearinghouseExt
    function approvalOf(AccountId account, address operator) external view returns (Approval memory) {
        Operator memory approval = _s.operators[account][operator];
        return Approval(approval.scopes, approval.expirySec);
    }

    /// @inheritdoc IClearinghouseExt
    function cashPrincipalOf(AccountId account) external view nonReentrantView returns (int256) {
        return _s.accounts[account].header.cashPrincipal();
    }

    /// @inheritdoc IClearinghouseExt
    function collateralOf(AccountId account, uint8 assetId) external view nonReentrantView returns (uint256) {
        if (assetId >= MAX_ASSETS) revert UnknownAsset(assetId);
        return _s.accounts[account].collateral[assetId];
    }

    /// @inheritdoc IClearinghouseExt
    function positionsOf(
        AccountId account
    ) external view nonReentrantView returns (PositionWord[] memory legs) {
        Loaded memory loaded = _load(account, _cashIndex());
        legs = loaded.legs;
        uint256 count = loaded.count;
        assembly ("memory-safe") {
            // legs that deleveraging has closed are gone from it, though not yet from storage
            mstore(legs, count)
        }
    }

    /// @inheritdoc IClearinghouseExt
    function insuranceAccount() external view returns (AccountId) {
        return _s.insuranceAccount;
    }

    /// @inheritdoc IClearinghouseExt
    function paused() external view returns (bool) {
        return _s.paused;
    }

    /// @inheritdoc IClearinghouseExt
    function assetCount() external view returns (uint8) {
        return _s.assetCount;
    }

    /// @inheritdoc IClearinghouseExt
    function assetInfo(uint8 assetId) external view nonReentrantView returns (AssetInfo memory) {
        (Asset storage asset, AssetConfig config) = _asset(assetId);
        AssetTotals totals = asset.totals;
        return
            AssetInfo(
                config.token(),
                uint8(config.decimals()),
                config.underlying(),
                config.enabled(),
                totals.recorded(),
                totals.cap()
            );
    }

    /// @inheritdoc IClearinghouseExt
    function perpConfig(uint16 underlying) external view returns (PerpConfig memory) {
        return _perpConfig(underlying);
    }

    function _perpConfig(uint16 underlying) private view returns (PerpConfig memory) {
        Perp storage perp = _s.perps[underlying];
        return
            PerpConfig(
                perp.enabled,
                perp.openInterestCap,
                perp.premiumDepthUsd,
                perp.priceBandBps,
                perp.scaleFromBps,
                perp.scaleToBps
            );
    }

    /// @inheritdoc IClearinghouseExt
    function datedConfig(uint16 underlying) external view returns (DatedConfig memory) {
        Dated storage dated = _s.dated[underlying];
        return DatedConfig(dated.enabled, dated.openInterestCap, dated.priceBandBps);
    }

    /// @inheritdoc IClearinghouseExt
    function openInterestOf(
        InstrumentId instrument
    ) external view nonReentrantView returns (uint256, int256) {
        OpenInterest total = _interest(instrument).total;
        return (total.units(), total.costSum());
    }

    /// @inheritdoc IClearinghouseExt
    function perpState(uint16 underlying) external view nonReentrantView returns (PerpState memory) {
        Perp storage perp = _s.perps[underlying];
        (int256 fundingIndex, int256 premium) = Funding.current(perp.funding, block.timestamp);
        return PerpState(fundingIndex, premium, perp.interest.total.units(), perp.interest.total.costSum());
    }

    /// @inheritdoc IClearinghouseExt
    function cashState() external view nonReentrantView returns (CashState memory) {
        CashMarket.Index memory index = _cashIndex();
        (uint256 supplied, uint256 borrowed) = CashMarket.totalCash(index, CashMarket.unpack(_s.cashTotals));
        return
            CashState(
                index.supplyIndex,
                index.borrowIndex,
                index.supplyRate * CashMarket.RATE_UNIT,
                index.borrowRate * CashMarket.RATE_UNIT,
                supplied,
                borrowed
            );
    }

    /// @inheritdoc IClearinghouseExt
    function moduleInfo(
        address module
    ) external view nonReentrantView returns (uint8, uint16, uint256, uint256, AccountId) {
        Module storage entry = _s.modules[module];
        ModuleState state = entry.state;
        return (
            state.roles(),
            state.insuranceShareBps(),
            state.insuranceFees(),
            state.venueFees(),
            entry.feeAccount
        );
    }
}
