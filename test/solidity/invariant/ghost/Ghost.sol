// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {ICashPool} from "../../../../contracts/interfaces/ICashPool.sol";
import {IPriceRouter} from "../../../../contracts/interfaces/IPriceRouter.sol";
import {ISettlementTwap} from "../../../../contracts/interfaces/ISettlementTwap.sol";
import {ACCOUNTS, ASSETS, FIRST_DATED, INSURANCE, Parts} from "../Stage.sol";
import {GhostLiquidations} from "./GhostLiquidations.sol";
import {GhostMath} from "./GhostMath.sol";

/// @title Ghost: a second ledger that does what the protocol ought to do
/// @dev Its functions take the protocol's own calldata. One that reverts predicts that the protocol's reverts, with the same
/// data; one that does not has the state that the protocol must then have. It is called before the protocol is.
contract Ghost is GhostLiquidations {
    struct Request {
        uint256 shares;
        uint256 readyAt;
        uint256 lapsesAt;
    }

    mapping(address owner => uint256) public shares;
    mapping(address owner => Request) public requests;
    uint256 public supply;

    /// @dev Everything begins empty.
    constructor(Parts memory parts) {
        _enter(parts);
        (_cash.supplyIndex, _cash.borrowIndex, _cash.since) = (1e18, 1e18, block.timestamp);
        for (uint256 k = 0; k < FIRST_DATED; ++k) _perps[k].since = block.timestamp;
        for (uint256 a = 0; a < ASSETS; ++a) decimals[a] = house.assetInfo(uint8(a)).decimals;
        require(ids.length == ACCOUNTS, "a ghost knows every account");
    }

    // ------------------------------------------------------------------------------------------------ staking

    /// @dev SPEC-I2: one virtual unit against a million virtual shares, and what is nobody's counts as locked.
    function stake(address who, uint256 assets) external returns (uint256 minted) {
        (uint256 pool, uint256 all) = _pool();
        if (supply == 0) supply = _assets() * 1e6;
        minted = (assets * all) / pool;
        if (assets == 0) revert ICashPool.AmountZero();
        if (minted == 0) revert ICashPool.DepositTooSmall(assets, GhostMath.ceilOf(pool, all));
        (shares[who], supply) = (shares[who] + minted, supply + minted);
        _give(assets);
    }

    function fundInsurance(uint256 assets) external {
        if (assets == 0) revert ICashPool.AmountZero();
        _give(assets);
    }

    function requestRedeem(address who, uint256 amount) external {
        Request storage request = requests[who];
        if (request.shares + amount == 0) revert ICashPool.NothingRequested(who);
        shares[who] -= amount;
        request.shares += amount;
        (request.readyAt, request.lapsesAt) = (block.timestamp + 14 days, block.timestamp + 21 days);
    }

    function cancelRequest(address who) external {
        uint256 amount = requests[who].shares;
        if (amount == 0) revert ICashPool.NothingRequested(who);
        shares[who] += amount;
        delete requests[who];
    }

    function redeem(address who, uint256 amount) external returns (uint256 assets) {
        Request storage request = requests[who];
        if (request.shares == 0) revert ICashPool.NothingRequested(who);
        if (block.timestamp < request.readyAt)
            revert ICashPool.RequestNotReady(who, uint40(request.readyAt), block.timestamp);
        if (block.timestamp >= request.lapsesAt)
            revert ICashPool.RequestLapsed(who, uint40(request.lapsesAt), block.timestamp);
        (uint256 pool, uint256 all) = _pool();
        uint256 most = _redeemable(request.shares, pool, all);
        if (amount > most) revert ERC4626.ERC4626ExceededMaxRedeem(who, amount, most);
        assets = (amount * pool) / all;
        (request.shares, supply) = (request.shares - amount, supply - amount);
        if (assets == 0) return 0;
        _credit(INSURANCE, 0, -int256(_wadUp(0, assets)));
        recorded[0] -= _wadUp(0, assets);
    }

    /// @dev Cash that is lent out cannot be paid.
    function _redeemable(uint256 amount, uint256 pool, uint256 all) private view returns (uint256) {
        uint256 liquid = (recorded[0] * 10 ** decimals[0]) / 1e18;
        return (amount * pool) / all <= liquid ? amount : (liquid * all) / pool;
    }

    function _assets() private view returns (uint256) {
        return (insuranceCash() * 10 ** decimals[0]) / 1e18;
    }

    function _pool() private view returns (uint256 pool, uint256 all) {
        uint256 assets = _assets();
        return (assets + 1, (supply == 0 ? assets * 1e6 : supply) + 1e6);
    }

    function _give(uint256 assets) private {
        uint256 amount = _wadDown(0, assets);
        recorded[0] += amount;
        _credit(INSURANCE, 0, int256(amount));
    }

    // ------------------------------------------------------------------------------------------------ refusals

    function requirePriced(uint16 underlying) external view {
        engine.indexOf(underlying);
    }

    /// @notice What whoever lacks the role hears.
    function refuse(address caller) external pure {
        revert IAccessManaged.AccessManagedUnauthorized(caller);
    }

    /// @notice A settlement a day after the expiry, with nothing observed.
    function settleLate(uint16 underlying, uint40 expirySec) external view {
        if (block.timestamp <= expirySec) revert ISettlementTwap.NotExpired(block.timestamp, expirySec);
        uint256 price = twap.priceOf(underlying, expirySec);
        if (price != 0) revert ISettlementTwap.AlreadySettled(underlying, expirySec, price);
        uint256 fromSec = expirySec + 24 hours;
        if (block.timestamp < fromSec) revert ISettlementTwap.TooEarlyForLate(block.timestamp, fromSec);
        IPriceRouter.Status status = engine.indexOf(underlying).status;
        if (status != IPriceRouter.Status.Ok) revert ISettlementTwap.IndexNotOk(underlying, status);
    }

    /// @notice What anyone may do, and what nobody's balances hear of.
    function allow() external pure {}
}
