import { clearinghouseAbi, decodePositionWord } from '@novate/sdk';
import { erc20Abi } from 'viem';
import type { Address, PublicClient } from 'viem';
import { mapConcurrently } from '../local/chain.ts';
import { replayEvents } from './replayEvents.ts';
import type { EventLedger } from './replayEvents.ts';

const WAD = 10n ** 18n;

/** @property detail What was compared, with the figures. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface Conservation {
  /** True only if every check holds. */
  readonly conserved: boolean;
  readonly checks: readonly Check[];
  /** Cash that rounding left to the pool, wei of wad USD. */
  readonly residual: bigint;
  /** What the residual may be at most. */
  readonly residualBound: bigint;
}

interface AccountState {
  readonly cash: bigint;
  readonly collateral: readonly bigint[];
  readonly positions: readonly {
    readonly underlying: number;
    readonly size: bigint;
    readonly cost: bigint;
  }[];
}

/** Adds up every account of a clearinghouse and compares with its totals and its tokens, all at one block. */
export async function checkConservation(
  client: PublicClient,
  clearinghouse: Address,
  blockNumber: bigint,
): Promise<Conservation> {
  const ledger = await replayEvents(client, clearinghouse, blockNumber);
  const read = createReader(client, clearinghouse, blockNumber);
  const assetCount = await read.assetCount();
  const states = await mapConcurrently(ledger.accounts, (account) => read.account(account, assetCount));
  const checks: Check[] = [];
  for (let assetId = 0; assetId < assetCount; assetId++)
    checks.push(...(await checkAsset(read, states, assetId)));
  for (const underlying of ledger.underlyings) {
    const perp = await read.perp(underlying);
    checks.push(...checkPerp(underlying, perp, states, ledger.deleverages));
  }
  const costSum = states.reduce(
    (sum, { positions }) => positions.reduce((costs, { cost }) => costs + cost, sum),
    0n,
  );
  const cash = await checkCash(read, ledger, states, costSum);
  checks.push(await checkSolvency(read));
  checks.push(...cash.checks);
  return { conserved: checks.every(({ ok }) => ok), checks, ...cash.residual };
}

type Reader = ReturnType<typeof createReader>;

function createReader(client: PublicClient, address: Address, blockNumber: bigint) {
  const at = { abi: clearinghouseAbi, address, blockNumber } as const;
  return {
    assetCount: () => client.readContract({ ...at, functionName: 'assetCount' }),
    asset: (assetId: number) => client.readContract({ ...at, functionName: 'assetInfo', args: [assetId] }),
    perp: (underlying: number) =>
      client.readContract({ ...at, functionName: 'perpState', args: [underlying] }),
    cash: () => client.readContract({ ...at, functionName: 'cashState' }),
    solvency: () => client.readContract({ ...at, functionName: 'solvency' }),
    async fees(module: Address): Promise<bigint> {
      const info = await client.readContract({ ...at, functionName: 'moduleInfo', args: [module] });
      return info[2] + info[3];
    },
    tokens: (token: Address) =>
      client.readContract({
        abi: erc20Abi,
        address: token,
        functionName: 'balanceOf',
        args: [address],
        blockNumber,
      }),
    async account(account: bigint, assetCount: number): Promise<AccountState> {
      const words = await client.readContract({ ...at, functionName: 'positionsOf', args: [account] });
      const cash = await client.readContract({ ...at, functionName: 'cashOf', args: [account] });
      const collateral: bigint[] = [0n];
      for (let assetId = 1; assetId < assetCount; assetId++) {
        collateral.push(
          await client.readContract({ ...at, functionName: 'collateralOf', args: [account, assetId] }),
        );
      }
      return { cash, collateral, positions: words.map(toPosition) };
    },
  };
}

function toPosition(word: bigint) {
  const position = decodePositionWord(word);
  const cost = 'cost' in position ? position.cost : 0n;
  return { underlying: position.instrument.underlying, size: position.size, cost };
}

