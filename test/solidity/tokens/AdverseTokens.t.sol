// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {AccountId, toAccountId} from "../../../contracts/types/AccountId.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";
import {Stack} from "../helpers/Stack.sol";
import {
    BlocklistToken,
    DoubleEntryToken,
    ElasticToken,
    FlashToken,
    HookedToken,
    IHooks,
    MaxIsBalanceToken,
    SecondEntry,
    ShiftingDecimalsToken
} from "./AdverseTokens.sol";

/// @dev Owns an account and is called by its token before it sends and after it receives; then it makes its own calls.
contract HookedOwner is IHooks {
    address private immutable _target;
    bytes[] private _calls;
    bytes[] public answers;
    IERC20 private immutable _token;
    uint256 private _topUp;

    constructor(address target, HookedToken token) {
        (_target, _token) = (target, token);
        token.register();
        token.approve(target, type(uint256).max);
    }

    function plan(bytes calldata call) external {
        _calls.push(call);
    }

    /// @dev Sends so much to the target from within a hook.
    function planTopUp(uint256 amount) external {
        _topUp = amount;
    }

    function answerCount() external view returns (uint256) {
        return answers.length;
    }

    function run(bytes calldata call) external {
        (bool ok, bytes memory answer) = _target.call(call);
        if (!ok) {
            assembly {
                revert(add(answer, 0x20), mload(answer))
            }
        }
    }

    function beforeSend(uint256) external {
        uint256 amount = _topUp;
        _topUp = 0;
        if (amount != 0) _token.transfer(_target, amount);
        _callAll();
    }

    function afterReceipt(uint256) external {
        _callAll();
    }

    function _callAll() private {
        for (uint256 i = 0; i < _calls.length; ++i) {
            (bool ok, bytes memory answer) = _target.call(_calls[i]);
            answers.push(ok ? bytes("done") : answer);
        }
    }
}

/// @dev Borrows tokens out of nothing, makes them collateral and tries to leave with cash.
contract FlashBorrower {
    IClearinghouse private immutable _house;
    FlashToken private immutable _token;
    uint256 private _cashRaw;
    bool private _leave;

    constructor(IClearinghouse house, FlashToken token) {
        (_house, _token) = (house, token);
        token.approve(address(house), type(uint256).max);
    }

    function account() public view returns (AccountId) {
        return toAccountId(address(this), 0);
    }

    function attack(uint256 amount, uint256 cashRaw) external {
        _cashRaw = cashRaw;
        _token.flash(amount, abi.encodeCall(this.use, (amount)));
    }

    function use(uint256 amount) external {
        _house.deposit(account(), 3, amount);
        if (_cashRaw != 0) _house.withdraw(account(), 0, _cashRaw, address(this));
        _house.withdraw(account(), 3, amount, address(this));
    }
}

