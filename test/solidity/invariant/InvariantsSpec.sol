// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, Kind} from "../../../contracts/types/InstrumentId.sol";
import {Portfolio, SpotWord} from "../../../contracts/types/Portfolio.sol";
import {PositionWord} from "../../../contracts/types/PositionWord.sol";
import {Test} from "../helpers/Test.sol";
import {Ghost} from "./ghost/Ghost.sol";
import {GhostDeleveraging} from "./ghost/GhostDeleveraging.sol";
import {GhostLedger} from "./ghost/GhostLedger.sol";
import {GhostLiquidations} from "./ghost/GhostLiquidations.sol";
import {ACCOUNTS, ASSETS, FIRST_DATED, SERIES, Stage} from "./Stage.sol";

/// @title InvariantsSpec: what holds whatever anybody does, in thirty checks
/// @notice A check of the state takes nothing and reads the protocol; a check of a step takes what was before and after it. Who
/// calls which: docs/invariants.md.
abstract contract InvariantsSpec is Test, Stage {
    /// @param known False where prices left the account impossible to assess.
    struct Health {
        bool known;
        int256 equity;
        uint256 initial;
        uint256 maintenance;
        uint256 profileId;
    }

    /// @dev What grows with time and nothing else; premiums also move with trades.
    struct Accumulators {
        uint256 supplyIndex;
        uint256 borrowIndex;
        int256[FIRST_DATED] funding;
        int256[FIRST_DATED] premiums;
        uint256 losses;
    }

    /// @dev What a trade, or two, left an account with.
    struct Outcome {
        int256 cash;
        int256 size;
        int256 cost;
    }

    /// @dev What rounding may take in one call, wei: two for each of a few cash balances that are written, one for each leg.
    uint256 internal constant DUST_PER_CALL = 30;
    /// @dev What a unit is worth at most in any run, USD: BTC at four times its first price.
    uint256 private constant DEAREST_UNIT = 400_000;

    Ghost public ghost;
    /// @dev For `npm run mutate:invariants`: what the ghost foretells, which notices any change first, is not compared, so that the
    /// invariants speak for themselves.
    bool internal loose;
    /// @dev What borrowers were charged beyond what lenders were credited, wad USD.
    int256 internal reserve;
    /// @dev What rounding may have left with the pool until now, wei.
    uint256 internal dust;

    // ------------------------------------------------------------------------------------------------ 1 to 8: the ledger

    /// @notice 1. The clearinghouse holds at least the tokens that it records, of each token; and the balances of the accounts are
    /// what it records.
    function check01TokenBalances() internal view {
        for (uint8 a = 0; a < ASSETS; ++a) {
            IClearinghouseTypes.AssetInfo memory info = house.assetInfo(a);
            uint256 held = (IERC20(info.token).balanceOf(address(house)) * 1e18) / 10 ** info.decimals;
            assertGe(held, info.recorded, "1: tokens held are less than recorded");
            assertEq(info.recorded, ghost.recorded(a), "1: recorded is not what came in less what left");
            if (a == 0) continue;
            uint256 sum;
            for (uint256 i = 0; i < ACCOUNTS; ++i) sum += house.collateralOf(ids[i], a);
            assertEq(sum, info.recorded, "1: balances are not what is recorded");
        }
    }

    /// @notice 2. Equity of all accounts, the insurance fund's among them, plus fees not swept yet plus the reserve of the cash market
    /// equals the pool's assets: never more, and less by counted dust only.
    function check02Conservation(Health[ACCOUNTS] memory healths) internal view {
        int256 claims;
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            if (!healths[i].known) return;
            claims += healths[i].equity;
        }
        claims += int256(_feesOf(address(this)) + _feesOf(address(matcher)));
        int256 assets = int256(_assetsAtIndex());
        int256 unpaired = int256(_unpaired());
        assertLe(claims, assets + unpaired, "2: claims exceed assets");
        if (!_pricesAgree()) return;
        int256 short = assets - claims - reserve - unpaired;
        // on reading, each account rounds its cash, six legs and four balances, and the reserve four sums
        assertLe(
            short,
            int256(dust + ghost.dust() + 11 * ACCOUNTS + 4),
            "2: assets exceed claims by more than dust"
        );
    }

    /// @notice 2, as the pool itself sums it up: what it owes is covered, and what it has still to pay is what the ghost says.
    function checkSolvency() internal view {
        IClearinghouseTypes.Solvency memory pool = house.solvency();
        assertEq(pool.pending, ghost.pending(), "2: what is still to be paid is not as foretold");
        assertEq(pool.badDebt, uint256(0), "2: a loss that nobody bears");
        assertEq(pool.shortAssets, uint256(0), "2: fewer tokens than accounts own");
        // while an expiry is settled some are paid before others pay
        if (_isSettling()) return;
        // positive cash is rounded up, and each position that is closed rounds what it is paid down
        int256 slack = int256(2 + ghost.deleverages() * ACCOUNTS * SERIES);
        assertLe(pool.claims, int256(pool.assets) + slack, "2: the pool owes more than it has");
    }

    /// @notice 3. The accounts' cash adds up to the ledger's totals, positive and negative apart.
    function check03CashTotals() internal view {
        IClearinghouseTypes.CashState memory state = house.cashState();
        (uint256 supplied, uint256 borrowed) = (0, 0);
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            int256 principal = house.cashPrincipalOf(ids[i]);
            if (principal >= 0) supplied += uint256(principal);
            else borrowed += uint256(-principal);
        }
        uint256 up = (supplied * state.supplyIndex + 1e18 - 1) / 1e18;
        assertEq(state.supplied, up, "3: positive cash is not the total supplied");
        assertEq(
            state.borrowed,
            (borrowed * state.borrowIndex) / 1e18,
            "3: negative cash is not the total borrowed"
        );
    }

    /// @notice 4. Longs equal shorts, and both equal the open interest that is recorded, of each instrument, but for the wei that
    /// deleveraging rounds off; of one that is being settled the longs do.
    function check04OpenInterest() internal view {
        for (uint256 k = 0; k < SERIES; ++k) {
            (uint256 longs, uint256 shorts, ) = _sumsOf(instruments[k]);
            (uint256 units, ) = house.openInterestOf(instruments[k]);
            (uint256 lostShorts, uint256 lostLongs) = ghost.lostOf(k);
            assertEq(longs + lostLongs, units, "4: the longs are not the open interest");
            if (!_isSettled(k))
                assertEq(shorts + lostShorts, units, "4: the shorts are not the open interest");
        }
    }

    /// @notice 5. The sum of all cost bases, with those that deleveraging has closed and nobody has booked yet, is the stored aggregate,
    /// of each instrument.
    function check05CostSums() internal view {
        for (uint256 k = 0; k < SERIES; ++k) {
            (, , int256 costs) = _sumsOf(instruments[k]);
            (, int256 stored) = house.openInterestOf(instruments[k]);
            assertEq(costs + ghost.unbookedOf(k), stored, "5: cost bases do not add up to the aggregate");
        }
    }

    /// @notice 6. The funding of all accounts adds up to at most 0, and to at least a wei less for each position.
    function check06Funding() internal view {
        for (uint256 k = 0; k < FIRST_DATED; ++k) {
            int256 sum;
            int256 holders;
            for (uint256 i = 0; i < ACCOUNTS; ++i) {
                (int256 size, int256 cost) = house.positionOf(ids[i], instruments[k]);
                if (size == 0) continue;
                ++holders;
                sum += _nettedCost(i, instruments[k]) - cost;
            }
            int256 unpaired = _unpairedFunding(k);
            assertLe(sum, unpaired, "6: funding creates money");
            assertGe(sum, unpaired - holders - 1, "6: funding loses more than a wei for each position");
        }
    }

    /// @dev Whether an expiry has a price, and accounts hold positions still.
    function _isSettling() private view returns (bool) {
        for (uint256 k = FIRST_DATED; k < SERIES; ++k) {
            if (!_isSettled(k)) continue;
            (uint256 longs, uint256 shorts, ) = _sumsOf(instruments[k]);
            if (longs != 0 || shorts != 0) return true;
        }
        return false;
    }

    /// @dev The funding of the wei that deleveraging has rounded off one side and not the other.
    function _unpairedFunding(uint256 series) private view returns (int256) {
        (uint256 shorts, uint256 longs) = ghost.lostOf(series);
        int256 index = house.perpState(uint16(series + 1)).fundingIndex;
        int256 owed = (int256(longs) - int256(shorts)) * index;
        return owed >= 0 ? (owed + 1e18 - 1) / 1e18 : owed / 1e18;
    }

    /// @dev What the wei of size that deleveraging has rounded off may be worth, wei USD, or was when the other side was closed.
    function _unpaired() private view returns (uint256 value) {
        value = ghost.forgotten() * DEAREST_UNIT;
        for (uint256 k = 0; k < SERIES; ++k) {
            (uint256 shorts, uint256 longs) = ghost.lostOf(k);
            value += (shorts + longs) * DEAREST_UNIT;
        }
    }

    /// @notice 7. Many accruals come to the same as one, to the wei's rounding; and one at no time's distance to nothing
    /// at all. Interest compounds at each accrual, so that of it this holds within the compounding.
    function check07Accrual(int256 once, int256 many, uint256 tolerance) internal pure {
        assertApproxEqAbs(once, many, tolerance, "7: when somebody accrues changes what accrues");
    }

    /// @notice 8. Interest and funding indexes move with time and with nothing else; they equal their closed form.
    function check08Accumulators(Accumulators memory before, Accumulators memory next) internal view {
        if (before.losses == next.losses) {
            assertEq(before.supplyIndex, next.supplyIndex, "8: the supply index moved without time");
        }
        assertEq(before.borrowIndex, next.borrowIndex, "8: the borrow index moved without time");
        (uint256 supplyIndex, uint256 borrowIndex) = ghost.indexesNow();
        assertEq(next.supplyIndex, supplyIndex, "8: the supply index is not its closed form");
        assertEq(next.borrowIndex, borrowIndex, "8: the borrow index is not its closed form");
        for (uint256 k = 0; k < FIRST_DATED; ++k) {
            assertEq(before.funding[k], next.funding[k], "8: a funding index moved without time");
            (int256 funding, int256 premium) = ghost.perpNow(k);
            assertEq(next.funding[k], funding, "8: a funding index is not its closed form");
            assertEq(next.premiums[k], premium, "8: a premium is not its closed form");
        }
    }

    // ------------------------------------------------------------------------------------------------ 9 to 16: margin and default

    /// @notice 9. After a withdrawal or after risk was added E >= IM; of a withdrawal unrealised gains do not count toward E.
    /// @param counted Whether unrealised gains count. What was written costs a wei or two.
    function check09InitialMargin(IRiskTypes.Margin memory m, bool counted) internal pure {
        int256 gains = m.unrealised > 0 && !counted ? m.unrealised : int256(0);
        assertGe(m.equity - gains + 2, int256(m.initialMargin), "9: risk taken without initial margin");
    }

    /// @notice 10. Only price, time, parameters or a share of another's loss make an account unhealthy that was healthy.
    /// @dev A trade's premium is a price: `excused` says that it moved a mark of the account's, or that it bore a loss.
    function check10StaysHealthy(Health memory before, Health memory next, bool excused) internal pure {
        if (!before.known || !next.known || excused) return;
        if (before.equity < int256(before.maintenance)) return;
        assertGe(next.equity + 2, int256(next.maintenance), "10: made unhealthy by another's action");
    }

    /// @notice 11. An account may be liquidated if and only if its equity is below its maintenance margin.
    function check11Liquidatable(bool accepted, IRiskTypes.Margin memory m) internal pure {
        bool below = m.equity < int256(m.maintenanceMargin) && m.status != IPriceRouter.Status.Stale;
        assertEq(accepted, below, "11: liquidatable and below maintenance margin differ");
    }

    /// @notice 12. A liquidation does not lower health E / MM, and stops at 1.2; or it leaves nothing, and the debt is recorded.
    function check12Health(
        IRiskTypes.Margin memory before,
        IRiskTypes.Margin memory next,
        bool emptied
    ) internal pure {
        assertLt(next.maintenanceMargin, before.maintenanceMargin, "12: a liquidation freed no margin");
        int256 slack = int256(DUST_PER_CALL);
        if (emptied || before.equity <= 0) {
            // of an account that is closed whole at most the least reward is taken beyond its share
            assertGe(
                next.equity + slack,
                before.equity - (before.equity > 0 ? before.equity : int256(0)),
                "12: a liquidation took more than there was"
            );
            return;
        }
        assertGe(
            (next.equity + slack) * int256(before.maintenanceMargin),
            before.equity * int256(next.maintenanceMargin),
            "12: a liquidation lowered health"
        );
        if (before.maintenanceMargin < 100e18) return;
        slack += 1_000 + int256(before.maintenanceMargin / 1e18);
        assertLe(
            (next.equity - slack) * 10,
            int256(next.maintenanceMargin * 12),
            "12: a liquidation overshot"
        );
    }

    /// @notice 13. The liquidator gains at most the penalty, and what the insurance adds to it.
    function check13LiquidatorGain(int256 gain, uint256 penalty, uint256 incentive) internal pure {
        assertLe(
            gain,
            int256(penalty + incentive + DUST_PER_CALL),
            "13: the liquidator gains more than the penalty"
        );
    }

    /// @notice 14. Who liquidates himself never gains: his accounts together get nothing but what the insurance pays anybody.
    function check14SelfLiquidation(int256 before, int256 next, uint256 incentive) internal pure {
        assertLe(next, before + int256(incentive + DUST_PER_CALL), "14: self-liquidation pays");
    }

    /// @notice 15. Bad debt is borne by the insurance as far as it goes, then by the counterparties of the account's positions, and what
    /// has none by all positive cash: each wei of it once.
    /// @dev This is of what a liquidation leaves.
    function check15BadDebt(
        GhostLiquidations.Verdict memory verdict,
        uint256 insuranceBefore,
        int256 insurancePaid,
        int256 cashLeft
    ) internal pure {
        uint256 left = verdict.debt - verdict.covered;
        assertApproxEqAbs(cashLeft, 0, 2, "15: a debt is left");
        assertApproxEqAbs(
            int256(verdict.socialised),
            int256(left),
            4,
            "15: what is not covered is not socialised"
        );
        assertApproxEqAbs(
            insurancePaid,
            int256(verdict.covered + verdict.incentive),
            4,
            "15: the insurance paid another amount than was covered"
        );
        // rounding a balance that is written may leave a wei or two of it
        if (left > 2) {
            assertApproxEqAbs(
                verdict.covered + verdict.incentive,
                insuranceBefore,
                4,
                "15: debt left though the insurance could pay"
            );
        }
    }

    /// @notice 15, of deleveraging.
    /// @param equity What the account lacked, negative; `left`, what it has afterwards: with collateral it may lack something still.
    function checkDeleveraged(
        GhostDeleveraging.Waterfall memory w,
        IClearinghouseTypes.Deleverage memory done,
        int256 equity,
        int256 insurancePaid,
        int256 left
    ) internal pure {
        assertEq(done.covered, w.covered, "15: covered is not as foretold");
        assertEq(done.deleveraged, w.deleveraged, "15: deleveraged is not as foretold");
        assertEq(done.socialised, w.socialised, "15: socialised is not as foretold");
        assertEq(done.remaining, uint256(0), "15: a loss that nobody bears");
        assertApproxEqAbs(
            insurancePaid,
            int256(w.covered),
            4,
            "15: the insurance paid another amount than was covered"
        );
        uint256 borne = w.covered + w.deleveraged + w.socialised;
        int256 missing = left < 0 ? left : int256(0);
        assertApproxEqAbs(
            -equity,
            int256(borne) - missing,
            DUST_PER_CALL,
            "15: a wei of debt not assigned once"
        );
    }

    /// @notice 16. Loss reaches only those whose it is: a liquidation changes its account, the taker and the insurance, nobody else;
    /// deleveraging the other side of what it closes, each by its share.
    function check16OnlyParties(
        GhostLedger.Entry memory before,
        GhostLedger.Entry memory next,
        bool isParty
    ) internal pure {
        if (isParty) return;
        assertEq(
            keccak256(abi.encode(before)),
            keccak256(abi.encode(next)),
            "16: a liquidation touched a bystander"
        );
    }

    /// @notice 16, of deleveraging: the other side of each leg keeps the share that stays open, the same side everything.
    function checkProRata(
        GhostDeleveraging.Waterfall memory w,
        int256[SERIES] memory before,
        int256[SERIES] memory next
    ) internal pure {
        for (uint256 k = 0; k < SERIES; ++k) {
            uint256 left = _size(before[k]);
            if (_isOpposite(w.sizes[k], before[k]))
                left = (left * (w.units[k] - _size(w.sizes[k]))) / w.units[k];
            assertEq(next[k] != 0 && (next[k] > 0) != (before[k] > 0), false, "16: a position turned");
            // where a side has shrunk to a 2^-63rd, sizes keep 64 bits
            assertApproxEqAbs(_size(next[k]), left, 1 + (_size(before[k]) >> 63), "16: not closed pro rata");
        }
    }

    /// @notice 16, of deleveraging: who holds a share of the other side bears that share of what the leg lacks.
    function checkLosses(
        GhostDeleveraging.Waterfall memory w,
        int256[SERIES] memory sizes,
        int256 before,
        int256 next
    ) internal pure {
        uint256 borne;
        for (uint256 k = 0; k < SERIES; ++k) {
            if (!_isOpposite(w.sizes[k], sizes[k])) continue;
            borne += (w.shares[k] * _size(sizes[k])) / w.units[k];
        }
        // a few wei of size, at what they are worth
        uint256 slack = DUST_PER_CALL * DEAREST_UNIT;
        assertApproxEqAbs(before - next, int256(borne), slack, "16: a loss that is not one's share");
    }

    function _isOpposite(int256 closed, int256 held) internal pure returns (bool) {
        return (closed > 0 && held < 0) || (closed < 0 && held > 0);
    }

    function _size(int256 signed) private pure returns (uint256) {
        return uint256(signed >= 0 ? signed : -signed);
    }

    // ------------------------------------------------------------------------------------------------ 17 to 22: prices and sums

    /// @notice 17. Margin grows with a single position's size; a smaller share of a portfolio never needs more than the whole.
    /// @param share Of the position or portfolio, wad, at most 1.
    function check17Monotone(Portfolio memory whole, uint256 share) internal view {
        Portfolio[] memory list = new Portfolio[](2);
        (list[0], list[1]) = (whole, _scaled(whole, share));
        _assertNoMore(list, "17: less of everything needs more margin");
        for (uint256 i = 0; i < whole.legs.length; ++i) {
            list[0] = _legOf(whole, i);
            list[1] = _scaled(list[0], share);
            _assertNoMore(list, "17: a smaller position needs more margin");
        }
    }

    /// @notice 18. A portfolio needs at most what its parts need together. Not while two prices disagree: then each is judged at the
    /// price that is adverse to its own net delta, and they do not compare.
    function check18Subadditive(Portfolio memory whole) internal view {
        if (!_pricesAgree()) return;
        uint256 parts = whole.legs.length + 1;
        Portfolio[] memory list = new Portfolio[](parts + 1);
        list[0] = whole;
        for (uint256 i = 0; i < whole.legs.length; ++i) list[i + 1] = _legOf(whole, i);
        list[parts] = _spotOf(whole);
        IRiskTypes.Margin[] memory margins = engine.assess(list, IRiskTypes.Stance.Adverse);
        (uint256 initial, uint256 maintenance) = (0, 0);
        for (uint256 i = 1; i <= parts; ++i) {
            initial += margins[i].initialMargin;
            maintenance += margins[i].maintenanceMargin;
        }
        // every part rounds up, and the whole does, by a few wei for each leg
        uint256 slack = 20 * (parts + 1);
        assertLe(margins[0].initialMargin, initial + slack, "18: a portfolio needs more than its parts");
        assertLe(
            margins[0].maintenanceMargin,
            maintenance + slack,
            "18: a portfolio needs more than its parts"
        );
    }

    /// @notice 19. Options keep their bounds: max(0, F - K) <= call <= F, max(0, K - F) <= put <= K, call - put = F - K for the same
    /// strike and expiry; a payoff is never negative.
    function check19Options(uint256 expirySec, uint256 strike, uint16 underlying) internal view {
        uint256 forward = _markOf(_id(Kind.Future, underlying, expirySec, 0));
        uint256 call = _markOf(_id(Kind.Call, underlying, expirySec, strike));
        uint256 put = _markOf(_id(Kind.Put, underlying, expirySec, strike));
        assertLe(call, forward + 1, "19: a call above its forward");
        assertLe(put, strike + 1, "19: a put above its strike");
        assertGe(call + strike + 1, forward, "19: a call below its intrinsic value");
        assertGe(put + forward + 1, strike, "19: a put below its intrinsic value");
        assertApproxEqAbs(call + strike, put + forward, 2, "19: no parity of call and put");
    }

    /// @notice 20. Closing a position and opening another comes to the same as the one trade that is their sum, fees aside.
    function check20CloseAndOpen(Outcome memory twice, Outcome memory once) internal pure {
        _assertSame(twice, once, "20: close + open is not the delta trade");
    }

    /// @notice 21. A trade split in parts comes to the same as the whole, fees aside.
    function check21Split(Outcome memory parts, Outcome memory whole) internal pure {
        _assertSame(parts, whole, "21: a split trade is not the whole");
    }

    /// @notice 22. Neither deposit and withdrawal nor opening and closing ever profit, however small.
    function check22RoundTrip(int256 before, int256 next) internal pure {
        assertLe(next, before, "22: a round trip profits");
    }

    // ------------------------------------------------------------------------------------------------ 23 to 30: who may do what

    /// @notice 23. A donation of tokens changes nobody's equity.
    function check23Donation(Health memory before, Health memory next) internal pure {
        assertEq(before.known, next.known, "23: a donation changed what can be assessed");
        assertEq(before.equity, next.equity, "23: a donation changed an equity");
        assertEq(before.maintenance, next.maintenance, "23: a donation changed a margin");
    }

    /// @notice 24. A call from within a call reverts, and so does every view of what the call is changing.
    function check24Reentry(bool succeeded, bytes memory answer) internal pure {
        assertFalse(succeeded, "24: a call came in from within a call");
        assertEq(
            bytes32(bytes4(answer)),
            bytes32(bytes4(0x3ee5aeb5)),
            "24: refused by something else than the guard"
        );
    }

    /// @notice 25. While prices are stale, guarded or down, or trading is paused or closed, no risk is added; reducing goes on.
    /// @param grew Whether the account's position grew in a trade that was accepted.
    function check25NoAddedRisk(bool grew, bool restricted, IPriceRouter.Status status) internal pure {
        if (!grew) return;
        assertFalse(restricted, "25: risk added while trading is paused or closed");
        assertEq(
            uint256(status),
            uint256(IPriceRouter.Status.Ok),
            "25: risk added on prices that are not in order"
        );
    }

    /// @notice 26. A pause never keeps anybody from leaving: it may refuse borrowing, and nothing else of a withdrawal.
    function check26PauseLetsLeave(
        bytes memory why,
        int256 cashAfter,
        IPriceRouter.Status status
    ) internal pure {
        if (bytes4(why) != IClearinghouseTypes.ReduceOnly.selector) return;
        bool borrows = cashAfter < 0;
        assertTrue(borrows || status == IPriceRouter.Status.Stale, "26: a pause keeps free money in");
    }

    /// @notice 27. Every solvent user can leave entirely, in any order.
    /// @param owed What the account was worth before it closed and withdrew; `paid` what it got, at the same prices, wad USD.
    function check27Left(int256 owed, int256 paid, uint256 slack) internal pure {
        assertApproxEqAbs(owed, paid, slack, "27: who left got something else than what was his");
    }

    /// @notice 28. A changes B by a trade, a liquidation, funding, interest or deleveraging, and by nothing else: after every action
    /// every account holds what the ghost's ledger says, to the wei.
    function check28OthersUntouched() internal view {
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            GhostLedger.Entry memory entry = ghost.entryOf(i);
            assertEq(house.cashPrincipalOf(ids[i]), entry.principal, "28: cash is not what the ghost says");
            assertEq(house.cashOf(ids[i]), ghost.cashOf(i), "28: present cash is not what the ghost says");
            _checkPositions(ids[i], entry);
            for (uint256 k = 0; k < SERIES; ++k) {
                (int256 size, int256 cost) = house.positionOf(ids[i], instruments[k]);
                assertEq(size, entry.sizes[k], "28: a position is not what the ghost says");
                assertEq(cost, entry.costs[k], "28: a cost basis is not what the ghost says");
            }
            for (uint8 a = 1; a < ASSETS; ++a)
                assertEq(
                    house.collateralOf(ids[i], a),
                    entry.spot[a],
                    "28: collateral is not what the ghost says"
                );
            (uint8 profileId, , uint40 flaggedAt, ) = house.accountInfo(ids[i]);
            assertEq(uint256(profileId), entry.profileId, "28: a profile is not what the ghost says");
            assertEq(uint256(flaggedAt), entry.flaggedAt, "28: a flag is not what the ghost says");
        }
    }

    /// @dev The list of an account's positions, touched or not, is what it holds and nothing else.
    function _checkPositions(AccountId id, GhostLedger.Entry memory entry) private view {
        PositionWord[] memory list = house.positionsOf(id);
        uint256 held;
        for (uint256 k = 0; k < SERIES; ++k) if (entry.sizes[k] != 0) ++held;
        assertEq(list.length, held, "28: a list of positions has more or fewer than are held");
        for (uint256 i = 0; i < list.length; ++i) {
            int256 size = entry.sizes[_seriesOf(list[i].instrument())];
            assertEq(list[i].size(), size, "28: a listed position is not what the ghost says");
        }
    }

    /// @notice 29. An expiry settles each position once, at one price, whoever is settled first.
    /// @param cash What the positions' owner has after settlement; `expected` what he had, plus payoffs and costs.
    function check29SettlesOnce(int256 cash, int256 expected) internal pure {
        // writing a balance costs up to two wei
        assertApproxEqAbs(cash, expected, 2, "29: settlement paid another amount than the payoff, once");
    }

    /// @notice 30. A signature fills at most the size it signs, once; one that is cancelled fills nothing.
    function check30Signature(
        uint256 filled,
        uint256 size,
        bool wasCancelled,
        uint256 filledNow
    ) internal pure {
        assertLe(filled, size, "30: an order filled beyond its size");
        assertFalse(wasCancelled && filledNow > 0, "30: a cancelled order filled");
    }

    // ------------------------------------------------------------------------------------------------ reads

    function _accumulators() internal view returns (Accumulators memory now_) {
        IClearinghouseTypes.CashState memory state = house.cashState();
        (now_.supplyIndex, now_.borrowIndex) = (state.supplyIndex, state.borrowIndex);
        now_.losses = ghost.losses();
        for (uint256 k = 0; k < FIRST_DATED; ++k) {
            IClearinghouseTypes.PerpState memory perp = house.perpState(uint16(k + 1));
            (now_.funding[k], now_.premiums[k]) = (perp.fundingIndex, perp.premium);
        }
    }

    function _healthOf(uint256 place) internal view returns (Health memory health) {
        try house.marginOf(ids[place]) returns (IRiskTypes.Margin memory m) {
            health.known = true;
            (health.equity, health.initial) = (m.equity, m.initialMargin);
            health.maintenance = m.maintenanceMargin;
        } catch {}
    }

    function _isSettled(uint256 series) internal view returns (bool) {
        uint256 expirySec = instruments[series].expirySec();
        if (expirySec == 0 || expirySec > block.timestamp) return false;
        return twap.priceOf(_underlyingOf(series), uint40(expirySec)) != 0;
    }

    function _feesOf(address module) private view returns (uint256) {
        (, , uint256 toInsurance, uint256 toVenue, ) = house.moduleInfo(module);
        return toInsurance + toVenue;
    }

    /// @dev Recorded cash, and collateral at the index.
    function _assetsAtIndex() private view returns (uint256 assets) {
        assets = house.assetInfo(0).recorded;
        for (uint8 a = 1; a < ASSETS; ++a) {
            IClearinghouseTypes.AssetInfo memory info = house.assetInfo(a);
            IPriceRouter.Price memory price = engine.indexOf(info.underlying);
            assets += (info.recorded * price.price) / 1e18 + ACCOUNTS;
        }
    }

    /// @dev False while an adverse price differs from a favourable one.
    function _pricesAgree() internal view returns (bool) {
        IPriceRouter.Price memory eth = engine.indexOf(2);
        return eth.low == eth.price && eth.high == eth.price;
    }

    function _sumsOf(
        InstrumentId instrument
    ) private view returns (uint256 longs, uint256 shorts, int256 costs) {
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            (int256 size, int256 cost) = house.positionOf(ids[i], instrument);
            if (size > 0) longs += uint256(size);
            else shorts += uint256(-size);
            costs += cost;
        }
    }

    /// @dev The cost of a position as the engine is handed it, funding taken off.
    function _nettedCost(uint256 place, InstrumentId instrument) private view returns (int256) {
        PositionWord[] memory legs = house.portfolioOf(ids[place]).legs;
        for (uint256 i = 0; i < legs.length; ++i) if (legs[i].isInstrument(instrument)) return legs[i].cost();
        revert UnknownSeries(instrument);
    }

    function _markOf(InstrumentId instrument) internal view returns (uint256 mark) {
        (, mark, ) = engine.quoteOf(instrument, 0);
    }

    function _id(
        Kind kind,
        uint16 underlying,
        uint256 expirySec,
        uint256 strike
    ) private pure returns (InstrumentId) {
        uint256 mantissa = strike;
        uint256 exponent;
        while (mantissa != 0 && mantissa % 10 == 0) (mantissa, exponent) = (mantissa / 10, exponent + 1);
        uint256 head = (uint256(kind) << 92) | (uint256(underlying) << 80) | ((expirySec / 1 hours) << 60);
        return InstrumentId.wrap(uint96(head | (mantissa << 6) | exponent));
    }

    // ------------------------------------------------------------------------------------------------ portfolios

    function _assertNoMore(Portfolio[] memory list, string memory reason) private view {
        IRiskTypes.Margin[] memory margins = engine.assess(list, IRiskTypes.Stance.Adverse);
        uint256 slack = 20 * (list[0].legs.length + list[0].spot.length + 1);
        assertLe(margins[1].initialMargin, margins[0].initialMargin + slack, reason);
        assertLe(margins[1].maintenanceMargin, margins[0].maintenanceMargin + slack, reason);
    }

    /// @dev The same share of everything.
    function _scaled(Portfolio memory p, uint256 share) internal pure returns (Portfolio memory q) {
        (q.cash, q.profileId, q.premiums) = ((p.cash * int256(share)) / 1e18, p.profileId, p.premiums);
        q.legs = new PositionWord[](p.legs.length);
        for (uint256 i = 0; i < p.legs.length; ++i) q.legs[i] = _withSize(p.legs[i], share);
        q.spot = new SpotWord[](p.spot.length);
        for (uint256 i = 0; i < p.spot.length; ++i) {
            uint256 raw = SpotWord.unwrap(p.spot[i]);
            q.spot[i] = SpotWord.wrap(((raw >> 128) << 128) | ((uint128(raw) * share) / 1e18));
        }
    }

    function _withSize(PositionWord word, uint256 share) private pure returns (PositionWord) {
        int256 size = (word.size() * int256(share)) / 1e18;
        uint256 rest = PositionWord.unwrap(word) & ~(uint256(type(uint96).max) << 124);
        return PositionWord.wrap(rest | (uint256(uint96(int96(size))) << 124));
    }

    /// @dev One leg by itself.
    function _legOf(Portfolio memory p, uint256 i) private pure returns (Portfolio memory q) {
        q.profileId = p.profileId;
        q.legs = new PositionWord[](1);
        q.legs[0] = p.legs[i];
        if (p.legs[i].kind() != Kind.Perp) return q;
        uint256 perps;
        for (uint256 j = 0; j < i; ++j) if (p.legs[j].kind() == Kind.Perp) ++perps;
        q.premiums = new int256[](1);
        q.premiums[0] = p.premiums[perps];
    }

    function _spotOf(Portfolio memory p) private pure returns (Portfolio memory q) {
        (q.cash, q.profileId, q.spot) = (p.cash, p.profileId, p.spot);
    }

    /// @dev Equal sizes; cash and cost together equal but for a wei for each trade.
    function _assertSame(Outcome memory a, Outcome memory b, string memory reason) private pure {
        assertEq(a.size, b.size, reason);
        assertApproxEqAbs(a.cash + a.cost, b.cash + b.cost, DUST_PER_CALL, reason);
    }
}
