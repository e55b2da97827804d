// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice One leg that changes hands.
/// @param delta What the account's position changes by; the taker's changes by the opposite.
/// @param place Of the position among the account's, before.
/// @param fundingIndex Of its market, now.
/// @param longDelta,costDelta What the account adds to the market's sums.
/// @param takerLong,takerCost What the taker adds.
/// @param price Its mark, wad USD per unit.
struct Move {
    int256 delta;
    uint256 place;
    int256 fundingIndex;
    int256 longDelta;
    int256 costDelta;
    int256 takerLong;
    int256 takerCost;
    uint256 price;
}

/// @notice A way through the legs of a selection. What is an array is the memory, or calldata, address of its first word.
/// @param moves,words The legs' moves, side by side, and the words of the positions afterwards.
/// @param legs,count The account's positions, as changed, and their number.
/// @param oldLegs,oldCount As they were.
/// @param instruments,sizes The selection.
/// @param n How many legs it has.
/// @param i The one to go on with.
/// @param changesMarket 1 where any open interest changes.
/// @param appends 1 where every leg is a position that the taker did not have.
/// @param held The account's positions as they were, while the taker's are gone through.
struct Walk {
    uint256 moves;
    uint256 words;
    uint256 legs;
    uint256 count;
    uint256 oldLegs;
    uint256 oldCount;
    uint256 instruments;
    uint256 sizes;
    uint256 n;
    uint256 i;
    uint256 changesMarket;
    uint256 appends;
    uint256 held;
}

