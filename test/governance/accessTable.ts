import accessManager from '@openzeppelin/contracts/build/contracts/AccessManager.json' with { type: 'json' };
import { clearinghouseAbi, encodeAccountId, PRESETS, profileToStruct } from '@novate/sdk';
import { encodeFunctionData, toFunctionSelector } from 'viem';
import type { Abi, Address, Hex } from 'viem';
import { GUARDIAN_ROLE } from '../../deploy/stack/defaults.ts';
import type { Actor } from './actors.ts';
import type { World } from './world.ts';

/** A call that the admins schedule. */
export interface Operation {
  readonly target: Address;
  readonly data: Hex;
}

/**
 * Who may call a function. @property timelocked They must schedule it first and wait. @property args Its arguments, none
 * unless given. @property answers What it tells those who may, with these arguments: `ok`, or the name of an error that has
 * nothing to do with who calls. @property refusals What else than an error of access refuses the others.
 * @property scheduledAs What must be scheduled, where it is not the call itself.
 */
export interface Row {
  readonly who: 'anyone' | readonly Actor[];
  readonly timelocked?: boolean;
  readonly args?: (world: World) => readonly unknown[];
  readonly answers?: readonly string[] | 'any';
  readonly refusals?: readonly string[];
  readonly scheduledAs?: (world: World) => Operation;
}
export type Rows = Readonly<Record<string, Row>>;

const WAD = 10n ** 18n;
const ETH = 2;
const HOUR = 3_600;
/** Expiries, in hours since 1970: one long gone, one far off. */
const PAST_HOUR = 480_000;
const FAR_HOUR = 900_000;
const ADMIN_ROLE = 0n;
const NO_SOURCE = {
  kind: 0,
  feed: `0x${'0'.repeat(40)}`,
  priceId: `0x${'0'.repeat(64)}`,
  maxAgeSec: 0,
  minPrice: 0n,
  maxPrice: 0n,
  maxConfidenceBps: 0,
} as const;

const account = ({ people }: World, subAccount = 0n) => encodeAccountId(people.owner, subAccount);
const house = (world: World) => world.addressOf('Clearinghouse');

type Args = (world: World) => readonly unknown[];

const anyone = (args: Args = () => [], ...answers: string[]): Row => ({
  who: 'anyone',
  args,
  answers: answers.length === 0 ? ['ok'] : answers,
});
const only = (who: readonly Actor[], args: Args = () => [], ...answers: string[]): Row => ({
  ...anyone(args, ...answers),
  who,
});
const admins = (args: Args = () => []): Row => ({ who: ['governor', 'deployer'], timelocked: true, args });
const guardian = (args: Args = () => []): Row => only(['guardian'], args);
const nobody = (args: Args): Row => only([], args);

/** Only the manager itself, when an admin moves the contract to another manager (`updateAuthority`). */
const AUTHORITY: Rows = { setAuthority: only(['accessManager'], (w) => [w.addressOf('AccessManager')]) };

const PERP = {
  enabled: true,
  openInterestCap: WAD,
  premiumDepthUsd: 10_000_000n,
  priceBandBps: 500n,
  scaleFromBps: 0n,
  scaleToBps: 0n,
};
const SELECTION = { instruments: [], sizes: [], assetIds: [], amounts: [] };
const liquidation = (w: World) => ({
  account: account(w, 7n),
  liquidator: account(w),
  selection: SELECTION,
  minReward: 0n,
  minCash: -(1n << 255n),
  deadlineSec: 2 ** 40 - 1,
});
const trade = (w: World) => ({
  buyer: account(w),
  seller: account(w, 1n),
  instrument: 0n,
  size: WAD,
  price: WAD,
  buyerFee: 0n,
  sellerFee: 0n,
});
const order = (w: World, size: bigint, instrument = 0n) => ({
  order: {
    account: account(w),
    instrument,
    size,
    limitPrice: 1n,
    maxFee: 0n,
    nonce: 1n,
    epoch: 0,
    expirySec: 2 ** 40 - 1,
    reduceOnly: false,
    postOnly: false,
  },
  signer: w.people.owner,
  signature: '0x' as const,
});
/** Triggered at once, whatever the price. */
const triggerOrder = (w: World, instrument = 0n) => {
  const { order: terms, signer, signature } = order(w, -1n, instrument);
  const noSignature = { signer, signature };
  return { triggerOrder: { order: terms, triggerPrice: 1n, above: true, tip: 0n }, ...noSignature };
};
const NO_WORD: Hex = `0x${'0'.repeat(64)}`;
const ETH_PERP = (1n << 92n) | (BigInt(ETH) << 80n);

