// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ClearinghouseLedger} from "./ClearinghouseLedger.sol";
import {AccountHeader} from "./types/AccountHeader.sol";
import {AccountId} from "./types/AccountId.sol";
import {IClearinghouseTypes} from "./interfaces/IClearinghouseTypes.sol";
import {IPriceRouter} from "./interfaces/IPriceRouter.sol";
import {IRiskEngineCore} from "./interfaces/IRiskEngineCore.sol";
import {IRiskTypes} from "./interfaces/IRiskTypes.sol";
import {CashMarket} from "./markets/CashMarket.sol";

/// @title ClearinghouseMargin: the one check in which every action ends
abstract contract ClearinghouseMargin is ClearinghouseLedger {
    /// @dev Bytes of a `Loaded`, and from its start to its balances.
    uint256 private constant LOADED_SIZE = 0x260;
    uint256 private constant LOADED_SPOT = 0x1c0;
    uint256 private constant LOADED_OLD_SPOT = 0x1e0;

    /// @dev The two accounts of a trade or basket in memory, and whether each one's traded position grew.
    struct Sides {
        Loaded a;
        Loaded b;
        bool aGrew;
        bool bGrew;
    }

    /// @notice Two accounts to load into, as the only element of a list: a structure that a variable declares, or a function
    /// returns, is allocated and cleared field by field, and so is each one inside it.
    function _newSides() internal pure returns (Sides[] memory list) {
        assembly ("memory-safe") {
            list := mload(0x40)
            let sides := add(list, 0x40)
            let a := add(sides, 0x80)
            let b := add(a, LOADED_SIZE)
            let end := add(b, LOADED_SIZE)
            mstore(0x40, end)
            mstore(list, 1)
            mstore(add(list, 0x20), sides)
            // copying from past the end of calldata writes zeros
            calldatacopy(sides, calldatasize(), sub(end, sides))
            mstore(sides, a)
            mstore(add(sides, 0x20), b)
            // no balances: 0x60 is Solidity's empty array
            mstore(add(a, LOADED_SPOT), 0x60)
            mstore(add(a, LOADED_OLD_SPOT), 0x60)
            mstore(add(b, LOADED_SPOT), 0x60)
            mstore(add(b, LOADED_OLD_SPOT), 0x60)
        }
    }

    // ------------------------------------------------------------------------------------------------ the engine

    /// @dev Bytes of a `Margin`, and where the first one stands in the answer of `assess`.
    uint256 internal constant MARGIN_SIZE = 0xa0;
    uint256 private constant FIRST_MARGIN = 0x40;

    /// @notice The account's margin.
    /// @param before As in `_encode`.
    function _assess(
        Loaded memory loaded,
        bool before
    ) internal view returns (IRiskTypes.Margin memory margin) {
        uint256 request = _openRequest(IRiskEngineCore.assess.selector, 1, IRiskTypes.Stance.Adverse);
        _addPortfolio(request, 0, loaded, before);
        if (!_ask(request, FIRST_MARGIN + MARGIN_SIZE)) _bubble();
        _readMargin(margin, FIRST_MARGIN);
    }

    /// @notice Starts a call of the engine in free memory: `selector(Portfolio[] portfolios, Stance stance)`. Portfolios are
    /// encoded straight into it. Solidity would build each as a structure, then encode it, at several times the gas.
    /// @param count How many portfolios `_addPortfolio` is going to add.
    /// @return request Memory address.
    function _openRequest(
        bytes4 selector,
        uint256 count,
        IRiskTypes.Stance stance
    ) internal pure returns (uint256 request) {
        assembly ("memory-safe") {
            request := mload(0x40)
            mstore(request, shr(224, selector))
            mstore(add(request, 0x20), 0x40)
            mstore(add(request, 0x40), stance)
            mstore(add(request, 0x60), count)
            mstore(0x40, add(add(request, 0x80), shl(5, count)))
        }
    }

    /// @param i Its place among the portfolios.
    /// @param before As in `_encode`.
    function _addPortfolio(uint256 request, uint256 i, Loaded memory loaded, bool before) internal view {
        uint256 portfolio = _encode(loaded, before);
        assembly ("memory-safe") {
            let offsets := add(request, 0x80)
            mstore(add(offsets, shl(5, i)), sub(portfolio, offsets))
        }
    }

    /// @notice Sends a request, which ends where used memory ends.
    /// @param least The answer's size in bytes at least. Fewer count as a failure, as from an address without code.
    function _ask(uint256 request, uint256 least) internal view returns (bool ok) {
        address engine = address(_s.riskEngine);
        assembly ("memory-safe") {
            let start := add(request, 0x1c)
            ok := staticcall(gas(), engine, start, sub(mload(0x40), start), 0x00, 0x00)
            ok := and(ok, iszero(lt(returndatasize(), least)))
        }
    }

    /// @notice Reverts as the last call did.
    function _bubble() internal pure {
        assembly ("memory-safe") {
            let data := mload(0x40)
            returndatacopy(data, 0x00, returndatasize())
            revert(data, returndatasize())
        }
    }

    /// @dev Copies a margin out of the last call's answer. Encoded it looks as it does in memory.
    function _readMargin(IRiskTypes.Margin memory margin, uint256 position) internal pure {
        assembly ("memory-safe") {
            returndatacopy(margin, position, MARGIN_SIZE)
        }
    }

    // ------------------------------------------------------------------------------------------------ the checks

    /// @notice After a trade both accounts are above initial margin, or their risk fell (SPEC-M13).
    /// @param restricted Trading is paused or the market closed for new risk.
    function _checkTrade(Sides memory sides, bool restricted) internal view {
        uint256 request = _openRequest(IRiskEngineCore.assess.selector, 2, IRiskTypes.Stance.Adverse);
        _addPortfolio(request, 0, sides.a, false);
        _addPortfolio(request, 1, sides.b, false);
        if (!_ask(request, FIRST_MARGIN + 2 * MARGIN_SIZE)) _bubble();
        // both before either check, which may call the engine again
        IRiskTypes.Margin memory marginA;
        IRiskTypes.Margin memory marginB;
        _readMargin(marginA, FIRST_MARGIN);
        _readMargin(marginB, FIRST_MARGIN + MARGIN_SIZE);
        _checkSide(sides.a, marginA, sides.aGrew, restricted);
        _checkSide(sides.b, marginB, sides.bGrew, restricted);
    }

    function _checkSide(
        Loaded memory loaded,
        IRiskTypes.Margin memory margin,
        bool grew,
        bool restricted
    ) private view {
        if (grew && (restricted || margin.status != IPriceRouter.Status.Ok)) {
            revert IClearinghouseTypes.ReduceOnly(loaded.id, margin.status, restricted);
        }
        if (margin.equity < int256(margin.initialMargin)) _requireReduced(loaded, margin);
        if (loaded.flaggedAt != 0 && _provesHealth(margin)) loaded.flaggedAt = 0;
    }

    /// @notice An account below initial margin may only act if its initial margin falls and its health E / MM does not.
    /// @dev Where E < 0 this means that what it lacks falls with its risk. Otherwise an insolvent account could close at the
    /// mark against a friend, whose gain would be paid while the debt stays behind for others to bear (SPEC-M13, D1).
    function _requireReduced(Loaded memory loaded, IRiskTypes.Margin memory margin) internal view {
        IRiskTypes.Margin memory before = _assess(loaded, true);
        bool reduced =
            margin.initialMargin < before.initialMargin &&
                margin.equity * int256(before.maintenanceMargin) >=
                    before.equity * int256(margin.maintenanceMargin);
        if (!reduced)
            revert IClearinghouseTypes.BelowInitialMargin(loaded.id, margin.equity, margin.initialMargin);
    }

    /// @notice After a withdrawal what is left covers the initial margin without counting unrealised gains (SPEC-M12).
    function _checkWithdrawal(Loaded memory loaded) internal view {
        // neither positions nor debt: all of it is free, whatever the prices say
        if (loaded.count == 0 && loaded.cash >= 0) return;
        // borrowing more is adding risk
        bool restricted = _s.paused && loaded.cash < 0 && loaded.cash < loaded.oldCash;
        IRiskTypes.Margin memory margin = _assess(loaded, false);
        if (restricted || margin.status == IPriceRouter.Status.Stale) {
            revert IClearinghouseTypes.ReduceOnly(loaded.id, margin.status, restricted);
        }
        int256 gains = margin.unrealised > 0 ? margin.unrealised : int256(0);
        if (margin.equity - gains < int256(margin.initialMargin)) {
            revert IClearinghouseTypes.WithdrawalTooLarge(
                loaded.id,
                margin.equity,
                margin.initialMargin,
                margin.unrealised
            );
        }
    }

    /// @notice Clears a liquidation flag when health has returned. An account that cannot be assessed now keeps it:
    /// putting collateral in must never fail on a feed.
    /// @param header The account's.
    function _clearFlagIfHealthy(AccountId account, AccountHeader header) internal {
        if (header.flaggedAt() == 0) return;
        uint256 request = _openRequest(IRiskEngineCore.assess.selector, 1, IRiskTypes.Stance.Adverse);
        _addPortfolio(request, 0, _load(account, _cashIndex()), false);
        if (!_ask(request, FIRST_MARGIN + MARGIN_SIZE)) return;
        IRiskTypes.Margin memory margin;
        _readMargin(margin, FIRST_MARGIN);
        if (!_provesHealth(margin)) return;
        _s.accounts[account].header = header.withFlag(0);
        emit IClearinghouseTypes.FlagUpdated(account, 0);
    }

    /// @dev A stale price proves nothing.
    function _provesHealth(IRiskTypes.Margin memory margin) private pure returns (bool) {
        return
            margin.status != IPriceRouter.Status.Stale && margin.equity >= int256(margin.maintenanceMargin);
    }

    function _storeBoth(Sides memory sides, CashMarket.Index memory index) internal {
        CashMarket.Totals memory totals = CashMarket.unpack(_s.cashTotals);
        _store(sides.a, index, totals);
        _store(sides.b, index, totals);
        _storeCash(index, totals);
    }

    // ------------------------------------------------------------------------------------------------ authority

    function _isAuthorised(AccountId account, address caller, uint8 scopes) internal view returns (bool) {
        if (caller == account.owner()) return true;
        Operator memory approval = _s.operators[account][caller];
        return approval.scopes & scopes == scopes && block.timestamp <= approval.expirySec;
    }

    function _authorise(AccountId account, uint8 scopes) internal view {
        if (!_isAuthorised(account, msg.sender, scopes)) {
            revert IClearinghouseTypes.NotAuthorised(account, msg.sender, scopes);
        }
    }

    function _module(uint8 role) internal view returns (Module storage module) {
        module = _s.modules[msg.sender];
        if (module.state.roles() & role == 0) revert IClearinghouseTypes.NotModule(msg.sender, role);
    }
}
