// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {IClearinghouseTypes} from "./IClearinghouseTypes.sol";
import {IPriceRouter} from "./IPriceRouter.sol";
import {IRiskTypes} from "./IRiskTypes.sol";

/// @title ILiquidator: anyone takes over risk from an account that has fallen below its maintenance margin
/// @notice A liquidation moves a basket of legs and collateral at mark to the caller's own account and pays it
/// `phi * relief`, where relief is the maintenance margin that the basket frees and
/// `phi = min(ramp(t), E / MM)`: 5% when the account is flagged, rising to 50% within 15 minutes. Because phi <= E / MM a
/// liquidation never lowers the account's health.
interface ILiquidator {
    /// @notice What to take. Sizes and amounts are absolute and move the balance toward zero.
    struct Selection {
        InstrumentId[] instruments;
        uint256[] sizes;
        uint8[] assetIds;
        uint256[] amounts;
    }

    /// @param selection What to take.
    /// @param liquidator The caller's account that takes it.
    /// @param minReward Reverts below: penalty plus incentive, wad USD.
    /// @param minCash Reverts below: what the liquidator's cash changes by, wad USD (negative when the basket costs).
    /// @param deadlineSec Last second at which the call may execute.
    struct Call {
        AccountId account;
        AccountId liquidator;
        Selection selection;
        uint256 minReward;
        int256 minCash;
        uint40 deadlineSec;
    }

    /// @param before The account's margin now, at prices that favour it while they are guarded.
    /// @param next The account's margin afterwards, penalty paid, at the same prices.
    /// @param relief MM - MM', wad USD.
    /// @param phi Share of the relief that the account pays, wad.
    /// @param penalty What the account pays.
    /// @param incentive What the insurance fund adds so that somebody comes, while the account itself cannot pay 5%.
    /// @param cashToAccount What the account's cash changes by before the penalty: realised profit and loss of the legs it
    /// gives up, and what the liquidator pays for its collateral. The liquidator's own cash changes by another amount where
    /// it already held positions.
    struct Quote {
        IRiskTypes.Margin before;
        IRiskTypes.Margin next;
        uint256 relief;
        uint256 phi;
        uint256 penalty;
        uint256 incentive;
        int256 cashToAccount;
    }

    /// @notice How one of several liquidations ended.
    /// @param done Whether it was made.
    /// @param terms Its terms, all zero where it was not.
    /// @param reason Why it was not: the revert's data.
    struct Outcome {
        bool done;
        Quote terms;
        bytes reason;
    }

    /// @notice One of several liquidations was not made; the others were not touched by that.
    event LiquidationFailed(AccountId indexed account, AccountId indexed liquidator, bytes reason);
    event Flagged(AccountId indexed account, uint40 flaggedAt, int256 equity, uint256 maintenanceMargin);
    event FlagCleared(AccountId indexed account, int256 equity, uint256 maintenanceMargin);
    event Liquidated(
        AccountId indexed account,
        AccountId indexed liquidator,
        address indexed caller,
        int256 equityBefore,
        uint256 maintenanceBefore,
        int256 equityAfter,
        uint256 maintenanceAfter,
        uint256 penalty,
        uint256 incentive
    );
    event BadDebt(AccountId indexed account, uint256 covered, uint256 remaining);
    event ParametersSet(uint256 dustMargin, uint256 minReward);

    error NotLiquidatable(AccountId account, int256 equity, uint256 maintenanceMargin);
    error NotHealthy(AccountId account, int256 equity, uint256 maintenanceMargin);
    error NotFlagged(AccountId account);
    error SelfLiquidation(AccountId account);
    error NotAuthorised(AccountId liquidator, address caller);
    error EmptyBasket();
    /// @notice The basket frees no maintenance margin.
    error NoRelief(uint256 maintenanceBefore, uint256 maintenanceAfter);
    /// @notice The basket takes more than is needed: afterwards E' > 1.2 * MM'.
    error Overshoot(int256 equityAfter, uint256 maintenanceAfter);
    error RewardTooLow(uint256 reward, uint256 minReward);
    error CashTooLow(int256 cash, int256 minCash);
    error DeadlinePassed(uint40 deadlineSec, uint256 nowSec);
    error PriceNotUsable(AccountId account, IPriceRouter.Status status);
    /// @notice The account's equity is not negative: it can be liquidated, not deleveraged.
    error NotInsolvent(AccountId account, int256 equity);
    /// @notice The insurance fund can pay what the account lacks, and liquidators have not had their time.
    error InsuranceSuffices(AccountId account, uint256 shortfall, uint256 insured);
    /// @notice The insurance fund cannot pay what the account lacks: its positions are closed by `deleverage` only.
    error DeleverageRequired(AccountId account, uint256 shortfall, uint256 insured);
    error NothingToDeleverage(AccountId account);
    error TooManyDeleveragings(InstrumentId instrument, uint256 max);
    error LengthMismatch(uint256 expected, uint256 actual);
    error ParameterOutOfBounds(string field, uint256 value, uint256 max);

    /// @notice Starts the account's penalty ramp. Anyone may call it while the account is below maintenance margin.
    function flag(AccountId account) external;

    /// @notice Clears the flag of an account whose health has returned. Anyone may call it.
    function clearFlag(AccountId account) external;

    /// @notice Liquidates; flags first where that has not happened.
    function liquidate(Call calldata params) external returns (Quote memory);

    /// @notice Several liquidations in their order. One that cannot be made is undone alone and reported; the rest go on.
    function liquidateBatch(Call[] calldata calls) external returns (Outcome[] memory outcomes);

    /// @notice Closes an insolvent account: what the insurance fund cannot pay is borne by all who hold the other side of its
    /// positions, pro rata, and what they cannot by all positive cash. Anyone may call it, where the insurance fund
    /// does not suffice, or 15 minutes after the flag. What collateral the account has stays for liquidators.
    function deleverage(AccountId account) external returns (IClearinghouseTypes.Deleverage memory);

    /// @notice Pays the debt of an account that has nothing else left: out of the insurance fund, then out of all positive cash.
    /// Anyone may call it. A liquidation that leaves such a debt does it by itself; one left by an expiry, or by being on
    /// the other side of a deleveraging, waits for this call.
    /// @return covered Paid by the insurance fund.
    /// @return remaining Assigned to nobody, because positive cash has been scaled down to its bound.
    function coverBadDebt(AccountId account) external returns (uint256 covered, uint256 remaining);

    /// @notice Exactly what `liquidate` would do now with this selection; reverts as it would.
    function quote(AccountId account, Selection calldata selection) external view returns (Quote memory);

    /// @notice The pro-rata basket that brings the account to E' = 1.2 * MM', or all of it where nothing less does.
    /// @return selection The basket, floored to the wei.
    /// @return fraction f = (1.2*MM - E) / ((1.2 - phi)*MM), at most 1, wad.
    function proRata(AccountId account) external view returns (Selection memory selection, uint256 fraction);

    /// @notice Whether the account is below maintenance margin now, at prices that favour it while they are guarded.
    function isLiquidatable(AccountId account) external view returns (bool, IRiskTypes.Margin memory);

    /// @notice The share of relief paid `elapsedSec` after the flag: 5% rising linearly to 50% at 15 minutes, wad.
    function ramp(uint256 elapsedSec) external pure returns (uint256);

    /// @param dustMargin Accounts whose maintenance margin is below may be closed whole, wad USD.
    /// @param minReward What closing such an account pays at least, out of its equity, wad USD.
    function parameters() external view returns (uint256 dustMargin, uint256 minReward);

    function setParameters(uint256 dustMargin, uint256 minReward) external;
}
