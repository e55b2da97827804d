import type { BlockHead, TransactionBody } from '../chain/types.ts';
import type { Purpose } from './journal.ts';
import type { Lane, Outcome, SendResult, Upkeep } from './lane.ts';

/** A lane that this process may or may not own at the moment. */
export interface OwnedLane {
  readonly lane: Lane;
  readonly owned: () => boolean;
}

const NO_WALLET: SendResult = {
  sent: false,
  failure: 'notOwned',
  message: 'another keeper sends from every wallet of this one; it stands by',
};

/**
 * Several wallets as one lane: each transaction goes to the owned wallet with the fewest in flight, and to the next where
 * that cannot pay. One is sent at a time, so that nonces never compete.
 */
export function createLanes(lanes: readonly OwnedLane[]): Lane {
  let last: Promise<unknown> = Promise.resolve();
  const mine = (): Lane[] => lanes.filter(({ owned }) => owned()).map(({ lane }) => lane);

  async function sendNow(body: TransactionBody, purpose: Purpose, head: BlockHead): Promise<SendResult> {
    let result = NO_WALLET;
    for (const lane of mine().sort((a, b) => a.inFlight().length - b.inFlight().length)) {
      result = await lane.send(body, purpose, head);
      if (result.sent || !['insufficientFunds', 'notOwned'].includes(result.failure)) break;
    }
    return result;
  }

  return {
    inFlight: () => mine().flatMap((lane) => lane.inFlight()),
    getReady: () => mine().forEach((lane) => lane.getReady()),
    send(body, purpose, head) {
      const next = last.then(() => sendNow(body, purpose, head));
      last = next.catch(() => undefined);
      return next;
    },
    async settle(head) {
      const outcomes: Outcome[] = [];
      for (const lane of mine()) outcomes.push(...(await lane.settle(head)));
      return outcomes;
    },
    async maintain(head) {
      const all: Upkeep[] = [];
      for (const lane of mine()) all.push(await lane.maintain(head));
      return {
        replaced: all.flatMap(({ replaced }) => replaced),
        cancelled: all.flatMap(({ cancelled }) => cancelled),
        capped: all.flatMap(({ capped }) => capped),
        filled: all.flatMap(({ filled }) => filled),
        gaps: all.reduce((sum, { gaps }) => sum + gaps, 0),
      };
    },
  };
}
