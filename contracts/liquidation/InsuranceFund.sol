// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {AccountId, toAccountId} from "../types/AccountId.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IInsuranceFund} from "../interfaces/IInsuranceFund.sol";

/// @title InsuranceFund: see IInsuranceFund
contract InsuranceFund is IInsuranceFund, AccessManaged {
    using SafeERC20 for IERC20;

    uint8 private constant CASH = 0;
    IClearinghouse public immutable clearinghouse;

    constructor(IClearinghouse clearinghouse_, address authority) AccessManaged(authority) {
        clearinghouse = clearinghouse_;
    }

    /// @inheritdoc IInsuranceFund
    function fund(uint256 amountRaw) external {
        if (amountRaw == 0) revert AmountZero();
        IERC20 token = IERC20(clearinghouse.assetInfo(CASH).token);
        emit Funded(msg.sender, amountRaw);
        token.safeTransferFrom(msg.sender, address(this), amountRaw);
        token.forceApprove(address(clearinghouse), amountRaw);
        clearinghouse.deposit(account(), CASH, amountRaw);
    }

    /// @inheritdoc IInsuranceFund
    function release(uint256 amountRaw, address to) external restricted {
        if (amountRaw == 0) revert AmountZero();
        emit Released(to, amountRaw);
        clearinghouse.withdraw(account(), CASH, amountRaw, to);
    }

    /// @inheritdoc IInsuranceFund
    function account() public view returns (AccountId) {
        return toAccountId(address(this), 0);
    }

    /// @inheritdoc IInsuranceFund
    function balance() external view returns (int256) {
        return clearinghouse.cashOf(account());
    }
}
