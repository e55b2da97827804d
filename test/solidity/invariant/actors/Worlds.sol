// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearinghouseTypes} from "../../../../contracts/interfaces/IClearinghouseTypes.sol";
import {AccountId, toAccountId} from "../../../../contracts/types/AccountId.sol";
import {Portfolio} from "../../../../contracts/types/Portfolio.sol";
import {ACCOUNTS, BTC_ID, ETH_ID, FIRST_DATED, LIQUIDATOR, SERIES, TRADERS} from "../Stage.sol";
import {Handler} from "./Handler.sol";

/// @title Worlds: does one thing, takes it back, does another, and compares
/// @dev Each comparison ends in the world it began in, but for what its last half did.
abstract contract Worlds is Handler {
    /// @dev A trade between two accounts.
    struct Pair {
        uint256 buyer;
        uint256 seller;
        uint256 series;
        uint256 price;
    }

    // ------------------------------------------------------------------------------------------------ 7

    /// @notice Premiums on both perps, and a borrower.
    function stir() external {
        _trade(2, 4, 1, 10e18, 180, 0);
        _trade(5, 2, 0, 0.3e18, -180, 0);
        _deposit(5, 3, 2_000);
        _withdraw(5, 0, 40_000 * 10 ** ghost.decimals(0));
        require(house.cashState().borrowed != 0, "somebody borrows");
    }

    /// @notice One accrual after `secs` against `times` of them on the way.
    function compareAccruals(uint256 secs, uint256 times) external {
        uint256 state = vm.snapshotState();
        uint256 from = block.timestamp;
        int256 rate = int256(house.cashState().borrowRate);
        _pass(from + secs);
        (int256[ACCOUNTS] memory cash, int256[ACCOUNTS] memory costs) = _held();
        vm.revertToState(state);
        for (uint256 i = 1; i <= times; ++i) _pass(from + (secs * i) / times);
        (int256[ACCOUNTS] memory cashMany, int256[ACCOUNTS] memory costsMany) = _held();
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            // each accrual rounds a funding index and a premium by a wei, times 100 units at most
            check07Accrual(costs[i], costsMany[i], 400 * (times + 1));
            // interest on interest, and on a rate that rises with it: r t (r t + 3 t)
            int256 span = int256((secs * 1e18) / 365 days);
            int256 twice = (((rate * span) / 1e18) * ((rate * span) / 1e18 + 3 * span)) / 1e18;
            int256 size = cash[i] > 0 ? cash[i] : -cash[i];
            check07Accrual(cash[i], cashMany[i], uint256((size * twice) / 1e18) + 4 * times);
        }
    }

    function _pass(uint256 to) private {
        vm.warp(to);
        house.accrueInterest();
        house.accrueFunding(BTC_ID);
        house.accrueFunding(ETH_ID);
    }

    /// @dev Everybody's cash, and the sum of his costs net of funding.
    function _held() private view returns (int256[ACCOUNTS] memory cash, int256[ACCOUNTS] memory costs) {
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            Portfolio memory p = house.portfolioOf(ids[i]);
            cash[i] = p.cash;
            for (uint256 j = 0; j < p.legs.length; ++j) {
                if (!p.legs[j].instrument().isOption()) costs[i] += p.legs[j].cost();
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ 20, 21, 22

    /// @notice A trade in parts against the whole, at one price. Says whether both were accepted.
    function compareSplit(
        uint256 buyer,
        uint256 series,
        uint256 size,
        uint256 parts,
        int256 offBps
    ) external returns (bool accepted) {
        Pair memory pair = _pairOf(buyer, series, offBps);
        uint256 state = vm.snapshotState();
        bool whole = _exchange(pair, int256(size));
        Outcome[2] memory once = _outcomes(pair);
        vm.revertToState(state);
        accepted = whole;
        for (uint256 i = 1; i <= parts && accepted; ++i) {
            accepted = _exchange(pair, int256((size * i) / parts) - int256((size * (i - 1)) / parts));
        }
        if (!accepted) return false;
        Outcome[2] memory many = _outcomes(pair);
        check21Split(many[0], once[0]);
        check21Split(many[1], once[1]);
    }

    /// @notice Closing a position and opening `next`, against the one trade to it.
    function compareCloseAndOpen(
        uint256 account,
        uint256 series,
        int256 next,
        int256 offBps
    ) external returns (bool accepted) {
        Pair memory pair = _pairOf(account, series, offBps);
        (int256 held, ) = house.positionOf(ids[pair.buyer], instruments[series]);
        if (held == 0 || next == 0 || next == held) return false;
        uint256 state = vm.snapshotState();
        accepted = _exchange(pair, next - held);
        Outcome[2] memory once = _outcomes(pair);
        vm.revertToState(state);
        accepted = accepted && _exchange(pair, -held) && _exchange(pair, next);
        if (!accepted) return false;
        Outcome[2] memory twice = _outcomes(pair);
        check20CloseAndOpen(twice[0], once[0]);
        check20CloseAndOpen(twice[1], once[1]);
    }

    /// @notice Opens and closes at one price: neither side has gained.
    function openAndClose(
        uint256 account,
        uint256 series,
        uint256 size,
        int256 offBps
    ) external returns (bool accepted) {
        Pair memory pair = _pairOf(account, series, offBps);
        Outcome[2] memory before = _outcomes(pair);
        accepted = _exchange(pair, int256(size)) && _exchange(pair, -int256(size));
        if (!accepted) return false;
        Outcome[2] memory next = _outcomes(pair);
        for (uint256 i = 0; i < 2; ++i) {
            check22RoundTrip(before[i].cash + before[i].cost, next[i].cash + next[i].cost);
        }
    }

    /// @dev Against the richest of all, whom nothing is refused.
    function _pairOf(uint256 account, uint256 series, int256 offBps) private view returns (Pair memory pair) {
        (uint256 index, uint256 mark) = _quote(series);
        int256 price = int256(mark) + (int256(index) * offBps) / 10_000;
        return Pair(account, LIQUIDATOR, series, price > 0 ? uint256(price) : 1);
    }

    function _exchange(Pair memory pair, int256 size) private returns (bool ok) {
        if (size == 0) return true;
        IClearinghouseTypes.Trade memory p;
        (p.buyer, p.seller) =
            size > 0 ? (ids[pair.buyer], ids[pair.seller]) : (ids[pair.seller], ids[pair.buyer]);
        (p.instrument, p.price) = (instruments[pair.series], pair.price);
        p.size = uint256(size > 0 ? size : -size);
        (ok, ) = address(house).call(abi.encodeCall(house.trade, (p)));
    }

    function _outcomes(Pair memory pair) private view returns (Outcome[2] memory outcomes) {
        uint256[2] memory places = [pair.buyer, pair.seller];
        for (uint256 i = 0; i < 2; ++i) {
            outcomes[i].cash = house.cashOf(ids[places[i]]);
            (outcomes[i].size, outcomes[i].cost) = house.positionOf(ids[places[i]], instruments[pair.series]);
        }
    }

    /// @notice Deposits from nothing to ten raw units, and `amount`, and takes back what there then is; a unit more is refused.
    function depositAndWithdraw(uint256 asset, uint256 amount) external {
        for (uint256 raw = 0; raw <= 10; ++raw) _roundTrip(asset, raw, uint96(77 + raw));
        _roundTrip(asset, amount, 99);
    }

    function _roundTrip(uint256 asset, uint256 raw, uint96 sub) private {
        address who = ids[0].owner();
        AccountId id = toAccountId(who, sub);
        uint8 assetId = uint8(asset);
        _arm(who, asset, address(house), raw);
        uint256 before = _token(asset).balanceOf(who);
        vm.prank(who);
        (bool ok, ) = address(house).call(abi.encodeCall(house.deposit, (id, assetId, raw)));
        uint256 taken = before - _token(asset).balanceOf(who);
        vm.prank(who);
        (bool more, ) = address(house).call(abi.encodeCall(house.withdraw, (id, assetId, taken + 1, who)));
        assertFalse(more, "22: more came out than went in");
        // interest may have made a principal of it that lacks a unit
        for (uint256 short = 0; ok && short < 3 && taken > short; ++short) {
            vm.prank(who);
            bytes memory call_ = abi.encodeCall(house.withdraw, (id, assetId, taken - short, who));
            (bool out, ) = address(house).call(call_);
            if (out) break;
            assertTrue(short < 2, "22: what went in does not come out");
        }
        check22RoundTrip(int256(before), int256(_token(asset).balanceOf(who)));
    }

    // ------------------------------------------------------------------------------------------------ 27

    /// @notice Everybody who is solvent leaves, in the order of `seed`; whoever owes more than he has stays. At last the one they
    /// traded with leaves.
    function leaveAll(uint256 seed) external {
        bool[TRADERS] memory gone;
        for (uint256 n = TRADERS; n > 0; --n) {
            uint256 skip_ = seed % n;
            seed /= n;
            uint256 i;
            while (gone[i] || skip_ != 0) {
                if (!gone[i]) --skip_;
                ++i;
            }
            gone[i] = true;
            if (house.marginOf(ids[i]).equity > 0) _leave(i);
        }
        for (uint256 k = 0; k < SERIES; ++k) {
            (uint256 longs, ) = house.openInterestOf(instruments[k]);
            (int256 rest, ) = house.positionOf(ids[LIQUIDATOR], instruments[k]);
            assertEq(
                longs,
                uint256(rest > 0 ? rest : int256(0)) + _longsOfBankrupt(k),
                "27: positions of nobody"
            );
        }
    }

    function _longsOfBankrupt(uint256 series) private view returns (uint256 sum) {
        for (uint256 i = 0; i < TRADERS; ++i) {
            (int256 size, ) = house.positionOf(ids[i], instruments[series]);
            if (size > 0) sum += uint256(size);
        }
    }

    function _leave(uint256 place) private {
        AccountId id = ids[place];
        int256 owed = house.marginOf(id).equity;
        _closeAll(place);
        int256 cash = house.cashOf(id);
        int256 paid;
        if (cash < 0) {
            uint256 repaid = _raw(0, uint256(-cash)) + 1;
            paid -= int256(repaid);
            _arm(id.owner(), 0, address(house), repaid);
            vm.prank(id.owner());
            house.deposit(id, 0, repaid);
        }
        paid = paid * int256(_unit(0));
        for (uint8 a = 0; a < 5; ++a) paid += _takeAll(id, a);
        // a raw unit of cash is not paid out, and each trade and price rounds by a few wei
        check27Left(owed, paid, 2 * _unit(0) + 1_000);
        (, uint8 count, , ) = house.accountInfo(id);
        assertEq(uint256(count), 0, "27: a position is left");
    }

    /// @dev Legs in whatever order is accepted: a hedge may have to go last.
    function _closeAll(uint256 place) private {
        for (uint256 round = 0; round < SERIES; ++round) {
            for (uint256 k = 0; k < SERIES; ++k) {
                (int256 held, ) = house.positionOf(ids[place], instruments[k]);
                if (held != 0) _exchange(_pairOf(place, k, 0), -held);
            }
        }
    }

    /// @return value At the index, wad USD.
    function _takeAll(AccountId id, uint8 a) private returns (int256 value) {
        uint256 amount = a == 0 ? uint256(house.cashOf(id)) : house.collateralOf(id, a);
        uint256 raw = _raw(a, amount);
        if (raw == 0) return 0;
        uint256 held = _token(a).balanceOf(id.owner());
        vm.prank(id.owner());
        (bool ok, ) = address(house).call(abi.encodeCall(house.withdraw, (id, a, raw, id.owner())));
        assertTrue(ok, "27: who is solvent cannot leave");
        assertEq(_token(a).balanceOf(id.owner()) - held, raw, "27: a withdrawal paid another amount");
        uint256 wad = a == 4 ? raw / 1e6 : raw * _unit(a);
        return int256(a == 0 ? wad : (wad * engine.indexOf(a % 2 == 1 ? ETH_ID : BTC_ID).price) / 1e18);
    }

    function _raw(uint256 a, uint256 amount) private view returns (uint256) {
        return (amount * 10 ** ghost.decimals(a)) / 1e18;
    }

    function _unit(uint256 a) private view returns (uint256) {
        return a == 4 ? 0 : 10 ** (18 - ghost.decimals(a));
    }

    // ------------------------------------------------------------------------------------------------ 29

    /// @notice Settles everybody in one order, and in another with some twice: the same cash, and nothing left open.
    function compareSettlements(uint256 seed) external {
        this.moveTime(1, true, 1);
        this.settlePrice(FIRST_DATED);
        uint256 state = vm.snapshotState();
        int256[ACCOUNTS] memory due;
        for (uint256 i = 0; i < TRADERS; ++i) this.settleExpired(i, i, i);
        for (uint256 i = 0; i < ACCOUNTS; ++i) due[i] = house.cashOf(ids[i]);
        vm.revertToState(state);
        for (uint256 i = 0; i < 12; ++i) {
            this.settleExpired(seed % 6, (seed / 6) % 6, (seed / 36) % 6);
            seed /= 216;
        }
        for (uint256 i = TRADERS; i > 0; --i) this.settleExpired(i - 1, i - 1, 0);
        for (uint256 i = 0; i < ACCOUNTS; ++i) check29SettlesOnce(house.cashOf(ids[i]), due[i]);
        for (uint256 k = FIRST_DATED; k < SERIES - 1; ++k) {
            (uint256 units, int256 costs) = house.openInterestOf(instruments[k]);
            assertEq(units, 0, "29: open interest after everybody settled");
            assertEq(costs, int256(0), "29: costs after everybody settled");
        }
    }
}