/// @dev What the matrix cannot show: sequences in which an adverse token is used against others.
contract AdverseTokensTest is Stack {
    uint8 private constant ID = 3;

    function setUp() public override {
        super.setUp();
        fund(bobId, USDC_ID, 1_000_000e6);
        fund(keeperId, USDC_ID, 1_000_000e6);
    }

    function _list(address token) private {
        house.setAsset(ID, token, ETH, true, type(uint128).max);
    }

    function _give(address token, address to, uint256 amount) private {
        ElasticToken(token).mint(to, amount);
        vm.prank(to);
        IERC20(token).approve(address(house), type(uint256).max);
    }

    function _deposit(AccountId account, uint256 amount) private {
        vm.prank(account.owner());
        house.deposit(account, ID, amount);
    }

    // ------------------------------------------------------------------------------------------------ hooks

    /// @dev From either hook, of a deposit and of a withdrawal: nothing that changes or reads an account answers.
    function test_HooksCannotEnterAgain() public {
        HookedToken token = new HookedToken(18);
        _list(address(token));
        HookedOwner owner = new HookedOwner(address(house), token);
        AccountId id = toAccountId(address(owner), 0);
        token.mint(address(owner), 100e18);
        ILiquidator.Call memory none;
        bytes[11] memory calls = [
            abi.encodeCall(house.deposit, (id, ID, 1e18)),
            abi.encodeCall(house.withdraw, (id, ID, 1e18, address(owner))),
            abi.encodeCall(house.transfer, (id, aliceId, ID, 1e18)),
            abi.encodeCall(house.setProfile, (id, 1)),
            abi.encodeCall(house.accrueInterest, ()),
            abi.encodeCall(house.sweepFees, (address(this))),
            abi.encodeCall(house.executeLiquidation, (none, address(owner), 0, 0)),
            abi.encodeCall(house.portfolioOf, (id)),
            abi.encodeCall(house.marginOf, (id)),
            abi.encodeCall(house.collateralOf, (id, ID)),
            abi.encodeCall(house.assetInfo, (ID))
        ];
        for (uint256 i = 0; i < calls.length; ++i) owner.plan(calls[i]);
        owner.run(abi.encodeCall(house.deposit, (id, ID, 50e18)));
        owner.run(abi.encodeCall(house.withdraw, (id, ID, 20e18, address(owner))));
        assertEq(owner.answerCount(), 2 * calls.length, "a hook each");
        for (uint256 i = 0; i < owner.answerCount(); ++i) {
            assertEq(
                owner.answers(i),
                abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
            );
        }
        assertEq(house.collateralOf(id, ID), 30e18);
        assertEq(token.balanceOf(address(house)), 30e18);
    }

    /// @dev What is sent along in the hook of a deposit is no deposit: the sum does not fit and all of it is refused.
    function test_RevertWhen_AHookSendsMore() public {
        HookedToken token = new HookedToken(18);
        _list(address(token));
        HookedOwner owner = new HookedOwner(address(house), token);
        AccountId id = toAccountId(address(owner), 0);
        token.mint(address(owner), 100e18);
        owner.planTopUp(1e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.TransferAmountMismatch.selector,
                address(token),
                uint256(10e18),
                uint256(11e18)
            )
        );
        owner.run(abi.encodeCall(house.deposit, (id, ID, 10e18)));
    }

    // ------------------------------------------------------------------------------------------------ flash mint

    /// @dev Within the call the tokens back a debt like any; what backs it cannot leave, so that nothing can be paid back.
    function test_RevertWhen_FlashMintedCollateralLeavesADebt() public {
        FlashToken token = new FlashToken(18);
        _list(address(token));
        FlashBorrower borrower = new FlashBorrower(house, token);
        vm.expectPartialRevert(IClearinghouseTypes.WithdrawalTooLarge.selector);
        borrower.attack(1_000e18, 500_000e6);
        // without a debt it comes and goes, and leaves nothing behind
        borrower.attack(1_000e18, 0);
        assertEq(house.assetInfo(ID).recorded, 0);
        assertEq(token.totalSupply(), 0);
        assertEq(usdc.balanceOf(address(borrower)), 0);
    }

    /// @dev The cap holds within the call too.
    function test_RevertWhen_FlashMintedAboveTheCap() public {
        FlashToken token = new FlashToken(18);
        house.setAsset(ID, address(token), ETH, true, 500e18);
        FlashBorrower borrower = new FlashBorrower(house, token);
        vm.expectPartialRevert(IClearinghouseTypes.DepositCapExceeded.selector);
        borrower.attack(500e18 + 1, 0);
    }

    // ------------------------------------------------------------------------------------------------ rebasing

    /// @dev Half of the tokens are gone: who comes first gets no more than who comes last, which is nothing until what is
    /// missing is back.
    function test_NobodyLeavesAheadOfARebase() public {
        ElasticToken token = new ElasticToken(18, 0.5e18);
        _list(address(token));
        _give(address(token), alice, 100e18);
        _give(address(token), bob, 100e18);
        _deposit(aliceId, 100e18);
        _deposit(bobId, 100e18);
        token.arm();
        bytes memory refusal = abi.encodeWithSelector(
            IClearinghouseTypes.LedgerMismatch.selector,
            address(token),
            uint256(200e18),
            uint256(100e18)
        );
        vm.expectRevert(refusal);
        vm.prank(alice);
        house.withdraw(aliceId, ID, 100e18, alice);
        vm.expectRevert(refusal);
        vm.prank(bob);
        house.withdraw(bobId, ID, 1, bob);
        // shares of 200 show as 100
        token.mint(address(house), 100e18);
        vm.prank(alice);
        house.withdraw(aliceId, ID, 100e18, alice);
        vm.prank(bob);
        house.withdraw(bobId, ID, 100e18, bob);
        assertEq(house.assetInfo(ID).recorded, 0);
    }

    // ------------------------------------------------------------------------------------------------ blocked

    /// @dev A blocked owner is liquidated like any, and a blocked receiver is not the only one that can be paid.
    function test_ABlockedOwnerIsLiquidated() public {
        BlocklistToken token = new BlocklistToken(18);
        _list(address(token));
        _give(address(token), alice, 10e18);
        _deposit(aliceId, 10e18);
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, 25_000e6, alice);
        token.block_(alice);
        token.arm();
        setPrice(ETH, 2_950e18);
        liquidate(aliceId);
        uint256 taken = house.collateralOf(keeperId, ID);
        assertGt(taken, 0);
        vm.prank(keeper);
        house.withdraw(keeperId, ID, taken, keeper);
        assertEq(token.balanceOf(keeper), taken);
        // what she may still take out goes to another address
        setPrice(ETH, 6_000e18);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(BlocklistToken.Blocked.selector, alice));
        house.withdraw(aliceId, ID, 1e18, alice);
        house.withdraw(aliceId, ID, 1e18, carol);
        vm.stopPrank();
        assertEq(token.balanceOf(carol), 1e18);
    }

    /// @dev One asset that does not move keeps nobody from another.
    function test_ABlockedClearinghouseBlocksOneAsset() public {
        BlocklistToken token = new BlocklistToken(18);
        _list(address(token));
        _give(address(token), alice, 10e18);
        _deposit(aliceId, 10e18);
        fund(aliceId, WETH_ID, 5e18);
        token.block_(address(house));
        token.arm();
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(BlocklistToken.Blocked.selector, address(house)));
        house.withdraw(aliceId, ID, 1e18, alice);
        house.withdraw(aliceId, WETH_ID, 5e18, alice);
        vm.stopPrank();
    }

    // ------------------------------------------------------------------------------------------------ two addresses

    /// @dev Each entry is an asset of its own; together they never pay out more than came in.
    function test_TwoEntriesToOneBalance() public {
        DoubleEntryToken token = new DoubleEntryToken(18);
        SecondEntry second = token.second();
        _list(address(token));
        house.setAsset(ID + 1, address(second), ETH, true, type(uint128).max);
        _give(address(token), alice, 100e18);
        _give(address(token), bob, 50e18);
        _deposit(aliceId, 100e18);
        vm.prank(bob);
        house.deposit(bobId, ID + 1, 50e18);
        assertEq(token.balanceOf(address(house)), 150e18);
        assertEq(house.assetInfo(ID).recorded, 100e18);
        assertEq(house.assetInfo(ID + 1).recorded, 50e18);
        // a deposit by one entry does not count by the other
        vm.prank(bob);
        vm.expectPartialRevert(IClearinghouseTypes.InsufficientLiquidity.selector);
        house.withdraw(bobId, ID + 1, 50e18 + 1, bob);
        vm.prank(alice);
        house.withdraw(aliceId, ID, 100e18, alice);
        vm.prank(bob);
        house.withdraw(bobId, ID + 1, 50e18, bob);
        assertEq(token.balanceOf(address(house)), 0);
    }

    // ------------------------------------------------------------------------------------------------ amounts

    /// @dev The largest number is a number here, and too large a one.
    function test_RevertWhen_MaxMeansBalance() public {
        MaxIsBalanceToken token = new MaxIsBalanceToken(18);
        _list(address(token));
        _give(address(token), alice, 100e18);
        bytes memory refusal = abi.encodeWithSelector(
            IClearinghouseTypes.AmountTooLarge.selector,
            type(uint256).max,
            uint256(type(uint128).max)
        );
        vm.startPrank(alice);
        vm.expectRevert(refusal);
        house.deposit(aliceId, ID, type(uint256).max);
        house.deposit(aliceId, ID, 60e18);
        vm.expectRevert(refusal);
        house.withdraw(aliceId, ID, type(uint256).max, alice);
        vm.stopPrank();
        assertEq(house.collateralOf(aliceId, ID), 60e18);
    }

    /// @dev Balances near 2^255 are no deposits, and next to them the ledger still adds up.
    function test_RevertWhen_TheAmountIsHuge() public {
        ElasticToken token = new ElasticToken(2, 1e18);
        _list(address(token));
        // as much as 59 bits less than a word holds, since the token multiplies
        uint256 huge = (type(uint256).max / 1e18) / 2;
        _give(address(token), alice, huge);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.AmountTooLarge.selector,
                huge,
                uint256(type(uint128).max)
            )
        );
        vm.prank(alice);
        house.deposit(aliceId, ID, huge);
        vm.expectPartialRevert(IClearinghouseTypes.AmountTooLarge.selector);
        vm.prank(alice);
        house.deposit(aliceId, ID, type(uint128).max);
        vm.prank(alice);
        IERC20(address(token)).transfer(address(house), huge / 2);
        _deposit(aliceId, 100);
        assertEq(house.collateralOf(aliceId, ID), 1e18);
    }

    /// @dev The decimals at listing are the asset's for good, in both directions.
    function test_DecimalsAreThoseAtListing() public {
        ShiftingDecimalsToken token = new ShiftingDecimalsToken(6);
        _list(address(token));
        _give(address(token), alice, 100e6);
        _deposit(aliceId, 50e6);
        token.arm();
        _deposit(aliceId, 50e6);
        assertEq(house.collateralOf(aliceId, ID), 100e18);
        house.setAsset(ID, address(token), ETH, true, 1e30);
        house.tightenAsset(ID, true, 1e29);
        assertEq(uint256(house.assetInfo(ID).decimals), 6);
        vm.prank(alice);
        house.withdraw(aliceId, ID, 100e6, alice);
        assertEq(token.balanceOf(alice), 100e6);
    }
}
