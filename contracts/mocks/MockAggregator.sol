// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";

/// @title MockAggregator: a Chainlink data feed whose owner sets the answers and may make it fail
/// @notice Keeps every round, numbered as a proxy numbers them (from phase 1), and packs a round in one slot beside the slot
/// of the latest round's number, as OCR aggregators do, so that gas measured on it is not flattered.
contract MockAggregator is IAggregatorV3 {
    /// @notice How `latestRoundData` misbehaves.
    /// - Revert: reverts without data.
    /// - Empty: returns no data, as an address without code does.
    /// - Short: returns four of the five words.
    /// - Garbage: returns five words of ones.
    /// - BurnGas: takes all gas it is given.
    enum Mode {
        Normal,
        Revert,
        Empty,
        Short,
        Garbage,
        BurnGas
    }

    struct Round {
        int192 answer;
        uint64 updatedAt;
    }

    uint80 private constant FIRST_ROUND = (1 << 64) + 1;

    uint8 public immutable decimals;
    string public description;

    /// @dev 20 + 10 + 1 bytes.
    address public owner;
    uint80 public latestRound;
    Mode public mode;

    mapping(uint80 roundId => Round round) private _rounds;

    event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);
    event ModeSet(Mode mode);
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    error NotOwner(address caller);
    error NoData(uint80 roundId);
    error AnswerTooLarge(int256 answer);

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        _;
    }

    constructor(string memory description_, uint8 decimals_, int256 answer) {
        description = description_;
        decimals = decimals_;
        owner = msg.sender;
        latestRound = FIRST_ROUND - 1;
        _push(answer, uint64(block.timestamp));
    }

    /// @notice Starts a round with `answer`, dated now.
    function setAnswer(int256 answer) external onlyOwner {
        _push(answer, uint64(block.timestamp));
    }

    /// @notice Starts a round with `answer`, dated `updatedAt`, which may lie in the past or the future.
    function setAnswerAt(int256 answer, uint64 updatedAt) external onlyOwner {
        _push(answer, updatedAt);
    }

    /// @notice Starts the next phase, as a proxy does that was given a new aggregator; its first round is the next answer.
    /// Until then the latest round is none.
    function startPhase() external onlyOwner {
        latestRound = ((latestRound >> 64) + 1) << 64;
    }

    /// @notice Rewrites a round, or adds one, wherever it belongs; the latest round stays.
    function setRound(uint80 roundId, int256 answer, uint64 updatedAt) external onlyOwner {
        if (answer != int192(answer)) revert AnswerTooLarge(answer);
        _rounds[roundId] = Round({answer: int192(answer), updatedAt: updatedAt});
        emit AnswerUpdated(answer, roundId, updatedAt);
    }

    function setMode(Mode newMode) external onlyOwner {
        mode = newMode;
        emit ModeSet(newMode);
    }

    function transferOwnership(address newOwner) external onlyOwner {
        emit OwnershipTransferred(owner, newOwner);
        owner = newOwner;
    }

    /// @inheritdoc IAggregatorV3
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        if (mode != Mode.Normal) _misbehave(mode);
        return _roundData(latestRound);
    }

    /// @inheritdoc IAggregatorV3
    /// @dev A missing round reverts, as OCR aggregators do.
    function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80) {
        if (_rounds[roundId].updatedAt == 0) revert NoData(roundId);
        return _roundData(roundId);
    }

    function version() external pure returns (uint256) {
        return 4;
    }

    function _push(int256 answer, uint64 updatedAt) private {
        if (answer != int192(answer)) revert AnswerTooLarge(answer);
        uint80 roundId = ++latestRound;
        _rounds[roundId] = Round({answer: int192(answer), updatedAt: updatedAt});
        emit AnswerUpdated(answer, roundId, updatedAt);
    }

    function _roundData(uint80 roundId) private view returns (uint80, int256, uint256, uint256, uint80) {
        Round memory round = _rounds[roundId];
        return (roundId, round.answer, round.updatedAt, round.updatedAt, roundId);
    }

    function _misbehave(Mode how) private pure {
        assembly ("memory-safe") {
            switch how
            case 1 {
                revert(0, 0)
            }
            case 2 {
                return(0, 0)
            }
            case 5 {
                invalid()
            }
            default {
                let out := mload(0x40)
                for {
                    let i := 0
                } lt(i, 0xa0) {
                    i := add(i, 0x20)
                } {
                    mstore(add(out, i), not(0))
                }
                // Short is 3, Garbage is 4.
                return(out, add(0x80, mul(0x20, eq(how, 4))))
            }
        }
    }
}
