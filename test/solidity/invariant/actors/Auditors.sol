// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Portfolio} from "../../../../contracts/types/Portfolio.sol";
import {ETH_ID, FIRST_DATED, SERIES} from "../Stage.sol";
import {Actors} from "./Actors.sol";

/// @title Auditors: they ask the engine about the portfolios that there are, and about others made of them
abstract contract Auditors is Actors {
    function audit(uint256 account, uint256 share) external {
        account = _trader(account);
        (bool known, ) = _tryMargin(ids[account]);
        if (!known) return;
        _count("audit", 0);
        Portfolio memory p = house.portfolioOf(ids[account]);
        check17Monotone(p, bound(share, 0.01e18, 1e18));
        check18Subadditive(p);
    }

    function auditOptions(uint256 strike, bool far) external {
        // whole dollars: every one of them can be written
        strike = bound(strike, 100, 40_000) * 1e18;
        uint256 expirySec = instruments[far ? SERIES - 1 : FIRST_DATED].expirySec();
        check19Options(expirySec, strike, ETH_ID);
        _count("auditOptions", 0);
    }
}
