// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {ISettlementTwap} from "../interfaces/ISettlementTwap.sol";
import {expiryKey, splitExpiryKey} from "../types/ExpiryKey.sol";
import {KeyedWords} from "./KeyedWords.sol";
import {RoundsTwap} from "./RoundsTwap.sol";

/// @title SettlementTwap: see ISettlementTwap
contract SettlementTwap is ISettlementTwap {
    uint256 private constant WINDOW_SEC = 30 minutes;
    uint256 private constant MAX_EDGE_SEC = 5 minutes;
    uint256 private constant MAX_GAP_SEC = 10 minutes;
    uint256 private constant MIN_OBSERVATIONS = 2;
    uint256 private constant LATE_AFTER_SEC = 24 hours;

    /// @inheritdoc ISettlementTwap
    IPriceRouter public immutable router;

    mapping(uint256 key => uint256 price) private _prices;
    /// @dev 16 + 16 = 32 and 20 + 4 * 2 + 1 = 29 bytes.
    mapping(uint256 key => Record record) private _records;

    constructor(IPriceRouter router_) {
        if (address(router_).code.length == 0) revert InvalidRouter(address(router_));
        router = router_;
    }

    // ---------------------------------------------------------------- reads

    /// @inheritdoc ISettlementTwap
    function priceOf(uint16 underlying, uint40 expirySec) external view returns (uint256) {
        return _prices[expiryKey(underlying, expirySec)];
    }

    /// @inheritdoc ISettlementTwap
    function pricesOf(uint256[] calldata keys) external view returns (uint256[] memory) {
        KeyedWords.answer(_prices, keys);
    }

    /// @inheritdoc ISettlementTwap
    function recordOf(uint16 underlying, uint40 expirySec) external view returns (Record memory) {
        return _records[expiryKey(underlying, expirySec)];
    }

    // ---------------------------------------------------------------- observations

    /// @inheritdoc ISettlementTwap
    function observe(uint16 underlying, uint40 expirySec) external {
        _observe(underlying, expirySec);
    }

    /// @inheritdoc ISettlementTwap
    function observeMany(uint256[] calldata keys) external {
        for (uint256 i; i < keys.length; ++i) {
            (uint16 underlying, uint40 expirySec) = splitExpiryKey(keys[i]);
            _observe(underlying, expirySec);
        }
    }

    // ---------------------------------------------------------------- settlement

    /// @inheritdoc ISettlementTwap
    function settle(uint16 underlying, uint40 expirySec) external returns (uint256) {
        uint256 key = _requireOpen(underlying, expirySec);
        Record memory record = _records[key];
        if (record.count < MIN_OBSERVATIONS) revert TooFewObservations(record.count, MIN_OBSERVATIONS);
        if (!_suffices(record)) {
            revert CoverageTooThin(record.firstSec, WINDOW_SEC - record.lastSec, record.longestGapSec);
        }
        return _finish(key, _average(record), Method.Observations);
    }

    /// @inheritdoc ISettlementTwap
    function settleByRounds(
        uint16 underlying,
        uint40 expirySec,
        uint80[] calldata roundIds
    ) external returns (uint256) {
        uint256 key = _requireOpen(underlying, expirySec);
        Record memory record = _records[key];
        if (_suffices(record)) revert ObservationsSuffice(record.count);
        (IPriceRouter.SourceConfig memory source, IPriceRouter.SourceConfig memory secondary, , ) = router
            .inspect(underlying);
        if (source.kind != IPriceRouter.SourceKind.Chainlink) source = secondary;
        if (source.kind != IPriceRouter.SourceKind.Chainlink) revert NoChainlinkFeed(underlying);
        uint256 price = RoundsTwap.average(source, roundIds, expirySec - WINDOW_SEC, expirySec);
        return _finish(key, price, Method.Rounds);
    }

    /// @inheritdoc ISettlementTwap
    function settleLate(uint16 underlying, uint40 expirySec) external returns (uint256) {
        uint256 key = _requireOpen(underlying, expirySec);
        uint256 fromSec = expirySec + LATE_AFTER_SEC;
        if (block.timestamp < fromSec) revert TooEarlyForLate(block.timestamp, fromSec);
        Record memory record = _records[key];
        // settle() would take these, and by the same price
        if (_suffices(record)) revert ObservationsSuffice(record.count);
        if (record.count != 0) return _finish(key, _average(record), Method.ThinObservations);
        return _finish(key, _index(underlying), Method.LatePrice);
    }

    // ---------------------------------------------------------------- inside

    function _observe(uint16 underlying, uint40 expirySec) private {
        uint256 key = expiryKey(underlying, expirySec);
        uint256 startSec = expirySec - WINDOW_SEC;
        if (block.timestamp < startSec || block.timestamp > expirySec) {
            revert OutsideWindow(block.timestamp, startSec, expirySec);
        }
        uint16 elapsed = uint16(block.timestamp - startSec);
        Record memory record = _records[key];
        if (record.count != 0 && record.lastSec == elapsed) return;
        uint128 price = uint128(_index(underlying));
        if (record.count == 0) {
            (record.firstPrice, record.firstSec) = (price, elapsed);
        } else {
            uint16 gap = elapsed - record.lastSec;
            record.weighted += uint160(record.lastPrice) * gap;
            if (gap > record.longestGapSec) record.longestGapSec = gap;
        }
        (record.lastPrice, record.lastSec) = (price, elapsed);
        ++record.count;
        _records[key] = record;
        emit Observed(underlying, expirySec, price, record.count);
    }

    /// @dev The index now, which must be Ok; above 0 and below 2^128 (SPEC-P1).
    function _index(uint16 underlying) private view returns (uint256) {
        IPriceRouter.Price memory index = router.priceOf(underlying);
        if (index.status != IPriceRouter.Status.Ok) revert IndexNotOk(underlying, index.status);
        _requirePrice(index.price);
        return index.price;
    }

    function _requireOpen(uint16 underlying, uint40 expirySec) private view returns (uint256 key) {
        key = expiryKey(underlying, expirySec);
        if (block.timestamp <= expirySec) revert NotExpired(block.timestamp, expirySec);
        uint256 price = _prices[key];
        if (price != 0) revert AlreadySettled(underlying, expirySec, price);
    }

    function _suffices(Record memory record) private pure returns (bool) {
        return
            record.count >= MIN_OBSERVATIONS &&
            record.firstSec <= MAX_EDGE_SEC &&
            record.lastSec + MAX_EDGE_SEC >= WINDOW_SEC &&
            record.longestGapSec <= MAX_GAP_SEC;
    }

    function _average(Record memory record) private pure returns (uint256) {
        uint256 weighted =
            uint256(record.weighted) +
                uint256(record.firstPrice) * record.firstSec +
                uint256(record.lastPrice) * (WINDOW_SEC - record.lastSec);
        return weighted / WINDOW_SEC;
    }

    function _finish(uint256 key, uint256 price, Method method) private returns (uint256) {
        _requirePrice(price);
        _prices[key] = price;
        _records[key].method = method;
        (uint16 underlying, uint40 expirySec) = splitExpiryKey(key);
        emit Settled(underlying, expirySec, price, uint8(method));
        return price;
    }

    function _requirePrice(uint256 price) private pure {
        if (price == 0 || price > type(uint128).max) {
            revert SettlementPriceOutOfBounds(price, 1, type(uint128).max);
        }
    }
}
