import type {
  BlockHead,
  ChainWriter,
  Fees,
  Receipt,
  SignedTransaction,
  TransactionBody,
} from '../chain/types.ts';
import { classifySendError, messageOf } from './classify.ts';
import type { SendFailure } from './classify.ts';
import { LeaseLostError, WorkTakenError } from '../store/errors.ts';
import { bumpFees, feesFor } from './fees.ts';
import type { FeePolicy } from './fees.ts';
import type { Ending, InFlight, Journal, Purpose } from './journal.ts';

const CANCEL_GAS = 21_000n;
/** Ticks for which a receipt may be missing although its nonce is used: nodes behind one address lag each other. */
const MISSES_ALLOWED = 3;
const RESYNCS_ALLOWED = 2;
/** Transactions that a node forgot, sent again in one tick. */
const FORGOTTEN_AT_ONCE = 8;

export type SendResult =
  | { readonly sent: true; readonly entry: InFlight }
  | { readonly sent: false; readonly failure: NotSent; readonly message: string };

/** Why nothing was sent; `taken`: the work is in hand or done, `notOwned`: another keeper sends from the wallet. */
export type NotSent = SendFailure | 'feeCap' | 'taken' | 'notOwned';

/** How a transaction ended. */
export type Outcome =
  | { readonly kind: 'mined'; readonly entry: InFlight; readonly receipt: Receipt }
  /** Its nonce was used by a transaction that this keeper does not know. */
  | { readonly kind: 'lost'; readonly entry: InFlight };

/** What became of transactions that waited too long. */
export interface Upkeep {
  readonly replaced: readonly InFlight[];
  readonly cancelled: readonly InFlight[];
  /** The fee cap forbids more. */
  readonly capped: readonly InFlight[];
  /** Nonces that waited for nothing, now filled. */
  readonly filled: readonly number[];
  /** How many nonces keep later ones waiting, and nothing of ours stands for. */
  readonly gaps: number;
}

interface Refusal {
  readonly failure: SendFailure;
  readonly message: string;
}

export interface LaneOptions {
  readonly writer: ChainWriter;
  readonly journal: Journal;
  readonly policy: FeePolicy;
  readonly replaceAfterBlocks: number;
  /** Whether a transaction that waits would still do what it is for. */
  readonly stillWanted: (entry: InFlight, head: BlockHead) => Promise<boolean>;
  /** Tells the work of a mined transaction that was not done, where it did not revert as a whole. */
  readonly undoneOf?: (entry: InFlight, receipt: Receipt) => ((key: string) => boolean) | undefined;
  /** The most that a transaction may bid per gas, wei, so that outbidding never costs more than it earns. */
  readonly mostPerGas?: (entry: InFlight) => bigint | undefined;
}

/** The transactions of one key, in the order of their nonces. */
export interface Lane {
  inFlight(): readonly InFlight[];
  /** Finds out meanwhile what the next `send` will ask for. */
  getReady(): void;
  /** Sends without waiting for the block. */
  send(body: TransactionBody, purpose: Purpose, head: BlockHead): Promise<SendResult>;
  /** Takes out what has been mined by `head`. */
  settle(head: BlockHead): Promise<readonly Outcome[]>;
  /** Sends again what no node acknowledged, outbids or cancels what waits too long, fills gaps. */
  maintain(head: BlockHead): Promise<Upkeep>;
}

