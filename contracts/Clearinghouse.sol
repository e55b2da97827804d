// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ClearinghouseLedger} from "./ClearinghouseLedger.sol";
import {ClearinghouseTrading} from "./ClearinghouseTrading.sol";
import {CASH, ROLE_VENUE, SCOPE_DEPOSIT, SCOPE_WITHDRAW} from "./ClearinghouseStorage.sol";
import {RateModel} from "./types/RateModel.sol";
import {AccountHeader} from "./types/AccountHeader.sol";
import {AccountId} from "./types/AccountId.sol";
import {AssetConfig} from "./types/AssetConfig.sol";
import {AssetTotals, toAssetTotals} from "./types/AssetTotals.sol";
import {InstrumentId} from "./types/InstrumentId.sol";
import {PositionWord} from "./types/PositionWord.sol";
import {Portfolio} from "./types/Portfolio.sol";
import {IClearinghouseExt} from "./interfaces/IClearinghouseExt.sol";
import {IClearinghouseCore} from "./interfaces/IClearinghouseCore.sol";
import {IClearinghouseDeleveraging} from "./interfaces/IClearinghouseDeleveraging.sol";
import {IClearinghouseLiquidation} from "./interfaces/IClearinghouseLiquidation.sol";
import {IClearinghousePermit} from "./interfaces/IClearinghousePermit.sol";
import {IClearinghouseReserve} from "./interfaces/IClearinghouseReserve.sol";
import {IRiskEngine} from "./interfaces/IRiskEngine.sol";
import {IRiskTypes} from "./interfaces/IRiskTypes.sol";
import {CashMarket} from "./markets/CashMarket.sol";

