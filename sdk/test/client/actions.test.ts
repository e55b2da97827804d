import { expect } from 'chai';
import { createPublicClient, createWalletClient, encodeErrorResult, getAddress, parseAbi } from 'viem';
import { writeContract } from 'viem/actions';
import type { Address } from 'viem';
import { liquidatorAbi, marginLensAbi, orderMatcherAbi } from '../../src/abi/index.ts';
import type { NovateAddresses } from '../../src/addresses/index.ts';
import {
  clearinghouseAbi,
  decodeScopes,
  encodeScopes,
  MissingSenderError,
  novateActions,
  TokenBalanceTooLowError,
  UnexpectedValueError,
} from '../../src/client/index.ts';
import {
  encodeAccountId,
  encodeInstrumentId,
  encodePositionWord,
  encodeSpotWord,
} from '../../src/codec/index.ts';
import { externalErrorsAbi } from '../../src/errors/externalErrorsAbi.ts';
import { NovateContractError } from '../../src/errors/index.ts';
import { BLOCK_TIMESTAMP, fakeNode, GAS_ESTIMATE, Reverted } from './fakeNode.ts';
import type { FakeContract, FakeNode } from './fakeNode.ts';

const WAD = 10n ** 18n;
const at = (digit: string): Address => getAddress(`0x${digit.repeat(40)}`);
const addresses: NovateAddresses = {
  clearinghouse: at('1'),
  liquidator: at('2'),
  orderMatcher: at('3'),
  riskEngine: at('4'),
  priceRouter: at('5'),
  marginLens: at('6'),
};
const TOKEN = at('7');
const SENDER = at('8');
const ACCOUNT = encodeAccountId(SENDER, 0n);
const VICTIM = encodeAccountId(at('9'), 1n);
const ETH_PERP = encodeInstrumentId({ kind: 'perp', underlying: 2 });

const margin = {
  equity: 90n * WAD,
  initialMargin: 150n * WAD,
  maintenanceMargin: 100n * WAD,
  unrealised: -5n,
  status: 0,
};

function clientOf(node: FakeNode) {
  return createWalletClient({ account: SENDER, transport: node.transport, pollingInterval: 1 }).extend(
    novateActions(addresses),
  );
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('did not fail');
}

/** A token with the given balance that, like some, refuses to change an allowance that is not zero. */
function tokenStack({
  balance,
  allowance,
  strict = false,
}: {
  balance: bigint;
  allowance: bigint;
  strict?: boolean;
}) {
  let allowed = allowance;
  const token: FakeContract = {
    address: TOKEN,
    abi: parseAbi([
      'function approve(address spender, uint256 amount)',
      'function allowance(address owner, address spender) view returns (uint256)',
      'function balanceOf(address account) view returns (uint256)',
    ]),
    functions: {
      balanceOf: () => balance,
      allowance: () => allowed,
      approve: ([, amount]) => {
        if (strict && allowed !== 0n && amount !== 0n) throw new Reverted('0x12345678');
        return undefined;
      },
    },
  };
  const clearinghouse: FakeContract = {
    address: addresses.clearinghouse,
    abi: clearinghouseAbi,
    functions: {
      assetInfo: () => ({ token: TOKEN, decimals: 6, underlying: 0, enabled: true, recorded: 0n, cap: WAD }),
      deposit: ([, assetId]) => {
        if (assetId === 9) {
          throw new Reverted(
            encodeErrorResult({ abi: clearinghouseAbi, errorName: 'AssetDisabled', args: [9] }),
          );
        }
        return undefined;
      },
    },
  };
  const node = fakeNode([token, clearinghouse]);
  return { node, allow: (amount: bigint) => void (allowed = amount) };
}

