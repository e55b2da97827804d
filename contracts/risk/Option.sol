// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice A strike of one expiry and what the portfolio holds of it, calls and puts together as calls.
/// @param next Memory address of the record before it in the same book, 0 for the first.
/// @param size Net units, wad.
/// @param moneyness,forward,strike,s,sUp,sDown ln(F / K), F, K, and sigma * sqrt(tau) as it is, shocked up and shocked down:
/// with the size the seven words that `Black76.addScenarios` takes.
/// @param key The expiry, as `Term.key`.
/// @param call,nd1 What a call is worth now, and N(d1).
struct Option {
    uint256 next;
    int256 size;
    int256 moneyness;
    uint256 forward;
    uint256 strike;
    uint256 s;
    uint256 sUp;
    uint256 sDown;
    uint256 key;
    uint256 call;
    uint256 nd1;
}

uint256 constant OPTION_SIZE = 0x160;
