// What `@novate/sdk/testing` replays: the transactions by which Ignition deploys the local stack, with every address that
// depends on who deploys replaced by a mark.
import { setTimeout as sleep } from 'node:timers/promises';
import { network } from 'hardhat';
import { getAddress, isAddress } from 'viem';
import type { Address } from 'viem';
import { connectChain } from '../../cli/src/local/chain.ts';
import type { LocalChain } from '../../cli/src/local/chain.ts';
import { deployLocal } from '../../cli/src/local/deployLocal.ts';
import { RECORDED_CONTRACTS } from '../../sdk/src/testing/recording.ts';
import type { Recording } from '../../sdk/src/testing/recording.ts';

interface Sent {
  readonly to: Address | undefined;
  readonly data: string;
  readonly created: Address | undefined;
  readonly gas: number;
}

const MINED_TRIES = 500;
const MINED_WAIT_MS = 10;

/** Deploys the local stack to a chain inside this process and returns how. */
export async function recordDeployment(): Promise<Recording> {
  const server = await network.createServer('default', '127.0.0.1');
  try {
    const { port } = await server.listen();
    const chain = await connectChain(`http://127.0.0.1:${port}`);
    const sent: Sent[] = [];
    const stack = await deployLocal(recording(chain, sent), {});
    return toRecording(sent, stack, chain.deployer.address);
  } finally {
    await server.close();
  }
}

/** The chain, with each transaction noted as it is sent. */
function recording(chain: LocalChain, sent: Sent[]): LocalChain {
  return {
    ...chain,
    async request(method, params) {
      const result = await chain.request(method, params);
      if (method === 'eth_sendTransaction') sent.push(await receiptOf(chain, params[0], result));
      return result;
    },
  };
}

async function receiptOf(chain: LocalChain, transaction: unknown, hash: unknown): Promise<Sent> {
  const { to, data } = transaction as { to?: string; data?: string };
  for (let i = 0; i < MINED_TRIES; i++) {
    const receipt = (await chain.request('eth_getTransactionReceipt', [hash])) as {
      contractAddress: string | null;
      gasUsed: string;
    } | null;
    if (receipt !== null) {
      const created = receipt.contractAddress ?? undefined;
      return {
        to: to !== undefined && isAddress(to) ? getAddress(to) : undefined,
        data: (data ?? '0x').slice(2).toLowerCase(),
        created: created === undefined ? undefined : getAddress(created),
        gas: Number(receipt.gasUsed),
      };
    }
    await sleep(MINED_WAIT_MS);
  }
  throw new Error(`transaction ${String(hash)} was not mined`);
}

function toRecording(
  sent: readonly Sent[],
  stack: Readonly<Record<keyof Recording['contracts'], Address>>,
  deployer: Address,
): Recording {
  const stepOf = new Map<Address, number>(
    sent.flatMap(({ created }, i) => (created === undefined ? [] : [[created, i] as const])),
  );
  const find = (address: Address): number => {
    const step = stepOf.get(address);
    if (step === undefined) throw new Error(`no step creates ${address}`);
    return step;
  };
  const marks = new Map<string, string>([...stepOf].map(([address, i]) => [hexOf(address), `[${i}]`]));
  marks.set(hexOf(deployer), '[d]');
  const pattern = new RegExp([...marks.keys()].join('|'), 'g');
  return {
    steps: sent.map(({ to, data, gas }) => ({
      ...(to === undefined ? {} : { to: find(to) }),
      data: data.replace(pattern, (address) => marks.get(address) ?? address),
      gas,
    })),
    contracts: Object.fromEntries(
      RECORDED_CONTRACTS.map((name) => [name, find(stack[name])]),
    ) as Recording['contracts'],
  };
}

const hexOf = (address: Address): string => address.slice(2).toLowerCase();
