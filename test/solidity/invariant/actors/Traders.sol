// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearinghouseTypes} from "../../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IPriceRouter} from "../../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskTypes} from "../../../../contracts/interfaces/IRiskTypes.sol";
import {AccountId} from "../../../../contracts/types/AccountId.sol";
import {SERIES} from "../Stage.sol";
import {Actors} from "./Actors.sol";

/// @title Traders: they pay in and out, trade perps, futures and options through a venue without signatures, and pick profiles
/// @dev Inputs are bounded so that most acts succeed, and a share of them goes beyond every bound there is.
abstract contract Traders is Actors {
    /// @dev Before a trade, of one side.
    struct Before {
        int256 size;
        Health health;
    }

    // ------------------------------------------------------------------------------------------------ tokens

    function deposit(uint256 account, uint256 asset, uint256 amount) external {
        (account, asset) = (_trader(account), bound(asset, 0, 4));
        _deposit(account, asset, bound(amount, 0, _most(asset)));
    }

    /// @dev 20,000 USD, 5 ETH or 0.2 BTC.
    function _most(uint256 asset) internal view returns (uint256) {
        uint256 one = 10 ** ghost.decimals(asset);
        return
            asset == 0
                ? 20_000 * one
                : asset % 2 == 1
                    ? 5 * one
                    : one / 5;
    }

    function _deposit(uint256 account, uint256 asset, uint256 amountRaw) internal returns (bool ok) {
        AccountId id = ids[account];
        _arm(id.owner(), asset, address(house), amountRaw);
        (ok, ) = _actSame(
            "deposit",
            id.owner(),
            address(house),
            abi.encodeCall(house.deposit, (id, uint8(asset), amountRaw))
        );
    }

    function withdraw(uint256 account, uint256 asset, uint256 amount) external {
        (account, asset) = (_trader(account), bound(asset, 0, 4));
        uint256 most = asset == 0 ? _freeCash(account) : house.collateralOf(ids[account], uint8(asset));
        most = (most * 10 ** ghost.decimals(asset)) / 1e18;
        _withdraw(account, asset, _someOf(amount, most + most / 20 + 1));
    }

    /// @dev Seldom nothing, and seldom all of it.
    function _someOf(uint256 seed, uint256 most) private pure returns (uint256) {
        if (seed % 32 == 0) return 0;
        return seed % 8 == 0 ? most : bound(seed, 1, most);
    }

    function _freeCash(uint256 account) private view returns (uint256) {
        Health memory health = _healthBefore(account);
        int256 free = health.known ? health.equity - int256(health.initial) : ghost.cashOf(account);
        return free > 0 ? uint256(free) : 0;
    }

    function _withdraw(uint256 account, uint256 asset, uint256 amountRaw) internal returns (bool ok) {
        AccountId id = ids[account];
        int256 cash = house.cashOf(id);
        bytes memory why;
        (ok, why) = _actSame(
            "withdraw",
            id.owner(),
            address(house),
            abi.encodeCall(house.withdraw, (id, uint8(asset), amountRaw, id.owner()))
        );
        if (ok) return _checkFree(id);
        if (!house.paused() || _isDue(account)) return false;
        if (asset == 0) cash -= int256((amountRaw * 1e18) / 10 ** ghost.decimals(0));
        (bool known, IRiskTypes.Margin memory m) = _tryMargin(id);
        check26PauseLetsLeave(why, cash, known ? m.status : IPriceRouter.Status.Stale);
    }

    function transfer(uint256 from, uint256 to, uint256 asset, uint256 amount) external {
        (from, asset) = (_trader(from), bound(asset, 0, 4));
        // mostly between one owner's accounts
        to = to % 4 == 0 ? _trader(to / 4) : (from < 4 ? from ^ 1 : from);
        AccountId id = ids[from];
        uint256 most = asset == 0 ? _freeCash(from) : house.collateralOf(id, uint8(asset));
        bytes memory call_ = abi.encodeCall(
            house.transfer,
            (id, ids[to], uint8(asset), _someOf(amount, most + 1))
        );
        (bool ok, ) = _actSame("transfer", id.owner(), address(house), call_);
        if (ok) _checkFree(id);
    }

    function _checkFree(AccountId id) private view returns (bool) {
        if (!_isBare(id)) check09InitialMargin(house.marginOf(id), false);
        return true;
    }

    function _isDue(uint256 account) private view returns (bool) {
        for (uint256 k = 0; k < SERIES; ++k) {
            (int256 size, ) = house.positionOf(ids[account], instruments[k]);
            if (size != 0 && _isSettled(k)) return true;
        }
        return false;
    }

    function setProfile(uint256 account, uint256 profile) external {
        AccountId id = ids[_trader(account)];
        bytes memory call_ = abi.encodeCall(house.setProfile, (id, uint8(bound(profile, 0, 1))));
        (bool ok, ) = _actSame("setProfile", id.owner(), address(house), call_);
        (, , , uint64 mask) = house.accountInfo(id);
        if (ok && (!_isBare(id) || mask != 0)) check09InitialMargin(house.marginOf(id), true);
    }

    // ------------------------------------------------------------------------------------------------ trades

    /// @notice Up to 60,000 of notional, mostly up to 2% off the mark, up to 1% of fees.
    function trade(
        uint256 buyer,
        uint256 seller,
        uint256 series,
        uint256 size,
        int256 offBps,
        uint256 fee
    ) external {
        series = bound(series, 0, SERIES - 1);
        (uint256 index, ) = _quote(series);
        size = bound(size, 0, 60_000e36 / index);
        offBps = offBps % 16 == 0 ? bound(offBps, -700, 700) : bound(offBps, -200, 200);
        _trade(_trader(buyer), _trader(seller), series, size, offBps, fee);
    }

    /// @notice Takes some or all of a position off, which is what leads accounts back from the edge.
    function reduce(uint256 account, uint256 other, uint256 series, uint256 part) external {
        (account, other) = (_trader(account), _trader(other));
        series = bound(series, 0, SERIES - 1);
        (int256 held, ) = house.positionOf(ids[account], instruments[series]);
        if (held == 0) return;
        uint256 size = bound(part, 1, uint256(held > 0 ? held : -held));
        if (held > 0) (account, other) = (other, account);
        _trade(account, other, series, size, 0, 0);
    }

    function _trade(
        uint256 buyer,
        uint256 seller,
        uint256 series,
        uint256 size,
        int256 offBps,
        uint256 fee
    ) internal returns (bool ok) {
        IClearinghouseTypes.Trade memory p;
        (p.buyer, p.seller, p.instrument, p.size) = (ids[buyer], ids[seller], instruments[series], size);
        (uint256 index, uint256 mark) = _quote(series);
        int256 price = int256(mark) + (int256(index) * offBps) / 10_000;
        p.price = price > 0 ? uint256(price) : 1;
        p.buyerFee = bound(fee, 0, (size * p.price) / 1e20);
        p.sellerFee = p.buyerFee / 2;
        Before memory a = _before(buyer, series);
        Before memory b = _before(seller, series);
        (ok, ) = _actSame("trade", address(this), address(house), abi.encodeCall(house.trade, (p)));
        if (ok) _checkTrade(a, buyer, b, seller, series);
    }

    function _before(uint256 account, uint256 series) internal view returns (Before memory before) {
        (before.size, ) = house.positionOf(ids[account], instruments[series]);
        before.health = _healthBefore(account);
    }

    function _checkTrade(
        Before memory a,
        uint256 buyer,
        Before memory b,
        uint256 seller,
        uint256 series
    ) internal view {
        _checkSide(a, buyer, series);
        _checkSide(b, seller, series);
    }

    /// @dev Risk was added where the initial margin grew; a trade moves the mark, and so the margin, by less than a hundredth.
    function _checkSide(Before memory before, uint256 account, uint256 series) private view {
        IRiskTypes.Margin memory m = house.marginOf(ids[account]);
        (int256 size, ) = house.positionOf(ids[account], instruments[series]);
        bool turned = (size > 0) != (before.size > 0);
        int256 change = (size < 0 ? -size : size) - (before.size < 0 ? -before.size : before.size);
        check25NoAddedRisk(size != 0 && (turned || change > 0), _isRestricted(series), m.status);
        if (before.health.known && m.initialMargin * 100 > before.health.initial * 101) {
            check09InitialMargin(m, true);
        }
    }

    function _isRestricted(uint256 series) private view returns (bool) {
        uint16 underlying = _underlyingOf(series);
        bool enabled =
            series < 2 ? house.perpConfig(underlying).enabled : house.datedConfig(underlying).enabled;
        return house.paused() || !enabled;
    }
}
