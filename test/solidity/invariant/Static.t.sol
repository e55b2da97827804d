// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Handler} from "./actors/Handler.sol";
import {InvariantBase} from "./InvariantBase.sol";
import {Parts, TRADERS} from "./Stage.sol";

contract StaticHandler is Handler {
    constructor(Parts memory parts) Handler(parts) {}
}

/// @dev Neither prices nor time move: nobody becomes liquidatable, by his own doing or another's. Trades move the premium, which
/// moves marks by at most 0.5% of the index to either side: less than what lies between the two margins.
contract StaticInvariantsTest is InvariantBase {
    function setUp() public override {
        super.setUp();
        targetContract(address(handler));
        target(handler.selectors());
        target(handler.auditSelectors());
    }

    function deployHandler(Parts memory parts) internal override returns (Handler) {
        return new StaticHandler(parts);
    }

    function invariant_NobodyBecomesLiquidatable() public view {
        handler.checkState();
        for (uint256 i = 0; i < TRADERS; ++i) {
            (bool liquidatable, ) = liquidator.isLiquidatable(handler.accountOf(i));
            assertFalse(liquidatable, "10: liquidatable without time, price or parameters");
        }
    }
}

/// @dev The same with cash of two decimals.
contract StaticCents is StaticInvariantsTest {
    function cashDecimals() internal pure override returns (uint8) {
        return 2;
    }
}

/// @dev The same with cash of eighteen decimals.
contract StaticWeis is StaticInvariantsTest {
    function cashDecimals() internal pure override returns (uint8) {
        return 18;
    }
}