describe('prepareDeposit', () => {
  const parameters = { account: ACCOUNT, assetId: 0, amountRaw: 500n };

  it('is ready with gas where the allowance suffices', async () => {
    const { node } = tokenStack({ balance: 500n, allowance: 500n });
    const prepared = await clientOf(node).novate.prepareDeposit(parameters);
    expect(prepared).to.deep.include({ ready: true, requirements: [] });
    expect(prepared.request).to.include({ functionName: 'deposit', gas: (GAS_ESTIMATE * 6n) / 5n });
    expect(prepared.request.args).to.deep.equal([ACCOUNT, 0, 500n]);
  });

  it('lists an approval of exactly the amount, with a request that viem sends', async () => {
    const { node } = tokenStack({ balance: 500n, allowance: 499n });
    const client = clientOf(node);
    const prepared = await client.novate.prepareDeposit(parameters);
    expect(prepared.ready).to.equal(false);
    const [approval, ...more] = prepared.requirements;
    expect(more).to.deep.equal([]);
    expect(approval).to.deep.include({ type: 'approval', token: TOKEN, amountRaw: 500n });
    if (approval?.type !== 'approval') throw new Error('no approval');
    await writeContract(client, { ...approval.request, chain: null });
    expect(node.sent).to.deep.equal([
      { to: TOKEN, functionName: 'approve', args: [addresses.clearinghouse, 500n], gas: undefined },
    ]);
  });

  it('resets the allowance first where the token wants that', async () => {
    const { node } = tokenStack({ balance: 500n, allowance: 499n, strict: true });
    const { requirements } = await clientOf(node).novate.prepareDeposit(parameters);
    expect(requirements.map(({ amountRaw }) => amountRaw)).to.deep.equal([0n, 500n]);
  });

  it('says what is missing, and who is asked', async () => {
    const { node } = tokenStack({ balance: 499n, allowance: 0n });
    const poor = await failureOf(clientOf(node).novate.prepareDeposit(parameters));
    expect(poor).to.be.instanceOf(TokenBalanceTooLowError).and.include({ balanceRaw: 499n, neededRaw: 500n });
    const anonymous = createPublicClient({ transport: node.transport }).extend(novateActions(addresses));
    expect(await failureOf(anonymous.novate.prepareDeposit(parameters))).to.be.instanceOf(MissingSenderError);
  });

  it('throws the decoded error of a call that would revert', async () => {
    const { node } = tokenStack({ balance: 500n, allowance: 500n });
    const error = await failureOf(clientOf(node).novate.prepareDeposit({ ...parameters, assetId: 9 }));
    expect(error).to.be.instanceOf(NovateContractError).and.include({ errorName: 'AssetDisabled' });
  });

  it('is sent after its approval', async () => {
    const { node, allow } = tokenStack({ balance: 500n, allowance: 0n });
    const client = clientOf(node);
    const early = await failureOf(client.novate.sendDeposit(parameters));
    expect(early).to.have.property('name', 'RequirementsNotMetError');
    expect(node.sent.map(({ functionName }) => functionName)).to.deep.equal(['approve']);
    allow(500n);
    const hash = await client.novate.sendDeposit(parameters);
    expect(BigInt(hash)).to.equal(2n);
    expect(node.sent.map(({ functionName }) => functionName)).to.deep.equal(['approve', 'deposit']);
  });
});

