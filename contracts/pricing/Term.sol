// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice One expiry of one underlying: its surface, its prices, and what one portfolio holds there.
/// @param key The underlying's number << 20 | hours since the epoch, as `VolSurface` has it.
/// @param expirySec When it expires.
/// @param settlement The settlement price, 0 while there is none.
/// @param given The forward where the caller gave it, else 0.
/// @param age How far an old surface has widened, wad (SPEC-V6's g).
/// @param a,b,rho,m,sigma Raw SVI, total variance, wad.
/// @param basis Yearly carry of the forward, wad.
/// @param hasSurface 1 where a surface was posted or given.
/// @param leftSec,tau,sqrtTau Time to expiry in seconds, in years, and its root.
/// @param index,set The index price and the profile's scenario set that the fields up to `holder` belong to: portfolios of one
/// call that agree in both share them.
/// @param forward,lnForward,ratio F, ln F, and F over the index; 0 while it has no price.
/// @param shocks 1 once the next three are set.
/// @param up,down,upFloor Factors on sigma * sqrt(tau), and the least it is shocked up to (SPEC-V5).
/// @param option Memory address of one of the options' records, which form a ring, see `Option`; 0 where there is none.
/// @param depth How many records are searched for a strike.
/// @param holder The portfolio that the fields from here on belong to; see `Sheet.holder`.
/// @param next Memory address of another term of the same book and portfolio, 0 where there is none.
/// @param book Memory address of the underlying's book.
/// @param futures,calls,puts Net sizes in units.
/// @param delta Net delta, in units.
struct Term {
    uint256 key;
    uint256 expirySec;
    uint256 settlement;
    uint256 given;
    uint256 age;
    int256 a;
    uint256 b;
    int256 rho;
    int256 m;
    uint256 sigma;
    int256 basis;
    uint256 hasSurface;
    uint256 leftSec;
    uint256 tau;
    uint256 sqrtTau;
    uint256 index;
    uint256 set;
    uint256 forward;
    int256 lnForward;
    uint256 ratio;
    uint256 shocks;
    uint256 up;
    uint256 down;
    uint256 upFloor;
    uint256 option;
    uint256 depth;
    uint256 holder;
    uint256 next;
    uint256 book;
    int256 futures;
    int256 calls;
    int256 puts;
    int256 delta;
}

// Bytes from the start of a `Term` to some of its fields, those that belong to one portfolio last, and its size.
uint256 constant TERM_FORWARD = 0x220;
uint256 constant TERM_RATIO = 0x260;
uint256 constant TERM_OPTION = 0x300;
uint256 constant TERM_DEPTH = 0x320;
uint256 constant TERM_HOLDER = 0x340;
uint256 constant TERM_NEXT = 0x360;
uint256 constant TERM_BOOK = 0x380;
uint256 constant TERM_CALLS = 0x3c0;
uint256 constant TERM_PUTS = 0x3e0;
uint256 constant TERM_DELTA = 0x400;
uint256 constant TERM_SIZE = 0x420;
