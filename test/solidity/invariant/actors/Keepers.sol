// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRiskTypes} from "../../../../contracts/interfaces/IRiskTypes.sol";
import {AccountId} from "../../../../contracts/types/AccountId.sol";
import {ACCOUNTS, FIRST_DATED, SERIES} from "../Stage.sol";
import {Liquidators} from "./Liquidators.sol";

/// @title Keepers: they flag, poke, sweep fees and settle what has expired
abstract contract Keepers is Liquidators {
    address private constant KEEPER = address(0x4EE9E4);

    function flag(uint256 account) external {
        AccountId id = ids[_target(account)];
        bool known;
        IRiskTypes.Margin memory m;
        try liquidator.isLiquidatable(id) returns (bool, IRiskTypes.Margin memory found) {
            (known, m) = (true, found);
        } catch {}
        bytes memory call_ = abi.encodeCall(liquidator.flag, (id));
        (bool ok, ) = _actSame("flag", KEEPER, address(liquidator), call_);
        if (known) check11Liquidatable(ok, m);
    }

    function clearFlag(uint256 account) external {
        bytes memory call_ = abi.encodeCall(liquidator.clearFlag, (ids[_trader(account)]));
        _actSame("clearFlag", KEEPER, address(liquidator), call_);
    }

    /// @notice Accrues twice in one second: neither changes anybody's cash.
    function poke(uint256 which) external {
        int256[ACCOUNTS] memory cash;
        for (uint256 i = 0; i < ACCOUNTS; ++i) cash[i] = house.cashOf(ids[i]);
        bytes memory call_ =
            which % 3 == 0
                ? abi.encodeCall(house.accrueInterest, ())
                : abi.encodeCall(house.accrueFunding, (uint16(which % 3)));
        _actSame("poke", KEEPER, address(house), call_);
        _actSame("poke", KEEPER, address(house), call_);
        for (uint256 i = 0; i < ACCOUNTS; ++i) check07Accrual(cash[i], house.cashOf(ids[i]), 0);
    }

    function sweepFees(bool ofMatcher) external {
        address module = ofMatcher ? address(matcher) : address(this);
        _actSame("sweepFees", KEEPER, address(house), abi.encodeCall(house.sweepFees, (module)));
    }

    /// @notice Fixes a settlement price, a day after an expiry; twice is refused.
    function settlePrice(uint256 series) external {
        series = bound(series, FIRST_DATED, SERIES - 1);
        uint40 expirySec = uint40(instruments[series].expirySec());
        bytes memory call_ = abi.encodeCall(twap.settleLate, (_underlyingOf(series), expirySec));
        (bool expected, bytes memory why) = address(ghost).call(call_);
        vm.prank(KEEPER);
        (bool ok, bytes memory answer) = address(twap).call(call_);
        assertEq(ok, expected, "settlePrice was not as foretold");
        if (!ok) assertEq(answer, why, "settlePrice was refused for another reason");
        _count("settlePrice", ok ? bytes4(0) : bytes4(answer));
        _checkStep(ok ? Cause.Market : Cause.Act);
    }

    /// @notice Settles three accounts, of which some may be the same.
    function settleExpired(uint256 a, uint256 b, uint256 c) external {
        AccountId[] memory list = new AccountId[](3);
        (list[0], list[1], list[2]) = (ids[_trader(a)], ids[_trader(b)], ids[_trader(c)]);
        int256[3] memory due;
        for (uint256 i = 0; i < 3; ++i) due[i] = house.cashOf(list[i]) + _payoffsOf(list[i]);
        _actSame("settleExpired", KEEPER, address(house), abi.encodeCall(house.settleExpired, (list)));
        for (uint256 i = 0; i < 3; ++i) check29SettlesOnce(house.cashOf(list[i]), due[i]);
    }

    /// @dev What an account's settled positions pay, less what they cost.
    function _payoffsOf(AccountId id) private view returns (int256 cash) {
        for (uint256 k = FIRST_DATED; k < SERIES; ++k) {
            (int256 size, int256 cost) = house.positionOf(id, instruments[k]);
            if (size == 0 || !_isSettled(k)) continue;
            uint256 expirySec = instruments[k].expirySec();
            uint256 price = twap.priceOf(_underlyingOf(k), uint40(expirySec));
            int256 value = size * int256(instruments[k].payoff(price));
            cash += cost + (value >= 0 ? value / 1e18 : -((-value + 1e18 - 1) / 1e18));
        }
    }
}
