// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Handler} from "./actors/Handler.sol";
import {InvariantBase} from "./InvariantBase.sol";
import {Parts} from "./Stage.sol";

contract ReplayHandler is Handler {
    constructor(Parts memory parts) Handler(parts) {}
}

/// @dev Sequences that failed once, as `npm run fuzz:deep` printed them, kept.
contract ReplaysTest is InvariantBase {
    function deployHandler(Parts memory parts) internal override returns (Handler) {
        return new ReplayHandler(parts);
    }

    /// @dev Markets are not configured while their underlying has no price; the ghost had not foretold it.
    function test_ReplayMarketWithoutPrice() public {
        handler.breakFeed(24529);
        handler.setPerp(false, true, 19400);
        handler.checkState();
    }
}
