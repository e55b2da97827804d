import { expect } from 'chai';
import { network } from 'hardhat';
import {
  createNovateClient,
  encodeAccountId,
  ETH,
  liquidityVaultAbi,
  NovateContractError,
} from '@novate/sdk';
import type { NovateViemClient } from '@novate/sdk';
import { createTestClient, createWalletClient, http } from 'viem';
import type { Address, Hash } from 'viem';
import { parseAccount } from 'viem/accounts';
import { hardhat } from 'viem/chains';
import { connectChain } from '../../cli/src/local/chain.ts';
import { deployLocal } from '../../cli/src/local/deployLocal.ts';
import type { StackAddresses } from '../../cli/src/local/deployLocal.ts';
import { bindTestActions } from '../../sdk/src/testing/testActions.ts';
import type { TestActions } from '../../sdk/src/testing/testActions.ts';

const WAD = 10n ** 18n;
const USDC = 10n ** 6n;
const DAY_SEC = 86_400;

describe('SDK: the liquidity vault', () => {
  let close: () => Promise<void>;
  let url: string;
  let stack: StackAddresses;
  let world: TestActions;
  let provider: NovateViemClient<typeof hardhat>;
  let trader: NovateViemClient<typeof hardhat>;
  let owner: Address;

  before(async () => {
    const server = await network.createServer('default', '127.0.0.1');
    close = () => server.close();
    url = `http://127.0.0.1:${(await server.listen()).port}`;
    const node = createWalletClient({ chain: hardhat, transport: http(url), pollingInterval: 10 });
    const [deployer, first, second] = await node.getAddresses();
    if (deployer === undefined || first === undefined || second === undefined) throw new Error('no keys');
    owner = first;
    stack = await deployLocal(await connectChain(url), {});
    world = bindTestActions(node, stack, parseAccount(deployer));
    const clientOf = (account: Address) =>
      createNovateClient({
        addresses: stack,
        chain: hardhat,
        transport: http(url),
        account,
        pollingInterval: 10,
      });
    [provider, trader] = [clientOf(first), clientOf(second)];
    await world.mint({ token: 'usdc', to: first, amountRaw: 1_000_000n * USDC });
    await world.fundAccount({ owner: trader, amountRaw: 100_000n * USDC });
  });

  after(() => close());

  async function mined(hash: Promise<Hash>): Promise<void> {
    const { status } = await provider.waitForTransactionReceipt({ hash: await hash });
    expect(status).to.equal('success');
  }

  async function wait(seconds: number): Promise<void> {
    const node = createTestClient({ mode: 'hardhat', chain: hardhat, transport: http(url) });
    await node.increaseTime({ seconds });
    await node.mine({ blocks: 1 });
  }

  async function errorOf(call: Promise<unknown>): Promise<string> {
    try {
      await call;
    } catch (error) {
      if (error instanceof NovateContractError) return error.errorName;
      throw error;
    }
    return 'none';
  }

  it('says what an empty vault is, and takes a deposit after its approval', async () => {
    const empty = await provider.novate.getVaultStatus();
    expect(empty.sharePrice).to.equal(WAD);
    expect([empty.worthRaw, empty.shares]).to.deep.equal([0n, 0n]);
    expect(empty.markets.map(({ underlying }) => underlying)).to.deep.equal([1, 2, 3]);
    const deposit = { amountRaw: 500_000n * USDC };
    const blocked = await provider.novate.prepareDepositToVault(deposit);
    expect(blocked.requirements.map(({ spender }) => spender)).to.deep.equal([empty.address]);
    await mined(provider.novate.sendDepositToVault(deposit));
    const { shares, valueRaw } = await provider.novate.getVaultHolding({ owner });
    expect([shares, valueRaw]).to.deep.equal([500_000n * USDC * 10n ** 6n, 500_000n * USDC]);
  });

  it('tells inventory, skew and both quotes as the vault does, and worth as its account stands', async () => {
    const account = encodeAccountId(trader.account?.address ?? owner);
    await mined(trader.novate.sendTradeWithVault({ account, underlying: ETH, size: 12n * WAD }));
    const status = await provider.novate.getVaultStatus({ quoteSize: 2n * WAD });
    const market = status.markets.find(({ underlying }) => underlying === ETH);
    expect(market?.inventory).to.equal(-12n * WAD);
    expect(market?.skew).to.equal((-12n * WAD * WAD) / (market?.positionCap ?? 1n));
    const at = { address: status.address, abi: liquidityVaultAbi, blockNumber: status.blockNumber } as const;
    const ask = await provider.readContract({ ...at, functionName: 'quote', args: [ETH, 2n * WAD] });
    const bid = await provider.readContract({ ...at, functionName: 'quote', args: [ETH, -2n * WAD] });
    expect(market?.buy.quote).to.deep.equal(ask);
    expect(market?.sell.quote).to.deep.equal(bid);
    // more of what it already has sold costs more than what brings it back
    expect(ask.spread > bid.spread && ask.adds && !bid.adds).to.equal(true);
    const report = await provider.novate.getMargin({
      account: status.account,
      blockNumber: status.blockNumber,
    });
    expect(status.margin).to.deep.equal(report);
    // it has earned the spread, and more of its worth counts for who comes than for who leaves
    expect(status.worthRaw > 500_000n * USDC).to.equal(true);
    expect(status.worthToEnterRaw > status.worthRaw && status.worthRaw > status.worthToLeaveRaw).to.equal(
      true,
    );
  });

  it('walks through the states of a request, and pays what is due', async () => {
    const { novate } = provider;
    const stateOf = async () => (await novate.getVaultHolding({ owner })).request.state;
    const { shares } = await novate.getVaultHolding({ owner });
    expect(await stateOf()).to.equal('none');
    expect(await errorOf(novate.prepareRedeemFromVault())).to.equal('NothingRequested');
    await mined(novate.sendRequestVaultRedemption({ shares }));
    expect(await stateOf()).to.equal('waiting');
    expect(await errorOf(novate.prepareRedeemFromVault())).to.equal('RequestNotReady');
    await mined(novate.sendCancelVaultRedemption());
    expect((await novate.getVaultHolding({ owner })).shares).to.equal(shares);
    await mined(novate.sendRequestVaultRedemption({ shares }));
    await wait(3 * DAY_SEC);
    expect(await stateOf()).to.equal('lapsed');
    expect(await errorOf(novate.prepareRedeemFromVault())).to.equal('RequestLapsed');
    await mined(novate.sendRequestVaultRedemption({ shares: 0n }));
    await wait(DAY_SEC);
    expect(await stateOf()).to.equal('due');
  });

  it('says why there is no quote and no way in or out while a price is stale', async () => {
    const { novate } = provider;
    const { markets, maxDepositRaw } = await novate.getVaultStatus();
    expect(markets.map(({ buy }) => buy.error?.errorName)).to.deep.equal(Array(3).fill('PriceNotFresh'));
    expect(maxDepositRaw).to.equal(0n);
    expect(await errorOf(novate.prepareRedeemFromVault())).to.equal('ERC4626ExceededMaxRedeem');
  });

  it('pays who is due, but not what its margin needs', async () => {
    const { novate } = provider;
    await world.setPrice({ underlying: 'ETH', price: 4_000n * WAD });
    const before = await novate.getVaultHolding({ owner });
    const prepared = await novate.prepareRedeemFromVault();
    expect(prepared.ready).to.equal(true);
    expect(before.redeemable > 0n && before.redeemable < before.request.shares).to.equal(true);
    const read = () =>
      provider.readContract({
        address: stack.usdc,
        abi: liquidityVaultAbi,
        functionName: 'balanceOf',
        args: [owner],
      });
    const held = await read();
    await mined(novate.sendRedeemFromVault({ shares: before.redeemable / 2n }));
    const got = (await read()) - held;
    const expected = (before.valueRaw * before.redeemable) / before.request.shares / 2n;
    // a second more of interest and of the range that closes
    expect(Math.abs(Number(got) / Number(expected) - 1)).to.be.lessThan(1e-4);
  });
});
