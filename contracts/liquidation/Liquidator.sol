// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {PositionWord} from "../types/PositionWord.sol";
import {Portfolio} from "../types/Portfolio.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IClearinghouseLiquidation} from "../interfaces/IClearinghouseLiquidation.sol";
import {IClearinghouseTypes} from "../interfaces/IClearinghouseTypes.sol";
import {ILiquidator} from "../interfaces/ILiquidator.sol";
import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {IRiskTypes} from "../interfaces/IRiskTypes.sol";
import {WadMath} from "../libraries/WadMath.sol";
import {LiquidationMath} from "./LiquidationMath.sol";

/// @title Liquidator: see ILiquidator
/// @dev The public entry: parameters, deadline and events. What a liquidation does, and what it would do, is calculated at
/// the clearinghouse (ClearinghouseLiquidation), where the accounts are.
contract Liquidator is ILiquidator, AccessManaged, ReentrancyGuardTransient {
    using WadMath for uint256;

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
        if (_flaggedAt(account) != 0) return;
        clearinghouse.setFlag(account, uint40(block.timestamp));
        _emitFlagged(account, margin);
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
        (IClearinghouseLiquidation.FlagChange flagChange, bool badDebt) = _execute(terms);
        _emitLiquidated(params, terms);
        if (flagChange == IClearinghouseLiquidation.FlagChange.Cleared) {
            emit FlagCleared(params.account, terms.next.equity, terms.next.maintenanceMargin);
        } else if (flagChange == IClearinghouseLiquidation.FlagChange.Set) {
            _emitFlagged(params.account, terms.before);
        }
        if (badDebt) {
            (uint256 covered, uint256 remaining) = clearinghouse.coverBadDebt(params.account);
            emit BadDebt(params.account, covered, remaining);
        }
    }

    /// @inheritdoc ILiquidator
    /// @dev Each runs as a call of its own by the same caller: `liquidate` holds the reentrancy guard, this one need not.
    function liquidateBatch(Call[] calldata calls) external returns (Outcome[] memory outcomes) {
        outcomes = new Outcome[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            bytes memory data = abi.encodeCall(ILiquidator.liquidate, (calls[i]));
            // solhint-disable-next-line avoid-low-level-calls
            (bool done, bytes memory answer) = address(this).delegatecall(data);
            outcomes[i].done = done;
            if (done) {
                outcomes[i].terms = abi.decode(answer, (Quote));
                continue;
            }
            outcomes[i].reason = answer;
            emit LiquidationFailed(calls[i].account, calls[i].liquidator, answer);
        }
    }

    /// @inheritdoc ILiquidator
    function deleverage(
        AccountId account
    ) external nonReentrant returns (IClearinghouseTypes.Deleverage memory) {
        return clearinghouse.executeDeleverage(account);
    }

    /// @inheritdoc ILiquidator
    function coverBadDebt(
        AccountId account
    ) external nonReentrant returns (uint256 covered, uint256 remaining) {
        // positions that have expired, or that deleveraging has closed, may be all that is in the way
        AccountId[] memory accounts = new AccountId[](1);
        accounts[0] = account;
        clearinghouse.settleExpired(accounts);
        (covered, remaining) = clearinghouse.coverBadDebt(account);
        emit BadDebt(account, covered, remaining);
    }

    /// @inheritdoc ILiquidator
    function setParameters(uint256 dustMargin, uint256 minReward) external restricted {
        _setParameters(dustMargin, minReward);
    }

    // ------------------------------------------------------------------------------------------------ views

    /// @inheritdoc ILiquidator
    function quote(AccountId account, Selection calldata selection) external view returns (Quote memory) {
        return clearinghouse.quoteLiquidation(account, selection, _dustMargin, _minReward);
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

    // ------------------------------------------------------------------------------------------------ helpers

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

    /// @dev `executeLiquidation` with the calldata of `liquidate` as it is: Solidity would take it apart and encode it anew.
    /// @param terms Filled in with the answer.
    function _execute(
        Quote memory terms
    ) private returns (IClearinghouseLiquidation.FlagChange flagChange, bool badDebt) {
        address house = address(clearinghouse);
        (uint256 dustMargin, uint256 minReward) = (_dustMargin, _minReward);
        uint256 selector = uint256(uint32(IClearinghouseLiquidation.executeLiquidation.selector));
        assembly ("memory-safe") {
            // in: the offset of `params`, then `params`; out: the offset, three more arguments, then `params`
            let offset := calldataload(0x04)
            if lt(offset, 0x20) {
                revert(0x00, 0x00)
            }
            let request := mload(0x40)
            let size := sub(calldatasize(), 0x24)
            mstore(request, selector)
            mstore(add(request, 0x20), add(offset, 0x60))
            mstore(add(request, 0x40), caller())
            mstore(add(request, 0x60), dustMargin)
            mstore(add(request, 0x80), minReward)
            calldatacopy(add(request, 0xa0), 0x24, size)
            // the answer has 17 words; one that is too short fails like a revert without data
            if iszero(
                and(
                    gt(returndatasize(), 0x21f),
                    call(gas(), house, 0, add(request, 0x1c), add(size, 0x84), 0x00, 0x00)
                )
            ) {
                returndatacopy(request, 0x00, returndatasize())
                revert(request, returndatasize())
            }
            // both margins, which `terms` points to, and the five numbers behind the pointers
            returndatacopy(mload(terms), 0x00, 0xa0)
            returndatacopy(mload(add(terms, 0x20)), 0xa0, 0xa0)
            returndatacopy(add(terms, 0x40), 0x140, 0xa0)
            returndatacopy(0x00, 0x1e0, 0x40)
            flagChange := mload(0x00)
            badDebt := mload(0x20)
        }
    }

    function _emitLiquidated(Call calldata params, Quote memory terms) private {
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
    }

    function _emitFlagged(AccountId account, IRiskTypes.Margin memory margin) private {
        emit Flagged(account, uint40(block.timestamp), margin.equity, margin.maintenanceMargin);
    }

    /// @dev When the account was flagged, 0 where it is not or the flag has lapsed.
    function _flaggedAt(AccountId account) private view returns (uint256) {
        (, , uint40 stored, ) = clearinghouse.accountInfo(account);
        return LiquidationMath.flaggedAt(stored, block.timestamp);
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