async function checkAsset(read: Reader, states: readonly AccountState[], assetId: number): Promise<Check[]> {
  const { token, decimals, recorded } = await read.asset(assetId);
  const balance = scaleToWad(await read.tokens(token), decimals);
  const held = same(`asset ${assetId}: tokens held = recorded`, balance, recorded);
  // cash is claimed through positions too, and checked on its own
  if (assetId === 0) return [held];
  const owned = states.reduce((sum, { collateral }) => sum + (collateral[assetId] ?? 0n), 0n);
  return [held, same(`asset ${assetId}: recorded = sum of balances`, recorded, owned)];
}

function checkPerp(
  underlying: number,
  { openInterest, costSum }: { openInterest: bigint; costSum: bigint },
  states: readonly AccountState[],
  deleverages: number,
): Check[] {
  const positions = states.flatMap((state) =>
    state.positions.filter((position) => position.underlying === underlying),
  );
  const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);
  const longs = sum(positions.map(({ size }) => (size > 0n ? size : 0n)));
  const costs = sum(positions.map(({ cost }) => cost));
  if (deleverages !== 0) {
    // those not touched since still have their old costs in the sum; each rounds its size down by less than a wei each time
    const dust = BigInt(deleverages * states.length);
    return [
      within(`perp ${underlying}: sum of sizes = 0`, sum(positions.map(({ size }) => size)), 0n, dust),
      within(`perp ${underlying}: longs = open interest`, longs, openInterest, dust),
    ];
  }
  return [
    same(`perp ${underlying}: sum of sizes = 0`, sum(positions.map(({ size }) => size)), 0n),
    same(`perp ${underlying}: longs = open interest`, longs, openInterest),
    same(`perp ${underlying}: sum of cost bases = costSum`, costs, costSum),
  ];
}

async function checkCash(
  read: Reader,
  ledger: EventLedger,
  states: readonly AccountState[],
  costSum: bigint,
) {
  const { recorded } = await read.asset(0);
  const state = await read.cash();
  const cash = states.reduce((sum, one) => sum + one.cash, 0n);
  const fees = (await Promise.all(ledger.modules.map((module) => read.fees(module)))).reduce(
    (a, b) => a + b,
    0n,
  );
  // the interest since the last stored accrual, on top of what the events told
  const pending =
    ledger.borrowPrincipal * (state.borrowIndex - ledger.borrowIndex) -
    ledger.supplyPrincipal * (state.supplyIndex - ledger.supplyIndex);
  const reserve = (ledger.reserveScaled + pending) / WAD;
  const residual = recorded - (cash + costSum + fees + reserve);
  // a cash write rounds what it reads and what it stores (less than 3 wei at indexes below 2), a position its funding
  const residualBound = BigInt(3 * ledger.cashUpdates + ledger.positionUpdates + ledger.accounts.length);
  const supplied = (ledger.supplyPrincipal * state.supplyIndex + WAD - 1n) / WAD;
  const borrowed = (ledger.borrowPrincipal * state.borrowIndex) / WAD;
  return {
    residual: { residual, residualBound },
    checks: [
      {
        name: 'cash: recorded = balances + cost bases + fees + interest reserve',
        ok: residual >= 0n && residual <= residualBound,
        detail: `${recorded} - (${cash} + ${costSum} + ${fees} + ${reserve}) = ${residual} wei, at most ${residualBound}`,
      },
      same('cash: supplied = positive balances of all events', state.supplied, supplied),
      same('cash: borrowed = negative balances of all events', state.borrowed, borrowed),
    ],
  };
}

async function checkSolvency(read: Reader): Promise<Check> {
  const { assets, claims, badDebt, shortAssets } = await read.solvency();
  return {
    name: 'solvency: tokens cover claims',
    ok: BigInt(assets) >= claims && badDebt === 0n && shortAssets === 0n,
    detail: `${assets} against ${claims}, ${badDebt} unassigned`,
  };
}

function within(name: string, left: bigint, right: bigint, bound: bigint): Check {
  const distance = left > right ? left - right : right - left;
  return { name, ok: distance <= bound, detail: `${left} and ${right}, at most ${bound} apart` };
}

function same(name: string, left: bigint, right: bigint): Check {
  return { name, ok: left === right, detail: `${left} and ${right}` };
}

function scaleToWad(raw: bigint, decimals: number): bigint {
  return decimals <= 18 ? raw * 10n ** BigInt(18 - decimals) : raw / 10n ** BigInt(decimals - 18);
}
