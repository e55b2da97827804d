import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Blocks after which everything liquidatable must have been liquidated, from the end of the fault on. */
export const WITHIN_BLOCKS = 8;
const PAGE = join(import.meta.dirname, '../../../docs/keeper.md');
const [BEGIN, END] = ['<!-- faults: begin -->', '<!-- faults: end -->'];

/** How the keeper shows that something is wrong while it is. */
export type Sign = 'not ready' | 'failed ticks' | 'skip reason' | 'none, it goes on';

export interface FaultCase {
  readonly fault: string;
  readonly injection: string;
  readonly sign: Sign;
  /** What is particular about the end, beside that all are liquidated, each once. */
  readonly end?: string;
}

/** Every fault that `keeper/test/faults/faults.ts` and its parts inject; they fail where one is left out, or another sign is seen. */
export const CASES = {
  latency: { fault: 'answers take 150 ms', injection: 'proxy', sign: 'none, it goes on' },
  resets: { fault: 'connections are reset', injection: 'proxy, all endpoints', sign: 'failed ticks' },
  cuts: { fault: 'answers end in the middle', injection: 'proxy, all endpoints', sign: 'failed ticks' },
  drip: { fault: 'answers come byte by byte', injection: 'proxy, all endpoints', sign: 'failed ticks' },
  logErrors: { fault: '`eth_getLogs` fails', injection: 'proxy, all endpoints', sign: 'failed ticks' },
  callErrors: { fault: '`eth_call` fails', injection: 'proxy, all endpoints', sign: 'failed ticks' },
  sendErrors: {
    fault: '`eth_sendRawTransaction` fails before and after the node has it',
    injection: 'proxy: an error, then answers that get lost',
    sign: 'none, it goes on',
  },
  frozenHead: { fault: 'the head stands still', injection: 'proxy, all endpoints', sign: 'not ready' },
  oneFrozen: { fault: 'one of three endpoints stands still', injection: 'proxy', sign: 'none, it goes on' },
  oneLies: {
    fault: 'one of three endpoints makes up a head 50 blocks on',
    injection: 'proxy, quorum 2',
    sign: 'none, it goes on',
  },
  oneMissing: {
    fault: 'one of three endpoints leaves out logs',
    injection: 'proxy, quorum 2',
    sign: 'none, it goes on',
  },
  oneDoubled: {
    fault: 'one of three endpoints doubles logs',
    injection: 'proxy, quorum 2',
    sign: 'none, it goes on',
  },
  oneOld: {
    fault: 'one of three endpoints answers calls with former prices',
    injection: 'proxy, quorum 2',
    sign: 'none, it goes on',
  },
  socket: {
    fault: 'the WebSocket is dropped, then says nothing',
    injection: 'proxy',
    sign: 'none, it goes on',
  },
  reorgs: {
    fault: 'reorganisations of depth 1 to 8 that take liquidations back',
    injection: '`anvil_reorg`, one after the other',
    sign: 'none, it goes on',
    end: 'on the chain that stands, each once',
  },
  dropped: {
    fault: 'the node forgets a sent transaction',
    injection: '`anvil_dropTransaction`',
    sign: 'none, it goes on',
  },
  stuck: {
    fault: 'the base fee jumps above what was bid',
    injection: '`anvil_setNextBlockBaseFeePerGas`, 40 times as much',
    sign: 'none, it goes on',
    end: 'replaced with the same nonce',
  },
  rival: {
    fault: 'a rival liquidates first',
    injection: 'a second keeper with its own store and a higher tip',
    sign: 'none, it goes on',
    end: 'what came second failed in its batch, which did not revert',
  },
  shared: {
    fault: 'two keepers at once',
    injection: 'two keepers, one PostgreSQL',
    sign: 'none, it goes on',
    end: 'nothing reverted',
  },
  four: {
    fault: 'four keepers at once',
    injection: 'four keepers, one PostgreSQL, 60 accounts below their margin in one block',
    sign: 'none, it goes on',
    end: 'nothing reverted, no nonce left waiting',
  },
  crowd: {
    fault: 'a crowd is liquidatable at once',
    injection: '200 accounts in one block; `npm run test:crowd` takes any number',
    sign: 'none, it goes on',
    end: 'nothing reverted, no nonce left waiting',
  },
  skewedClock: {
    fault: "the host's clock is 10 minutes ahead, or behind, then jumps to the other side",
    injection: 'two processes with such clocks, one PostgreSQL; each alone, then both',
    sign: 'none, it goes on',
    end: 'ready all the time, no lease lost, nothing reverted',
  },
  killed: {
    fault: 'kill -9 of the keeper as its transaction goes out, once the node has it, once it is mined',
    injection: 'proxy, SIGKILL, the same keeper again',
    sign: 'not ready',
    end: 'nothing reverted',
  },
  paused: {
    fault: 'SIGSTOP of the keeper for a minute',
    injection: 'two processes, one PostgreSQL, a price while one sleeps, another when it is awake',
    sign: 'not ready',
    end: 'the other does it all meanwhile; nothing reverted',
  },
  oracle: {
    fault: 'the oracle halts',
    injection: 'no price for longer than its source allows',
    sign: 'skip reason',
  },
  chainHalts: { fault: 'the chain halts', injection: 'no block for twice `stallAfterMs`', sign: 'not ready' },
} as const satisfies Readonly<Record<string, FaultCase>>;

export type CaseName = keyof typeof CASES;

/** The table as docs/keeper.md must have it. */
export function faultTable(): string {
  const rows = Object.values<FaultCase>(CASES).map(({ fault, injection, sign, end }) => {
    const result = `all liquidated within ${WITHIN_BLOCKS} blocks, none twice${end === undefined ? '' : `; ${end}`}`;
    return `| ${fault} | ${injection} | ${sign} | ${result} |`;
  });
  return ['| fault | injection | sign | result |', '|---|---|---|---|', ...rows].join('\n');
}

/** What stands between the marks in the page. */
export function tableInPage(): string {
  const page = readFileSync(PAGE, 'utf8');
  return page.slice(page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)).trim();
}

/** Writes the table into the page. */
export function writeTable(): void {
  const page = readFileSync(PAGE, 'utf8');
  const [start, end] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)];
  writeFileSync(PAGE, `${page.slice(0, start)}\n${faultTable()}\n${page.slice(end)}`);
}

if (import.meta.main) writeTable();
