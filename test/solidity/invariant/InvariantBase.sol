// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Stack} from "../helpers/Stack.sol";
import {Handler} from "./Handler.sol";
import {InvariantsSpec} from "./InvariantsSpec.sol";
import {AccountId, toAccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, perpId} from "../../../contracts/types/InstrumentId.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {MockERC20} from "../../../contracts/mocks/MockERC20.sol";

/// @dev The stack with its handler, and the invariants of the ledger.
abstract contract InvariantBase is Stack, InvariantsSpec {
    Handler internal handler;
    AccountId[] internal all;

    function setUp() public virtual override {
        super.setUp();
        Handler.Parts memory parts;
        (parts.house, parts.liquidator, parts.insurance) = (house, liquidator, insurance);
        (parts.lens, parts.engine) = (lens, engine);
        parts.feeds = [btcFeed, ethFeed];
        handler = deployHandler(parts);
        house.setModule(address(handler), 1, 5_000, toAccountId(address(handler), 0));
        btcFeed.transferOwnership(address(handler));
        ethFeed.transferOwnership(address(handler));
        handler.start();
        for (uint256 i = 0; i < handler.accountCount(); ++i) {
            all.push(handler.accounts(i));
        }
        targetContract(address(handler));
    }

    function deployHandler(Handler.Parts memory parts) internal virtual returns (Handler);

    // ------------------------------------------------------------------------------------------------ the ledger

    function checkLedger() internal view {
        _checkTokens();
        int256 costs = _checkPerp(BTC) + _checkPerp(ETH);
        int256 cash = _checkCash();
        (, , uint256 toInsurance, uint256 toVenue, ) = house.moduleInfo(address(handler));
        int256 claims = cash + costs + int256(toInsurance + toVenue);
        int256 recorded = int256(house.assetInfo(USDC_ID).recorded);
        assertLe(claims, recorded, I2_NEVER_MORE);
        // and a wei for each account whose cash was rounded on reading
        assertGe(
            claims + handler.ghostReserve() + int256(handler.ghostDust() + 2 * all.length),
            recorded,
            I2_DUST
        );
    }

    function _checkTokens() private view {
        for (uint8 assetId = 0; assetId < 3; ++assetId) {
            IClearinghouseTypes.AssetInfo memory info = house.assetInfo(assetId);
            uint256 unit = 10 ** (18 - info.decimals);
            assertGe(MockERC20(info.token).balanceOf(address(house)) * unit, info.recorded, I1);
            if (assetId == USDC_ID) continue;
            uint256 sum;
            for (uint256 i = 0; i < all.length; ++i) {
                sum += house.collateralOf(all[i], assetId);
            }
            assertEq(sum, info.recorded, COLLATERAL);
        }
    }

    function _checkPerp(uint16 underlying) private view returns (int256 costs) {
        IClearinghouseTypes.PerpState memory state = house.perpState(underlying);
        InstrumentId instrument = perpId(underlying);
        (uint256 longs, uint256 shorts) = (0, 0);
        for (uint256 i = 0; i < all.length; ++i) {
            (int256 size, int256 cost) = house.positionOf(all[i], instrument);
            if (size > 0) longs += uint256(size);
            else shorts += uint256(-size);
            costs += cost;
        }
        assertEq(longs, state.openInterest, I3_LONGS);
        assertEq(shorts, state.openInterest, I3_SHORTS);
        assertEq(costs, state.costSum, I4);
    }

    function _checkCash() private view returns (int256 cash) {
        IClearinghouseTypes.CashState memory state = house.cashState();
        (uint256 supplied, uint256 borrowed) = (0, 0);
        for (uint256 i = 0; i < all.length; ++i) {
            int256 principal = house.cashPrincipalOf(all[i]);
            if (principal >= 0) supplied += uint256(principal);
            else borrowed += uint256(-principal);
            cash += house.cashOf(all[i]);
        }
        assertEq(state.supplied, (supplied * state.supplyIndex + 1e18 - 1) / 1e18, I7_SUPPLIED);
        assertEq(state.borrowed, (borrowed * state.borrowIndex) / 1e18, I7_BORROWED);
    }

    function allow(bytes4[] memory selectors) internal {
        targetSelector(FuzzSelector(address(handler), selectors));
    }
}