/// @title Clearinghouse: see IClearinghouse
/// @dev Every action reads the same: authorise, validate, load, change in memory, check margin, write, emit, call out.
/// The margin check is a static call to the risk engine with the account as it will be.
contract Clearinghouse is ClearinghouseTrading, IClearinghouseCore {
    /// @inheritdoc IClearinghouseCore
    address public immutable extension;
    /// @inheritdoc IClearinghouseCore
    address public immutable liquidation;
    /// @inheritdoc IClearinghouseCore
    address public immutable deleveraging;
    uint256 internal immutable _rateBase;
    uint256 internal immutable _rateSlopeLow;
    uint256 internal immutable _rateSlopeHigh;
    uint256 internal immutable _rateKink;
    uint256 internal immutable _rateReserve;

    /// @param authority The AccessManager.
    /// @param extension_ The ClearinghouseExt.
    /// @param liquidation_ The ClearinghouseLiquidation.
    /// @param deleveraging_ The ClearinghouseDeleveraging.
    /// @param model Interest on cash, fixed for good; each rate at most 300% a year.
    constructor(
        address authority,
        address extension_,
        address liquidation_,
        address deleveraging_,
        RateModel memory model
    ) AccessManaged(authority) {
        if (extension_.code.length == 0) revert NotAContract(extension_);
        if (liquidation_.code.length == 0) revert NotAContract(liquidation_);
        if (deleveraging_.code.length == 0) revert NotAContract(deleveraging_);
        extension = extension_;
        liquidation = liquidation_;
        deleveraging = deleveraging_;
        _within("base", model.base, 0, 3e18);
        _within("slopeLow", model.slopeLow, 0, 3e18);
        _within("slopeHigh", model.slopeHigh, 0, 3e18);
        _within("kink", model.kink, 0.1e18, 0.99e18);
        _within("reserve", model.reserve, 0, 0.5e18);
        _rateBase = model.base;
        _rateSlopeLow = model.slopeLow;
        _rateSlopeHigh = model.slopeHigh;
        _rateKink = model.kink;
        _rateReserve = model.reserve;
        _s.cashIndex = CashMarket.pack(CashMarket.Index(1e18, 1e18, 0, 0, block.timestamp));
    }

    /// @dev Liquidations, deleveragings, deposits by permit, reserved slots, governance and rarely used reads. All addresses are immutable. What runs there calls
    /// back here for the rate model, and to settle an account first, and nothing else.
    fallback() external {
        address target = _partOf(msg.sig);
        assembly {
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), target, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            switch ok
            case 0 {
                revert(0, returndatasize())
            }
            default {
                return(0, returndatasize())
            }
        }
    }

    function _partOf(bytes4 selector) private view returns (address) {
        if (
            selector == IClearinghouseLiquidation.executeLiquidation.selector ||
            selector == IClearinghouseLiquidation.quoteLiquidation.selector
        ) return liquidation;
        if (
            selector == IClearinghouseDeleveraging.executeDeleverage.selector ||
            selector == IClearinghouseDeleveraging.coverBadDebt.selector ||
            selector == IClearinghouseDeleveraging.solvency.selector ||
            selector == IClearinghousePermit.depositWithPermit.selector ||
            selector == IClearinghouseReserve.reservePositions.selector ||
            selector == IClearinghouseReserve.reservedPositions.selector
        ) return deleveraging;
        return extension;
    }

    // ------------------------------------------------------------------------------------------------ traders

    /// @inheritdoc IClearinghouseCore
    function deposit(AccountId account, uint8 assetId, uint256 amountRaw) external nonReentrant {
        _deposit(account, assetId, amountRaw);
    }

    /// @inheritdoc IClearinghouseCore
    function withdraw(AccountId account, uint8 assetId, uint256 amountRaw, address to) external nonReentrant {
        _authorise(account, SCOPE_WITHDRAW);
        if (to == address(0) || to == address(this)) revert InvalidRecipient(to);
        if (amountRaw == 0) revert AmountZero();
        (Asset storage asset, AssetConfig config) = _asset(assetId);
        uint256 amount = _rawToWadUp(amountRaw, config.decimals());
        AssetTotals totals = asset.totals;
        if (amount > totals.recorded()) revert InsufficientLiquidity(assetId, totals.recorded(), amount);

        _take(account, assetId, amount);
        asset.totals = toAssetTotals(totals.recorded() - amount, totals.cap());
        emit Withdrawn(account, assetId, to, amountRaw);
        _push(IERC20(config.token()), to, amountRaw, totals.recorded(), config.decimals());
    }

    /// @inheritdoc IClearinghouseCore
    function transfer(AccountId from, AccountId to, uint8 assetId, uint256 amount) external nonReentrant {
        _authorise(from, SCOPE_WITHDRAW);
        if (from == to) revert SameAccount(from);
        if (from.owner() != to.owner()) _authorise(to, SCOPE_DEPOSIT);
        if (amount == 0) revert AmountZero();
        if (amount > type(uint128).max) revert AmountTooLarge(amount, type(uint128).max);
        _asset(assetId);
        _take(from, assetId, amount);
        AccountHeader header = _credit(to, assetId, int256(amount));
        emit Transferred(from, to, assetId, amount);
        _clearFlagIfHealthy(to, header);
    }

    // ------------------------------------------------------------------------------------------------ modules

    /// @inheritdoc IClearinghouseCore
    function trade(Trade calldata params) external nonReentrant {
        _executeTrade(params, 0);
    }

    /// @inheritdoc IClearinghouseCore
    function tradeWithTip(Trade calldata params, Tip calldata tip) external nonReentrant {
        uint256 amount = tip.amount;
        if (amount == 0) revert AmountZero();
        if (amount > type(uint128).max) revert AmountTooLarge(amount, type(uint128).max);
        _executeTrade(params, tip.byBuyer ? int256(amount) : -int256(amount));
        emit TipPaid(tip.byBuyer ? params.buyer : params.seller, tip.to, amount);
        _credit(tip.to, CASH, int256(amount));
    }

    /// @param tip What the buyer pays on top of its fee, wad USD; where negative, what the seller pays.
    function _executeTrade(Trade calldata params, int256 tip) private {
        Module storage module = _module(ROLE_VENUE);
        Interest storage interest = _validateTrade(params);
        bool isPerp = params.instrument.expirySec() == 0;
        int256 fundingIndex;
        int256 premium;
        if (isPerp) (fundingIndex, premium) = _movePremium(params);
        else _checkBand(params);
        CashMarket.Index memory index = _cashIndex();
        Sides memory sides = _newSides()[0];
        _loadForAction(sides.a, params.buyer, index, 1, 0);
        _loadForAction(sides.b, params.seller, index, 1, 0);
        bool added = _exchange(
            sides,
            interest,
            params.instrument,
            int256(params.size),
            params.price,
            fundingIndex
        );
        uint256 openInterest = interest.total.units();
        if (isPerp) _storeFunding(_s.perps[params.instrument.underlying()], fundingIndex, premium);
        bool enabled = _checkCap(params.instrument, added, openInterest);
        _chargeFees(module, sides, params);
        if (tip != 0) _chargeTip(sides, params, tip);
        _checkTrade(sides, _s.paused || !enabled);
        _storeBoth(sides, index);
        if (isPerp) emit PerpUpdated(params.instrument.underlying(), fundingIndex, premium, openInterest);
        else emit OpenInterestUpdated(params.instrument, openInterest);
        _emitTrade(sides, params);
    }

    /// @return enabled Whether the market is open for new risk.
    function _checkCap(
        InstrumentId instrument,
        bool added,
        uint256 openInterest
    ) private view returns (bool enabled) {
        uint256 underlying = instrument.underlying();
        uint256 cap;
        if (instrument.expirySec() == 0) {
            Perp storage perp = _s.perps[underlying];
            (enabled, cap) = (perp.enabled, perp.openInterestCap);
        } else {
            Dated storage dated = _s.dated[underlying];
            (enabled, cap) = (dated.enabled, dated.openInterestCap);
        }
        if (added && openInterest > cap) revert OpenInterestCapExceeded(instrument, cap, openInterest);
    }

    function _emitTrade(Sides memory sides, Trade calldata params) private {
        _emitPosition(sides.a, params.instrument);
        _emitPosition(sides.b, params.instrument);
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

    // ------------------------------------------------------------------------------------------------ views

    /// @inheritdoc IClearinghouseCore
    function rateModel() external view returns (RateModel memory) {
        return _rateModel();
    }

    /// @inheritdoc IClearinghouseCore
    function portfolioOf(AccountId account) external view nonReentrantView returns (Portfolio memory) {
        uint256 portfolio = _encode(_load(account, _cashIndex()), false);
        assembly ("memory-safe") {
            // the only value: the word before it, which has been used up, becomes its offset
            let start := sub(portfolio, 0x20)
            mstore(start, 0x20)
            return(start, sub(mload(0x40), start))
        }
    }

    /// @inheritdoc IClearinghouseCore
    function marginOf(AccountId account) external view nonReentrantView returns (IRiskTypes.Margin memory) {
        return _assess(_load(account, _cashIndex()), false);
    }

    /// @inheritdoc IClearinghouseCore
    function cashOf(AccountId account) external view nonReentrantView returns (int256) {
        AccountHeader header = _s.accounts[account].header;
        if (header.positionCount() != 0 && _isBehind(header, _s.deleverages)) {
            return _load(account, _cashIndex()).cash;
        }
        return CashMarket.toCash(_cashIndex(), header.cashPrincipal());
    }

    /// @inheritdoc IClearinghouseCore
    function positionOf(
        AccountId account,
        InstrumentId instrument
    ) external view nonReentrantView returns (int256, int256) {
        (PositionWord word, bool found) = _positionOf(account, instrument);
        if (found) return (word.size(), instrument.isOption() ? int256(0) : word.cost());
        return (0, 0);
    }

    /// @inheritdoc IClearinghouseCore
    function accountInfo(
        AccountId account
    )
        external
        view
        nonReentrantView
        returns (uint8 profileId, uint8 positionCount, uint40 flaggedAt, uint64 collateralMask)
    {
        AccountHeader header = _s.accounts[account].header;
        return (
            uint8(header.profileId()),
            uint8(header.positionCount()),
            uint40(header.flaggedAt()),
            uint64(header.collateralMask())
        );
    }

    /// @inheritdoc IClearinghouseCore
    function isAuthorised(AccountId account, address caller, uint8 scopes) external view returns (bool) {
        return _isAuthorised(account, caller, scopes);
    }

    /// @inheritdoc IClearinghouseCore
    function riskEngine() external view returns (IRiskEngine) {
        return _s.riskEngine;
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _positionOf(
        AccountId account,
        InstrumentId instrument
    ) private view returns (PositionWord word, bool found) {
        Account storage entry = _s.accounts[account];
        uint256 count = entry.header.positionCount();
        for (uint256 i = 0; i < count && !found; ++i) {
            word = entry.positions[i];
            found = word.isInstrument(instrument);
        }
        if (found && _isBehind(entry.header, _s.deleverages)) {
            (bool changed, , Synced memory synced) = _synced(word);
            if (changed) return (synced.word, true);
        }
    }

    /// @inheritdoc ClearinghouseLedger
    function _settleFirst(AccountId account) internal override {
        Address.functionDelegateCall(extension, abi.encodeCall(IClearinghouseExt.settleWithin, (account)));
    }

    /// @inheritdoc ClearinghouseLedger
    function _rateModel() internal view override returns (RateModel memory) {
        return RateModel(_rateBase, _rateSlopeLow, _rateSlopeHigh, _rateKink, _rateReserve);
    }

    function _within(string memory field, uint256 value, uint256 min, uint256 max) private pure {
        if (value < min || value > max) revert InvalidConfig(field, value, min, max);
    }
}
