// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Portfolio} from "../types/Portfolio.sol";
import {PositionWord} from "../types/PositionWord.sol";
import {IPriceRouter} from "./IPriceRouter.sol";
import {IRiskEngine} from "./IRiskEngine.sol";

/// @title IClearinghouse: pooled collateral and positions of every account
/// @notice The sole writer of balances and positions. Amounts are wad (1e18) unless a name ends in `Raw`, which is the
/// token's own decimals. Signs: + is owned or long, - is owed or short. Rounding is against the account.
///
/// Replaying `CashUpdated`, `CollateralUpdated`, `PositionUpdated`, `ProfileChanged` and `FlagUpdated` rebuilds every
/// account: each carries the new state, not a difference.
interface IClearinghouse {
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
    struct PerpConfig {
        bool enabled;
        uint256 openInterestCap;
        uint256 premiumDepthUsd;
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

    /// @notice Parts of an account that pass to another. Sizes are absolute and reduce toward zero.
    /// @param prices The price of each leg, wad USD per unit.
    /// @param assetPrices The price of each collateral balance, wad USD per unit.
    struct Basket {
        InstrumentId[] instruments;
        uint256[] sizes;
        uint256[] prices;
        uint8[] assetIds;
        uint256[] amounts;
        uint256[] assetPrices;
    }

    /// @notice What an operator may do. Bits combine.
    /// 1 trade, 2 withdraw and transfer, 4 deposit, 8 liquidate others into this account.
    /// @param expirySec The approval ends here; 0 revokes.
    struct Approval {
        uint8 scopes;
        uint40 expirySec;
    }

    // ------------------------------------------------------------------------------------------------ events

    event Deposited(AccountId indexed account, uint8 indexed assetId, address indexed from, uint256 amountRaw);
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
    /// @notice A basket passed from one account to another, `reward` included in the cash that moved.
    event BasketMoved(AccountId indexed from, AccountId indexed to, int256 cashToFrom, uint256 reward);
    event CashUpdated(AccountId indexed account, int256 principal);
    event CollateralUpdated(AccountId indexed account, uint8 indexed assetId, uint256 amount);
    /// @notice `size` 0 means closed. `cost` has the funding folded in, see `PositionWord`.
    event PositionUpdated(AccountId indexed account, InstrumentId indexed instrument, int256 size, int256 cost);
    event ProfileChanged(AccountId indexed account, uint8 profileId);
    event FlagUpdated(AccountId indexed account, uint40 flaggedAt);
    event OperatorSet(AccountId indexed account, address indexed operator, uint8 scopes, uint40 expirySec);
    /// @notice The state of a perp market after a trade or a poke; premium and index then decay in closed form.
    event PerpUpdated(uint16 indexed underlying, int256 fundingIndex, int256 premium, uint256 openInterest);
    /// @notice Cash indexes after an accrual; rates hold until the next event.
    event InterestAccrued(uint256 supplyIndex, uint256 borrowIndex, uint256 supplyRate, uint256 borrowRate);
    event BadDebtCovered(AccountId indexed account, uint256 covered, uint256 remaining);
    event IncentivePaid(AccountId indexed to, uint256 amount);
    event FeesSwept(address indexed module, uint256 toInsurance, uint256 toVenue);

    event AssetSet(uint8 indexed assetId, address token, uint8 decimals, uint16 underlying, bool enabled, uint256 cap);
    event PerpSet(uint16 indexed underlying, PerpConfig config);
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
    error DepositCapExceeded(uint8 assetId, uint256 cap, uint256 recorded);
    error InsufficientBalance(AccountId account, uint8 assetId, uint256 balance, uint256 amount);
    /// @notice The pool holds fewer tokens than asked because they are lent out or not yet settled.
    error InsufficientLiquidity(uint8 assetId, uint256 available, uint256 amount);
    error TooManyCollaterals(AccountId account, uint256 max);
    error TooManyPositions(AccountId account, uint256 max);
    error UnknownInstrument(InstrumentId instrument);
    /// @notice The instrument's kind exists but is not traded yet.
    error InstrumentNotSupported(InstrumentId instrument);
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
    error FlagNotAllowed(AccountId account, int256 equity, uint256 maintenanceMargin);
    error AccountNotEmpty(AccountId account);

    // ------------------------------------------------------------------------------------------------ traders

    /// @notice Takes `amountRaw` of an asset from the caller and credits the account with what arrived.
    /// @dev For tokens of more than 18 decimals the amount is cut to a whole wad first. The caller must be the owner or
    /// hold scope 4: dust from strangers could fill an account's slots.
    function deposit(AccountId account, uint8 assetId, uint256 amountRaw) external;

    /// @notice Pays `amountRaw` of an asset out of the account. Cash may go below zero: then the account borrows.
    /// @dev Needs `equity - max(0, unrealised) >= initial margin` afterwards, unless the account has neither positions
    /// nor debt.
    function withdraw(AccountId account, uint8 assetId, uint256 amountRaw, address to) external;

