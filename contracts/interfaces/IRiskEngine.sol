// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {InstrumentId} from "../types/InstrumentId.sol";
import {Portfolio} from "../types/Portfolio.sol";
import {RiskProfile} from "../types/RiskProfile.sol";
import {IPriceRouter} from "./IPriceRouter.sol";

/// @title IRiskEngine: what an account is worth and how much equity it needs
/// @notice Formulas: `docs/spec.md`, section Margin. Equity rounds down, margin rounds up. All amounts are wad USD.
interface IRiskEngine {
    /// @notice Which end of a guarded price's span an assessment uses. No difference while the sources agree.
    /// - Adverse: for each portfolio the end that lowers its own equity.
    /// - Favourable: the end that raises the first portfolio's equity, for all portfolios of the call alike.
    enum Stance {
        Adverse,
        Favourable
    }

    /// @notice Where an account stands: E >= IM, MM <= E < IM, 0 <= E < MM, E < 0.
    enum State {
        Healthy,
        AtRisk,
        Liquidatable,
        Insolvent
    }

    /// @param equity E.
    /// @param initialMargin IM.
    /// @param maintenanceMargin MM.
    /// @param unrealised Unrealised profit and loss of perps and futures, funding included.
    /// @param status The worst status among the prices used.
    struct Margin {
        int256 equity;
        uint256 initialMargin;
        uint256 maintenanceMargin;
        int256 unrealised;
        IPriceRouter.Status status;
    }

    /// @param leg Mark of each leg of the portfolio, in order, wad USD per unit.
    /// @param spot Index price of each spot balance, in order, wad USD per unit.
    /// @param status The worst status among the prices used.
    struct Marks {
        uint256[] leg;
        uint256[] spot;
        IPriceRouter.Status status;
    }

    /// @notice One underlying's share of the margin.
    /// @param scan R_u: the worst loss of this underlying's legs alone.
    /// @param roll,haircut,initialExtra,floor This underlying's part of each charge.
    struct UnderlyingReport {
        uint16 underlying;
        uint256 index;
        int256 netDelta;
        uint256 scan;
        uint256 roll;
        uint256 shortOption;
        uint256 haircut;
        uint256 initialExtra;
        uint256 floor;
    }

    /// @notice A margin that explains itself.
    /// @param worstScenario Index of the scenario that minimises the sum over underlyings of profit and loss; the first
    /// one among equals.
    /// @param worstShock Its price shock as a fraction of the first underlying's index, wad (x_j * r_u, at least -0.99).
    /// @param worstVol 0 unchanged, 1 up, 2 down.
    /// @param risk The scenario risk after the cross-asset offset.
    /// @param scenarioPnl For each scenario the profit and loss summed over underlyings.
    struct Report {
        Margin margin;
        State state;
        uint256 worstScenario;
        int256 worstShock;
        uint8 worstVol;
        uint256 risk;
        uint256 roll;
        uint256 shortOption;
        uint256 haircut;
        uint256 initialExtra;
        uint256 floor;
        int256[] scenarioPnl;
        UnderlyingReport[] underlyings;
    }

    /// @notice A risk profile was created or replaced.
    event ProfileSet(uint256 indexed profileId, bytes32 name, address pointer);

    error UnknownProfile(uint256 profileId);
    /// @notice The instrument's kind has no pricing yet.
    error InstrumentNotPriced(InstrumentId instrument);
    error InvalidProfile(string field, int256 value, int256 min, int256 max);
    error TooManyUnderlyings(uint256 max);
    error LengthMismatch(uint256 expected, uint256 actual);
    /// @notice `explainAt` was given no price for an underlying of the portfolio.
    error PriceMissing(uint16 underlying);
    /// @notice A price that is zero, or not below 2**128.
    error PriceOutOfBounds(uint16 underlying, uint256 price, uint256 max);
    /// @notice Spot of one underlying worth more than the engine can compute with.
    error SpotValueOutOfBounds(uint16 underlying, uint256 value, uint256 max);

    /// @notice Equity and margin of several portfolios, with each price read once.
    function assess(Portfolio[] calldata portfolios, Stance stance) external view returns (Margin[] memory);

    /// @notice As `assess`, with what `marksOf` says of the first portfolio at that stance.
    function assessWithMarks(
        Portfolio[] calldata portfolios,
        Stance stance
    ) external view returns (Margin[] memory margins, Marks memory marks);

    /// @notice The marks of a portfolio's legs and spot balances, at the same prices as `assess` would use.
    function marksOf(Portfolio calldata portfolio, Stance stance) external view returns (Marks memory);

    /// @notice Equity and margin of one portfolio with everything that led to them.
    function explain(Portfolio calldata portfolio) external view returns (Report memory);

    /// @notice As `explain`, at given index prices instead of the router's: what-if on chain.
    /// @param underlyings Every underlying of the portfolio, each once.
    /// @param prices Their index prices, wad USD.
    function explainAt(
        Portfolio calldata portfolio,
        uint16[] calldata underlyings,
        uint256[] calldata prices
    ) external view returns (Report memory);

    /// @notice The index price that trades are judged by.
    function indexOf(uint16 underlying) external view returns (IPriceRouter.Price memory);

    /// @notice Mark of a perp: the index plus the premium, which counts for at most 0.5% of the index.
    function perpMark(uint256 index, int256 premium) external pure returns (uint256);

    function router() external view returns (IPriceRouter);

    function profile(uint256 profileId) external view returns (RiskProfile memory);

    function isProfile(uint256 profileId) external view returns (bool);

    /// @notice Creates or replaces a risk profile, within hard bounds.
    function setProfile(uint256 profileId, RiskProfile calldata newProfile) external;
}
