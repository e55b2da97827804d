// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {Stack} from "../helpers/Stack.sol";
import {Clearinghouse} from "../../../contracts/Clearinghouse.sol";
import {AccountId, toAccountId} from "../../../contracts/types/AccountId.sol";
import {RateModel} from "../../../contracts/types/RateModel.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskEngine} from "../../../contracts/interfaces/IRiskEngine.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {MockERC20} from "../../../contracts/mocks/MockERC20.sol";
import {Presets} from "../../../contracts/risk/Presets.sol";
import {RiskDeployer} from "../helpers/RiskDeployer.sol";

contract GovernanceTest is Stack {
    IClearinghouseTypes.PerpConfig private config = IClearinghouseTypes.PerpConfig({
        enabled: true,
        openInterestCap: 1_000e18,
        premiumDepthUsd: 5_000_000,
        priceBandBps: 300,
        scaleFromBps: 0,
        scaleToBps: 0
    });

    // ------------------------------------------------------------------------------------------------ who

    function _restricted() private view returns (bytes[] memory calls) {
        calls = new bytes[](9);
        calls[0] = abi.encodeCall(house.setAsset, (USDC_ID, address(usdc), 0, true, 1e30));
        calls[1] = abi.encodeCall(house.setPerp, (ETH, config));
        calls[2] = abi.encodeCall(house.setModule, (alice, 0, 0, aliceId));
        calls[3] = abi.encodeCall(house.setRiskEngine, (engine));
        calls[4] = abi.encodeCall(house.setInsuranceAccount, (aliceId));
        calls[5] = abi.encodeCall(house.pause, ());
        calls[6] = abi.encodeCall(house.unpause, ());
        calls[7] = abi.encodeCall(house.tightenPerp, (ETH, false, 0));
        calls[8] = abi.encodeCall(IAccessManaged.setAuthority, (address(manager)));
    }

    function test_RevertWhen_Stranger() public {
        bytes[] memory calls = _restricted();
        bytes memory refusal = abi.encodeWithSelector(
            IAccessManaged.AccessManagedUnauthorized.selector,
            alice
        );
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(alice);
            (bool ok, bytes memory data) = address(house).call(calls[i]);
            assertFalse(ok);
            assertEq(data, refusal);
        }
    }

    /// @dev A module has its own functions and no part in governance.
    function test_RevertWhen_Module() public {
        bytes[] memory calls = _restricted();
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(address(liquidator));
            (bool ok, bytes memory data) = address(house).call(calls[i]);
            assertFalse(ok);
            assertEq(
                data,
                abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(liquidator))
            );
        }
    }

    /// @dev All but `setAuthority`, which is the manager's alone.
    function test_AdminMay() public {
        bytes[] memory calls = _restricted();
        for (uint256 i = 0; i + 1 < calls.length; ++i) {
            (bool ok, ) = address(house).call(calls[i]);
            assertTrue(ok);
        }
    }

    /// @dev The roles of the design: the guardian does at once what reduces risk, and nothing else.
    function test_GuardianPausesAndTightens() public {
        bytes4[] memory selectors = new bytes4[](2);
        (selectors[0], selectors[1]) = (house.pause.selector, house.tightenPerp.selector);
        manager.setTargetFunctionRole(address(house), selectors, 7);
        manager.grantRole(7, carol, 0);
        vm.startPrank(carol);
        house.pause();
        house.tightenPerp(ETH, true, 5e18);
        bytes memory refusal = abi.encodeWithSelector(
            IAccessManaged.AccessManagedUnauthorized.selector,
            carol
        );
        vm.expectRevert(refusal);
        house.unpause();
        vm.expectRevert(refusal);
        house.setPerp(ETH, config);
        vm.stopPrank();
        assertTrue(house.paused());
        assertEq(house.perpConfig(ETH).openInterestCap, 5e18);
    }

    /// @dev The timelock holds across the delegated call: an admin with a delay schedules, waits and executes, once.
    function test_TimelockedChange() public {
        manager.setTargetFunctionRole(address(house), _only(house.setPerp.selector), 9);
        manager.grantRole(9, carol, 2 days);
        bytes memory call = abi.encodeCall(house.setPerp, (ETH, config));
        vm.startPrank(carol);
        bytes32 id = manager.hashOperation(carol, address(house), call);
        vm.expectRevert(abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, id));
        house.setPerp(ETH, config);
        manager.schedule(address(house), call, 0);
        vm.expectRevert(abi.encodeWithSelector(IAccessManager.AccessManagerNotReady.selector, id));
        house.setPerp(ETH, config);
        vm.warp(block.timestamp + 2 days);
        house.setPerp(ETH, config);
        assertEq(house.perpConfig(ETH).openInterestCap, 1_000e18);
        vm.expectRevert(abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, id));
        house.setPerp(ETH, config);
        vm.stopPrank();
    }

    function _only(bytes4 selector) private pure returns (bytes4[] memory selectors) {
        selectors = new bytes4[](1);
        selectors[0] = selector;
    }

    // ------------------------------------------------------------------------------------------------ constructor

    function test_ConstructorKeepsTheModel() public {
        RateModel memory model = RateModel(3e18, 3e18, 3e18, 0.99e18, 0.5e18);
        RateModel memory kept = _construct(model).rateModel();
        assertEq(keccak256(abi.encode(kept)), keccak256(abi.encode(model)));
        model = RateModel(0, 0, 0, 0.1e18, 0);
        kept = _construct(model).rateModel();
        assertEq(keccak256(abi.encode(kept)), keccak256(abi.encode(model)));
    }

    function test_RevertWhen_ConstructorOutOfBounds() public {
        (address extension, address liquidation) = (house.extension(), house.liquidation());
        address losses = house.deleveraging();
        RateModel memory model = RateModel(3e18 + 1, 0, 0, 0.8e18, 0);
        _expectInvalid("base", 3e18 + 1, 0, 3e18);
        new Clearinghouse(address(manager), extension, liquidation, losses, model);
        model = RateModel(0, 3e18 + 1, 0, 0.8e18, 0);
        _expectInvalid("slopeLow", 3e18 + 1, 0, 3e18);
        new Clearinghouse(address(manager), extension, liquidation, losses, model);
        model = RateModel(0, 0, 3e18 + 1, 0.8e18, 0);
        _expectInvalid("slopeHigh", 3e18 + 1, 0, 3e18);
        new Clearinghouse(address(manager), extension, liquidation, losses, model);
        model = RateModel(0, 0, 0, 0.1e18 - 1, 0);
        _expectInvalid("kink", 0.1e18 - 1, 0.1e18, 0.99e18);
        new Clearinghouse(address(manager), extension, liquidation, losses, model);
        model = RateModel(0, 0, 0, 0.99e18 + 1, 0);
        _expectInvalid("kink", 0.99e18 + 1, 0.1e18, 0.99e18);
        new Clearinghouse(address(manager), extension, liquidation, losses, model);
        model = RateModel(0, 0, 0, 0.8e18, 0.5e18 + 1);
        _expectInvalid("reserve", 0.5e18 + 1, 0, 0.5e18);
        new Clearinghouse(address(manager), extension, liquidation, losses, model);
    }

    function test_RevertWhen_ExtensionHasNoCode() public {
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.NotAContract.selector, alice));
        new Clearinghouse(
            address(manager),
            alice,
            address(this),
            address(this),
            RateModel(0, 0, 0, 0.8e18, 0)
        );
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.NotAContract.selector, bob));
        new Clearinghouse(address(manager), address(this), bob, address(this), RateModel(0, 0, 0, 0.8e18, 0));
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.NotAContract.selector, carol));
        new Clearinghouse(
            address(manager),
            address(this),
            address(this),
            carol,
            RateModel(0, 0, 0, 0.8e18, 0)
        );
    }

    function _construct(RateModel memory model) private returns (Clearinghouse) {
        return
            new Clearinghouse(
                address(manager),
                house.extension(),
                house.liquidation(),
                house.deleveraging(),
                model
            );
    }

    // ------------------------------------------------------------------------------------------------ assets

    function test_SetAsset() public {
        MockERC20 token = new MockERC20("T", "T", 9);
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.AssetSet(3, address(token), 9, ETH, true, 7e18);
        house.setAsset(3, address(token), ETH, true, 7e18);
        assertEq(uint256(house.assetCount()), 4);
        // cap and whether it is open may change, even to a cap below what there is
        fund(aliceId, WETH_ID, 2e18);
        house.setAsset(WETH_ID, address(weth), ETH, false, 1e18);
        IClearinghouseTypes.AssetInfo memory info = house.assetInfo(WETH_ID);
        assertFalse(info.enabled);
        assertEq(info.cap, 1e18);
        assertEq(info.recorded, 2e18);
        assertEq(uint256(house.assetCount()), 4);
        // what is in comes out
        vm.prank(alice);
        house.withdraw(aliceId, WETH_ID, 2e18, alice);
    }

    function test_RevertWhen_AssetChangesWhatItIs() public {
        MockERC20 other = new MockERC20("T", "T", 18);
        _expectInvalid("token", uint160(address(other)), uint160(address(weth)), uint160(address(weth)));
        house.setAsset(WETH_ID, address(other), ETH, true, 1e30);
        _expectInvalid("token", uint160(address(weth)), uint160(address(weth)), uint160(address(weth)));
        house.setAsset(WETH_ID, address(weth), BTC, true, 1e30);
    }

    function test_RevertWhen_AssetOutOfBounds() public {
        MockERC20 token = new MockERC20("T", "T", 18);
        uint256 max = type(uint128).max;
        _expectInvalid("cap", max + 1, 0, max);
        house.setAsset(3, address(token), ETH, true, max + 1);
        _expectInvalid("underlying", 0, 1, 4095);
        house.setAsset(3, address(token), 0, true, 1e30);
        _expectInvalid("underlying", 4096, 1, 4095);
        house.setAsset(3, address(token), 4096, true, 1e30);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.UnknownAsset.selector, uint8(4)));
        house.setAsset(4, address(token), ETH, true, 1e30);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.NotAContract.selector, alice));
        house.setAsset(3, alice, ETH, true, 1e30);
        _expectInvalid("token", uint160(address(weth)), 0, 0);
        house.setAsset(3, address(weth), ETH, true, 1e30);
        _expectInvalid("token", uint160(address(usdc)), 0, 0);
        house.setAsset(3, address(usdc), ETH, true, 1e30);
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.UnknownUnderlying.selector, uint16(77)));
        house.setAsset(3, address(token), 77, true, 1e30);
        assertEq(uint256(house.assetCount()), 3);
    }

    function test_AssetDecimals() public {
        MockERC20 token = new MockERC20("T", "T", 1);
        _expectInvalid("decimals", 1, 2, 24);
        house.setAsset(3, address(token), ETH, true, 1e30);
        token = new MockERC20("T", "T", 25);
        _expectInvalid("decimals", 25, 2, 24);
        house.setAsset(3, address(token), ETH, true, 1e30);
        house.setAsset(3, address(new MockERC20("T", "T", 2)), ETH, true, 1e30);
        house.setAsset(4, address(new MockERC20("T", "T", 24)), ETH, true, 1e30);
    }

    /// @dev The first asset is cash and has no underlying.
    function test_RevertWhen_CashHasAnUnderlying() public {
        IClearinghouse fresh = IClearinghouse(address(_construct(RateModel(0, 0, 0, 0.8e18, 0))));
        _expectInvalid("underlying", ETH, 0, 0);
        fresh.setAsset(0, address(usdc), ETH, true, 1e30);
        fresh.setAsset(0, address(usdc), 0, true, 1e30);
    }

    /// @dev Numbers 0 to 63 and no more; the last one works like any other.
    function test_SixtyFourAssets() public {
        for (uint8 id = 3; id < 64; ++id) {
            house.setAsset(id, address(new MockERC20("T", "T", 18)), ETH, true, 1e30);
        }
        address token = house.assetInfo(63).token;
        vm.prank(alice);
        MockERC20(token).approve(address(house), 5e18);
        fund(aliceId, 63, 5e18);
        (, , , uint64 mask) = house.accountInfo(aliceId);
        assertEq(uint256(mask), 1 << 63);
        assertEq(margin(aliceId).equity, 20_000e18);
        vm.prank(alice);
        house.withdraw(aliceId, 63, 5e18, alice);
        (, , , mask) = house.accountInfo(aliceId);
        assertEq(uint256(mask), 0);
        MockERC20 oneMore = new MockERC20("T", "T", 18);
        _expectInvalid("assetId", 64, 0, 63);
        house.setAsset(64, address(oneMore), ETH, true, 1e30);
    }

    // ------------------------------------------------------------------------------------------------ markets

    function test_SetPerp() public {
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.PerpSet(ETH, config);
        house.setPerp(ETH, config);
        assertEq(keccak256(abi.encode(house.perpConfig(ETH))), keccak256(abi.encode(config)));
    }

    /// @dev Setting a market's limits neither stops nor restarts its funding.
    function test_SetPerpLeavesFunding() public {
        fund(aliceId, USDC_ID, 50_000_000e6);
        fund(bobId, USDC_ID, 50_000_000e6);
        tradeAt(aliceId, bobId, ethPerp, 1_000e18, 4_020e18);
        skip(1 hours);
        IClearinghouseTypes.PerpState memory before = house.perpState(ETH);
        assertGt(before.fundingIndex, 0);
        house.setPerp(ETH, config);
        assertEq(keccak256(abi.encode(house.perpState(ETH))), keccak256(abi.encode(before)));
    }

    function test_RevertWhen_PerpOutOfBounds() public {
        IClearinghouseTypes.PerpConfig memory c = config;
        _expectInvalid("underlying", 0, 1, 4095);
        house.setPerp(0, c);
        _expectInvalid("underlying", 4096, 1, 4095);
        house.setPerp(4096, c);
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.UnknownUnderlying.selector, uint16(77)));
        house.setPerp(77, c);
        uint256 maxCap = type(uint96).max;
        c.openInterestCap = maxCap + 1;
        _expectInvalid("openInterestCap", maxCap + 1, 0, maxCap);
        house.setPerp(ETH, c);
        c.openInterestCap = maxCap;
        c.premiumDepthUsd = 999;
        _expectInvalid("premiumDepthUsd", 999, 1_000, 1e12);
        house.setPerp(ETH, c);
        c.premiumDepthUsd = 1e12 + 1;
        _expectInvalid("premiumDepthUsd", 1e12 + 1, 1_000, 1e12);
        house.setPerp(ETH, c);
        c.premiumDepthUsd = 1e12;
        c.priceBandBps = 9;
        _expectInvalid("priceBandBps", 9, 10, 1_000);
        house.setPerp(ETH, c);
        c.priceBandBps = 1_001;
        _expectInvalid("priceBandBps", 1_001, 10, 1_000);
        house.setPerp(ETH, c);
        // the bounds themselves are in
        c.priceBandBps = 1_000;
        house.setPerp(ETH, c);
        assertEq(keccak256(abi.encode(house.perpConfig(ETH))), keccak256(abi.encode(c)));
        c = IClearinghouseTypes.PerpConfig(false, 0, 1_000, 10, 0, 0);
        house.setPerp(ETH, c);
        assertEq(keccak256(abi.encode(house.perpConfig(ETH))), keccak256(abi.encode(c)));
    }

    function test_TightenPerp() public {
        house.setPerp(ETH, config);
        IClearinghouseTypes.PerpConfig memory tight = config;
        tight.openInterestCap = 10e18;
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.PerpSet(ETH, tight);
        house.tightenPerp(ETH, true, 10e18);
        assertEq(keccak256(abi.encode(house.perpConfig(ETH))), keccak256(abi.encode(tight)));
        house.tightenPerp(ETH, false, 10e18);
        assertFalse(house.perpConfig(ETH).enabled);
    }

    function testFuzz_TightenPerpOnlyTightens(
        bool enabled,
        uint256 cap,
        bool newEnabled,
        uint256 newCap
    ) public {
        config.enabled = enabled;
        config.openInterestCap = bound(cap, 0, type(uint96).max);
        house.setPerp(ETH, config);
        bytes memory call = abi.encodeCall(house.tightenPerp, (ETH, newEnabled, newCap));
        (bool ok, ) = address(house).call(call);
        assertEq(ok, newCap <= config.openInterestCap && (enabled || !newEnabled));
        IClearinghouseTypes.PerpConfig memory c = house.perpConfig(ETH);
        assertEq(c.enabled, ok ? newEnabled : enabled);
        assertEq(c.openInterestCap, ok ? newCap : config.openInterestCap);
        assertEq(c.premiumDepthUsd, config.premiumDepthUsd);
        assertEq(c.priceBandBps, config.priceBandBps);
    }

    function test_RevertWhen_TightenLoosens() public {
        _expectInvalid("openInterestCap", 1_000_000e18 + 1, 0, 1_000_000e18);
        house.tightenPerp(ETH, true, 1_000_000e18 + 1);
        house.tightenPerp(ETH, false, 1_000_000e18);
        _expectInvalid("enabled", 1, 0, 0);
        house.tightenPerp(ETH, true, 1_000_000e18);
    }

    /// @dev What is not listed stays unlisted.
    function test_TightenDoesNotList() public {
        try house.tightenPerp(9, false, 0) {} catch {}
        vm.expectPartialRevert(IClearinghouseTypes.UnknownInstrument.selector);
        house.accrueFunding(9);
    }

    // ------------------------------------------------------------------------------------------------ modules

    function test_SetModule() public {
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.ModuleSet(address(lens), 3, 10_000, carolId);
        house.setModule(address(lens), 3, 10_000, carolId);
        (uint8 roles, uint16 share, , , AccountId feeAccount) = house.moduleInfo(address(lens));
        assertEq(uint256(roles), 3);
        assertEq(uint256(share), 10_000);
        assertTrue(feeAccount == carolId);
    }

    /// @dev A module that is removed keeps the fees it has earned.
    function test_RemovedModuleKeepsItsFees() public {
        fund(aliceId, USDC_ID, 10_000e6);
        fund(bobId, USDC_ID, 10_000e6);
        house.trade(IClearinghouseTypes.Trade(aliceId, bobId, ethPerp, 1e18, 4_000e18, 4e18, 4e18));
        house.setModule(address(this), 0, 0, toAccountId(address(this), 0));
        house.sweepFees(address(this));
        assertEq(house.cashOf(toAccountId(address(this), 0)), 4e18);
        assertEq(house.cashOf(insurance.account()), 4e18);
    }

    function test_FeesAreSweptToTheLastWei() public {
        fund(aliceId, USDC_ID, 10_000e6);
        fund(bobId, USDC_ID, 10_000e6);
        house.trade(IClearinghouseTypes.Trade(aliceId, bobId, ethPerp, 1e18, 4_000e18, 1, 1));
        house.sweepFees(address(this));
        assertEq(house.cashOf(toAccountId(address(this), 0)), 1);
        assertEq(house.cashOf(insurance.account()), 1);
    }

    function test_RevertWhen_ModuleOutOfBounds() public {
        _expectInvalid("roles", 4, 0, 3);
        house.setModule(address(lens), 4, 0, carolId);
        _expectInvalid("insuranceShareBps", 10_001, 0, 10_000);
        house.setModule(address(lens), 1, 10_001, carolId);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.NotAContract.selector, alice));
        house.setModule(alice, 1, 0, aliceId);
        // taking rights away needs no code
        house.setModule(alice, 0, 0, aliceId);
    }

    function test_SetRiskEngine() public {
        IRiskEngine other = RiskDeployer.deploy(
            address(manager),
            router,
            engine.volSurface(),
            engine.settlementTwap()
        );
        vm.expectRevert(abi.encodeWithSelector(IRiskTypes.UnknownProfile.selector, uint256(0)));
        house.setRiskEngine(other);
        other.setProfile(0, Presets.standard());
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.RiskEngineSet(address(other));
        house.setRiskEngine(other);
        assertEq(address(house.riskEngine()), address(other));
    }

    function test_RevertWhen_RiskEngineHasNoCode() public {
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.NotAContract.selector, alice));
        house.setRiskEngine(IRiskEngine(alice));
    }

    function test_SetInsuranceAccount() public {
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.InsuranceAccountSet(carolId);
        house.setInsuranceAccount(carolId);
        assertTrue(house.insuranceAccount() == carolId);
    }

    /// @dev What the liquidator may do nobody else may, a venue and the admin included.
    function test_RevertWhen_NotTheLiquidator() public {
        ILiquidator.Call memory params;
        bytes[3] memory calls = [
            abi.encodeCall(house.executeLiquidation, (params, bob, 0, 0)),
            abi.encodeCall(house.setFlag, (aliceId, 1)),
            abi.encodeCall(house.coverBadDebt, (aliceId))
        ];
        address[3] memory callers = [alice, address(this), address(house)];
        for (uint256 i = 0; i < 9; ++i) {
            address caller = callers[i / 3];
            vm.prank(caller);
            (bool ok, bytes memory data) = address(house).call(calls[i % 3]);
            assertFalse(ok);
            assertEq(data, abi.encodeWithSelector(IClearinghouseTypes.NotModule.selector, caller, uint8(2)));
        }
        (, , uint40 flaggedAt, ) = house.accountInfo(aliceId);
        assertEq(uint256(flaggedAt), 0);
    }

    // ------------------------------------------------------------------------------------------------ pause

    function test_PauseEmits() public {
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.PauseSet(true);
        house.pause();
        assertTrue(house.paused());
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.PauseSet(false);
        house.unpause();
        assertFalse(house.paused());
    }

    /// @dev Pausing never blocks depositing, repaying, closing, nor taking out what is free.
    function test_PausedExitsStayOpen() public {
        fund(aliceId, USDC_ID, 100_000e6);
        fund(bobId, USDC_ID, 100_000e6);
        fund(carolId, WETH_ID, 100e18);
        vm.prank(carol);
        house.withdraw(carolId, USDC_ID, 50_000e6, carol);
        trade(aliceId, bobId, ethPerp, 10e18);
        house.pause();

        fund(aliceId, USDC_ID, 1_000e6);
        fund(aliceId, WETH_ID, 1e18);
        // a debt is repaid
        vm.prank(carol);
        house.deposit(carolId, USDC_ID, 50_000e6);
        assertEq(house.cashOf(carolId), 0);
        // beside a position, what its margin does not need comes out
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, 50_000e6, alice);
        // and moves between own accounts
        vm.prank(alice);
        house.transfer(aliceId, toAccountId(alice, 1), USDC_ID, 1_000e18);
        // positions close
        trade(bobId, aliceId, ethPerp, 10e18);
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, 50_000e6, alice);
        vm.prank(bob);
        house.withdraw(bobId, USDC_ID, 100_000e6, bob);
        vm.prank(carol);
        house.withdraw(carolId, WETH_ID, 100e18, carol);
        house.accrueInterest();
        house.accrueFunding(ETH);
        house.sweepFees(address(this));
    }

    function test_PausedRefusesNewRisk() public {
        fund(aliceId, USDC_ID, 100_000e6);
        fund(carolId, WETH_ID, 10e18);
        house.pause();
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.ReduceOnly.selector,
                aliceId,
                IPriceRouter.Status.Ok,
                true
            )
        );
        tradeAt(aliceId, bobId, ethPerp, 1e18, 4_000e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.ReduceOnly.selector,
                carolId,
                IPriceRouter.Status.Ok,
                true
            )
        );
        vm.prank(carol);
        house.withdraw(carolId, USDC_ID, 1e6, carol);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.ReduceOnly.selector,
                carolId,
                IPriceRouter.Status.Ok,
                true
            )
        );
        vm.prank(carol);
        house.setProfile(carolId, 1);
    }

    function test_PausedLiquidatesOn() public {
        fund(aliceId, USDC_ID, 4_000e6);
        fund(bobId, USDC_ID, 100_000e6);
        fund(keeperId, USDC_ID, 100_000e6);
        trade(aliceId, bobId, ethPerp, 5e18);
        setPrice(ETH, 3_700e18);
        house.pause();
        liquidate(aliceId);
        (int256 size, ) = house.positionOf(keeperId, ethPerp);
        assertGt(size, 0);
    }

    // ------------------------------------------------------------------------------------------------ extension

    /// @dev At its own address the extension acts on storage of its own, which nobody reads.
    function test_ExtensionAtItsOwnAddressIsHarmless() public {
        fund(aliceId, USDC_ID, 100e6);
        IClearinghouse extension = IClearinghouse(house.extension());
        extension.pause();
        assertFalse(house.paused());
        extension.setInsuranceAccount(carolId);
        assertTrue(house.insuranceAccount() == insurance.account());
        extension.setModule(address(lens), 3, 0, carolId);
        (uint8 roles, , , , ) = house.moduleInfo(address(lens));
        assertEq(uint256(roles), 0);
        extension.setRiskEngine(engine);
        config.openInterestCap = 1;
        extension.setPerp(ETH, config);
        assertEq(house.perpConfig(ETH).openInterestCap, 1_000_000e18);
        extension.setAsset(0, address(weth), 0, true, 1);
        assertEq(house.assetInfo(0).token, address(usdc));
        vm.prank(alice);
        extension.setOperator(aliceId, bob, 255, type(uint40).max);
        assertFalse(house.isAuthorised(aliceId, bob, 2));
        IClearinghouse liquidation = IClearinghouse(house.liquidation());
        ILiquidator.Call memory params;
        vm.prank(address(liquidator));
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.NotModule.selector, address(liquidator), uint8(2))
        );
        liquidation.executeLiquidation(params, keeper, 0, 0);
        vm.prank(address(liquidator));
        (bool ok, ) = address(extension).call(abi.encodeCall(house.setFlag, (aliceId, 1)));
        assertFalse(ok);
        assertEq(house.cashOf(aliceId), 100e18);
        // strangers may not even do that
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, alice));
        vm.prank(alice);
        extension.pause();
    }

    /// @dev A call that neither part knows fails, and so does value: nothing is swallowed by the fallback.
    function test_RevertWhen_UnknownFunction() public {
        (bool ok, ) = address(house).call(abi.encodeWithSignature("mint(address,uint256)", alice, 1e18));
        assertFalse(ok);
        (ok, ) = address(house).call("");
        assertFalse(ok);
        vm.deal(address(this), 1 ether);
        (ok, ) = address(house).call{value: 1}(abi.encodeCall(house.pause, ()));
        assertFalse(ok);
        assertFalse(house.paused());
    }

    // ------------------------------------------------------------------------------------------------ operators

    function test_SetOperator() public {
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.OperatorSet(aliceId, bob, 5, 1_800_000_000);
        vm.prank(alice);
        house.setOperator(aliceId, bob, 5, 1_800_000_000);
        IClearinghouseTypes.Approval memory approval = house.approvalOf(aliceId, bob);
        assertEq(uint256(approval.scopes), 5);
        assertEq(uint256(approval.expirySec), 1_800_000_000);
    }

    /// @dev Every set of scopes against every demand: all that is asked for must have been given.
    function testFuzz_OperatorNeedsEveryScope(uint8 given, uint8 asked) public {
        vm.prank(alice);
        house.setOperator(aliceId, bob, given, type(uint40).max);
        assertEq(house.isAuthorised(aliceId, bob, asked), given & asked == asked);
        assertTrue(house.isAuthorised(aliceId, alice, asked));
        assertEq(house.isAuthorised(toAccountId(alice, 1), bob, asked), false);
    }

    /// @dev The scopes are what the functions ask for: 1 to switch the profile, 2 to withdraw and transfer, 4 to deposit.
    function test_ScopesGateTheFunctions() public {
        fund(aliceId, USDC_ID, 1_000e6);
        usdc.mint(bob, 1_000e6);
        AccountId bobSecond = toAccountId(bob, 1);
        bytes[4] memory calls = [
            abi.encodeCall(house.setProfile, (aliceId, 1)),
            abi.encodeCall(house.withdraw, (aliceId, USDC_ID, 1e6, bob)),
            abi.encodeCall(house.transfer, (aliceId, bobSecond, USDC_ID, 1e18)),
            abi.encodeCall(house.deposit, (aliceId, USDC_ID, 1e6))
        ];
        uint8[4] memory scopes = [1, 2, 2, 4];
        for (uint256 i = 0; i < 4; ++i) {
            vm.prank(alice);
            house.setOperator(aliceId, bob, ~scopes[i], type(uint40).max);
            vm.prank(bob);
            (bool ok, bytes memory data) = address(house).call(calls[i]);
            assertFalse(ok);
            assertEq(
                data,
                abi.encodeWithSelector(IClearinghouseTypes.NotAuthorised.selector, aliceId, bob, scopes[i])
            );
            vm.prank(alice);
            house.setOperator(aliceId, bob, scopes[i], type(uint40).max);
            vm.prank(bob);
            (ok, ) = address(house).call(calls[i]);
            assertTrue(ok);
        }
        assertEq(house.cashOf(bobSecond), 1e18);
    }

    /// @dev Scope 8: to have what is liquidated put into this account.
    function test_LiquidatorAsksForItsScope() public {
        fund(aliceId, USDC_ID, 4_000e6);
        fund(bobId, USDC_ID, 100_000e6);
        fund(carolId, USDC_ID, 100_000e6);
        trade(aliceId, bobId, ethPerp, 5e18);
        setPrice(ETH, 3_700e18);
        vm.prank(carol);
        house.setOperator(carolId, keeper, 1 | 2 | 4, type(uint40).max);
        (ILiquidator.Selection memory selection, ) = liquidator.proRata(aliceId);
        ILiquidator.Call memory call = ILiquidator.Call(
            aliceId,
            carolId,
            selection,
            0,
            type(int256).min,
            uint40(block.timestamp)
        );
        vm.expectRevert(abi.encodeWithSelector(ILiquidator.NotAuthorised.selector, carolId, keeper));
        vm.prank(keeper);
        liquidator.liquidate(call);
        vm.prank(carol);
        house.setOperator(carolId, keeper, 8, type(uint40).max);
        vm.prank(keeper);
        liquidator.liquidate(call);
        (int256 size, ) = house.positionOf(carolId, ethPerp);
        assertGt(size, 0);
    }

    /// @dev An approval holds to its last second and not beyond; 0 revokes.
    function test_ApprovalExpires() public {
        uint40 expiry = uint40(block.timestamp + 1 hours);
        vm.prank(alice);
        house.setOperator(aliceId, bob, 2, expiry);
        fund(aliceId, USDC_ID, 100e6);
        vm.warp(expiry);
        vm.prank(bob);
        house.withdraw(aliceId, USDC_ID, 1e6, bob);
        vm.warp(uint256(expiry) + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.NotAuthorised.selector, aliceId, bob, uint8(2))
        );
        vm.prank(bob);
        house.withdraw(aliceId, USDC_ID, 1e6, bob);
        vm.prank(alice);
        house.setOperator(aliceId, bob, 2, type(uint40).max);
        assertTrue(house.isAuthorised(aliceId, bob, 2));
        vm.prank(alice);
        house.setOperator(aliceId, bob, 2, 0);
        assertFalse(house.isAuthorised(aliceId, bob, 2));
    }

    /// @dev Only the owner appoints: no operator, whatever its scopes, and no admin.
    function test_RevertWhen_NotTheOwnerAppoints() public {
        vm.prank(alice);
        house.setOperator(aliceId, bob, 255, type(uint40).max);
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.NotAuthorised.selector, aliceId, bob, type(uint8).max)
        );
        vm.prank(bob);
        house.setOperator(aliceId, carol, 1, type(uint40).max);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.NotAuthorised.selector,
                aliceId,
                address(this),
                type(uint8).max
            )
        );
        house.setOperator(aliceId, carol, 1, type(uint40).max);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _expectInvalid(string memory field, uint256 value, uint256 min, uint256 max) private {
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.InvalidConfig.selector, field, value, min, max)
        );
    }
}