    /// @notice Moves `amount` (wad) of an asset to another account of the same owner, or to one that the caller also
    /// may act for. Same check as a withdrawal.
    function transfer(AccountId from, AccountId to, uint8 assetId, uint256 amount) external;

    /// @notice Switches the account's risk profile; needs the new profile's initial margin.
    function setProfile(AccountId account, uint8 profileId) external;

    /// @notice Lets `operator` act for an account of the caller. Scopes: see `Approval`.
    function setOperator(AccountId account, address operator, uint8 scopes, uint40 expirySec) external;

    // ------------------------------------------------------------------------------------------------ anyone

    /// @notice Brings the cash indexes up to now.
    function accrueInterest() external;

    /// @notice Brings a perp's funding index up to now. Changes nobody's equity: funding is a closed form of time.
    function accrueFunding(uint16 underlying) external;

    /// @notice Pays the fees collected from a module's trades to the insurance account and the module's fee account.
    function sweepFees(address module) external;

    // ------------------------------------------------------------------------------------------------ modules

    /// @notice Executes a trade for a venue. Both accounts end above initial margin, or their risk fell.
    function trade(Trade calldata params) external;

    /// @notice Moves a basket at the given prices plus `reward` from `from` and `incentive` from the insurance account to
    /// `to`. For the liquidator module; `to` must end above its initial margin.
    /// @return cashToFrom What `from` received for the basket, before the reward.
    function moveBasket(AccountId from, AccountId to, Basket calldata basket, uint256 reward, uint256 incentive)
        external
        returns (int256 cashToFrom);

    /// @notice Sets or clears the liquidation flag. For the liquidator module.
    function setFlag(AccountId account, uint40 flaggedAt) external;

    /// @notice Pays the debt of an account that has nothing else left out of the insurance account, as far as it goes.
    /// For the liquidator module.
    function coverBadDebt(AccountId account) external returns (uint256 covered, uint256 remaining);

    // ------------------------------------------------------------------------------------------------ views

    function portfolioOf(AccountId account) external view returns (Portfolio memory);

    /// @notice The portfolio as it would be after `moveBasket`, without reward.
    function previewBasket(AccountId account, Basket calldata basket) external view returns (Portfolio memory);

    /// @notice Equity and margin now, at prices adverse to the account while they are guarded.
    function marginOf(AccountId account) external view returns (IRiskEngine.Margin memory);

    /// @notice Cash, present value, wad USD.
    function cashOf(AccountId account) external view returns (int256);

    function cashPrincipalOf(AccountId account) external view returns (int256);

    function collateralOf(AccountId account, uint8 assetId) external view returns (uint256);

    function positionOf(AccountId account, InstrumentId instrument) external view returns (int256 size, int256 cost);

    function positionsOf(AccountId account) external view returns (PositionWord[] memory);

    function accountInfo(AccountId account)
        external
        view
        returns (uint8 profileId, uint8 positionCount, uint40 flaggedAt, uint64 collateralMask);

    /// @notice True for the owner, and for an operator whose approval has all the given scopes and has not expired.
    function isAuthorised(AccountId account, address caller, uint8 scopes) external view returns (bool);

    function approvalOf(AccountId account, address operator) external view returns (Approval memory);

    function assetCount() external view returns (uint8);

    function assetInfo(uint8 assetId) external view returns (AssetInfo memory);

    function perpConfig(uint16 underlying) external view returns (PerpConfig memory);

    function perpState(uint16 underlying) external view returns (PerpState memory);

    function cashState() external view returns (CashState memory);

    function moduleInfo(address module)
        external
        view
        returns (uint8 roles, uint16 insuranceShareBps, uint256 insuranceFees, uint256 venueFees, AccountId feeAccount);

    function riskEngine() external view returns (IRiskEngine);

    function insuranceAccount() external view returns (AccountId);

    function paused() external view returns (bool);

    // ------------------------------------------------------------------------------------------------ governance

    /// @notice Lists an asset under the next number, or changes whether it is enabled and its cap. Token, decimals and
    /// underlying of a listed asset never change. Asset 0 is cash.
    function setAsset(uint8 assetId, address token, uint16 underlying, bool enabled, uint256 cap) external;

    function setPerp(uint16 underlying, PerpConfig calldata config) external;

    /// @param roles 1 venue, 2 liquidator. Bits combine; 0 removes.
    function setModule(address module, uint8 roles, uint16 insuranceShareBps, AccountId feeAccount) external;

    function setRiskEngine(IRiskEngine newEngine) external;

    function setInsuranceAccount(AccountId account) external;

    /// @notice Stops everything that adds risk. Closing, repaying, withdrawing free collateral and liquidating go on.
    function pause() external;

    function unpause() external;

    /// @notice Lowers a perp's open-interest cap or closes it for new risk at once; never the other way.
    function tightenPerp(uint16 underlying, bool enabled, uint256 openInterestCap) external;
}
