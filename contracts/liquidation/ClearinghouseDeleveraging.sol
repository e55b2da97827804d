// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {CASH, ROLE_LIQUIDATOR} from "../ClearinghouseStorage.sol";
import {ClearinghousePermit} from "../ClearinghousePermit.sol";
import {ClearinghouseReserve} from "../ClearinghouseReserve.sol";
import {ClearinghouseTrading} from "../ClearinghouseTrading.sol";
import {AccountHeader} from "../types/AccountHeader.sol";
import {AccountId} from "../types/AccountId.sol";
import {AssetConfig} from "../types/AssetConfig.sol";
import {InstrumentId, Kind} from "../types/InstrumentId.sol";
import {MAX_EPOCH, OpenInterest} from "../types/OpenInterest.sol";
import {PositionWord} from "../types/PositionWord.sol";
import {IClearinghouseDeleveraging} from "../interfaces/IClearinghouseDeleveraging.sol";
import {ILiquidator} from "../interfaces/ILiquidator.sol";
import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {IRiskEngineCore} from "../interfaces/IRiskEngineCore.sol";
import {IRiskTypes} from "../interfaces/IRiskTypes.sol";
import {CashMarket} from "../markets/CashMarket.sol";
import {Funding} from "../markets/Funding.sol";
import {WadMath} from "../libraries/WadMath.sol";
import {LiquidationMath} from "./LiquidationMath.sol";