describe('prepareLiquidate', () => {
  const selection = { instruments: [ETH_PERP], sizes: [2n * WAD], assetIds: [1], amounts: [WAD] };
  const quote = {
    before: margin,
    next: { ...margin, equity: 95n * WAD },
    relief: 40n * WAD,
    phi: WAD / 10n,
    penalty: 4n * WAD,
    incentive: WAD,
    cashToAccount: -70n * WAD,
  };
  // 5 earned less 1000 paid for collateral
  const CASH = -995n * WAD;

  function stack(): FakeNode {
    const liquidator: FakeContract = {
      address: addresses.liquidator,
      abi: liquidatorAbi,
      functions: {
        proRata: () => [selection, WAD / 2n],
        quote: () => quote,
        liquidate: ([call]) => {
          const minCash: unknown = Reflect.get(Object(call), 'minCash');
          if (typeof minCash !== 'bigint') throw new Error('no minCash');
          const args = [CASH, minCash] as const;
          if (CASH < minCash) {
            throw new Reverted(encodeErrorResult({ abi: liquidatorAbi, errorName: 'CashTooLow', args }));
          }
          return quote;
        },
      },
    };
    return fakeNode([liquidator]);
  }

  it('bounds reward and cash by the quote less 1%, and time by two minutes', async () => {
    const prepared = await clientOf(stack()).novate.prepareLiquidate({
      account: VICTIM,
      liquidator: ACCOUNT,
    });
    expect(prepared.selection).to.deep.equal(selection);
    expect(prepared.quote.before).to.deep.equal({ ...margin, status: 'ok' });
    expect(prepared.minReward).to.equal((5n * WAD * 99n) / 100n);
    expect(prepared.cash).to.equal(CASH);
    expect(prepared.minCash).to.equal(CASH - (1005n * WAD) / 100n);
    expect(prepared.deadlineSec).to.equal(Number(BLOCK_TIMESTAMP) + 120);
    const { minReward, minCash, deadlineSec } = prepared;
    const call = { account: VICTIM, liquidator: ACCOUNT, selection, minReward, minCash, deadlineSec };
    expect(prepared.request.args).to.deep.equal([call]);
    expect(prepared.result.penalty).to.equal(quote.penalty);
  });

  it('takes the bounds it is given', async () => {
    const bounds = { minReward: 1n, minCash: -996n * WAD, deadlineSec: 3 };
    const prepared = await clientOf(stack()).novate.prepareLiquidate({
      account: VICTIM,
      liquidator: ACCOUNT,
      selection: { ...selection, instruments: [], sizes: [] },
      ...bounds,
    });
    expect(prepared).to.include(bounds);
    const exact = await clientOf(stack()).novate.prepareLiquidate({
      account: VICTIM,
      liquidator: ACCOUNT,
      slippageBps: 0n,
    });
    expect(exact).to.include({ minReward: 5n * WAD, minCash: CASH });
  });
});

