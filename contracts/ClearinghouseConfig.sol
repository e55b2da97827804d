// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {CASH, ClearinghouseStorage, MAX_ASSETS, ROLE_LIQUIDATOR, ROLE_VENUE} from "./ClearinghouseStorage.sol";
import {AccountId} from "./types/AccountId.sol";
import {MAX_UNDERLYING} from "./types/InstrumentId.sol";
import {IClearinghouse} from "./interfaces/IClearinghouse.sol";
import {IRiskEngine} from "./interfaces/IRiskEngine.sol";

/// @title ClearinghouseConfig: what governance may set, each within hard bounds
/// @dev A linked library: the rarely used code of the clearinghouse lives at an address of its own and runs on the
/// clearinghouse's storage, so that the clearinghouse itself stays below the code size limit.
library ClearinghouseConfig {
    uint256 internal constant MAX_BPS = 10_000;

    function setAsset(
        ClearinghouseStorage.Storage storage s,
        uint8 assetId,
        address token,
        uint16 underlying,
        bool enabled,
        uint256 cap
    ) external {
        within("cap", cap, 0, type(uint128).max);
        ClearinghouseStorage.Asset storage asset = s.assets[assetId];
        if (assetId == s.assetCount) {
            _list(s, asset, assetId, token, underlying);
        } else if (assetId > s.assetCount) {
            revert IClearinghouse.UnknownAsset(assetId);
        } else if (asset.token != token || asset.underlying != underlying) {
            revert IClearinghouse.InvalidConfig("token", uint160(token), uint160(asset.token), uint160(asset.token));
        }
        asset.enabled = enabled;
        asset.cap = uint128(cap);
        emit IClearinghouse.AssetSet(assetId, token, asset.decimals, underlying, enabled, cap);
    }

    function _list(
        ClearinghouseStorage.Storage storage s,
        ClearinghouseStorage.Asset storage asset,
        uint8 assetId,
        address token,
        uint16 underlying
    ) private {
        within("assetId", assetId, 0, MAX_ASSETS - 1);
        if (token.code.length == 0) revert IClearinghouse.NotAContract(token);
        bool isCash = assetId == CASH;
        within("underlying", underlying, isCash ? 0 : 1, isCash ? 0 : MAX_UNDERLYING);
        // a token under two numbers would be counted twice
        for (uint256 i = 0; i < assetId; ++i) {
            if (s.assets[i].token == token) revert IClearinghouse.InvalidConfig("token", uint160(token), 0, 0);
        }
        uint8 decimals = IERC20Metadata(token).decimals();
        within("decimals", decimals, 2, 24);
        asset.token = token;
        asset.decimals = decimals;
        asset.underlying = underlying;
        s.assetUnderlying[assetId] = underlying;
        s.assetCount = assetId + 1;
        // an underlying without a price would make its holders impossible to assess
        if (!isCash) s.riskEngine.indexOf(underlying);
    }

    function setPerp(
        ClearinghouseStorage.Storage storage s,
        uint16 underlying,
        IClearinghouse.PerpConfig calldata config
    ) external {
        within("underlying", underlying, 1, MAX_UNDERLYING);
        within("openInterestCap", config.openInterestCap, 0, type(uint96).max);
        within("premiumDepthUsd", config.premiumDepthUsd, 1_000, 1e12);
        within("priceBandBps", config.priceBandBps, 10, 1_000);
        s.riskEngine.indexOf(underlying);
        ClearinghouseStorage.Perp storage perp = s.perps[underlying];
        if (!perp.listed) perp.funding.updatedAt = uint40(block.timestamp);
        perp.listed = true;
        perp.enabled = config.enabled;
        perp.openInterestCap = uint96(config.openInterestCap);
        perp.premiumDepthUsd = uint48(config.premiumDepthUsd);
        perp.priceBandBps = uint16(config.priceBandBps);
        emit IClearinghouse.PerpSet(underlying, config);
    }

    function tightenPerp(
        ClearinghouseStorage.Storage storage s,
        uint16 underlying,
        bool enabled,
        uint256 openInterestCap
    ) external {
        ClearinghouseStorage.Perp storage perp = s.perps[underlying];
        within("openInterestCap", openInterestCap, 0, perp.openInterestCap);
        if (enabled && !perp.enabled) revert IClearinghouse.InvalidConfig("enabled", 1, 0, 0);
        perp.enabled = enabled;
        perp.openInterestCap = uint96(openInterestCap);
        emit IClearinghouse.PerpSet(
            underlying,
            IClearinghouse.PerpConfig(enabled, openInterestCap, perp.premiumDepthUsd, perp.priceBandBps)
        );
    }

    function setModule(
        ClearinghouseStorage.Storage storage s,
        address module,
        uint8 roles,
        uint16 insuranceShareBps,
        AccountId feeAccount
    ) external {
        within("roles", roles, 0, ROLE_VENUE | ROLE_LIQUIDATOR);
        within("insuranceShareBps", insuranceShareBps, 0, MAX_BPS);
        if (roles != 0 && module.code.length == 0) revert IClearinghouse.NotAContract(module);
        ClearinghouseStorage.Module storage entry = s.modules[module];
        entry.roles = roles;
        entry.insuranceShareBps = insuranceShareBps;
        entry.feeAccount = feeAccount;
        emit IClearinghouse.ModuleSet(module, roles, insuranceShareBps, feeAccount);
    }

    function setRiskEngine(ClearinghouseStorage.Storage storage s, IRiskEngine newEngine) external {
        if (address(newEngine).code.length == 0) revert IClearinghouse.NotAContract(address(newEngine));
        // profile 0 is what every account starts with
        if (!newEngine.isProfile(0)) revert IRiskEngine.UnknownProfile(0);
        s.riskEngine = newEngine;
        emit IClearinghouse.RiskEngineSet(address(newEngine));
    }

    function within(string memory field, uint256 value, uint256 min, uint256 max) internal pure {
        if (value < min || value > max) revert IClearinghouse.InvalidConfig(field, value, min, max);
    }
}
