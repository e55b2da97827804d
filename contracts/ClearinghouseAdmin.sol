// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ClearinghouseConfig} from "./ClearinghouseConfig.sol";
import {ClearinghouseTrading} from "./ClearinghouseTrading.sol";
import {AccountId} from "./types/AccountId.sol";
import {IClearinghouse} from "./interfaces/IClearinghouse.sol";
import {IRiskEngine} from "./interfaces/IRiskEngine.sol";

/// @title ClearinghouseAdmin: governance's entry points
/// @dev Who may call what is the AccessManager's to say: changes that add risk wait behind its timelock, `pause` and
/// `tightenPerp` belong to the guardian.
abstract contract ClearinghouseAdmin is ClearinghouseTrading, AccessManaged, IClearinghouse {
    /// @inheritdoc IClearinghouse
    function setAsset(uint8 assetId, address token, uint16 underlying, bool enabled, uint256 cap)
        external
        restricted
    {
        ClearinghouseConfig.setAsset(_s, assetId, token, underlying, enabled, cap);
    }

    /// @inheritdoc IClearinghouse
    function setPerp(uint16 underlying, PerpConfig calldata config) external restricted {
        ClearinghouseConfig.setPerp(_s, underlying, config);
    }

    /// @inheritdoc IClearinghouse
    function tightenPerp(uint16 underlying, bool enabled, uint256 openInterestCap) external restricted {
        ClearinghouseConfig.tightenPerp(_s, underlying, enabled, openInterestCap);
    }

    /// @inheritdoc IClearinghouse
    function setModule(address module, uint8 roles, uint16 insuranceShareBps, AccountId feeAccount)
        external
        restricted
    {
        ClearinghouseConfig.setModule(_s, module, roles, insuranceShareBps, feeAccount);
    }

    /// @inheritdoc IClearinghouse
    function setRiskEngine(IRiskEngine newEngine) external restricted {
        ClearinghouseConfig.setRiskEngine(_s, newEngine);
    }

    /// @inheritdoc IClearinghouse
    function setInsuranceAccount(AccountId account) external restricted {
        _s.insuranceAccount = account;
        emit InsuranceAccountSet(account);
    }

    /// @inheritdoc IClearinghouse
    function pause() external restricted {
        _s.paused = true;
        emit PauseSet(true);
    }

    /// @inheritdoc IClearinghouse
    function unpause() external restricted {
        _s.paused = false;
        emit PauseSet(false);
    }
}