describe('reads', () => {
  const word = encodePositionWord({
    instrument: { kind: 'perp', underlying: 2 },
    size: -WAD,
    cost: 7n,
    epoch: 12_500n,
  });
  const portfolio = {
    cash: -5n,
    profileId: 1n,
    legs: [word],
    premiums: [3n],
    spot: [encodeSpotWord({ assetId: 4, underlying: 2, amount: WAD })],
  };
  const clearinghouse: FakeContract = {
    address: addresses.clearinghouse,
    abi: clearinghouseAbi,
    functions: {
      portfolioOf: () => portfolio,
      marginOf: () => ({ ...margin, status: 7 }),
      approvalOf: () => ({ scopes: 9, expirySec: 5 }),
    },
  };
  const reason = encodeErrorResult({ abi: externalErrorsAbi, errorName: 'SizeOutOfBounds', args: [2n, 1n] });
  const lens: FakeContract = {
    address: addresses.marginLens,
    abi: marginLensAbi,
    functions: {
      assessMany: ([accounts]) =>
        (Array.isArray(accounts) ? accounts : []).map((account: unknown, i) => ({
          account,
          ok: i === 0,
          margin,
          state: 2,
          flaggedAt: 6,
          reason: i === 0 ? '0x' : reason,
        })),
      // the underlying that was asked for comes back as the equity
      healthAt: ([, underlying, shock]) => [
        { ...margin, equity: BigInt(Number(underlying)), unrealised: shock },
        3,
      ],
      healthAtMany: ([queries]) =>
        (Array.isArray(queries) ? queries : []).map((query: { underlying: number; shock: bigint }, i) => ({
          ok: i === 0,
          margin: { ...margin, equity: BigInt(query.underlying), unrealised: query.shock },
          state: 1,
          reason: i === 0 ? '0x' : reason,
        })),
    },
  };
  const matcher: FakeContract = {
    address: addresses.orderMatcher,
    abi: orderMatcherAbi,
    functions: {
      filledOf: ([, nonce]) => (nonce === 1n ? [3, 0n] : [1, 8n]),
      epochOf: () => 4,
      fees: () => [2, 5],
    },
  };
  const { novate } = clientOf(fakeNode([clearinghouse, lens, matcher]));

  it('decode a portfolio for the twin', async () => {
    expect(await novate.getPortfolio({ account: ACCOUNT })).to.deep.equal({
      portfolio: {
        cash: -5n,
        legs: [{ kind: 'perp', underlying: 2, size: -WAD, cost: 7n }],
        spot: [{ underlying: 2, amount: WAD }],
      },
      premiums: new Map([[2, 3n]]),
      scales: new Map([[2, 12_500n]]),
      profileId: 1,
      balances: [{ assetId: 4, underlying: 2, amount: WAD }],
    });
  });

  it('assess many accounts, each with its margin or its error', async () => {
    const [good, bad] = await novate.assessMany({ accounts: [ACCOUNT, VICTIM] });
    const base = { flaggedAt: 6 };
    expect(good).to.deep.equal({
      ...base,
      account: ACCOUNT,
      ok: true,
      margin: { ...margin, status: 'ok' },
      state: 'liquidatable',
    });
    expect(bad).to.include({ ...base, account: VICTIM, ok: false });
    expect(bad).to.have.nested.property('error.errorName', 'SizeOutOfBounds');
  });

  it('value an account with one index moved, or all of them, by one or many queries', async () => {
    const shock = -WAD / 10n;
    const one = { ...margin, equity: 2n, unrealised: shock, status: 'ok' };
    expect(await novate.getHealthAt({ account: ACCOUNT, underlying: 2, shock })).to.deep.equal({
      margin: one,
      state: 'insolvent',
    });
    const all = await novate.getHealthAt({ account: ACCOUNT, shock });
    expect(all.margin.equity).to.equal(0n);
    const queries = [
      { account: ACCOUNT, shock },
      { account: VICTIM, underlying: 2, shock },
    ];
    const [good, bad] = await novate.getHealthAtMany({ queries });
    expect(good).to.deep.equal({ ok: true, margin: { ...one, equity: 0n }, state: 'atRisk' });
    expect(bad).to.include({ ok: false }).and.to.have.nested.property('error.errorName', 'SizeOutOfBounds');
  });

  it('refuse values of a release they do not know', async () => {
    expect(await failureOf(novate.getMargin({ account: ACCOUNT }))).to.be.instanceOf(UnexpectedValueError);
  });

  it('decode approvals, fills and epochs', async () => {
    const approval = await novate.getApproval({ account: ACCOUNT, operator: SENDER });
    expect(approval).to.deep.equal({ scopes: ['trade', 'liquidate'], expirySec: 5 });
    expect(encodeScopes(decodeScopes(9))).to.equal(9);
    expect(await novate.getOrderFill({ account: ACCOUNT, nonce: 1n })).to.deep.equal({
      state: 'cancelled',
      filled: 0n,
    });
    expect(await novate.getOrderFill({ account: ACCOUNT, nonce: 2n })).to.deep.equal({
      state: 'partial',
      filled: 8n,
    });
    expect(await novate.getEpoch({ account: ACCOUNT })).to.equal(4);
  });

  it('fill an order from the chain', async () => {
    const order = await novate.prepareOrder({
      account: ACCOUNT,
      instrument: ETH_PERP,
      size: WAD,
      limitPrice: WAD,
    });
    expect(order).to.include({ epoch: 4, maxFee: WAD / 1000n, expirySec: Number(BLOCK_TIMESTAMP) + 86_400 });
  });
});
