// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IncidentBase} from "../helpers/IncidentBase.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {optionId} from "../../../contracts/types/InstrumentId.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";

/// @dev The end of the waterfall: a debt that all positive cash together cannot bear (SPEC-D).
contract UnassignedTest is IncidentBase {
    /// @dev It is nobody's, and the books say how much that is.
    function test_DebtBeyondAllCashIsToldAsUnassigned() public {
        uint256 expiry = _sellCall();
        vm.prank(keeper);
        house.withdraw(keeperId, USDC_ID, 10_000_000e6, keeper);
        vm.prank(bob);
        house.withdraw(bobId, USDC_ID, 9_950_000e6, bob);
        _expire(expiry, 40_000e18);
        AccountId[] memory accounts = new AccountId[](1);
        accounts[0] = aliceId;
        // the winner's side is not settled yet
        house.settleExpired(accounts);
        uint256 debt = uint256(-house.cashOf(aliceId));
        uint256 supplied = house.solvency().supplied;
        assertGt(debt, supplied, "set-up: more than there is");

        (uint256 covered, uint256 remaining) = liquidator.coverBadDebt(aliceId);
        IClearinghouseTypes.Solvency memory books = house.solvency();
        assertEq(covered, 0);
        assertEq(books.badDebt, remaining);
        assertEq(books.socialised, debt - remaining);
        // but for the least that an index may fall to, all cash went into it
        assertApproxEqRel(books.socialised, supplied, 1e12);
        assertEq(house.cashOf(aliceId), 0);
    }

    /// @dev Alice sells 10 calls at 4,000 to bob, with 10,000 behind them.
    function _sellCall() private returns (uint256 expiry) {
        house.setDated(ETH, IClearinghouseTypes.DatedConfig(true, 1_000e18, 500));
        expiry = ((block.timestamp / 1 hours) + 24) * 1 hours;
        postFlat(ETH, expiry, 0.6e18, 0);
        fund(aliceId, USDC_ID, 10_000e6);
        trade(bobId, aliceId, optionId(ETH, expiry, 4_000e18, true), 10e18);
    }

    function _expire(uint256 expiry, uint256 price) private {
        vm.warp(expiry + 1);
        setPrice(BTC, BTC_PRICE);
        setPrice(ETH, price);
        surfaces.settle((uint256(ETH) << 20) | (expiry / 1 hours), price);
    }
}
