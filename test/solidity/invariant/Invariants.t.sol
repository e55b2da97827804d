// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {InvariantBase} from "./InvariantBase.sol";
import {Handler} from "./Handler.sol";

contract DynamicHandler is Handler {
    constructor(Parts memory parts) Handler(parts) {}
}

/// @dev Prices and time move: the ledger conserves whatever happens to the accounts. I5 and I6 are the handler's.
contract InvariantsTest is InvariantBase {
    function setUp() public override {
        super.setUp();
        bytes4[] memory selectors = new bytes4[](18);
        selectors[0] = Handler.deposit.selector;
        selectors[1] = Handler.withdrawCash.selector;
        selectors[2] = Handler.withdrawCollateral.selector;
        selectors[3] = Handler.transfer.selector;
        // named more than once, to be called more often
        selectors[4] = Handler.trade.selector;
        selectors[5] = Handler.trade.selector;
        selectors[6] = Handler.reduce.selector;
        selectors[7] = Handler.setProfile.selector;
        selectors[8] = Handler.liquidate.selector;
        selectors[9] = Handler.liquidate.selector;
        selectors[10] = Handler.flag.selector;
        selectors[11] = Handler.clearFlag.selector;
        selectors[12] = Handler.fundInsurance.selector;
        selectors[13] = Handler.sweepFees.selector;
        selectors[14] = Handler.donate.selector;
        selectors[15] = Handler.poke.selector;
        selectors[16] = Handler.movePrice.selector;
        selectors[17] = Handler.moveTime.selector;
        allow(selectors);
    }

    function deployHandler(Handler.Parts memory parts) internal override returns (Handler) {
        return new DynamicHandler(parts);
    }

    function invariant_Ledger() public view {
        checkLedger();
    }
}
