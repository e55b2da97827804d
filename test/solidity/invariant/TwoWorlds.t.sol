// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {Handler} from "./actors/Handler.sol";
import {Worlds} from "./actors/Worlds.sol";
import {InvariantBase} from "./InvariantBase.sol";
import {Parts, SERIES} from "./Stage.sol";

contract WorldsHandler is Worlds {
    constructor(Parts memory parts) Handler(parts) {}
}

/// @dev The static suite: invariants that compare two ways of doing a thing, and what is directed at one of them. A draw costs as
/// much as a hundred of other fuzz tests: hence fewer of them.
contract TwoWorldsTest is InvariantBase {
    uint8 private _decimals = 6;
    Worlds private worlds;

    function setUp() public override {
        super.setUp();
        worlds = Worlds(address(handler));
    }

    function deployHandler(Parts memory parts) internal override returns (Handler) {
        return new WorldsHandler(parts);
    }

    function cashDecimals() internal view override returns (uint8) {
        return _decimals;
    }

    /// @dev Another world, whose cash has so many decimals.
    function _rebuild(uint8 decimals) private {
        _decimals = decimals;
        setUp();
    }

    // ------------------------------------------------------------------------------------------------ 7

    /// hardhat-config: fuzz.runs = 32
    function testFuzz_07_ManyAccrualsAreOne(uint256 secs, uint256 times) public {
        worlds.stir();
        worlds.compareAccruals(bound(secs, 0, 2 days), bound(times, 2, 12));
    }

    // ------------------------------------------------------------------------------------------------ 20 to 22

    /// hardhat-config: fuzz.runs = 32
    function testFuzz_20_CloseAndOpenIsTheDeltaTrade(
        uint256 account,
        uint256 series,
        int256 next,
        int256 offBps
    ) public {
        (account, series) = (bound(account, 0, 5), bound(series, 0, SERIES - 1));
        next = bound(next, -5e18, 5e18);
        vm.assume(worlds.compareCloseAndOpen(account, series, next, bound(offBps, -100, 100)));
    }

    /// hardhat-config: fuzz.runs = 32
    function testFuzz_21_SplitIsTheWhole(
        uint256 account,
        uint256 series,
        uint256 size,
        uint256 parts,
        int256 offBps
    ) public {
        (account, series) = (bound(account, 0, 5), bound(series, 0, SERIES - 1));
        (size, parts) = (bound(size, 1, series == 0 ? 0.2e18 : 5e18), bound(parts, 2, 6));
        vm.assume(worlds.compareSplit(account, series, size, parts, bound(offBps, -100, 100)));
    }

    /// hardhat-config: fuzz.runs = 32
    function testFuzz_22_OpenAndCloseNeverProfits(
        uint256 account,
        uint256 series,
        uint256 size,
        int256 offBps
    ) public {
        (account, series) = (bound(account, 0, 5), bound(series, 0, SERIES - 1));
        for (uint256 wei_ = 1; wei_ <= 10; ++wei_) worlds.openAndClose(account, series, wei_, 7);
        size = bound(size, 1, series == 0 ? 0.2e18 : 5e18);
        vm.assume(worlds.openAndClose(account, series, size, bound(offBps, -100, 100)));
    }

    /// hardhat-config: fuzz.runs = 32
    function testFuzz_22_DepositAndWithdrawNeverProfits(uint256 asset, uint256 amount, uint256 secs) public {
        asset = bound(asset, 0, 4);
        worlds.stir();
        vm.warp(block.timestamp + bound(secs, 0, 300 days));
        worlds.depositAndWithdraw(asset, bound(amount, 0, 1e24));
    }

    function test_22_RoundTripsOfCashOfAnyDecimals() public {
        uint8[4] memory all = [2, 8, 18, 6];
        for (uint256 i = 0; i < 4; ++i) {
            _rebuild(all[i]);
            worlds.stir();
            vm.warp(block.timestamp + 100 days);
            worlds.depositAndWithdraw(0, 123_456_789);
        }
    }

    // ------------------------------------------------------------------------------------------------ 14, 15, 16

    /// @dev The owner's other account has the money to take everything over.
    /// hardhat-config: fuzz.runs = 32
    function testFuzz_14_SelfLiquidationNeverPays(
        int256 bps,
        uint256 part,
        uint256 mode,
        uint256 secs
    ) public {
        worlds.deposit(1, 0, 20_000 * 10 ** _decimals);
        for (uint256 i = 0; i < 10; ++i) worlds.deposit(1, 1, 5e18);
        worlds.fundInsurance(bound(part, 1, 2_000) * 10 ** _decimals);
        _fall(bound(bps, 900, 3_000));
        worlds.flag(0);
        worlds.moveTime(bound(secs, 1, 20 minutes), true, 7);
        worlds.liquidate(0, mode % 2 == 0 ? 7 : 3, part);
    }

    /// @dev So deep a fall that debt is left, with more or less insurance.
    /// hardhat-config: fuzz.runs = 32
    function testFuzz_15_BadDebtIsInsuredThenRecorded(int256 bps, uint256 insured, uint256 part) public {
        uint256 one = 10 ** _decimals;
        insured = bound(insured, 0, 60_000);
        for (; insured > 2_000; insured -= 2_000) worlds.fundInsurance(2_000 * one);
        worlds.fundInsurance(insured * one);
        _fall(bound(bps, 2_500, 6_000));
        for (uint256 i = 0; i < 4; ++i) worlds.liquidate(i, 1 + (part % 2), part);
        worlds.checkState();
    }

    /// @dev Falls or rises that nobody follows, twice, with several holders on either side: whoever cannot pay is deleveraged, and the
    /// others bear it by their shares, whether they are touched in between or not.
    /// hardhat-config: fuzz.runs = 32
    function testFuzz_15_16_DeleveragingIsProRata(
        uint256 insured,
        uint256 steps,
        uint256 account,
        uint256 touched,
        bool up
    ) public {
        worlds.fundInsurance(bound(insured, 0, 2_000) * 10 ** _decimals);
        worlds.trade(3, 4, 1, 7e18, 50, 0);
        worlds.trade(1, 5, 1, 3e18, -50, 0);
        uint256 before = handler.counts("deleverage");
        worlds.sink(false, up, 2 + (steps % 2), account, touched);
        worlds.checkState();
        for (uint256 i = 0; i < 2; ++i) worlds.movePrice(false, up ? -int256(1_400) : int256(1_500));
        worlds.trade(4, 2, 1, 5e18, 0, 0);
        worlds.sink(false, !up, 3, account / 6, touched / 6);
        worlds.settleExpired(touched, touched / 6, touched / 36);
        worlds.checkState();
        assertTrue(handler.counts("deleverage") > before, "15: nobody was deleveraged");
    }

    /// @dev Account 3 has sold puts. When they expire nobody has liquidated it, and a debt is all that is left of it.
    /// hardhat-config: fuzz.runs = 8
    function testFuzz_15_AnExpiryLeavesADebt(uint256 insured) public {
        worlds.fundInsurance(bound(insured, 0, 2_000) * 10 ** _decimals);
        for (uint256 i = 0; i < 8; ++i) worlds.movePrice(false, -1_400);
        worlds.moveTime(1, true, 1);
        worlds.settlePrice(4);
        worlds.settleExpired(3, 3, 3);
        assertTrue(house.cashOf(handler.accountOf(3)) < 0, "15: a debt");
        worlds.coverBadDebt(3);
        assertEq(house.cashOf(handler.accountOf(3)), int256(0), "15: a debt is left");
        assertEq(handler.counts("coverBadDebt"), 1);
        worlds.checkState();
    }

    /// @dev ETH falls by so many bps, at most 14% a step.
    function _fall(int256 bps) private {
        for (; bps > 1_400; bps -= 1_400) worlds.movePrice(false, -1_400);
        worlds.movePrice(false, -bps);
    }

    // ------------------------------------------------------------------------------------------------ 17 to 19

    /// hardhat-config: fuzz.runs = 32
    function testFuzz_17_18_19_MarginsAndOptions(
        uint256 account,
        uint256 share,
        uint256 strike,
        int256 bps
    ) public {
        worlds.movePrice(false, bps);
        worlds.audit(account, share);
        worlds.auditOptions(strike, share % 2 == 0);
    }

    // ------------------------------------------------------------------------------------------------ 23

    /// @dev What a withdrawal and a stake come to does not depend on what was donated before.
    /// hardhat-config: fuzz.runs = 32
    function testFuzz_23_DonationChangesNothing(uint256 asset, uint256 amount, bool toInsurance) public {
        uint256 state = vm.snapshotState();
        uint256 shares = _stakeAndWithdraw();
        vm.revertToState(state);
        worlds.donate(asset, amount, toInsurance);
        assertEq(_stakeAndWithdraw(), shares, "23: a donation changed what a stake gets");
    }

    function _stakeAndWithdraw() private returns (uint256 shares) {
        worlds.withdraw(4, 0, 1_000 * 10 ** _decimals);
        worlds.stake(true, 777 * 10 ** _decimals);
        return insurance.totalSupply();
    }

    // ------------------------------------------------------------------------------------------------ 24

    /// hardhat-config: fuzz.runs = 32
    function testFuzz_24_NothingComesInFromWithin(uint256 account, uint256 amount, bool out) public {
        worlds.deposit(account, 4, amount);
        for (uint256 which = 0; which < 14; ++which) worlds.reenter(account, amount, which, out);
    }

    // ------------------------------------------------------------------------------------------------ 25, 26

    /// @dev BTC's only feed has fallen silent.
    function test_25_NoRiskOnAStalePrice() public {
        vm.warp(block.timestamp + 1 days + 1);
        _onlyReducing(IPriceRouter.Status.Stale, false);
    }

    function test_25_NoRiskOnPricesThatDisagree() public {
        worlds.breakFeed(2);
        _onlyReducing(IPriceRouter.Status.Guarded, false);
    }

    function test_25_NoRiskWhileTheSequencerIsDown() public {
        worlds.breakFeed(4);
        _onlyReducing(IPriceRouter.Status.Stale, false);
    }

    function test_25_26_NoRiskWhilePaused() public {
        worlds.pause(0);
        _onlyReducing(IPriceRouter.Status.Ok, true);
    }

    /// @dev Account 0 is long ETH against 2. The handler's own checks see to it that nothing else is refused.
    function _onlyReducing(IPriceRouter.Status status, bool paused) private {
        (AccountId a, AccountId b) = (handler.accountOf(0), handler.accountOf(2));
        IClearinghouseTypes.Trade memory p = IClearinghouseTypes.Trade(
            a,
            b,
            ethPerp,
            1e18,
            markOf(ethPerp),
            0,
            0
        );
        vm.prank(address(handler));
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.ReduceOnly.selector, a, status, paused));
        house.trade(p);
        (p.buyer, p.seller) = (b, a);
        vm.prank(address(handler));
        house.trade(p);
    }

    /// @dev Paused: who has no debt takes all he may, who wants to close closes, stakers leave, the sick are liquidated.
    function test_26_APauseKeepsNobody() public {
        worlds.stake(true, 1_000 * 10 ** _decimals);
        worlds.requestRedeem(true, 100);
        worlds.moveTime(1, true, 2);
        worlds.pause(0);
        uint256 supply = insurance.totalSupply();
        worlds.redeem(true, 100);
        assertTrue(insurance.totalSupply() < supply, "26: a staker left while paused");
        uint256 recorded = house.assetInfo(0).recorded;
        worlds.withdraw(4, 0, 10 ** _decimals + 1);
        assertTrue(house.assetInfo(0).recorded < recorded, "26: free cash left while paused");
        _fall(1_300);
        (bool liquidatable, ) = liquidator.isLiquidatable(handler.accountOf(0));
        assertTrue(liquidatable, "somebody to liquidate");
        int256 before = house.marginOf(handler.accountOf(0)).equity;
        worlds.liquidate(0, 1, 0);
        assertTrue(house.marginOf(handler.accountOf(0)).equity != before, "26: liquidated while paused");
        // who is long and who is short close against each other: nobody's position grows
        worlds.reduce(1, 4, 5, 10e18);
        assertEq(
            house.positionsOf(handler.accountOf(1)).length,
            1,
            "26: closed while paused, the future is left"
        );
    }

    // ------------------------------------------------------------------------------------------------ 27

    /// hardhat-config: fuzz.runs = 32
    function testFuzz_27_EverybodyLeaves(uint256 order, int256 ethBps, int256 btcBps, uint256 size) public {
        worlds.movePrice(false, bound(ethBps, -1_000, 1_000));
        worlds.movePrice(true, bound(btcBps, -1_000, 1_000));
        worlds.trade(order, order / 6, size, size, ethBps, 0);
        worlds.moveTime(size, true, 7);
        worlds.leaveAll(order);
    }

    // ------------------------------------------------------------------------------------------------ 29

    /// hardhat-config: fuzz.runs = 32
    function testFuzz_29_SettlesOnceInAnyOrder(uint256 seed, int256 bps) public {
        worlds.movePrice(false, bps);
        worlds.compareSettlements(seed);
    }

    // ------------------------------------------------------------------------------------------------ 30

    /// @dev A pair matched as often as one likes fills what it signed; a cancelled one nothing; on another chain nothing.
    /// hardhat-config: fuzz.runs = 32
    function testFuzz_30_EachSignatureOnce(uint256 series, int256 size, uint256 share) public {
        worlds.order(0, 4, series, size, share);
        for (uint256 i = 0; i < 4; ++i) worlds.resubmit(0, share);
        worlds.order(2, 4, series, size, 1);
        worlds.cancel(1, share % 2 == 0);
        worlds.resubmit(1, 100);
        worlds.order(2, 5, series, size, 1);
        worlds.cancelAll(2);
        worlds.resubmit(2, 100);
    }

    function test_30_NotOnAnotherChain() public {
        worlds.order(0, 4, 1, 1e18, 50);
        vm.chainId(1);
        (bool ok, bytes memory why) = address(worlds).call(abi.encodeCall(worlds.resubmit, (0, 100)));
        assertFalse(ok, "30: a signature of another chain was taken");
        // what the ghost, which knows of no chains, did not foretell
        assertTrue(why.length > 0);
    }
}
