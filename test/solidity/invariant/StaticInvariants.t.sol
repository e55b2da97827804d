// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {InvariantBase} from "./InvariantBase.sol";
import {Handler} from "./Handler.sol";

contract StaticHandler is Handler {
    constructor(Parts memory parts) Handler(parts) {}
}

/// @dev Neither prices nor time move: nobody becomes liquidatable, by their own doing or another's. Trades move the premium,
/// which moves marks by at most 0.5% of the index to either side: less than what lies between the two margins.
contract StaticInvariantsTest is InvariantBase {
    function setUp() public override {
        super.setUp();
        bytes4[] memory selectors = new bytes4[](13);
        selectors[0] = Handler.deposit.selector;
        selectors[1] = Handler.withdrawCash.selector;
        selectors[2] = Handler.withdrawCollateral.selector;
        selectors[3] = Handler.transfer.selector;
        selectors[4] = Handler.trade.selector;
        selectors[5] = Handler.trade.selector;
        selectors[6] = Handler.reduce.selector;
        selectors[7] = Handler.setProfile.selector;
        selectors[8] = Handler.liquidate.selector;
        selectors[9] = Handler.sweepFees.selector;
        selectors[10] = Handler.donate.selector;
        selectors[11] = Handler.poke.selector;
        selectors[12] = Handler.fundInsurance.selector;
        allow(selectors);
    }

    function deployHandler(Handler.Parts memory parts) internal override returns (Handler) {
        return new StaticHandler(parts);
    }

    function invariant_NobodyBecomesLiquidatable() public view {
        for (uint256 i = 0; i < all.length; ++i) {
            (bool liquidatable, ) = liquidator.isLiquidatable(all[i]);
            assertFalse(liquidatable, I8);
        }
        assertEq(handler.done("liquidate"), uint256(0), I8);
        checkLedger();
        assertEq(handler.ghostReserve(), int256(0), I7_RESERVE);
    }
}
