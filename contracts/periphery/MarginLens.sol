// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccountId} from "../types/AccountId.sol";
import {Portfolio} from "../types/Portfolio.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IClearinghouseTypes} from "../interfaces/IClearinghouseTypes.sol";
import {IMarginLens} from "../interfaces/IMarginLens.sol";
import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {IRiskEngine} from "../interfaces/IRiskEngine.sol";
import {IRiskTypes} from "../interfaces/IRiskTypes.sol";

/// @title MarginLens: see IMarginLens
contract MarginLens is IMarginLens {
    IClearinghouse public immutable clearinghouse;

    constructor(IClearinghouse clearinghouse_) {
        clearinghouse = clearinghouse_;
    }

    /// @inheritdoc IMarginLens
    function marginOf(AccountId account) external view returns (IRiskTypes.Report memory) {
        return clearinghouse.riskEngine().explain(clearinghouse.portfolioOf(account));
    }

    /// @inheritdoc IMarginLens
    function assessMany(AccountId[] calldata accounts) external view returns (Assessment[] memory results) {
        results = new Assessment[](accounts.length);
        for (uint256 i = 0; i < accounts.length; ++i) {
            Assessment memory result = results[i];
            result.account = accounts[i];
            (, , result.flaggedAt, ) = clearinghouse.accountInfo(accounts[i]);
            try clearinghouse.marginOf(accounts[i]) returns (IRiskTypes.Margin memory margin) {
                result.ok = true;
                result.margin = margin;
                result.state = _state(margin);
            } catch (bytes memory reason) {
                result.reason = reason;
            }
        }
    }

    /// @inheritdoc IMarginLens
    function healthAt(
        AccountId account,
        uint16 underlying,
        int256 shock
    ) external view returns (IRiskTypes.Margin memory margin, IRiskTypes.State state) {
        Portfolio memory portfolio = clearinghouse.portfolioOf(account);
        margin = clearinghouse.riskEngine().healthAt(portfolio, underlying, shock);
        state = _state(margin);
    }

    /// @inheritdoc IMarginLens
    function healthAtMany(HealthQuery[] calldata queries) external view returns (Health[] memory results) {
        results = new Health[](queries.length);
        IRiskEngine engine = clearinghouse.riskEngine();
        Portfolio memory portfolio;
        for (uint256 i = 0; i < queries.length; ++i) {
            HealthQuery calldata query = queries[i];
            if (i == 0 || query.account != queries[i - 1].account) {
                portfolio = clearinghouse.portfolioOf(query.account);
            }
            Health memory result = results[i];
            try engine.healthAt(portfolio, query.underlying, query.shock) returns (
                IRiskTypes.Margin memory margin
            ) {
                result.ok = true;
                result.margin = margin;
                result.state = _state(margin);
            } catch (bytes memory reason) {
                result.reason = reason;
            }
        }
    }

    /// @inheritdoc IMarginLens
    function portfoliosOf(
        AccountId[] calldata accounts
    ) external view returns (Portfolio[] memory portfolios) {
        portfolios = new Portfolio[](accounts.length);
        for (uint256 i = 0; i < accounts.length; ++i) {
            portfolios[i] = clearinghouse.portfolioOf(accounts[i]);
        }
    }

    /// @inheritdoc IMarginLens
    function withdrawableCash(AccountId account) external view returns (uint256) {
        Portfolio memory portfolio = clearinghouse.portfolioOf(account);
        if (portfolio.legs.length == 0 && portfolio.spot.length == 0) {
            return portfolio.cash > 0 ? uint256(portfolio.cash) : 0;
        }
        IRiskTypes.Margin memory margin = clearinghouse.marginOf(account);
        int256 gains = margin.unrealised > 0 ? margin.unrealised : int256(0);
        int256 free = margin.equity - gains - int256(margin.initialMargin);
        // without positions positive cash is free even where the prices say otherwise
        if (portfolio.legs.length == 0 && portfolio.cash > free) free = portfolio.cash;
        return free > 0 ? uint256(free) : 0;
    }

    /// @inheritdoc IMarginLens
    function markets() external view returns (MarketView[] memory views) {
        IRiskEngine engine = clearinghouse.riskEngine();
        IPriceRouter router = engine.router();
        uint16[] memory underlyings = router.underlyings();
        views = new MarketView[](underlyings.length);
        for (uint256 i = 0; i < underlyings.length; ++i) {
            MarketView memory market = views[i];
            market.underlying = underlyings[i];
            market.config = clearinghouse.perpConfig(underlyings[i]);
            market.state = clearinghouse.perpState(underlyings[i]);
            try router.priceOf(underlyings[i]) returns (IPriceRouter.Price memory price) {
                market.priced = true;
                market.price = price;
                market.perpMark = engine.perpMark(price.price, market.state.premium);
            } catch (bytes memory reason) {
                market.reason = reason;
            }
        }
    }

    /// @inheritdoc IMarginLens
    function assets() external view returns (IClearinghouseTypes.AssetInfo[] memory infos) {
        uint256 count = clearinghouse.assetCount();
        infos = new IClearinghouseTypes.AssetInfo[](count);
        for (uint256 i = 0; i < count; ++i) {
            infos[i] = clearinghouse.assetInfo(uint8(i));
        }
    }

    function _state(IRiskTypes.Margin memory margin) private pure returns (IRiskTypes.State) {
        if (margin.equity < 0) return IRiskTypes.State.Insolvent;
        if (margin.equity < int256(margin.maintenanceMargin)) return IRiskTypes.State.Liquidatable;
        if (margin.equity < int256(margin.initialMargin)) return IRiskTypes.State.AtRisk;
        return IRiskTypes.State.Healthy;
    }
}