const CLEARINGHOUSE: Rows = {
  ...AUTHORITY,
  // traders
  deposit: only(['owner', 'depositOperator'], (w) => [account(w), 0, 1_000_000n]),
  depositWithPermit: only(
    ['owner', 'depositOperator'],
    // a permit that nobody signed: the approval that is there already decides
    (w) => [account(w), 0, 1_000_000n, 0n, 27, NO_WORD, NO_WORD],
  ),
  withdraw: only(['owner', 'withdrawOperator'], (w) => [account(w), 0, 1_000_000n, w.people.owner]),
  transfer: only(['owner', 'withdrawOperator'], (w) => [account(w), account(w, 1n), 0, WAD]),
  setProfile: only(['owner', 'tradeOperator'], (w) => [account(w), 1]),
  setOperator: only(['owner'], (w) => [account(w), w.people.stranger, 1, 1]),
  // anyone
  accrueInterest: anyone(),
  accrueFunding: anyone(() => [ETH]),
  settleExpired: anyone((w) => [[account(w)]]),
  reservePositions: anyone((w) => [account(w), 1n]),
  sweepFees: anyone((w) => [w.addressOf('OrderMatcher')]),
  // modules, and the core's call of itself in the midst of an action
  trade: only(['venue', 'vault'], (w) => [trade(w)], 'UnknownInstrument'),
  tradeWithTip: only(
    ['venue', 'vault'],
    (w) => [trade(w), { to: account(w, 1n), amount: 1n, byBuyer: true }],
    'UnknownInstrument',
  ),
  setFlag: only(['liquidator'], (w) => [account(w), 1]),
  coverBadDebt: only(['liquidator'], (w) => [account(w)], 'AccountNotEmpty'),
  executeLiquidation: only(['liquidator'], (w) => [liquidation(w), w.people.owner, 0n, 0n], 'EmptyBasket'),
  executeDeleverage: only(['liquidator'], (w) => [account(w)], 'NothingToDeleverage'),
  settleWithin: nobody((w) => [account(w)]),
  // what reduces risk
  pause: guardian(),
  tightenPerp: guardian(() => [ETH, true, WAD]),
  tightenDated: guardian(() => [ETH, true, WAD]),
  tightenAsset: guardian(() => [1, true, WAD]),
  // what may add risk
  unpause: admins(),
  setAsset: admins((w) => [1, w.fixtures.weth, ETH, true, WAD]),
  setPerp: admins(() => [ETH, PERP]),
  setDated: admins(() => [ETH, { enabled: true, openInterestCap: WAD, priceBandBps: 500n }]),
  setModule: admins((w) => [w.addressOf('OrderMatcher'), 1, 0, account(w)]),
  setRiskEngine: admins((w) => [w.addressOf('RiskEngine')]),
  setInsuranceAccount: admins((w) => [account(w)]),
};

/** What is in the clearinghouse's own code, and what in its liquidation's; the rest is in its extension's. */
const CORE = ['deposit', 'withdraw', 'transfer', 'trade', 'tradeWithTip'];
const LIQUIDATION = ['executeLiquidation'];

const DELEVERAGING = ['executeDeleverage', 'coverBadDebt', 'depositWithPermit', 'reservePositions'];

const RISK_ENGINE: Rows = {
  ...AUTHORITY,
  setProfile: admins(() => [9n, profileToStruct(PRESETS.standard)]),
};

const houseData = (functionName: 'setRiskEngine' | 'setInsuranceAccount', arg: Address | bigint): Hex =>
  encodeFunctionData({ abi: clearinghouseAbi, functionName, args: [arg] });
const newEngine = (w: World): Operation => ({
  target: house(w),
  data: houseData('setRiskEngine', w.addressOf('RiskEngine')),
});
const managerData = (functionName: string, args: readonly unknown[]): Hex =>
  encodeFunctionData({ abi: accessManager.abi as Abi, functionName, args });
const grantAdmin = (w: World): Operation => ({
  target: w.addressOf('AccessManager'),
  data: managerData('grantRole', [ADMIN_ROLE, w.people.stranger, 0]),
});

/** What the governor has scheduled before the walk begins, so that there is something to cancel. */
export const pendingOperation = (w: World): Operation => ({
  target: house(w),
  data: houseData('setInsuranceAccount', account(w, 42n)),
});

