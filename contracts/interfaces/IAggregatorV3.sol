// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice The part of a Chainlink data feed that Novate reads.
interface IAggregatorV3 {
    function decimals() external view returns (uint8);

    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);

    /// @notice A round by its number, which in a proxy is `phase << 64 | the aggregator's own number`.
    function getRoundData(
        uint80 id
    )
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}
