/** One line of the contracts, changed so that an invariant no longer holds. */
export interface Break {
  invariant: number;
  file: string;
  /** Stands once in the file, and is replaced. */
  from: string;
  to: string;
  /** What that does, in words. */
  what: string;
  /** The tests of TwoWorlds.t.sol that run into it; the dynamic suite unless given. */
  tests?: string;
  /** With what the ghost foretells: for the invariant that compares with it. */
  strict?: true;
}

const TOGETHER = 'uint256 risk = ceilPpm(sheet.lossTogether, rho) + ceilPpm(sheet.scan, MILLION - rho);';
const CASH_OF = 'function cashOf(AccountId account) external view';
const RESTRICTED = 'bool restricted = _s.paused && loaded.cash < 0 && loaded.cash < loaded.oldCash;';
const NEIGHBOUR = 'AccountId.wrap(AccountId.unwrap';
const BESIDE = `${NEIGHBOUR}(account) ^ 1)`;
const BESIDE_IT = `${NEIGHBOUR}(params.account) ^ 1)`;
const TIP_NEIGHBOUR = `if (_s.accounts[${BESIDE_IT}].header.cashPrincipal() > 0) _credit(${BESIDE_IT}, 0, 1e6);`;
const ROB_NEIGHBOUR = `if (_s.accounts[${BESIDE}].header.cashPrincipal() > 0) _credit(${BESIDE}, CASH, -1e24);`;

