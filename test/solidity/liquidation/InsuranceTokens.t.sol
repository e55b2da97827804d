// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Stack} from "../helpers/Stack.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ICashPool} from "../../../contracts/interfaces/ICashPool.sol";
import {InsuranceFund} from "../../../contracts/liquidation/InsuranceFund.sol";
import {MockERC20} from "../../../contracts/mocks/MockERC20.sol";
import {FeeOnTransferToken, NoReturnToken, ReentrantToken} from "../../../contracts/mocks/WeirdTokens.sol";

/// @dev Cash tokens that are odd.
contract InsuranceTokensTest is Stack {
    /// @dev Another clearinghouse, on another cash token.
    function bare() private returns (IClearinghouse other) {
        other = _deployHouse();
        other.setRiskEngine(engine);
    }

    function fundOn(address token) private returns (InsuranceFund) {
        IClearinghouse other = bare();
        other.setAsset(USDC_ID, token, 0, true, 1e30);
        return new InsuranceFund(other, address(manager), 14 days, 7 days);
    }

    function test_NoReturnValue() public {
        NoReturnToken token = new NoReturnToken(6);
        InsuranceFund pool = fundOn(address(token));
        token.mint(alice, 1_100e6);
        vm.startPrank(alice);
        token.approve(address(pool), type(uint256).max);
        pool.deposit(1_000e6, alice);
        pool.fund(100e6);
        pool.requestRedeem(1_000e12);
        vm.warp(block.timestamp + 14 days);
        pool.redeem(1_000e12, alice, alice);
        vm.stopPrank();
        assertApproxEqAbs(token.balanceOf(alice), 1_100e6, 1);
    }

    function test_TwoDecimals() public {
        MockERC20 token = new MockERC20("Cents", "CENT", 2);
        InsuranceFund pool = fundOn(address(token));
        assertEq(uint256(pool.decimals()), uint256(8));
        token.mint(alice, 100);
        vm.startPrank(alice);
        token.approve(address(pool), 100);
        assertEq(pool.deposit(100, alice), 100e6);
        vm.stopPrank();
        assertEq(pool.balance(), 1e18);
        assertEq(pool.totalAssets(), 100);
    }

    function test_RevertWhen_MoreThan18Decimals() public {
        MockERC20 token = new MockERC20("Fine", "FINE", 19);
        IClearinghouse other = bare();
        other.setAsset(USDC_ID, address(token), 0, true, 1e30);
        vm.expectRevert(
            abi.encodeWithSelector(
                ICashPool.TooManyDecimals.selector,
                address(token),
                uint256(19),
                uint256(18)
            )
        );
        new InsuranceFund(other, address(manager), 14 days, 7 days);
    }

    function test_RevertWhen_NoCashIsListed() public {
        IClearinghouse other = bare();
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.UnknownAsset.selector, USDC_ID));
        new InsuranceFund(other, address(manager), 14 days, 7 days);
    }

    function test_RevertWhen_TheTokenTakesAFee() public {
        FeeOnTransferToken token = new FeeOnTransferToken(6);
        InsuranceFund pool = fundOn(address(token));
        token.mint(alice, 1_000e6);
        // what lies around does not make up for it
        token.mint(address(pool), 1_000e6);
        vm.startPrank(alice);
        token.approve(address(pool), type(uint256).max);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.TransferAmountMismatch.selector,
                address(token),
                uint256(100e6),
                uint256(99e6)
            )
        );
        pool.deposit(100e6, alice);
        vm.stopPrank();
    }

    /// @dev The token calls back during each movement: what changes anything is refused, and so is the price while
    /// tokens are under way out of the clearinghouse.
    function test_RefusesToBeEnteredAgain() public {
        ReentrantToken token = new ReentrantToken(6);
        InsuranceFund pool = fundOn(address(token));
        token.mint(alice, 10_000e6);
        vm.startPrank(alice);
        token.approve(address(pool), type(uint256).max);
        pool.deposit(1_000e6, alice);
        pool.requestRedeem(500e12);
        vm.warp(block.timestamp + 14 days);
        bytes[] memory calls = new bytes[](6);
        calls[0] = abi.encodeCall(pool.deposit, (1e6, alice));
        calls[1] = abi.encodeCall(pool.mint, (1e12, alice));
        calls[2] = abi.encodeCall(pool.fund, (1e6));
        calls[3] = abi.encodeCall(pool.requestRedeem, (1));
        calls[4] = abi.encodeCall(pool.cancelRequest, ());
        calls[5] = abi.encodeCall(pool.totalAssets, ());
        for (uint256 i = 0; i < calls.length; ++i) {
            token.arm(address(pool), calls[i]);
            pool.redeem(10e12, alice, alice);
            assertFalse(token.lastCallSucceeded());
            assertEq(
                bytes4(token.lastReturn()),
                ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector
            );
            if (i == 2 || i == 5) continue;
            pool.deposit(10e6, alice);
            assertFalse(token.lastCallSucceeded());
            assertEq(
                bytes4(token.lastReturn()),
                ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector
            );
        }
        vm.stopPrank();
        assertEq(pool.totalAssets() * 1e6, pool.totalSupply());
    }
}
