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

    /// @dev A wei that deleveraging rounded off the shorts is paid to the longs when they are closed, and by nobody (SPEC-D6); the ghost
    /// had forgotten it by then.
    function test_ReplayWeiOfAClosedSide() public {
        handler.order(
            2421477668645265570276981192041682619457806998432678,
            12555757589129598158051485217369719254937912,
            312484818762480833882408822413466777809434968697228,
            72682224771423856224932831754871354439543708258464,
            1
        );
        handler.sink(
            false,
            false,
            5243942663911979251363754645838754398568623252262,
            13930624466384941904743701209645958049283247615077310250,
            439
        );
        handler.crash(
            true,
            1139279394076177724490,
            574200984499940049298532180671277640029468,
            7313899,
            32482461196698073474314611873
        );
        handler.stake(false, 22174505993770997394464621714647);
        handler.sink(true, false, 8660281895696436895, 112262191294641714833874, 8797746687694133353);
        handler.sink(
            true,
            false,
            171584559707772893847731588682338404,
            1462157031348323625043863174850433597124137227110419127904835322,
            31169115945790668538119170246520377705463498255852
        );
        handler.checkState();
        assertEq(handler.ghost().forgotten(), 1);
    }

    /// @dev While prices disagree a portfolio and its parts are each judged at the price that is adverse to their net delta, so
    /// that their margins do not compare.
    function test_ReplayPartsAtOtherPrices() public {
        handler.sink(
            false,
            true,
            46718065653260417451222769814082697658344008990472301503,
            115792089237316195423570985008687907853269984665640564039457584007913129639934,
            115792089237316195423570985008687907853269984665640564039457584007913129639934
        );
        handler.breakFeed(27205203236323);
        handler.postSurface(51500, false);
        handler.audit(34480378919229330102169407219944259752644778185211062286001, 86730921184112977);
        handler.checkState();
    }
}
