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

    /// @dev Both sides are judged at once: that the taker has no price is told before that the account is well; the ghost
    /// had them the other way round.
    function test_ReplayTakerWithoutPrice() public {
        handler.crash(
            true,
            94386783041851947561841031919556432336772865411902429,
            1266796,
            13864898581781389645679336709656744757440494233929094498944145428,
            2
        );
        handler.breakFeed(115339776388732929035197660848497720713218148788040405586178452820382218977281);
        handler.liquidateBatch(
            9261405367985811107322164899481467058,
            909970,
            10483260184135842024374075409473666000347214414434235485
        );
        handler.checkState();
    }
}
