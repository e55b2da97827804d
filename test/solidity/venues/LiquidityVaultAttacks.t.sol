// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {VaultBase} from "./helpers/VaultBase.sol";

/// @dev What somebody gains who tries.
contract LiquidityVaultAttacksTest is VaultBase {
    // ------------------------------------------------------------------------------------------------ price updates

    /// @dev Alice knows the next indexes and trades with the vault around each, in one block: flat again she has lost.
    function testFuzz_SandwichingPriceUpdatesNeverProfits(
        int256[5] memory sizes,
        uint256[5] memory prices,
        int256 held
    ) public {
        provide(carol, DEPOSIT);
        held = bound(held, -30e18, 30e18);
        if (held != 0) trades(bobId, -held);
        int256 before = house.cashOf(aliceId);
        int256 position;
        for (uint256 i = 0; i < 5; ++i) {
            int256 size = bound(sizes[i], -9e18, 9e18);
            if (size != 0) trades(aliceId, size);
            position += size;
            setPrice(ETH, bound(prices[i], 3_960e8, 4_040e8) * 1e10);
        }
        if (position != 0) trades(aliceId, -position);
        assertLe(house.cashOf(aliceId), before);
    }

    /// @dev The gain that she would have made without the range: 2% of 36,000.
    function test_SandwichingOneUpdate() public {
        provide(carol, DEPOSIT);
        trades(aliceId, 9e18);
        setPrice(ETH, 4_080e18);
        trades(aliceId, -9e18);
        assertLt(house.cashOf(aliceId), 10_000_000e18 - 72e18);
        assertGt(vault.totalAssets(), DEPOSIT + 72e6);
    }

    /// @dev Keeping the range wide does not help the one who does it.
    function test_PokingBetweenTheTradesDoesNotHelp() public {
        provide(carol, DEPOSIT);
        trades(aliceId, 9e18);
        setPrice(ETH, 4_080e18);
        for (uint256 i = 0; i < 10; ++i) vault.observe(ETH);
        assertEq(vault.quote(ETH, -9e18).low, 4_000e18);
    }

    // ------------------------------------------------------------------------------------------------ shares

    /// @dev Mallory sees an update that is good for the vault, buys shares before it, and leaves as soon as she may. Up to
    /// twice the spread she gains nothing, and those who were there lose nothing.
    function testFuzz_DepositingBeforeAnUpdateGainsNothing(int256 held, uint256 move, uint256 amount) public {
        provide(carol, DEPOSIT);
        held = bound(held, -90e18, 90e18);
        if (held != 0) trades(aliceId, -held);
        amount = bound(amount, 1e6, 10 * DEPOSIT);
        // to the vault's favour, at most twice the 0.1% that comers and leavers pay
        move = bound(move, 0, 8e18);
        uint256 price = held > 0 ? ETH_PRICE + move : ETH_PRICE - move;
        uint256 snapshot = vm.snapshotState();
        setPrice(ETH, price);
        uint256 without = sharePrice();
        vm.revertToState(snapshot);

        uint256 shares = provide(keeper, amount);
        setPrice(ETH, price);
        requestAll(keeper);
        skip(DELAY + 1 hours);
        assertLe(vault.previewRedeem(shares), amount + _fundingOf(amount));
        if (move <= 4e18) assertGe(sharePrice() + 2, without);
    }

    /// @dev Mallory may leave, sees an update that is bad for the vault, and leaves before it. Up to the spread those who stay
    /// lose nothing by it.
    function testFuzz_LeavingBeforeAnUpdateTakesNothing(int256 held, uint256 move) public {
        provide(carol, DEPOSIT);
        provide(keeper, DEPOSIT);
        held = bound(held, -90e18, 90e18);
        if (held != 0) trades(aliceId, -held);
        requestAll(keeper);
        skip(DELAY);
        move = bound(move, 0, 4e18);
        uint256 price = held > 0 ? ETH_PRICE - move : ETH_PRICE + move;
        uint256 snapshot = vm.snapshotState();
        setPrice(ETH, price);
        uint256 without = sharePrice();
        vm.revertToState(snapshot);

        redeemMost(keeper);
        setPrice(ETH, price);
        assertGe(sharePrice() + 2, without);
    }

    /// @dev Buying shares for one big trade only is not possible: leaving takes the delay.
    function test_JustInTimeLiquidityCannotLeave() public {
        provide(carol, DEPOSIT);
        provide(keeper, 9 * DEPOSIT);
        requestAll(keeper);
        trades(aliceId, 90e18);
        trades(aliceId, -90e18);
        assertEq(vault.maxRedeem(keeper), 0);
        assertEq(vault.maxWithdraw(keeper), 0);
        skip(DELAY - 1);
        assertEq(vault.maxRedeem(keeper), 0);
    }

    // ------------------------------------------------------------------------------------------------ donations

    function testFuzz_DonationsDoNotMoveTheShare(uint256 amount) public {
        provide(carol, DEPOSIT);
        trades(aliceId, 10e18);
        amount = bound(amount, 1, 1e15);
        (uint256 price, uint256 worth) = (sharePrice(), vault.totalAssets());
        usdc.mint(address(vault), amount);
        usdc.mint(address(house), amount);
        usdc.mint(bob, amount);
        bytes memory refusal = abi.encodeWithSelector(
            IClearinghouseTypes.NotAuthorised.selector,
            vaultId,
            bob,
            uint8(4)
        );
        vm.startPrank(bob);
        vm.expectRevert(refusal);
        house.deposit(vaultId, USDC_ID, amount);
        vm.expectRevert(refusal);
        house.transfer(bobId, vaultId, USDC_ID, amount);
        vm.stopPrank();
        assertEq(sharePrice(), price);
        assertEq(vault.totalAssets(), worth);
    }

    /// @dev The one way to give the vault money is a tip, which a trade bounds. Whoever is first and inflates his share by it
    /// loses, and who comes next loses less than a share.
    function testFuzz_InflatingTheFirstShareLoses(uint256 first, uint256 tip, uint256 victim) public {
        first = bound(first, 1, 1e6);
        tip = bound(tip, 1e12, 40_000e18);
        provide(keeper, first);
        IClearinghouseTypes.Trade memory params = IClearinghouseTypes.Trade(
            aliceId,
            bobId,
            ethPerp,
            1_000e18,
            4_000e18,
            0,
            0
        );
        house.tradeWithTip(params, IClearinghouseTypes.Tip(vaultId, tip, true));
        uint256 given = tip / 1e12;
        victim = bound(victim, given / 1e6 + 2, 10_000_000e6);
        uint256 got = vault.convertToAssets(provide(carol, victim));
        assertGe(got + given / 1e6 + 2, victim, "the victim's loss is less than a share");
        uint256 wealth = vault.convertToAssets(vault.balanceOf(keeper));
        assertLe(wealth, first + given, "the attack never pays");
    }

    function test_TheFirstDepositorGetsNoneOfWhatWasThere() public {
        IClearinghouseTypes.Trade memory params = IClearinghouseTypes.Trade(
            aliceId,
            bobId,
            ethPerp,
            1_000e18,
            4_000e18,
            0,
            0
        );
        house.tradeWithTip(params, IClearinghouseTypes.Tip(vaultId, 500e18, true));
        uint256 shares = provide(carol, 100e6);
        assertEq(shares, 100e12);
        assertEq(vault.convertToAssets(shares), 100e6);
        assertEq(vault.balanceOf(vault.LOCKED()), 500e12);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    /// @dev Funding for the premium that the vault's own trades leave accrues to all, and is not what is tested.
    function _fundingOf(uint256 amount) private view returns (uint256) {
        int256 paid = house.perpState(ETH).fundingIndex;
        uint256 most = ((paid < 0 ? uint256(-paid) : uint256(paid)) * 90) / 1e12;
        return most + amount / 1e9 + 2;
    }
}
