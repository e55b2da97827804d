// A local stack with two traders and a liquidator, on which gas is measured transaction by transaction.
import {
  toNovateError,
  clearinghouseAbi,
  buildOrder,
  encodeInstrumentId,
  orderMatcherAbi,
  orderTypedData,
} from '@novate/sdk';
import type { SignedOrder } from '@novate/sdk';
import { decodeFunctionResult, encodeFunctionData, hexToBytes, isHex, numberToHex, parseAbi } from 'viem';
import type { Address, Hex } from 'viem';
import { hardhat } from 'viem/chains';
import { createArtifactResolver } from '../../cli/src/local/artifacts.ts';
import { connectChain } from '../../cli/src/local/chain.ts';
import type { LocalChain } from '../../cli/src/local/chain.ts';
import { deployLocal } from '../../cli/src/local/deployLocal.ts';
import type { StackAddresses } from '../../cli/src/local/deployLocal.ts';
import { startHardhatNode } from '../../cli/src/local/hardhatNode.ts';
import { depositCash, fundInsurance, giveEther } from '../../cli/src/seed/openAccounts.ts';
import { createPerson } from '../../cli/src/seed/traders.ts';
import type { Person } from '../../cli/src/seed/traders.ts';

const WAD = 10n ** 18n;
const GAS_LIMIT = 5_000_000n;
const FEED_SCALE = 10n ** 8n;
/** Where nothing is deployed; the call brings the code along. */
const WARM_CALL: Address = '0x00000000000000000000000000000000000bEEf1';
const warmCallAbi = parseAbi(['function gasOfSecond(address target, bytes data) returns (uint256 used)']);
const aggregatorAbi = parseAbi(['function setAnswer(int256 answer)']);

export const BTC = 1;
export const ETH = 2;
export const PRICES = { [BTC]: 100_000n, [ETH]: 4_000n } as const;

