import { expect } from 'chai';
import { network } from 'hardhat';
import {
  createPublicClient,
  createWalletClient,
  erc20Abi,
  getAddress,
  http,
  parseAbi,
  parseSignature,
} from 'viem';
import type { Address, Hash, Hex } from 'viem';
import { hardhat } from 'viem/chains';
import {
  applyEvent,
  assess,
  BTC,
  createLedgerState,
  decodeNovateLog,
  decodeStateLog,
  encodeAccountId,
  encodeInstrumentId,
  ETH,
  hashOrder,
  novateActions,
  novateAddressesSchema,
  NovateContractError,
  orderMatcherAbi,
  parseWad,
  PRESETS,
  sendRequest,
  signOrder,
  signPermit,
  TokenBalanceTooLowError,
  verifyOrder,
} from '@novate/sdk';
import type { AccountId, LedgerState, Market, NovateAddresses, SignedOrder } from '@novate/sdk';
import { connectChain } from '../../cli/src/local/chain.ts';
import { deployLocal } from '../../cli/src/local/deployLocal.ts';
import { mockPermitTokenAbi } from '../../sdk/src/abi/mocks/index.ts';

const USDC = 0;
const WETH = 1;
const WAD = parseWad('1');
const ETH_PERP = encodeInstrumentId({ kind: 'perp', underlying: ETH });
const ETH_PRICE = 4_000n;
const mintable = parseAbi(['function mint(address to, uint256 amount)']);
const aggregator = parseAbi(['function setAnswer(int256 answer)']);

interface Stack {
  readonly url: string;
  readonly addresses: NovateAddresses;
  readonly people: readonly Address[];
  readonly usdc: Address;
  readonly weth: Address;
  readonly ethFeed: Address;
  close(): Promise<void>;
}

/** A node behind HTTP with the whole protocol on it, and accounts that the node signs for. */
async function startStack(): Promise<Stack> {
  const server = await network.createServer('default', '127.0.0.1');
  const { port } = await server.listen();
  const url = `http://127.0.0.1:${port}`;
  const people = await createWalletClient({ chain: hardhat, transport: http(url) }).getAddresses();
  // a chain that is gone tomorrow leaves nothing on disk: Hardhat's own deploy would, for a node behind HTTP
  const deployed = await deployLocal(await connectChain(url), {});
  return {
    url,
    addresses: novateAddressesSchema.parse(deployed),
    people,
    usdc: deployed.usdc,
    weth: deployed.weth,
    ethFeed: deployed.ethFeed,
    close: () => server.close(),
  };
}

