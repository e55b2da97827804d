// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IncidentBase} from "../helpers/IncidentBase.sol";
import {AccountId, toAccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, optionId} from "../../../contracts/types/InstrumentId.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";
import {ISettlementTwap} from "../../../contracts/interfaces/ISettlementTwap.sol";
import {IVolSurface} from "../../../contracts/interfaces/IVolSurface.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {MockERC20} from "../../../contracts/mocks/MockERC20.sol";
import {Presets} from "../../../contracts/risk/Presets.sol";
import {RiskDeployer} from "../helpers/RiskDeployer.sol";
import {VolSurface} from "../../../contracts/oracle/VolSurface.sol";

/// @dev Refuses transfers from and to whoever is on its list.
contract BlacklistToken is MockERC20 {
    mapping(address who => bool) public listed;

    error Blacklisted(address who);

    constructor() MockERC20("Blacklist", "BLK", 18) {}

    function list(address who) external {
        listed[who] = true;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (listed[from]) revert Blacklisted(from);
        if (listed[to]) revert Blacklisted(to);
        super._update(from, to, value);
    }
}

/// @dev Asks what to take and takes it, in one transaction.
contract AtomicKeeper {
    function run(ILiquidator liquidator, AccountId account) external {
        (ILiquidator.Selection memory selection, ) = liquidator.proRata(account);
        AccountId own = toAccountId(address(this), 0);
        liquidator.liquidate(
            ILiquidator.Call(account, own, selection, 0, type(int256).min, uint40(block.timestamp))
        );
    }
}