const ACCESS_MANAGER: Rows = {
  grantRole: admins((w) => [ADMIN_ROLE, w.people.stranger, 0]),
  revokeRole: admins((w) => [GUARDIAN_ROLE, w.people.guardian]),
  labelRole: admins(() => [GUARDIAN_ROLE, 'guardian']),
  setRoleAdmin: admins(() => [GUARDIAN_ROLE, GUARDIAN_ROLE]),
  setRoleGuardian: admins(() => [GUARDIAN_ROLE, GUARDIAN_ROLE]),
  setGrantDelay: admins(() => [GUARDIAN_ROLE, 0]),
  setTargetAdminDelay: admins((w) => [house(w), 0]),
  setTargetClosed: admins((w) => [house(w), true]),
  setTargetFunctionRole: admins((w) => [house(w), [toFunctionSelector('unpause()')], GUARDIAN_ROLE]),
  updateAuthority: admins((w) => [house(w), w.addressOf('AccessManager')]),
  execute: { ...admins((w) => [newEngine(w).target, newEngine(w).data]), scheduledAs: newEngine },
  // each of its calls is judged as if it came alone
  multicall: { ...admins((w) => [[grantAdmin(w).data]]), scheduledAs: grantAdmin },
  schedule: only(['governor', 'deployer'], (w) => [
    house(w),
    houseData('setInsuranceAccount', account(w)),
    0,
  ]),
  cancel: only(['governor', 'deployer'], (w) => {
    const { target, data } = pendingOperation(w);
    return [w.people.governor, target, data];
  }),
  renounceRole: only(['governor'], (w) => [ADMIN_ROLE, w.people.governor]),
  // for a contract that is executing what was scheduled; asked back, nobody else confirms, and a person has no code to ask
  consumeScheduledOp: {
    ...nobody((w) => [w.people.governor, pendingOperation(w).data]),
    refusals: ['no data'],
  },
};

/** A pool's shares. By the pool itself nothing arrives. @param self Its actor. */
const poolRows = (self: Actor): Rows => ({
  ...AUTHORITY,
  deposit: anyone((w) => [1_000_000n, w.people.owner], 'ok', 'TransferAmountMismatch'),
  mint: anyone((w) => [10n ** 12n, w.people.owner], 'ok', 'TransferAmountMismatch'),
  approve: anyone((w) => [w.people.stranger, 1n]),
  // shares in escrow are the pool's own balance, which nothing in its code sends this way
  transfer: {
    ...only(['staker', self], (w) => [w.people.owner, 1n]),
    refusals: ['ERC20InsufficientBalance'],
  },
  transferFrom: only(['spender'], (w) => [w.people.staker, w.people.owner, 1n]),
  requestRedeem: {
    ...only(['staker', self], () => [1n]),
    refusals: ['ERC20InsufficientBalance'],
  },
  cancelRequest: { ...only(['staker']), refusals: ['NothingRequested'] },
  redeem: only(['staker', 'spender'], (w) => [10n ** 9n, w.people.staker, w.people.staker]),
  withdraw: only(['staker', 'spender'], (w) => [1_000n, w.people.staker, w.people.staker]),
  setRedemption: admins(() => [86_400n, 86_400n]),
});

const INSURANCE_FUND: Rows = {
  ...poolRows('insuranceFund'),
  fund: anyone(() => [1_000_000n], 'ok', 'TransferAmountMismatch'),
};

const VAULT_MARKET = {
  enabled: true,
  baseSpreadBps: 10,
  skewSpreadBps: 0,
  maxSpreadBps: 300,
  volMultiplierBps: 0,
  maxPriceAgeSec: HOUR,
  positionCap: WAD,
};

const LIQUIDITY_VAULT: Rows = {
  ...poolRows('vault'),
  // a size that the vault's book takes, at a price that the limit does not
  trade: only(
    ['owner', 'tradeOperator'],
    (w) => [account(w), ETH, 10n ** 15n, 0n, 2 ** 40 - 1],
    'PriceBeyondLimit',
  ),
  // the orders' signatures decide
  fillOrder: anyone((w) => [order(w, -1n, ETH_PERP), 1n], 'InvalidSignature'),
  fillTriggered: anyone((w) => [triggerOrder(w, ETH_PERP), 1n, account(w)], 'InvalidSignature'),
  observe: anyone(() => [ETH]),
  tighten: guardian(() => [ETH, true, WAD]),
  setMarket: admins(() => [ETH, VAULT_MARKET]),
  setTerms: admins(() => [0, 10_000]),
};

/**
 * Who may call what, contract by contract: every state-changing function of what the deployment puts on the chain. A
 * contract that delegates what it does not know has the functions of those contracts too (`DELEGATES`).
 */
