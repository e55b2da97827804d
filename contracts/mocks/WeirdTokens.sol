// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MockERC20} from "./MockERC20.sol";

/// @title Adverse ERC-20s, each odd in one way
/// @notice Test doubles only.
contract FeeOnTransferToken is MockERC20 {
    uint256 public feeBps = 100;

    constructor(uint8 decimals_) MockERC20("Fee on transfer", "FEE", decimals_) {}

    function setFee(uint256 newFeeBps) external {
        feeBps = newFeeBps;
    }

    function _update(address from, address to, uint256 value) internal override {
        uint256 burned = from == address(0) || to == address(0) ? 0 : (value * feeBps) / 10_000;
        super._update(from, to, value - burned);
        if (burned != 0) super._update(from, address(0), burned);
    }
}

/// @notice Balances shrink or grow by a factor that anyone sets.
contract RebasingToken is MockERC20 {
    uint256 public factor = 1e18;

    constructor(uint8 decimals_) MockERC20("Rebasing", "REB", decimals_) {}

    function rebase(uint256 newFactor) external {
        factor = newFactor;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return (super.balanceOf(account) * factor) / 1e18;
    }
}

/// @notice Returns nothing from transfer, transferFrom and approve, as USDT does.
contract NoReturnToken {
    string public constant name = "No return";
    string public constant symbol = "NRT";
    uint8 public immutable decimals;
    mapping(address owner => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    constructor(uint8 decimals_) {
        decimals = decimals_;
    }

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external {
        allowance[msg.sender][spender] = amount;
    }

    function transfer(address to, uint256 amount) external {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}

/// @notice Says false instead of moving anything.
contract FalseReturningToken is MockERC20 {
    constructor(uint8 decimals_) MockERC20("False", "FLS", decimals_) {}

    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return false;
    }
}

/// @notice Says true without moving anything.
contract LyingToken is MockERC20 {
    constructor(uint8 decimals_) MockERC20("Lying", "LIE", decimals_) {}

    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return true;
    }
}

/// @notice Calls back into a target on every transfer, as an ERC-777 receiver could.
contract ReentrantToken is MockERC20 {
    address public target;
    bytes public payload;
    bool public lastCallSucceeded;
    bytes public lastReturn;

    constructor(uint8 decimals_) MockERC20("Reentrant", "REE", decimals_) {}

    function arm(address target_, bytes calldata payload_) external {
        target = target_;
        payload = payload_;
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (target == address(0) || from == address(0)) return;
        (lastCallSucceeded, lastReturn) = target.call(payload);
    }
}