/// @dev Making it impossible, or not worth it, to liquidate an account; and taking from who does.
contract LiquidationGriefingTest is IncidentBase {
    /// @dev Mallory: 10 ETH long on 8,000 at 4,000, then ETH at `price`: E = 10 * price - 32,000, MM = 1.49 * price.
    function _longAt(uint256 price) private {
        fund(crew(0), USDC_ID, 8_000e6);
        trade(crew(0), bobId, ethPerp, 10e18);
        setPrice(ETH, price);
    }

    /// @dev Raises ETH by percents until mallory's account is liquidatable, which it must become while it is solvent.
    function _fallBelow(uint256 price) private {
        bool below;
        while (!below) {
            setPrice(ETH, price);
            (below, ) = liquidator.isLiquidatable(crew(0));
            price += price / 100;
        }
        assertGt(equityOf(crew(0)), 0, "set-up: below maintenance margin");
    }

    function _order(
        ILiquidator.Selection memory selection
    ) private view returns (ILiquidator.Call memory call) {
        call = order(selection);
        call.account = crew(0);
    }

    // ------------------------------------------------------------------------------------------------ front-running

    /// @dev Front-run top-up: the owner changes the account by a cent just before each liquidation, whose exact basket then fails.
    ///
    /// Tried here: mallory sees the pro-rata basket in the mempool and deposits the smallest unit first, so that it overshoots 1.2;
    /// and tops up to a cent above maintenance margin to clear the flag and restart the ramp.
    ///
    /// Stopped by: a basket that is asked for and taken in one transaction cannot be outrun, and a smaller one passes anyway:
    /// only the exact maximum fails. The top-up that clears the flag is real money, and as much is needed again at each tick.
    function test_FrontRunTopUp() public {
        _longAt(3_700e18);
        int256 before = wealth();
        (ILiquidator.Selection memory exact, ) = liquidator.proRata(crew(0));
        fund(crew(0), USDC_ID, 1);
        vm.expectPartialRevert(ILiquidator.Overshoot.selector);
        send(_order(exact));

        uint256 snapshot = vm.snapshotState();
        exact.sizes[0] = (exact.sizes[0] * 999) / 1_000;
        assertGt(send(_order(exact)).penalty, 0, "a thousandth less passes");
        assertLt(wealth(), before);
        vm.revertToState(snapshot);

        AtomicKeeper atomic = new AtomicKeeper();
        _fundFor(address(atomic), 100_000e6);
        atomic.run(liquidator, crew(0));
        (bool below, ) = liquidator.isLiquidatable(crew(0));
        assertFalse(below, "and what is asked for on chain is never late");
        assertLt(wealth(), before);
    }

    function _fundFor(address owner, uint256 amountRaw) private {
        usdc.mint(owner, amountRaw);
        vm.startPrank(owner);
        usdc.approve(address(house), amountRaw);
        house.deposit(toAccountId(owner, 0), USDC_ID, amountRaw);
        vm.stopPrank();
    }

    /// @dev Dust: somebody liquidates a wei first, so that a basket that takes all of a leg finds less than it names.
    ///
    /// Tried here: mallory's second account takes a wei of her first one's leg before the keeper takes the whole.
    ///
    /// Stopped by: as above; and each wei taken pays its penalty and costs a transaction, while the ramp runs.
    function test_DustLiquidationFirst() public {
        insure(100_000e6);
        _longAt(3_210e18);
        fund(crew(1), USDC_ID, 1_000e6);
        int256 before = wealth();
        ILiquidator.Selection memory whole = leg(ethPerp, 10e18);
        assertGt(liquidator.quote(crew(0), whole).relief, 0, "set-up: all of it may be taken");
        ILiquidator.Call memory dust = _order(leg(ethPerp, 10));
        dust.liquidator = crew(1);
        vm.prank(mallory);
        liquidator.liquidate(dust);
        vm.expectPartialRevert(IClearinghouseTypes.ReducesPastZero.selector);
        send(_order(whole));
        assertGt(flaggedAt(crew(0)), 0, "but it flagged her");
        whole.sizes[0] -= 10;
        send(_order(whole));
        (int256 size, ) = house.positionOf(crew(0), ethPerp);
        assertEq(size, 0);
        assertNoGain(before);
    }

    // ------------------------------------------------------------------------------------------------ dust

    /// @dev Dust accounts: many that are too small to be worth a liquidator's gas, whose sum is not small.
    ///
    /// Tried here: an account with 40 dollars of maintenance margin at E / MM = 95%, where 5% of the relief is 2 dollars.
    ///
    /// Stopped by: below `dustMargin` an account may be closed whole, for `minReward` out of its equity.
    function test_DustAccountIsWorthIt() public {
        fund(crew(0), USDC_ID, 55e6);
        trade(crew(0), bobId, ethPerp, 0.07e18);
        setPrice(ETH, 3_750e18);
        assertLt(margin(crew(0)).maintenanceMargin, 40e18, "set-up: dust");
        int256 before = wealth();
        ILiquidator.Quote memory terms = liquidate(crew(0));
        assertLt((terms.relief * 5) / 100, 2e18, "set-up: what the rule alone would pay");
        assertEq(terms.penalty, 5e18);
        (int256 size, ) = house.positionOf(crew(0), ethPerp);
        assertEq(size, 0, "whole, in one go");
        assertApproxEqAbs(wealth(), before - 5e18, DUST);
    }

    function _listSeven() private returns (MockERC20[] memory tokens) {
        tokens = new MockERC20[](7);
        for (uint8 i = 0; i < 7; ++i) {
            tokens[i] = new MockERC20("Dust", "DUST", 18);
            house.setAsset(3 + i, address(tokens[i]), ETH, true, 1e30);
            tokens[i].mint(mallory, 1e18);
            vm.prank(mallory);
            tokens[i].approve(address(house), type(uint256).max);
        }
    }

    /// @dev Derive (audit): dust of many assets sent to a bidder until its account held as many as it may, so that its bid
    /// failed.
    ///
    /// Tried here: mallory sends a wei of each of seven assets to the keeper's account, then keeps them herself beside her
    /// position and an eighth, and leaves a wei as all that is left of a debt.
    ///
    /// Stopped by: nobody deposits or transfers into another's account unasked; a liquidator names what it takes and need not
    /// take dust; and a wei of collateral is taken like any other.
    function test_DeriveDustAssets() public {
        MockERC20[] memory tokens = _listSeven();
        _longAt(3_700e18);
        for (uint8 i = 0; i < 7; ++i) {
            vm.startPrank(mallory);
            vm.expectPartialRevert(IClearinghouseTypes.NotAuthorised.selector);
            house.deposit(keeperId, 3 + i, 1);
            house.deposit(crew(0), 3 + i, 1);
            vm.expectPartialRevert(IClearinghouseTypes.NotAuthorised.selector);
            house.transfer(crew(0), keeperId, 3 + i, 1);
            vm.stopPrank();
        }
        assertEq(tokens[0].balanceOf(address(house)), 1);
        fund(crew(0), WETH_ID, 1);
        (, , , uint64 mask) = house.accountInfo(crew(0));
        assertEq(mask, 0x3fa, "set-up: eight assets, a wei each");
        int256 before = wealth();
        (ILiquidator.Selection memory selection, ) = liquidator.proRata(crew(0));
        assertEq(selection.assetIds.length, 0, "a fraction of a wei is none");
        send(_order(selection));
        (bool below, ) = liquidator.isLiquidatable(crew(0));
        assertFalse(below);
        assertLt(wealth(), before);
    }

    /// @dev The same with the debt of an account that has nothing else: a wei of collateral keeps it from being bad debt.
    function test_DeriveDustKeepsNoDebtAlive() public {
        insure(100_000e6);
        fund(crew(0), WETH_ID, 1e18);
        vm.prank(mallory);
        house.withdraw(crew(0), USDC_ID, 3_000e6, mallory);
        setPrice(ETH, 2_900e18);
        int256 before = wealth();
        send(_order(asset(WETH_ID, 1e18 - 1)));
        assertLt(house.cashOf(crew(0)), -99e18, "set-up: a debt of 100");
        vm.expectPartialRevert(IClearinghouseTypes.AccountNotEmpty.selector);
        liquidator.coverBadDebt(crew(0));
        send(_order(asset(WETH_ID, 1)));
        assertEq(house.cashOf(crew(0)), 0);
        assertNoGain(before);
        assertSolvent();
    }

    /// @dev A known limit of the same shape: a wei of an asset whose feed has stopped.
    ///
    /// Tried here: mallory keeps a wei of a token beside a long that has fallen below its margin, and the token's feed stops.
    ///
    /// What happens: nothing of an account is liquidated by a stale price, however little the stale part weighs, so the
    /// liquidation waits until the feed, or the source that governance sets in its place, answers. She cannot take
    /// anything out or add to her risk meanwhile. Assets with feeds of doubtful life should not be listed.
    function test_KnownLimit_DustOfAStoppedFeed() public {
        listThin(1_000_000e18);
        MockERC20 token = new MockERC20("Thin", "THIN", 18);
        house.setAsset(3, address(token), THIN, true, 1e30);
        token.mint(mallory, 1);
        vm.startPrank(mallory);
        token.approve(address(house), 1);
        house.deposit(crew(0), 3, 1);
        vm.stopPrank();
        _longAt(3_700e18);
        vm.warp(block.timestamp + 1 days + 1);
        setPrice(BTC, BTC_PRICE);
        setPrice(ETH, 3_700e18);
        vm.expectPartialRevert(ILiquidator.PriceNotUsable.selector);
        liquidator.flag(crew(0));
        vm.prank(mallory);
        vm.expectPartialRevert(IClearinghouseTypes.ReduceOnly.selector);
        house.withdraw(crew(0), USDC_ID, 1, mallory);
        // the price of a wei does not matter, only that there is one
        MockAggregator fresh = new MockAggregator("THIN / USD", 8, 1e8);
        router.setSources(THIN, chainlink(address(fresh), 0.01e18, 100e18), none(), 0);
        int256 before = wealth();
        liquidate(crew(0));
        assertLt(wealth(), before);
    }

    // ------------------------------------------------------------------------------------------------ receivers

    /// @dev Blacklisted receiver: where a liquidation sends tokens, one that the token refuses makes it impossible.
    ///
    /// Tried here: mallory's collateral is a token that blacklists her, the keeper and the clearinghouse's caller, after the
    /// loan was taken.
    ///
    /// Stopped by: a liquidation moves numbers and no token. Only a withdrawal sends tokens, and to whom the owner says.
    function test_BlacklistedReceiver() public {
        BlacklistToken token = new BlacklistToken();
        house.setAsset(3, address(token), ETH, true, 1e30);
        token.mint(mallory, 10e18);
        vm.startPrank(mallory);
        token.approve(address(house), type(uint256).max);
        house.deposit(crew(0), 3, 10e18);
        house.withdraw(crew(0), USDC_ID, 30_000e6, mallory);
        vm.stopPrank();
        token.list(mallory);
        token.list(keeper);
        token.list(address(liquidator));
        setPrice(ETH, 3_500e18);
        int256 before = wealth();
        vm.expectRevert(abi.encodeWithSelector(BlacklistToken.Blacklisted.selector, mallory));
        token.transfer(mallory, 0);
        liquidate(crew(0));
        (bool below, ) = liquidator.isLiquidatable(crew(0));
        assertFalse(below);
        uint256 taken = house.collateralOf(keeperId, 3);
        assertGt(taken, 1e18);
        vm.prank(keeper);
        house.withdraw(keeperId, 3, taken, carol);
        assertEq(token.balanceOf(carol), taken);
        assertLt(wealth(), before);
    }

    // ------------------------------------------------------------------------------------------------ gas

    /// @dev Gas: an account so large that liquidating it does not fit a block, or that a limit chosen by the caller makes the
    /// outcome another one.
    ///
    /// Tried here: 64 options of as many strikes, the most an account holds; then a liquidation at every gas limit below what
    /// it needs.
    ///
    /// Stopped by: the bound on positions; and a liquidation happens whole or not at all.
    function test_GasOfTheLargestAccount() public {
        InstrumentId[] memory ids = _sixtyFour();
        _fallBelow(4_000e18);
        int256 before = wealth();
        (ILiquidator.Selection memory selection, ) = liquidator.proRata(crew(0));
        assertEq(selection.instruments.length, 64);
        bytes memory data = abi.encodeCall(liquidator.liquidate, (_order(selection)));
        uint256 state = vm.snapshotState();
        uint256 left = gasleft();
        vm.prank(keeper);
        (bool ok, ) = address(liquidator).call(data);
        uint256 cost = left - gasleft();
        assertTrue(ok);
        assertLt(cost, 15_000_000, "half a block of 30 million");
        assertLt(wealth(), before);
        vm.revertToState(state);
        for (uint256 eighths = 1; eighths < 8; ++eighths) {
            vm.prank(keeper);
            (ok, ) = address(liquidator).call{gas: (cost * eighths) / 8}(data);
            assertFalse(ok);
        }
        assertEq(wealth(), before);
        (int256 size, ) = house.positionOf(crew(0), ids[0]);
        assertEq(size, -1e18, "untouched");
    }

    /// @dev Calls at 4,000 to 7,150 in a month, one short of each.
    function _sixtyFour() private returns (InstrumentId[] memory ids) {
        house.setDated(ETH, IClearinghouseTypes.DatedConfig(true, 1_000e18, 500));
        uint256 expiry = ((block.timestamp / 1 hours) + 720) * 1 hours;
        postFlat(ETH, expiry, 0.6e18, 0);
        fund(crew(0), USDC_ID, 45_000e6);
        ids = new InstrumentId[](64);
        for (uint256 i = 0; i < 64; ++i) {
            ids[i] = optionId(ETH, expiry, 4_000e18 + i * 50e18, true);
            trade(bobId, crew(0), ids[i], 1e18);
        }
    }

    // ------------------------------------------------------------------------------------------------ during

    /// @dev Derive (audit): a bidder without cash won the auction and could not pay.
    ///
    /// Tried here: mallory's empty account takes her first one's position; then one with a hundredth of the margin.
    ///
    /// Stopped by: the taker must end above its own initial margin, in the same call.
    function test_DeriveBidderWithoutCash() public {
        _longAt(3_700e18);
        int256 before = wealth();
        (ILiquidator.Selection memory selection, ) = liquidator.proRata(crew(0));
        ILiquidator.Call memory call = _order(selection);
        call.liquidator = crew(1);
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(mallory);
            vm.expectPartialRevert(IClearinghouseTypes.BelowInitialMargin.selector);
            liquidator.liquidate(call);
            fund(crew(1), USDC_ID, 50e6);
            before += 50e18;
        }
        assertNoGain(before);
        // control: with the margin it passes
        fund(crew(1), USDC_ID, 5_000e6);
        vm.prank(mallory);
        liquidator.liquidate(call);
    }

    /// @dev Derive (audit): assets were moved out of an account while it was being auctioned.
    ///
    /// Tried here: a flagged account with cash, collateral and a position sends each away, and switches its profile.
    ///
    /// Stopped by: below initial margin nothing leaves. The flag needs no lock of its own.
    function test_DeriveTransfersWhileFlagged() public {
        fund(crew(0), WETH_ID, 1e18);
        _longAt(3_300e18);
        liquidator.flag(crew(0));
        int256 before = wealth();
        assertGt(before, 4_000e18, "set-up: there is something to save");
        vm.startPrank(mallory);
        vm.expectPartialRevert(IClearinghouseTypes.WithdrawalTooLarge.selector);
        house.withdraw(crew(0), USDC_ID, 1, mallory);
        vm.expectPartialRevert(IClearinghouseTypes.WithdrawalTooLarge.selector);
        house.transfer(crew(0), crew(1), WETH_ID, 1);
        vm.expectPartialRevert(IClearinghouseTypes.BelowInitialMargin.selector);
        house.setProfile(crew(0), 1);
        vm.stopPrank();
        assertNoGain(before);
        liquidate(crew(0));
        assertLt(wealth(), before, "and the penalty was paid");
    }

    // ------------------------------------------------------------------------------------------------ pricing

    /// @dev Derive (audit): an option of strike 0, or a surface with odd parameters, made pricing revert, and with it the
    /// liquidation of whoever held it.
    ///
    /// Tried here: on the real surface contract, options of strike 0, of the least and the greatest strike; surfaces with no
    /// variance, a correlation of one, and arbitrage. Then ETH moves by a tenth, to a hundredfold, and a year passes.
    ///
    /// Stopped by: strikes and surfaces have bounds within which every price exists; within them the account stays assessable
    /// and liquidatable.
    function test_DeriveStrikeZeroAndOddSurface() public {
        uint256 expiry = ((block.timestamp / 1 hours) + 720) * 1 hours;
        VolSurface real = _realSurfaces();
        IVolSurface.Report memory report = IVolSurface.Report(
            ETH,
            uint40(expiry),
            0.012e18,
            0.08e18,
            -0.2e18,
            0.01e18,
            0.2e18,
            0.05e18,
            uint40(block.timestamp)
        );
        _refuseOdd(real, report);
        _post(real, report);
        house.setDated(ETH, IClearinghouseTypes.DatedConfig(true, 1_000e18, 500));
        fund(crew(0), USDC_ID, 5_000e6);
        InstrumentId zero = InstrumentId.wrap(
            InstrumentId.unwrap(optionId(ETH, expiry, 1e18, true)) & ~uint96((1 << 60) - 1)
        );
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.UnknownInstrument.selector, zero));
        tradeAt(bobId, crew(0), zero, 1e18, 4_000e18);

        uint256[4] memory strikes = [uint256(1), 1e12, 4_000e18, 3e38];
        for (uint256 i = 0; i < 4; ++i) {
            InstrumentId call = optionId(ETH, expiry, strikes[i], true);
            (, uint256 mark, ) = engine.quoteOf(call, 0);
            tradeAt(bobId, crew(0), call, 1e18, mark == 0 ? 1 : mark);
        }
        uint256[4] memory prices = [uint256(3_600e18), 5_000e18, 40_000e18, 400_000e18];
        for (uint256 i = 0; i < 4; ++i) {
            setPrice(ETH, prices[i]);
            assertGt(margin(crew(0)).maintenanceMargin, 0, "assessable");
        }
        vm.warp(block.timestamp + 20 days);
        setPrice(BTC, BTC_PRICE);
        // by a surface three weeks old
        _fallBelow(4_000e18);
        int256 before = wealth();
        liquidate(crew(0));
        assertNoGain(before);
    }

    /// @dev The engine on the real surface contract, which one key signs for.
    function _realSurfaces() private returns (VolSurface real) {
        address[] memory signers = new address[](1);
        signers[0] = vm.addr(1);
        real = new VolSurface(address(manager), signers, 1);
        engine = RiskDeployer.deploy(
            address(manager),
            router,
            IVolSurface(address(real)),
            ISettlementTwap(address(surfaces))
        );
        engine.setProfile(0, Presets.portfolio());
        engine.setProfile(1, Presets.standard());
        house.setRiskEngine(engine);
    }

    function _post(VolSurface real, IVolSurface.Report memory report) private {
        (IVolSurface.Report[] memory batch, IVolSurface.Signature[] memory signatures) = _sign(real, report);
        real.post(batch, signatures);
    }

    function _sign(
        VolSurface real,
        IVolSurface.Report memory report
    ) private view returns (IVolSurface.Report[] memory batch, IVolSurface.Signature[] memory signatures) {
        batch = new IVolSurface.Report[](1);
        batch[0] = report;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(1, real.batchHash(batch));
        signatures = new IVolSurface.Signature[](1);
        signatures[0] = IVolSurface.Signature(vm.addr(1), abi.encodePacked(r, s, v));
    }

    /// @dev Each with one number that makes a price impossible or free.
    function _refuseOdd(VolSurface real, IVolSurface.Report memory usual) private {
        for (uint256 i = 0; i < 5; ++i) {
            IVolSurface.Report memory odd = abi.decode(abi.encode(usual), (IVolSurface.Report));
            if (i == 0) (odd.a, odd.b) = (0, 0);
            if (i == 1) odd.rho = 1e18;
            if (i == 2) odd.sigma = 0;
            if (i == 3) odd.a = -1e18;
            if (i == 4) odd.b = 2e18;
            (IVolSurface.Report[] memory batch, IVolSurface.Signature[] memory signatures) = _sign(real, odd);
            vm.expectRevert();
            real.post(batch, signatures);
        }
    }
}
