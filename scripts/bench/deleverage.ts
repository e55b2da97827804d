// Gas of deleveraging an insolvent account against few and against many counterparties, on chains of their own.
import { clearinghouseAbi, encodeInstrumentId, liquidatorAbi } from '@novate/sdk';
import { encodeFunctionData, parseAbi } from 'viem';
import type { Request } from '../../test/differential/chain.ts';
import { accountIdOf, CASH, ETH, KEEPER, openLedgerStage } from '../../test/differential/ledgerStage.ts';
import type { LedgerStage } from '../../test/differential/ledgerStage.ts';
import type { Measurement } from './measurement.ts';

const WAD = 10n ** 18n;
const USDC = 10n ** 6n;
const PRICE = 4_000n * WAD;
const VICTIM = 50;
const FIRST_COUNTERPARTY = 100;
const TOGETHER = 100;
const feedAbi = parseAbi(['function setAnswer(int256 answer)']);
const perp = encodeInstrumentId({ kind: 'perp', underlying: ETH });

export async function benchDeleverage(): Promise<Measurement[]> {
  return [await measureWith(10), await measureWith(10_000)];
}

async function measureWith(counterparties: number): Promise<Measurement> {
  const stage = await openLedgerStage();
  try {
    await setPrice(stage, PRICE);
    await deposit(stage, VICTIM, 8_000n);
    await deposit(stage, KEEPER, 1_000_000n);
    const size = (10n * WAD) / BigInt(counterparties);
    for (let from = 0; from < counterparties; from += TOGETHER) {
      const batch = Math.min(TOGETHER, counterparties - from);
      await open(stage, FIRST_COUNTERPARTY + from, batch, size);
    }
    // a liquidation of a tenth of it, to compare with
    await setPrice(stage, (PRICE * 93n) / 100n);
    const liquidation = Number(await stage.chain.gasOf(liquidateSome(stage)));
    await setPrice(stage, (PRICE * 5n) / 10n);
    const value = Number(await stage.chain.gasOf(deleverage(stage)));
    return {
      name: `deleverage${counterparties}`,
      value,
      unit: 'gas',
      goal: liquidation + 150_000,
      peer: null,
      note: `one perp against ${counterparties.toLocaleString('en-US')} positions; its liquidation costs ${liquidation.toLocaleString('en-US')}`,
    };
  } finally {
    await stage.chain.close();
  }
}

/** Accounts of the batch contract sell `size` each to the victim. */
async function open(stage: LedgerStage, first: number, count: number, size: bigint): Promise<void> {
  for (let i = 0; i < count; ++i) await deposit(stage, first + i, 100_000n / BigInt(count));
  const requests = Array.from({ length: count }, (_, i) => ({
    to: stage.house,
    data: encodeFunctionData({
      abi: clearinghouseAbi,
      functionName: 'trade',
      args: [
        {
          buyer: accountIdOf(stage, VICTIM),
          seller: accountIdOf(stage, first + i),
          instrument: perp,
          size,
          price: PRICE,
          buyerFee: 0n,
          sellerFee: 0n,
        },
      ],
    }),
  }));
  await stage.chain.act(requests);
}

async function deposit(stage: LedgerStage, account: number, usd: bigint): Promise<void> {
  const args = [accountIdOf(stage, account), CASH, usd * USDC] as const;
  const data = encodeFunctionData({ abi: clearinghouseAbi, functionName: 'deposit', args });
  await stage.chain.act([{ to: stage.house, data }]);
}

async function setPrice(stage: LedgerStage, price: bigint): Promise<void> {
  const feed = stage.feeds.get(ETH);
  if (feed === undefined) throw new Error('there is no feed for ETH');
  const data = encodeFunctionData({ abi: feedAbi, functionName: 'setAnswer', args: [price] });
  await stage.chain.act([{ to: feed, data }]);
}

function liquidateSome(stage: LedgerStage): Request {
  const selection = { instruments: [perp], sizes: [WAD], assetIds: [], amounts: [] };
  const call = { selection, minReward: 0n, minCash: -(2n ** 255n), deadlineSec: 2 ** 32 };
  const accounts = { account: accountIdOf(stage, VICTIM), liquidator: accountIdOf(stage, KEEPER) };
  const args = [{ ...accounts, ...call }] as const;
  return {
    to: stage.liquidator,
    data: encodeFunctionData({ abi: liquidatorAbi, functionName: 'liquidate', args }),
  };
}

function deleverage(stage: LedgerStage): Request {
  const args = [accountIdOf(stage, VICTIM)] as const;
  return {
    to: stage.liquidator,
    data: encodeFunctionData({ abi: liquidatorAbi, functionName: 'deleverage', args }),
  };
}
