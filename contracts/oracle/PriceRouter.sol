// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IPyth} from "@pythnetwork/pyth-sdk-solidity/IPyth.sol";
import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {MAX_UNDERLYING} from "../types/InstrumentId.sol";
import {ChainlinkSource} from "./ChainlinkSource.sol";
import {FeedCall} from "./FeedCall.sol";
import {PackedSource, PackedSourceLib} from "./PackedSource.sol";
import {PythSource} from "./PythSource.sol";

/// @title PriceRouter: see IPriceRouter
/// @dev A read of an underlying with one Chainlink source costs one slot and the feed's own gas.
contract PriceRouter is IPriceRouter, AccessManaged {
    /// @dev `packed` is the hot slot; `priceId` is read for Pyth only.
    struct Source {
        PackedSource packed;
        bytes32 priceId;
    }

    struct Listing {
        Source primary;
        Source secondary;
    }

    uint256 private constant BPS = 10_000;
    uint32 private constant MAX_AGE_SEC = 7 days;
    uint32 private constant MAX_SEQUENCER_GRACE_SEC = 1 days;
    uint16 private constant MAX_CONFIDENCE_BPS = 1_000;
    uint16 private constant MIN_DEVIATION_BPS = 10;
    uint16 private constant MAX_DEVIATION_BPS = 2_000;
    uint256 private constant MAX_DECIMALS = 36;

    /// @notice The L2 sequencer's uptime feed; zero where the chain has no sequencer.
    address public immutable sequencerFeed;
    /// @notice How long after the sequencer's return prices stay Stale, so that users can act before liquidators do.
    uint32 public immutable sequencerGraceSec;

    mapping(uint16 underlying => Listing listing) private _listings;
    uint16[] private _underlyings;

    constructor(
        address authority,
        address sequencerFeed_,
        uint32 sequencerGraceSec_
    ) AccessManaged(authority) {
        bool noCode = sequencerFeed_ != address(0) && sequencerFeed_.code.length == 0;
        if (noCode || sequencerGraceSec_ > MAX_SEQUENCER_GRACE_SEC) {
            revert InvalidSequencer(sequencerFeed_, sequencerGraceSec_);
        }
        sequencerFeed = sequencerFeed_;
        sequencerGraceSec = sequencerGraceSec_;
    }

    // ---------------------------------------------------------------- reads

    /// @inheritdoc IPriceRouter
    function priceOf(uint16 underlying) external view returns (Price memory price) {
        _judge(underlying, _sequencerIsUp(), price);
    }

    /// @inheritdoc IPriceRouter
    function pricesOf(uint16[] calldata ids) external view returns (Price[] memory prices) {
        bool sequencerUp = _sequencerIsUp();
        uint256 count = ids.length;
        prices = new Price[](count);
        for (uint256 i; i < count; ++i) {
            _judge(ids[i], sequencerUp, prices[i]);
        }
    }

    /// @inheritdoc IPriceRouter
    function inspect(
        uint16 underlying
    )
        external
        view
        returns (
            SourceConfig memory primary,
            SourceConfig memory secondary,
            uint16 maxDeviationBps,
            Fault[2] memory faults
        )
    {
        Listing storage listing = _listings[underlying];
        if (listing.primary.packed.isEmpty()) revert UnknownUnderlying(underlying);
        bool sequencerUp = _sequencerIsUp();
        primary = _configOf(listing.primary);
        Price memory ignored;
        faults[0] = _read(listing.primary.packed, listing.primary, sequencerUp, ignored);
        maxDeviationBps = uint16(listing.primary.packed.maxDeviationBps());
        if (maxDeviationBps != 0) {
            secondary = _configOf(listing.secondary);
            faults[1] = _read(listing.secondary.packed, listing.secondary, sequencerUp, ignored);
        }
    }

    /// @inheritdoc IPriceRouter
    function underlyings() external view returns (uint16[] memory) {
        return _underlyings;
    }

    // ---------------------------------------------------------------- writes

    /// @inheritdoc IPriceRouter
    function setSources(
        uint16 underlying,
        SourceConfig calldata primary,
        SourceConfig calldata secondary,
        uint16 maxDeviationBps
    ) external restricted {
        if (underlying == 0 || underlying > MAX_UNDERLYING) {
            revert InvalidSource(underlying, "underlying outside 1..4095");
        }
        if (primary.kind == SourceKind.None) revert InvalidSource(underlying, "no primary");
        bool paired = secondary.kind != SourceKind.None;
        if (paired) _validatePair(underlying, primary, secondary, maxDeviationBps);

        Listing storage listing = _listings[underlying];
        if (listing.primary.packed.isEmpty()) _underlyings.push(underlying);
        _store(listing.primary, underlying, primary, paired ? maxDeviationBps : 0);
        if (paired) _store(listing.secondary, underlying, secondary, 0);
        else delete listing.secondary;

        _requireUsable(underlying, listing, paired);
        emit SourcesSet(
            underlying,
            _configOf(listing.primary),
            _configOf(listing.secondary),
            paired ? maxDeviationBps : 0
        );
    }

    /// @inheritdoc IPriceRouter
    function updatePyth(address pyth, bytes[] calldata updates) external payable {
        uint256 fee = IPyth(pyth).getUpdateFee(updates);
        if (msg.value < fee) revert PythFeeTooLow(msg.value, fee);
        uint256 refund;
        unchecked {
            refund = msg.value - fee;
        }
        emit PythUpdated(msg.sender, fee, refund);
        IPyth(pyth).updatePriceFeeds{value: fee}(updates);
        if (refund != 0) {
            (bool paid, ) = msg.sender.call{value: refund}("");
            if (!paid) revert RefundFailed(msg.sender, refund);
        }
    }

    // ---------------------------------------------------------------- verdict

    /// @dev Fills `price`, which comes in zeroed: structs that are returned would be allocated twice on the way.
    function _judge(uint16 underlying, bool sequencerUp, Price memory price) private view {
        Listing storage listing = _listings[underlying];
        PackedSource packed = listing.primary.packed;
        if (packed.isEmpty()) revert UnknownUnderlying(underlying);
        Fault fault = _read(packed, listing.primary, sequencerUp, price);
        if (packed.maxDeviationBps() != 0) {
            _judgePair(underlying, packed, fault, sequencerUp, price);
        } else if (fault != Fault.None) {
            if (!_isAnswer(fault)) revert PriceUnavailable(underlying, fault, Fault.None);
            price.status = Status.Stale;
        }
    }

    /// @dev SPEC-P4 and SPEC-P5: `price` and `fault` are the primary's reading, which gives way to the secondary's where
    /// only that one can be used.
    function _judgePair(
        uint16 underlying,
        PackedSource primary,
        Fault fault,
        bool sequencerUp,
        Price memory price
    ) private view {
        Source storage secondary = _listings[underlying].secondary;
        Price memory price2;
        Fault fault2 = _read(secondary.packed, secondary, sequencerUp, price2);
        if (fault == Fault.None && fault2 == Fault.None) {
            if (!_isApart(price.price, price2.price, primary.maxDeviationBps())) return;
            price.status = Status.Guarded;
            if (price2.price < price.price) price.low = price2.price;
            else price.high = price2.price;
        } else if (fault == Fault.None) {
            price.status = Status.Guarded;
        } else if (fault2 == Fault.None) {
            _replace(price, price2, Status.Guarded);
        } else if (_isAnswer(fault)) {
            price.status = Status.Stale;
        } else if (_isAnswer(fault2)) {
            _replace(price, price2, Status.Stale);
        } else {
            revert PriceUnavailable(underlying, fault, fault2);
        }
    }

    function _replace(Price memory price, Price memory by, Status status) private pure {
        (price.price, price.low, price.high) = (by.price, by.price, by.price);
        (price.confidence, price.timestamp, price.status) = (by.confidence, by.timestamp, status);
    }

    /// @dev Whether a reading's price is valid, if perhaps not fresh: the sources report these faults only where nothing
    /// else is wrong.
    function _isAnswer(Fault fault) private pure returns (bool) {
        return fault == Fault.None || fault == Fault.Stale || fault == Fault.SequencerDown;
    }

    /// @dev `|p1 - p2| > maxDeviationBps * p1`, exact; both are below 2^128.
    function _isApart(uint256 p1, uint256 p2, uint256 maxDeviationBps) private pure returns (bool) {
        unchecked {
            return (p1 > p2 ? p1 - p2 : p2 - p1) * BPS > maxDeviationBps * p1;
        }
    }

    // ---------------------------------------------------------------- sources

    /// @dev Writes what one source says now to `price`, whose status it leaves alone.
    function _read(
        PackedSource packed,
        Source storage source,
        bool sequencerUp,
        Price memory price
    ) private view returns (Fault fault) {
        uint256 gasBefore = gasleft();
        uint256 value;
        if (packed.kind() == SourceKind.Chainlink) {
            (value, price.timestamp, fault) = ChainlinkSource.read(packed);
        } else {
            (value, price.confidence, price.timestamp, fault) = PythSource.read(packed, source.priceId);
        }
        price.price = value;
        price.low = value;
        price.high = value;
        if (fault != Fault.None) _requireGas(gasBefore);
        if (!sequencerUp && _isAnswer(fault)) fault = Fault.SequencerDown;
    }

    function _sequencerIsUp() private view returns (bool up) {
        if (sequencerFeed == address(0)) return true;
        uint256 gasBefore = gasleft();
        up = ChainlinkSource.sequencerIsUp(sequencerFeed, sequencerGraceSec);
        if (!up) _requireGas(gasBefore);
    }

    /// @dev A caller must not be able to make a healthy feed look faulty by starving it of gas. Asked only once a fault was
    /// seen, so that a read of healthy feeds needs no gas in reserve.
    function _requireGas(uint256 gasBefore) private pure {
        if (gasBefore < FeedCall.GAS_BEFORE_READ) revert FeedGasTooLow(gasBefore, FeedCall.GAS_BEFORE_READ);
    }

    function _configOf(Source storage source) private view returns (SourceConfig memory config) {
        PackedSource packed = source.packed;
        if (packed.isEmpty()) return config;
        config.kind = packed.kind();
        config.feed = packed.feed();
        config.priceId = source.priceId;
        config.maxAgeSec = uint32(packed.maxAgeSec());
        config.minPrice = packed.minPrice();
        config.maxPrice = packed.maxPrice();
        if (config.kind == SourceKind.Pyth) config.maxConfidenceBps = uint16(packed.detail());
    }

    // ---------------------------------------------------------------- validation

    function _validatePair(
        uint16 underlying,
        SourceConfig calldata primary,
        SourceConfig calldata secondary,
        uint16 maxDeviationBps
    ) private pure {
        if (maxDeviationBps < MIN_DEVIATION_BPS || maxDeviationBps > MAX_DEVIATION_BPS) {
            revert DeviationOutOfBounds(maxDeviationBps, MIN_DEVIATION_BPS, MAX_DEVIATION_BPS);
        }
        if (primary.feed == secondary.feed && primary.priceId == secondary.priceId) {
            revert InvalidSource(underlying, "secondary is the primary");
        }
    }

    /// @dev Validates `config` and writes it to `source`.
    function _store(
        Source storage source,
        uint16 underlying,
        SourceConfig calldata config,
        uint256 maxDeviationBps
    ) private {
        if (config.feed.code.length == 0) revert InvalidSource(underlying, "feed has no code");
        if (config.maxAgeSec == 0 || config.maxAgeSec > MAX_AGE_SEC) {
            revert InvalidSource(underlying, "maxAgeSec outside 1..7 days");
        }
        if (
            config.minPrice == 0 || config.minPrice >= config.maxPrice || config.maxPrice > type(uint128).max
        ) {
            revert InvalidSource(underlying, "band not 0 < minPrice < maxPrice < 2^128");
        }
        PackedSource packed = PackedSourceLib.pack(config, _detailOf(underlying, config), maxDeviationBps);
        if (packed.minPrice() >= packed.maxPrice())
            revert InvalidSource(underlying, "band empty once rounded inward");
        source.packed = packed;
        source.priceId = config.priceId;
    }

    /// @dev The decimals of a Chainlink feed, asked of it once, here; the widest confidence of a Pyth price.
    function _detailOf(uint16 underlying, SourceConfig calldata config) private view returns (uint256) {
        if (config.kind == SourceKind.Pyth) {
            if (config.priceId == bytes32(0)) revert InvalidSource(underlying, "no price id");
            if (config.maxConfidenceBps == 0 || config.maxConfidenceBps > MAX_CONFIDENCE_BPS) {
                revert InvalidSource(underlying, "maxConfidenceBps outside 1..1000");
            }
            return config.maxConfidenceBps;
        }
        if (config.priceId != bytes32(0)) revert InvalidSource(underlying, "price id on Chainlink");
        (bool ok, uint256 decimals) = FeedCall.decimals(config.feed);
        if (!ok || decimals > MAX_DECIMALS)
            revert InvalidSource(underlying, "decimals not answered or above 36");
        return decimals;
    }

    /// @dev The sequencer is left out: what is asked is whether these are the right feeds.
    function _requireUsable(uint16 underlying, Listing storage listing, bool paired) private view {
        Price memory primary;
        Price memory secondary;
        Fault fault = _read(listing.primary.packed, listing.primary, true, primary);
        Fault fault2;
        if (paired) fault2 = _read(listing.secondary.packed, listing.secondary, true, secondary);
        if (fault != Fault.None || fault2 != Fault.None) revert PriceUnavailable(underlying, fault, fault2);
        if (paired && _isApart(primary.price, secondary.price, listing.primary.packed.maxDeviationBps())) {
            revert InvalidSource(underlying, "sources disagree");
        }
    }
}
