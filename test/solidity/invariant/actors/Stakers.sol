// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Actors} from "./Actors.sol";

/// @title Stakers: two who stake in the insurance fund and leave it, and one who gives to it
abstract contract Stakers is Actors {
    address private constant GIVER = address(0x61FE);

    function stake(bool second, uint256 amount) external {
        address who = _staker(second);
        amount = bound(amount, 0, 50_000 * 10 ** ghost.decimals(0));
        _arm(who, 0, address(insurance), amount);
        bytes memory call_ = abi.encodeCall(insurance.deposit, (amount, who));
        _fund("stake", who, call_, abi.encodeCall(ghost.stake, (who, amount)));
    }

    function requestRedeem(bool second, uint256 part) external {
        address who = _staker(second);
        uint256 shares = (insurance.balanceOf(who) * bound(part, 0, 100)) / 100;
        bytes memory call_ = abi.encodeCall(insurance.requestRedeem, (shares));
        _fund("requestRedeem", who, call_, abi.encodeCall(ghost.requestRedeem, (who, shares)));
    }

    function cancelRequest(bool second) external {
        address who = _staker(second);
        bytes memory call_ = abi.encodeCall(insurance.cancelRequest, ());
        _fund("cancelRequest", who, call_, abi.encodeCall(ghost.cancelRequest, (who)));
    }

    function redeem(bool second, uint256 part) external {
        address who = _staker(second);
        uint256 shares = (insurance.requestOf(who).shares * bound(part, 1, 110)) / 100;
        if (shares == 0) shares = 1;
        bytes memory call_ = abi.encodeCall(insurance.redeem, (shares, who, who));
        _fund("redeem", who, call_, abi.encodeCall(ghost.redeem, (who, shares)));
    }

    function fundInsurance(uint256 amount) external {
        amount = bound(amount, 0, 2_000 * 10 ** ghost.decimals(0));
        _arm(GIVER, 0, address(insurance), amount);
        bytes memory call_ = abi.encodeCall(insurance.fund, (amount));
        _fund("fundInsurance", GIVER, call_, abi.encodeCall(ghost.fundInsurance, (amount)));
    }

    /// @dev The fund's shares are the ghost's, too.
    function _fund(bytes32 action, address who, bytes memory call_, bytes memory foretold) private {
        _act(action, who, address(insurance), call_, foretold);
        if (loose) return;
        assertEq(insurance.totalSupply(), ghost.supply(), "the fund's supply is not as foretold");
        assertEq(insurance.balanceOf(who), ghost.shares(who), "a staker's shares are not as foretold");
    }

    function _staker(bool second) private pure returns (address) {
        return second ? address(0x57A2) : address(0x57A1);
    }
}
