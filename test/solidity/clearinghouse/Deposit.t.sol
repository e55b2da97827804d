// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Stack} from "../helpers/Stack.sol";
import {toAccountId} from "../../../contracts/types/AccountId.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {MockERC20} from "../../../contracts/mocks/MockERC20.sol";
import {
    FalseReturningToken,
    FeeOnTransferToken,
    LyingToken,
    NoReturnToken,
    RebasingToken,
    ReentrantToken
} from "../../../contracts/mocks/WeirdTokens.sol";

contract DepositTest is Stack {
    uint8 private constant NEXT_ID = 3;

    /// @dev Lists a token as the next collateral, valued as ETH, and gives alice a million of it.
    function _list(address token) private returns (uint8) {
        house.setAsset(NEXT_ID, token, ETH, true, type(uint128).max);
        MockERC20(token).mint(alice, 1_000_000 * 10 ** MockERC20(token).decimals());
        vm.prank(alice);
        (bool ok, ) = token.call(
            abi.encodeWithSignature("approve(address,uint256)", address(house), type(uint256).max)
        );
        assertTrue(ok);
        return NEXT_ID;
    }

    function test_CreditsCashInWad() public {
        fund(aliceId, USDC_ID, 1_234_567);
        assertEq(house.cashOf(aliceId), 1.234567e18);
        assertEq(house.assetInfo(USDC_ID).recorded, 1.234567e18);
        assertEq(usdc.balanceOf(address(house)), 1_234_567);
    }

    function test_CreditsCollateralInWad() public {
        fund(aliceId, WBTC_ID, 150_000_000);
        assertEq(house.collateralOf(aliceId, WBTC_ID), 1.5e18);
        (, , , uint64 mask) = house.accountInfo(aliceId);
        assertEq(uint256(mask), 1 << WBTC_ID);
    }

    function test_Emits() public {
        usdc.mint(alice, 5e6);
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.CashUpdated(aliceId, 5e18);
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.Deposited(aliceId, USDC_ID, alice, 5e6);
        vm.prank(alice);
        house.deposit(aliceId, USDC_ID, 5e6);
    }

    function test_DecimalsMatrix() public {
        uint8[5] memory decimals = [uint8(2), 6, 8, 18, 24];
        for (uint256 i = 0; i < decimals.length; ++i) {
            MockERC20 token = new MockERC20("T", "T", decimals[i]);
            uint8 id = uint8(NEXT_ID + i);
            house.setAsset(id, address(token), ETH, true, type(uint128).max);
            uint256 raw = 7 * 10 ** decimals[i];
            token.mint(alice, raw);
            vm.startPrank(alice);
            token.approve(address(house), raw);
            house.deposit(aliceId, id, raw);
            assertEq(house.collateralOf(aliceId, id), 7e18);
            house.withdraw(aliceId, id, raw, alice);
            vm.stopPrank();
            assertEq(token.balanceOf(alice), raw);
            assertEq(house.collateralOf(aliceId, id), 0);
            assertEq(house.assetInfo(id).recorded, 0);
        }
    }

    /// @dev 24 decimals: what a wad cannot hold stays with the owner.
    function testFuzz_CutsToWholeWads(uint256 raw) public {
        MockERC20 token = new MockERC20("Fine", "FINE", 24);
        uint8 id = _list(address(token));
        raw = bound(raw, 1e6, 1e30);
        uint256 before = token.balanceOf(alice);
        vm.prank(alice);
        house.deposit(aliceId, id, raw);
        assertEq(before - token.balanceOf(alice), raw - (raw % 1e6));
        assertEq(house.collateralOf(aliceId, id), raw / 1e6);
    }

    function test_RevertWhen_Zero() public {
        vm.expectRevert(IClearinghouseTypes.AmountZero.selector);
        vm.prank(alice);
        house.deposit(aliceId, USDC_ID, 0);
    }

    function test_RevertWhen_LessThanAWad() public {
        uint8 id = _list(address(new MockERC20("Fine", "FINE", 24)));
        vm.expectRevert(IClearinghouseTypes.AmountZero.selector);
        vm.prank(alice);
        house.deposit(aliceId, id, 999_999);
    }

    function test_RevertWhen_Overflowing() public {
        uint256 amount = uint256(type(uint128).max) + 1;
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.AmountTooLarge.selector,
                amount,
                uint256(type(uint128).max)
            )
        );
        vm.prank(alice);
        house.deposit(aliceId, USDC_ID, amount);
    }

    function test_RevertWhen_UnknownAsset() public {
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.UnknownAsset.selector, uint8(9)));
        vm.prank(alice);
        house.deposit(aliceId, 9, 1);
    }

    function test_RevertWhen_Disabled() public {
        house.setAsset(WETH_ID, address(weth), ETH, false, 1e30);
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.AssetDisabled.selector, WETH_ID));
        vm.prank(alice);
        house.deposit(aliceId, WETH_ID, 1e18);
    }

    function test_RevertWhen_AboveCap() public {
        house.setAsset(USDC_ID, address(usdc), 0, true, 100e18);
        fund(aliceId, USDC_ID, 60e6);
        usdc.mint(bob, 50e6);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.DepositCapExceeded.selector,
                USDC_ID,
                uint256(100e18),
                uint256(110e18)
            )
        );
        vm.prank(bob);
        house.deposit(bobId, USDC_ID, 50e6);
    }

    /// @dev Strangers could fill the eight collateral slots of an account with dust.
    function test_RevertWhen_Stranger() public {
        usdc.mint(bob, 1e6);
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.NotAuthorised.selector, aliceId, bob, uint8(4))
        );
        vm.prank(bob);
        house.deposit(aliceId, USDC_ID, 1e6);
    }

    function test_OperatorMayDeposit() public {
        vm.prank(alice);
        house.setOperator(aliceId, bob, 4, uint40(block.timestamp + 1));
        usdc.mint(bob, 2e6);
        vm.prank(bob);
        house.deposit(aliceId, USDC_ID, 2e6);
        assertEq(house.cashOf(aliceId), 2e18);
        vm.warp(block.timestamp + 2);
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.NotAuthorised.selector, aliceId, bob, uint8(4))
        );
        vm.prank(bob);
        house.deposit(aliceId, USDC_ID, 1e6);
    }

    function test_RevertWhen_TooManyCollaterals() public {
        for (uint8 i = 0; i < 9; ++i) {
            MockERC20 token = new MockERC20("T", "T", 18);
            house.setAsset(NEXT_ID + i, address(token), ETH, true, 1e30);
            token.mint(alice, 1e18);
            vm.startPrank(alice);
            token.approve(address(house), 1e18);
            if (i == 8) {
                vm.expectRevert(
                    abi.encodeWithSelector(
                        IClearinghouseTypes.TooManyCollaterals.selector,
                        aliceId,
                        uint256(8)
                    )
                );
            }
            house.deposit(aliceId, NEXT_ID + i, 1e18);
            vm.stopPrank();
        }
    }

    // ------------------------------------------------------------------------------------------------ weird tokens

    function test_RevertWhen_FeeOnTransfer() public {
        FeeOnTransferToken token = new FeeOnTransferToken(18);
        uint8 id = _list(address(token));
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.TransferAmountMismatch.selector,
                address(token),
                uint256(100e18),
                uint256(99e18)
            )
        );
        vm.prank(alice);
        house.deposit(aliceId, id, 100e18);
    }

    function test_RevertWhen_FeeIsSwitchedOnLater() public {
        FeeOnTransferToken token = new FeeOnTransferToken(18);
        token.setFee(0);
        uint8 id = _list(address(token));
        vm.prank(alice);
        house.deposit(aliceId, id, 100e18);
        token.setFee(100);
        vm.expectPartialRevert(IClearinghouseTypes.TransferAmountMismatch.selector);
        vm.prank(alice);
        house.deposit(aliceId, id, 100e18);
    }

    function test_RevertWhen_RebasedDown() public {
        RebasingToken token = new RebasingToken(18);
        uint8 id = _list(address(token));
        vm.prank(alice);
        house.deposit(aliceId, id, 100e18);
        token.rebase(0.5e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.LedgerMismatch.selector,
                address(token),
                uint256(100e18),
                uint256(50e18)
            )
        );
        vm.prank(alice);
        house.deposit(aliceId, id, 100e18);
    }

    function test_RevertWhen_RebasedDown_fewDecimals() public {
        _depositThenRebase(6);
    }

    function test_RevertWhen_RebasedDown_manyDecimals() public {
        _depositThenRebase(24);
    }

    /// @dev The ledger's 100 tokens are compared in the token's own decimals.
    function _depositThenRebase(uint8 decimals) private {
        RebasingToken token = new RebasingToken(decimals);
        uint8 id = _list(address(token));
        uint256 raw = 100 * 10 ** decimals;
        vm.startPrank(alice);
        house.deposit(aliceId, id, raw);
        house.deposit(aliceId, id, raw);
        token.rebase(0.99e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.LedgerMismatch.selector,
                address(token),
                2 * raw,
                (198 * raw) / 100
            )
        );
        house.deposit(aliceId, id, raw);
        vm.stopPrank();
    }

    function test_NoReturnValue() public {
        NoReturnToken token = new NoReturnToken(6);
        uint8 id = _list(address(token));
        vm.startPrank(alice);
        house.deposit(aliceId, id, 100e6);
        assertEq(house.collateralOf(aliceId, id), 100e18);
        house.withdraw(aliceId, id, 40e6, alice);
        vm.stopPrank();
        assertEq(token.balanceOf(address(house)), 60e6);
    }

    function test_RevertWhen_ReturnsFalse() public {
        FalseReturningToken token = new FalseReturningToken(18);
        uint8 id = _list(address(token));
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(token)));
        vm.prank(alice);
        house.deposit(aliceId, id, 1e18);
    }

    function test_RevertWhen_MovesNothing() public {
        LyingToken token = new LyingToken(18);
        uint8 id = _list(address(token));
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.TransferAmountMismatch.selector,
                address(token),
                uint256(1e18),
                uint256(0)
            )
        );
        vm.prank(alice);
        house.deposit(aliceId, id, 1e18);
    }

    function test_ReentrantCallIsRefused() public {
        ReentrantToken token = new ReentrantToken(18);
        uint8 id = _list(address(token));
        token.arm(address(house), abi.encodeCall(house.deposit, (toAccountId(address(token), 0), id, 1e18)));
        vm.prank(alice);
        house.deposit(aliceId, id, 1e18);
        assertFalse(token.lastCallSucceeded());
        assertEq(
            token.lastReturn(),
            abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
        );
        assertEq(house.collateralOf(aliceId, id), 1e18);
    }

    /// @dev Read-only reentrancy: in the middle of a deposit no view answers.
    function test_ViewsRefuseMidCall() public {
        ReentrantToken token = new ReentrantToken(18);
        uint8 id = _list(address(token));
        bytes[5] memory calls = [
            abi.encodeCall(house.portfolioOf, (aliceId)),
            abi.encodeCall(house.marginOf, (aliceId)),
            abi.encodeCall(house.collateralOf, (aliceId, id)),
            abi.encodeCall(house.assetInfo, (id)),
            abi.encodeCall(house.cashState, ())
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            token.arm(address(house), calls[i]);
            vm.prank(alice);
            house.deposit(aliceId, id, 1e18);
            assertFalse(token.lastCallSucceeded());
        }
    }

    /// @dev A donation belongs to nobody and changes nobody's account.
    function test_DonationChangesNothing() public {
        fund(aliceId, USDC_ID, 100e6);
        usdc.mint(address(house), 1_000e6);
        assertEq(house.cashOf(aliceId), 100e18);
        assertEq(house.assetInfo(USDC_ID).recorded, 100e18);
        fund(bobId, USDC_ID, 50e6);
        assertEq(house.cashOf(bobId), 50e18);
    }
}
