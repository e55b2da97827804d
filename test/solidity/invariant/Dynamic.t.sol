// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Handler} from "./actors/Handler.sol";
import {InvariantBase} from "./InvariantBase.sol";
import {Parts} from "./Stage.sol";

contract DynamicHandler is Handler {
    constructor(Parts memory parts) Handler(parts) {}
}

/// @dev Everybody acts while prices and time move: what happens is what the ghost foretold, and the thirty invariants hold.
contract DynamicInvariantsTest is InvariantBase {
    function setUp() public override {
        super.setUp();
        targetContract(address(handler));
        target(handler.selectors());
        target(handler.marketSelectors());
        target(handler.auditSelectors());
    }

    function deployHandler(Parts memory parts) internal override returns (Handler) {
        return new DynamicHandler(parts);
    }

    function invariant_All() public view {
        handler.checkState();
        // `npm run fuzz:deep -- --false`: what a failure looks like
        if (vm.envOr("INVARIANT_FALSE", false)) {
            assertEq(handler.counts("withdraw"), 0, "false on purpose: nobody ever withdraws");
        }
    }

    /// @dev Notes what was done, where a file is given to note it in.
    function afterInvariant() public {
        string memory path = vm.envOr("INVARIANT_REPORT", "");
        if (bytes(path).length != 0) vm.writeLine(path, handler.report());
    }
}
