import { assessFloat, decodeInstrumentId, decodeStateLog, readPositionWord } from '@novate/sdk';
import type {
  AccountId,
  DeleveragedEvent,
  FloatLeg,
  FloatPortfolio,
  FloatProfile,
  InstrumentId,
  StateEvent,
} from '@novate/sdk';
import { STATES } from './messages.ts';
import type { RawLog, Rows, SortKey, Totals, Valuation, View } from './messages.ts';

/** One account with what it came to when it was last valued. */
interface Entry {
  /** The account number in lower-case hex, for searching. */
  readonly hex: string;
  /** The account number in 64-bit words. */
  readonly words: BigUint64Array;
  principal: number;
  /** What its deleveraged positions have received and its principal does not hold yet. */
  pendingCash: number;
  profileId: number;
  readonly positions: Map<InstrumentId, FloatLeg>;
  /** Units by asset number. */
  readonly collateral: Map<number, number>;
  equity: number;
  initialMargin: number;
  maintenanceMargin: number;
  notional: number;
  state: number;
}

/** Every account, rebuilt from events, valued in floating point by the SDK's twin. */
export interface Book {
  append(logs: readonly RawLog[]): void;
  reset(): void;
  value(valuation: Valuation): Totals;
  select(view: View): Rows;
}

export function createBook(): Book {
  // by hex: engines hash a bigint by its lowest 64 bits, which are those of the sub-account and hence mostly 0
  const entries = new Map<string, Entry>();
  let block = 0;

  return {
    append(logs) {
      for (const log of logs) {
        const event = decodeStateLog(log);
        const topic = log.topics[1];
        if (event?.name === 'Deleveraged') deleverage(entries.values(), event);
        if (event === undefined || topic === undefined || !('account' in event)) continue;
        const hex = topic.slice(2).toLowerCase();
        let entry = entries.get(hex);
        if (entry === undefined) entries.set(hex, (entry = createEntry(hex, event.account)));
        apply(entry, event);
      }
    },
    reset: () => entries.clear(),
    value(valuation) {
      block = valuation.block;
      return valueAll(entries.values(), valuation);
    },
    select: (view) => toRows(sorted(entries.values(), view), block),
  };
}

function toFloat(wad: bigint): number {
  return Number(wad) / 1e18;
}

function createEntry(hex: string, id: AccountId): Entry {
  return {
    hex,
    words: BigUint64Array.of(id >> 192n, id >> 128n, id >> 64n, id),
    principal: 0,
    pendingCash: 0,
    profileId: 0,
    positions: new Map(),
    collateral: new Map(),
    equity: 0,
    initialMargin: 0,
    maintenanceMargin: 0,
    notional: 0,
    state: 0,
  };
}

/** As the SDK's `applyEvent`, in floating point: each event carries the new value. */
function apply(entry: Entry, event: StateEvent): void {
  switch (event.name) {
    case 'CashUpdated':
      entry.principal = toFloat(event.principal);
      return;
    case 'PositionUpdated':
      setPosition(entry, event.instrument, event.size, event.cost);
      return;
    case 'PositionsUpdated':
      for (const word of event.positions) {
        const { instrument, size, cost } = readPositionWord(word);
        setPosition(entry, instrument, size, cost);
      }
      return;
    case 'CollateralUpdated':
      if (event.amount === 0n) entry.collateral.delete(event.assetId);
      else entry.collateral.set(event.assetId, toFloat(event.amount));
      return;
    case 'PositionDeleveraged':
      entry.pendingCash = 0;
      return;
    case 'ProfileChanged':
      entry.profileId = event.profileId;
      return;
    default:
      // flags are the liquidator's business; markets and indexes are read from the contracts
      return;
  }
}

function setPosition(entry: Entry, instrument: InstrumentId, size: bigint, cost: bigint): void {
  if (size === 0n) entry.positions.delete(instrument);
  else entry.positions.set(instrument, toLeg(instrument, size, cost));
}

/** As the SDK's `applyEvent`: everyone on that side keeps the same share and is paid for the rest. */
function deleverage(entries: Iterable<Entry>, event: DeleveragedEvent): void {
  const kept = toFloat(event.units - event.size) / toFloat(event.units);
  for (const entry of entries) {
    const leg = entry.positions.get(event.instrument);
    if (leg === undefined || leg.size > 0 !== event.isLong) continue;
    entry.pendingCash += (toFloat(event.cash) * Math.abs(leg.size)) / toFloat(event.units);
    const size = leg.size * kept;
    if ('cost' in leg) entry.pendingCash += leg.cost * (1 - kept);
    const cost = 'cost' in leg ? { cost: leg.cost * kept } : {};
    if (kept === 0) entry.positions.delete(event.instrument);
    else entry.positions.set(event.instrument, { ...leg, ...cost, size });
  }
}

function toLeg(id: InstrumentId, size: bigint, cost: bigint): FloatLeg {
  const instrument = decodeInstrumentId(id);
  const { underlying } = instrument;
  const amounts = { underlying, size: toFloat(size) };
  if (instrument.kind === 'perp') return { kind: 'perp', ...amounts, cost: toFloat(cost) };
  const expirySec = Number(instrument.expirySec);
  if (instrument.kind === 'future') return { kind: 'future', expirySec, ...amounts, cost: toFloat(cost) };
  return { kind: instrument.kind, expirySec, strike: toFloat(instrument.strike), ...amounts };
}

