// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {InstrumentId} from "../types/InstrumentId.sol";
import {IPriceRouter} from "./IPriceRouter.sol";

/// @title IRiskTypes: structures, events and errors of the risk engine
/// @notice Formulas: `docs/spec.md`, section Margin. Equity rounds down, margin rounds up. All amounts are wad USD.
interface IRiskTypes {
    /// @notice Which end of a guarded price's span an assessment uses. No difference while the sources agree.
    /// - Adverse: for each portfolio the end that lowers its own equity.
    /// - Favourable: the end that raises the first portfolio's equity, for all portfolios of the call alike.
    /// - TakeOver: Favourable for all portfolios but the last, for which it is Adverse.
    enum Stance {
        Adverse,
        Favourable,
        TakeOver
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
    /// @param status The worst status among the prices used; Guarded at least where a surface that is not fresh values a leg.
    struct Margin {
        int256 equity;
        uint256 initialMargin;
        uint256 maintenanceMargin;
        int256 unrealised;
        IPriceRouter.Status status;
    }

    /// @param leg Mark of each leg of the portfolio, in order, wad USD per unit.
    /// @param spot Index price of each spot balance, in order, wad USD per unit.
    /// @param status The worst status among the prices used; Guarded at least where a surface that is not fresh is behind a
    /// mark, as for margins and quotes.
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

    /// @notice A surface and forward given instead of the posted ones; counts as fresh.
    /// @param forward Wad USD.
    /// @param a,b,rho,m,sigma Raw SVI in total variance, wad.
    struct TermInput {
        uint16 underlying;
        uint40 expirySec;
        uint256 forward;
        int256 a;
        uint256 b;
        int256 rho;
        int256 m;
        uint256 sigma;
    }

    /// @notice A market to value a portfolio in, instead of the one there is.
    /// @param timestamp Unix seconds.
    /// @param underlyings Every underlying of the portfolio, each once.
    /// @param prices Their index prices, wad USD.
    /// @param terms Every underlying and expiry of the portfolio that is not before the timestamp.
    struct MarketInput {
        uint256 timestamp;
        uint16[] underlyings;
        uint256[] prices;
        TermInput[] terms;
    }

    /// @notice A risk profile was created or replaced.
    event ProfileSet(uint256 indexed profileId, bytes32 name, address pointer);

    error UnknownProfile(uint256 profileId);
    /// @notice No kind of instrument, or a strike that is zero or not below 2**128.
    error InstrumentNotPriced(InstrumentId instrument);
    error InvalidProfile(string field, int256 value, int256 min, int256 max);
    error TooManyUnderlyings(uint256 max);
    error LengthMismatch(uint256 expected, uint256 actual);
    /// @notice `explainAt` was given no price for an underlying of the portfolio.
    error PriceMissing(uint16 underlying);
    /// @notice `explainAt` was given no surface for an expiry of the portfolio.
    error TermMissing(uint16 underlying, uint40 expirySec);
    error TermOutOfBounds(string field, int256 value, int256 min, int256 max);
    error ShockOutOfBounds(int256 shock, int256 min, int256 max);
    error NotAContract(address target);
    /// @notice A price that is zero, or not below 2**128.
    error PriceOutOfBounds(uint16 underlying, uint256 price, uint256 max);
    /// @notice Spot of one underlying worth more than the engine can compute with.
    error SpotValueOutOfBounds(uint16 underlying, uint256 value, uint256 max);
}
