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
import {IInsuranceFund} from "../interfaces/IInsuranceFund.sol";
import {WadMath} from "../libraries/WadMath.sol";

/// @title InsuranceFund: see IInsuranceFund
/// @dev OpenZeppelin's ERC-4626 with the money elsewhere (SPEC-I1 to I8). What it overrides: where the assets are, which
/// shares may leave, and the supply that prices are taken at while nobody holds a share. Shares in escrow are the contract's
/// own balance, which is exactly the sum of all requests.
contract InsuranceFund is IInsuranceFund, ERC4626, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    uint8 private constant CASH = 0;
    uint256 private constant MAX_DECIMALS = 18;
    uint8 private constant OFFSET = 6;
    /// @dev A share costs one unit of the token less its offset at first.
    uint256 private constant SHARES_PER_UNIT = 10 ** uint256(OFFSET);
    /// @dev After a loss of everything the next deposit mints shares in plenty: far below what products can hold.
    uint256 private constant MAX_SUPPLY = type(uint240).max;
    /// @dev The clearinghouse keeps cash in so many bits.
    uint256 private constant MAX_CASH = uint256(uint128(type(int128).max));

    IClearinghouse public immutable clearinghouse;
    /// @inheritdoc IInsuranceFund
    address public constant LOCKED = address(0xdEaD);
    /// @dev What one raw unit of the token is in wad.
    uint256 private immutable _unit;

    // -- 5 + 5 = 10 bytes
    uint40 private _delaySec;
    uint40 private _windowSec;
    mapping(address owner => Request request) private _requests;

    /// @param clearinghouse_ Lists its cash token already.
    /// @param authority The AccessManager.
    constructor(
        IClearinghouse clearinghouse_,
        address authority,
        uint256 delaySec,
        uint256 windowSec
    )
        ERC20("Novate Insurance Fund", "nvIF")
        ERC4626(IERC20(clearinghouse_.assetInfo(CASH).token))
        AccessManaged(authority)
    {
        clearinghouse = clearinghouse_;
        IClearinghouseTypes.AssetInfo memory info = clearinghouse_.assetInfo(CASH);
        if (info.decimals > MAX_DECIMALS) revert TooManyDecimals(info.token, info.decimals, MAX_DECIMALS);
        _unit = 10 ** (MAX_DECIMALS - info.decimals);
        _setRedemption(delaySec, windowSec);
    }

    // ------------------------------------------------------------------------------------------------ staking

    /// @inheritdoc IInsuranceFund
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

    /// @inheritdoc IInsuranceFund
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

    /// @inheritdoc IInsuranceFund
    function fund(uint256 amountRaw) external nonReentrant {
        emit Funded(msg.sender, amountRaw);
        _transferIn(msg.sender, amountRaw);
    }

    // ------------------------------------------------------------------------------------------------ governance

    /// @inheritdoc IInsuranceFund
    function setRedemption(uint256 delaySec, uint256 windowSec) external restricted {
        _setRedemption(delaySec, windowSec);
    }

    // ------------------------------------------------------------------------------------------------ views

    /// @inheritdoc IERC4626
    function totalAssets() public view override(ERC4626, IERC4626) returns (uint256) {
        int256 cash = balance();
        return cash > 0 ? uint256(cash) / _unit : 0;
    }

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
        // cash that is lent out cannot be paid
        uint256 liquid = clearinghouse.assetInfo(CASH).recorded / _unit;
        uint256 shares = request.shares;
        return convertToAssets(shares) <= liquid ? shares : convertToShares(liquid);
    }

    /// @inheritdoc IInsuranceFund
    function requestOf(address owner) external view returns (Request memory) {
        return _requests[owner];
    }

    /// @inheritdoc IInsuranceFund
    function redemption() external view returns (uint256 delaySec, uint256 windowSec) {
        return (_delaySec, _windowSec);
    }

    /// @inheritdoc IInsuranceFund
    function account() public view returns (AccountId) {
        return toAccountId(address(this), 0);
    }

    /// @inheritdoc IInsuranceFund
    function balance() public view returns (int256) {
        return clearinghouse.cashOf(account());
    }

    // ------------------------------------------------------------------------------------------------ price

    function _decimalsOffset() internal pure override returns (uint8) {
        return OFFSET;
    }

    function _convertToShares(
        uint256 assets,
        Math.Rounding rounding
    ) internal view override returns (uint256) {
        (uint256 poolAssets, uint256 poolShares) = _pool();
        return Math.mulDiv(assets, poolShares, poolAssets, rounding);
    }

    function _convertToAssets(
        uint256 shares,
        Math.Rounding rounding
    ) internal view override returns (uint256) {
        (uint256 poolAssets, uint256 poolShares) = _pool();
        return Math.mulDiv(shares, poolAssets, poolShares, rounding);
    }

    /// @dev What a share's price is the quotient of, virtual ones included. While nobody holds a share the price is the first
    /// one: what the fund then has counts as shares already that the next deposit locks.
    function _pool() private view returns (uint256 assets, uint256 shares) {
        assets = totalAssets();
        shares = totalSupply();
        if (shares == 0) shares = assets * SHARES_PER_UNIT;
        return (assets + 1, shares + SHARES_PER_UNIT);
    }

    /// @dev What may come in for `receiver`, in both measures: within the clearinghouse's cap and MAX_SUPPLY.
    function _room(address receiver) private view returns (uint256 assets, uint256 shares) {
        IClearinghouseTypes.AssetInfo memory info = clearinghouse.assetInfo(CASH);
        int256 cash = balance();
        if (!info.enabled || cash < 0 || receiver == address(0) || receiver == address(this)) return (0, 0);
        uint256 most = WadMath.min(Math.saturatingSub(info.cap, info.recorded), MAX_CASH - uint256(cash));
        assets = most / _unit;
        (uint256 poolAssets, uint256 poolShares) = _pool();
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

    /// @dev Mints for what came in before anybody staked, at the price at which `_pool` counts it.
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
        _within("delaySec", delaySec, 1 days, 60 days);
        _within("windowSec", windowSec, 1 days, 30 days);
        (_delaySec, _windowSec) = (uint40(delaySec), uint40(windowSec));
        emit RedemptionSet(delaySec, windowSec);
    }

    function _within(string memory field, uint256 value, uint256 min, uint256 max) private pure {
        if (value < min || value > max) revert InvalidConfig(field, value, min, max);
    }
}
