// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice A strike of one expiry and what the portfolio holds of it, calls and puts together as calls. What is not its size
/// holds for every portfolio of the call that has the same index and profile, see `Term`.
/// @param next Memory address of the next record of the same term: the last one's next is the first.
/// @param size Net units, wad.
/// @param moneyness,forward,strike,s,sUp,sDown ln(F / K), F, K, and sigma * sqrt(tau) as it is, shocked up and shocked down:
/// with the size the seven words that `Black76.addScenarios` takes.
/// @param room,roomUp,roomDown Where it keeps what it makes of the last three.
/// @param code The strike's 60 bits, as in `InstrumentId`.
/// @param call,delta What a call is worth now, and d value / d index.
/// @param extremes,values Memory addresses of what a call is worth in the set's extremes, and in other scenarios: behind the
/// address of these scenarios' records; 0 while nobody has asked. See `OptionScan`.
struct Option {
    uint256 next;
    int256 size;
    int256 moneyness;
    uint256 forward;
    uint256 strike;
    uint256 s;
    uint256 sUp;
    uint256 sDown;
    uint256 room;
    uint256 roomUp;
    uint256 roomDown;
    uint256 code;
    uint256 call;
    uint256 delta;
    uint256 extremes;
    uint256 values;
}

// Bytes from the start of an `Option` to some of its fields, and its size.
uint256 constant OPTION_UNITS = 0x20;
uint256 constant OPTION_STRIKE = 0x80;
uint256 constant OPTION_CODE = 0x160;
uint256 constant OPTION_CALL = 0x180;
uint256 constant OPTION_DELTA = 0x1a0;
uint256 constant OPTION_EXTREMES = 0x1c0;
uint256 constant OPTION_VALUES = 0x1e0;
uint256 constant OPTION_SIZE = 0x200;
