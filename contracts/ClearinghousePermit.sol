// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {ClearinghouseCustody} from "./ClearinghouseCustody.sol";
import {SCOPE_DEPOSIT} from "./ClearinghouseStorage.sol";
import {AssetConfig} from "./types/AssetConfig.sol";
import {AccountId} from "./types/AccountId.sol";
import {IClearinghousePermit} from "./interfaces/IClearinghousePermit.sol";

/// @title ClearinghousePermit: see IClearinghousePermit
/// @dev Part of ClearinghouseDeleveraging's code, which has room for it.
abstract contract ClearinghousePermit is ClearinghouseCustody, IClearinghousePermit {
    /// @inheritdoc IClearinghousePermit
    function depositWithPermit(
        AccountId account,
        uint8 assetId,
        uint256 amountRaw,
        uint256 deadlineSec,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant {
        _authorise(account, SCOPE_DEPOSIT);
        (, AssetConfig config) = _asset(assetId);
        // a token without permit may even say yes, as WETH9's fallback does: tokens are taken from the caller alone
        try
            IERC20Permit(config.token()).permit(msg.sender, address(this), amountRaw, deadlineSec, v, r, s)
        {} catch {}
        _deposit(account, assetId, amountRaw);
    }
}
