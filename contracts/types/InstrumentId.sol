// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title InstrumentId: everything that defines a contract, in 96 bits
/// @notice Layout, most significant bits first:
///
///   kind 4 | underlying 12 | expiry 20 | strike mantissa 54 | strike exponent 6
///
/// - kind: 1 perp, 2 future, 3 call, 4 put (0 is no instrument)
/// - underlying: the number under which `PriceRouter` lists it, 1..4095
/// - expiry: whole hours since the Unix epoch; 0 for a perp
/// - strike: `mantissa * 10**exponent` in wad USD; the mantissa is not divisible by ten, so that a strike has one
///   encoding only; 0 for perps and futures
type InstrumentId is uint96;

/// @notice Kinds of instrument, in the order of their code.
enum Kind {
    None,
    Perp,
    Future,
    Call,
    Put
}

/// @notice A strike that is zero, or that has more than the 16 significant digits an InstrumentId keeps.
error StrikeNotRepresentable(uint256 strike);
/// @notice An expiry that is zero, not on a whole hour, or beyond the last hour an InstrumentId can hold.
error ExpiryNotRepresentable(uint256 expirySec);
/// @notice An underlying's number outside 1..4095.
error UnderlyingNotRepresentable(uint256 underlying);

using {equals as ==, differs as !=} for InstrumentId global;
using InstrumentIdLib for InstrumentId global;

uint256 constant MAX_UNDERLYING = (1 << 12) - 1;
uint256 constant MAX_EXPIRY_HOURS = (1 << 20) - 1;
uint256 constant MAX_STRIKE_MANTISSA = (1 << 54) - 1;

/// @notice The perp on `underlyingId`.
function perpId(uint256 underlyingId) pure returns (InstrumentId) {
    return _head(Kind.Perp, underlyingId, 0);
}

/// @notice The dated future on `underlyingId` that expires at `expiry` (Unix seconds, a whole hour).
function futureId(uint256 underlyingId, uint256 expiry) pure returns (InstrumentId) {
    return _head(Kind.Future, underlyingId, _expiryHours(expiry));
}

/// @notice The European option on `underlyingId`; `strikeWad` in wad USD with at most 16 significant digits.
function optionId(
    uint256 underlyingId,
    uint256 expiry,
    uint256 strikeWad,
    bool isCall
) pure returns (InstrumentId) {
    InstrumentId head = _head(isCall ? Kind.Call : Kind.Put, underlyingId, _expiryHours(expiry));
    if (strikeWad == 0) revert StrikeNotRepresentable(strikeWad);
    uint256 mantissa = strikeWad;
    uint256 exponent;
    while (mantissa % 10 == 0) {
        mantissa /= 10;
        ++exponent;
    }
    if (mantissa > MAX_STRIKE_MANTISSA || exponent > 63) revert StrikeNotRepresentable(strikeWad);
    return InstrumentId.wrap(InstrumentId.unwrap(head) | uint96((mantissa << 6) | exponent));
}

function equals(InstrumentId a, InstrumentId b) pure returns (bool) {
    return InstrumentId.unwrap(a) == InstrumentId.unwrap(b);
}

function differs(InstrumentId a, InstrumentId b) pure returns (bool) {
    return InstrumentId.unwrap(a) != InstrumentId.unwrap(b);
}

function _head(Kind instrumentKind, uint256 underlyingId, uint256 expiryHours) pure returns (InstrumentId) {
    if (underlyingId == 0 || underlyingId > MAX_UNDERLYING) revert UnderlyingNotRepresentable(underlyingId);
    return
        InstrumentId.wrap(
            (uint96(uint256(instrumentKind)) << 92) |
                (uint96(underlyingId) << 80) |
                (uint96(expiryHours) << 60)
        );
}

function _expiryHours(uint256 expiry) pure returns (uint256 hoursSinceEpoch) {
    hoursSinceEpoch = expiry / 1 hours;
    if (expiry == 0 || expiry % 1 hours != 0 || hoursSinceEpoch > MAX_EXPIRY_HOURS) {
        revert ExpiryNotRepresentable(expiry);
    }
}

library InstrumentIdLib {
    function kind(InstrumentId id) internal pure returns (Kind) {
        uint256 code = InstrumentId.unwrap(id) >> 92;
        return code > uint256(type(Kind).max) ? Kind.None : Kind(code);
    }

    function underlying(InstrumentId id) internal pure returns (uint16) {
        return uint16((InstrumentId.unwrap(id) >> 80) & MAX_UNDERLYING);
    }

    /// @notice Expiry in Unix seconds; 0 for a perp.
    function expirySec(InstrumentId id) internal pure returns (uint256) {
        return ((InstrumentId.unwrap(id) >> 60) & MAX_EXPIRY_HOURS) * 1 hours;
    }

    function isOption(InstrumentId id) internal pure returns (bool) {
        return InstrumentId.unwrap(id) >> 92 > uint256(Kind.Future);
    }

    /// @notice Whether the strike is one that `optionId` gives: not zero, below 2**128 and in its only encoding.
    function hasStrike(InstrumentId id) internal pure returns (bool) {
        uint256 mantissa = (InstrumentId.unwrap(id) >> 6) & MAX_STRIKE_MANTISSA;
        uint256 exponent = InstrumentId.unwrap(id) & 63;
        // 10**38 < 2**128 < 10**39
        return mantissa % 10 != 0 && exponent < 39 && mantissa * 10 ** exponent <= type(uint128).max;
    }

    /// @notice What one unit of a future, call or put pays at a settlement price, wad USD.
    function payoff(InstrumentId id, uint256 price) internal pure returns (uint256) {
        Kind code = kind(id);
        if (code == Kind.Future) return price;
        uint256 level = strike(id);
        if (code == Kind.Call) return price > level ? price - level : 0;
        return level > price ? level - price : 0;
    }

    /// @notice Strike in wad USD; 0 for perps and futures.
    function strike(InstrumentId id) internal pure returns (uint256) {
        uint256 raw = InstrumentId.unwrap(id);
        return ((raw >> 6) & MAX_STRIKE_MANTISSA) * 10 ** (raw & 63);
    }
}
