// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {LIQUIDATOR, Parts} from "../Stage.sol";
import {Actors} from "./Actors.sol";
import {Auditors} from "./Auditors.sol";
import {Deleveragers} from "./Deleveragers.sol";
import {Governors} from "./Governors.sol";
import {Markets} from "./Markets.sol";
import {Signers} from "./Signers.sol";
import {Stakers} from "./Stakers.sol";
import {Strangers} from "./Strangers.sol";

/// @title Handler: all actors in one target
/// @dev It is the venue of the trades without signatures, owns the feeds and is an admin. Abstract, because the runner finds the
/// targets of a suite only where their contract stands in the suite's own file.
abstract contract Handler is Signers, Strangers, Deleveragers, Governors, Stakers, Markets, Auditors {
    constructor(Parts memory parts) Actors(parts) {}

    /// @notice Starting money, and positions that a move of a tenth brings to the edge, so that the runs are not mostly about
    /// healthy accounts.
    function start() external {
        _renew();
        _checkStep(Cause.Market);
        uint256 one = 10 ** ghost.decimals(0);
        for (uint256 i = 0; i < 6; ++i) _deposit(i, 0, (i % 2 == 0 ? 50_000 : 20_000) * one);
        _deposit(0, 1, 10e18);
        _deposit(2, 2, 0.5e8);
        _deposit(4, 3, 800);
        _deposit(5, 4, 0.5e24);
        _deposit(LIQUIDATOR, 0, 5_000_000 * one);
        _trade(0, 2, 1, 85e18, 0, 0);
        _trade(4, 5, 0, 3e18, 0, 0);
        _trade(1, 0, 2, 5e18, 0, 0);
        _trade(3, 0, 3, 10e18, 0, 0);
        _trade(2, 3, 4, 10e18, 0, 0);
        _trade(1, 4, 5, 10e18, 0, 0);
        this.checkState();
        require(_withdraw(5, 0, 22_000 * one), "account 5 borrows");
    }

    /// @notice A fall or a rise and what follows it: somebody liquidates, perhaps twice.
    function crash(bool btc, int256 bps, uint256 account, uint256 mode, uint256 part) external {
        this.movePrice(btc, bps % 4 == 0 ? bps : (bps > 0 ? int256(1_500) : -int256(1_500)) - (bps % 400));
        if (mode % 5 == 0) this.flag(account);
        this.liquidate(account, mode, part);
        this.liquidate(account, mode / 7, part / 7);
    }

    /// @notice A fall or a rise that nobody could follow: two insolvent accounts are deleveraged, perhaps after the quarter of an
    /// hour that the insurance fund gives liquidators; some of those who bore it are touched.
    function sink(bool btc, bool up, uint256 steps, uint256 account, uint256 touched) external {
        for (uint256 i = 0; i <= steps % 4; ++i) {
            this.movePrice(btc, (up ? int256(1_500) : -int256(1_500)) + int256((steps >> (8 * i)) % 256));
        }
        if (touched % 3 == 0) {
            this.flag(account);
            this.moveTime(16 minutes, true, 7);
        }
        this.deleverage(account);
        if (touched % 2 == 0) this.settleExpired(touched / 2, touched / 16, touched / 128);
        this.deleverage(account / 7);
        this.coverBadDebt(account / 49);
    }

    /// @notice An expiry comes, and a day later its price and some of its settlements, which may leave a debt.
    function expire(uint256 a, uint256 b, uint256 c) external {
        this.moveTime(1, true, a % 4);
        this.settlePrice(b);
        this.settleExpired(a, b, c);
        this.coverBadDebt(a);
    }

    /// @notice What the fuzzer may call.
    function selectors() external pure returns (bytes4[] memory list) {
        list = new bytes4[](34);
        (list[0], list[1], list[2]) = (this.deposit.selector, this.withdraw.selector, this.transfer.selector);
        (list[3], list[4], list[5]) = (this.setProfile.selector, this.trade.selector, this.reduce.selector);
        (list[6], list[7], list[8]) = (this.order.selector, this.resubmit.selector, this.cancel.selector);
        (list[9], list[10], list[11]) = (this.cancelAll.selector, this.donate.selector, this.flash.selector);
        (list[12], list[13], list[14]) = (this.reenter.selector, this.liquidate.selector, this.flag.selector);
        (list[15], list[16], list[17]) = (
            this.clearFlag.selector,
            this.poke.selector,
            this.sweepFees.selector
        );
        (list[18], list[19]) = (this.settlePrice.selector, this.settleExpired.selector);
        (list[20], list[21], list[22]) = (
            this.setAsset.selector,
            this.setPerp.selector,
            this.setDated.selector
        );
        (list[23], list[24], list[25]) = (
            this.pause.selector,
            this.tighten.selector,
            this.overreach.selector
        );
        (list[26], list[27]) = (this.stake.selector, this.requestRedeem.selector);
        (list[28], list[29]) = (this.cancelRequest.selector, this.redeem.selector);
        (list[30], list[31]) = (this.fundInsurance.selector, this.deleverage.selector);
        (list[32], list[33]) = (this.coverBadDebt.selector, this.liquidateBatch.selector);
    }

    /// @notice What it may call beside, where prices and time move.
    function marketSelectors() external pure returns (bytes4[] memory list) {
        list = new bytes4[](7);
        (list[4], list[5]) = (this.crash.selector, this.expire.selector);
        (list[0], list[1]) = (this.movePrice.selector, this.moveTime.selector);
        (list[2], list[3]) = (this.postSurface.selector, this.breakFeed.selector);
        list[6] = this.sink.selector;
    }

    /// @notice What it may call beside, anywhere.
    function auditSelectors() external pure returns (bytes4[] memory list) {
        list = new bytes4[](2);
        (list[0], list[1]) = (this.audit.selector, this.auditOptions.selector);
    }
}
