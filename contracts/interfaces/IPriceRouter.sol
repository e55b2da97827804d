// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IPriceRouter: one index price per underlying out of a primary and an optional secondary source
/// @notice All prices are wad USD per unit. A source is described by data, not by a contract of its own, so that a read
/// costs one storage slot and the feed's own gas.
interface IPriceRouter {
    /// @notice How far a price may be relied on.
    /// - Ok: the primary is fresh and valid and, where there is a secondary, the two agree.
    /// - Guarded: the sources disagree beyond the bound, or only one of two is usable. `low` and `high` span them. No risk
    ///   may be added; reducing and liquidating go on at the end of the span that favours the account.
    /// - Stale: the last answer is valid but too old, or the L2 sequencer is down or in its grace period. Reducing only.
    enum Status {
        Ok,
        Guarded,
        Stale
    }

    /// @notice Where a source gets its price.
    enum SourceKind {
        None,
        Chainlink,
        Pyth
    }

    /// @notice Why a source's answer was not used.
    enum Fault {
        None,
        Stale,
        NotPositive,
        OutOfBand,
        Reverted,
        TooWide,
        FromFuture,
        SequencerDown
    }

    /// @param price The price to use where `status` is Ok, wad USD. The primary's where it is usable.
    /// @param low The lower end of the span, equal to `price` unless guarded.
    /// @param high The upper end of the span, equal to `price` unless guarded.
    /// @param confidence Half-width the source states, wad USD; 0 for Chainlink, which states none.
    /// @param timestamp When the source observed the price, Unix seconds.
    struct Price {
        uint256 price;
        uint256 low;
        uint256 high;
        uint256 confidence;
        uint256 timestamp;
        Status status;
    }

    /// @param kind Chainlink or Pyth.
    /// @param feed The aggregator, or the Pyth contract.
    /// @param priceId The Pyth price id; zero for Chainlink.
    /// @param maxAgeSec The oldest answer that counts as fresh: for Chainlink the feed's own heartbeat plus a margin.
    /// @param minPrice Answers below are refused, wad USD. A feed that halts at its floor (LUNA, 2022) stays outside.
    /// @param maxPrice Answers above are refused, wad USD.
    /// @param maxConfidenceBps Pyth only: widest confidence interval, in basis points of the price.
    struct SourceConfig {
        SourceKind kind;
        address feed;
        bytes32 priceId;
        uint32 maxAgeSec;
        uint256 minPrice;
        uint256 maxPrice;
        uint16 maxConfidenceBps;
    }

    /// @notice An underlying was listed, or its sources were replaced.
    event SourcesSet(
        uint16 indexed underlying,
        SourceConfig primary,
        SourceConfig secondary,
        uint16 maxDeviationBps
    );
    /// @notice Pyth price updates were paid for and pushed; the rest of the sent value went back to the payer.
    event PythUpdated(address indexed payer, uint256 feePaid, uint256 refunded);

    error UnknownUnderlying(uint16 underlying);
    /// @notice No source has a usable price; out of `setSources`: not every source to be listed has one.
    error PriceUnavailable(uint16 underlying, Fault primary, Fault secondary);
    error InvalidSource(uint16 underlying, string reason);
    error DeviationOutOfBounds(uint16 maxDeviationBps, uint16 min, uint16 max);
    /// @notice The sequencer's uptime feed has no code, or its grace period is longer than a day.
    error InvalidSequencer(address feed, uint32 graceSec);
    /// @notice A source looked faulty, but the caller left so little gas that the fault may be the caller's doing.
    error FeedGasTooLow(uint256 available, uint256 required);
    error PythFeeTooLow(uint256 sent, uint256 required);
    error RefundFailed(address payer, uint256 amount);

    /// @notice The price of one underlying.
    /// @dev Reverts with UnknownUnderlying or PriceUnavailable, and with FeedGasTooLow where a source is at fault and less
    /// than about 312,000 gas was left before it was read.
    function priceOf(uint16 underlying) external view returns (Price memory);

    /// @notice The prices of several underlyings, in their order.
    function pricesOf(uint16[] calldata underlyings) external view returns (Price[] memory);

    /// @notice What the sources of an underlying say now, without a verdict; never reverts for a listed underlying
    /// (given gas, see priceOf). The configurations are those in force, that is after the band's rounding.
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
        );

    /// @notice Every listed underlying, in the order of listing.
    function underlyings() external view returns (uint16[] memory);

    /// @notice Lists an underlying or replaces its sources. `secondary.kind` None leaves it with one source; the rest of
    /// `secondary`, and `maxDeviationBps`, are then ignored, as `maxConfidenceBps` is for Chainlink.
    /// @dev Restricted. Bounds: underlying 1..4095; `maxAgeSec` 1 second to 7 days; 0 < `minPrice` < `maxPrice` < 2^128,
    /// kept to five significant digits or more and rounded inward; `maxConfidenceBps` 1..1000; `maxDeviationBps` 10..2000.
    /// Every source must give a fresh and valid answer inside its band now, and two of them must agree within the bound:
    /// a feed of the wrong pair, or with other decimals than thought, is refused here.
    function setSources(
        uint16 underlying,
        SourceConfig calldata primary,
        SourceConfig calldata secondary,
        uint16 maxDeviationBps
    ) external;

    /// @notice Pushes signed Pyth updates, pays the fee out of the value sent and returns the rest.
    /// @dev Open to anyone and any `pyth`: the router holds no funds and no rights that such a call could use.
    function updatePyth(address pyth, bytes[] calldata updates) external payable;
}
