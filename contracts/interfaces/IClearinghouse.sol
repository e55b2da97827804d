// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearinghouseCore} from "./IClearinghouseCore.sol";
import {IClearinghouseDeleveraging} from "./IClearinghouseDeleveraging.sol";
import {IClearinghouseExt} from "./IClearinghouseExt.sol";
import {IClearinghouseLiquidation} from "./IClearinghouseLiquidation.sol";
import {IClearinghousePermit} from "./IClearinghousePermit.sol";
import {IClearinghouseReserve} from "./IClearinghouseReserve.sol";

/// @title IClearinghouse: pooled collateral and positions of every account
/// @notice The sole writer of balances and positions. Amounts are wad (1e18) unless a name ends in `Raw`, which is the
/// token's own decimals. Signs: + is owned or long, - is owed or short. Rounding is against the account.
///
/// Replaying `CashUpdated`, `CollateralUpdated`, `PositionUpdated`, `PositionsUpdated`, `ProfileChanged` and `FlagUpdated`
/// rebuilds every account: each carries the new state, not a difference.
interface IClearinghouse is
    IClearinghouseCore,
    IClearinghouseExt,
    IClearinghouseLiquidation,
    IClearinghouseDeleveraging,
    IClearinghousePermit,
    IClearinghouseReserve
{}