describe('SDK over JSON-RPC', () => {
  let stack: Stack;

  before(async () => {
    stack = await startStack();
  });

  after(() => stack.close());

  function clientOf(person: Address) {
    return createWalletClient({
      account: person,
      chain: hardhat,
      transport: http(stack.url),
      pollingInterval: 10,
    }).extend(novateActions(stack.addresses));
  }

  function publicClient() {
    const transport = http(stack.url);
    return createPublicClient({ chain: hardhat, transport, pollingInterval: 10, cacheTime: 0 });
  }

  function person(index: number): { readonly key: Address; readonly account: AccountId } {
    const key = stack.people[index];
    if (key === undefined) throw new Error('too few people');
    return { key, account: encodeAccountId(key) };
  }

  async function mined(hash: Promise<Hash>): Promise<void> {
    const { status } = await publicClient().waitForTransactionReceipt({ hash: await hash });
    expect(status).to.equal('success');
  }

  async function mint(token: Address, to: Address, amount: bigint): Promise<void> {
    const client = clientOf(to);
    await mined(
      client.writeContract({ address: token, abi: mintable, functionName: 'mint', args: [to, amount] }),
    );
  }

  function allowanceOf(token: Address, owner: Address): Promise<bigint> {
    const args = [owner, stack.addresses.clearinghouse] as const;
    return publicClient().readContract({ address: token, abi: erc20Abi, functionName: 'allowance', args });
  }

  async function fund(index: number, usdc: bigint): Promise<void> {
    const { key, account } = person(index);
    await mint(stack.usdc, key, usdc * 10n ** 6n);
    await mined(clientOf(key).novate.sendDeposit({ account, assetId: USDC, amountRaw: usdc * 10n ** 6n }));
  }

  async function setEthPrice(price: bigint): Promise<void> {
    const args = [price * 10n ** 8n] as const;
    const client = clientOf(person(0).key);
    await mined(
      client.writeContract({ address: stack.ethFeed, abi: aggregator, functionName: 'setAnswer', args }),
    );
  }

  async function signed(index: number, size: bigint, limitPrice: bigint): Promise<SignedOrder> {
    const { key, account } = person(index);
    const client = clientOf(key);
    const order = await client.novate.prepareOrder({ account, instrument: ETH_PERP, size, limitPrice });
    return signOrder(client, { order, ...domain() });
  }

  function domain(): { readonly chainId: number; readonly orderMatcher: Address } {
    return { chainId: hardhat.id, orderMatcher: stack.addresses.orderMatcher };
  }

  async function revertOf(call: Promise<unknown>): Promise<NovateContractError> {
    try {
      await call;
    } catch (error) {
      if (error instanceof NovateContractError) return error;
      throw error;
    }
    throw new Error('did not revert');
  }

  async function marketNow(premiums: ReadonlyMap<number, bigint>): Promise<Market> {
    const markets = await clientOf(person(0).key).novate.getMarkets();
    const underlyings = new Map(
      markets.map(({ underlying, price }) => {
        if (price === undefined) throw new Error(`no price of ${underlying}`);
        return [underlying, { index: price.price, premium: premiums.get(underlying) ?? 0n }];
      }),
    );
    return { timestamp: (await publicClient().getBlock()).timestamp, underlyings };
  }

  async function replay(): Promise<{ state: LedgerState; decoded: number; logs: number }> {
    const client = publicClient();
    const addresses = [
      stack.addresses.clearinghouse,
      stack.addresses.liquidator,
      stack.addresses.orderMatcher,
    ];
    const logs = await client.getLogs({ address: addresses, fromBlock: 0n });
    const state = createLedgerState();
    let decoded = 0;
    for (const log of logs) {
      if (decodeNovateLog(log, stack.addresses) !== undefined) decoded += 1;
      if (getAddress(log.address) !== stack.addresses.clearinghouse) continue;
      const event = decodeStateLog(log);
      if (event === undefined) continue;
      const { timestamp } = await client.getBlock({ blockNumber: log.blockNumber });
      applyEvent(state, event, timestamp);
    }
    return { state, decoded, logs: logs.length };
  }

  it('lists the markets and assets of the deployment', async () => {
    const { novate } = clientOf(person(0).key);
    const markets = await novate.getMarkets();
    expect(markets.map(({ underlying }) => underlying)).to.include.members([BTC, ETH]);
    const eth = markets.find(({ underlying }) => underlying === ETH);
    expect(eth?.price).to.include({ price: ETH_PRICE * WAD, status: 'ok' });
    expect(eth?.perpMark).to.equal(ETH_PRICE * WAD);
    const assets = await novate.getAssets();
    expect(assets[USDC]).to.include({
      assetId: USDC,
      token: stack.usdc,
      decimals: 6,
      underlying: 0,
      enabled: true,
    });
    expect(assets[WETH]).to.include({ assetId: WETH, token: stack.weth, underlying: ETH });
  });

  it('deposits by the permit it lists, and withdraws what is free', async () => {
    const { key, account } = person(1);
    const { novate } = clientOf(key);
    const amountRaw = 50_000n * 10n ** 6n;
    const poor = await novate
      .prepareDeposit({ account, assetId: USDC, amountRaw })
      .catch((error: unknown) => error);
    expect(poor).to.be.instanceOf(TokenBalanceTooLowError);

    await mint(stack.usdc, key, amountRaw);
    const blocked = await novate.prepareDeposit({ account, assetId: USDC, amountRaw });
    expect(blocked.requirements.map(({ type }) => type)).to.deep.equal(['permit']);
    await mined(novate.sendDeposit({ account, assetId: USDC, amountRaw }));
    // nothing is left that could be taken
    expect(await allowanceOf(stack.usdc, key)).to.equal(0n);
    expect((await novate.getPortfolio({ account })).portfolio.cash).to.equal(50_000n * WAD);
    expect((await novate.getCashState()).supplied).to.equal(50_000n * WAD);

    await mined(novate.sendWithdraw({ account, assetId: USDC, amountRaw: 10_000n * 10n ** 6n, to: key }));
    expect((await novate.getPortfolio({ account })).portfolio.cash).to.equal(40_000n * WAD);
  });

  it('deposits by a permit that somebody has shown to the token before', async () => {
    const { key, account } = person(7);
    const client = clientOf(key);
    const deposit = { account, assetId: USDC, amountRaw: 5_000n * 10n ** 6n };
    await mint(stack.usdc, key, deposit.amountRaw);
    const { requirements } = await client.novate.prepareDeposit(deposit);
    const [permit] = requirements;
    if (permit?.type !== 'permit') throw new Error('no permit');
    const signed = await signPermit(client, permit);
    const { r, s, v = 27n } = parseSignature(signed.signature);
    await mined(
      clientOf(person(8).key).writeContract({
        address: stack.usdc,
        abi: mockPermitTokenAbi,
        functionName: 'permit',
        args: [
          key,
          stack.addresses.clearinghouse,
          deposit.amountRaw,
          BigInt(signed.deadlineSec),
          Number(v),
          r,
          s,
        ],
      }),
    );
    const prepared = await client.novate.prepareDeposit({ ...deposit, permit: signed });
    if (!prepared.ready) throw new Error('not ready');
    expect(prepared.request.functionName).to.equal('depositWithPermit');
    await mined(sendRequest(client, prepared.request));
    expect((await client.novate.getPortfolio({ account })).portfolio.cash).to.equal(5_000n * WAD);
    // used up now
    await mint(stack.usdc, key, deposit.amountRaw);
    const again = await revertOf(client.novate.prepareDeposit({ ...deposit, permit: signed }));
    expect(again.errorName).to.equal('ERC20InsufficientAllowance');
  });

  it('asks for an approval of a token that takes no permits', async () => {
    const { key, account } = person(7);
    await mint(stack.weth, key, WAD);
    const deposit = { account, assetId: WETH, amountRaw: WAD };
    const { requirements } = await clientOf(key).novate.prepareDeposit(deposit);
    expect(requirements.map(({ type }) => type)).to.deep.equal(['approval']);
    await mined(clientOf(key).novate.sendDeposit(deposit));
    expect(await allowanceOf(stack.weth, key)).to.equal(0n);
  });

  it('explains what would revert, before anything is sent', async () => {
    const { key, account } = person(1);
    const { novate } = clientOf(key);
    const to = key;
    const tooMuch = novate.prepareWithdraw({ account, assetId: USDC, amountRaw: 10n ** 6n * 10n ** 6n, to });
    expect((await revertOf(tooMuch)).remedy).to.match(/^Withdraw less|^Ask for at most/);
    const stranger = clientOf(person(9).key).novate;
    const theft = await revertOf(stranger.prepareWithdraw({ account, assetId: USDC, amountRaw: 1n, to }));
    expect(theft.errorName).to.equal('NotAuthorised');
    expect(theft.sentence).to.equal(
      `${person(9).key} may not withdraw or transfer for account ${getAddress(key)}/0.`,
    );
    expect((await revertOf(novate.prepareSetProfile({ account, profileId: 99 }))).errorName).to.equal(
      'UnknownProfile',
    );
    expect((await revertOf(novate.prepareAccrueFunding({ underlying: 4_000 }))).errorName).to.equal(
      'UnknownInstrument',
    );
    expect((await revertOf(novate.prepareFlag({ account }))).errorName).to.equal('NotLiquidatable');
    expect((await revertOf(novate.prepareClearFlag({ account }))).errorName).to.equal('NotFlagged');
  });

  it('lets an operator act within its scopes', async () => {
    const { key, account } = person(1);
    const operator = person(2).key;
    const subAccount = encodeAccountId(key, 1n);
    const { novate } = clientOf(key);
    const expirySec = Number((await publicClient().getBlock()).timestamp) + 3_600;
    await mined(novate.sendSetOperator({ account, operator, scopes: ['withdraw'], expirySec }));
    expect(await novate.getApproval({ account, operator })).to.deep.equal({
      scopes: ['withdraw'],
      expirySec,
    });
    const move = { from: account, to: subAccount, assetId: USDC, amount: WAD };
    await mined(clientOf(operator).novate.sendTransfer(move));
    expect((await novate.getPortfolio({ account: subAccount })).portfolio.cash).to.equal(WAD);
    await mined(novate.sendSetProfile({ account: subAccount, profileId: 1 }));
    expect((await novate.getPortfolio({ account: subAccount })).profileId).to.equal(1);
  });

  it('pays ahead for the storage of positions', async () => {
    const { key, account } = person(1);
    const { novate } = clientOf(key);
    const before = await novate.getReservedPositions({ account });
    await mined(novate.sendReservePositions({ account, count: before + 2 }));
    expect(await novate.getReservedPositions({ account })).to.equal(before + 2);
    const refused = await revertOf(novate.prepareReservePositions({ account, count: 65 }));
    expect(refused.errorName).to.equal('TooManyPositions');
  });

  it('trades signed orders, and assesses the account as the twin does', async () => {
    await fund(2, 1_000_000n);
    const trader = person(1);
    await mint(stack.weth, trader.key, 2n * WAD);
    await mined(
      clientOf(trader.key).novate.sendDeposit({
        account: trader.account,
        assetId: WETH,
        amountRaw: 2n * WAD,
      }),
    );
    const [buy, sell] = [await signed(1, 50n * WAD, 4_010n * WAD), await signed(2, -80n * WAD, 4_000n * WAD)];
    expect(await verifyOrder(publicClient(), { signedOrder: buy, ...domain() })).to.equal(true);
    const onChain: Hex = await publicClient().readContract({
      address: stack.addresses.orderMatcher,
      abi: orderMatcherAbi,
      functionName: 'orderHash',
      args: [sell.order],
    });
    expect(hashOrder(sell.order, domain())).to.equal(onChain);

    const { novate } = clientOf(person(5).key);
    const prepared = await novate.prepareMatchOrders({ maker: sell, taker: buy });
    expect(prepared).to.include({ ready: true, result: 50n * WAD });
    await mined(novate.sendMatchOrders({ maker: sell, taker: buy }));
    const { account } = person(1);
    expect((await novate.getPosition({ account, instrument: ETH_PERP })).size).to.equal(50n * WAD);
    expect(await novate.getOrderFill({ account: person(2).account, nonce: sell.order.nonce })).to.deep.equal({
      state: 'partial',
      filled: 50n * WAD,
    });

    const [report, margin] = [await novate.getReport({ account }), await novate.getMargin({ account })];
    const { portfolio, premiums } = await novate.getPortfolio({ account });
    const { status, ...assessment } = report;
    expect(status).to.equal('ok');
    expect(assessment).to.deep.equal(assess(portfolio, await marketNow(premiums), PRESETS.portfolio));
    const { equity, initialMargin, maintenanceMargin, unrealised } = report;
    expect(margin).to.deep.equal({ equity, initialMargin, maintenanceMargin, unrealised, status });
  });

  it('cancels orders, one and all', async () => {
    const { key, account } = person(1);
    const { novate } = clientOf(key);
    const [first, second] = [await signed(1, WAD, 4_010n * WAD), await signed(1, WAD, 4_010n * WAD)];
    const sell = await signed(2, -WAD, 4_000n * WAD);
    await mined(novate.sendCancelOrder({ account, nonce: first.order.nonce }));
    expect(await novate.getOrderFill({ account, nonce: first.order.nonce })).to.include({
      state: 'cancelled',
    });
    const cancelled = await revertOf(novate.prepareMatchOrders({ maker: sell, taker: first }));
    expect(cancelled.errorName).to.equal('OrderIsCancelled');
    await mined(novate.sendCancelAllOrders({ account }));
    expect(await novate.getEpoch({ account })).to.equal(second.order.epoch + 1);
    expect((await revertOf(novate.prepareMatchOrders({ maker: sell, taker: second }))).errorName).to.equal(
      'WrongEpoch',
    );
  });

  it('liquidates within the bounds of the quote', async () => {
    await fund(3, 500_000n);
    const { account } = person(1);
    const { account: liquidator, key } = person(3);
    const { novate } = clientOf(key);
    await setEthPrice(3_300n);
    const { liquidatable, margin } = await novate.isLiquidatable({ account });
    expect(liquidatable, `equity ${margin.equity}, MM ${margin.maintenanceMargin}`).to.equal(true);
    const [assessed, missing] = await novate.assessMany({ accounts: [account, encodeAccountId(key, 77n)] });
    expect(assessed).to.include({ ok: true, state: 'liquidatable' });
    expect(missing).to.include({ ok: true, state: 'healthy' });
    await mined(novate.sendFlag({ account }));

    const self = novate.prepareLiquidate({ account, liquidator: account });
    expect((await revertOf(self)).errorName).to.equal('SelfLiquidation');
    const greedy = novate.prepareLiquidate({ account, liquidator, minReward: 10n ** 6n * WAD });
    expect((await revertOf(greedy)).errorName).to.equal('RewardTooLow');
    const prepared = await novate.prepareLiquidate({ account, liquidator });
    expect(prepared.selection.instruments).to.deep.equal([ETH_PERP]);
    expect(
      prepared.minReward > 0n && prepared.minReward < prepared.quote.penalty + prepared.quote.incentive,
    ).to.equal(true);

    const { selection, minReward } = prepared;
    const bounds = { selection, minReward, minCash: -(10n ** 30n) };
    const batch = await novate.prepareLiquidateBatch({
      liquidator,
      liquidations: [
        { account: encodeAccountId(key, 77n), ...bounds },
        { account, ...bounds },
      ],
    });
    const [healthy, below] = batch.ready ? batch.result : [];
    expect(healthy?.done === false && healthy.error?.errorName).to.equal('PositionNotFound');
    expect(below?.done).to.equal(true);
    const insolvent = novate.prepareDeleverage({ account });
    expect((await revertOf(insolvent)).errorName).to.equal('NotInsolvent');
    const { assets, claims, badDebt } = await novate.getSolvency();
    expect(assets >= claims && badDebt === 0n).to.equal(true);

    const cashBefore = (await novate.getPortfolio({ account: liquidator })).portfolio.cash;
    await mined(novate.sendLiquidate({ account, liquidator }));
    const { portfolio } = await novate.getPortfolio({ account: liquidator });
    // the penalty ramps up by the second
    expect(portfolio.cash - cashBefore >= prepared.cash).to.equal(true);
    expect(prepared.cash < 0n, 'collateral costs more than the reward').to.equal(true);
    expect(prepared.minCash < prepared.cash).to.equal(true);
    expect(portfolio.legs).to.have.length(1);
    expect((await novate.isLiquidatable({ account })).liquidatable).to.equal(false);
    expect((await revertOf(novate.prepareLiquidate({ account, liquidator }))).errorName).to.equal(
      'NotLiquidatable',
    );
  });

  it('rebuilds every account from the events alone', async () => {
    const { novate } = clientOf(person(5).key);
    await mined(novate.sendAccrueFunding({ underlying: ETH }));
    await mined(novate.sendAccrueInterest());
    const { state, decoded, logs } = await replay();
    expect(decoded).to.equal(logs);
    expect(state.accounts.size).to.be.at.least(4);
    for (const [account, rebuilt] of state.accounts) {
      const { portfolio, balances, profileId } = await novate.getPortfolio({ account });
      expect(rebuilt.profileId).to.equal(profileId);
      expect([...rebuilt.positions.values()].map(({ size }) => size)).to.deep.equal(
        portfolio.legs.map(({ size }) => size),
      );
      expect([...rebuilt.collateral]).to.deep.equal(balances.map(({ assetId, amount }) => [assetId, amount]));
      for (const [instrument, position] of rebuilt.positions) {
        expect(await novate.getPosition({ account, instrument })).to.deep.equal(position);
      }
    }
    const cash = await novate.getCashState();
    expect(state.cash).to.include({ supplyRate: cash.supplyRate, borrowRate: cash.borrowRate });
    const eth = (await novate.getMarkets()).find(({ underlying }) => underlying === ETH);
    expect(state.perps.get(ETH)?.openInterest).to.equal(eth?.state.openInterest);
  });
});