export interface Stage {
  readonly chain: LocalChain;
  readonly stack: StackAddresses;
  readonly alice: Person;
  readonly bob: Person;
  readonly carol: Person;
  readonly dave: Person;
  readonly keeper: Person;
  stop(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const node = await startHardhatNode();
  try {
    const chain = await connectChain(node.url);
    const stack = await deployLocal(chain, {
      btcPrice: PRICES[BTC] * FEED_SCALE,
      ethPrice: PRICES[ETH] * FEED_SCALE,
    });
    await chain.request('evm_setAutomine', [false]);
    const [alice, bob, carol, dave, keeper, fund] = ['alice', 'bob', 'carol', 'dave', 'keeper', 'fund'].map(
      createPerson,
    ) as [Person, Person, Person, Person, Person, Person];
    await giveEther(chain, [alice, bob, carol, dave, keeper, fund]);
    await depositCash(chain, stack, alice, 30_000n * WAD);
    for (const person of [bob, carol, dave, keeper])
      await depositCash(chain, stack, person, 1_000_000n * WAD);
    await fundInsurance(chain, stack, fund, 100_000n * WAD);
    return { chain, stack, alice, bob, carol, dave, keeper, stop: () => node.child.stop() };
  } catch (error) {
    await node.child.stop();
    throw error;
  }
}

/** Sends one transaction in a block of its own and returns its gas. */
export async function measure(
  stage: Stage,
  from: Person,
  to: Address,
  data: Hex,
  label: string,
): Promise<bigint> {
  const [hash] = await stage.chain.send([{ from: from.key, to, data, gas: GAS_LIMIT, label }]);
  await stage.chain.mine();
  if (hash === undefined) throw new Error(`${label} was not sent`);
  const receipt = await stage.chain.client.getTransactionReceipt({ hash });
  if (receipt.status !== 'success') {
    let why = 'for no reason that is left';
    try {
      await stage.chain.client.call({ account: from.key.address, to, data, gas: GAS_LIMIT });
    } catch (error) {
      why = String(toNovateError(error));
    }
    throw new Error(`${label} reverted: ${why}`);
  }
  return receipt.gasUsed;
}

/** What a transaction costs before it executes anything: 21,000 and its calldata. */
export function intrinsicGas(data: Hex): bigint {
  return hexToBytes(data).reduce((sum, byte) => sum + (byte === 0 ? 4n : 16n), 21_000n);
}

/** Execution gas of a view called by a transaction: all storage cold, no intrinsic gas. */
export async function measureView(stage: Stage, to: Address, data: Hex, label: string): Promise<bigint> {
  return (await measure(stage, stage.dave, to, data, label)) - intrinsicGas(data);
}

/** Gas of a view called a second time within one transaction: nothing is cold any more. */
export async function measureWarmView(stage: Stage, to: Address, data: Hex): Promise<bigint> {
  const { deployedBytecode } = await (await createArtifactResolver()).loadArtifact('WarmCall');
  const call = { to: WARM_CALL, data: encodeFunctionData({ abi: warmCallAbi, args: [to, data] }) };
  const answer = await stage.chain.request('eth_call', [
    call,
    'latest',
    { [WARM_CALL]: { code: deployedBytecode } },
  ]);
  if (!isHex(answer)) throw new Error('the node answered a call with something that is no data');
  return decodeFunctionResult({ abi: warmCallAbi, data: answer });
}

export async function setPrices(stage: Stage, btc: bigint, eth: bigint): Promise<void> {
  const call = (to: Address, price: bigint) => ({
    from: stage.chain.deployer,
    to,
    data: encodeFunctionData({ abi: aggregatorAbi, functionName: 'setAnswer', args: [price * FEED_SCALE] }),
    gas: 200_000n,
    label: 'setAnswer',
  });
  await stage.chain.execute([call(stage.stack.btcFeed, btc), call(stage.stack.ethFeed, eth)]);
}

let nonce = 0n;

/** The calldata of a match in which `buyer` takes `seller`'s order for `size` units at the index price. */
export async function matchData(
  stage: Stage,
  underlying: typeof BTC | typeof ETH,
  buyer: Person,
  seller: Person,
  size: bigint,
): Promise<Hex> {
  const { timestamp } = await stage.chain.latest();
  const sign = async (person: Person, signed: bigint): Promise<SignedOrder> => {
    const order = buildOrder({
      account: person.account,
      instrument: encodeInstrumentId({ kind: 'perp', underlying }),
      size: signed,
      limitPrice: PRICES[underlying] * WAD,
      nonce: (nonce += 1n),
      expirySec: timestamp + 86_400,
    });
    const domain = { chainId: hardhat.id, orderMatcher: stage.stack.orderMatcher };
    return {
      order,
      signer: person.key.address,
      signature: await person.key.signTypedData(orderTypedData(order, domain)),
    };
  };
  const args = [await sign(seller, -size), await sign(buyer, size), size] as const;
  return encodeFunctionData({ abi: orderMatcherAbi, functionName: 'matchOrders', args });
}

/** Mints USDC to a person and approves the clearinghouse, then gives the calldata of a deposit. */
export async function depositData(stage: Stage, person: Person, amountRaw: bigint): Promise<Hex> {
  const erc20 = parseAbi([
    'function mint(address to, uint256 amount)',
    'function approve(address to, uint256 amount)',
  ]);
  const { usdc, clearinghouse } = stage.stack;
  await stage.chain.execute([
    {
      from: person.key,
      to: usdc,
      data: encodeFunctionData({
        abi: erc20,
        functionName: 'mint',
        args: [person.key.address, 2n * amountRaw],
      }),
      gas: 200_000n,
      label: 'mint',
    },
    {
      from: person.key,
      to: usdc,
      data: encodeFunctionData({
        abi: erc20,
        functionName: 'approve',
        args: [clearinghouse, 2n ** 256n - 1n],
      }),
      gas: 200_000n,
      label: 'approve',
    },
  ]);
  return encodeFunctionData({
    abi: clearinghouseAbi,
    functionName: 'deposit',
    args: [person.account, 0, amountRaw],
  });
}

/** Mints a token to a person, who deposits it. @param amountRaw In the token's own unit. */
export async function depositToken(
  stage: Stage,
  person: Person,
  token: Address,
  assetId: number,
  amountRaw: bigint,
): Promise<void> {
  const { clearinghouse } = stage.stack;
  const erc20 = parseAbi(['function mint(address, uint256)', 'function approve(address, uint256)']);
  const call = (to: Address, data: Hex, label: string) => ({
    from: person.key,
    to,
    data,
    gas: 300_000n,
    label,
  });
  const mint = encodeFunctionData({
    abi: erc20,
    functionName: 'mint',
    args: [person.key.address, amountRaw],
  });
  const approve = encodeFunctionData({
    abi: erc20,
    functionName: 'approve',
    args: [clearinghouse, amountRaw],
  });
  const args = [person.account, assetId, amountRaw] as const;
  const deposit = encodeFunctionData({ abi: clearinghouseAbi, functionName: 'deposit', args });
  await stage.chain.execute([
    call(token, mint, 'mint'),
    call(token, approve, 'approve'),
    call(clearinghouse, deposit, 'deposit'),
  ]);
}

export async function giveGasMoney(stage: Stage, person: Person): Promise<void> {
  await stage.chain.request('hardhat_setBalance', [person.key.address, numberToHex(100n * WAD)]);
}
