// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {PositionWord} from "../types/PositionWord.sol";
import {IPriceRouter} from "./IPriceRouter.sol";

/// @title IClearinghouseTypes: structures, events and errors of the clearinghouse
interface IClearinghouseTypes {
    // ------------------------------------------------------------------------------------------------ structures

    /// @param token The ERC-20.
    /// @param decimals Its decimals.
    /// @param underlying The underlying whose index values it; 0 for the cash asset.
    /// @param enabled Whether deposits are open.
    /// @param recorded What accounts own of it together, wad. For cash: tokens taken in less tokens paid out.
    /// @param cap The most `recorded` may grow to by deposits, wad.
    struct AssetInfo {
        address token;
        uint8 decimals;
        uint16 underlying;
        bool enabled;
        uint256 recorded;
        uint256 cap;
    }

    /// @param enabled Whether risk may be added.
    /// @param openInterestCap The most that longs may hold together, units wad.
    /// @param premiumDepthUsd Traded notional at which a trade moves the premium half way to its own, whole USD.
    /// @param priceBandBps How far from the mark a trade price may be.
    /// @param scaleFromBps,scaleToBps Open interest, as a share of its cap, from which a perp's initial margin rises and at
    /// which it has doubled; both 0: it never does.
    struct PerpConfig {
        bool enabled;
        uint256 openInterestCap;
        uint256 premiumDepthUsd;
        uint256 priceBandBps;
        uint256 scaleFromBps;
        uint256 scaleToBps;
    }

    /// @notice An underlying's futures and options.
    /// @param enabled Whether risk may be added.
    /// @param openInterestCap The most that longs of one instrument may hold together, units wad.
    /// @param priceBandBps How far from the mark a trade price may be, as a fraction of the index.
    struct DatedConfig {
        bool enabled;
        uint256 openInterestCap;
        uint256 priceBandBps;
    }

    /// @param fundingIndex What one unit long has paid in funding since listing, wad USD, now.
    /// @param premium Decayed traded premium over the index, wad USD per unit, now.
    /// @param openInterest Units held by longs, which equal the units held by shorts.
    /// @param costSum Sum of all positions' stored cost bases.
    struct PerpState {
        int256 fundingIndex;
        int256 premium;
        uint256 openInterest;
        int256 costSum;
    }

    /// @param supplyIndex,borrowIndex What one unit of principal is worth now, wad.
    /// @param supplyRate,borrowRate Interest per year, wad.
    /// @param supplied,borrowed All positive and all negative cash at present value.
    struct CashState {
        uint256 supplyIndex;
        uint256 borrowIndex;
        uint256 supplyRate;
        uint256 borrowRate;
        uint256 supplied;
        uint256 borrowed;
    }

    /// @param size Units that change hands, > 0.
    /// @param price Wad USD per unit.
    /// @param buyerFee,sellerFee What each pays on top, wad USD.
    struct Trade {
        AccountId buyer;
        AccountId seller;
        InstrumentId instrument;
        uint256 size;
        uint256 price;
        uint256 buyerFee;
        uint256 sellerFee;
    }

    /// @notice What one side of a trade pays, on top of its fee, to whoever made the trade happen.
    /// @param to The account that gets it.
    /// @param amount Wad USD; with the payer's fee at most the share of notional that a fee may be.
    /// @param byBuyer Whether the buyer pays, else the seller.
    struct Tip {
        AccountId to;
        uint256 amount;
        bool byBuyer;
    }

    /// @notice What an operator may do. Bits combine.
    /// 1 trade, 2 withdraw and transfer, 4 deposit, 8 liquidate others into this account.
    /// @param expirySec The approval ends here; 0 revokes.
    struct Approval {
        uint8 scopes;
        uint40 expirySec;
    }

    /// @notice Where an insolvent account's shortfall went, wad USD.
    /// @param covered Paid by the insurance fund.
    /// @param deleveraged Paid by its positions' counterparties, beyond the marks.
    /// @param socialised Paid by all positive cash.
    /// @param remaining Assigned to nobody, because positive cash has been scaled down to its bound.
    struct Deleverage {
        uint256 covered;
        uint256 deleveraged;
        uint256 socialised;
        uint256 remaining;
    }

