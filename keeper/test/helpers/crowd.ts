import {
  assessMany,
  buildOrder,
  encodeAccountId,
  encodeInstrumentId,
  ETH,
  orderMatcherAbi,
  orderTypedData,
} from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import { clearinghouseAbi } from '@novate/sdk';
import { encodeFunctionData, erc20Abi, parseAbi } from 'viem';
import { hardhat } from 'viem/chains';
import type { LocalCall } from '../../../cli/src/local/chain.ts';
import { depositCash, giveEther } from '../../../cli/src/seed/openAccounts.ts';
import { createPerson } from '../../../cli/src/seed/traders.ts';
import type { Person } from '../../../cli/src/seed/traders.ts';
import { FIRST_PRICE } from './stage.ts';
import type { Stage } from './stage.ts';

const WAD = 10n ** 18n;
const FAR_SEC = 4_000_000_000;
const CASH_USDC = 1_200n * 10n ** 6n;
/** Accounts are spread over owners, as keepers share them out by owner. */
const OWNERS = 64;
/** Calls signed and sent at a time, and accounts assessed by one call. */
const AT_A_TIME = 500;
const ASSESSED = 100;
const mintAbi = parseAbi(['function mint(address to, uint256 amount)']);

/** Many accounts, each short of one ETH against 1,200 USD: liquidatable above about 4,600 USD. */
export interface Crowd {
  readonly accounts: readonly AccountId[];
  /** How many of them are below their maintenance margin, as the chain sees them. */
  unhealthy(): Promise<number>;
}

/**
 * Opens them by the contracts, as sub-accounts of a few owners: a deposit and a trade each, blocks as large as it takes.
 * @param onProgress Told how many accounts have been opened.
 */
export async function openCrowd(
  stage: Stage,
  count: number,
  onProgress?: (opened: number) => void,
): Promise<Crowd> {
  const { chain, stack, buyer, addresses } = stage;
  const owners = Array.from({ length: Math.min(OWNERS, count) }, (_, i) => createPerson(`crowd ${i}`));
  await giveEther(chain, owners);
  await depositCash(chain, stack, buyer, 10_000n * WAD * BigInt(count));
  await chain.execute(
    owners.flatMap((owner) => purse(owner, stage, BigInt(Math.ceil(count / owners.length)))),
  );

  const domain = { chainId: hardhat.id, orderMatcher: stack.orderMatcher };
  const orderOf = async (person: Person, account: AccountId, size: bigint, nonce: bigint) => {
    const order = buildOrder({
      account,
      instrument: encodeInstrumentId({ kind: 'perp', underlying: ETH }),
      size,
      limitPrice: BigInt(FIRST_PRICE) * WAD,
      nonce,
      expirySec: FAR_SEC,
    });
    return {
      order,
      signer: person.key.address,
      signature: await person.key.signTypedData(orderTypedData(order, domain)),
    };
  };
  // one order of the buyer's is filled by all
  const bought = await orderOf(buyer, buyer.account, BigInt(count) * WAD, 1_000_000n);
  const accounts: AccountId[] = [];
  for (let from = 0; from < count; from += AT_A_TIME) {
    const calls: LocalCall[] = [];
    for (let i = from; i < Math.min(from + AT_A_TIME, count); ++i) {
      const owner = owners[i % owners.length];
      if (owner === undefined) throw new Error('a crowd needs owners');
      const account = encodeAccountId(owner.key.address, BigInt(1 + Math.floor(i / owners.length)));
      accounts.push(account);
      const deposit = encodeFunctionData({
        abi: clearinghouseAbi,
        functionName: 'deposit',
        args: [account, 0, CASH_USDC],
      });
      calls.push({
        from: owner.key,
        to: stack.clearinghouse,
        data: deposit,
        gas: 400_000n,
        label: 'deposit',
      });
    }
    await chain.execute(calls);
    const trades: LocalCall[] = [];
    for (const [i, account] of accounts.slice(from).entries()) {
      const owner = owners[(from + i) % owners.length];
      if (owner === undefined) throw new Error('a crowd needs owners');
      const args = [await orderOf(owner, account, -WAD, 1n), bought, WAD] as const;
      const data = encodeFunctionData({ abi: orderMatcherAbi, functionName: 'matchOrders', args });
      trades.push({ from: chain.deployer, to: stack.orderMatcher, data, gas: 2_000_000n, label: 'trade' });
    }
    await chain.execute(trades);
    onProgress?.(accounts.length);
  }
  return {
    accounts,
    async unhealthy() {
      let found = 0;
      for (let i = 0; i < accounts.length; i += ASSESSED) {
        for (const entry of await assessMany(chain.client, addresses, {
          accounts: accounts.slice(i, i + ASSESSED),
        })) {
          if (!entry.ok) throw new Error(entry.error?.message ?? 'not assessable');
          if (entry.margin.equity < entry.margin.maintenanceMargin) found++;
        }
      }
      return found;
    },
  };
}

/** Cash for so many accounts, and leave for the clearinghouse to take it. */
function purse({ key }: Person, { stack }: Stage, accounts: bigint): LocalCall[] {
  const amount = accounts * CASH_USDC;
  const mint = encodeFunctionData({ abi: mintAbi, functionName: 'mint', args: [key.address, amount] });
  const approve = encodeFunctionData({
    abi: erc20Abi,
    functionName: 'approve',
    args: [stack.clearinghouse, amount],
  });
  const call = { from: key, to: stack.usdc, gas: 200_000n };
  return [
    { ...call, data: mint, label: 'mint' },
    { ...call, data: approve, label: 'approve' },
  ];
}
