import accessManager from '@openzeppelin/contracts/build/contracts/AccessManager.json' with { type: 'json' };
import { clearinghouseAbi, encodeAccountId, insuranceFundAbi, liquidityVaultAbi } from '@novate/sdk';
import { encodeFunctionData, maxUint256, parseAbi } from 'viem';
import type { Abi, Address, Hex } from 'viem';
import type { Operation } from './accessTable.ts';
import { pendingOperation } from './accessTable.ts';
import { ACTORS, addressOfActor } from './actors.ts';
import type { Person, World } from './world.ts';

const tokenAbi = parseAbi([
  'function mint(address to, uint256 amount)',
  'function approve(address spender, uint256 amount) returns (bool)',
]);
const USDC = 1_000_000n;
const SHARES = 10n ** 12n;
const REDEEM_DELAY_SEC = 14 * 86_400;
const VAULT_DELAY_SEC = 86_400;
const FOREVER = 2 ** 40 - 1;
const SCOPES = { tradeOperator: 1, withdrawOperator: 2, depositOperator: 4, liquidateOperator: 8 } as const;

export function scheduleData({ target, data }: Operation): Hex {
  return encodeFunctionData({
    abi: accessManager.abi as Abi,
    functionName: 'schedule',
    args: [target, data, 0],
  });
}

/**
 * What makes rights show: everybody could pay, the owner's account has cash and an operator for each scope, shares in the
 * insurance fund and the vault are in escrow and due, and the governor has scheduled something.
 */
export async function prepare(world: World): Promise<void> {
  await fundEverybody(world);
  await openAccount(world);
  await stake(world);
  const manager = world.addressOf('AccessManager');
  await world.send(world.people.governor, manager, scheduleData(pendingOperation(world)));
}

async function fundEverybody(world: World): Promise<void> {
  const { usdc } = world.fixtures;
  const approve = (spender: Address) =>
    encodeFunctionData({ abi: tokenAbi, functionName: 'approve', args: [spender, maxUint256] });
  for (const actor of ACTORS) {
    const address = addressOfActor(world, actor);
    const mint = encodeFunctionData({
      abi: tokenAbi,
      functionName: 'mint',
      args: [address, 100_000n * USDC],
    });
    await world.send(world.deployer, usdc, mint);
    for (const spender of ['Clearinghouse', 'InsuranceFund', 'LiquidityVault']) {
      await world.send(address, usdc, approve(world.addressOf(spender)));
    }
  }
}

async function openAccount(world: World): Promise<void> {
  const house = world.addressOf('Clearinghouse');
  const account = encodeAccountId(world.people.owner);
  const deposit = encodeFunctionData({
    abi: clearinghouseAbi,
    functionName: 'deposit',
    args: [account, 0, 10_000n * USDC],
  });
  await world.send(world.people.owner, house, deposit);
  for (const [operator, scope] of Object.entries(SCOPES)) {
    const data = encodeFunctionData({
      abi: clearinghouseAbi,
      functionName: 'setOperator',
      args: [account, world.people[operator as Person], scope, FOREVER],
    });
    await world.send(world.people.owner, house, data);
  }
}

/** Shares of both pools, due at the same time. */
async function stake(world: World): Promise<void> {
  await buyShares(world, 'InsuranceFund', insuranceFundAbi);
  await world.wait(REDEEM_DELAY_SEC - VAULT_DELAY_SEC);
  await buyShares(world, 'LiquidityVault', liquidityVaultAbi);
  await world.wait(VAULT_DELAY_SEC);
}

async function buyShares(
  world: World,
  pool: 'InsuranceFund' | 'LiquidityVault',
  abi: typeof insuranceFundAbi | typeof liquidityVaultAbi,
): Promise<void> {
  const { staker, spender } = world.people;
  const calls = [
    encodeFunctionData({ abi, functionName: 'deposit', args: [1_000n * USDC, staker] }),
    encodeFunctionData({ abi, functionName: 'approve', args: [spender, maxUint256] }),
    encodeFunctionData({ abi, functionName: 'requestRedeem', args: [500n * SHARES] }),
  ];
  for (const data of calls) await world.send(staker, world.addressOf(pool), data);
}
