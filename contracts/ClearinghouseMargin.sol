// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ClearinghouseLedger} from "./ClearinghouseLedger.sol";
import {AccountHeader} from "./types/AccountHeader.sol";
import {AccountId} from "./types/AccountId.sol";
import {Portfolio} from "./types/Portfolio.sol";
import {IClearinghouseTypes} from "./interfaces/IClearinghouseTypes.sol";
import {IPriceRouter} from "./interfaces/IPriceRouter.sol";
import {IRiskTypes} from "./interfaces/IRiskTypes.sol";
import {CashMarket} from "./markets/CashMarket.sol";

/// @title ClearinghouseMargin: the one check in which every action ends
abstract contract ClearinghouseMargin is ClearinghouseLedger {
    /// @dev The two accounts of a trade or basket in memory, and whether each one's traded position grew.
    struct Sides {
        Loaded a;
        Loaded b;
        bool aGrew;
        bool bGrew;
    }

    function _assess(Portfolio memory portfolio) internal view returns (IRiskTypes.Margin memory) {
        Portfolio[] memory portfolios = new Portfolio[](1);
        portfolios[0] = portfolio;
        return _s.riskEngine.assess(portfolios, IRiskTypes.Stance.Adverse)[0];
    }

    /// @notice After a trade both accounts are above initial margin, or their risk fell (SPEC-M13).
    /// @param restricted Trading is paused or the market closed for new risk.
    function _checkTrade(Sides memory sides, bool restricted) internal view {
        Portfolio[] memory portfolios = new Portfolio[](2);
        portfolios[0] = _portfolio(sides.a);
        portfolios[1] = _portfolio(sides.b);
        IRiskTypes.Margin[] memory margins = _s.riskEngine.assess(portfolios, IRiskTypes.Stance.Adverse);
        _checkSide(sides.a, margins[0], sides.aGrew, restricted);
        _checkSide(sides.b, margins[1], sides.bGrew, restricted);
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
    /// @dev Without equity there is no health to speak of: then the equity itself must not fall.
    function _requireReduced(Loaded memory loaded, IRiskTypes.Margin memory margin) internal view {
        IRiskTypes.Margin memory before = _assess(_portfolioBefore(loaded));
        bool reduced = margin.initialMargin < before.initialMargin;
        if (before.equity > 0) {
            reduced =
                reduced &&
                margin.equity * int256(before.maintenanceMargin) >=
                    before.equity * int256(margin.maintenanceMargin);
        } else {
            reduced = reduced && margin.equity >= before.equity;
        }
        if (!reduced)
            revert IClearinghouseTypes.BelowInitialMargin(loaded.id, margin.equity, margin.initialMargin);
    }

    /// @notice After a withdrawal what is left covers the initial margin without counting unrealised gains (SPEC-M12).
    function _checkWithdrawal(Loaded memory loaded) internal view {
        // neither positions nor debt: all of it is free, whatever the prices say
        if (loaded.count == 0 && loaded.cash >= 0) return;
        // borrowing more is adding risk
        bool restricted = _s.paused && loaded.cash < 0 && loaded.cash < loaded.oldCash;
        IRiskTypes.Margin memory margin = _assess(_portfolio(loaded));
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
    function _clearFlagIfHealthy(AccountId account) internal {
        AccountHeader header = _s.accounts[account].header;
        if (header.flaggedAt() == 0) return;
        Portfolio[] memory portfolios = new Portfolio[](1);
        portfolios[0] = _portfolio(_load(account, _cashIndex(), 0));
        try _s.riskEngine.assess(portfolios, IRiskTypes.Stance.Adverse) returns (
            IRiskTypes.Margin[] memory margins
        ) {
            if (!_provesHealth(margins[0])) return;
            _s.accounts[account].header = header.withFlag(0);
            emit IClearinghouseTypes.FlagUpdated(account, 0);
        } catch {}
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
