import type { Stage } from './stage.ts';

/** Transactions of the keepers that were mined from a block on and reverted. */
export async function countReverts({ chain: { client }, keepers }: Stage, from: bigint): Promise<number> {
  const senders = new Set(keepers.map(({ key }) => key.address.toLowerCase()));
  let count = 0;
  for (let number = from; number <= (await client.getBlockNumber()); ++number) {
    const block = await client.getBlock({ blockNumber: number, includeTransactions: true });
    for (const { hash, from: sender } of block.transactions) {
      if (!senders.has(sender.toLowerCase())) continue;
      if ((await client.getTransactionReceipt({ hash })).status === 'reverted') count++;
    }
  }
  return count;
}
