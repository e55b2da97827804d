// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {InstrumentId} from "../types/InstrumentId.sol";
import {Portfolio} from "../types/Portfolio.sol";
import {IPriceRouter} from "./IPriceRouter.sol";
import {IRiskTypes} from "./IRiskTypes.sol";
import {ISettlementTwap} from "./ISettlementTwap.sol";
import {IVolSurface} from "./IVolSurface.sol";

/// @title IRiskEngineCore: what the risk engine's own code does
interface IRiskEngineCore is IRiskTypes {
    /// @notice Equity and margin of several portfolios, with each price read once.
    function assess(Portfolio[] calldata portfolios, Stance stance) external view returns (Margin[] memory);

    /// @notice As `assess`, with what `marksOf` says of the first portfolio at that stance.
    function assessWithMarks(
        Portfolio[] calldata portfolios,
        Stance stance
    ) external view returns (Margin[] memory margins, Marks memory marks);

    /// @notice The marks of a portfolio's legs and spot balances, at the same prices as `assess` would use.
    function marksOf(Portfolio calldata portfolio, Stance stance) external view returns (Marks memory);

    /// @notice The index and the mark that trades in an instrument are judged by.
    /// @param premium A perp's decayed traded premium, else ignored.
    /// @return index Wad USD.
    /// @return mark Wad USD per unit.
    /// @return status Guarded at least where a surface that is not fresh is behind the mark.
    function quoteOf(
        InstrumentId instrument,
        int256 premium
    ) external view returns (uint256 index, uint256 mark, IPriceRouter.Status status);

    /// @notice The price at which an expiry settled, 0 while it has not.
    function settlementOf(uint16 underlying, uint40 expirySec) external view returns (uint256);

    /// @notice The index price that trades are judged by.
    function indexOf(uint16 underlying) external view returns (IPriceRouter.Price memory);

    /// @notice Mark of a perp: the index plus the premium, which counts for at most 0.5% of the index.
    function perpMark(uint256 index, int256 premium) external pure returns (uint256);

    function isProfile(uint256 profileId) external view returns (bool);

    function router() external view returns (IPriceRouter);

    function volSurface() external view returns (IVolSurface);

    function settlementTwap() external view returns (ISettlementTwap);

    /// @notice Where calls go that the core does not know: explanations and profiles.
    function extension() external view returns (address);
}
