// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IVolSurface: implied volatility and forward basis per underlying and expiry, posted by m of n signers
/// @notice A surface is a slice of raw SVI in total variance, `w(k) = a + b * (rho * (k - m) + sqrt((k - m)^2 + sigma^2))`
/// with `k = ln(K / F)`, and the yearly basis of the forward (SPEC-V1). All numbers are wad.
/// Warning: entry checks one slice by itself. That total variance does not fall from one expiry to the next (calendar
/// arbitrage) is NOT checked: slices are signed at different times, and an old neighbour must not keep a new one out.
interface IVolSurface {
    /// @param a Level of total variance; may be negative.
    /// @param b Slope of the wings, 0 or more.
    /// @param rho Skew, between -1 and 1.
    /// @param m Where along k the slice is centred.
    /// @param sigma Roundness at the centre, above 0.
    /// @param basis The forward's yearly basis: F = S * (1 + basis * tau).
    /// @param timestamp What time the surface is of, Unix seconds; 0 where there is none.
    struct Surface {
        int256 a;
        uint256 b;
        int256 rho;
        int256 m;
        uint256 sigma;
        int256 basis;
        uint40 timestamp;
    }

    /// @notice A Surface and whose it is: what is signed. See Surface.
    /// @param underlying The number under which PriceRouter lists it, 1..4095.
    /// @param expirySec Unix seconds, on a whole hour.
    struct Report {
        uint16 underlying;
        uint40 expirySec;
        int256 a;
        uint256 b;
        int256 rho;
        int256 m;
        uint256 sigma;
        int256 basis;
        uint40 timestamp;
    }

    /// @param signer A registered signer: a key, or a contract wallet (ERC-1271).
    struct Signature {
        address signer;
        bytes signature;
    }

    /// @notice A surface came into force; `word` is it as stored (SPEC-V1).
    event SurfacePosted(uint16 indexed underlying, uint40 indexed expirySec, uint256 word);
    event SignersSet(address[] signers, uint256 threshold);
    event SignerRemoved(address indexed signer);

    error EmptyBatch();
    error TooFewSignatures(uint256 got, uint256 needed);
    error UnknownSigner(address signer);
    error DuplicateSigner(address signer);
    /// @notice Signatures must come in the order of their signers' addresses.
    error SignersNotSorted(address previous, address next);
    error InvalidSurfaceSignature(address signer);
    /// @notice A field is too large for its bits, or not a multiple of `resolution`.
    error SurfaceNotRepresentable(string field, int256 value, uint256 resolution);
    /// @notice A field, or what follows from the fields, lies outside what pricing is sound for.
    /// Besides the fields: `wingSlope` is b * (1 + |rho|), `minVariance` the least total variance of the slice,
    /// `volAtForward` the implied volatility at K = F, `basisToExpiry` is basis * tau.
    error SurfaceOutOfBounds(string field, int256 value, int256 min, int256 max);
    /// @notice Durrleman's g is negative at log-moneyness k: the slice prices a butterfly below zero there.
    error ArbitrageInSurface(int256 k, int256 g);
    error ReportNotNewer(uint16 underlying, uint40 expirySec, uint256 timestamp, uint256 stored);
    error TimestampOutOfBounds(uint256 timestamp, uint256 oldest, uint256 newest);
    error ExpiryOutOfBounds(uint256 expirySec, uint256 min, uint256 max);
    error SignerCountOutOfBounds(uint256 count, uint256 min, uint256 max);
    error ThresholdOutOfBounds(uint256 threshold, uint256 count);
    error InvalidSigner(address signer);

    /// @notice The words of several surfaces (SPEC-V1), in the order of their keys; 0 where there is none.
    /// @param keys `underlying << 20 | expirySec / 3600` each. A key that nothing can be posted under has no surface.
    function wordsOf(uint256[] calldata keys) external view returns (uint256[] memory words);

    /// @notice The surface of one expiry, all zero where none was posted.
    function surfaceOf(uint16 underlying, uint40 expirySec) external view returns (Surface memory);

    /// @notice The registered signers, in no order.
    function signers() external view returns (address[] memory);

    function isSigner(address who) external view returns (bool);

    /// @notice How many signers must sign a batch.
    function threshold() external view returns (uint256);

    /// @notice What signers sign for these reports: the EIP-712 hash of `SurfaceBatch(SurfaceReport[] reports)`.
    function batchHash(Report[] calldata reports) external view returns (bytes32);

    /// @notice Brings signed surfaces into force, all of them or none.
    /// @dev Open to anyone who has the signatures, which must come in ascending order of the signers' addresses, each valid
    /// and `threshold` of them or more. Each report must
    /// - be newer than the surface in force, not from the future and at most an hour old, since older is not fresh (SPEC-V6);
    /// - be for an expiry on a whole hour, in the future and at most three years and a month away;
    /// - hold exactly in the word's bits;
    /// - have |rho| < 1, sigma >= 1e-6, |m| <= 5, b * (1 + |rho|) <= 2 (Lee), a least total variance of 1e-12 or more, 1% to
    ///   500% of implied volatility at the forward, and |basis * tau| <= 50%;
    /// - be free of butterfly arbitrage, g(k) >= 0, at 51 points: 17 each evenly over k in +-4 * sqrt(w(0)) and over k in
    ///   +-2, and m with m +- sigma * (1/2, 1, 2, 4 .. 64), about where the slice bends. Between these points and beyond
    ///   it is not proven.
    function post(Report[] calldata reports, Signature[] calldata signatures) external;

    /// @notice Replaces all signers.
    /// @dev Restricted. 1 to 16 signers, distinct and not zero; 1 <= threshold <= their number.
    function setSigners(address[] calldata newSigners, uint256 newThreshold) external;

    /// @notice Drops one signer at once; the threshold stays.
    /// @dev Restricted, meant for the guardian. Refused where fewer signers than the threshold would be left: the guardian
    /// can thereby bring it to where every remaining signer must sign, so that one honest one can refuse, but cannot end
    /// the posting of surfaces.
    function removeSigner(address signer) external;
}
