// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MockAggregator} from "../../../../contracts/mocks/MockAggregator.sol";
import {FIRST_DATED, SERIES, ETH_ID} from "../Stage.sol";
import {Actors} from "./Actors.sol";

/// @title Markets: prices, time and what goes wrong with feeds
abstract contract Markets is Actors {
    /// @dev How far ETH's second feed is from the first, bps.
    int256 private _apartBps;

    /// @notice Up to 15% either way, within a quarter and four times of where it began.
    function movePrice(bool btc, int256 bps) external {
        MockAggregator feed = btc ? btcFeed : ethFeed;
        int256 begin = btc ? int256(100_000e8) : int256(4_000e8);
        int256 answer = (_answerOf(feed) * (10_000 + bound(bps, -1_500, 1_500))) / 10_000;
        feed.setAnswer(bound(answer, begin / 4, begin * 4));
        if (!btc) _setBackup();
        _done("movePrice");
    }

    /// @notice Up to 12 hours; now and then to the next expiry, or past the settlement's delay.
    /// @param fresh Whether feeds and surfaces are renewed.
    function moveTime(uint256 secs, bool fresh, uint256 leap) external {
        uint256 to = block.timestamp + bound(secs, 1, 12 hours);
        if (leap % 16 == 0) to = _nextExpiry(0);
        if (leap % 16 == 1) to = _nextExpiry(24 hours);
        if (leap % 16 == 2) to = block.timestamp + 14 days;
        (uint256 supplied, uint256 borrowed) = ghost.totalsNow();
        vm.warp(to);
        (uint256 suppliedNext, uint256 borrowedNext) = ghost.totalsNow();
        int256 kept = int256(borrowedNext - borrowed) - int256(suppliedNext - supplied);
        // each of the four sums is rounded by up to a wei
        assertGe(kept, -4, "2: lenders were credited more than borrowers were charged");
        reserve += kept;
        if (fresh || leap % 2 == 0) _renew();
        _done("moveTime");
    }

    function _nextExpiry(uint256 later) private view returns (uint256) {
        for (uint256 k = FIRST_DATED; k < SERIES; ++k) {
            uint256 to = instruments[k].expirySec() + later;
            if (to > block.timestamp) return to;
        }
        return block.timestamp + 1 hours;
    }

    /// @notice Posts volatilities from 20% to 200%.
    function postSurface(uint256 vol, bool far) external {
        _post(far ? SERIES - 1 : FIRST_DATED, bound(vol, 0.2e18, 2e18));
        _done("postSurface");
    }

    /// @notice A feed that fails, two that disagree, a sequencer that is down; mostly everything is well again.
    function breakFeed(uint256 how) external {
        _renew();
        if (how % 8 == 1) btcFeed.setMode(MockAggregator.Mode.Revert);
        if (how % 8 == 2) _apartBps = 500;
        if (how % 8 == 3) _apartBps = -500;
        if (how % 8 == 4) sequencer.setAnswer(1);
        if (how % 8 == 5) ethFeed.setMode(MockAggregator.Mode.Revert);
        _setBackup();
        _done("breakFeed");
    }

    function _renew() internal {
        _apartBps = 0;
        btcFeed.setMode(MockAggregator.Mode.Normal);
        ethFeed.setMode(MockAggregator.Mode.Normal);
        btcFeed.setAnswer(_answerOf(btcFeed));
        ethFeed.setAnswer(_answerOf(ethFeed));
        sequencer.setAnswerAt(0, uint64(block.timestamp - 2 hours));
        _setBackup();
        _post(FIRST_DATED, 0.8e18);
        _post(SERIES - 1, 0.8e18);
    }

    function _setBackup() private {
        ethBackup.setAnswer((_answerOf(ethFeed) * (10_000 + _apartBps)) / 10_000);
    }

    function _answerOf(MockAggregator feed) private view returns (int256 answer) {
        (, answer, , , ) = feed.getRoundData(feed.latestRound());
    }

    /// @dev A surface without smile.
    function _post(uint256 series, uint256 vol) private {
        uint256 expirySec = instruments[series].expirySec();
        if (expirySec <= block.timestamp) return;
        uint256 tau = ((expirySec - block.timestamp) * 1e18) / 365 days;
        uint256 variance = (vol * vol * tau) / 1e36;
        uint256 word = ((variance / 1e6) << 208) | (0.1e9 << 73) | (0.05e9 << 40) | (block.timestamp << 8);
        surfaces.set((uint256(ETH_ID) << 20) | (expirySec / 1 hours), word);
    }

    function _done(bytes32 action) private {
        _count(action, 0);
        _checkStep(Cause.Market);
    }
}
