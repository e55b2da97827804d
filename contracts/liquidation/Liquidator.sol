// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {PositionWord} from "../types/PositionWord.sol";
import {Portfolio} from "../types/Portfolio.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IClearinghouseTypes} from "../interfaces/IClearinghouseTypes.sol";
import {ILiquidator} from "../interfaces/ILiquidator.sol";
import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {IRiskTypes} from "../interfaces/IRiskTypes.sol";
import {WadMath} from "../libraries/WadMath.sol";
import {LiquidationMath} from "./LiquidationMath.sol";

/// @title Liquidator: see ILiquidator
/// @dev `quote` and `liquidate` share `_calculate`; the action only moves what the calculation says.
contract Liquidator is ILiquidator, AccessManaged, ReentrancyGuardTransient {
    using WadMath for uint256;

    uint8 private constant SCOPE_LIQUIDATE = 8;
    /// @dev A flag lapses after this long, so that one left behind by a price that recovered does not find a later fall
    /// already at the ramp's end.
    uint256 private constant FLAG_LIFETIME_SEC = 1 hours;
    uint256 private constant MAX_DUST_MARGIN = 10_000e18;
    uint256 private constant MAX_MIN_REWARD = 100e18;

    IClearinghouse public immutable clearinghouse;

    // -- 16 + 16 = 32 bytes
    uint128 private _dustMargin;
    uint128 private _minReward;

    constructor(
        IClearinghouse clearinghouse_,
        address authority,
        uint256 dustMargin,
        uint256 minReward
    ) AccessManaged(authority) {
        clearinghouse = clearinghouse_;
        _setParameters(dustMargin, minReward);
    }

    // ------------------------------------------------------------------------------------------------ actions

    /// @inheritdoc ILiquidator
    function flag(AccountId account) external nonReentrant {
        IRiskTypes.Margin memory margin = _requireLiquidatable(clearinghouse.portfolioOf(account), account);
        if (_flaggedAt(account) == 0) _flag(account, margin);
    }

    /// @inheritdoc ILiquidator
    function clearFlag(AccountId account) external nonReentrant {
        (, , uint40 stored, ) = clearinghouse.accountInfo(account);
        if (stored == 0) revert NotFlagged(account);
        Portfolio memory portfolio = clearinghouse.portfolioOf(account);
        IRiskTypes.Margin memory margin = _assess(portfolio, IRiskTypes.Stance.Adverse);
        // a stale price proves nothing, in either direction
        if (margin.status == IPriceRouter.Status.Stale) revert PriceNotUsable(account, margin.status);
        if (margin.equity < int256(margin.maintenanceMargin)) {
            revert NotHealthy(account, margin.equity, margin.maintenanceMargin);
        }
        clearinghouse.setFlag(account, 0);
        emit FlagCleared(account, margin.equity, margin.maintenanceMargin);
    }

    /// @inheritdoc ILiquidator
    function liquidate(Call calldata params) external nonReentrant returns (Quote memory terms) {
        if (block.timestamp > params.deadlineSec) revert DeadlinePassed(params.deadlineSec, block.timestamp);
        if (params.account == params.liquidator) revert SelfLiquidation(params.account);
        if (!clearinghouse.isAuthorised(params.liquidator, msg.sender, SCOPE_LIQUIDATE)) {
            revert NotAuthorised(params.liquidator, msg.sender);
        }
        IClearinghouseTypes.Basket memory basket;
        bool emptied;
        (terms, basket, emptied) = _calculate(params.account, params.selection);
        if (terms.penalty + terms.incentive < params.minReward) {
            revert RewardTooLow(terms.penalty + terms.incentive, params.minReward);
        }
        int256 change = clearinghouse.moveBasket(
            params.account,
            params.liquidator,
            basket,
            terms.penalty,
            terms.incentive
        );
        if (change < params.minCash) revert CashTooLow(change, params.minCash);
        _settle(params, terms, emptied);
    }

    /// @inheritdoc ILiquidator
    function setParameters(uint256 dustMargin, uint256 minReward) external restricted {
        _setParameters(dustMargin, minReward);
    }

    // ------------------------------------------------------------------------------------------------ views

    /// @inheritdoc ILiquidator
    function quote(
        AccountId account,
        Selection calldata selection
    ) external view returns (Quote memory terms) {
        (terms, , ) = _calculate(account, selection);
    }

    /// @inheritdoc ILiquidator
    function proRata(AccountId account) external view returns (Selection memory selection, uint256 fraction) {
        Portfolio memory portfolio = clearinghouse.portfolioOf(account);
        IRiskTypes.Margin memory margin = _requireLiquidatable(portfolio, account);
        uint256 phi = LiquidationMath.phi(ramp(_elapsed(account)), margin.equity, margin.maintenanceMargin);
        fraction = LiquidationMath.proRataFraction(margin.equity, margin.maintenanceMargin, phi);
        // what is too small to be split is taken whole
        if (margin.maintenanceMargin < _dustMargin) fraction = WadMath.WAD;
        return (_slice(portfolio, fraction), fraction);
    }

    /// @inheritdoc ILiquidator
    function isLiquidatable(AccountId account) external view returns (bool, IRiskTypes.Margin memory margin) {
        margin = _assess(clearinghouse.portfolioOf(account), IRiskTypes.Stance.Favourable);
        return (
            margin.equity < int256(margin.maintenanceMargin) && margin.status != IPriceRouter.Status.Stale,
            margin
        );
    }

    /// @inheritdoc ILiquidator
    function ramp(uint256 elapsedSec) public pure returns (uint256) {
        return LiquidationMath.ramp(elapsedSec);
    }

    /// @inheritdoc ILiquidator
    function parameters() external view returns (uint256 dustMargin, uint256 minReward) {
        return (_dustMargin, _minReward);
    }

    // ------------------------------------------------------------------------------------------------ calculation

    /// @dev Everything a liquidation does, without doing it.
    /// @return terms The quote.
    /// @return basket The selection with its marks.
    /// @return emptied Whether the account has neither positions nor collateral left.
    function _calculate(
        AccountId account,
        Selection calldata selection
    ) private view returns (Quote memory terms, IClearinghouseTypes.Basket memory basket, bool emptied) {
        Portfolio memory portfolio = clearinghouse.portfolioOf(account);
        basket = _priced(account, portfolio, selection);
        Portfolio[] memory portfolios = new Portfolio[](2);
        portfolios[0] = portfolio;
        portfolios[1] = clearinghouse.previewBasket(account, basket);
        // both at the prices that favour the account as it is now, so that before and after compare
        IRiskTypes.Margin[] memory margins = clearinghouse.riskEngine().assess(
            portfolios,
            IRiskTypes.Stance.Favourable
        );
        (terms.before, terms.next) = (margins[0], margins[1]);
        _requireBelow(account, terms.before);
        if (terms.before.maintenanceMargin <= terms.next.maintenanceMargin) {
            revert NoRelief(terms.before.maintenanceMargin, terms.next.maintenanceMargin);
        }
        terms.relief = terms.before.maintenanceMargin - terms.next.maintenanceMargin;
        terms.cashToAccount = portfolios[1].cash - portfolio.cash;
        emptied = portfolios[1].legs.length == 0 && portfolios[1].spot.length == 0;
        _price(account, terms, emptied);
    }

    /// @dev Penalty, incentive and the overshoot rule (SPEC-L3 to L5).
    function _price(AccountId account, Quote memory terms, bool emptied) private view {
        uint256 maintenance = terms.before.maintenanceMargin;
        terms.phi = LiquidationMath.phi(ramp(_elapsed(account)), terms.before.equity, maintenance);
        terms.penalty = terms.phi.mulDown(terms.relief);
        bool dust = maintenance < _dustMargin;
        if (dust && emptied && terms.before.equity > 0) {
            uint256 most = WadMath.min(_minReward, uint256(terms.before.equity));
            terms.penalty = WadMath.max(terms.penalty, most);
        }
        terms.next.equity -= int256(terms.penalty);
        if (
            !dust && LiquidationMath.overshoots(terms.next.equity, terms.next.maintenanceMargin, maintenance)
        ) {
            revert Overshoot(terms.next.equity, terms.next.maintenanceMargin);
        }
        uint256 least = LiquidationMath.RAMP_START.mulDown(terms.relief);
        if (terms.penalty < least) {
            int256 insured = clearinghouse.cashOf(clearinghouse.insuranceAccount());
            uint256 available = insured > 0 ? uint256(insured) : 0;
            terms.incentive = WadMath.min(least - terms.penalty, available);
        }
    }

    /// @dev Looks up each selected leg's mark. The clearinghouse refuses legs the account does not hold.
    function _priced(
        AccountId account,
        Portfolio memory portfolio,
        Selection calldata selection
    ) private view returns (IClearinghouseTypes.Basket memory basket) {
        uint256 legs = selection.instruments.length;
        uint256 assets = selection.assetIds.length;
        if (legs != selection.sizes.length) revert LengthMismatch(legs, selection.sizes.length);
        if (assets != selection.amounts.length) revert LengthMismatch(assets, selection.amounts.length);
        if (legs + assets == 0) revert EmptyBasket();
        IRiskTypes.Marks memory marks = clearinghouse.riskEngine().marksOf(
            portfolio,
            IRiskTypes.Stance.Favourable
        );
        if (marks.status == IPriceRouter.Status.Stale) revert PriceNotUsable(account, marks.status);
        basket.instruments = selection.instruments;
        basket.sizes = selection.sizes;
        basket.assetIds = selection.assetIds;
        basket.amounts = selection.amounts;
        basket.prices = new uint256[](legs);
        for (uint256 i = 0; i < legs; ++i) {
            basket.prices[i] = _legMark(account, portfolio, marks, selection.instruments[i]);
        }
        basket.assetPrices = new uint256[](assets);
        for (uint256 i = 0; i < assets; ++i) {
            basket.assetPrices[i] = _spotMark(account, portfolio, marks, selection.assetIds[i]);
        }
    }

    function _legMark(
        AccountId account,
        Portfolio memory portfolio,
        IRiskTypes.Marks memory marks,
        InstrumentId instrument
    ) private pure returns (uint256) {
        for (uint256 i = 0; i < portfolio.legs.length; ++i) {
            if (portfolio.legs[i].isInstrument(instrument)) return marks.leg[i];
        }
        revert IClearinghouseTypes.PositionNotFound(account, instrument);
    }

    function _spotMark(
        AccountId account,
        Portfolio memory portfolio,
        IRiskTypes.Marks memory marks,
        uint8 assetId
    ) private pure returns (uint256) {
        for (uint256 i = 0; i < portfolio.spot.length; ++i) {
            if (portfolio.spot[i].assetId() == assetId) return marks.spot[i];
        }
        revert IClearinghouseTypes.InsufficientBalance(account, assetId, 0, 0);
    }

    function _slice(
        Portfolio memory portfolio,
        uint256 fraction
    ) private pure returns (Selection memory selection) {
        uint256 legs;
        selection.instruments = new InstrumentId[](portfolio.legs.length);
        selection.sizes = new uint256[](portfolio.legs.length);
        for (uint256 i = 0; i < portfolio.legs.length; ++i) {
            PositionWord word = portfolio.legs[i];
            uint256 size = WadMath.abs(word.size()).mulDown(fraction);
            if (size == 0) continue;
            (selection.instruments[legs], selection.sizes[legs]) = (word.instrument(), size);
            ++legs;
        }
        uint256 assets;
        selection.assetIds = new uint8[](portfolio.spot.length);
        selection.amounts = new uint256[](portfolio.spot.length);
        for (uint256 i = 0; i < portfolio.spot.length; ++i) {
            uint256 amount = portfolio.spot[i].amount().mulDown(fraction);
            if (amount == 0) continue;
            (selection.assetIds[assets], selection.amounts[assets]) = (portfolio.spot[i].assetId(), amount);
            ++assets;
        }
        _shorten(selection, legs, assets);
    }

    function _shorten(Selection memory selection, uint256 legs, uint256 assets) private pure {
        (InstrumentId[] memory instruments, uint256[] memory sizes) = (
            selection.instruments,
            selection.sizes
        );
        (uint8[] memory assetIds, uint256[] memory amounts) = (selection.assetIds, selection.amounts);
        assembly ("memory-safe") {
            mstore(instruments, legs)
            mstore(sizes, legs)
            mstore(assetIds, assets)
            mstore(amounts, assets)
        }
    }

    // ------------------------------------------------------------------------------------------------ helpers

    /// @dev Clears or keeps the flag, pays bad debt and tells what happened.
    function _settle(Call calldata params, Quote memory terms, bool emptied) private {
        emit Liquidated(
            params.account,
            params.liquidator,
            msg.sender,
            terms.before.equity,
            terms.before.maintenanceMargin,
            terms.next.equity,
            terms.next.maintenanceMargin,
            terms.penalty,
            terms.incentive
        );
        bool flagged = _flaggedAt(params.account) != 0;
        if (emptied || terms.next.equity >= int256(terms.next.maintenanceMargin)) {
            if (flagged) {
                clearinghouse.setFlag(params.account, 0);
                emit FlagCleared(params.account, terms.next.equity, terms.next.maintenanceMargin);
            }
        } else if (!flagged) {
            _flag(params.account, terms.before);
        }
        // with a debt and nothing else left, terms.next.equity is what is left of the cash
        if (emptied && terms.next.equity < 0) {
            (uint256 covered, uint256 remaining) = clearinghouse.coverBadDebt(params.account);
            emit BadDebt(params.account, covered, remaining);
        }
    }

    function _flag(AccountId account, IRiskTypes.Margin memory margin) private {
        clearinghouse.setFlag(account, uint40(block.timestamp));
        emit Flagged(account, uint40(block.timestamp), margin.equity, margin.maintenanceMargin);
    }

    /// @dev When the account was flagged, 0 where it is not or the flag has lapsed.
    function _flaggedAt(AccountId account) private view returns (uint256) {
        (, , uint40 stored, ) = clearinghouse.accountInfo(account);
        return stored == 0 || block.timestamp > stored + FLAG_LIFETIME_SEC ? 0 : stored;
    }

    function _elapsed(AccountId account) private view returns (uint256) {
        uint256 flaggedAt = _flaggedAt(account);
        return flaggedAt == 0 ? 0 : block.timestamp - flaggedAt;
    }

    function _assess(
        Portfolio memory portfolio,
        IRiskTypes.Stance stance
    ) private view returns (IRiskTypes.Margin memory) {
        Portfolio[] memory portfolios = new Portfolio[](1);
        portfolios[0] = portfolio;
        return clearinghouse.riskEngine().assess(portfolios, stance)[0];
    }

    function _requireLiquidatable(
        Portfolio memory portfolio,
        AccountId account
    ) private view returns (IRiskTypes.Margin memory margin) {
        margin = _assess(portfolio, IRiskTypes.Stance.Favourable);
        if (margin.status == IPriceRouter.Status.Stale) revert PriceNotUsable(account, margin.status);
        _requireBelow(account, margin);
    }

    function _requireBelow(AccountId account, IRiskTypes.Margin memory margin) private pure {
        if (margin.equity >= int256(margin.maintenanceMargin)) {
            revert NotLiquidatable(account, margin.equity, margin.maintenanceMargin);
        }
    }

    function _setParameters(uint256 dustMargin, uint256 minReward) private {
        if (dustMargin > MAX_DUST_MARGIN)
            revert ParameterOutOfBounds("dustMargin", dustMargin, MAX_DUST_MARGIN);
        if (minReward > MAX_MIN_REWARD) revert ParameterOutOfBounds("minReward", minReward, MAX_MIN_REWARD);
        _dustMargin = uint128(dustMargin);
        _minReward = uint128(minReward);
        emit ParametersSet(dustMargin, minReward);
    }
}
