// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {WadMath} from "../libraries/WadMath.sol";

/// @title PackedSource: a price source in one storage slot
/// @notice Layout, most significant bits first:
///
///   minPrice 26 | maxPrice 26 | unused 1 | maxDeviationBps 11 | maxAgeSec 20 | detail 10 | kind 2 | feed 160
///
/// - minPrice, maxPrice: `mantissa (20) * 10**exponent (6)` in wad USD. Five significant digits are kept at least, and the
///   band is rounded inward (the floor up, the ceiling down), so that what is stored never admits more than was asked.
/// - maxDeviationBps: only in a primary; zero says that there is no secondary, so that a read of an underlying with one
///   source never touches a second slot.
/// - detail: the feed's decimals for Chainlink, `maxConfidenceBps` for Pyth.
/// @dev Zero is no source.
type PackedSource is uint256;

using PackedSourceLib for PackedSource global;

/// @title PackedSourceLib: packing and the fields
library PackedSourceLib {
    uint256 internal constant MAX_MANTISSA = (1 << 20) - 1;
    uint256 internal constant MAX_DETAIL = (1 << 10) - 1;
    uint256 internal constant MAX_AGE_SEC = (1 << 20) - 1;
    uint256 internal constant MAX_DEVIATION_BPS = (1 << 11) - 1;
    uint256 private constant PRICE_MASK = (1 << 26) - 1;

    /// @notice A field that the caller should have bounded is too wide for its bits.
    error SourceNotRepresentable(uint256 value, uint256 max);

    /// @notice Packs `config`; the price id stays outside.
    /// @param sourceDetail The feed's decimals, or the widest confidence.
    /// @param deviationBps Zero for no secondary.
    function pack(
        IPriceRouter.SourceConfig memory config,
        uint256 sourceDetail,
        uint256 deviationBps
    ) internal pure returns (PackedSource) {
        _requireFits(sourceDetail, MAX_DETAIL);
        _requireFits(config.maxAgeSec, MAX_AGE_SEC);
        _requireFits(deviationBps, MAX_DEVIATION_BPS);
        return
            PackedSource.wrap(
                (packPriceUp(config.minPrice) << 230) |
                    (packPriceDown(config.maxPrice) << 204) |
                    (deviationBps << 192) |
                    (uint256(config.maxAgeSec) << 172) |
                    (sourceDetail << 162) |
                    (uint256(config.kind) << 160) |
                    uint160(config.feed)
            );
    }

    function isEmpty(PackedSource source) internal pure returns (bool) {
        return PackedSource.unwrap(source) == 0;
    }

    function kind(PackedSource source) internal pure returns (IPriceRouter.SourceKind) {
        return IPriceRouter.SourceKind((PackedSource.unwrap(source) >> 160) & 3);
    }

    function feed(PackedSource source) internal pure returns (address) {
        return address(uint160(PackedSource.unwrap(source)));
    }

    function detail(PackedSource source) internal pure returns (uint256) {
        return (PackedSource.unwrap(source) >> 162) & MAX_DETAIL;
    }

    function maxAgeSec(PackedSource source) internal pure returns (uint256) {
        return (PackedSource.unwrap(source) >> 172) & MAX_AGE_SEC;
    }

    function maxDeviationBps(PackedSource source) internal pure returns (uint256) {
        return (PackedSource.unwrap(source) >> 192) & MAX_DEVIATION_BPS;
    }

    function minPrice(PackedSource source) internal pure returns (uint256) {
        return unpackPrice(PackedSource.unwrap(source) >> 230);
    }

    function maxPrice(PackedSource source) internal pure returns (uint256) {
        return unpackPrice((PackedSource.unwrap(source) >> 204) & PRICE_MASK);
    }

    /// @notice The least price not below `price` that 26 bits hold with the smallest exponent that fits.
    function packPriceUp(uint256 price) internal pure returns (uint256) {
        uint256 exponent = _exponentFor(price);
        return (WadMath.divUpRaw(price, 10 ** exponent) << 6) | exponent;
    }

    /// @notice The greatest such price not above `price`.
    function packPriceDown(uint256 price) internal pure returns (uint256) {
        uint256 exponent = _exponentFor(price);
        return ((price / 10 ** exponent) << 6) | exponent;
    }

    function unpackPrice(uint256 packed) internal pure returns (uint256) {
        unchecked {
            // The exponent is at most 33, so this stays below 2^130.
            return (packed >> 6) * 10 ** (packed & 63);
        }
    }

    /// @dev The smallest exponent at which even the mantissa rounded up fits.
    function _exponentFor(uint256 price) private pure returns (uint256 exponent) {
        _requireFits(price, type(uint128).max);
        while (price > MAX_MANTISSA * 10 ** exponent) ++exponent;
    }

    function _requireFits(uint256 value, uint256 max) private pure {
        if (value > max) revert SourceNotRepresentable(value, max);
    }
}
