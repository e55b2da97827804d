// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Test} from "./Test.sol";
import {Clearinghouse} from "../../../contracts/Clearinghouse.sol";
import {ClearinghouseExt} from "../../../contracts/ClearinghouseExt.sol";
import {AccountId, toAccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, perpId} from "../../../contracts/types/InstrumentId.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskEngine} from "../../../contracts/interfaces/IRiskEngine.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {RateModel} from "../../../contracts/types/RateModel.sol";
import {ClearinghouseDeleveraging} from "../../../contracts/liquidation/ClearinghouseDeleveraging.sol";
import {ClearinghouseLiquidation} from "../../../contracts/liquidation/ClearinghouseLiquidation.sol";
import {InsuranceFund} from "../../../contracts/liquidation/InsuranceFund.sol";
import {Liquidator} from "../../../contracts/liquidation/Liquidator.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {MockERC20} from "../../../contracts/mocks/MockERC20.sol";
import {PriceRouter} from "../../../contracts/oracle/PriceRouter.sol";
import {MarginLens} from "../../../contracts/periphery/MarginLens.sol";
import {Presets} from "../../../contracts/risk/Presets.sol";
import {ISettlementTwap} from "../../../contracts/interfaces/ISettlementTwap.sol";
import {IVolSurface} from "../../../contracts/interfaces/IVolSurface.sol";
import {FixedSurfaces} from "../risk/FixedSurfaces.sol";
import {RiskDeployer} from "./RiskDeployer.sol";

