// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {InsuranceBase} from "./InsuranceBase.sol";
import {ICashPool} from "../../../contracts/interfaces/ICashPool.sol";
import {InsuranceFund} from "../../../contracts/liquidation/InsuranceFund.sol";

/// @dev Leaving the fund: the delay, the time after it, escrow.
contract InsuranceRequestsTest is InsuranceBase {
    uint256 private shares;

    function setUp() public override {
        super.setUp();
        shares = stake(alice, 1_000e6);
        stake(bob, 3_000e6);
    }

    function assertRequest(
        address who,
        uint256 inEscrow,
        uint256 readyAtSec,
        uint256 lapsesAtSec
    ) private view {
        ICashPool.Request memory made = insurance.requestOf(who);
        assertEq(made.shares, inEscrow, "shares");
        assertEq(uint256(made.readyAtSec), readyAtSec, "ready");
        assertEq(uint256(made.lapsesAtSec), lapsesAtSec, "lapses");
    }

    function expectNotReady(uint256 readyAtSec) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                ICashPool.RequestNotReady.selector,
                alice,
                uint40(readyAtSec),
                block.timestamp
            )
        );
    }

    function expectLapsed(uint256 lapsesAtSec) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                ICashPool.RequestLapsed.selector,
                alice,
                uint40(lapsesAtSec),
                block.timestamp
            )
        );
    }

    // ------------------------------------------------------------------------------------------------ the delay

    function test_Request() public {
        uint40 readyAtSec = uint40(block.timestamp + DELAY);
        vm.expectEmit(address(insurance));
        emit ICashPool.RequestUpdated(alice, 400e12, readyAtSec, readyAtSec + uint40(WINDOW));
        request(alice, 400e12);
        assertRequest(alice, 400e12, readyAtSec, readyAtSec + WINDOW);
        assertEq(insurance.balanceOf(alice), 600e12);
        assertEq(insurance.balanceOf(address(insurance)), 400e12);
        assertEq(insurance.totalSupply(), 4_000e12, "still shares");
    }

    function test_RedeemsFromTheFirstSecondToTheLast() public {
        requestAll(alice);
        uint256 readyAtSec = block.timestamp + DELAY;
        vm.warp(readyAtSec - 1);
        assertEq(insurance.maxRedeem(alice), 0);
        assertEq(insurance.maxWithdraw(alice), 0);
        expectNotReady(readyAtSec);
        redeem(alice, 1);
        expectNotReady(readyAtSec);
        vm.prank(alice);
        insurance.withdraw(1, alice, alice);
        vm.warp(readyAtSec);
        assertEq(insurance.maxRedeem(alice), shares);
        assertEq(redeem(alice, 250e12), 250e6);
        vm.warp(readyAtSec + WINDOW - 1);
        assertEq(insurance.maxRedeem(alice), 750e12);
        assertEq(insurance.maxWithdraw(alice), 750e6);
        vm.prank(alice);
        assertEq(insurance.withdraw(250e6, alice, alice), 250e12);
        vm.warp(readyAtSec + WINDOW);
        assertEq(insurance.maxRedeem(alice), 0);
        assertEq(insurance.maxWithdraw(alice), 0);
        expectLapsed(readyAtSec + WINDOW);
        redeem(alice, 1);
        expectLapsed(readyAtSec + WINDOW);
        vm.prank(alice);
        insurance.withdraw(1, alice, alice);
        assertRequest(alice, 500e12, readyAtSec, readyAtSec + WINDOW);
        assertEq(usdc.balanceOf(alice), 500e6);
    }

    function test_RevertWhen_NothingRequested() public {
        bytes memory reason = abi.encodeWithSelector(ICashPool.NothingRequested.selector, alice);
        vm.expectRevert(reason);
        redeem(alice, 1);
        vm.expectRevert(reason);
        request(alice, 0);
        vm.expectRevert(reason);
        vm.prank(alice);
        insurance.cancelRequest();
        skip(365 days);
        vm.expectRevert(reason);
        vm.prank(alice);
        insurance.withdraw(1, alice, alice);
        assertEq(insurance.maxRedeem(alice), 0);
    }

    function test_RedeemEmits() public {
        request(alice, 400e12);
        ICashPool.Request memory made = insurance.requestOf(alice);
        skip(DELAY);
        vm.expectEmit(address(insurance));
        emit ICashPool.RequestUpdated(alice, 100e12, made.readyAtSec, made.lapsesAtSec);
        vm.expectEmit(address(insurance));
        emit IERC4626.Withdraw(alice, carol, alice, 300e6, 300e12);
        vm.prank(alice);
        insurance.redeem(300e12, carol, alice);
        assertEq(usdc.balanceOf(carol), 300e6);
    }

    function test_RevertWhen_MoreThanRequested() public {
        request(alice, 400e12);
        skip(DELAY);
        vm.expectRevert(
            abi.encodeWithSelector(
                ERC4626.ERC4626ExceededMaxRedeem.selector,
                alice,
                uint256(400e12 + 1),
                uint256(400e12)
            )
        );
        redeem(alice, 400e12 + 1);
    }

    // ------------------------------------------------------------------------------------------------ renewal

    function test_RenewsALapsedRequest() public {
        requestAll(alice);
        skip(DELAY + WINDOW);
        uint256 readyAtSec = block.timestamp + DELAY;
        request(alice, 0);
        assertRequest(alice, shares, readyAtSec, readyAtSec + WINDOW);
        expectNotReady(readyAtSec);
        redeem(alice, 1);
        skip(DELAY);
        assertEq(redeem(alice, shares), 1_000e6);
    }

    /// @dev One request per owner: shares that wait do not lend their age to those added.
    function test_AddingStartsTheDelayAnewForAll() public {
        request(alice, 400e12);
        skip(DELAY - 1);
        uint256 readyAtSec = block.timestamp + DELAY;
        request(alice, 100e12);
        assertRequest(alice, 500e12, readyAtSec, readyAtSec + WINDOW);
        skip(1);
        expectNotReady(readyAtSec);
        redeem(alice, 1);
    }

    function test_Cancel() public {
        requestAll(alice);
        skip(DELAY);
        vm.expectEmit(address(insurance));
        emit ICashPool.RequestUpdated(alice, 0, 0, 0);
        vm.prank(alice);
        insurance.cancelRequest();
        assertEq(insurance.balanceOf(alice), shares);
        assertEq(insurance.balanceOf(address(insurance)), 0);
        assertRequest(alice, 0, 0, 0);
        assertEq(insurance.maxRedeem(alice), 0, "the delay is forgotten");
    }

    function test_CancelAfterTheLapse() public {
        requestAll(alice);
        skip(DELAY + WINDOW);
        vm.prank(alice);
        insurance.cancelRequest();
        assertEq(insurance.balanceOf(alice), shares);
    }

    // ------------------------------------------------------------------------------------------------ escrow

    function test_RevertWhen_SharesInEscrowMove() public {
        requestAll(alice);
        bytes memory reason = abi.encodeWithSelector(
            IERC20Errors.ERC20InsufficientBalance.selector,
            alice,
            uint256(0),
            uint256(1)
        );
        vm.expectRevert(reason);
        vm.prank(alice);
        insurance.transfer(carol, 1);
        vm.expectRevert(reason);
        request(alice, 1);
        vm.prank(alice);
        insurance.approve(carol, type(uint256).max);
        vm.expectRevert(reason);
        vm.prank(carol);
        insurance.transferFrom(alice, carol, 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector,
                carol,
                uint256(0),
                uint256(1)
            )
        );
        vm.prank(carol);
        insurance.transferFrom(address(insurance), carol, 1);
    }

    /// @dev Shares that change hands take no age with them.
    function test_TransferredSharesStartAnew() public {
        requestAll(alice);
        skip(DELAY);
        vm.startPrank(alice);
        insurance.cancelRequest();
        insurance.transfer(carol, shares);
        vm.stopPrank();
        requestAll(carol);
        assertEq(insurance.maxRedeem(carol), 0);
        assertEq(insurance.maxRedeem(alice), 0);
    }

    /// @dev Otherwise what is in escrow would be more than what was requested, and lost.
    function test_RevertWhen_SharesAreSentToTheFund() public {
        bytes memory reason = abi.encodeWithSelector(
            IERC20Errors.ERC20InvalidReceiver.selector,
            address(insurance)
        );
        vm.expectRevert(reason);
        vm.prank(alice);
        insurance.transfer(address(insurance), 1);
        give(carol, 1e6);
        vm.expectRevert(
            abi.encodeWithSelector(
                ERC4626.ERC4626ExceededMaxDeposit.selector,
                address(insurance),
                uint256(1e6),
                uint256(0)
            )
        );
        vm.prank(carol);
        insurance.deposit(1e6, address(insurance));
        assertEq(insurance.maxMint(address(insurance)), 0);
        assertEq(insurance.maxMint(address(0)), 0);
    }

    function test_OthersRedeemWithAllowanceOnly() public {
        requestAll(alice);
        skip(DELAY);
        vm.prank(alice);
        insurance.approve(carol, 300e12);
        vm.startPrank(carol);
        insurance.redeem(100e12, carol, alice);
        insurance.withdraw(200e6, carol, alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector,
                carol,
                uint256(0),
                uint256(1e12)
            )
        );
        insurance.redeem(1e12, carol, alice);
        vm.stopPrank();
        assertEq(usdc.balanceOf(carol), 300e6);
        assertEq(insurance.requestOf(alice).shares, 700e12);
    }

    /// @dev Whatever owners do, the escrow holds exactly what they requested.
    function testFuzz_EscrowIsTheSumOfRequests(uint256[12] memory seeds) public {
        for (uint256 i = 0; i < seeds.length; ++i) {
            address who = seeds[i] % 2 == 0 ? alice : bob;
            uint256 kind = (seeds[i] >> 8) % 4;
            uint256 inEscrow = insurance.requestOf(who).shares;
            if (kind == 0) {
                uint256 more = bound(seeds[i] >> 16, 0, insurance.balanceOf(who));
                if (inEscrow + more != 0) request(who, more);
            } else if (kind == 1 && inEscrow != 0) {
                vm.prank(who);
                insurance.cancelRequest();
            } else if (kind == 2) {
                uint256 most = insurance.maxRedeem(who);
                if (most != 0) redeem(who, bound(seeds[i] >> 16, 0, most));
            } else {
                skip(bound(seeds[i] >> 16, 1 days, 10 days));
            }
            uint256 sum = insurance.requestOf(alice).shares + insurance.requestOf(bob).shares;
            assertEq(insurance.balanceOf(address(insurance)), sum, "escrow");
            assertEq(
                insurance.totalSupply(),
                sum + insurance.balanceOf(alice) + insurance.balanceOf(bob),
                "supply"
            );
            // a redemption leaves the fraction of a unit that it cannot pay
            assertGe(insurance.totalAssets() * 1e6, insurance.totalSupply(), "below par");
            assertLe(insurance.totalAssets() * 1e6, insurance.totalSupply() + (i + 1) * 1e6, "above par");
        }
    }

    // ------------------------------------------------------------------------------------------------ governance

    function test_SetRedemption() public {
        requestAll(alice);
        vm.expectEmit(address(insurance));
        emit ICashPool.RedemptionSet(60 days, 30 days);
        insurance.setRedemption(60 days, 30 days);
        (uint256 delaySec, uint256 windowSec) = insurance.redemption();
        assertEq(delaySec, 60 days);
        assertEq(windowSec, 30 days);
        skip(DELAY);
        assertEq(redeem(alice, 400e12), 400e6, "what was requested keeps its time");
        request(alice, 0);
        assertRequest(alice, 600e12, block.timestamp + 60 days, block.timestamp + 90 days);
    }

    function test_RevertWhen_RedemptionOutOfBounds() public {
        bytes4 selector = ICashPool.InvalidConfig.selector;
        uint256[2] memory delays = [uint256(1 days - 1), 60 days + 1];
        uint256[2] memory windows = [uint256(1 days - 1), 30 days + 1];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(selector, "delaySec", delays[i], 1 days, 60 days));
            insurance.setRedemption(delays[i], WINDOW);
            vm.expectRevert(abi.encodeWithSelector(selector, "windowSec", windows[i], 1 days, 30 days));
            insurance.setRedemption(DELAY, windows[i]);
            vm.expectRevert(abi.encodeWithSelector(selector, "delaySec", delays[i], 1 days, 60 days));
            new InsuranceFund(house, address(manager), delays[i], WINDOW);
        }
    }

    function test_RevertWhen_StrangerSetsRedemption() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, carol));
        vm.prank(carol);
        insurance.setRedemption(1 days, 1 days);
    }
}
