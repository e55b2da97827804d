// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Stack} from "../helpers/Stack.sol";
import {Vm} from "../helpers/Vm.sol";
import {Clearinghouse} from "../../../contracts/Clearinghouse.sol";
import {AccountId, toAccountId} from "../../../contracts/types/AccountId.sol";
import {RateModel} from "../../../contracts/types/RateModel.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {CashMarket} from "../../../contracts/markets/CashMarket.sol";
import {MockERC20} from "../../../contracts/mocks/MockERC20.sol";

/// @dev A clearinghouse whose cash has 18 decimals, so that one raw unit is one wei of cash. Rates: 4% a year at the kink
/// of 80%, 64% at full utilisation, a tenth of the interest stays in the pool. alice brings 100 ETH, bob 100,000 cash.
contract CashMarketTest is Stack {
    uint256 private constant YEAR = 365 days;
    uint256 private constant LENT = 100_000e18;
    uint256 private constant MINTED = 1e24;

    function setUp() public override {
        super.setUp();
        RateModel memory model = RateModel(0, 0.04e18, 0.6e18, 0.8e18, 0.1e18);
        house = IClearinghouse(
            address(
                new Clearinghouse(
                    address(manager),
                    house.extension(),
                    house.liquidation(),
                    house.deleveraging(),
                    model
                )
            )
        );
        house.setRiskEngine(engine);
        usdc = new MockERC20("Dollar", "USD", 18);
        house.setAsset(USDC_ID, address(usdc), 0, true, 1e30);
        house.setAsset(WETH_ID, address(weth), ETH, true, 1e30);
        house.setPerp(ETH, IClearinghouseTypes.PerpConfig(true, 1_000_000e18, 10_000_000, 500, 0, 0));
        house.setInsuranceAccount(toAccountId(keeper, 99));
        house.setModule(address(this), 1, 5_000, toAccountId(address(this), 0));
        address[3] memory people = [alice, bob, carol];
        for (uint256 i = 0; i < 3; ++i) {
            usdc.mint(people[i], MINTED);
            vm.startPrank(people[i]);
            usdc.approve(address(house), type(uint256).max);
            weth.approve(address(house), type(uint256).max);
            vm.stopPrank();
        }
        fund(aliceId, WETH_ID, 100e18);
        _deposit(bobId, LENT);
    }

    // ------------------------------------------------------------------------------------------------ rates

    function test_NothingBorrowedNothingPaid() public {
        _assertRates(0, 0);
        skip(YEAR);
        assertEq(house.cashOf(bobId), int256(LENT));
        IClearinghouseTypes.CashState memory state = house.cashState();
        assertEq(state.supplyIndex, 1e18);
        assertEq(state.borrowIndex, 1e18);
    }

    /// @dev The time alone is no change: while nobody borrows, no index is written or told.
    function test_NothingBorrowedNothingWritten() public {
        skip(YEAR);
        vm.recordLogs();
        _deposit(bobId, 1e18);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            assertTrue(logs[i].topics[0] != IClearinghouseTypes.InterestAccrued.selector, "interest told");
        }
    }

    function test_RatesFollowUtilisation() public {
        // half: 2.5%, of which lenders get 90% of a half
        _withdraw(aliceId, 50_000e18);
        _assertRates(0.025e18, 0.01125e18);
        // at the kink
        _withdraw(aliceId, 30_000e18);
        _assertRates(0.04e18, 0.0288e18);
        // half way from the kink to full
        _withdraw(aliceId, 10_000e18);
        _assertRates(0.34e18, 0.2754e18);
        // all of it
        _withdraw(aliceId, 10_000e18);
        _assertRates(0.64e18, 0.576e18);
        // and back
        _deposit(aliceId, 50_000e18);
        _assertRates(0.025e18, 0.01125e18);
        _deposit(aliceId, 50_000e18);
        _assertRates(0, 0);
    }

    /// @dev The rate is what utilisation was after the last change, until the next.
    function test_DepositsLowerTheRate() public {
        _withdraw(aliceId, 50_000e18);
        _deposit(carolId, 25_000e18);
        _assertRates(0.02e18, 0.0072e18);
    }

    /// @dev More owed than lent: a debt that came from fees, which are nobody's cash until they are swept. Utilisation is
    /// cut off at one and nothing divides by zero.
    function test_DebtWithoutLenders() public {
        _withdraw(bobId, LENT);
        fund(carolId, WETH_ID, 100e18);
        house.trade(IClearinghouseTypes.Trade(aliceId, carolId, ethPerp, 1e18, 4_000e18, 40e18, 40e18));
        IClearinghouseTypes.CashState memory state = house.cashState();
        assertEq(state.supplied, 0);
        assertEq(state.borrowed, 80e18);
        _assertRates(0.64e18, 0.576e18);
        skip(YEAR);
        assertEq(house.cashOf(aliceId), -65.6e18);
        house.sweepFees(address(this));
        // swept they are lent, at an index that is no longer round
        assertApproxEqAbs(house.cashState().supplied, 80e18, 2);
    }

    function _assertRates(uint256 borrowRate, uint256 supplyRate) private view {
        IClearinghouseTypes.CashState memory state = house.cashState();
        assertEq(state.borrowRate, borrowRate, "borrow rate");
        assertEq(state.supplyRate, supplyRate, "supply rate");
    }

    // ------------------------------------------------------------------------------------------------ accrual

    /// @dev A year at half utilisation: 1,250 paid, 1,125 earned, 125 stay.
    function test_BorrowersPayLendersEarnReserveStays() public {
        _withdraw(aliceId, 50_000e18);
        skip(YEAR);
        assertEq(house.cashOf(aliceId), -51_250e18);
        assertEq(house.cashOf(bobId), 101_125e18);
        IClearinghouseTypes.CashState memory state = house.cashState();
        assertEq(state.supplyIndex, 1.01125e18);
        assertEq(state.borrowIndex, 1.025e18);
        assertEq(state.supplied, 101_125e18);
        assertEq(state.borrowed, 51_250e18);
        // the debt repaid and the loan taken back, the reserve is what is left
        _deposit(aliceId, 51_250e18);
        assertEq(house.cashOf(aliceId), 0);
        _withdraw(bobId, 101_125e18);
        assertEq(house.assetInfo(USDC_ID).recorded, 125e18);
        assertEq(usdc.balanceOf(address(house)), 125e18);
    }

    function test_InterestCountsForMargin() public {
        _withdraw(aliceId, 50_000e18);
        skip(YEAR);
        assertEq(margin(aliceId).equity, 400_000e18 - 51_250e18);
    }

    /// @dev What is lent out cannot be withdrawn, nor borrowed a second time.
    function test_RevertWhen_LentOut() public {
        _withdraw(aliceId, 60_000e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.InsufficientLiquidity.selector,
                USDC_ID,
                uint256(40_000e18),
                uint256(40_000e18 + 1)
            )
        );
        vm.prank(bob);
        house.withdraw(bobId, USDC_ID, 40_000e18 + 1, bob);
        _withdraw(bobId, 40_000e18);
    }

    function test_AccrueEmits() public {
        _withdraw(aliceId, 50_000e18);
        skip(YEAR);
        vm.expectEmit(address(house));
        // utilisation 51,250 / 101,125 afterwards, so that the next rates are a little higher
        emit IClearinghouseTypes.InterestAccrued(1.01125e18, 1.025e18, 0.01155801e18, 0.02533992e18);
        house.accrueInterest();
    }

    /// @dev In the same second nothing moves, however often it is accrued.
    function testFuzz_NothingMovesInNoTime(uint256 borrowed, uint256 wait) public {
        _withdraw(aliceId, bound(borrowed, 1, LENT));
        skip(bound(wait, 0, YEAR));
        house.accrueInterest();
        bytes32 before = keccak256(abi.encode(house.cashState()));
        house.accrueInterest();
        house.accrueInterest();
        assertEq(keccak256(abi.encode(house.cashState())), before);
    }

    /// @dev A view between accruals is what the accrual then writes.
    function testFuzz_ViewsRunAhead(uint256 borrowed, uint256 wait) public {
        _withdraw(aliceId, bound(borrowed, 1, LENT));
        skip(bound(wait, 0, YEAR));
        IClearinghouseTypes.CashState memory before = house.cashState();
        (int256 debt, int256 loan) = (house.cashOf(aliceId), house.cashOf(bobId));
        house.accrueInterest();
        IClearinghouseTypes.CashState memory state = house.cashState();
        assertEq(state.supplyIndex, before.supplyIndex);
        assertEq(state.borrowIndex, before.borrowIndex);
        assertEq(house.cashOf(aliceId), debt);
        assertEq(house.cashOf(bobId), loan);
    }

    /// @dev One accrual or many. Interest is simple between accruals and compound across them, and each accrual reads the
    /// rates anew, so that a poke adds no more than the second order: below the kink, over a month at a yearly rate of r,
    /// less than four times (r / 12)^2 of the debt.
    function testFuzz_ManyAccrualsAreOne(uint256 borrowed, uint256 pokes, uint256 seed) public {
        borrowed = bound(borrowed, 1e18, 70_000e18);
        pokes = bound(pokes, 1, 12);
        _withdraw(aliceId, borrowed);
        uint256 end = block.timestamp + 30 days;
        uint256 rate = house.cashState().borrowRate / 12;
        uint256 state = vm.snapshotState();
        vm.warp(end);
        uint256 debt = uint256(-house.cashOf(aliceId));
        uint256 loan = uint256(house.cashOf(bobId));
        vm.revertToState(state);
        for (uint256 i = 0; i < pokes; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            vm.warp(block.timestamp + (seed % ((end - block.timestamp) / 2)));
            house.accrueInterest();
        }
        vm.warp(end);
        uint256 debt2 = uint256(-house.cashOf(aliceId));
        uint256 loan2 = uint256(house.cashOf(bobId));
        // rates are cut to 1e-8 a year at each accrual, hence the last term
        uint256 slack = ((((debt * rate) / 1e18) * rate) / 1e18) * 4 + debt / 1e8 + pokes * 1e6;
        assertLe(debt2, debt + slack);
        assertGe(debt2 + debt / 1e8 + pokes * 1e6, debt);
        assertLe(loan2, loan + slack);
        assertGe(loan2 + loan / 1e8 + pokes * 1e6, loan);
    }

    // ------------------------------------------------------------------------------------------------ conservation

    /// @dev Through a random sequence of deposits, withdrawals, loans, transfers and time: the totals are the sums of the
    /// accounts within a wei each; and what the pool holds with what it is owed covers what it owes, the more so the more
    /// interest was paid.
    function testFuzz_LendersNeverEarnMoreThanBorrowersPay(uint256 seed) public {
        fund(carolId, WETH_ID, 100e18);
        uint256 lastReserve;
        for (uint256 i = 0; i < 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            _randomStep(seed);
            (uint256 supplied, uint256 borrowed) = _assertTotals();
            uint256 held = house.assetInfo(USDC_ID).recorded;
            assertEq(held, usdc.balanceOf(address(house)));
            assertGe(held + borrowed, supplied, "lenders earned more than borrowers paid");
            uint256 reserve = held + borrowed - supplied;
            // the reserve is nobody's, nothing takes it out; the sums of floors and ceilings may sway by a few wei
            assertGe(reserve + 8, lastReserve, "reserve fell");
            lastReserve = reserve;
        }
    }

    function _randomStep(uint256 seed) private {
        AccountId[3] memory ids = [aliceId, bobId, carolId];
        AccountId id = ids[seed % 3];
        uint256 what = (seed >> 8) % 5;
        // one in four amounts is dust
        uint256 amount = (seed >> 16) & 3 == 0 ? (seed >> 64) % 11 : (seed >> 64) % 60_000e18;
        if (what == 0) {
            skip((seed >> 32) % 90 days);
        } else if (what == 1) {
            if (amount != 0) _deposit(id, amount);
        } else if (what == 2) {
            house.accrueInterest();
        } else {
            address owner = id.owner();
            bytes memory call =
                what == 3
                    ? abi.encodeCall(house.transfer, (id, toAccountId(owner, 1), USDC_ID, amount))
                    : abi.encodeCall(house.withdraw, (id, USDC_ID, amount, owner));
            vm.prank(owner);
            // refused where the margin or the pool is too small
            (bool ok, ) = address(house).call(call);
            if (!ok) return;
        }
    }

    /// @dev Returns the sums of the accounts' positive and negative cash.
    function _assertTotals() private view returns (uint256 supplied, uint256 borrowed) {
        address[3] memory people = [alice, bob, carol];
        for (uint256 i = 0; i < 6; ++i) {
            int256 cash = house.cashOf(toAccountId(people[i / 2], uint96(i % 2)));
            if (cash > 0) supplied += uint256(cash);
            else borrowed += uint256(-cash);
        }
        IClearinghouseTypes.CashState memory state = house.cashState();
        // the totals round the other way: against the pool
        assertGe(state.supplied, supplied);
        assertLe(state.supplied, supplied + 6);
        assertLe(state.borrowed, borrowed);
        assertGe(state.borrowed + 6, borrowed);
    }

    // ------------------------------------------------------------------------------------------------ dust

    /// @dev Indexes off one, then dust in and out: never a wei more comes out than went in.
    function testFuzz_DustNeverProfits(
        uint256 borrowed,
        uint256 wait,
        uint256 amount,
        uint256 rounds
    ) public {
        _awry(borrowed, wait);
        amount = bound(amount, 1, 10);
        rounds = bound(rounds, 1, 8);
        for (uint256 i = 0; i < rounds; ++i) {
            _deposit(carolId, amount);
            int256 credited = house.cashOf(carolId);
            assertLe(credited, int256(amount * (i + 1)));
            assertGe(credited, 0);
        }
        // all of it out again, wei by wei, until the house refuses
        uint256 out;
        while (out < 100 && _tryWithdraw(carolId, 1)) ++out;
        assertLe(out, amount * rounds);
        assertLe(usdc.balanceOf(carol), MINTED);
    }

    /// @dev The same in one go: a deposit comes out whole or less.
    function testFuzz_DepositAndWithdrawNeverProfits(uint256 borrowed, uint256 wait, uint256 amount) public {
        _awry(borrowed, wait);
        amount = bound(amount, 1, 100_000e18);
        _deposit(carolId, amount);
        assertLe(house.cashOf(carolId), int256(amount));
        assertGe(house.cashOf(carolId) + 2, int256(amount));
        assertFalse(_tryWithdraw(carolId, amount + 1));
        int256 cash = house.cashOf(carolId);
        if (cash != 0) _withdraw(carolId, uint256(cash));
        assertGe(house.cashOf(carolId), 0);
        assertLe(usdc.balanceOf(carol), MINTED);
    }

    /// @dev Borrowing and repaying dust never makes a debt smaller than what was taken out.
    function testFuzz_DustNeverLowersADebt(
        uint256 borrowed,
        uint256 wait,
        uint256 amount,
        uint256 rounds
    ) public {
        _awry(borrowed, wait);
        amount = bound(amount, 1, 10);
        rounds = bound(rounds, 1, 8);
        int256 debt = house.cashOf(aliceId);
        for (uint256 i = 0; i < rounds; ++i) {
            _withdraw(aliceId, amount);
            assertLe(house.cashOf(aliceId), debt - int256(amount));
            _deposit(aliceId, amount);
            assertLe(house.cashOf(aliceId), debt);
        }
    }

    /// @dev Nor do transfers, between lender and borrower or back.
    function testFuzz_TransfersNeverProfit(
        uint256 borrowed,
        uint256 wait,
        uint256 amount,
        uint256 rounds
    ) public {
        _awry(borrowed, wait);
        AccountId second = toAccountId(alice, 1);
        usdc.mint(alice, 1e18);
        vm.prank(alice);
        house.deposit(second, USDC_ID, 1e18);
        amount = bound(amount, 1, 10);
        rounds = bound(rounds, 1, 8);
        int256 sum = house.cashOf(aliceId) + house.cashOf(second);
        for (uint256 i = 0; i < rounds; ++i) {
            vm.startPrank(alice);
            house.transfer(aliceId, second, USDC_ID, amount);
            house.transfer(second, aliceId, USDC_ID, amount);
            vm.stopPrank();
            assertLe(house.cashOf(aliceId) + house.cashOf(second), sum);
        }
        // no account without collateral ends below zero
        assertGe(house.cashOf(second), 0);
    }

    /// @dev A deposit while nobody borrows takes a shorter way to the same principal and the same totals.
    function testFuzz_IdleDepositIsADeposit(
        uint256 index,
        uint256 principal,
        uint256 amount,
        uint256 rest
    ) public view {
        CashMarket.Index memory now_ = CashMarket.Index(0, 1e18, 0, 0, block.timestamp);
        now_.supplyIndex = bound(index, 1e18, CashMarket.MAX_INDEX);
        int256 old = int256(bound(principal, 0, 2 ** 100));
        int256 more = int256(bound(amount, 1, 2 ** 100));
        int256 expected = CashMarket.toPrincipal(now_, CashMarket.toCash(now_, old) + more);
        assertEq(CashMarket.lent(CashMarket.pack(now_), old, more), expected);

        CashMarket.Totals memory totals = CashMarket.Totals(uint256(old) + bound(rest, 0, 2 ** 100), 0);
        CashMarket.TotalsWord word = CashMarket.pack(totals);
        assertTrue(CashMarket.isIdle(word));
        CashMarket.TotalsWord shorter = CashMarket.replaceSupply(word, old, expected);
        CashMarket.replace(totals, old, expected);
        assertEq(
            CashMarket.TotalsWord.unwrap(shorter),
            CashMarket.TotalsWord.unwrap(CashMarket.pack(totals))
        );
        totals.borrowPrincipal = 1;
        assertFalse(CashMarket.isIdle(CashMarket.pack(totals)));
    }

    /// @dev A loan and some time, so that neither index is round.
    function _awry(uint256 borrowed, uint256 wait) private {
        _withdraw(aliceId, bound(borrowed, 1e18, LENT / 2));
        skip(bound(wait, 1, 3 * YEAR));
        house.accrueInterest();
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _deposit(AccountId account, uint256 amount) private {
        vm.prank(account.owner());
        house.deposit(account, USDC_ID, amount);
    }

    function _withdraw(AccountId account, uint256 amount) private {
        address owner = account.owner();
        vm.prank(owner);
        house.withdraw(account, USDC_ID, amount, owner);
    }

    function _tryWithdraw(AccountId account, uint256 amount) private returns (bool ok) {
        address owner = account.owner();
        vm.prank(owner);
        (ok, ) = address(house).call(abi.encodeCall(house.withdraw, (account, USDC_ID, amount, owner)));
    }
}