/// @dev The whole protocol with real contracts: USDC (cash), WETH and WBTC as collateral, ETH and BTC perps. The test is
/// the admin and also a venue, so that it can trade without signatures at any price inside the band.
abstract contract Stack is Test {
    uint16 internal constant BTC = 1;
    uint16 internal constant ETH = 2;
    uint8 internal constant USDC_ID = 0;
    uint8 internal constant WETH_ID = 1;
    uint8 internal constant WBTC_ID = 2;
    uint256 internal constant BTC_PRICE = 100_000e18;
    uint256 internal constant ETH_PRICE = 4_000e18;

    AccessManager internal manager;
    PriceRouter internal router;
    FixedSurfaces internal surfaces;
    IRiskEngine internal engine;
    IClearinghouse internal house;
    Liquidator internal liquidator;
    InsuranceFund internal insurance;
    MarginLens internal lens;
    MockERC20 internal usdc;
    MockERC20 internal weth;
    MockERC20 internal wbtc;
    MockAggregator internal btcFeed;
    MockAggregator internal ethFeed;
    InstrumentId internal btcPerp;
    InstrumentId internal ethPerp;

    address internal alice;
    address internal bob;
    address internal carol;
    address internal keeper;
    AccountId internal aliceId;
    AccountId internal bobId;
    AccountId internal carolId;
    AccountId internal keeperId;

    function setUp() public virtual {
        vm.warp(1_770_000_000);
        manager = new AccessManager(address(this));
        _deployPrices();
        surfaces = new FixedSurfaces();
        engine = RiskDeployer.deploy(
            address(manager),
            router,
            IVolSurface(address(surfaces)),
            ISettlementTwap(address(surfaces))
        );
        engine.setProfile(0, Presets.portfolio());
        engine.setProfile(1, Presets.standard());
        house = _deployHouse();
        house.setRiskEngine(engine);
        liquidator = new Liquidator(house, address(manager), 100e18, 5e18);
        lens = new MarginLens(house);
        _wire();
        _people();
    }

    function _deployHouse() internal returns (IClearinghouse) {
        address extension = address(new ClearinghouseExt(address(manager)));
        address liquidation = address(new ClearinghouseLiquidation(address(manager)));
        address losses = address(new ClearinghouseDeleveraging(address(manager)));
        RateModel memory model = RateModel(0, 0.04e18, 0.6e18, 0.8e18, 0.1e18);
        return
            IClearinghouse(
                address(new Clearinghouse(address(manager), extension, liquidation, losses, model))
            );
    }

    function _deployPrices() private {
        btcFeed = new MockAggregator("BTC / USD", 8, int256(BTC_PRICE / 1e10));
        ethFeed = new MockAggregator("ETH / USD", 8, int256(ETH_PRICE / 1e10));
        router = new PriceRouter(address(manager), address(0), 0);
        router.setSources(BTC, chainlink(address(btcFeed), 100e18, 10_000_000e18), none(), 0);
        router.setSources(ETH, chainlink(address(ethFeed), 1e18, 1_000_000e18), none(), 0);
    }

    function _wire() private {
        usdc = new MockERC20("USD Coin", "USDC", cashDecimals());
        weth = new MockERC20("Wrapped Ether", "WETH", 18);
        wbtc = new MockERC20("Wrapped Bitcoin", "WBTC", 8);
        house.setAsset(USDC_ID, address(usdc), 0, true, 1e30);
        insurance = new InsuranceFund(house, address(manager), 14 days, 7 days);
        house.setAsset(WETH_ID, address(weth), ETH, true, 1e30);
        house.setAsset(WBTC_ID, address(wbtc), BTC, true, 1e30);
        house.setPerp(BTC, IClearinghouseTypes.PerpConfig(true, 100_000e18, 10_000_000, 500, 0, 0));
        house.setPerp(ETH, IClearinghouseTypes.PerpConfig(true, 1_000_000e18, 10_000_000, 500, 0, 0));
        house.setInsuranceAccount(insurance.account());
        house.setModule(address(liquidator), 2, 0, AccountId.wrap(0));
        house.setModule(address(this), 1, 5_000, toAccountId(address(this), 0));
        btcPerp = perpId(BTC);
        ethPerp = perpId(ETH);
    }

    function cashDecimals() internal pure virtual returns (uint8) {
        return 6;
    }

    function _people() private {
        (alice, aliceId) = person("alice");
        (bob, bobId) = person("bob");
        (carol, carolId) = person("carol");
        (keeper, keeperId) = person("keeper");
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function person(string memory name) internal returns (address who, AccountId id) {
        who = makeAddr(name);
        id = toAccountId(who, 0);
        vm.startPrank(who);
        usdc.approve(address(house), type(uint256).max);
        weth.approve(address(house), type(uint256).max);
        wbtc.approve(address(house), type(uint256).max);
        vm.stopPrank();
    }

    function chainlink(
        address feed,
        uint256 min,
        uint256 max
    ) internal pure returns (IPriceRouter.SourceConfig memory) {
        return IPriceRouter.SourceConfig(IPriceRouter.SourceKind.Chainlink, feed, 0, 1 days, min, max, 0);
    }

    function none() internal pure returns (IPriceRouter.SourceConfig memory source) {}

    /// @dev Mints and deposits; `amountRaw` in the token's decimals.
    function fund(AccountId account, uint8 assetId, uint256 amountRaw) internal {
        MockERC20 token = MockERC20(house.assetInfo(assetId).token);
        token.mint(account.owner(), amountRaw);
        vm.prank(account.owner());
        house.deposit(account, assetId, amountRaw);
    }

    /// @dev Buys `size` units at the mark without fees.
    function trade(AccountId buyer, AccountId seller, InstrumentId instrument, uint256 size) internal {
        tradeAt(buyer, seller, instrument, size, markOf(instrument));
    }

    function tradeAt(
        AccountId buyer,
        AccountId seller,
        InstrumentId instrument,
        uint256 size,
        uint256 price
    ) internal {
        house.trade(IClearinghouseTypes.Trade(buyer, seller, instrument, size, price, 0, 0));
    }

    function markOf(InstrumentId instrument) internal view returns (uint256) {
        uint16 underlying = instrument.underlying();
        (, uint256 mark, ) = engine.quoteOf(instrument, house.perpState(underlying).premium);
        return mark;
    }

    /// @dev Sets an index price, wad.
    function setPrice(uint16 underlying, uint256 price) internal {
        (underlying == BTC ? btcFeed : ethFeed).setAnswer(int256(price / 1e10));
    }

    /// @dev Posts a surface without smile for an expiry: a volatility and a yearly basis.
    function postFlat(uint16 underlying, uint256 expirySec, uint256 vol, int256 basis) internal {
        uint256 tau = ((expirySec - block.timestamp) * 1e18) / 365 days;
        uint256 variance = (vol * vol * tau) / 1e36;
        uint256 key = (uint256(underlying) << 20) | (expirySec / 1 hours);
        // a in 1e-12, sigma 0.1 and the basis in 1e-9; no wings
        uint256 word = ((variance / 1e6) << 208) | (0.1e9 << 73) | (block.timestamp << 8);
        word |= (uint256(basis / 1e9) & ((1 << 33) - 1)) << 40;
        surfaces.set(key, word);
    }

    /// @dev Lets time pass with the prices as they are.
    function skip(uint256 secs) internal {
        vm.warp(block.timestamp + secs);
        (, int256 btc, , , ) = btcFeed.latestRoundData();
        (, int256 eth, , , ) = ethFeed.latestRoundData();
        btcFeed.setAnswer(btc);
        ethFeed.setAnswer(eth);
    }

    /// @dev What `proRata` proposes now, taken by the keeper.
    function liquidate(AccountId account) internal returns (ILiquidator.Quote memory) {
        (ILiquidator.Selection memory selection, ) = liquidator.proRata(account);
        return liquidate(account, selection);
    }

    function liquidate(
        AccountId account,
        ILiquidator.Selection memory selection
    ) internal returns (ILiquidator.Quote memory) {
        vm.prank(keeper);
        return
            liquidator.liquidate(
                ILiquidator.Call(account, keeperId, selection, 0, type(int256).min, uint40(block.timestamp))
            );
    }

    function margin(AccountId account) internal view returns (IRiskTypes.Margin memory) {
        return house.marginOf(account);
    }
}
