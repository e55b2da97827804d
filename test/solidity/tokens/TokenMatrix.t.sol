// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ICashPool} from "../../../contracts/interfaces/ICashPool.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";
import {InsuranceFund} from "../../../contracts/liquidation/InsuranceFund.sol";
import {MockERC20} from "../../../contracts/mocks/MockERC20.sol";
import {Stack} from "../helpers/Stack.sol";
import {AdverseTokenFactory} from "./AdverseTokenFactory.sol";
import {
    ArmedToken,
    BlocklistToken,
    DoubleEntryToken,
    MaxIsBalanceToken,
    PausableToken
} from "./AdverseTokens.sol";

/// @dev Each case of tokens.json as collateral and as the cash that the insurance fund holds: what it says is what happens,
/// `exact` meaning that ledger and token moved by the very amount asked for.
contract TokenMatrixTest is Stack, AdverseTokenFactory {
    uint8 private constant ID = 3;

    string private _json;

    function setUp() public override {
        super.setUp();
        _json = vm.readFile("test/solidity/tokens/tokens.json");
        fund(bobId, USDC_ID, 1_000_000e6);
        fund(keeperId, USDC_ID, 1_000_000e6);
    }

    function _notAToken() internal view override returns (address) {
        return address(lens);
    }

    function test_Collateral() public {
        string[] memory names = vm.parseJsonStringArray(_json, ".names");
        assertGe(names.length, 35);
        uint256 clean = vm.snapshotState();
        for (uint256 i = 0; i < names.length; ++i) {
            _collateral(i, names[i]);
            vm.revertToState(clean);
            clean = vm.snapshotState();
        }
    }

    function test_Insurance() public {
        string[] memory names = vm.parseJsonStringArray(_json, ".names");
        uint256 clean = vm.snapshotState();
        for (uint256 i = 0; i < names.length; ++i) {
            if (!_isNone(i, "stake")) _insurance(i, names[i]);
            vm.revertToState(clean);
            clean = vm.snapshotState();
        }
    }

    // ------------------------------------------------------------------------------------------------ what is said

    function _said(uint256 i, string memory field) private view returns (string memory) {
        return vm.parseJsonString(_json, string.concat(".cases[", vm.toString(i), "].", field));
    }

    function _isNone(uint256 i, string memory field) private view returns (bool) {
        return keccak256(bytes(_said(i, field))) == keccak256("-");
    }

    function _check(uint256 i, string memory field, string memory seen) private view {
        assertEq(seen, _said(i, field), string.concat(_said(i, "name"), ": ", field));
    }

    /// @dev `exact`, the error's name, or what it cannot name.
    function _outcome(bool ok, bytes memory answer) private pure returns (string memory) {
        if (ok) return "exact";
        bytes4 selector = bytes4(answer);
        if (selector == IClearinghouseTypes.TransferAmountMismatch.selector) return "TransferAmountMismatch";
        if (selector == IClearinghouseTypes.LedgerMismatch.selector) return "LedgerMismatch";
        if (selector == IClearinghouseTypes.TokenNotAnswering.selector) return "TokenNotAnswering";
        if (selector == IClearinghouseTypes.InvalidConfig.selector) return "InvalidConfig";
        if (selector == IClearinghouseTypes.NotAContract.selector) return "NotAContract";
        if (selector == ICashPool.TooManyDecimals.selector) return "TooManyDecimals";
        if (selector == SafeERC20.SafeERC20FailedOperation.selector) return "SafeERC20FailedOperation";
        if (selector == BlocklistToken.Blocked.selector) return "Blocked";
        if (selector == PausableToken.TokenIsPaused.selector) return "TokenIsPaused";
        if (selector == MaxIsBalanceToken.BadAmount.selector) return "BadAmount";
        return string.concat("no clear error: ", vm.toString(answer));
    }

    // ------------------------------------------------------------------------------------------------ collateral

    function _collateral(uint256 i, string memory name) private {
        address token = _make(name);
        bytes memory list = abi.encodeCall(house.setAsset, (ID, token, ETH, true, type(uint128).max));
        (bool ok, bytes memory answer) = address(house).call(list);
        _check(i, "listing", _outcome(ok, answer));
        if (!ok) {
            assertTrue(_isNone(i, "deposit"));
            return;
        }
        _provide(token, address(house), name);
        uint256 raw = 10 * 10 ** house.assetInfo(ID).decimals;
        string memory seen = _deposit(token, raw);
        _check(i, "deposit", seen);
        if (_isNone(i, "later")) return;
        _arm(token, address(house), name);

        uint256 armed = vm.snapshotState();
        _check(i, "later", _deposit(token, raw));
        vm.revertToState(armed);
        armed = vm.snapshotState();
        _check(i, "withdraw", _withdraw(token, raw / 5));
        vm.revertToState(armed);
        _check(i, "liquidation", _liquidation(token));
    }

    /// @dev Alice gets some and lets `spender` take it.
    function _provide(address token, address spender, string memory name) private {
        MockERC20(token).mint(alice, 1_000_000 * 10 ** MockERC20(token).decimals());
        _approve(token, spender);
        bytes32 key = keccak256(bytes(name));
        if (key == keccak256("huge-balances")) MockERC20(token).mint(address(house), 1 << 255);
        if (key == keccak256("double-entry")) {
            address second = address(DoubleEntryToken(token).second());
            house.setAsset(ID + 1, second, ETH, true, type(uint128).max);
            vm.prank(alice);
            house.deposit(aliceId, ID + 1, 1e18);
        }
    }

    function _approve(address token, address spender) private {
        vm.prank(alice);
        (bool ok, ) = token.call(
            abi.encodeWithSignature("approve(address,uint256)", spender, type(uint256).max)
        );
        assertTrue(ok);
    }

    /// @dev Tokens that are always the same have nothing to arm.
    function _arm(address token, address holder, string memory name) private {
        bytes32 key = keccak256(bytes(name));
        if (key == keccak256("blocks-receiver")) BlocklistToken(token).block_(alice);
        if (key == keccak256("blocks-clearinghouse")) BlocklistToken(token).block_(holder);
        (bool ok, ) = token.call(abi.encodeCall(ArmedToken.arm, ()));
        ok;
    }

    function _deposit(address token, uint256 raw) private returns (string memory seen) {
        (uint256 credited, uint256 recorded) = (house.collateralOf(aliceId, ID), _recorded(house, ID));
        (bool known, uint256 held) = _heldBy(token, address(house));
        vm.prank(alice);
        (bool ok, bytes memory answer) = address(house).call(
            abi.encodeCall(house.deposit, (aliceId, ID, raw))
        );
        uint256 amount = ok ? 10e18 : 0;
        assertEq(house.collateralOf(aliceId, ID) - credited, amount, "credited");
        assertEq(_recorded(house, ID) - recorded, amount, "recorded");
        if (known) assertEq(_heldNow(token, address(house)) - held, ok ? raw : 0, "held");
        return _outcome(ok, answer);
    }

    function _withdraw(address token, uint256 raw) private returns (string memory) {
        (uint256 credited, uint256 recorded) = (house.collateralOf(aliceId, ID), _recorded(house, ID));
        (bool known, uint256 held) = _heldBy(token, address(house));
        vm.prank(alice);
        (bool ok, bytes memory answer) = address(house).call(
            abi.encodeCall(house.withdraw, (aliceId, ID, raw, alice))
        );
        uint256 amount = ok ? 2e18 : 0;
        assertEq(credited - house.collateralOf(aliceId, ID), amount, "taken");
        assertEq(recorded - _recorded(house, ID), amount, "recorded");
        if (known) assertEq(held - _heldNow(token, address(house)), ok ? raw : 0, "held");
        return _outcome(ok, answer);
    }

    /// @dev Alice borrows against it, it falls, the keeper takes some over: no token moves, whatever the token has become.
    function _liquidation(address token) private returns (string memory) {
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, 25_000e6, alice);
        // what she holds by a second entry counts as well
        setPrice(ETH, house.collateralOf(aliceId, ID + 1) == 0 ? 2_950e18 : 2_690e18);
        uint256 credited = house.collateralOf(aliceId, ID);
        uint256 recorded = _recorded(house, ID);
        (bool known, uint256 held) = _heldBy(token, address(house));
        ILiquidator.Quote memory terms = liquidate(aliceId);
        assertGt(terms.relief, 0);
        uint256 taken = house.collateralOf(keeperId, ID);
        assertGt(taken, 0, "taken over");
        assertEq(house.collateralOf(aliceId, ID) + taken, credited, "conserved");
        assertEq(_recorded(house, ID), recorded, "recorded");
        if (known) assertEq(_heldNow(token, address(house)), held, "held");
        return "exact";
    }

    // ------------------------------------------------------------------------------------------------ insurance

    /// @dev Another clearinghouse, with the token as its cash.
    function _insurance(uint256 i, string memory name) private {
        address token = _make(name);
        IClearinghouse other = _deployHouse();
        other.setRiskEngine(engine);
        other.setAsset(USDC_ID, token, 0, true, type(uint128).max);
        InsuranceFund pool;
        try new InsuranceFund(other, address(manager), 14 days, 7 days) returns (InsuranceFund made) {
            pool = made;
        } catch (bytes memory reason) {
            _check(i, "stake", _outcome(false, reason));
            return;
        }
        MockERC20(token).mint(alice, 1_000_000 * 10 ** MockERC20(token).decimals());
        _approve(token, address(pool));
        if (keccak256(bytes(name)) == keccak256("huge-balances")) {
            MockERC20(token).mint(address(other), 1 << 255);
        }
        uint256 raw = 1_000 * 10 ** other.assetInfo(USDC_ID).decimals;
        _check(i, "stake", _stake(pool, other, token, raw));
        if (_isNone(i, "redeem")) return;
        // once more: approvals must not be in the way
        vm.prank(alice);
        pool.deposit(raw, alice);
        uint256 shares = pool.balanceOf(alice) / 2;
        vm.prank(alice);
        pool.requestRedeem(shares);
        vm.warp(block.timestamp + 14 days);
        _arm(token, address(other), name);
        _check(i, "redeem", _redeem(pool, other, token, shares));
    }

    function _stake(
        InsuranceFund pool,
        IClearinghouse other,
        address token,
        uint256 raw
    ) private returns (string memory) {
        (bool known, uint256 held) = _heldBy(token, address(other));
        vm.prank(alice);
        (bool ok, bytes memory answer) = address(pool).call(abi.encodeCall(pool.deposit, (raw, alice)));
        assertEq(pool.balance(), ok ? int256(1_000e18) : int256(0), "cash");
        assertEq(pool.totalAssets(), ok ? raw : 0, "assets");
        if (known) assertEq(_heldNow(token, address(other)) - held, ok ? raw : 0, "held");
        return _outcome(ok, answer);
    }

    function _redeem(
        InsuranceFund pool,
        IClearinghouse other,
        address token,
        uint256 shares
    ) private returns (string memory) {
        uint256 assets = pool.previewRedeem(shares);
        uint256 pooled = pool.totalAssets();
        (bool known, uint256 held) = _heldBy(token, address(other));
        vm.prank(alice);
        (bool ok, bytes memory answer) = address(pool).call(
            abi.encodeCall(pool.redeem, (shares, alice, alice))
        );
        assertEq(pooled - pool.totalAssets(), ok ? assets : 0, "assets");
        assertEq(pool.requestOf(alice).shares, ok ? 0 : shares, "escrow");
        if (known) assertEq(held - _heldNow(token, address(other)), ok ? assets : 0, "held");
        return _outcome(ok, answer);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _recorded(IClearinghouse where, uint8 assetId) private view returns (uint256) {
        return where.assetInfo(assetId).recorded;
    }

    /// @dev Where a token still tells.
    function _heldBy(address token, address holder) private view returns (bool known, uint256 held) {
        bytes memory answer;
        (known, answer) = token.staticcall(abi.encodeCall(MockERC20(token).balanceOf, (holder)));
        known = known && answer.length == 32;
        if (known) held = abi.decode(answer, (uint256));
    }

    function _heldNow(address token, address holder) private view returns (uint256 held) {
        (, held) = _heldBy(token, holder);
    }
}
