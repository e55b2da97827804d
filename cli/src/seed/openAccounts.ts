import { clearinghouseAbi, insuranceFundAbi, liquidityVaultAbi } from '@novate/sdk';
import { encodeFunctionData, erc20Abi, numberToHex, parseAbi } from 'viem';
import type { Address } from 'viem';
import type { LocalCall, LocalChain } from '../local/chain.ts';
import { mapConcurrently } from '../local/chain.ts';
import type { StackAddresses } from '../local/deployLocal.ts';
import { CASH_ASSET_ID } from '../local/underlyings.ts';
import type { AccountPlan, OpenMarket } from './planAccounts.ts';
import type { Person } from './traders.ts';

const ETHER = 10n ** 18n;
/** Enough for many thousand transactions of a local chain. */
const GAS_MONEY = 10_000n * ETHER;
const mintAbi = parseAbi(['function mint(address to, uint256 amount)']);

/** A token of the stack. @property perWad What a wad unit is divided by to be the token's own unit. */
interface Token {
  readonly assetId: number;
  readonly address: Address;
  readonly perWad: bigint;
}

/** Gives keys ether for gas, without a transaction. */
export async function giveEther(chain: LocalChain, people: readonly Person[]): Promise<void> {
  await mapConcurrently(people, ({ key }) =>
    chain.request('hardhat_setBalance', [key.address, numberToHex(GAS_MONEY)]),
  );
}

/** Mints, approves and deposits what each plan says, switches profiles, then withdraws what is borrowed. */
export async function openAccounts(
  chain: LocalChain,
  stack: StackAddresses,
  traders: readonly Person[],
  plans: readonly AccountPlan[],
  markets: readonly OpenMarket[],
): Promise<void> {
  const calls: LocalCall[] = [];
  traders.forEach((trader, i) => {
    const plan = plans[i];
    if (plan === undefined) return;
    if (plan.cash > 0n) calls.push(...depositCalls(stack, trader, usdc(stack), plan.cash));
    for (const [symbol, amount] of Object.entries(plan.spot)) {
      calls.push(...depositCalls(stack, trader, collateral(stack, symbol, markets), amount));
    }
    if (plan.profileId !== 0) calls.push(profileCall(stack, trader, plan.profileId));
  });
  await chain.execute(calls);
  const withdrawals = traders.flatMap((trader, i) => withdrawCalls(stack, trader, plans[i]));
  await chain.execute(withdrawals);
}

/** Deposits cash for somebody who is not in the plans, such as the keeper. */
export async function depositCash(
  chain: LocalChain,
  stack: StackAddresses,
  person: Person,
  amount: bigint,
): Promise<void> {
  await chain.execute(depositCalls(stack, person, usdc(stack), amount));
}

/** Mints cash and gives it to the insurance fund. @param amount Wad USD. */
export async function fundInsurance(
  chain: LocalChain,
  stack: StackAddresses,
  from: Person,
  amount: bigint,
): Promise<void> {
  const raw = amount / usdc(stack).perWad;
  const fund = encodeFunctionData({ abi: insuranceFundAbi, functionName: 'fund', args: [raw] });
  await chain.execute([
    ...tokenCalls(from, stack.usdc, stack.insuranceFund, raw),
    { from: from.key, to: stack.insuranceFund, data: fund, gas: 600_000n, label: 'fund insurance' },
  ]);
}

/** Mints cash and provides it to the vault that makes markets. @param amount Wad USD. */
export async function fundVault(
  chain: LocalChain,
  stack: StackAddresses,
  from: Person,
  amount: bigint,
): Promise<void> {
  const raw = amount / usdc(stack).perWad;
  const args = [raw, from.key.address] as const;
  const provide = encodeFunctionData({ abi: liquidityVaultAbi, functionName: 'deposit', args });
  await chain.execute([
    ...tokenCalls(from, stack.usdc, stack.liquidityVault, raw),
    { from: from.key, to: stack.liquidityVault, data: provide, gas: 1_000_000n, label: 'fund the vault' },
  ]);
}

function depositCalls(stack: StackAddresses, person: Person, token: Token, amount: bigint): LocalCall[] {
  const raw = amount / token.perWad;
  const args = [person.account, token.assetId, raw] as const;
  const data = encodeFunctionData({ abi: clearinghouseAbi, functionName: 'deposit', args });
  return [
    ...tokenCalls(person, token.address, stack.clearinghouse, raw),
    {
      from: person.key,
      to: stack.clearinghouse,
      data,
      gas: 400_000n,
      label: `deposit of asset ${token.assetId}`,
    },
  ];
}

function tokenCalls({ key }: Person, token: Address, spender: Address, raw: bigint): LocalCall[] {
  const mint = encodeFunctionData({ abi: mintAbi, functionName: 'mint', args: [key.address, raw] });
  const approve = encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [spender, raw] });
  return [
    { from: key, to: token, data: mint, gas: 120_000n, label: 'mint' },
    { from: key, to: token, data: approve, gas: 80_000n, label: 'approve' },
  ];
}

function profileCall(stack: StackAddresses, { key, account }: Person, profileId: number): LocalCall {
  const data = encodeFunctionData({
    abi: clearinghouseAbi,
    functionName: 'setProfile',
    args: [account, profileId],
  });
  return { from: key, to: stack.clearinghouse, data, gas: 400_000n, label: `profile ${profileId}` };
}

function withdrawCalls(
  stack: StackAddresses,
  { key, account }: Person,
  plan: AccountPlan | undefined,
): LocalCall[] {
  if (plan === undefined || plan.withdraw === 0n) return [];
  const args = [account, CASH_ASSET_ID, plan.withdraw / usdc(stack).perWad, key.address] as const;
  const data = encodeFunctionData({ abi: clearinghouseAbi, functionName: 'withdraw', args });
  return [{ from: key, to: stack.clearinghouse, data, gas: 700_000n, label: 'withdrawal of borrowed cash' }];
}

function usdc(stack: StackAddresses): Token {
  return { assetId: CASH_ASSET_ID, address: stack.usdc, perWad: 10n ** 12n };
}

function collateral(stack: StackAddresses, symbol: string, markets: readonly OpenMarket[]): Token {
  const assetId = markets.find((market) => market.symbol === symbol)?.assetId;
  if (assetId === undefined) throw new Error(`${symbol} is no collateral of the local stack`);
  return symbol === 'BTC'
    ? { assetId, address: stack.wbtc, perWad: 10n ** 10n }
    : { assetId, address: stack.weth, perWad: 1n };
}