    /// @notice The pool as a whole, wad USD. What accounts own together is `claims`; unrealised profits and losses of
    /// positions cancel, since longs equal shorts.
    /// @param assets Cash tokens that the pool has taken in and not paid out.
    /// @param claims supplied - borrowed + costs + pending. What `assets` exceed it by are fees not swept yet, the interest
    /// model's reserve and rounding.
    /// @param supplied,borrowed All positive and all negative cash.
    /// @param costs Sum of all positions' cost bases.
    /// @param pending What deleveraged positions are still going to receive when they are touched.
    /// @param badDebt Losses assigned to nobody.
    /// @param covered,deleveraged,socialised Losses borne by the insurance fund, by counterparties and by positive cash
    /// since the beginning.
    /// @param shortAssets A bit for each asset of which fewer tokens are held than accounts own.
    struct Solvency {
        uint256 assets;
        int256 claims;
        uint256 supplied;
        uint256 borrowed;
        int256 costs;
        int256 pending;
        uint256 badDebt;
        uint256 covered;
        uint256 deleveraged;
        uint256 socialised;
        uint256 shortAssets;
    }

    // ------------------------------------------------------------------------------------------------ events

    event Deposited(
        AccountId indexed account,
        uint8 indexed assetId,
        address indexed from,
        uint256 amountRaw
    );
    event Withdrawn(AccountId indexed account, uint8 indexed assetId, address indexed to, uint256 amountRaw);
    event Transferred(AccountId indexed from, AccountId indexed to, uint8 indexed assetId, uint256 amount);
    event Traded(
        AccountId indexed buyer,
        AccountId indexed seller,
        InstrumentId indexed instrument,
        uint256 size,
        uint256 price,
        uint256 buyerFee,
        uint256 sellerFee,
        address venue
    );
    /// @notice Cash that one side of the trade before paid to whoever made it happen.
    event TipPaid(AccountId indexed from, AccountId indexed to, uint256 amount);
    /// @notice A basket passed from one account to another, `reward` included in the cash that moved.
    event BasketMoved(AccountId indexed from, AccountId indexed to, int256 cashToFrom, uint256 reward);
    event CashUpdated(AccountId indexed account, int256 principal);
    event CollateralUpdated(AccountId indexed account, uint8 indexed assetId, uint256 amount);
    /// @notice `size` 0 means closed. `cost` has the funding folded in, see `PositionWord`.
    event PositionUpdated(
        AccountId indexed account,
        InstrumentId indexed instrument,
        int256 size,
        int256 cost
    );
    /// @notice Several of an account's positions at once, each as `PositionUpdated` would tell it: a word of size 0 means closed.
    event PositionsUpdated(AccountId indexed account, PositionWord[] positions);
    event ProfileChanged(AccountId indexed account, uint8 profileId);
    event FlagUpdated(AccountId indexed account, uint40 flaggedAt);
    event OperatorSet(AccountId indexed account, address indexed operator, uint8 scopes, uint40 expirySec);
    /// @notice The state of a perp market after a trade or a poke; premium and index then decay in closed form.
    event PerpUpdated(uint16 indexed underlying, int256 fundingIndex, int256 premium, uint256 openInterest);
    /// @notice What longs of a future or option hold together after a trade.
    event OpenInterestUpdated(InstrumentId indexed instrument, uint256 openInterest);
    /// @notice A position that expired became cash.
    /// @param size The position, units wad.
    /// @param price The settlement price.
    /// @param cash What the account's cash changed by.
    event PositionSettled(
        AccountId indexed account,
        InstrumentId indexed instrument,
        int256 size,
        uint256 price,
        int256 cash
    );
    /// @notice Cash indexes after an accrual; rates hold until the next event.
    event InterestAccrued(uint256 supplyIndex, uint256 borrowIndex, uint256 supplyRate, uint256 borrowRate);
    event BadDebtCovered(AccountId indexed account, uint256 covered, uint256 remaining);
    /// @notice One side of an instrument was deleveraged: each of its positions now holds `(units - size) / units` of what it
    /// held, and has received its share of `cash` (negative: has paid it). It follows when it is touched.
    /// @param isLong The side.
    /// @param epoch How many times that has happened to it.
    /// @param index,cashIndex,generation Its indexes since, see DeleverageMath.
    event Deleveraged(
        InstrumentId indexed instrument,
        bool indexed isLong,
        uint256 epoch,
        uint256 size,
        uint256 units,
        int256 cash,
        uint256 index,
        int256 cashIndex,
        uint256 generation
    );
    /// @notice An insolvent account's positions were closed, and this is who paid.
    event AccountDeleveraged(
        AccountId indexed account,
        uint256 covered,
        uint256 deleveraged,
        uint256 socialised
    );
    /// @notice A position was touched and has followed what `Deleveraged` says.
    /// @param closed Units closed, with the position's sign.
    /// @param cash What the account's cash changed by.
    event PositionDeleveraged(
        AccountId indexed account,
        InstrumentId indexed instrument,
        int256 closed,
        int256 cash
    );
    /// @notice All positive cash was scaled down by what an account could not pay.
    event LossSocialised(AccountId indexed account, uint256 amount, uint256 remaining, uint256 supplyIndex);
    event IncentivePaid(AccountId indexed to, uint256 amount);
    event FeesSwept(address indexed module, uint256 toInsurance, uint256 toVenue);