export const ACCESS: Readonly<Record<string, Rows>> = {
  AccessManager: ACCESS_MANAGER,
  Clearinghouse: CLEARINGHOUSE,
  RiskEngine: RISK_ENGINE,
  ProfileCodec: {},
  MarginLens: {},
  InsuranceFund: INSURANCE_FUND,
  LiquidityVault: LIQUIDITY_VAULT,
  Liquidator: {
    ...AUTHORITY,
    flag: anyone((w) => [account(w)], 'NotLiquidatable'),
    clearFlag: anyone((w) => [account(w)], 'NotFlagged'),
    liquidate: only(['owner', 'liquidateOperator'], (w) => [liquidation(w)], 'EmptyBasket'),
    // one that may not be made is reported, and the batch goes on
    liquidateBatch: anyone((w) => [[liquidation(w)]]),
    deleverage: anyone((w) => [account(w)], 'NothingToDeleverage'),
    coverBadDebt: anyone((w) => [account(w)], 'AccountNotEmpty'),
    setParameters: admins(() => [0n, 0n]),
  },
  OrderMatcher: {
    ...AUTHORITY,
    cancel: only(['owner', 'tradeOperator'], (w) => [account(w), 1n]),
    cancelAll: only(['owner', 'tradeOperator'], (w) => [account(w)]),
    // the orders' signatures decide
    matchOrders: anyone((w) => [order(w, 1n), order(w, -1n), 1n], 'InvalidSignature'),
    executeTriggered: anyone((w) => [order(w, 1n), triggerOrder(w), 1n, account(w)], 'InvalidSignature'),
    setFees: admins(() => [0, 0]),
  },
  PriceRouter: {
    ...AUTHORITY,
    // here with a contract that is no Pyth
    updatePyth: anyone((w) => [w.fixtures.usdc, []], 'no data'),
    setSources: admins((w) => [
      ETH,
      {
        ...NO_SOURCE,
        kind: 1,
        feed: w.fixtures.ethFeed,
        maxAgeSec: HOUR,
        minPrice: WAD,
        maxPrice: 10n ** 24n,
      },
      NO_SOURCE,
      0,
    ]),
  },
  VolSurface: {
    ...AUTHORITY,
    // the reports' signatures decide
    post: anyone(() => [[], []], 'EmptyBatch'),
    removeSigner: guardian((w) => [w.people.surfaceSigner]),
    setSigners: admins((w) => [[w.people.stranger], 1n]),
  },
  SettlementTwap: {
    observe: anyone(() => [ETH, FAR_HOUR * HOUR], 'OutsideWindow'),
    observeMany: anyone(() => [[(BigInt(ETH) << 20n) | BigInt(FAR_HOUR)]], 'OutsideWindow'),
    settle: anyone(() => [ETH, PAST_HOUR * HOUR], 'TooFewObservations'),
    settleByRounds: anyone(() => [ETH, PAST_HOUR * HOUR, []], 'TooFewRounds'),
    settleLate: anyone(() => [ETH, PAST_HOUR * HOUR]),
  },
  // behind the fallbacks of others; at their own addresses they act on storage that nobody reads
  ClearinghouseExt: atOwnAddress(
    CLEARINGHOUSE,
    (name) => !CORE.includes(name) && !LIQUIDATION.includes(name) && !DELEVERAGING.includes(name),
  ),
  ClearinghouseLiquidation: atOwnAddress(
    CLEARINGHOUSE,
    (name) => name in AUTHORITY || LIQUIDATION.includes(name),
  ),
  ClearinghouseDeleveraging: atOwnAddress(
    CLEARINGHOUSE,
    (name) => name in AUTHORITY || DELEVERAGING.includes(name),
  ),
  RiskEngineExt: atOwnAddress(RISK_ENGINE, () => true),
};

/** Contracts that hand what they do not know to others, in whose code the functions of their rows are. */
export const DELEGATES: Readonly<Record<string, readonly string[]>> = {
  Clearinghouse: ['ClearinghouseExt', 'ClearinghouseLiquidation', 'ClearinghouseDeleveraging'],
  RiskEngine: ['RiskEngineExt'],
};

/** There is no module, operator, guardian, asset, market or engine in storage of one's own, and no answer means anything. */
function atOwnAddress(rows: Rows, has: (name: string) => boolean): Rows {
  const own = (row: Row): Row => {
    if (row.who === 'anyone' || row.timelocked === true) return row;
    if (row.who.includes('guardian')) return admins(row.args);
    return { ...row, who: row.who.filter((actor) => actor === 'owner' || actor === 'accessManager') };
  };
  return Object.fromEntries(
    Object.entries(rows)
      .filter(([name]) => has(name))
      .map(([name, row]): [string, Row] => [name, { ...own(row), answers: 'any' }]),
  );
}
