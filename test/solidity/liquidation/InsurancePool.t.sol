// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {InsuranceBase} from "./InsuranceBase.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";

/// @dev What ERC-4626 asks for, in any state the pool can be in, with interest running and without.
contract InsurancePoolTest is InsuranceBase {
    /// @dev What a walk begins with.
    struct State {
        uint256 given;
        uint256 staked;
        uint256 gained;
        uint256 lost;
        bool interest;
    }

    uint256 private bystander;

    /// @dev A gift before anybody staked, Bob's stake, a gain, a loss of less than all, and perhaps interest.
    function arrange(State memory state) internal {
        uint256 most = 1_000_000 * usd;
        state.given = bound(state.given, 0, most);
        if (state.given != 0) gift(state.given);
        bystander = stake(bob, bound(state.staked, 1, most));
        state.gained = bound(state.gained, 0, most);
        if (state.gained != 0) gift(state.gained);
        if (state.interest) {
            fund(carolId, USDC_ID, most);
            borrow(most / 2);
            skip(90 days);
        }
        state.lost = bound(state.lost, 0, insurance.totalAssets() - 1);
        if (state.lost != 0) lose(state.lost);
    }

    /// @dev What storing cash at an index above one may cost the account, which is the pool's loss: two wei (SPEC-C2), floored
    /// to a unit less of a token with few decimals.
    function unit(State memory state) private pure returns (uint256) {
        return state.interest ? 2 : 0;
    }

    /// @dev Whatever others do, nobody's shares lose but that.
    modifier keepsTheBystander(State memory state) {
        arrange(state);
        uint256 before = insurance.convertToAssets(bystander);
        _;
        assertGe(insurance.convertToAssets(bystander) + unit(state), before, "a bystander paid");
    }

    // ------------------------------------------------------------------------------------------------ previews

    function testFuzz_Deposit(State memory state, uint256 assets) public keepsTheBystander(state) {
        assets = bound(assets, insurance.previewMint(1), insurance.previewMint(1) + 1e6 * usd);
        give(alice, assets);
        uint256 preview = insurance.previewDeposit(assets);
        uint256 total = insurance.totalAssets();
        vm.expectEmit(address(insurance));
        emit IERC4626.Deposit(alice, carol, assets, preview);
        vm.prank(alice);
        assertEq(insurance.deposit(assets, carol), preview);
        assertEq(insurance.balanceOf(carol), preview);
        assertEq(usdc.balanceOf(alice), 0);
        assertEq(usdc.balanceOf(address(insurance)), 0, "nothing stays here");
        assertGe(insurance.totalAssets() + unit(state), total + assets);
        assertLe(insurance.totalAssets(), total + assets);
        assertLe(insurance.previewRedeem(preview), assets, "a round trip won");
        assertGe(insurance.previewWithdraw(assets) + share * unit(state), preview, "a round trip won");
    }

    function testFuzz_Mint(State memory state, uint256 shares) public keepsTheBystander(state) {
        uint256 most = insurance.maxMint(alice);
        shares = bound(shares, 1, most < 1e6 * share ? most : 1e6 * share);
        uint256 preview = insurance.previewMint(shares);
        give(alice, preview);
        vm.prank(alice);
        assertEq(insurance.mint(shares, alice), preview);
        assertEq(insurance.balanceOf(alice), shares);
        assertEq(usdc.balanceOf(alice), 0);
        assertLe(insurance.previewRedeem(shares), preview, "a round trip won");
    }

    function testFuzz_Redeem(State memory state, uint256 staked, uint256 shares) public {
        _enter(state, staked);
        uint256 before = insurance.convertToAssets(bystander);
        shares = bound(shares, 1, insurance.maxRedeem(alice));
        uint256 preview = insurance.previewRedeem(shares);
        assertEq(redeem(alice, shares), preview);
        assertEq(usdc.balanceOf(alice), preview);
        assertGe(insurance.convertToAssets(bystander) + unit(state), before, "a bystander paid");
    }

    function testFuzz_Withdraw(State memory state, uint256 staked, uint256 assets) public {
        _enter(state, staked);
        uint256 before = insurance.convertToAssets(bystander);
        uint256 most = insurance.maxWithdraw(alice);
        if (most == 0) return;
        assets = bound(assets, 1, most);
        uint256 preview = insurance.previewWithdraw(assets);
        vm.prank(alice);
        assertEq(insurance.withdraw(assets, alice, alice), preview);
        assertEq(usdc.balanceOf(alice), assets);
        assertGe(insurance.convertToAssets(bystander) + unit(state), before, "a bystander paid");
    }

    /// @dev In and out, with nothing in between, wins nobody a unit.
    function testFuzz_RoundTripNeverProfits(State memory state, uint256 staked) public {
        state.interest = false;
        arrange(state);
        staked = bound(staked, insurance.previewMint(1), insurance.previewMint(1) + 1e6 * usd);
        uint256 shares = stake(alice, staked);
        uint256 price = insurance.previewMint(1);
        uint256 back = exit(alice);
        assertLe(back, staked);
        assertGe(back + price + 1, staked, "but for less than a share");
        assertEq(insurance.previewDeposit(0), 0);
        assertLe(insurance.previewDeposit(back), shares, "and none the other way round");
    }

    // ------------------------------------------------------------------------------------------------ maxima

    function testFuzz_MaxDepositHolds(State memory state, uint256 room) public {
        arrange(state);
        uint256 recorded = house.assetInfo(USDC_ID).recorded;
        room = bound(room, 0, 1e9 * usd);
        house.setAsset(USDC_ID, address(usdc), 0, true, recorded + room * (1e18 / usd));
        uint256 most = insurance.maxDeposit(alice);
        assertTrue(most == room || insurance.convertToShares(room) == 0, "all the room there is");
        give(alice, room + 1);
        vm.expectRevert(
            abi.encodeWithSelector(ERC4626.ERC4626ExceededMaxDeposit.selector, alice, most + 1, most)
        );
        vm.prank(alice);
        insurance.deposit(most + 1, alice);
        if (most == 0) return;
        vm.prank(alice);
        insurance.deposit(most, alice);
        assertEq(insurance.maxDeposit(alice), 0);
        assertEq(insurance.maxMint(alice), 0);
    }

    function testFuzz_MaxMintHolds(State memory state, uint256 room) public {
        arrange(state);
        uint256 recorded = house.assetInfo(USDC_ID).recorded;
        room = bound(room, 0, 1e9 * usd);
        house.setAsset(USDC_ID, address(usdc), 0, true, recorded + room * (1e18 / usd));
        uint256 most = insurance.maxMint(alice);
        give(alice, room + 1);
        vm.expectRevert(
            abi.encodeWithSelector(ERC4626.ERC4626ExceededMaxMint.selector, alice, most + 1, most)
        );
        vm.prank(alice);
        insurance.mint(most + 1, alice);
        if (most == 0) return;
        vm.prank(alice);
        insurance.mint(most, alice);
    }

    function testFuzz_MaxRedeemHolds(State memory state, uint256 staked, uint256 requested) public {
        arrange(state);
        staked = bound(staked, insurance.previewMint(1), insurance.previewMint(1) + 1e6 * usd);
        uint256 shares = stake(alice, staked);
        requested = bound(requested, 1, shares);
        request(alice, requested);
        skip(DELAY);
        assertEq(insurance.maxRedeem(alice), requested);
        uint256 assets = insurance.maxWithdraw(alice);
        assertEq(assets, insurance.previewRedeem(requested));
        vm.expectRevert(
            abi.encodeWithSelector(ERC4626.ERC4626ExceededMaxWithdraw.selector, alice, assets + 1, assets)
        );
        vm.prank(alice);
        insurance.withdraw(assets + 1, alice, alice);
        redeem(alice, requested);
        assertEq(insurance.maxRedeem(alice), 0);
    }

    /// @dev Alice borrows what the fund has: only what is not lent out can leave, and the maxima say so to the unit.
    function testFuzz_MaximaKnowTheLiquidity(State memory state, uint256 liquid, bool shares) public {
        state.interest = false;
        arrange(state);
        stake(alice, insurance.previewMint(1) + 1_000 * usd);
        requestAll(alice);
        skip(DELAY);
        uint256 wanted = insurance.maxWithdraw(alice);
        uint256 recorded = house.assetInfo(USDC_ID).recorded / (1e18 / usd);
        liquid = bound(liquid, 0, wanted - 1);
        _borrowAsCarol(recorded - liquid);
        if (shares) {
            redeem(alice, insurance.maxRedeem(alice));
        } else {
            uint256 most = insurance.maxWithdraw(alice);
            vm.prank(alice);
            insurance.withdraw(most, alice, alice);
        }
        uint256 paid = usdc.balanceOf(alice);
        assertLe(paid, liquid);
        assertGe(paid + insurance.previewMint(1) + 1, liquid, "all there is but less than a share");
    }

    // ------------------------------------------------------------------------------------------------ income

    function test_FeesRaiseThePrice() public {
        fund(bobId, USDC_ID, 1_000_000 * usd);
        fund(carolId, USDC_ID, 1_000_000 * usd);
        uint256 shares = stake(alice, 1_000 * usd);
        // ten units for 10 of fee from each side, half of it the fund's
        house.trade(IClearinghouseTypes.Trade(bobId, carolId, ethPerp, 10e18, markOf(ethPerp), 10e18, 10e18));
        assertEq(insurance.convertToAssets(shares), 1_000 * usd, "not before they are swept");
        house.sweepFees(address(this));
        assertApproxEqAbs(insurance.convertToAssets(shares), 1_010 * usd, usd / 1e5);
        assertLe(insurance.convertToAssets(shares), 1_010 * usd);
        assertEq(insurance.totalSupply(), shares);
    }

    function test_InterestRaisesThePrice() public {
        uint256 shares = stake(alice, 1_000_000 * usd);
        borrow(500_000 * usd);
        skip(365 days);
        uint256 worth = insurance.convertToAssets(shares);
        assertEq(insurance.totalAssets(), uint256(insurance.balance()) / (1e18 / usd));
        // 50% utilisation: 4% * 50 / 80 paid on half of it, a tenth kept back
        assertApproxEqAbs(worth, 1_011_250 * usd, usd);
        _repay();
        assertApproxEqAbs(exit(alice), worth, 1_000 * usd);
    }

    /// @dev A pause and prices that nobody knows stop trading, not a redemption that is due.
    function test_PauseAndStalePricesStopNobody() public {
        stake(alice, 1_000 * usd);
        requestAll(alice);
        vm.warp(block.timestamp + DELAY);
        house.pause();
        assertEq(redeem(alice, insurance.maxRedeem(alice)), 1_000 * usd);
    }

    function test_DisabledCashTakesNoDeposits() public {
        stake(alice, 1_000 * usd);
        house.setAsset(USDC_ID, address(usdc), 0, false, 1e30);
        assertEq(insurance.maxDeposit(bob), 0);
        assertEq(insurance.maxMint(bob), 0);
        assertEq(exit(alice), 1_000 * usd);
    }

    function test_Metadata() public view {
        assertEq(insurance.asset(), address(usdc));
        assertEq(insurance.decimals(), uint256(cashDecimals()) + 6);
        assertEq(insurance.name(), "Novate Insurance Fund");
        assertEq(insurance.symbol(), "nvIF");
        assertEq(insurance.convertToShares(usd), share);
        assertEq(insurance.convertToAssets(share), usd);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _enter(State memory state, uint256 staked) private {
        arrange(state);
        staked = bound(staked, insurance.previewMint(1), insurance.previewMint(1) + 1e6 * usd);
        stake(alice, staked);
        requestAll(alice);
        skip(DELAY);
    }

    function _borrowAsCarol(uint256 amountRaw) private {
        fund(carolId, WETH_ID, (amountRaw * 1e18) / usd / 1_000 + 1e18);
        vm.prank(carol);
        house.withdraw(carolId, USDC_ID, amountRaw, carol);
    }

    function _repay() private {
        uint256 debt = uint256(-house.cashOf(aliceId)) / (1e18 / usd);
        fund(aliceId, USDC_ID, debt + 1);
    }
}
