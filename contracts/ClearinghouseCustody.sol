// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ClearinghouseMargin} from "./ClearinghouseMargin.sol";
import {CASH, MAX_COLLATERALS, SCOPE_DEPOSIT} from "./ClearinghouseStorage.sol";
import {AccountHeader} from "./types/AccountHeader.sol";
import {AccountId} from "./types/AccountId.sol";
import {AssetConfig} from "./types/AssetConfig.sol";
import {AssetTotals, toAssetTotals} from "./types/AssetTotals.sol";
import {IClearinghouseTypes} from "./interfaces/IClearinghouseTypes.sol";
import {CashMarket} from "./markets/CashMarket.sol";
import {WadMath} from "./libraries/WadMath.sol";

/// @title ClearinghouseCustody: where tokens come in and go out, and where their decimals end
abstract contract ClearinghouseCustody is ClearinghouseMargin {
    using SafeERC20 for IERC20;

    function _asset(uint8 assetId) internal view returns (Asset storage asset, AssetConfig config) {
        asset = _s.assets[assetId];
        config = asset.config;
        if (AssetConfig.unwrap(config) == 0) revert IClearinghouseTypes.UnknownAsset(assetId);
    }

    // ------------------------------------------------------------------------------------------------ decimals

    /// @dev For more than 18 decimals the amount is first cut to what a wad can hold.
    function _toWad(
        uint256 amountRaw,
        uint256 decimals
    ) internal pure returns (uint256 amount, uint256 takenRaw) {
        if (amountRaw > type(uint128).max)
            revert IClearinghouseTypes.AmountTooLarge(amountRaw, type(uint128).max);
        unchecked {
            // amountRaw < 2**128 and 2 <= decimals <= 24
            if (decimals <= 18) {
                amount = amountRaw * 10 ** (18 - decimals);
                takenRaw = amountRaw;
            } else {
                amount = amountRaw / 10 ** (decimals - 18);
                takenRaw = amount * 10 ** (decimals - 18);
            }
        }
        if (amount == 0) revert IClearinghouseTypes.AmountZero();
        if (amount > type(uint128).max) revert IClearinghouseTypes.AmountTooLarge(amount, type(uint128).max);
    }

    function _rawToWadUp(uint256 amountRaw, uint256 decimals) internal pure returns (uint256 amount) {
        if (amountRaw > type(uint128).max)
            revert IClearinghouseTypes.AmountTooLarge(amountRaw, type(uint128).max);
        unchecked {
            // as in _toWad
            return
                decimals <= 18
                    ? amountRaw * 10 ** (18 - decimals)
                    : WadMath.divUpRaw(amountRaw, 10 ** (decimals - 18));
        }
    }

    /// @param amount Below 2**128, as everything recorded is.
    function _wadToRawUp(uint256 amount, uint256 decimals) internal pure returns (uint256) {
        unchecked {
            return
                decimals <= 18
                    ? WadMath.divUpRaw(amount, 10 ** (18 - decimals))
                    : amount * 10 ** (decimals - 18);
        }
    }

    /// @dev A wad amount rounded up to what whole raw units can hold. Below 2**128, as everything owed is.
    function _wholeUnitsUp(uint256 amount, uint256 decimals) internal pure returns (uint256) {
        if (decimals >= 18) return amount;
        unchecked {
            uint256 unit = 10 ** (18 - decimals);
            return WadMath.divUpRaw(amount, unit) * unit;
        }
    }

    // ------------------------------------------------------------------------------------------------ deposits

    /// @notice Takes tokens from the caller, who must be allowed to deposit, and credits the account with what arrived.
    function _deposit(AccountId account, uint8 assetId, uint256 amountRaw) internal {
        _authorise(account, SCOPE_DEPOSIT);
        (Asset storage asset, AssetConfig config) = _asset(assetId);
        (uint256 amount, uint256 takenRaw) = _toWad(amountRaw, config.decimals());
        AssetTotals totals = asset.totals;
        uint256 recorded = totals.recorded();
        uint256 total;
        unchecked {
            total = recorded + amount; // both below 2**128
        }
        if (!config.enabled() || total > totals.cap()) _requireRepayment(account, assetId, amount, total);

        _pull(IERC20(config.token()), takenRaw, recorded, config.decimals());
        asset.totals = toAssetTotals(total, totals.cap());
        AccountHeader header = _credit(account, assetId, int256(amount));
        emit IClearinghouseTypes.Deposited(account, assetId, msg.sender, takenRaw);
        _clearFlagIfHealthy(account, header);
    }

    /// @dev What an account owes may be paid back whatever is closed and capped, up to the token's next whole unit.
    function _requireRepayment(AccountId account, uint8 assetId, uint256 amount, uint256 total) private view {
        (Asset storage asset, AssetConfig config) = _asset(assetId);
        int256 cash = CashMarket.toCash(_cashIndex(), _s.accounts[account].header.cashPrincipal());
        bool repays =
            assetId == CASH &&
                cash < 0 &&
                amount <= _wholeUnitsUp(uint256(-cash), config.decimals()) &&
                total <= type(uint128).max;
        if (repays) return;
        if (!config.enabled()) revert IClearinghouseTypes.AssetDisabled(assetId);
        revert IClearinghouseTypes.DepositCapExceeded(assetId, asset.totals.cap(), total);
    }

    // ------------------------------------------------------------------------------------------------ tokens

    /// @dev This contract's balance. Fails with the token's own error, or with ours where it gives none.
    function _balanceOf(IERC20 token) private view returns (uint256 held) {
        uint256 selector = uint256(uint32(IERC20.balanceOf.selector));
        bool ok;
        assembly ("memory-safe") {
            mstore(0x00, selector)
            mstore(0x20, address())
            ok := staticcall(gas(), token, 0x1c, 0x24, 0x00, 0x20)
            ok := and(ok, gt(returndatasize(), 0x1f))
            held := mload(0x00)
        }
        if (!ok) _failOf(token);
    }

    /// @dev An answer that is too short, as from an address without code, says nothing either.
    function _failOf(IERC20 token) private pure {
        uint256 size;
        assembly ("memory-safe") {
            size := returndatasize()
        }
        if (size < 4) revert IClearinghouseTypes.TokenNotAnswering(address(token));
        _bubble();
    }

    /// @dev How far a balance moved in the expected direction; 0 where it moved in the other.
    function _moved(uint256 from, uint256 to) private pure returns (uint256) {
        unchecked {
            return to > from ? to - from : 0;
        }
    }

    /// @dev This contract's balance, which must cover what is recorded: where a token shrank by itself nobody comes in, and
    /// nobody leaves ahead of the others.
    function _backedBalance(
        IERC20 token,
        uint256 recorded,
        uint256 decimals
    ) private view returns (uint256 balance) {
        balance = _balanceOf(token);
        uint256 recordedRaw = _wadToRawUp(recorded, decimals);
        if (balance < recordedRaw) {
            revert IClearinghouseTypes.LedgerMismatch(address(token), recordedRaw, balance);
        }
    }

    /// @notice Takes tokens from the caller and makes sure that exactly as many arrived.
    function _pull(IERC20 token, uint256 amountRaw, uint256 recorded, uint256 decimals) internal {
        uint256 balance = _backedBalance(token, recorded, decimals);
        token.safeTransferFrom(msg.sender, address(this), amountRaw);
        uint256 received = _moved(balance, _balanceOf(token));
        if (received != amountRaw) {
            revert IClearinghouseTypes.TransferAmountMismatch(address(token), amountRaw, received);
        }
    }

    /// @notice Sends tokens and makes sure that exactly as many left.
    function _push(IERC20 token, address to, uint256 amountRaw, uint256 recorded, uint256 decimals) internal {
        uint256 balance = _backedBalance(token, recorded, decimals);
        token.safeTransfer(to, amountRaw);
        uint256 left = _moved(_balanceOf(token), balance);
        if (left != amountRaw)
            revert IClearinghouseTypes.TransferAmountMismatch(address(token), amountRaw, left);
    }

    // ------------------------------------------------------------------------------------------------ ledger

    /// @notice Adds to (or takes from, where negative and covered) a balance without loading positions.
    /// @return header The account's afterwards.
    function _credit(
        AccountId account,
        uint8 assetId,
        int256 amount
    ) internal returns (AccountHeader header) {
        if (assetId == CASH) return _creditCash(account, amount);
        Account storage entry = _s.accounts[account];
        uint256 balance = uint256(entry.collateral[assetId]) + uint256(amount);
        if (balance > type(uint128).max)
            revert IClearinghouseTypes.AmountTooLarge(balance, type(uint128).max);
        header = entry.header;
        if (balance == uint256(amount)) {
            uint256 mask = header.collateralMask() | (1 << assetId);
            if (_popCount(mask) > MAX_COLLATERALS) {
                revert IClearinghouseTypes.TooManyCollaterals(account, MAX_COLLATERALS);
            }
            header = header.withMask(mask);
            entry.header = header;
        }
        entry.collateral[assetId] = uint128(balance);
        emit IClearinghouseTypes.CollateralUpdated(account, assetId, balance);
    }

    function _creditCash(AccountId account, int256 amount) private returns (AccountHeader header) {
        Account storage entry = _s.accounts[account];
        header = entry.header;
        int256 oldPrincipal = header.cashPrincipal();
        CashMarket.TotalsWord word = _s.cashTotals;
        int256 principal;
        if (CashMarket.isIdle(word) && amount > 0) {
            // nobody borrows, so that the account has no debt, nothing accrues, and no rate is going to change
            principal = CashMarket.lent(_s.cashIndex, oldPrincipal, amount);
            _s.cashTotals = CashMarket.replaceSupply(word, oldPrincipal, principal);
        } else {
            CashMarket.Index memory index = _cashIndex();
            CashMarket.Totals memory totals = CashMarket.unpack(word);
            principal = CashMarket.toPrincipal(index, CashMarket.toCash(index, oldPrincipal) + amount);
            CashMarket.replace(totals, oldPrincipal, principal);
            _storeCash(index, totals);
        }
        _requirePrincipal(principal);
        header = header.withCash(principal);
        entry.header = header;
        emit IClearinghouseTypes.CashUpdated(account, principal);
    }

    /// @notice Takes from an account and makes sure that it may: the end of withdrawals and transfers.
    function _take(AccountId account, uint8 assetId, uint256 amount) internal {
        CashMarket.Index memory index = _cashIndex();
        Loaded memory loaded;
        _loadForAction(loaded, account, index, 0, 0);
        if (assetId == CASH) loaded.cash -= int256(amount);
        else _applySpot(loaded, assetId, -int256(amount));
        _checkWithdrawal(loaded);
        CashMarket.Totals memory totals = CashMarket.unpack(_s.cashTotals);
        _store(loaded, index, totals);
        if (assetId == CASH) _storeCash(index, totals);
    }

    /// @notice Takes cash out of the insurance account; it never goes into debt.
    function _debitInsurance(uint256 amount) internal {
        AccountId insurance = _s.insuranceAccount;
        int256 cash = CashMarket.toCash(_cashIndex(), _s.accounts[insurance].header.cashPrincipal());
        if (cash < int256(amount)) {
            revert IClearinghouseTypes.InsufficientBalance(
                insurance,
                CASH,
                cash < 0 ? 0 : uint256(cash),
                amount
            );
        }
        _credit(insurance, CASH, -int256(amount));
    }

    /// @dev What the insurance account can pay for an account; for its own it does not pay.
    function _insured(AccountId account) internal view returns (uint256) {
        AccountId insurance = _s.insuranceAccount;
        if (insurance == account) return 0;
        int256 cash = CashMarket.toCash(_cashIndex(), _s.accounts[insurance].header.cashPrincipal());
        return cash > 0 ? uint256(cash) : 0;
    }

    function _popCount(uint256 mask) private pure returns (uint256 count) {
        for (; mask != 0; mask &= mask - 1) ++count;
    }
}
