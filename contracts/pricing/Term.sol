// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice One expiry of one underlying: its surface, and what one portfolio holds there.
/// @param key The underlying's number << 20 | hours since the epoch, as `VolSurface` has it.
/// @param expirySec When it expires.
/// @param settlement The settlement price, 0 while there is none.
/// @param given The forward where the caller gave it, else 0.
/// @param age How far an old surface has widened, wad (SPEC-V6's g).
/// @param a,b,rho,m,sigma Raw SVI, total variance, wad.
/// @param basis Yearly carry of the forward, wad.
/// @param hasSurface 1 where a surface was posted or given.
/// @param leftSec,tau,sqrtTau Time to expiry in seconds, in years, and its root.
/// @param holder The portfolio that the fields from here on belong to; see `Sheet.holder`.
/// @param book Memory address of the underlying's book.
/// @param forward,lnForward,ratio F, ln F, and F over the index.
/// @param shocks 1 once the next three are set.
/// @param up,down,upFloor Factors on sigma * sqrt(tau), and the least it is shocked up to (SPEC-V5).
/// @param futures,calls,puts Net sizes in units.
/// @param linear Net forwards in futures and puts, in units.
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
    uint256 holder;
    uint256 book;
    uint256 forward;
    int256 lnForward;
    uint256 ratio;
    uint256 shocks;
    uint256 up;
    uint256 down;
    uint256 upFloor;
    int256 futures;
    int256 calls;
    int256 puts;
    int256 linear;
    int256 delta;
}

// Bytes from the start of a `Term` to the fields that belong to one portfolio, and its size.
uint256 constant TERM_HOLDER = 0x1e0;
uint256 constant TERM_SIZE = 0x3a0;