/** At least one for each of the thirty. */
export const BREAKS: readonly Break[] = [
  {
    invariant: 1,
    file: 'contracts/ClearinghouseCustody.sol',
    from: 'asset.totals = toAssetTotals(total, totals.cap());',
    to: 'asset.totals = toAssetTotals(total + 1e18, totals.cap());',
    what: 'a deposit records a unit more than came in',
  },
  {
    invariant: 2,
    file: 'contracts/ClearinghouseTrading.sol',
    from: 'module.state = state.withFees(toInsurance, total - toInsurance);',
    to: 'module.state = state.withFees(toInsurance, total);',
    what: 'the venue is credited the insurance fund’s share of fees as well',
  },
  {
    invariant: 2,
    file: 'contracts/liquidation/ClearinghouseDeleveraging.sol',
    from: '_s.pendingCash -= SafeCast.toInt128(paid);',
    to: '',
    what: 'what deleveraged positions will be paid is not counted',
  },
  {
    invariant: 3,
    file: 'contracts/markets/CashMarket.sol',
    from: 'else totals.borrowPrincipal += uint256(-newPrincipal);',
    to: 'else totals.borrowPrincipal += uint256(-newPrincipal) + 1;',
    what: 'each debt that is written counts a wei more in the total',
  },
  {
    invariant: 4,
    file: 'contracts/ClearinghouseTrading.sol',
    from: 'int256 change = _long(newA) - _long(oldA) + _long(newB) - _long(oldB);',
    to: 'int256 change = _long(newA) - _long(oldA);',
    what: 'open interest follows the buyer only',
  },
  {
    invariant: 5,
    file: 'contracts/ClearinghouseTrading.sol',
    from: '_moveInterest(interest, instrument, change, costA + costB);',
    to: '_moveInterest(interest, instrument, change, costA);',
    what: 'the sum of costs follows the buyer only',
  },
  {
    invariant: 5,
    file: 'contracts/ClearinghouseExt.sol',
    from: '_moveInterest(_interestOf(instrument), instrument, 0, -synced.cost);',
    to: '',
    what: 'costs that deleveraging closed are never booked',
  },
  {
    invariant: 6,
    file: 'contracts/ClearinghouseLedger.sol',
    from: 'word = word.withCost(word.cost() - WadMath.mulCeil(word.size(), fundingIndex));',
    to: 'word = word.withCost(word.cost() - WadMath.mulFloor(word.size(), fundingIndex) + 1);',
    what: 'funding is rounded for the account',
  },
  {
    invariant: 7,
    file: 'contracts/markets/Funding.sol',
    from: 'fundingIndex += (premium - decayed) / INTERVALS_PER_DECAY;',
    to: 'fundingIndex += (premium * int256(elapsed)) / int256(INTERVAL_SEC);',
    what: 'funding accrues at the last premium instead of its decay’s integral',
    tests: 'testFuzz_07',
  },
  {
    invariant: 8,
    file: 'contracts/markets/CashMarket.sol',
    from: 'if (uint64(IndexWord.unwrap(word) >> 160) != 0) _accrue(index, nowSec - updatedAt);',
    to: 'if (uint64(IndexWord.unwrap(word) >> 160) != 0) _accrue(index, nowSec - updatedAt + 1);',
    what: 'interest accrues for a second too much',
  },
  {
    invariant: 9,
    file: 'contracts/ClearinghouseMargin.sol',
    from: 'if (margin.equity - gains < int256(margin.initialMargin)) {',
    to: 'if (margin.equity < int256(margin.initialMargin)) {',
    what: 'unrealised gains can be withdrawn',
  },
  {
    invariant: 10,
    file: 'contracts/Clearinghouse.sol',
    from: 'asset.totals = toAssetTotals(totals.recorded() - amount, totals.cap());',
    to: `asset.totals = toAssetTotals(totals.recorded() - amount, totals.cap()); ${ROB_NEIGHBOUR}`,
    what: 'a withdrawal takes a million from the account beside it',
  },
  {
    invariant: 11,
    file: 'contracts/liquidation/ClearinghouseLiquidation.sol',
    from: 'if (before.equity >= int256(maintenance)) {',
    to: 'if (before.equity >= int256(before.initialMargin)) {',
    what: 'accounts are liquidated below the initial margin already',
  },
  {
    invariant: 12,
    file: 'contracts/liquidation/LiquidationMath.sol',
    from: 'return WadMath.min(rampNow, uint256(equity).divDown(maintenance));',
    to: 'return rampNow;',
    what: 'the penalty is not bounded by E / MM',
    tests: 'testFuzz_14',
  },
  {
    invariant: 13,
    file: 'contracts/liquidation/ClearinghouseLiquidation.sol',
    from: 'int256 change = int256(terms.penalty + terms.incentive) - int256(c.spotValue);',
    to: 'int256 change = int256(2 * terms.penalty + terms.incentive) - int256(c.spotValue);',
    what: 'the liquidator gets the penalty twice',
  },
  {
    invariant: 14,
    file: 'contracts/liquidation/ClearinghouseLiquidation.sol',
    from: 'c.sides.a.cash -= int256(terms.penalty);',
    to: 'c.sides.a.cash -= int256(terms.penalty / 2);',
    what: 'the account pays half the penalty that its liquidator gets',
    tests: 'testFuzz_14',
  },
  {
    invariant: 15,
    file: 'contracts/liquidation/ClearinghouseDeleveraging.sol',
    from: '_credit(account, CASH, int256(covered));',
    to: '_credit(account, CASH, int256(covered / 2));',
    what: 'half of what the insurance pays for a debt gets lost',
    tests: 'testFuzz_15',
  },
  {
    invariant: 15,
    file: 'contracts/liquidation/ClearinghouseDeleveraging.sol',
    from: 'uint256 bearable = WadMath.min(short, weights);',
    to: 'uint256 bearable = WadMath.min(short, weights) / 2;',
    what: 'counterparties bear half of what they should',
  },
  {
    invariant: 16,
    file: 'contracts/liquidation/ClearinghouseLiquidation.sol',
    from: '_storeBoth(c.sides, c.index);',
    to: `_storeBoth(c.sides, c.index); ${TIP_NEIGHBOUR}`,
    what: 'a liquidation pays a wei to the account beside it',
  },
  {
    invariant: 16,
    file: 'contracts/liquidation/ClearinghouseDeleveraging.sol',
    from: 'bool isLong = size < 0;',
    to: 'bool isLong = size > 0;',
    what: 'deleveraging closes the account’s own side',
  },
  {
    invariant: 17,
    file: 'contracts/risk/MarginMath.sol',
    from: TOGETHER,
    to: `${TOGETHER.slice(0, -1)} + (sheet.scan < 5_000e18 ? 20_000e18 : 0);`,
    what: 'small risks need a margin that large ones do not',
    tests: 'testFuzz_17',
  },
  {
    invariant: 18,
    file: 'contracts/risk/MarginMath.sol',
    from: TOGETHER,
    to: `${TOGETHER.replace('= ', '= (').slice(0, -1)}) * (1e6 + sheet.scan / 1e18) / 1e6;`,
    what: 'margin grows faster than risk',
    tests: 'testFuzz_17',
  },
  {
    invariant: 19,
    file: 'contracts/risk/DatedLegs.sol',
    from: 'return kind == KIND_CALL ? value : value + strike - term.forward;',
    to: 'return kind == KIND_CALL ? value : value + strike - term.forward + 1e15;',
    what: 'a put costs a thousandth of a dollar more than parity says',
    tests: 'testFuzz_17',
  },
  {
    invariant: 20,
    file: 'contracts/libraries/PositionMath.sol',
    from: 'return (newSize, tradeCost - closing, cost + closing);',
    to: 'return (newSize, tradeCost - closing, cost + closing + delta);',
    what: 'turning a position round pays a dollar a unit',
    tests: 'testFuzz_20',
  },
  {
    invariant: 21,
    file: 'contracts/libraries/PositionMath.sol',
    from: 'return (newSize, cost - share, share + tradeCost);',
    to: 'return (newSize, cost - share, share + tradeCost + 1e15);',
    what: 'each part that is closed pays a thousandth of a dollar',
    tests: 'testFuzz_21',
  },
  {
    invariant: 22,
    file: 'contracts/ClearinghouseCustody.sol',
    from: ': WadMath.divUpRaw(amountRaw, 10 ** (decimals - 18));',
    to: ': amountRaw / 10 ** (decimals - 18);',
    what: 'raw units of a token of 24 decimals are paid out for nothing',
    tests: 'testFuzz_22_Deposit',
  },
  {
    invariant: 23,
    file: 'contracts/liquidation/InsuranceFund.sol',
    from: 'return cash > 0 ? uint256(cash) / _unit : 0;',
    to: 'return CashPool(asset()).balanceOf(address(this)) + (cash > 0 ? uint256(cash) / _unit : 0);',
    what: 'the insurance fund counts its own token balance',
    tests: 'testFuzz_23',
  },
  {
    invariant: 24,
    file: 'contracts/Clearinghouse.sol',
    from: `${CASH_OF} nonReentrantView returns (int256) {`,
    to: `${CASH_OF} returns (int256) {`,
    what: 'a view answers in the middle of an action',
    tests: 'testFuzz_24',
  },
  {
    invariant: 25,
    file: 'contracts/ClearinghouseMargin.sol',
    from: 'if (grew && (restricted || margin.status != IPriceRouter.Status.Ok)) {',
    to: 'if (grew && restricted) {',
    what: 'positions grow on prices that are stale or disagree',
  },
  {
    invariant: 26,
    file: 'contracts/ClearinghouseMargin.sol',
    from: RESTRICTED,
    to: 'bool restricted = _s.paused;',
    what: 'a pause keeps everybody’s money in who holds positions',
  },
  {
    invariant: 27,
    file: 'contracts/ClearinghouseLedger.sol',
    from: 'if (delta < 0 && held < uint256(-delta)) {',
    to: 'if (delta < 0 && held <= uint256(-delta)) {',
    what: 'the last of a collateral cannot be taken out',
    tests: 'testFuzz_27',
  },
  {
    invariant: 28,
    file: 'contracts/Clearinghouse.sol',
    from: 'AccountHeader header = _credit(to, assetId, int256(amount));',
    to: `AccountHeader header = _credit(to, assetId, int256(amount)); _credit(${NEIGHBOUR}(to) ^ 1), CASH, 1);`,
    what: 'a transfer pays a wei to the account beside its receiver',
    strict: true,
  },
  {
    invariant: 28,
    file: 'contracts/DeleverageIndex.sol',
    from: 'paid += DeleverageMath.mulDivFloor(left, cashNow - cash, index);',
    to: 'paid += DeleverageMath.mulDivFloor(left, cashNow - cash, indexNow);',
    what: 'what deleveraging pays is divided by the later size index',
    strict: true,
  },
  {
    invariant: 29,
    file: 'contracts/ClearinghouseExt.sol',
    from: 'int256 cash = WadMath.mulFloor(size, int256(instrument.payoff(price))) + cost;',
    to: 'int256 cash = WadMath.mulFloor(size, int256(instrument.payoff(price))) + cost + 1e15;',
    what: 'a settlement pays a thousandth of a dollar more than the payoff',
  },
  {
    invariant: 30,
    file: 'contracts/venues/OrderMatcher.sol',
    from: 'if (state == OrderState.Cancelled) revert OrderIsCancelled(order.account, order.nonce);',
    to: '',
    what: 'orders that are cancelled fill',
    tests: 'testFuzz_30',
  },
];
