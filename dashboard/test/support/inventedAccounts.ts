import { clearinghouseAbi, encodeInstrumentId } from '@novate/sdk';
import { encodeEventTopics, numberToHex, pad } from 'viem';
import type { Address } from 'viem';

const WAD = 10n ** 18n;

/** JSON of logs, comma-separated, that tell of so many accounts with cash, a quarter of them with an ETH perp. */
export function inventAccounts(count: number, clearinghouse: Address): string {
  const [cashTopic] = encodeEventTopics({ abi: clearinghouseAbi, eventName: 'CashUpdated' });
  const [positionTopic] = encodeEventTopics({ abi: clearinghouseAbi, eventName: 'PositionUpdated' });
  const instrument = pad(numberToHex(encodeInstrumentId({ kind: 'perp', underlying: 2 })));
  const word = (value: bigint): string => BigInt.asUintN(256, value).toString(16).padStart(64, '0');
  const logs: string[] = [];
  for (let i = 0; i < count; i++) {
    const account = `0x${word(((0xabcdn << 144n) + BigInt(i) + 1n) << 96n)}`;
    const cash = word(BigInt(1_000 + (i % 5_000)) * WAD);
    const size = BigInt((i % 7) - 3) * WAD;
    logs.push(log(clearinghouse, [cashTopic, account], cash));
    if (i % 4 === 0)
      logs.push(log(clearinghouse, [positionTopic, account, instrument], word(size) + word(-size * 4_000n)));
  }
  return logs.join();
}

/** As much of a log as the ledger needs: there are a hundred thousand of them. */
function log(address: Address, topics: readonly unknown[], data: string): string {
  return JSON.stringify({ address, topics, data: `0x${data}` });
}
