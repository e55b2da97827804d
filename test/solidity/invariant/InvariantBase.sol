// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IInsuranceFund} from "../../../contracts/interfaces/IInsuranceFund.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";
import {IOrderMatcher} from "../../../contracts/interfaces/IOrderMatcher.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskEngine} from "../../../contracts/interfaces/IRiskEngine.sol";
import {ISettlementTwap} from "../../../contracts/interfaces/ISettlementTwap.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {MockERC20} from "../../../contracts/mocks/MockERC20.sol";
import {ReentrantToken} from "../../../contracts/mocks/WeirdTokens.sol";
import {Presets} from "../../../contracts/risk/Presets.sol";
import {AccountId, toAccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, futureId, optionId, perpId} from "../../../contracts/types/InstrumentId.sol";
import {RateModel} from "../../../contracts/types/RateModel.sol";
import {Test} from "../helpers/Test.sol";
import {FixedSurfaces} from "../risk/FixedSurfaces.sol";
import {Handler} from "./actors/Handler.sol";
import {ACCOUNTS, BTC_ID, ETH_ID, LIQUIDATOR, Parts, SERIES, TRADERS, VENUE} from "./Stage.sol";

/// @dev The real protocol with two feeds for ETH, a sequencer, a real settlement, futures and options, five tokens of which one
/// calls back, two venues and a guardian. Contracts are deployed by their artifacts, so that a change of one of them does not
/// compile the suites anew.
abstract contract InvariantBase is Test {
    uint64 private constant GUARDIAN_ROLE = 1;

    Handler internal handler;
    IClearinghouse internal house;
    ILiquidator internal liquidator;
    IInsuranceFund internal insurance;
    InstrumentId internal ethPerp;

    function setUp() public virtual {
        vm.warp(1_770_000_000);
        Parts memory parts;
        parts.manager = new AccessManager(address(this));
        _prices(parts);
        _house(parts);
        _tokens(parts);
        _markets(parts);
        _accounts(parts);
        _guard(parts);
        (house, liquidator, insurance) = (parts.house, parts.liquidator, parts.insurance);
        ethPerp = parts.instruments[1];
        handler = deployHandler(parts);
        _hand(parts);
        handler.start();
    }

    function deployHandler(Parts memory parts) internal virtual returns (Handler);

    function cashDecimals() internal view virtual returns (uint8) {
        return 6;
    }

    // ------------------------------------------------------------------------------------------------ parts

    function _prices(Parts memory parts) private {
        parts.sequencer = new MockAggregator("Sequencer", 0, 0);
        vm.warp(block.timestamp + 2 hours);
        parts.btcFeed = new MockAggregator("BTC / USD", 8, 100_000e8);
        parts.ethFeed = new MockAggregator("ETH / USD", 8, 4_000e8);
        parts.ethBackup = new MockAggregator("ETH / USD", 8, 4_000e8);
        parts.surfaces = new FixedSurfaces();
        address manager = address(parts.manager);
        IPriceRouter router = IPriceRouter(
            deployCode(
                "PriceRouter.sol:PriceRouter",
                abi.encode(manager, address(parts.sequencer), uint32(1 hours))
            )
        );
        router.setSources(BTC_ID, _chainlink(parts.btcFeed), _none(), 0);
        router.setSources(ETH_ID, _chainlink(parts.ethFeed), _chainlink(parts.ethBackup), 200);
        parts.twap = ISettlementTwap(deployCode("SettlementTwap.sol:SettlementTwap", abi.encode(router)));
        address codec = deployCode("ProfileCodec.sol:ProfileCodec");
        bytes memory sources = abi.encode(manager, router, parts.surfaces, parts.twap, codec);
        address extension = deployCode("RiskEngineExt.sol:RiskEngineExt", sources);
        sources = abi.encode(manager, router, parts.surfaces, parts.twap, extension);
        parts.engine = IRiskEngine(deployCode("RiskEngine.sol:RiskEngine", sources));
        parts.engine.setProfile(0, Presets.portfolio());
        parts.engine.setProfile(1, Presets.standard());
    }

    function _chainlink(MockAggregator feed) private pure returns (IPriceRouter.SourceConfig memory) {
        return
            IPriceRouter.SourceConfig(
                IPriceRouter.SourceKind.Chainlink,
                address(feed),
                0,
                1 days,
                1e18,
                10_000_000e18,
                0
            );
    }

    function _none() private pure returns (IPriceRouter.SourceConfig memory source) {}

    function _house(Parts memory parts) private {
        bytes memory manager = abi.encode(address(parts.manager));
        address extension = deployCode("ClearinghouseExt.sol:ClearinghouseExt", manager);
        address liquidation = deployCode("ClearinghouseLiquidation.sol:ClearinghouseLiquidation", manager);
        address losses = deployCode("ClearinghouseDeleveraging.sol:ClearinghouseDeleveraging", manager);
        RateModel memory model = RateModel(0, 0.04e18, 0.6e18, 0.8e18, 0.1e18);
        parts.house = IClearinghouse(
            deployCode(
                "Clearinghouse.sol:Clearinghouse",
                abi.encode(parts.manager, extension, liquidation, losses, model)
            )
        );
        parts.house.setRiskEngine(parts.engine);
        parts.liquidator = ILiquidator(
            deployCode("Liquidator.sol:Liquidator", abi.encode(parts.house, parts.manager, 100e18, 5e18))
        );
        parts.house.setModule(address(parts.liquidator), 2, 0, AccountId.wrap(0));
    }

    function _tokens(Parts memory parts) private {
        IClearinghouse it = parts.house;
        it.setAsset(0, address(new MockERC20("USD Coin", "USDC", cashDecimals())), 0, true, 1e30);
        it.setAsset(1, address(new MockERC20("Wrapped Ether", "WETH", 18)), ETH_ID, true, 1e30);
        it.setAsset(2, address(new MockERC20("Wrapped Bitcoin", "WBTC", 8)), BTC_ID, true, 1e30);
        it.setAsset(3, address(new MockERC20("Two-digit Ether", "ETH2", 2)), ETH_ID, true, 1e30);
        it.setAsset(4, address(new ReentrantToken(24)), BTC_ID, true, 1e30);
        parts.insurance = IInsuranceFund(
            deployCode("InsuranceFund.sol:InsuranceFund", abi.encode(it, parts.manager, 14 days, 7 days))
        );
        it.setInsuranceAccount(parts.insurance.account());
    }

    function _markets(Parts memory parts) private {
        uint256 near = (block.timestamp / 1 hours + 3 * 24) * 1 hours;
        uint256 far = near + 27 days;
        parts.instruments = new InstrumentId[](SERIES);
        (parts.instruments[0], parts.instruments[1]) = (perpId(BTC_ID), perpId(ETH_ID));
        parts.instruments[2] = futureId(ETH_ID, near);
        parts.instruments[3] = optionId(ETH_ID, near, 4_200e18, true);
        parts.instruments[4] = optionId(ETH_ID, near, 3_800e18, false);
        parts.instruments[5] = optionId(ETH_ID, far, 5_000e18, true);
        IClearinghouseTypes.PerpConfig memory perp = IClearinghouseTypes.PerpConfig(
            true,
            1_000_000e18,
            10_000_000,
            500,
            0,
            0
        );
        parts.house.setPerp(BTC_ID, perp);
        parts.house.setPerp(ETH_ID, perp);
        parts.house.setDated(ETH_ID, IClearinghouseTypes.DatedConfig(true, 1_000_000e18, 500));
    }

    function _accounts(Parts memory parts) private {
        parts.accounts = new AccountId[](ACCOUNTS);
        parts.traderKeys = new uint256[](TRADERS);
        for (uint256 i = 0; i < TRADERS; ++i) {
            uint256 owner = i < 4 ? i / 2 : i - 2;
            parts.traderKeys[i] = 0xA11CE0 + owner;
            parts.accounts[i] = toAccountId(vm.addr(0xA11CE0 + owner), i < 4 ? uint96(i % 2) : 0);
        }
        parts.accounts[LIQUIDATOR] = toAccountId(makeAddr("liquidator"), 0);
        parts.accounts[LIQUIDATOR + 1] = parts.insurance.account();
        parts.accounts[VENUE] = toAccountId(makeAddr("venue"), 0);
        bytes memory arguments = abi.encode(parts.house, parts.manager, uint16(2), uint16(5));
        parts.matcher = IOrderMatcher(deployCode("OrderMatcher.sol:OrderMatcher", arguments));
        parts.house.setModule(address(parts.matcher), 1, 5_000, parts.accounts[VENUE]);
    }

    function _guard(Parts memory parts) private {
        parts.guardian = makeAddr("guardian");
        bytes4[] memory list = new bytes4[](3);
        (list[0], list[1], list[2]) = (
            parts.house.pause.selector,
            parts.house.tightenPerp.selector,
            parts.house.tightenDated.selector
        );
        parts.manager.setTargetFunctionRole(address(parts.house), list, GUARDIAN_ROLE);
        parts.manager.grantRole(GUARDIAN_ROLE, parts.guardian, 0);
    }

    function _hand(Parts memory parts) private {
        house.setModule(address(handler), 1, 5_000, parts.accounts[VENUE]);
        parts.manager.grantRole(parts.manager.ADMIN_ROLE(), address(handler), 0);
        parts.btcFeed.transferOwnership(address(handler));
        parts.ethFeed.transferOwnership(address(handler));
        parts.ethBackup.transferOwnership(address(handler));
        parts.sequencer.transferOwnership(address(handler));
    }

    // ------------------------------------------------------------------------------------------------ targets

    function target(bytes4[] memory selectors) internal {
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    function markOf(InstrumentId instrument) internal view returns (uint256 mark) {
        int256 premium = house.perpState(instrument.underlying()).premium;
        (, mark, ) = house.riskEngine().quoteOf(instrument, premium);
    }
}