export function createLane(options: LaneOptions): Lane {
  const { writer, journal, policy } = options;
  const replaceAfter = BigInt(options.replaceAfterBlocks);
  /** Since when a nonce that nothing of ours stands for keeps others waiting. */
  const gapSeen = new Map<number, bigint>();
  /** The next nonce, asked for ahead; of this tick only. */
  let ahead: Promise<number> | undefined;

  function getReady(): void {
    if (journal.entries().length > 0) return;
    ahead = writer.getNonce('pending');
    // whoever sends asks again, and hears of it then
    ahead.catch(() => (ahead = undefined));
  }

  async function nextNonce(resync: boolean): Promise<number> {
    const last = journal.entries().at(-1);
    if (last !== undefined && !resync) return last.nonce + 1;
    const known = resync ? undefined : ahead;
    ahead = undefined;
    const pending = await (known?.catch(() => writer.getNonce('pending')) ?? writer.getNonce('pending'));
    return last === undefined ? pending : Math.max(last.nonce + 1, pending);
  }

  /** Hashes of what was private and has been shown to everybody. */
  const shown = new Set<string>();
  const isHidden = ({ purpose }: InFlight, head: BlockHead): boolean =>
    purpose.kind === 'liquidation' && head.number < (purpose.privateUntil ?? 0n);
  /** Whether it was private for long enough; after a restart it may be shown once more. */
  const isToBeShown = (entry: InFlight, head: BlockHead): boolean =>
    entry.purpose.kind === 'liquidation' &&
    entry.purpose.privateUntil !== undefined &&
    !isHidden(entry, head) &&
    !shown.has(entry.sent.at(-1)?.hash ?? '');

  /** Records before sending: what may have been sent must never be forgotten. */
  async function broadcast(entry: InFlight, head: BlockHead): Promise<Refusal | undefined> {
    await journal.put(entry);
    const newest = entry.sent.at(-1);
    if (newest === undefined) return undefined;
    journal.assertMaySend();
    const privately = isHidden(entry, head);
    try {
      await writer.sendRaw(newest.raw, privately);
      if (!privately) shown.add(newest.hash);
    } catch (error) {
      const said = classifySendError(error);
      if (!privately && said === 'alreadyKnown') shown.add(newest.hash);
      // a private endpoint that does not want it is no verdict on it: everybody will be asked
      const failure = privately && said === 'rejected' ? 'unsure' : said;
      if (failure !== 'alreadyKnown') return { failure, message: messageOf(error) };
    }
    await journal.put({ ...entry, acknowledged: true });
    return undefined;
  }

  /** Why the work must not be begun, if so. */
  async function intend(intent: InFlight): Promise<SendResult | undefined> {
    try {
      await journal.put(intent);
      return undefined;
    } catch (error) {
      const failure =
        error instanceof WorkTakenError ? 'taken' : error instanceof LeaseLostError ? 'notOwned' : undefined;
      if (failure === undefined) throw error;
      return { sent: false, failure, message: messageOf(error) };
    }
  }

  async function send(body: TransactionBody, purpose: Purpose, head: BlockHead): Promise<SendResult> {
    let fees = feesFor(head, policy);
    if (fees === undefined) {
      return {
        sent: false,
        failure: 'feeCap',
        message: `the base fee is ${head.baseFeePerGas} wei, above the cap`,
      };
    }
    let refusal: Refusal | undefined;
    for (let tries = 0; tries <= RESYNCS_ALLOWED; ++tries) {
      // refused as used: another process has the key, or the journal is from yesterday
      const nonce = await nextNonce(refusal?.failure === 'nonceTooLow');
      const intent = newEntry(nonce, purpose, body, fees, [], head);
      const refused = await intend(intent);
      if (refused !== undefined) return refused;
      const entry = { ...intent, sent: [await writer.sign(body, nonce, fees)] };
      refusal = await broadcast(entry, head);
      // no answer is not a refusal: the nonce counts as used, and the same bytes are sent again later
      if (refusal === undefined || refusal.failure === 'unsure') {
        return { sent: true, entry: { ...entry, acknowledged: refusal === undefined } };
      }
      await journal.remove(nonce, { kind: 'dropped' });
      if (refusal.failure === 'underpriced') {
        const bumped: Fees | undefined = bumpFees(fees, head, policy);
        if (bumped === undefined) break;
        fees = bumped;
      } else if (refusal.failure !== 'nonceTooLow') break;
    }
    return { sent: false, ...(refusal ?? { failure: 'rejected', message: 'not sent' }) };
  }

  async function settle(head: BlockHead): Promise<readonly Outcome[]> {
    ahead = undefined;
    const entries = journal.entries();
    if (entries.length === 0) return [];
    const mined = await writer.getNonce({ blockNumber: head.number });
    const outcomes: Outcome[] = [];
    for (const entry of entries) {
      if (entry.nonce >= mined) break;
      for (const { hash } of entry.sent) shown.delete(hash);
      const receipt = await findReceipt(writer, entry.sent);
      // mined beyond this head: the next one tells
      if (receipt !== undefined && receipt.blockNumber > head.number) continue;
      if (receipt !== undefined) outcomes.push({ kind: 'mined', entry, receipt });
      else if (entry.missed < MISSES_ALLOWED) {
        await journal.put({ ...entry, missed: entry.missed + 1 });
        continue;
      } else outcomes.push({ kind: 'lost', entry });
      await journal.remove(entry.nonce, endingOf(entry, receipt));
    }
    return outcomes;
  }

  function endingOf(entry: InFlight, receipt: Receipt | undefined): Ending {
    if (receipt === undefined) return { kind: 'dropped' };
    const isUndone = receipt.succeeded ? options.undoneOf?.(entry, receipt) : undefined;
    return { kind: 'mined', receipt, ...(isUndone === undefined ? {} : { isUndone }) };
  }

  async function maintain(head: BlockHead): Promise<Upkeep> {
    const upkeep = { replaced: [] as InFlight[], cancelled: [] as InFlight[], capped: [] as InFlight[] };
    const filled = await fillGaps(head);
    for (const entry of journal.entries()) {
      if (head.number - entry.sentAtBlock >= replaceAfter) await outbid(entry, head, upkeep);
      else if (!entry.acknowledged || isToBeShown(entry, head)) await broadcast(entry, head);
    }
    await sendForgotten(head);
    return { ...upkeep, filled, gaps: gapSeen.size };
  }

  /** Nodes may drop what they had taken, and all behind it waits: the count of the pool ends where something is missing. */
  async function sendForgotten(head: BlockHead): Promise<void> {
    let known = -1;
    for (let i = 0; i < FORGOTTEN_AT_ONCE && journal.entries().some((each) => isSettledIn(each, head)); ++i) {
      const pending = await writer.getNonce('pending');
      const forgotten = journal.entries().find(({ nonce }) => nonce === pending);
      if (pending <= known || forgotten === undefined || !isSettledIn(forgotten, head)) return;
      await broadcast(forgotten, head);
      known = pending;
    }
  }

  /** Whether it has been in the public pool for a block at least. */
  const isSettledIn = (entry: InFlight, head: BlockHead): boolean =>
    entry.acknowledged && entry.sentAtBlock < head.number && !isHidden(entry, head);

  function policyFor(entry: InFlight): FeePolicy {
    const most = options.mostPerGas?.(entry);
    if (most === undefined || most >= policy.maxFeePerGas) return policy;
    return { ...policy, maxFeePerGas: most };
  }

  async function outbid(
    entry: InFlight,
    head: BlockHead,
    upkeep: { replaced: InFlight[]; cancelled: InFlight[]; capped: InFlight[] },
  ): Promise<void> {
    const wanted = entry.purpose.kind === 'cancel' || (await options.stillWanted(entry, head));
    // what is no longer wanted earns nothing: its cancellation is bound by the fee cap alone
    const fees = bumpFees(entry.fees, head, wanted ? policyFor(entry) : policy);
    if (fees === undefined) {
      upkeep.capped.push(entry);
      await broadcast(entry, head);
      return;
    }
    const purpose: Purpose = wanted ? entry.purpose : { kind: 'cancel' };
    const body = wanted ? entry.body : cancelBody();
    const version = await writer.sign(body, entry.nonce, fees);
    const signed = purpose.kind === 'cancel' ? { ...version, cancels: true } : version;
    const next = newEntry(entry.nonce, purpose, body, fees, [...entry.sent, signed], head);
    const refusal = await broadcast(next, head);
    // mined in the meantime: the next `settle` finds the receipt of whichever version it was
    if (refusal?.failure === 'nonceTooLow') return;
    (wanted ? upkeep.replaced : upkeep.cancelled).push(next);
  }

  /** Nonces below our own that nothing stands for: dropped by a reorganisation, or sent before the journal began. */
  async function fillGaps(head: BlockHead): Promise<number[]> {
    const entries = journal.entries();
    const mined = await writer.getNonce({ blockNumber: head.number });
    const highest = entries.at(-1)?.nonce ?? (await writer.getNonce('pending')) - 1;
    const known = new Set(entries.map(({ nonce }) => nonce));
    const filled: number[] = [];
    for (const nonce of gapSeen.keys()) if (nonce < mined || known.has(nonce)) gapSeen.delete(nonce);
    for (let nonce = mined; nonce <= highest; ++nonce) {
      if (known.has(nonce)) continue;
      const since = gapSeen.get(nonce) ?? head.number;
      gapSeen.set(nonce, since);
      if (head.number - since < replaceAfter) continue;
      await fill(nonce, head);
      filled.push(nonce);
    }
    return filled;
  }

  /** What is in the way may bid anything: bids start at double the usual and rise with each round of `outbid`. */
  async function fill(nonce: number, head: BlockHead): Promise<void> {
    const usual = feesFor(head, policy);
    if (usual === undefined) return;
    const doubled = 2n * usual.maxFeePerGas;
    const maxFeePerGas = doubled < policy.maxFeePerGas ? doubled : policy.maxFeePerGas;
    const fees = { maxFeePerGas, maxPriorityFeePerGas: 2n * usual.maxPriorityFeePerGas };
    const intent = newEntry(nonce, { kind: 'cancel' }, cancelBody(), fees, [], head);
    await journal.put(intent);
    const signed = { ...(await writer.sign(cancelBody(), nonce, fees)), cancels: true };
    await broadcast({ ...intent, sent: [signed] }, head);
  }

  function cancelBody(): TransactionBody {
    return { to: writer.sender, data: '0x', gas: CANCEL_GAS };
  }

  return { inFlight: () => journal.entries(), getReady, send, settle, maintain };
}

function newEntry(
  nonce: number,
  purpose: Purpose,
  body: TransactionBody,
  fees: Fees,
  sent: readonly SignedTransaction[],
  head: BlockHead,
): InFlight {
  return { nonce, purpose, body, fees, sent, sentAtBlock: head.number, acknowledged: false, missed: 0 };
}

/** The newest version is the likeliest. */
async function findReceipt(
  writer: ChainWriter,
  sent: readonly SignedTransaction[],
): Promise<Receipt | undefined> {
  for (const { hash } of sent.toReversed()) {
    const receipt = await writer.getReceipt(hash);
    if (receipt !== undefined) return receipt;
  }
  return undefined;
}
