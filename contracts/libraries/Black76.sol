// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// Solhint does not see what assembly uses.
// solhint-disable-next-line no-unused-import
import {Gaussian, MILLS_NEAR_BASE} from "./Gaussian.sol";

// The names are the formula's.
// solhint-disable var-name-mixedcase

/// @title Black76: the value of a call on a forward (SPEC-V7)
/// @notice F and K are wad USD, 0 < F, K < 2^128; L = ln(F / K), |L| <= 100e18; s = sigma * sqrt(tau), 0 <= s <= 24e18. Nothing
/// reverts. max(0, F - K) <= value <= F always, and the value is within 5e-10 * min(F, K) + 1 wei of the true one.
///
/// With a = |L| / s, h = s / 2, p = a + h, m = a - h the value is I + min(F, K) * w, where I = max(0, F - K) and
///
///     m >= 0: w = phi(m) * (M(m) - M(p))          m < 0: w = 1 - phi(m) * (M(-m) + M(p))
///
/// because F * phi(d1) = K * phi(d2): one exponential serves both normal distributions, whichever of F and K is larger.
/// w is the call's or the put's value, whichever is out of the money, as a share of min(F, K); from m = 7.09 on it is
/// below 1e-12 and taken as 0.
/// @dev a, h, p, m are `Gaussian`'s points, h rounded down to a multiple of 2^5, that is s to 1.1e-15. That makes
/// M(m) >= M(p) hold to the last bit, and the difference 0 where s is 0. `millsNear` serves s <= 1, `millsWide` the rest.
library Black76 {
    /// @dev The point of 7.09; phi there is 2^-36 of its peak.
    uint256 private constant CUT = 433932948737745652;
    /// @dev Largest h that `millsNear` serves; one more than the largest -m there.
    uint256 private constant MAX_NEAR = 30600042746358091;
    /// @dev From s to h / 2^5: sqrt(log2(e) / 2) * 2^50 / 1e18, scaled by 2^89.
    uint256 private constant TO_HALF = 591890908118138296429616;
    /// @dev From |L| / h to a: log2(e) / 2 * 2^111 / 1e18.
    uint256 private constant TO_DISTANCE = 1872725232157885;
    uint256 private constant WAD = 1000000000000000000;
    /// @dev Marks an h that is not for `millsNear`: no smaller point minus this is a point.
    uint256 private constant WIDE = 0x100000000000000000000000000000000000000000000000000;

    /// @notice The call's value.
    function call(uint256 F, uint256 K, int256 L, uint256 s) internal pure returns (uint256 value) {
        (value, , , , ) = _valueAndTails(F, K, L, _halfOf(s));
    }

    /// @notice The call's value and N(d1), wad.
    /// @dev Without volatility N(d1) is 1, 0 or, where F = K, 1/2. It is within 1e-9 from s = 1e-6 on: below that L is
    /// not given finely enough.
    function callAndDelta(
        uint256 F,
        uint256 K,
        int256 L,
        uint256 s
    ) internal pure returns (uint256 value, uint256 nd1) {
        uint256 h = _halfOf(s);
        uint256 tailOfP;
        uint256 tailOfM;
        bool inside;
        uint256 least;
        (value, tailOfP, tailOfM, inside, least) = _valueAndTails(F, K, L, h);
        assembly ("memory-safe") {
            switch slt(L, 0)
            case 0 {
                // d1 = p, and phi(p) = phi(m) * min(F, K) / max(F, K)
                nd1 := sub(WAD, shr(128, mul(WAD, div(mul(tailOfP, least), F))))
            }
            default {
                // d1 = -m
                nd1 := shr(128, mul(WAD, tailOfM))
                if inside {
                    nd1 := sub(WAD, nd1)
                }
            }
            if iszero(h) {
                nd1 := div(mul(WAD, add(gt(F, K), iszero(lt(F, K)))), 2)
            }
        }
    }

    /// @notice Adds size * call_j to every word of `acc`, call_j being the option's value in scenario j:
    /// `call(mulDown(F, factor_j), K, L + l_j, s of the scenario)`, |size| < 2^95.
    /// @param option Memory address of ten words: size, L, F, K, s, s up, s down, and three that are overwritten.
    /// @param table Memory address of `n` records of three words: l_j = ln(1 + m_j), factor_j = 1 + m_j, and where in
    /// the option the scenario's s is: 0x80, 0xa0 or 0xc0.
    /// @param acc Memory address of `n` words: sums of wad * wad.
    /// @dev The hot loop, hence in assembly, and all of `Gaussian` that serves s <= 1 written out in it.
    function addScenarios(uint256 option, uint256 table, uint256 n, uint256 acc) internal pure {
        uint256 halves = _writeHalves(option);
        uint256 end;
        assembly ("memory-safe") {
            end := add(table, mul(n, 0x60))
        }
        while (true) {
            (table, acc) = _addNear(option, halves, end, table, acc);
            if (table == end) return;
            (table, acc) = _addWide(option, halves, end, table, acc);
        }
    }

    /// @dev `addScenarios` up to the first scenario that is not for `millsNear`, or to the end. What the loop counts with
    /// comes last, so that it is on top of the stack. Constants are spelled so that the compiler does not make them of shifts.
    /// @return The record and the sum that it stopped at.
    // solhint-disable-next-line function-max-lines
    function _addNear(
        uint256 option,
        uint256 halves,
        uint256 end,
        uint256 record,
        uint256 sum
    ) private pure returns (uint256, uint256) {
        assembly ("memory-safe") {
            let size := mload(option)
            let L := mload(add(option, 0x20))
            let F := mload(add(option, 0x40))
            let K := mload(add(option, 0x60))
            // of `bell`: in scratch space, because the compiler copies a long constant that occurs often from the code
            mstore(0x00, 2810599623357947494806914008876260967004949679638268293274685907052287)
            mstore(0x20, 561277075159669948339047616590299849629986578571749062170174120863096)
            let r := record
            let t := sum
            for {} iszero(eq(r, end)) {
                r := add(r, 0x60)
                t := add(t, 0x20)
            } {
                let h := mload(add(mload(add(r, 0x40)), halves))
                let x := add(mload(r), L)
                let m := div(mul(xor(x, sar(255, x)), TO_DISTANCE), h)
                let p := add(m, h)
                m := sub(m, h)
                let forward := div(mul(F, mload(add(r, 0x20))), WAD)
                let intrinsic := mul(sub(forward, K), gt(forward, K))
                if iszero(lt(m, CUT)) {
                    // an h marked as wide leaves m far below zero
                    m := not(m)
                    let w := 0
                    switch lt(m, MAX_NEAR)
                    case 0 {
                        if shr(200, h) {
                            break
                        }
                    }
                    default {
                        // inside, where |L| < s^2 / 2: the square is below 1/2
                        let f := mul(m, m)
                        w := sub(
                            div(
                                1324702069189789008298916916077507819292218805362966956,
                                add(
                                    add(f, 90003299466429180571343692885281293),
                                    sdiv(mload(0x00), add(f, sdiv(mload(0x20), f)))
                                )
                            ),
                            7359186146747302452
                        )
                        w := mul(
                            w,
                            add(
                                add(
                                    div(
                                        1110865379893070677186885860096257384,
                                        add(
                                            sub(m, 15714278867398516),
                                            div(
                                                14066871907821310933953325343105597,
                                                sub(
                                                    add(m, 367069295694959190),
                                                    div(
                                                        11581773849551320552863202306291907,
                                                        add(
                                                            sub(m, 566624377097420618),
                                                            div(
                                                                494202111679847928041090678243160294,
                                                                add(m, 765412243952964026)
                                                            )
                                                        )
                                                    )
                                                )
                                            )
                                        )
                                    ),
                                    div(
                                        1110865379893070677186885860096257384,
                                        add(
                                            sub(p, 15714278867398516),
                                            div(
                                                14066871907821310933953325343105597,
                                                sub(
                                                    add(p, 367069295694959190),
                                                    div(
                                                        11581773849551320552863202306291907,
                                                        add(
                                                            sub(p, 566624377097420618),
                                                            div(
                                                                494202111679847928041090678243160294,
                                                                add(p, 765412243952964026)
                                                            )
                                                        )
                                                    )
                                                )
                                            )
                                        )
                                    )
                                ),
                                18515356774577802
                            )
                        )
                        w := mul(
                            sub(0x100000000000000000000000000000000, w),
                            lt(w, 0x100000000000000000000000000000000)
                        )
                    }
                    mstore(
                        t,
                        add(mload(t), mul(size, add(intrinsic, shr(128, mul(sub(forward, intrinsic), w)))))
                    )
                    continue
                }
                let y := mul(m, m)
                let f := signextend(13, y)
                mstore(
                    t,
                    add(
                        mload(t),
                        mul(
                            size,
                            add(
                                intrinsic,
                                shr(
                                    128,
                                    mul(
                                        sub(forward, intrinsic),
                                        shr(
                                            shr(112, sub(y, f)),
                                            mul(
                                                sub(
                                                    div(
                                                        1110865379893070677186885860096257384,
                                                        add(
                                                            sub(m, 15714278867398516),
                                                            div(
                                                                14066871907821310933953325343105597,
                                                                sub(
                                                                    add(m, 367069295694959190),
                                                                    div(
                                                                        11581773849551320552863202306291907,
                                                                        add(
                                                                            sub(m, 566624377097420618),
                                                                            div(
                                                                                494202111679847928041090678243160294,
                                                                                add(m, 765412243952964026)
                                                                            )
                                                                        )
                                                                    )
                                                                )
                                                            )
                                                        )
                                                    ),
                                                    div(
                                                        1110865379893070677186885860096257384,
                                                        add(
                                                            sub(p, 15714278867398516),
                                                            div(
                                                                14066871907821310933953325343105597,
                                                                sub(
                                                                    add(p, 367069295694959190),
                                                                    div(
                                                                        11581773849551320552863202306291907,
                                                                        add(
                                                                            sub(p, 566624377097420618),
                                                                            div(
                                                                                494202111679847928041090678243160294,
                                                                                add(p, 765412243952964026)
                                                                            )
                                                                        )
                                                                    )
                                                                )
                                                            )
                                                        )
                                                    )
                                                ),
                                                sub(
                                                    div(
                                                        1324702069189789008298916916077507819292218805362966956,
                                                        add(
                                                            add(f, 90003299466429180571343692885281293),
                                                            sdiv(mload(0x00), add(f, sdiv(mload(0x20), f)))
                                                        )
                                                    ),
                                                    7359186146747302452
                                                )
                                            )
                                        )
                                    )
                                )
                            )
                        )
                    )
                )
            }
            record := r
            sum := t
        }
        return (record, sum);
    }

    /// @dev `addScenarios` up to the first scenario that is not for `millsWide`, or to the end, at least one. A negative m is
    /// made positive by its sign, 0 or -1, which also turns the difference into minus the sum: w = 1 + phi(m) * (-M(-m) - M(p)).
    // solhint-disable-next-line function-max-lines
    function _addWide(
        uint256 option,
        uint256 halves,
        uint256 end,
        uint256 record,
        uint256 sum
    ) private pure returns (uint256, uint256) {
        assembly ("memory-safe") {
            for {} iszero(eq(record, end)) {
                record := add(record, 0x60)
                sum := add(sum, 0x20)
            } {
                let h := mload(add(mload(add(record, 0x40)), halves))
                if iszero(shr(200, h)) {
                    break
                }
                h := xor(h, WIDE)
                let w := add(mload(record), mload(add(option, 0x20)))
                let p := div(mul(xor(w, sar(255, w)), TO_DISTANCE), h)
                let m := sub(p, h)
                w := 0
                if slt(m, CUT) {
                    // odd, as in `millsWide`
                    p := or(add(p, h), 1)
                    let sign := sar(255, m)
                    m := xor(m, sign)
                    let y := mul(m, m)
                    let f := signextend(13, y)
                    m := or(m, 1)
                    w := sub(
                        div(
                            1324702069189789008298916916077507819292218805362966956,
                            add(
                                add(f, 90003299466429180571343692885281293),
                                sdiv(
                                    2810599623357947494806914008876260967004949679638268293274685907052287,
                                    add(
                                        f,
                                        sdiv(
                                            561277075159669948339047616590299849629986578571749062170174120863096,
                                            f
                                        )
                                    )
                                )
                            )
                        ),
                        7359186146747302452
                    )
                    m := sub(
                        xor(
                            sdiv(
                                1128941847431534627426602841907359048,
                                add(
                                    sub(m, 2606188558315),
                                    sdiv(
                                        3752598327631754479291299429991738,
                                        add(
                                            add(m, 3087656574518313),
                                            sdiv(
                                                4104173665527106668163023796685282,
                                                add(
                                                    sub(m, 665455714667115360),
                                                    sdiv(
                                                        873422847021105809545557255353742928,
                                                        add(
                                                            add(m, 1221658553078897682),
                                                            sdiv(
                                                                9619406285096867437242096981436510,
                                                                add(
                                                                    add(m, 325732527100157053),
                                                                    sdiv(
                                                                        118630860728700221139049969367210620,
                                                                        sub(m, 94997937554787962)
                                                                    )
                                                                )
                                                            )
                                                        )
                                                    )
                                                )
                                            )
                                        )
                                    )
                                )
                            ),
                            sign
                        ),
                        add(
                            sdiv(
                                1128941847431534627426602841907359048,
                                add(
                                    sub(p, 2606188558315),
                                    sdiv(
                                        3752598327631754479291299429991738,
                                        add(
                                            add(p, 3087656574518313),
                                            sdiv(
                                                4104173665527106668163023796685282,
                                                add(
                                                    sub(p, 665455714667115360),
                                                    sdiv(
                                                        873422847021105809545557255353742928,
                                                        add(
                                                            add(p, 1221658553078897682),
                                                            sdiv(
                                                                9619406285096867437242096981436510,
                                                                add(
                                                                    add(p, 325732527100157053),
                                                                    sdiv(
                                                                        118630860728700221139049969367210620,
                                                                        sub(p, 94997937554787962)
                                                                    )
                                                                )
                                                            )
                                                        )
                                                    )
                                                )
                                            )
                                        )
                                    )
                                )
                            ),
                            sign
                        )
                    )
                    w := sub(sar(shr(112, sub(y, f)), mul(w, m)), shl(128, sign))
                    w := mul(w, sgt(w, 0))
                }
                let forward := div(mul(mload(add(option, 0x40)), mload(add(record, 0x20))), WAD)
                let K := mload(add(option, 0x60))
                let intrinsic := mul(sub(forward, K), gt(forward, K))
                mstore(
                    sum,
                    add(
                        mload(sum),
                        mul(mload(option), add(intrinsic, shr(128, mul(sub(forward, intrinsic), w))))
                    )
                )
            }
        }
        return (record, sum);
    }

    /// @dev Writes the h of the option's three s behind them, those that are not for `millsNear` marked.
    /// @return base The address that the offset of an s leads from to its h.
    function _writeHalves(uint256 option) private pure returns (uint256 base) {
        assembly ("memory-safe") {
            base := add(option, 0x60)
            for {
                let offset := 0x80
            } lt(offset, 0xe0) {
                offset := add(offset, 0x20)
            } {
                let h := shl(5, shr(89, mul(mload(add(option, offset)), TO_HALF)))
                mstore(add(base, offset), or(h, mul(gt(h, MAX_NEAR), WIDE)))
            }
        }
    }

    function _halfOf(uint256 s) private pure returns (uint256 h) {
        assembly ("memory-safe") {
            h := shl(5, shr(89, mul(s, TO_HALF)))
        }
    }

    /// @return value The call's value.
    /// @return tailOfP phi(m) * M(p), scaled by 2^128, rounded down.
    /// @return tailOfM phi(m) * M(|m|), likewise.
    /// @return inside Whether m < 0.
    /// @return least min(F, K)
    function _valueAndTails(
        uint256 F,
        uint256 K,
        int256 L,
        uint256 h
    ) private pure returns (uint256 value, uint256 tailOfP, uint256 tailOfM, bool inside, uint256 least) {
        uint256 p;
        uint256 m;
        assembly ("memory-safe") {
            value := mul(sub(F, K), gt(F, K))
            least := sub(F, value)
            // one's complement: one wei less than |L| where L is negative
            p := div(mul(xor(L, sar(255, L)), TO_DISTANCE), h)
            m := sub(p, h)
            p := add(p, h)
            inside := slt(m, 0)
            m := xor(m, sub(0, inside))
        }
        if (m >= CUT && !inside) return (value, 0, 0, inside, least);
        (uint256 g, uint256 n) = Gaussian.bell(m);
        if (h <= MAX_NEAR) {
            (p, m) = (Gaussian.millsNear(p), Gaussian.millsNear(m));
        } else {
            (p, m) = (Gaussian.millsWide(p), Gaussian.millsWide(m));
        }
        assembly ("memory-safe") {
            let base := mul(MILLS_NEAR_BASE, iszero(gt(h, MAX_NEAR)))
            switch inside
            case 0 {
                value := add(value, shr(128, mul(least, shr(n, mul(g, sub(m, p))))))
            }
            default {
                let w := sub(0, mul(g, add(add(m, p), add(base, base))))
                w := add(shl(128, 1), sar(n, w))
                value := add(value, shr(128, mul(least, mul(w, sgt(w, 0)))))
            }
            tailOfP := shr(n, mul(g, add(p, base)))
            tailOfM := shr(n, mul(g, add(m, base)))
        }
    }
}
