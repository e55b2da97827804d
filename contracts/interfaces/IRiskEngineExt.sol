// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Portfolio} from "../types/Portfolio.sol";
import {RiskProfile} from "../types/RiskProfile.sol";
import {IRiskTypes} from "./IRiskTypes.sol";

/// @title IRiskEngineExt: explanations and profiles, called at the risk engine's own address
interface IRiskEngineExt is IRiskTypes {
    /// @notice Equity and margin of one portfolio with everything that led to them.
    function explain(Portfolio calldata portfolio) external view returns (Report memory);

    /// @notice As `explain`, in a market that the caller gives: what-if on chain.
    function explainAt(
        Portfolio calldata portfolio,
        MarketInput calldata market
    ) external view returns (Report memory);

    /// @notice Equity and margin if an index moved now: verifies a liquidation price on chain.
    /// @param underlying Whose index moves; 0 for all of the portfolio's.
    /// @param shock The move as a fraction of the index, wad, -0.99 to 40.
    function healthAt(
        Portfolio calldata portfolio,
        uint16 underlying,
        int256 shock
    ) external view returns (Margin memory);

    function profile(uint256 profileId) external view returns (RiskProfile memory);

    /// @notice Creates or replaces a risk profile, within hard bounds.
    function setProfile(uint256 profileId, RiskProfile calldata newProfile) external;
}