    event AssetSet(
        uint8 indexed assetId,
        address token,
        uint8 decimals,
        uint16 underlying,
        bool enabled,
        uint256 cap
    );
    event PerpSet(uint16 indexed underlying, PerpConfig config);
    event DatedSet(uint16 indexed underlying, DatedConfig config);
    event ModuleSet(address indexed module, uint8 roles, uint16 insuranceShareBps, AccountId feeAccount);
    event RiskEngineSet(address indexed riskEngine);
    event PauseSet(bool paused);
    event InsuranceAccountSet(AccountId indexed account);

    // ------------------------------------------------------------------------------------------------ errors

    error NotAuthorised(AccountId account, address caller, uint8 scope);
    error NotModule(address caller, uint8 role);
    error AmountZero();
    error AmountTooLarge(uint256 amount, uint256 max);
    error UnknownAsset(uint8 assetId);
    error AssetDisabled(uint8 assetId);
    /// @notice The token moved another amount than asked: fee-on-transfer, rebasing or lying tokens are refused.
    error TransferAmountMismatch(address token, uint256 expectedRaw, uint256 receivedRaw);
    /// @notice The token balance is below what the ledger records, as after a downward rebase.
    error LedgerMismatch(address token, uint256 recordedRaw, uint256 actualRaw);
    /// @notice The token reverted without a word, or answered nothing: it has no code, or is no ERC-20.
    error TokenNotAnswering(address token);
    error DepositCapExceeded(uint8 assetId, uint256 cap, uint256 recorded);
    error InsufficientBalance(AccountId account, uint8 assetId, uint256 balance, uint256 amount);
    /// @notice The pool holds fewer tokens than asked because they are lent out or not yet settled.
    error InsufficientLiquidity(uint8 assetId, uint256 available, uint256 amount);
    error TooManyCollaterals(AccountId account, uint256 max);
    error TooManyPositions(AccountId account, uint256 max);
    error UnknownInstrument(InstrumentId instrument);
    error InstrumentExpired(InstrumentId instrument, uint256 expirySec);
    error PositionNotFound(AccountId account, InstrumentId instrument);
    error ReducesPastZero(AccountId account, InstrumentId instrument, int256 size, uint256 amount);
    error PriceOutOfBand(uint256 price, uint256 mark, uint256 bandBps);
    error FeeTooHigh(uint256 fee, uint256 max);
    error SameAccount(AccountId account);
    error OpenInterestCapExceeded(InstrumentId instrument, uint256 cap, uint256 openInterest);
    /// @notice The action would leave the account below its initial margin and does not reduce its risk.
    error BelowInitialMargin(AccountId account, int256 equity, uint256 initialMargin);
    /// @notice Withdrawing would need unrealised gains or leave less than the initial margin.
    error WithdrawalTooLarge(AccountId account, int256 equityAfter, uint256 initialMargin, int256 unrealised);
    /// @notice Prices are guarded or stale, or trading is paused: only what reduces risk may go on.
    error ReduceOnly(AccountId account, IPriceRouter.Status status, bool paused);
    error InvalidRecipient(address to);
    error InvalidConfig(string field, uint256 value, uint256 min, uint256 max);
    error NotAContract(address target);
    /// @notice What belongs in the midst of an action was called by itself.
    error NotWithinAction();
    error AccountNotEmpty(AccountId account);
}
