// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReentrantToken} from "../../../../contracts/mocks/WeirdTokens.sol";
import {IClearinghouseTypes} from "../../../../contracts/interfaces/IClearinghouseTypes.sol";
import {AccountId} from "../../../../contracts/types/AccountId.sol";
import {ACCOUNTS} from "../Stage.sol";
import {Traders} from "./Traders.sol";

/// @title Strangers: a donor, a borrower of a fortune for one transaction, and a receiver who calls back
abstract contract Strangers is Traders {
    address private constant DONOR = address(0xD0408);
    /// @dev The asset whose token calls back.
    uint256 private constant HOOKED = 4;

    // ------------------------------------------------------------------------------------------------ donor

    /// @notice Sends tokens to the clearinghouse or the insurance fund without a deposit.
    function donate(uint256 asset, uint256 amount, bool toInsurance) external {
        asset = bound(asset, 0, 4);
        Health[ACCOUNTS] memory before;
        for (uint256 i = 0; i < ACCOUNTS; ++i) before[i] = _healthOf(i);
        uint256 shares = insurance.convertToAssets(1e18);
        _token(asset).mint(DONOR, amount = bound(amount, 0, 1e30));
        address to = toInsurance ? address(insurance) : address(house);
        bytes memory call_ = abi.encodeCall(_token(asset).transfer, (to, amount));
        _act("donate", DONOR, address(_token(asset)), call_, abi.encodeCall(ghost.allow, ()));
        for (uint256 i = 0; i < ACCOUNTS; ++i) check23Donation(before[i], _healthOf(i));
        assertEq(insurance.convertToAssets(1e18), shares, "23: a donation moved the price of a share");
    }

    // ------------------------------------------------------------------------------------------------ flash borrower

    /// @notice A thousand times what there is comes in and leaves within one call, with something done in between.
    function flash(uint256 account, uint256 asset, uint256 between) external {
        (account, asset) = (_trader(account), bound(asset, 0, 4));
        uint256 amount = 10_000 * _most(asset);
        if (!_deposit(account, asset, amount)) return;
        if (between % 3 == 1) {
            _actSame("poke", DONOR, address(house), abi.encodeCall(house.accrueInterest, ()));
        } else if (between % 3 == 2) {
            _trade(account, _trader(account + 1), between % 2, 1e18, 0, 0);
        }
        uint256 held = _token(asset).balanceOf(ids[account].owner());
        if (!_withdraw(account, asset, amount)) return;
        uint256 paid = _token(asset).balanceOf(ids[account].owner()) - held;
        check22RoundTrip(int256(amount), int256(paid));
    }

    // ------------------------------------------------------------------------------------------------ receiver

    /// @notice While a token that calls back is paid in or out: tries an action or a view.
    function reenter(uint256 account, uint256 amount, uint256 which, bool out) external {
        account = _trader(account);
        ReentrantToken token = ReentrantToken(address(_token(HOOKED)));
        token.arm(
            which % 14 < 12 ? address(house) : address(insurance),
            _intrusion(ids[account], which % 14)
        );
        uint256 held = house.collateralOf(ids[account], uint8(HOOKED)) * 1e6;
        bool ok =
            out
                ? _withdraw(account, HOOKED, bound(amount, 0, held))
                : _deposit(account, HOOKED, bound(amount, 0, 1e23));
        // minting for the deposit does not call back
        if (ok) check24Reentry(token.lastCallSucceeded(), token.lastReturn());
        token.arm(address(0), "");
    }

    function _intrusion(AccountId id, uint256 which) private view returns (bytes memory) {
        if (which == 0) return abi.encodeCall(house.deposit, (id, 0, 1));
        if (which == 1) return abi.encodeCall(house.withdraw, (id, 0, 1, id.owner()));
        if (which == 2) return abi.encodeCall(house.transfer, (id, ids[0], 0, 1));
        if (which == 3) {
            IClearinghouseTypes.Trade memory p;
            return abi.encodeCall(house.trade, (p));
        }
        if (which == 4) return abi.encodeCall(house.settleExpired, (new AccountId[](0)));
        if (which == 5) return abi.encodeCall(house.accrueInterest, ());
        if (which == 6) return abi.encodeCall(house.sweepFees, (address(this)));
        if (which == 7) return abi.encodeCall(house.marginOf, (id));
        if (which == 8) return abi.encodeCall(house.cashOf, (id));
        if (which == 9) return abi.encodeCall(house.collateralOf, (id, uint8(HOOKED)));
        if (which == 10) return abi.encodeCall(house.assetInfo, (uint8(HOOKED)));
        if (which == 11) return abi.encodeCall(house.cashState, ());
        if (which == 12) return abi.encodeCall(insurance.totalAssets, ());
        return abi.encodeCall(insurance.convertToShares, (1));
    }
}
