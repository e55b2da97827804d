// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IInsuranceFund} from "../interfaces/IInsuranceFund.sol";
import {CashPool} from "../markets/CashPool.sol";

/// @title InsuranceFund: see IInsuranceFund
/// @dev A cash pool that is worth its cash and nothing else.
contract InsuranceFund is IInsuranceFund, CashPool {
    /// @param clearinghouse_ Lists its cash token already.
    /// @param authority The AccessManager.
    constructor(
        IClearinghouse clearinghouse_,
        address authority,
        uint256 delaySec,
        uint256 windowSec
    ) CashPool(clearinghouse_, authority, "Novate Insurance Fund", "nvIF", delaySec, windowSec) {}

    /// @inheritdoc IInsuranceFund
    function fund(uint256 amountRaw) external nonReentrant {
        emit Funded(msg.sender, amountRaw);
        _transferIn(msg.sender, amountRaw);
    }

    /// @inheritdoc IERC4626
    function totalAssets() public view override(ERC4626, IERC4626) returns (uint256) {
        int256 cash = balance();
        return cash > 0 ? uint256(cash) / _unit : 0;
    }

    /// @inheritdoc IInsuranceFund
    function balance() public view returns (int256) {
        return clearinghouse.cashOf(account());
    }

    /// @inheritdoc CashPool
    function _isOpen() internal view override returns (bool) {
        return balance() >= 0;
    }

    /// @inheritdoc CashPool
    function _redemptionBounds() internal pure override returns (uint256, uint256, uint256, uint256) {
        return (1 days, 60 days, 1 days, 30 days);
    }
}