/// @title ClearinghouseDeleveraging: what happens when an account cannot pay (SPEC-D1 to D8)
/// @dev The clearinghouse delegates these calls to this contract, as it does others to ClearinghouseExt.
/// Insurance first, then all who hold the opposite side of each of its positions, pro rata, and last all positive cash.
/// Nobody is ranked or visited: a side's two indexes move, and each position follows when it is next touched.
/// Deposits by permit and reserved slots are here too (ClearinghousePermit, ClearinghouseReserve), for the core and the other
/// parts are full (ADR 2).
contract ClearinghouseDeleveraging is
    ClearinghouseTrading,
    ClearinghousePermit,
    ClearinghouseReserve,
    IClearinghouseDeleveraging
{
    /// @dev How long a flagged account's insolvency waits for a liquidator that the insurance fund could pay for.
    uint256 private constant PATIENCE_SEC = 15 minutes;

    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc IClearinghouseDeleveraging
    function executeDeleverage(AccountId account) external nonReentrant returns (Deleverage memory result) {
        _module(ROLE_LIQUIDATOR);
        CashMarket.Index memory index = _cashIndex();
        Loaded memory loaded;
        _loadForAction(loaded, account, index, 0, 0);
        if (loaded.count == 0) revert ILiquidator.NothingToDeleverage(account);
        (uint256 shortfall, uint256[] memory marks) = _requireInsolvent(loaded);
        result.covered = WadMath.min(shortfall, _insured(account));
        if (result.covered != 0) _debitInsurance(result.covered);
        loaded.cash += int256(result.covered);
        result.deleveraged = _closeLegs(loaded, marks, shortfall - result.covered);
        if (_s.deleverages != type(uint16).max) loaded.epoch = ++_s.deleverages;
        loaded.flaggedAt = 0;
        _finish(loaded, index, result);
        emit AccountDeleveraged(account, result.covered, result.deleveraged, result.socialised);
    }

    /// @dev Only negative cash, or collateral and cash, are left. Without collateral all positive cash bears the rest.
    function _finish(Loaded memory loaded, CashMarket.Index memory index, Deleverage memory result) private {
        CashMarket.Totals memory totals = CashMarket.unpack(_s.cashTotals);
        uint256 debt = loaded.cash < 0 && _holdsNoSpot(loaded) ? uint256(-loaded.cash) : 0;
        if (debt != 0) loaded.cash = 0;
        _store(loaded, index, totals);
        _clearLegs(loaded);
        if (debt != 0) {
            (result.socialised, result.remaining) = _socialise(index, totals, loaded.id, debt);
        } else {
            _storeCash(index, totals);
        }
        _addLosses(result);
    }

    /// @return shortfall What the account's equity is below zero.
    /// @return marks The mark of each leg.
    function _requireInsolvent(
        Loaded memory loaded
    ) private view returns (uint256 shortfall, uint256[] memory marks) {
        IRiskTypes.Margin memory margin;
        (margin, marks) = _judgeAlone(loaded);
        if (margin.status == IPriceRouter.Status.Stale) {
            revert ILiquidator.PriceNotUsable(loaded.id, margin.status);
        }
        if (margin.equity >= 0) revert ILiquidator.NotInsolvent(loaded.id, margin.equity);
        shortfall = uint256(-margin.equity);
        uint256 insured = _insured(loaded.id);
        uint256 flaggedAt = LiquidationMath.flaggedAt(loaded.flaggedAt, block.timestamp);
        bool patient = flaggedAt == 0 || block.timestamp - flaggedAt < PATIENCE_SEC;
        if (insured >= shortfall && patient) {
            revert ILiquidator.InsuranceSuffices(loaded.id, shortfall, insured);
        }
    }

    /// @dev The account's margin and its legs' marks at the prices that favour it, as a liquidation judges it.
    function _judgeAlone(
        Loaded memory loaded
    ) private view returns (IRiskTypes.Margin memory margin, uint256[] memory marks) {
        uint256 request = _openRequest(
            IRiskEngineCore.assessWithMarks.selector,
            1,
            IRiskTypes.Stance.Favourable
        );
        _addPortfolio(request, 0, loaded, false);
        if (!_ask(request, 0x60 + MARGIN_SIZE)) _bubble();
        assembly ("memory-safe") {
            // (Margin[] margins, Marks marks), where Marks start with (uint256[] leg)
            let answer := mload(0x40)
            returndatacopy(answer, 0x00, returndatasize())
            mstore(0x40, add(answer, returndatasize()))
            mcopy(margin, add(add(answer, mload(answer)), 0x20), MARGIN_SIZE)
            let all := add(answer, mload(add(answer, 0x20)))
            marks := add(all, mload(all))
        }
    }

    // ------------------------------------------------------------------------------------------------ closing

    /// @dev Closes every leg at its bankruptcy price: its mark, moved against the counterparties by the same fraction for
    /// each leg, so far that the account ends with nothing; at most by the mark itself.
    /// @param short What the account lacks.
    /// @return shared How much of that the counterparties pay.
    function _closeLegs(
        Loaded memory loaded,
        uint256[] memory marks,
        uint256 short
    ) private returns (uint256 shared) {
        uint256 count = loaded.count;
        uint256 weights;
        for (uint256 i = 0; i < count; ++i) weights += _weight(loaded.legs[i], marks[i]);
        uint256 bearable = WadMath.min(short, weights);
        int256 paid;
        for (uint256 i = 0; i < count; ++i) {
            uint256 share = bearable - shared;
            // the last one takes what rounding has left
            if (i + 1 != count && share != 0) {
                share = FixedPointMathLib.fullMulDiv(bearable, _weight(loaded.legs[i], marks[i]), weights);
            }
            paid += _closeLeg(loaded, loaded.legs[i], marks[i], share);
            shared += share;
        }
        _s.pendingCash -= SafeCast.toInt128(paid);
        loaded.count = 0;
    }

    function _weight(PositionWord leg, uint256 mark) private pure returns (uint256) {
        return WadMath.abs(WadMath.mulFloor(leg.size(), int256(mark)));
    }

    /// @return paid What the opposite side pays for the leg; negative where it receives.
    function _closeLeg(
        Loaded memory loaded,
        PositionWord leg,
        uint256 mark,
        uint256 share
    ) private returns (int256 paid) {
        InstrumentId instrument = leg.instrument();
        int256 size = leg.size();
        paid = WadMath.mulFloor(size, int256(mark)) + int256(share);
        int256 cost = instrument.isOption() ? int256(0) : leg.cost();
        bool isPerp = instrument.kind() == Kind.Perp;
        if (isPerp) paid -= WadMath.mulCeil(size, _fundingIndex(instrument));
        loaded.cash += cost + paid;
        _moveSide(instrument, size, paid);
        Interest storage interest = _interestOf(instrument);
        _moveInterest(interest, instrument, -int256(WadMath.abs(size)), -cost);
        _emitClosed(loaded.id, instrument, interest.total.units(), isPerp);
    }

    /// @dev Moves the indexes of those who hold the other side of a position.
    function _moveSide(InstrumentId instrument, int256 size, int256 paid) private {
        Interest storage interest = _interestOf(instrument);
        OpenInterest total = interest.total;
        bool isLong = size < 0;
        uint256 epoch = total.epoch(isLong);
        if (epoch == MAX_EPOCH) revert ILiquidator.TooManyDeleveragings(instrument, MAX_EPOCH);
        uint256 closed = WadMath.abs(size);
        (uint256 index, int256 cashIndex, uint256 generation) = _moveIndexes(
            instrument,
            isLong,
            total,
            epoch,
            closed,
            -paid
        );
        interest.total = total.withNextEpoch(isLong);
        emit Deleveraged(
            instrument,
            isLong,
            epoch + 1,
            closed,
            total.units(),
            -paid,
            index,
            cashIndex,
            generation
        );
    }

    function _emitClosed(AccountId account, InstrumentId instrument, uint256 units, bool isPerp) private {
        emit PositionUpdated(account, instrument, 0, 0);
        if (!isPerp) {
            emit OpenInterestUpdated(instrument, units);
            return;
        }
        uint16 underlying = instrument.underlying();
        Perp storage perp = _s.perps[underlying];
        (int256 fundingIndex, int256 premium) = Funding.current(perp.funding, block.timestamp);
        _storeFunding(perp, fundingIndex, premium);
        emit PerpUpdated(underlying, fundingIndex, premium, units);
    }

    // ------------------------------------------------------------------------------------------------ bad debt

    /// @inheritdoc IClearinghouseDeleveraging
    function coverBadDebt(
        AccountId account
    ) external nonReentrant returns (uint256 covered, uint256 remaining) {
        _module(ROLE_LIQUIDATOR);
        AccountHeader header = _s.accounts[account].header;
        int256 principal = header.cashPrincipal();
        if (header.positionCount() != 0 || header.collateralMask() != 0 || principal >= 0) {
            revert AccountNotEmpty(account);
        }
        uint256 debt = uint256(-CashMarket.toCash(_cashIndex(), principal));
        Deleverage memory losses;
        covered = WadMath.min(debt, _insured(account));
        losses.covered = covered;
        if (covered != 0) {
            _debitInsurance(covered);
            _credit(account, CASH, int256(covered));
        }
        if (covered != debt) _forgive(account, losses);
        remaining = losses.remaining;
        _addLosses(losses);
        emit BadDebtCovered(account, covered, remaining);
    }

    /// @dev Makes all positive cash bear an account's debt.
    function _forgive(AccountId account, Deleverage memory losses) private {
        CashMarket.Index memory index = _cashIndex();
        CashMarket.Totals memory totals = CashMarket.unpack(_s.cashTotals);
        AccountHeader header = _s.accounts[account].header;
        int256 principal = header.cashPrincipal();
        CashMarket.replace(totals, principal, 0);
        _s.accounts[account].header = header.withCash(0);
        emit CashUpdated(account, 0);
        (losses.socialised, losses.remaining) = _socialise(
            index,
            totals,
            account,
            uint256(-CashMarket.toCash(index, principal))
        );
    }

    // ------------------------------------------------------------------------------------------------ solvency

    /// @inheritdoc IClearinghouseDeleveraging
    function solvency() external view nonReentrantView returns (Solvency memory result) {
        CashMarket.Index memory index = _cashIndex();
        (result.supplied, result.borrowed) = CashMarket.totalCash(index, CashMarket.unpack(_s.cashTotals));
        result.costs = _s.futureCosts;
        uint256 perps = _s.perpCount;
        for (uint256 i = 0; i < perps; ++i) {
            result.costs += _s.perps[_s.perpIds[i]].interest.total.costSum();
        }
        result.pending = _s.pendingCash;
        result.assets = _s.assets[CASH].totals.recorded();
        result.claims = int256(result.supplied) - int256(result.borrowed) + result.costs + result.pending;
        Losses memory losses = _s.losses;
        result.covered = losses.covered;
        result.deleveraged = losses.deleveraged;
        result.socialised = losses.socialised;
        result.badDebt = losses.unassigned;
        result.shortAssets = _shortAssets();
    }

    /// @dev A bit for each asset of which the clearinghouse holds fewer tokens than accounts own.
    function _shortAssets() private view returns (uint256 mask) {
        for (uint256 i = 0; i < _s.assetCount; ++i) {
            Asset storage asset = _s.assets[i];
            AssetConfig config = asset.config;
            uint256 held = IERC20(config.token()).balanceOf(address(this));
            if (held < _wadToRawUp(asset.totals.recorded(), config.decimals())) mask |= 1 << i;
        }
    }
}
