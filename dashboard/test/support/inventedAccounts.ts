import { clearinghouseAbi, encodeInstrumentId } from '@novate/sdk';
import { encodeEventTopics, numberToHex, pad } from 'viem';
import type { Address } from 'viem';

const WAD = 10n ** 18n;

/** JSON of logs, comma-separated, that tell of so many accounts with cash and an ETH perp each. */
export function inventAccounts(count: number, clearinghouse: Address): string {
  const [cashTopic] = encodeEventTopics({ abi: clearinghouseAbi, eventName: 'CashUpdated' });
  const [positionTopic] = encodeEventTopics({ abi: clearinghouseAbi, eventName: 'PositionUpdated' });
  const instrument = pad(numberToHex(encodeInstrumentId({ kind: 'perp', underlying: 2 })));
  const place = `"blockHash":"${pad('0x1')}","blockNumber":"0x1","transactionHash":"${pad('0x1')}","transactionIndex":"0x0","removed":false`;
  const word = (value: bigint): string => BigInt.asUintN(256, value).toString(16).padStart(64, '0');
  const logs: string[] = [];
  for (let i = 0; i < count; i++) {
    const account = `0x${word(((0xabcdn << 144n) + BigInt(i) + 1n) << 96n)}`;
    const cash = word(BigInt(1_000 + (i % 5_000)) * WAD);
    const size = BigInt((i % 7) - 3) * WAD;
    logs.push(
      `{"address":"${clearinghouse}","topics":["${String(cashTopic)}","${account}"],"data":"0x${cash}","logIndex":"${numberToHex(2 * i)}",${place}}`,
      `{"address":"${clearinghouse}","topics":["${String(positionTopic)}","${account}","${instrument}"],"data":"0x${word(size)}${word(-size * 4_000n)}","logIndex":"${numberToHex(2 * i + 1)}",${place}}`,
    );
  }
  return logs.join();
}