/// @title BasketLegs: moves the options of a basket as long as nothing is unusual
/// @notice A basket has up to 64 legs, mostly options in the order of the account's positions. These loops take a leg as
/// they find it in its place; before any other leg (of another kind, elsewhere, of a wrong size, to the other side) they stop, and the caller
/// takes care of it, errors included. Hot loops, hence in assembly.
library BasketLegs {
    /// @dev Bits of an option's word that tell its instrument.
    uint256 private constant IDENTITY = 0xfffffffff00000000000000000000000000000000000fffffffffffffff00000;
    uint256 private constant STRIKE = 0xfffffffffffffff;
    uint256 private constant EPOCH = 0xfffff;
    uint256 private constant MAX_SIZE = 0x7fffffffffffffffffffffff;
    uint256 private constant MAX_COUNT = 64;
    uint256 private constant WAD = 1000000000000000000;

    /// @notice Room for `n` moves of nothing, side by side.
    function allocate(uint256 n) internal pure returns (uint256 moves) {
        assembly ("memory-safe") {
            moves := mload(0x40)
            let size := shl(8, n)
            // copying from past the end of calldata writes zeros
            calldatacopy(moves, calldatasize(), size)
            mstore(0x40, add(moves, size))
        }
    }

    /// @notice The i-th move, as the only element of a list in scratch space: take it out at once. A function that returned a
    /// `Move memory` would have one allocated and cleared first.
    function moveAt(uint256 moves, uint256 i) internal pure returns (Move[] memory list) {
        assembly ("memory-safe") {
            mstore(0x00, 1)
            mstore(0x20, add(moves, shl(8, i)))
            list := 0x00
        }
    }

    /// @notice Takes legs off the account. The i-th leg of the selection is taken if it is the i-th position, which closing
    /// others may have moved to the mirrored place.
    // solhint-disable-next-line function-max-lines
    function reduce(Walk memory walk) internal pure {
        assembly ("memory-safe") {
            let i := mload(add(walk, 0x120))
            let count := mload(add(walk, 0x60))
            for {
                let n := mload(add(walk, 0x100))
            } lt(i, n) {
                i := add(i, 1)
            } {
                let offset := shl(5, i)
                let word := calldataload(add(mload(add(walk, 0xc0)), offset))
                // neither call nor put, or bits beyond an instrument's
                if gt(sub(shr(92, word), 3), 1) {
                    break
                }
                word := or(shl(220, shr(60, word)), shl(20, and(word, STRIKE)))
                let position := mload(add(walk, 0xa0))
                if iszero(lt(i, position)) {
                    break
                }
                if and(xor(mload(add(mload(add(walk, 0x80)), offset)), word), IDENTITY) {
                    break
                }
                if xor(count, position) {
                    // some have closed
                    position := sub(position, add(i, 1))
                    if lt(position, i) {
                        offset := shl(5, position)
                    }
                    if iszero(lt(shr(5, offset), count)) {
                        break
                    }
                }
                position := add(mload(add(walk, 0x40)), offset)
                if and(xor(mload(position), word), IDENTITY) {
                    break
                }
                word := mload(position)
                let held := sar(160, shl(36, word))
                let size := calldataload(add(mload(add(walk, 0xe0)), shl(5, i)))
                let isLong := sgt(held, 0)
                if or(iszero(size), gt(size, xor(add(held, sub(isLong, 1)), sub(isLong, 1)))) {
                    break
                }
                // toward zero
                size := xor(sub(size, isLong), sub(0, isLong))
                let move := add(mload(walk), shl(8, i))
                mstore(move, size)
                mstore(add(move, 0x20), i)
                mstore(add(move, 0x60), mul(size, isLong))
                size := add(held, size)
                word := xor(word, shr(36, shl(160, xor(held, size))))
                mstore(add(mload(add(walk, 0x20)), shl(5, i)), word)
                if iszero(size) {
                    // the last leg moves to its place
                    count := sub(count, 1)
                    size := add(mload(add(walk, 0x40)), shl(5, count))
                    word := mload(size)
                    mstore(size, 0)
                    if eq(size, position) {
                        word := 0
                    }
                }
                mstore(position, word)
            }
            mstore(add(walk, 0x60), count)
            mstore(add(walk, 0x120), i)
        }
    }

    /// @notice Gives legs to the taker: adds to the i-th position if it is the leg, or appends a position. In the latter case no
    /// leg may come twice.
    // solhint-disable-next-line function-max-lines
    function give(Walk memory walk) internal pure {
        assembly ("memory-safe") {
            let i := mload(add(walk, 0x120))
            let count := mload(add(walk, 0x60))
            for {
                let n := mload(add(walk, 0x100))
            } lt(i, n) {
                i := add(i, 1)
            } {
                let offset := shl(5, i)
                let word := calldataload(add(mload(add(walk, 0xc0)), offset))
                if gt(sub(shr(92, word), 3), 1) {
                    break
                }
                word := or(shl(220, shr(60, word)), shl(20, and(word, STRIKE)))
                let move := add(mload(walk), shl(8, i))
                let position
                switch mload(add(walk, 0x160))
                case 0 {
                    position := add(mload(add(walk, 0x40)), offset)
                    if or(iszero(lt(i, count)), and(xor(mload(position), word), IDENTITY)) {
                        break
                    }
                    word := mload(position)
                }
                default {
                    if eq(count, MAX_COUNT) {
                        break
                    }
                    position := add(mload(add(walk, 0x40)), shl(5, count))
                    // on the same side as the account's, in whose word its epoch is
                    word := or(
                        word,
                        and(mload(add(mload(add(walk, 0x180)), shl(5, mload(add(move, 0x20))))), EPOCH)
                    )
                }
                let size := sar(160, shl(36, word))
                let newSize := sub(size, mload(move))
                if or(iszero(newSize), gt(add(newSize, MAX_SIZE), mul(2, MAX_SIZE))) {
                    // closed, or out of bounds
                    break
                }
                // to the other side, which has another epoch
                if mul(size, slt(xor(size, newSize), 0)) {
                    break
                }
                count := add(count, mload(add(walk, 0x160)))
                word := xor(word, shr(36, shl(160, xor(size, newSize))))
                mstore(position, word)
                mstore(add(mload(add(walk, 0x20)), offset), word)
                // what longs hold
                size := sub(mul(newSize, sgt(newSize, 0)), mul(size, sgt(size, 0)))
                mstore(add(move, 0xa0), size)
                if add(size, mload(add(move, 0x60))) {
                    mstore(add(walk, 0x140), 1)
                }
            }
            mstore(add(walk, 0x60), count)
            mstore(add(walk, 0x120), i)
        }
    }

    /// @notice Sets the moves' prices.
    /// @param marks Of the account's positions, as they were; one for each.
    /// @return paid What the account receives for the legs, as `PositionMath.costOf` counts it.
    function price(Walk memory walk, uint256[] memory marks) internal pure returns (int256 paid) {
        bool ok = true;
        assembly ("memory-safe") {
            for {
                let move := mload(walk)
                let end := add(move, shl(8, mload(add(walk, 0x100))))
            } lt(move, end) {
                move := add(move, 0x100)
            } {
                let place := mload(add(move, 0x20))
                ok := and(ok, lt(place, mload(marks)))
                let mark := mload(add(add(marks, 0x20), shl(5, place)))
                mstore(add(move, 0xe0), mark)
                let delta := mload(move)
                let sign := sar(255, delta)
                delta := sub(xor(delta, sign), sign)
                place := mul(delta, mark)
                ok := and(ok, eq(div(place, delta), mark))
                // what is bought is paid for
                place := div(place, WAD)
                sign := not(sign)
                paid := add(paid, sub(xor(place, sign), sign))
            }
        }
        // the engine marks every position, at less than 2**160
        assert(ok);
    }
}
