// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearinghouseTypes} from "../../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IPriceRouter} from "../../../../contracts/interfaces/IPriceRouter.sol";
import {AccountId} from "../../../../contracts/types/AccountId.sol";
import {InstrumentId} from "../../../../contracts/types/InstrumentId.sol";

/// @dev The part of a clearinghouse that a venue calls: moves positions, keeps every trade, judges no margin.
contract RecordingClearinghouse {
    mapping(AccountId account => mapping(InstrumentId instrument => int256 size)) private _positions;
    mapping(AccountId account => mapping(address operator => IClearinghouseTypes.Approval approval))
        private _approvals;
    IClearinghouseTypes.Trade[] private _trades;
    IClearinghouseTypes.Tip[] private _tips;
    IPriceRouter.Price private _index;
    bool private _refuses;
    address private _callbackTarget;
    bytes private _callback;
    bytes public callbackFailure;

    function setPosition(AccountId account, InstrumentId instrument, int256 size) external {
        _positions[account][instrument] = size;
    }

    function setOperator(AccountId account, address operator, uint8 scopes, uint40 expirySec) external {
        _approvals[account][operator] = IClearinghouseTypes.Approval(scopes, expirySec);
    }

    function setRefuses(bool refuses) external {
        _refuses = refuses;
    }

    /// @dev What `trade` calls once, before it returns.
    function setCallback(address target, bytes calldata data) external {
        (_callbackTarget, _callback) = (target, data);
    }

    /// @dev Its own risk engine, which knows one price.
    function setIndex(IPriceRouter.Price calldata price) external {
        _index = price;
    }

    function riskEngine() external view returns (address) {
        return address(this);
    }

    function indexOf(uint16 underlying) external view returns (IPriceRouter.Price memory) {
        if (underlying != 2) revert IPriceRouter.UnknownUnderlying(underlying);
        return _index;
    }

    function tradeWithTip(
        IClearinghouseTypes.Trade calldata params,
        IClearinghouseTypes.Tip calldata tip
    ) external {
        _tips.push(tip);
        trade(params);
    }

    function trade(IClearinghouseTypes.Trade calldata params) public {
        if (_refuses) revert IClearinghouseTypes.BelowInitialMargin(params.buyer, -1, 1);
        _trades.push(params);
        _positions[params.buyer][params.instrument] += int256(params.size);
        _positions[params.seller][params.instrument] -= int256(params.size);
        address target = _callbackTarget;
        if (target == address(0)) return;
        _callbackTarget = address(0);
        (bool success, bytes memory returned) = target.call(_callback);
        if (!success) callbackFailure = returned;
    }

    function positionOf(
        AccountId account,
        InstrumentId instrument
    ) external view returns (int256 size, int256 cost) {
        return (_positions[account][instrument], 0);
    }

    function isAuthorised(AccountId account, address caller, uint8 scopes) external view returns (bool) {
        if (caller == account.owner()) return true;
        IClearinghouseTypes.Approval memory approval = _approvals[account][caller];
        return approval.scopes & scopes == scopes && block.timestamp <= approval.expirySec;
    }

    function tipCount() external view returns (uint256) {
        return _tips.length;
    }

    function tipAt(uint256 i) external view returns (IClearinghouseTypes.Tip memory) {
        return _tips[i];
    }

    function lastTip() external view returns (IClearinghouseTypes.Tip memory) {
        return _tips[_tips.length - 1];
    }

    function tradeCount() external view returns (uint256) {
        return _trades.length;
    }

    function lastTrade() external view returns (IClearinghouseTypes.Trade memory) {
        return _trades[_trades.length - 1];
    }
}
