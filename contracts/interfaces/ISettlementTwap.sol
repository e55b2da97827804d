// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "./IPriceRouter.sol";

/// @title ISettlementTwap: the price at which an expiry settles, with no trusted settler
/// @notice The settlement price is the time-weighted average index over the 30 minutes that end at the expiry, in wad USD,
/// rounded down. It is found, in this order, by
/// 1. observations of PriceRouter that anyone recorded in the window, where they cover it (`settle`);
/// 2. the Chainlink feed's own rounds over the window, proven by their numbers, where they do not (`settleByRounds`);
/// 3. from 24 hours after the expiry whatever there is (`settleLate`), so that no position can be stuck for good.
/// There is no role. What has to be trusted is the index itself: the router's sources, and the timelock that can change them.
interface ISettlementTwap {
    /// @notice How a price was found.
    /// - Observations: `settle`.
    /// - Rounds: `settleByRounds`.
    /// - ThinObservations: `settleLate`, out of observations that cover the window too thinly.
    /// - LatePrice: `settleLate`, at the index of that moment, where nobody observed anything.
    enum Method {
        None,
        Observations,
        Rounds,
        ThinObservations,
        LatePrice
    }

    /// @param firstPrice The first price recorded in the window, wad.
    /// @param lastPrice The last one.
    /// @param weighted Sum of price times the seconds it held, from the first observation to the last.
    /// @param count How many seconds of the window have an observation.
    /// @param firstSec When the first was made, in seconds since the window's start: 0..1800.
    /// @param lastSec When the last was made, likewise.
    /// @param longestGapSec The longest time between two observations that follow each other.
    /// @param method How the price was found, None while it was not.
    struct Record {
        uint128 firstPrice;
        uint128 lastPrice;
        uint160 weighted;
        uint16 count;
        uint16 firstSec;
        uint16 lastSec;
        uint16 longestGapSec;
        Method method;
    }

    /// @notice A price was recorded; `count` is how many there are now.
    event Observed(uint16 indexed underlying, uint40 indexed expirySec, uint256 price, uint256 count);
    /// @notice An expiry has its price, for good. `method` is a Method.
    event Settled(uint16 indexed underlying, uint40 indexed expirySec, uint256 price, uint8 method);

    error OutsideWindow(uint256 nowSec, uint256 windowStart, uint256 expirySec);
    /// @notice The index is guarded or stale: it is neither recorded nor settled at.
    error IndexNotOk(uint16 underlying, IPriceRouter.Status status);
    error NotExpired(uint256 nowSec, uint256 expirySec);
    error AlreadySettled(uint16 underlying, uint40 expirySec, uint256 price);
    error TooFewObservations(uint256 count, uint256 needed);
    /// @notice The first observation came this long after the window's start, the last this long before the expiry, and
    /// the longest gap between; at most 300, 300 and 600 seconds are allowed.
    error CoverageTooThin(uint256 firstAfterSec, uint256 lastBeforeSec, uint256 longestGapSec);
    error ObservationsSuffice(uint256 count);
    error NoChainlinkFeed(uint16 underlying);
    error TooFewRounds(uint256 count, uint256 needed);
    /// @notice The feed has no such round, or keeps no history.
    error RoundMissing(address feed, uint80 roundId);
    error RoundAnswerOutOfBand(uint80 roundId, int256 answer, uint256 minPrice, uint256 maxPrice);
    error RoundsNotConsecutive(uint80 roundId, uint80 next);
    /// @notice Within a phase a round is dated before the one it follows.
    error RoundsNotInTime(uint80 roundId, uint256 updatedAt, uint256 previousUpdatedAt);
    /// @notice The next phase of the feed had begun by `phaseSec`, so that from then on its rounds count.
    error PhaseBehind(uint80 roundId, uint256 updatedAt, uint256 phaseSec);
    /// @notice The phase left still has a round before the next one begins.
    error PhaseAhead(uint80 roundId, uint256 updatedAt, uint256 phaseSec);
    error FirstRoundTooLate(uint80 roundId, uint256 updatedAt, uint256 windowStart);
    error LastRoundTooEarly(uint80 roundId, uint256 updatedAt, uint256 expirySec);
    error TooEarlyForLate(uint256 nowSec, uint256 fromSec);
    error SettlementPriceOutOfBounds(uint256 price, uint256 min, uint256 max);
    error InvalidRouter(address router);

    /// @notice Records the index for an expiry. Open to anyone, from 30 minutes before the expiry to the expiry itself.
    /// @dev A price holds until the next observation, so an observation weighs what time passes until anyone makes the next
    /// one: a price that lasts a minute moves the average by at most a thirtieth of its error where others observe every
    /// minute. The first of a second stands; more in the same second change nothing. The index must be Ok.
    function observe(uint16 underlying, uint40 expirySec) external;

    /// @notice `observe` for several expiries, all or none; keys as in `pricesOf`.
    function observeMany(uint256[] calldata keys) external;

    /// @notice Settles an expiry out of its observations; after the expiry, by anyone.
    /// @dev Needs two or more, the first at most 5 minutes after the window's start, the last at most 5 minutes before the
    /// expiry, and no more than 10 minutes between any two. The first price counts from the window's start and the last one
    /// to the expiry.
    function settle(uint16 underlying, uint40 expirySec) external returns (uint256 price);

    /// @notice Settles an expiry out of Chainlink's rounds, where observations do not suffice; after the expiry, by anyone.
    /// The feed is the router's primary where that is Chainlink, else its secondary.
    /// @dev What counts at a time is the answer with the greatest round number among those dated at or before it, however
    /// old, in the phases proven: the price is the same whoever calls. `roundIds` are consecutive, the first dated at or
    /// before the window's start, the last dated after the expiry, so call it once the feed has moved on. All answers must
    /// be positive and inside the source's band. Where the proxy was given a new aggregator, the round after the
    /// last that is dated before the next phase's first round is that first round, `(phase + 1) << 64 | 1`; in a proof that
    /// stays in one phase the next phase's first round must not exist or not be dated before the round it would replace.
    function settleByRounds(
        uint16 underlying,
        uint40 expirySec,
        uint80[] calldata roundIds
    ) external returns (uint256 price);

    /// @notice Settles an expiry that nobody settled within 24 hours; by anyone.
    /// @dev Out of the observations there are, weighted as in `settle`, however thinly they cover the window; where there is
    /// none, at the index of this moment, which must be Ok. Warning: the latter leaves the moment to the caller, from 24 hours
    /// after the expiry on. It takes that nobody observed and nobody proved rounds, and whoever it would harm can prevent it.
    function settleLate(uint16 underlying, uint40 expirySec) external returns (uint256 price);

    /// @notice The settlement price, wad USD above 0 and below 2^128; 0 while not settled. Once settled it never changes.
    function priceOf(uint16 underlying, uint40 expirySec) external view returns (uint256 price);

    /// @notice The settlement prices of several expiries, in the order of their keys; 0 where not settled.
    /// @param keys `underlying << 20 | expirySec / 3600` each.
    function pricesOf(uint256[] calldata keys) external view returns (uint256[] memory prices);

    /// @notice What was observed for an expiry, and how it was settled.
    function recordOf(uint16 underlying, uint40 expirySec) external view returns (Record memory);

    /// @notice Whose index settles.
    function router() external view returns (IPriceRouter);
}
