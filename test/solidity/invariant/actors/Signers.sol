// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IOrderMatcher} from "../../../../contracts/interfaces/IOrderMatcher.sol";
import {AccountId} from "../../../../contracts/types/AccountId.sol";
import {SERIES} from "../Stage.sol";
import {Traders} from "./Traders.sol";

/// @title Signers: traders who sign orders; anybody matches them, again and again
abstract contract Signers is Traders {
    struct Nonce {
        uint256 filled;
        bool cancelled;
    }

    bytes[] private _pairs;
    mapping(uint256 account => uint64) private _nonces;
    mapping(AccountId account => mapping(uint64 nonce => Nonce)) private _seen;

    /// @notice Two new orders that cross at about the mark, of which `share` percent of the smaller is matched.
    function order(uint256 maker, uint256 taker, uint256 series, int256 size, uint256 share) external {
        (maker, taker) = (_trader(maker), _trader(taker));
        series = bound(series, 0, SERIES - 1);
        (uint256 index, uint256 mark) = _quote(series);
        size = bound(size, -int256(30_000e36 / index), int256(30_000e36 / index));
        if (size == 0) size = 1;
        IOrderMatcher.SignedOrder memory a = _sign(maker, series, size, mark);
        IOrderMatcher.SignedOrder memory b = _sign(taker, series, -size - (size > 0 ? int256(1) : -1), mark);
        _pairs.push(abi.encode(a, b));
        uint256 whole = uint256(size > 0 ? size : -size);
        _match(a, b, (whole * bound(share, 0, 120)) / 100);
    }

    /// @notice Matches a pair once more: what is left of it, or nothing.
    function resubmit(uint256 pair, uint256 share) external {
        if (_pairs.length == 0) return;
        (IOrderMatcher.SignedOrder memory a, IOrderMatcher.SignedOrder memory b) = _pairOf(pair);
        int256 size = a.order.size;
        _match(a, b, (uint256(size > 0 ? size : -size) * bound(share, 1, 120)) / 100);
    }

    function cancel(uint256 pair, bool ofTaker) external {
        if (_pairs.length == 0) return;
        (IOrderMatcher.SignedOrder memory a, IOrderMatcher.SignedOrder memory b) = _pairOf(pair);
        IOrderMatcher.Order memory it = ofTaker ? b.order : a.order;
        bytes memory call_ = abi.encodeCall(matcher.cancel, (it.account, it.nonce));
        _actSame("cancel", it.account.owner(), address(matcher), call_);
        _seen[it.account][it.nonce].cancelled = true;
    }

    function cancelAll(uint256 account) external {
        AccountId id = ids[_trader(account)];
        bytes memory call_ = abi.encodeCall(matcher.cancelAll, (id));
        _actSame("cancelAll", id.owner(), address(matcher), call_);
        for (uint64 i = 0; i < _nonces[_trader(account)]; ++i) _seen[id][i].cancelled = true;
    }

    function _match(
        IOrderMatcher.SignedOrder memory a,
        IOrderMatcher.SignedOrder memory b,
        uint256 maxSize
    ) private {
        (uint256 i, uint256 j) = (_placeOf(a.order.account), _placeOf(b.order.account));
        uint256 series = _seriesOf(a.order.instrument);
        (Before memory x, Before memory y) = (_before(i, series), _before(j, series));
        bytes memory call_ = abi.encodeCall(matcher.matchOrders, (a, b, maxSize));
        (bool ok, bytes memory answer) = _actSame("matchOrders", address(this), address(matcher), call_);
        if (!ok) return;
        _checkTrade(x, i, y, j, series);
        _checkFill(a.order, abi.decode(answer, (uint256)));
        _checkFill(b.order, abi.decode(answer, (uint256)));
    }

    function _checkFill(IOrderMatcher.Order memory it, uint256 filledNow) private {
        Nonce storage nonce = _seen[it.account][it.nonce];
        nonce.filled += filledNow;
        uint256 size = uint256(int256(it.size > 0 ? it.size : -it.size));
        check30Signature(nonce.filled, size, nonce.cancelled, filledNow);
    }

    function _pairOf(
        uint256 pair
    ) private view returns (IOrderMatcher.SignedOrder memory, IOrderMatcher.SignedOrder memory) {
        return
            abi.decode(_pairs[pair % _pairs.length], (IOrderMatcher.SignedOrder, IOrderMatcher.SignedOrder));
    }

    function _sign(
        uint256 account,
        uint256 series,
        int256 size,
        uint256 price
    ) private returns (IOrderMatcher.SignedOrder memory signed) {
        IOrderMatcher.Order memory it = signed.order;
        (it.account, it.instrument) = (ids[account], instruments[series]);
        (it.size, it.limitPrice, it.maxFee) = (int128(size), uint128(price), 0.01e18);
        (it.nonce, it.epoch) = (_nonces[account]++, matcher.epochOf(ids[account]));
        it.expirySec = uint40(block.timestamp + 1 days);
        uint256 key = traderKeys[account];
        signed.signer = vm.addr(key);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, matcher.orderHash(it));
        signed.signature = abi.encodePacked(r, s, v);
    }
}
