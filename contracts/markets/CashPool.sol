// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {AccountId, toAccountId} from "../types/AccountId.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IClearinghouseTypes} from "../interfaces/IClearinghouseTypes.sol";
import {ICashPool} from "../interfaces/ICashPool.sol";
import {WadMath} from "../libraries/WadMath.sol";

/// @title CashPool: see ICashPool
/// @dev OpenZeppelin's ERC-4626 with the money elsewhere (SPEC-I1 to I8). What it overrides: where the assets are, which
/// shares may leave, and the supply that prices are taken at while nobody holds a share. Shares in escrow are the contract's
/// own balance, which is exactly the sum of all requests. A pool says what it is worth (`totalAssets`), and where that
/// depends on who asks, what it is worth to those who come and to those who leave.
abstract contract CashPool is ICashPool, ERC4626, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    uint8 internal constant CASH = 0;
    uint256 private constant MAX_DECIMALS = 18;
    uint8 private constant OFFSET = 6;
    /// @dev A share costs one unit of the token less its offset at first.
    uint256 private constant SHARES_PER_UNIT = 10 ** uint256(OFFSET);
    /// @dev After a loss of everything the next deposit mints shares in plenty: far below what products can hold.
    uint256 private constant MAX_SUPPLY = type(uint240).max;
    /// @dev The clearinghouse keeps cash in so many bits.
    uint256 private constant MAX_CASH = uint256(uint128(type(int128).max));

    IClearinghouse public immutable clearinghouse;
    /// @inheritdoc ICashPool
    address public constant LOCKED = address(0xdEaD);
    /// @dev What one raw unit of the token is in wad.
    uint256 internal immutable _unit;

    // -- 5 + 5 = 10 bytes
    uint40 private _delaySec;
    uint40 private _windowSec;
    mapping(address owner => Request request) private _requests;

    /// @param clearinghouse_ Lists its cash token already.
    /// @param authority The AccessManager.
    constructor(
        IClearinghouse clearinghouse_,
        address authority,
        string memory name_,
        string memory symbol_,
        uint256 delaySec,
        uint256 windowSec
    ) ERC20(name_, symbol_) ERC4626(IERC20(clearinghouse_.assetInfo(CASH).token)) AccessManaged(authority) {
        clearinghouse = clearinghouse_;
        IClearinghouseTypes.AssetInfo memory info = clearinghouse_.assetInfo(CASH);
        if (info.decimals > MAX_DECIMALS) revert TooManyDecimals(info.token, info.decimals, MAX_DECIMALS);
        _unit = 10 ** (MAX_DECIMALS - info.decimals);
        _setRedemption(delaySec, windowSec);
    }

    // ------------------------------------------------------------------------------------------------ shares

    /// @inheritdoc ICashPool
    function requestRedeem(uint256 shares) external nonReentrant {
        Request storage request = _requests[msg.sender];
        uint256 total = request.shares + shares;
        if (total == 0) revert NothingRequested(msg.sender);
        uint40 readyAtSec = uint40(block.timestamp + _delaySec);
        uint40 lapsesAtSec = readyAtSec + _windowSec;
        (request.shares, request.readyAtSec, request.lapsesAtSec) = (total, readyAtSec, lapsesAtSec);
        // past the override, which keeps everybody else from sending shares here
        super._update(msg.sender, address(this), shares);
        emit RequestUpdated(msg.sender, total, readyAtSec, lapsesAtSec);
    }

    /// @inheritdoc ICashPool
    function cancelRequest() external nonReentrant {
        uint256 shares = _requests[msg.sender].shares;
        if (shares == 0) revert NothingRequested(msg.sender);
        delete _requests[msg.sender];
        _transfer(address(this), msg.sender, shares);
        emit RequestUpdated(msg.sender, 0, 0, 0);
    }

    /// @inheritdoc IERC4626
    function withdraw(
        uint256 assets,
        address receiver,
        address owner
    ) public override(ERC4626, IERC4626) returns (uint256) {
        if (assets != 0) _requireOpen(owner);
        return super.withdraw(assets, receiver, owner);
    }

    /// @inheritdoc IERC4626
    function redeem(
        uint256 shares,
        address receiver,
        address owner
    ) public override(ERC4626, IERC4626) returns (uint256) {
        if (shares != 0) _requireOpen(owner);
        return super.redeem(shares, receiver, owner);
    }

    // ------------------------------------------------------------------------------------------------ governance

    /// @inheritdoc ICashPool
    function setRedemption(uint256 delaySec, uint256 windowSec) external restricted {
        _setRedemption(delaySec, windowSec);
    }

    // ------------------------------------------------------------------------------------------------ views

    /// @inheritdoc IERC4626
    function maxDeposit(address receiver) public view override(ERC4626, IERC4626) returns (uint256 assets) {
        (assets, ) = _room(receiver);
    }

    /// @inheritdoc IERC4626
    function maxMint(address receiver) public view override(ERC4626, IERC4626) returns (uint256 shares) {
        (, shares) = _room(receiver);
    }

    /// @inheritdoc IERC4626
    function maxRedeem(address owner) public view override(ERC4626, IERC4626) returns (uint256) {
        Request storage request = _requests[owner];
        if (block.timestamp < request.readyAtSec || block.timestamp >= request.lapsesAtSec) return 0;
        uint256 liquid = _payable() / _unit;
        uint256 shares = request.shares;
        (uint256 poolAssets, uint256 poolShares) = _exitPool();
        if (Math.mulDiv(shares, poolAssets, poolShares) <= liquid) return shares;
        return Math.mulDiv(liquid, poolShares, poolAssets);
    }

    /// @inheritdoc IERC4626
    function previewDeposit(uint256 assets) public view override(ERC4626, IERC4626) returns (uint256) {
        (uint256 poolAssets, uint256 poolShares) = _entryPool();
        return Math.mulDiv(assets, poolShares, poolAssets);
    }

    /// @inheritdoc IERC4626
    function previewMint(uint256 shares) public view override(ERC4626, IERC4626) returns (uint256) {
        (uint256 poolAssets, uint256 poolShares) = _entryPool();
        return Math.mulDiv(shares, poolAssets, poolShares, Math.Rounding.Ceil);
    }

    /// @inheritdoc IERC4626
    function previewWithdraw(uint256 assets) public view override(ERC4626, IERC4626) returns (uint256) {
        (uint256 poolAssets, uint256 poolShares) = _exitPool();
        return Math.mulDiv(assets, poolShares, poolAssets, Math.Rounding.Ceil);
    }

    /// @inheritdoc IERC4626
    function previewRedeem(uint256 shares) public view override(ERC4626, IERC4626) returns (uint256) {
        (uint256 poolAssets, uint256 poolShares) = _exitPool();
        return Math.mulDiv(shares, poolAssets, poolShares);
    }

    /// @inheritdoc ICashPool
    function requestOf(address owner) external view returns (Request memory) {
        return _requests[owner];
    }

    /// @inheritdoc ICashPool
    function redemption() external view returns (uint256 delaySec, uint256 windowSec) {
        return (_delaySec, _windowSec);
    }

    /// @inheritdoc ICashPool
    function account() public view returns (AccountId) {
        return toAccountId(address(this), 0);
    }

    // ------------------------------------------------------------------------------------------------ price

    function _decimalsOffset() internal pure override returns (uint8) {
        return OFFSET;
    }

    function _convertToShares(
        uint256 assets,
        Math.Rounding rounding
    ) internal view override returns (uint256) {
        (uint256 poolAssets, uint256 poolShares) = _poolOf(totalAssets());
        return Math.mulDiv(assets, poolShares, poolAssets, rounding);
    }

    function _convertToAssets(
        uint256 shares,
        Math.Rounding rounding
    ) internal view override returns (uint256) {
        (uint256 poolAssets, uint256 poolShares) = _poolOf(totalAssets());
        return Math.mulDiv(shares, poolAssets, poolShares, rounding);
    }

    /// @notice What a share's price is the quotient of for those who come, virtual ones included.
    function _entryPool() internal view virtual returns (uint256 assets, uint256 shares) {
        return _poolOf(totalAssets());
    }

    /// @notice The same for those who leave.
    function _exitPool() internal view virtual returns (uint256 assets, uint256 shares) {
        return _poolOf(totalAssets());
    }

    /// @dev While nobody holds a share the price is the first one: what the pool then has counts as shares already that the
    /// next deposit locks.
    function _poolOf(uint256 worth) internal view returns (uint256 assets, uint256 shares) {
        shares = totalSupply();
        if (shares == 0) shares = worth * SHARES_PER_UNIT;
        return (worth + 1, shares + SHARES_PER_UNIT);
    }

    /// @notice What may be paid out now, wad USD.
    function _payable() internal view virtual returns (uint256) {
        // cash that is lent out cannot be paid
        return clearinghouse.assetInfo(CASH).recorded;
    }

    /// @notice Whether anybody may come in now.
    function _isOpen() internal view virtual returns (bool);

    /// @notice Bounds of the delay and of the time after it.
    function _redemptionBounds()
        internal
        pure
        virtual
        returns (uint256 minDelaySec, uint256 maxDelaySec, uint256 minWindowSec, uint256 maxWindowSec);

    /// @dev What may come in for `receiver`, in both measures: within the clearinghouse's cap and MAX_SUPPLY.
    function _room(address receiver) private view returns (uint256 assets, uint256 shares) {
        IClearinghouseTypes.AssetInfo memory info = clearinghouse.assetInfo(CASH);
        if (!info.enabled || receiver == address(0) || receiver == address(this) || !_isOpen()) return (0, 0);
        int256 cash = clearinghouse.cashOf(account());
        uint256 room = MAX_CASH - (cash > 0 ? uint256(cash) : 0);
        assets = WadMath.min(Math.saturatingSub(info.cap, info.recorded), room) / _unit;
        (uint256 poolAssets, uint256 poolShares) = _entryPool();
        uint256 mostShares = Math.saturatingSub(MAX_SUPPLY, poolShares);
        shares = _mulDivSaturating(assets, poolShares, poolAssets);
        if (shares > mostShares) {
            shares = mostShares;
            assets = WadMath.min(assets, _mulDivSaturating(shares, poolAssets, poolShares));
        }
        // less than a unit or a share is refused
        if (assets == 0 || shares == 0) return (0, 0);
    }

    function _mulDivSaturating(uint256 a, uint256 b, uint256 d) private pure returns (uint256) {
        (uint256 high, ) = Math.mul512(a, b);
        return high >= d ? type(uint256).max : Math.mulDiv(a, b, d);
    }

    // ------------------------------------------------------------------------------------------------ movements

    /// @dev OpenZeppelin takes the tokens before it mints: what a token may call in between finds nothing half done.
    function _deposit(
        address caller,
        address receiver,
        uint256 assets,
        uint256 shares
    ) internal override nonReentrant {
        if (assets == 0) revert AmountZero();
        if (shares == 0) revert DepositTooSmall(assets, previewMint(1));
        if (totalSupply() == 0) _lockUnowned();
        super._deposit(caller, receiver, assets, shares);
    }

    /// @dev Mints for what came in before anybody held a share, at the price at which `_poolOf` counts it.
    function _lockUnowned() private {
        uint256 shares = totalAssets() * SHARES_PER_UNIT;
        if (shares == 0) return;
        _mint(LOCKED, shares);
        emit SharesLocked(shares);
    }

    /// @dev As OpenZeppelin's, but the shares are in escrow.
    function _withdraw(
        address caller,
        address receiver,
        address owner,
        uint256 assets,
        uint256 shares
    ) internal override nonReentrant {
        if (caller != owner) _spendAllowance(owner, caller, shares);
        Request storage request = _requests[owner];
        uint256 left = request.shares - shares;
        request.shares = left;
        _burn(address(this), shares);
        emit RequestUpdated(owner, left, request.readyAtSec, request.lapsesAtSec);
        emit Withdraw(caller, receiver, owner, assets, shares);
        _transferOut(receiver, assets);
    }

    /// @dev Only a request brings shares here.
    function _update(address from, address to, uint256 value) internal override {
        if (to == address(this)) revert ERC20InvalidReceiver(to);
        super._update(from, to, value);
    }

    function _transferIn(address from, uint256 assets) internal override {
        if (assets == 0) revert AmountZero();
        IERC20 token = IERC20(asset());
        uint256 held = token.balanceOf(address(this));
        token.safeTransferFrom(from, address(this), assets);
        // said here, where it is known, rather than by the token when the clearinghouse asks for all of it
        uint256 received = Math.saturatingSub(token.balanceOf(address(this)), held);
        if (received != assets) {
            revert IClearinghouseTypes.TransferAmountMismatch(address(token), assets, received);
        }
        token.forceApprove(address(clearinghouse), assets);
        clearinghouse.deposit(account(), CASH, assets);
    }

    function _transferOut(address to, uint256 assets) internal override {
        // shares that have lost everything may leave too
        if (assets != 0) clearinghouse.withdraw(account(), CASH, assets, to);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _requireOpen(address owner) private view {
        Request storage request = _requests[owner];
        if (request.shares == 0) revert NothingRequested(owner);
        if (block.timestamp < request.readyAtSec) {
            revert RequestNotReady(owner, request.readyAtSec, block.timestamp);
        }
        if (block.timestamp >= request.lapsesAtSec) {
            revert RequestLapsed(owner, request.lapsesAtSec, block.timestamp);
        }
    }

    function _setRedemption(uint256 delaySec, uint256 windowSec) private {
        (uint256 minDelay, uint256 maxDelay, uint256 minWindow, uint256 maxWindow) = _redemptionBounds();
        _within("delaySec", delaySec, minDelay, maxDelay);
        _within("windowSec", windowSec, minWindow, maxWindow);
        (_delaySec, _windowSec) = (uint40(delaySec), uint40(windowSec));
        emit RedemptionSet(delaySec, windowSec);
    }

    function _within(string memory field, uint256 value, uint256 min, uint256 max) internal pure {
        if (value < min || value > max) revert InvalidConfig(field, value, min, max);
    }
}
