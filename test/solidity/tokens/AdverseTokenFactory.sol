// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MockERC20} from "../../../contracts/mocks/MockERC20.sol";
import {NoReturnToken} from "../../../contracts/mocks/WeirdTokens.sol";
import "./AdverseTokens.sol" as T;

/// @dev The token of each case of tokens.json, by its name.
abstract contract AdverseTokenFactory {
    error NoSuchCase(string name);

    /// @dev Something with code that is no token.
    function _notAToken() internal view virtual returns (address);

    function _make(string memory name) internal returns (address token) {
        bytes32 key = keccak256(bytes(name));
        token = _makeDecimals(key);
        if (token == address(0)) token = _makeAmounts(key);
        if (token == address(0)) token = _makeAnswers(key);
        if (token == address(0)) token = _makeRefusing(key);
        if (token == address(0)) revert NoSuchCase(name);
    }

    function _makeDecimals(bytes32 key) private returns (address) {
        if (key == keccak256("plain-2")) return address(new MockERC20("T", "T", 2));
        if (key == keccak256("plain-6")) return address(new MockERC20("T", "T", 6));
        if (key == keccak256("plain-8")) return address(new MockERC20("T", "T", 8));
        if (key == keccak256("plain-18")) return address(new MockERC20("T", "T", 18));
        if (key == keccak256("plain-24")) return address(new MockERC20("T", "T", 24));
        if (key == keccak256("decimals-0")) return address(new MockERC20("T", "T", 0));
        if (key == keccak256("decimals-36")) return address(new MockERC20("T", "T", 36));
        if (key == keccak256("decimals-revert")) return address(new T.NoDecimalsToken());
        if (key == keccak256("decimals-wide")) return address(new T.WideDecimalsToken());
        if (key == keccak256("decimals-shift")) return address(new T.ShiftingDecimalsToken(6));
        if (key == keccak256("no-code")) return address(0xC0DE1E55);
        if (key == keccak256("not-a-token")) return _notAToken();
        return address(0);
    }

    function _makeAmounts(bytes32 key) private returns (address) {
        if (key == keccak256("fee")) return address(new T.FeeToken(18, true));
        if (key == keccak256("fee-later")) return address(new T.FeeToken(18, false));
        if (key == keccak256("surcharge-later")) return address(new T.SurchargeToken(18));
        if (key == keccak256("rebase-down")) return address(new T.ElasticToken(18, 0.5e18));
        if (key == keccak256("rebase-up")) return address(new T.ElasticToken(18, 2e18));
        if (key == keccak256("idle")) return address(new T.IdleToken(18, true));
        if (key == keccak256("idle-later")) return address(new T.IdleToken(18, false));
        if (key == keccak256("backward-later")) return address(new T.BackwardToken(18));
        if (key == keccak256("huge-balances")) return address(new MockERC20("T", "T", 18));
        if (key == keccak256("max-is-balance")) return address(new T.MaxIsBalanceToken(18));
        if (key == keccak256("flash")) return address(new T.FlashToken(18));
        return address(0);
    }

    function _makeAnswers(bytes32 key) private returns (address) {
        if (key == keccak256("no-return")) return address(new NoReturnToken(6));
        if (key == keccak256("false")) return address(new T.SaysFalseToken(18, true));
        if (key == keccak256("false-later")) return address(new T.SaysFalseToken(18, false));
        if (key == keccak256("returns-two")) return address(new T.ReturnsTwoToken(18));
        if (key == keccak256("silent-later")) return address(new T.SilentToken(18));
        if (key == keccak256("forgetful-later")) return address(new T.ForgetfulToken(18));
        if (key == keccak256("word-symbol")) return address(new T.WordSymbolToken(18));
        if (key == keccak256("double-entry")) return address(new T.DoubleEntryToken(18));
        return address(0);
    }

    function _makeRefusing(bytes32 key) private returns (address) {
        if (key == keccak256("no-zero-transfer")) return address(new T.NoZeroTransferToken(18));
        if (key == keccak256("no-zero-approve")) return address(new T.NoZeroApproveToken(18));
        if (key == keccak256("approve-race")) return address(new T.ApproveRaceToken(18));
        if (key == keccak256("blocks-receiver")) return address(new T.BlocklistToken(18));
        if (key == keccak256("blocks-clearinghouse")) return address(new T.BlocklistToken(18));
        if (key == keccak256("paused")) return address(new T.PausableToken(18));
        if (key == keccak256("hooks")) return address(new T.HookedToken(18));
        return address(0);
    }
}
