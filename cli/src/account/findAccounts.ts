import { decodeStateLog, stateEventTopics } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import { numberToHex, RpcError, RpcRequestError } from 'viem';
import type { OpenDeployment } from '../chain/openDeployment.ts';

const FIRST_PAGE = 10_000n;
const LEAST_PAGE = 16n;
const SHRINK = 4n;

/** Every account that an event of the ledger ever named, in the order of their first. */
export async function findAccounts(
  { client, addresses, reached }: OpenDeployment,
  fromBlock: bigint,
  toBlock: bigint,
): Promise<readonly AccountId[]> {
  const found = new Set<AccountId>();
  let page = FIRST_PAGE;
  for (let next = fromBlock; next <= toBlock;) {
    const end = next + page - 1n < toBlock ? next + page - 1n : toBlock;
    try {
      const logs = await reached(
        client.request({
          method: 'eth_getLogs',
          params: [
            {
              address: addresses.clearinghouse,
              topics: [[...stateEventTopics]],
              fromBlock: numberToHex(next),
              toBlock: numberToHex(end),
            },
          ],
        }),
      );
      for (const log of logs) {
        const event = decodeStateLog(log);
        if (event !== undefined && 'account' in event) found.add(event.account);
      }
      next = end + 1n;
    } catch (error) {
      // a node that bounds how many blocks it looks through at once
      if (page <= LEAST_PAGE || next === end || !isRefusal(error)) throw error;
      page /= SHRINK;
    }
  }
  return [...found];
}

/** The node answered, and said no. */
function isRefusal(error: unknown): boolean {
  return error instanceof RpcRequestError || error instanceof RpcError;
}