function valueAll(entries: Iterable<Entry>, valuation: Valuation): Totals {
  const start = performance.now();
  let accounts = 0;
  const profiles = new Map(valuation.profiles);
  const byState = STATES.map(() => 0);
  const sums = { claims: 0, shortfall: 0, initialMargin: 0, maintenanceMargin: 0, cash: 0, failed: 0 };
  for (const entry of entries) {
    accounts++;
    const profile = profiles.get(entry.profileId) ?? profiles.get(0);
    if (!valueOne(entry, valuation, profile)) sums.failed++;
    byState[entry.state] = (byState[entry.state] ?? 0) + 1;
    if (entry.equity > 0) sums.claims += entry.equity;
    else sums.shortfall -= entry.equity;
    sums.initialMargin += entry.initialMargin;
    sums.maintenanceMargin += entry.maintenanceMargin;
    sums.cash += cashOf(entry, valuation);
  }
  const milliseconds = performance.now() - start;
  return { block: valuation.block, accounts, byState, ...sums, milliseconds };
}

function cashOf({ principal, pendingCash }: Entry, { supplyIndex, borrowIndex }: Valuation): number {
  return principal * (principal >= 0 ? supplyIndex : borrowIndex) + pendingCash;
}

/** @returns whether it could be valued; where not, it keeps its last figures. */
function valueOne(entry: Entry, valuation: Valuation, profile: FloatProfile | undefined): boolean {
  const cash = cashOf(entry, valuation);
  if (entry.positions.size === 0 && entry.collateral.size === 0) {
    Object.assign(entry, { equity: cash, initialMargin: 0, maintenanceMargin: 0, notional: 0 });
    entry.state = cash < 0 ? 3 : 0;
    return true;
  }
  if (profile === undefined) return false;
  try {
    const result = assessFloat(toPortfolio(entry, cash, valuation), valuation.market, profile);
    entry.equity = result.equity;
    entry.initialMargin = result.initialMargin;
    entry.maintenanceMargin = result.maintenanceMargin;
    entry.notional = notionalOf(entry, valuation);
    entry.state = STATES.indexOf(result.state);
    return true;
  } catch {
    return false;
  }
}

function toPortfolio(entry: Entry, cash: number, valuation: Valuation): FloatPortfolio {
  return {
    cash,
    spot: [...entry.collateral].map(([assetId, amount]) => ({
      underlying: valuation.assetUnderlyings[assetId] ?? 0,
      amount,
    })),
    // the stored cost has the funding index of each trade folded in
    legs: [...entry.positions.values()].map((leg) =>
      leg.kind === 'perp'
        ? { ...leg, cost: leg.cost - leg.size * (valuation.fundingIndex.get(leg.underlying) ?? 0) }
        : leg,
    ),
  };
}

function notionalOf(entry: Entry, { market }: Valuation): number {
  return [...entry.positions.values()].reduce(
    (sum, leg) => sum + Math.abs(leg.size) * (market.underlyings.get(leg.underlying)?.index ?? 0),
    0,
  );
}

/** Equity over maintenance margin; those without margin come after all others. */
function healthOf({ equity, maintenanceMargin }: Entry): number {
  if (maintenanceMargin > 0) return equity / maintenanceMargin;
  return equity < 0 ? -Infinity : Infinity;
}

const KEYS: Readonly<Record<SortKey, (entry: Entry) => number>> = {
  health: healthOf,
  equity: ({ equity }) => equity,
  margin: ({ maintenanceMargin }) => maintenanceMargin,
  notional: ({ notional }) => notional,
};

function sorted(entries: Iterable<Entry>, view: View): Entry[] {
  const states = view.states.map((state) => STATES.indexOf(state));
  const search = view.search.toLowerCase().replace(/^0x/, '').split('/')[0] ?? '';
  const wanted = [...entries].filter(
    (entry) =>
      (view.empty || entry.equity !== 0 || entry.positions.size > 0) &&
      (states.length === 0 || states.includes(entry.state)) &&
      (search === '' || entry.hex.includes(search)),
  );
  const key = KEYS[view.sort];
  const keyed = wanted.map((entry) => ({ entry, value: key(entry) }));
  const sign = view.descending ? -1 : 1;
  // of two that are equally healthy the larger first
  keyed.sort((a, b) =>
    a.value === b.value ? b.entry.equity - a.entry.equity : sign * (a.value < b.value ? -1 : 1),
  );
  return keyed.map(({ entry }) => entry);
}

function toRows(entries: readonly Entry[], block: number): Rows {
  const { length } = entries;
  const rows: Rows = {
    block,
    length,
    ids: new BigUint64Array(4 * length),
    equity: new Float64Array(length),
    initialMargin: new Float64Array(length),
    maintenanceMargin: new Float64Array(length),
    notional: new Float64Array(length),
    state: new Uint8Array(length),
    holdings: new Uint16Array(length),
  };
  entries.forEach((entry, i) => {
    rows.ids.set(entry.words, 4 * i);
    rows.equity[i] = entry.equity;
    rows.initialMargin[i] = entry.initialMargin;
    rows.maintenanceMargin[i] = entry.maintenanceMargin;
    rows.notional[i] = entry.notional;
    rows.state[i] = entry.state;
    rows.holdings[i] = Math.min(entry.positions.size, 255) | (Math.min(entry.collateral.size, 255) << 8);
  });
  return rows;
}
